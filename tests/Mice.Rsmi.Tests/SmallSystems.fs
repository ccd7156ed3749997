/// Small systems whose laws are known, and configurations drawn from them.
module Mice.Rsmi.Tests.SmallSystems

open Mice
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing

let ok (result: Result<'value, MiceError list>) : 'value =
    match result with
    | Ok value -> value
    | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat " ")

/// States of a system with their probabilities.
type KnownLaw =
    {
        Lattice: SiteLattice
        States: float32[][]
        Weights: float[]
    }

let private torus (shape: int[]) channels : SiteLattice =
    {
        Shape = shape
        Periodic = Array.create shape.Length true
        Channels = channels
    }

/// All states of the 4×4 Ising torus.
let ising (temperature: float) : KnownLaw =
    let model = IsingModel.square 4 temperature
    let spins = Array.init 65536 (Configurations.spinsOf 16)

    let weights =
        spins |> Array.map (fun s -> exp (float (IsingModel.bondSum model s) / temperature))

    let z = Array.sum weights

    {
        Lattice = torus [| 4; 4 |] 1
        States = spins |> Array.map (Array.map float32)
        Weights = weights |> Array.map (fun w -> w / z)
    }

/// The block of rows and columns 0 and 1, and the block of rows and columns 2 and 3 as its environment.
let opposite (channels: int) : Regions =
    let block (rows: int list) =
        [|
            for channel in 0 .. channels - 1 do
                for row in rows do
                    yield! rows |> List.map (fun column -> 16 * channel + 4 * row + column)
        |]

    {
        Visible = [| block [ 0; 1 ] |]
        Environment = [| block [ 2; 3 ] |]
    }

/// Independent draws from a law.
let draw (seed: uint64) (count: int) (law: KnownLaw) : RsmiSource =
    let generator = Key.generator (Key.ofSeed seed)
    let cumulative = law.Weights |> Array.scan (+) 0.0 |> Array.tail

    let one () =
        let found = System.Array.BinarySearch(cumulative, generator.NextFloat())
        let above = if found < 0 then -found - 1 else found
        law.States[min above (cumulative.Length - 1)]

    Array.init count (fun _ -> one ()) |> RsmiSource.ofArrays law.Lattice 1 []

/// The best I(H : E) of all filters with whole weights from −3 to 3: on four spins these are all linear threshold functions.
let bestOfFilters (system: ExactSystem) : float =
    let weights = [| -3.0 .. 3.0 |]

    [|
        for a in weights do
            for b in weights do
                for c in weights do
                    for d in weights do
                        if [ a; b; c; d ] <> [ 0.0; 0.0; 0.0; 0.0 ] then
                            CoarseGrainer.create (CoarseVariable.Binary 1) [| [| a; b; c; d |] |]
    |]
    |> Array.map (fun grainer -> ExactRsmi.ofGrainer grainer system)
    |> Array.max
