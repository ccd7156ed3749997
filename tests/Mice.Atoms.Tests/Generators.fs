/// Random boxes, atoms and points.
module Mice.Atoms.Tests.Generators

open FsCheck
open FsCheck.FSharp
open Mice.Atoms

let between (low: float) (high: float) : Gen<float> =
    Gen.choose (0, 1_000_000) |> Gen.map (fun i -> low + (high - low) * float i / 1e6)

let private flags =
    Gen.arrayOfLength 3 (Gen.frequency [ 3, Gen.constant true; 1, Gen.constant false ])

/// Boxes of any shape and handedness, a few Å wide, but not so flat that the twin needs more than 10⁵ translations.
let cell: Gen<Cell> =
    let attempt =
        Gen.map3
            (fun vectors origin periodic -> Cell.create vectors origin periodic)
            (Gen.oneof
                [
                    Gen.arrayOfLength 9 (between -6.0 6.0)
                    Gen.map
                        (fun (e: float[]) ->
                            [|
                                abs e[0] + 0.5
                                0.0
                                0.0
                                e[3]
                                abs e[4] + 0.5
                                0.0
                                e[6]
                                e[7]
                                abs e[8] + 0.5
                            |])
                        (Gen.arrayOfLength 9 (between -8.0 8.0))
                ])
            (Gen.arrayOfLength 3 (between -20.0 20.0))
            flags

    let isHandy result =
        match result with
        | Ok cell -> Array.forall (fun h -> h > 0.5) (Cell.heights cell)
        | Error _ -> false

    attempt
    |> Gen.where isHandy
    |> Gen.map (function
        | Ok cell -> cell
        | Error fault -> failwith fault)

/// A box with 1 to 40 atoms, some of them outside, and 1 to 5 points, some of them outside.
let system: Gen<Cell * float[] * float[]> =
    gen {
        let! cell = cell
        let! atoms = Gen.choose (1, 40)
        let! points = Gen.choose (1, 5)
        let! fractions = Gen.arrayOfLength (3 * atoms) (between -1.5 2.5)
        let! targets = Gen.arrayOfLength (3 * points) (between -1.5 2.5)
        return cell, Cell.cartesian cell fractions, Cell.cartesian cell targets
    }
