/// Small systems whose laws are known,, and configurations drawn from them.
module Mice.Testing.Systems.KnownLaws

open Mice
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing

/// States of a system with their probabilities.
type KnownLaw =
    {
        Lattice: SiteLattice
        States: float32[][]
        Weights: float[]
    }

/// All states of the 4×4 Ising torus.
let ising (temperature: float) : KnownLaw =
    let model = IsingModel.square 4 temperature
    let spins = Array.init 65536 (Configurations.spinsOf 16)

    let weights =
        spins |> Array.map (fun s -> exp (float (IsingModel.bondSum model s) / temperature))

    let z = Array.sum weights

    {
        Lattice = SiteLattice.torus [| 4; 4 |] 1
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

/// All 272 coverings of the 4×4 torus by dimers, as occupied bonds.
let dimers (temperature: float) : KnownLaw =
    let model = DimerModel.square 4 temperature
    let coverings = DimerEnumeration.coverings model |> ok

    let weights =
        coverings |> Array.map (fun c -> exp (float (DimerModel.parallelPairs model c) / temperature))

    let z = Array.sum weights

    {
        Lattice = SiteLattice.torus [| 4; 4 |] 2
        States = coverings |> Array.map (DimerModel.bonds >> Array.map float32)
        Weights = weights |> Array.map (fun w -> w / z)
    }

/// Mean of the degrees of freedom, as sources measure from.
let origin (law: KnownLaw) : float =
    if law.Lattice.Channels = 2 then
        RsmiSource.DimersPerBond
    else
        0.0

/// Configurations that are drawn independently of each other, measured from the origin of the law.
let source (seed: uint64) (count: int) (law: KnownLaw) : RsmiSource =
    { draw seed count law with
        Origins = Array.create law.Lattice.Channels (origin law)
    }

/// The law of two opposite blocks.
let exact (law: KnownLaw) : ExactSystem =
    ExactRsmi.create (opposite law.Lattice.Channels) (origin law) law.Weights law.States

/// The best I(H : E) of all single filters with whole weights of some size, and more if they are wanted.
let bestOfFilters (largest: int) (system: ExactSystem) : float =
    let width = system.Blocks.Length / system.Joint.Length
    let values = 2 * largest + 1
    let count = pown values width

    let filter number =
        Array.init width (fun j -> float (number / pown values j % values - largest))

    Seq.init (count / 2) filter
    |> Seq.filter (Array.exists ((<>) 0.0))
    |> Seq.map (fun f -> ExactRsmi.ofGrainer (CoarseGrainer.create (CoarseVariable.Binary 1) [| f |]) system)
    |> Seq.max
