module Mice.Atoms.Tests.SymmetryTests

open Expecto
open Mice
open Mice.Atoms

let private all = [ Symmetry.Isotropic; Symmetry.Cubic; Symmetry.None ]

let private draws seed dimension symmetry n =
    let g = Key.generator (Key.ofSeed seed)
    Array.init n (fun _ -> Symmetry.operation dimension symmetry g)

let private determinant (m: float[]) =
    m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6])
    + m[2] * (m[3] * m[7] - m[4] * m[6])

[<Tests>]
let tests =
    testList
        "SymmetryTests"
        [
            test "Every operation is orthogonal and leaves the axes beyond the dimension alone" {
                for symmetry in all do
                    for dimension in 1..3 do
                        for m in draws 1UL dimension symmetry 200 do
                            for i in 0..2 do
                                for j in 0..2 do
                                    let product = Seq.sum (seq { for k in 0..2 -> m[3 * i + k] * m[3 * j + k] })
                                    // Rounding of a dozen operations on numbers up to 1.
                                    Expecting.within 1e-12 product (if i = j then 1.0 else 0.0) "rows are orthonormal"

                                    if i >= dimension || j >= dimension then
                                        Expect.equal
                                            m[3 * i + j]
                                            (if i = j then 1.0 else 0.0)
                                            "axes beyond the dimension stay"
            }

            test "Cubic operations are all signed permutations, equally often" {
                for dimension, order in [ 1, 2; 2, 8; 3, 48 ] do
                    let n = 500 * order
                    let counts = draws 2UL dimension Symmetry.Cubic n |> Array.countBy (Array.map int)
                    Expect.equal counts.Length order "all operations of the group are drawn"
                    // Binomial counts of mean 500, deviation 22: five deviations, 48 of them, fixed seed.
                    for _, count in counts do
                        Expecting.inRange count (500 - 112) (500 + 112) "each is drawn as often"
            }

            test "Isotropic operations have the moments of the uniform distribution on the orthogonal group" {
                let n = 20000

                for dimension in 2..3 do
                    let m = draws 3UL dimension Symmetry.Isotropic n
                    let d = float dimension
                    // Mean 0 and mean square 1/d of every entry; mean fourth power 3/(d(d + 2)) of every entry; det = ±1 equally often.
                    let mean f = Array.averageBy f m

                    for i in 0 .. dimension - 1 do
                        for j in 0 .. dimension - 1 do
                            let entry (o: float[]) = o[3 * i + j]
                            // Deviations of single draws are below 0.71, 0.36, 0.38: five errors of the mean of 20,000.
                            Expecting.within 0.025 (mean entry) 0.0 "the mean of an entry"

                            Expecting.within
                                0.013
                                (mean (fun o -> entry o ** 2.0))
                                (1.0 / d)
                                "the mean square of an entry"

                            Expecting.within
                                0.014
                                (mean (fun o -> entry o ** 4.0))
                                (3.0 / (d * (d + 2.0)))
                                "the mean fourth power of an entry"

                    Expecting.within 0.036 (mean determinant) 0.0 "the mean determinant"
            }

            test "One dimension is reversed half of the time and no symmetry is the identity" {
                let mean = draws 4UL 1 Symmetry.Isotropic 10000 |> Array.averageBy (fun m -> m[0])
                // Five errors of the mean of 10,000 signs.
                Expecting.within 0.05 mean 0.0 "both signs are as frequent"
                let identity = [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]

                for m in draws 5UL 3 Symmetry.None 10 do
                    Expect.equal m identity "no symmetry leaves everything in place"
            }

            test "Names lead back to their symmetry and an unknown name lists the known ones" {
                for symmetry in all do
                    Expect.equal
                        (Symmetry.ofName $" {(Symmetry.name symmetry).ToUpperInvariant()} ")
                        (Ok symmetry)
                        "capitals and spaces around do not matter"

                match Symmetry.ofName "hexagonal" with
                | Error(Mice.MiceError.UnknownName(_, "hexagonal", known)) ->
                    Expect.equal known.Length 3 "the known names are listed"
                | other -> failtest $"{other}"
            }
        ]
