module Mice.Entropy.Tests.AcceptanceRatioTests

open Expecto
open Mice
open Mice.Entropy

/// r = −βE − ln q of draws from p ∝ e^(−(x − d)²/2) and from q, a standard normal law: r = xd − ½d² + ½ ln 2π, and Z = √(2π).
let private normals seed distance ofSnapshots ofDrawn =
    let generator = Key.ofSeed seed |> Key.generator

    let ratio x =
        x * distance - 0.5 * distance * distance + 0.5 * log (2.0 * System.Math.PI)

    let snapshots =
        Array.init ofSnapshots (fun _ -> ratio (distance + generator.NextNormal()))

    struct (snapshots, Array.init ofDrawn (fun _ -> ratio (generator.NextNormal())))

let private exact = 0.5 * log (2.0 * System.Math.PI)

[<Tests>]
let tests =
    testList
        "AcceptanceRatioTests"
        [
            testTheory
                "The partition sum of a normal law is found within its error"
                [ 0.5, 512, 512; 3.0, 1024, 1024; 2.0, 1024, 256; 2.0, 256, 1024 ]
            <| fun (distance, ofSnapshots, ofDrawn) ->
                let z =
                    Array.init 30 (fun seed ->
                        let struct (snapshots, drawn) = normals (uint64 seed) distance ofSnapshots ofDrawn
                        let found = AcceptanceRatio.estimate (Array.chunkBySize 8 snapshots) drawn
                        let divergence = found.Divergence

                        // ⟨ln p − ln q⟩ of two normal laws of width 1.
                        let above = float divergence.Value - 0.5 * distance * distance

                        (float found.LogPartition.Value - exact) / float found.LogPartition.StandardError,
                        above / float divergence.StandardError)

                // 30 values of about the normal law: their mean has an error of 0.18, their root mean square of 0.13.
                for scores in [ Array.map fst z; Array.map snd z ] do
                    Expecting.inRange (Array.average scores) (-0.8) 0.8 "no bias shows"

                    Expecting.inRange
                        (sqrt (scores |> Array.averageBy (fun s -> s * s)))
                        0.6
                        1.5
                        "the errors are those claimed"

            test "The balance is the largest likelihood" {
                let struct (snapshots, drawn) = normals 5UL 2.0 300 200
                let found = AcceptanceRatio.estimate (Array.chunkBySize 1 snapshots) drawn

                /// How likely each ratio is to be from the side that it is from.
                let logLikelihood logPartition =
                    let shift = logPartition - log (300.0 / 200.0)

                    (snapshots |> Array.sumBy (fun r -> -log(1.0 + exp (shift - r))))
                    + (drawn |> Array.sumBy (fun r -> -log(1.0 + exp (r - shift))))

                let best =
                    Array.init 4001 (fun i -> exact - 1.0 + float i * 0.0005) |> Array.maxBy logLikelihood

                Expecting.within 0.00026 (float found.LogPartition.Value) best "the estimate is the most likely value"
            }

            test "Laws that are the same give their ratio and no error" {
                let found =
                    AcceptanceRatio.estimate (Array.create 10 [| 3.5; 3.5 |]) (Array.create 20 3.5)

                Expecting.decimals 9 (float found.LogPartition.Value) 3.5 "the ratio is found"

                Expecting.decimals 9 (float found.LogPartition.StandardError) 0.0 "without an error"

                Expecting.decimals 9 (float found.Divergence.Value) 0.0 "the laws are the same"
                Expecting.decimals 9 found.Shared 20.0 "all that is drawn is shared"
            }

            test "Snapshots that go together are worth fewer" {
                let struct (snapshots, drawn) = normals 9UL 1.0 64 4096
                let alone = AcceptanceRatio.estimate (Array.chunkBySize 1 snapshots) drawn

                // Each snapshot sixteen times in a group.
                let repeated =
                    AcceptanceRatio.estimate (snapshots |> Array.map (Array.create 16)) drawn

                // As many snapshots as drawn configurations weigh otherwise than few; what counts is that the error does not fall by 4.
                Expect.isTrue
                    (repeated.LogPartition.StandardError > 0.7 * alone.LogPartition.StandardError)
                    "repeating snapshots makes the error no smaller"
            }

            test "Laws that do not meet share nothing" {
                let struct (snapshots, drawn) = normals 11UL 9.0 200 200
                let found = AcceptanceRatio.estimate (Array.chunkBySize 1 snapshots) drawn
                Expect.isTrue (found.Shared < 1.0) "nothing is shared"
            }
        ]
