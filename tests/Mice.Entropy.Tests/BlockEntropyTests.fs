module Mice.Entropy.Tests.BlockEntropyTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples
open Mice.Information
open Mice.Samplers

let internal counted symmetry shape snapshots =
    BlockCounts.count shape snapshots |> Result.map (BlockEntropy.ofCounts symmetry) |> ok

let internal block symmetry rows columns =
    counted symmetry (BlockShape.box [| rows; columns |])

let plugIn (counts: int[]) =
    DiscreteEntropy.estimate EntropyMethod.MaximumLikelihood (int64 counts.Length) counts
    |> ok
    |> fun e -> float e.Value

[<Tests>]
let tests =
    testList
        "BlockEntropyTests"
        [
            // Mutual information between the halves of blocks of the 4×4 torus, by enumeration in double precision. Independent snapshots, so four
            // errors: p = 3e-4 (Student, 31 d.o.f.) for each of the six; fixed seeds.
            testTheory
                "Halves of the 4×4 torus share the enumerated information"
                [
                    1.5, 0.62665326, 0.67034152, 0.69201905
                    2.5, 0.26148784, 0.38142925, 0.52292138
                    4.0, 0.04973425, 0.09156511, 0.16567246
                ]
            <| fun (temperature, m1, m2, m3) ->
                let snapshots = torus4 11UL 4000 temperature
                let symmetry = SpinSymmetry.ofModel (IsingModel.square 4 temperature)

                let one, two, four, eight =
                    block symmetry 1 1, block symmetry 1 2, block symmetry 2 2, block symmetry 2 4

                for name, expected, half, whole in [ "M1", m1, one, two; "M2", m2, two, four; "M3", m3, four, eight ] do
                    let found =
                        BlockEntropy.combine Direction.NoBound [ 2.0, half snapshots; -1.0, whole snapshots ]

                    Expecting.withinErrors 4.0 found expected name

            testTheory "Independent spins have the entropy of one times their number" [ 0.5; 0.8 ]
            <| fun (p) ->
                let found = independent 12UL 10 11 400 p |> block SpinSymmetry.none 2 3
                Expecting.withinErrors 4.0 found.Entropy (6.0 * binaryEntropy p) "S(2×3)"
                Expect.equal found.Draws (400 * 110) "every site of every snapshot is a draw"
                Expect.equal found.Patterns 64 "all patterns are told apart"

            test "A field is no obstacle, and a flip that is not a symmetry adds entropy" {
                let snapshots = independent 13UL 8 8 200 0.95
                let flipped = { SpinSymmetry.none with Flip = true }

                let honest, wrong =
                    block SpinSymmetry.none 2 2 snapshots, block flipped 2 2 snapshots

                Expect.isTrue
                    (float (wrong.Entropy.Value - honest.Entropy.Value) > 0.5)
                    "a flip that is not a symmetry adds entropy"
            }

            // The difference of two estimates from the same snapshots has their common error cancelled; four errors of what is left.
            test "Symmetries change nothing but the errors" {
                let snapshots = torus4 14UL 3000 2.5
                let all = block (SpinSymmetry.ofModel (IsingModel.square 4 2.5)) 2 3 snapshots
                let none = block SpinSymmetry.none 2 3 snapshots

                Expecting.withinErrors
                    4.0
                    (BlockEntropy.combine Direction.NoBound [ 1.0, all; -1.0, none ])
                    0.0
                    "difference"
                // 64 patterns under two reflections and the flip.
                Expect.isTrue (all.Patterns < none.Patterns / 3) $"{all.Patterns} of {none.Patterns}"
            }

            test "Entropies without a group are those of the other snapshots" {
                // 70 snapshots: six groups of three and 26 of two.
                let snapshots = independent 15UL 5 6 70 0.7
                let shape = BlockShape.box [| 2; 2 |]
                let found = counted SpinSymmetry.none shape snapshots
                let groups = snapshots.Sites |> Array.splitInto 32

                for g in 0..31 do
                    let others =
                        { snapshots with
                            Sites = groups |> Array.removeAt g |> Array.concat
                        }

                    let struct (value, left) = found.PlugInWithoutGroup[g]
                    // Sums of 16 terms.
                    Expecting.within
                        1e-12
                        value
                        (plugIn (BlockCountsTests.slowCounts shape others))
                        "the entropy is that of the other snapshots"

                    Expecting.within 1e-12 left (float others.Sites.Length / 70.0) "so is their share"
            }

            test "Error and correction are the jackknife's over snapshots" {
                let snapshots = independent 16UL 5 6 20 0.7
                let shape = BlockShape.box [| 2; 2 |]
                let found = counted SpinSymmetry.none shape snapshots

                let statistic sites =
                    plugIn (BlockCountsTests.slowCounts shape { snapshots with Sites = sites })

                let struct (corrected, error) = Statistics.jackknife statistic snapshots.Sites
                // Differences of numbers of order 1 times 20.
                Expecting.within 1e-10 (float found.Entropy.StandardError) error "the error is the jackknife's"

                Expecting.within
                    1e-10
                    (float found.GroupedCorrection)
                    (corrected - statistic snapshots.Sites)
                    "so is the correction"
            }

            // 60 sets of 40 snapshots: the scatter of their values has a relative error of 9 %, the mean of their errors one of 2 %; 0.7 to 1.4 is four of
            // them. Errors as of independent blocks would be 3 to 4 times too small, since all 16 blocks of a snapshot are one.
            test "Errors are those of repetitions" {
                let snapshots = torus4 17UL 2400 2.5

                let found =
                    snapshots.Sites
                    |> Array.chunkBySize 40
                    |> Array.map (fun sites -> (block SpinSymmetry.none 2 2 { snapshots with Sites = sites }).Entropy)

                let scatter =
                    found |> Array.map (fun e -> float e.Value) |> Statistics.variance |> sqrt

                let errors = found |> Array.averageBy (fun e -> float e.StandardError)
                Expecting.inRange (errors / scatter) 0.7 1.4 "the mean error is the scatter"
            }

            // The block is the torus: its 16 translations are one draw. The correction of 2,000 draws is 16 times that of 32,000 where all patterns are
            // seen often, and the one by groups finds it: half to twice, since neither sees what never occurred.
            test "Draws that are not independent show in the correction by groups" {
                let symmetry = SpinSymmetry.ofModel (IsingModel.square 4 1.5)
                let found = torus4 18UL 4000 1.5 |> block symmetry 4 4

                Expecting.inRange
                    (found.GroupedCorrection / found.Correction)
                    4.0
                    32.0
                    "the correction by groups is 16 times as large"

                let corrected = found.Entropy.Value - found.Correction + found.GroupedCorrection
                // Exact s by enumeration; the first-order correction leaves patterns of few counts, less than one error at this temperature.
                Expecting.withinErrors 4.0 { found.Entropy with Value = corrected } (16.0 * 0.08188500) "S(4×4)"
            }

            test "What cancels leaves no error" {
                let found = independent 19UL 6 6 50 0.5 |> block SpinSymmetry.none 2 2
                let zero = BlockEntropy.combine Direction.NoBound [ 1.0, found; -1.0, found ]
                Expect.equal (float zero.Value) 0.0 "nothing is left"
                Expect.equal (float zero.StandardError) 0.0 "no error either"
            }
        ]
