/// Exact independent samples of spin systems with known entropies, and generators of small ones.
module Mice.Entropy.Tests.SpinSamples

open Expecto
open System
open FsCheck.FSharp
open Mice
open Mice.Entropy
open Mice.Samplers

let binaryEntropy p = -p * log p - (1.0 - p) * log (1.0 - p)

let snapshots rows columns (sites: sbyte[][]) : LatticeSnapshots<sbyte> =
    {
        Shape = [| rows; columns |]
        Sites = sites
    }

/// Spins that are up with probability p, all independent.
let independent (seed: uint64) rows columns count (p: float) =
    let generator = Key.ofSeed seed |> Key.generator

    Array.init count (fun _ -> Array.init (rows * columns) (fun _ -> if generator.NextFloat() < p then 1y else -1y))
    |> snapshots rows columns

/// Rows that are independent of one another, each a closed Ising chain whose neighbours differ with probability p. A long one has the
/// entropy h(p) per site.
let chains (seed: uint64) rows columns count (p: float) =
    let generator = Key.ofSeed seed |> Key.generator

    let rec walls () =
        let drawn = Array.init columns (fun _ -> generator.NextFloat() < p)
        let differing = drawn |> Array.filter id |> Array.length
        if differing % 2 = 0 then drawn else walls ()

    let chain () =
        let first = if generator.NextFloat() < 0.5 then 1y else -1y

        walls ()
        |> Array.scan (fun spin wall -> if wall then -spin else spin) first
        |> Array.truncate columns

    Array.init count (fun _ -> Array.init rows (fun _ -> chain ()) |> Array.concat)
    |> snapshots rows columns

/// Independent states of the 4×4 ferromagnet from the probabilities of all 65,536.
let torus4 (seed: uint64) count (temperature: float) =
    let model = IsingModel.square 4 temperature

    let states =
        Array.init 65536 (fun state -> Array.init 16 (fun site -> if (state >>> site) &&& 1 = 1 then 1y else -1y))

    let cumulative =
        states
        |> Array.map (fun spins -> exp (-(IsingModel.energy model spins + 32.0) / temperature))
        |> Array.scan (+) 0.0
        |> Array.tail

    let generator = Key.ofSeed seed |> Key.generator

    Array.init count (fun _ ->
        let found =
            Array.BinarySearch(cumulative, generator.NextFloat() * cumulative[65535])

        states[if found >= 0 then found + 1 else ~~~found])
    |> snapshots 4 4

/// Shapes of 1 to 9 sites within 3 rows and 5 columns.
let internal shapes =
    Gen.zip (Gen.choose (0, 2)) (Gen.choose (0, 4))
    |> Gen.listOf
    |> Gen.map (fun sites ->
        sites
        |> List.truncate 8
        |> List.map (fun (row, column) -> [| row; column |])
        |> fun some -> BlockShape.ofOffsets ([| 1; 1 |] :: some))

/// A few snapshots of a small torus that every shape fits into, none of their sides a multiple of a vector's length but by chance.
let smallSnapshots =
    gen {
        let! rows = Gen.choose (3, 6)
        let! columns = Gen.choose (5, 20)
        let! count = Gen.choose (2, 40)

        let! sites =
            Gen.elements [ -1y; 1y ] |> Gen.arrayOfLength (rows * columns) |> Gen.arrayOfLength count

        return snapshots rows columns sites
    }
