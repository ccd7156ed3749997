module Mice.Atoms.Tests.PairDistributionTests

open Expecto
open System
open System.IO
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private table () =
    File.ReadLines(Path.Combine(tables.Value, "na", "gr.csv"))
    |> Seq.skip 1
    |> Seq.map (fun line -> line.Split ',' |> Array.map float)
    |> Array.ofSeq

let private snapshots phase =
    (Trajectory.read (sodiumFile $"{phase}.dump.gz") |> ok).Snapshots

[<Tests>]
let tests =
    testList
        "PairDistributionTests"
        [
            test "The histogram of sodium is the tabulated one" {
                needsTables ()

                for column, phase in [ 1, "solid"; 2, "liquid" ] do
                    let g = PairDistribution.histogram 0.05 16.0 (snapshots phase) |> ok
                    let expected = table ()
                    Expect.equal g.Values.Length expected.Length "there are as many bins as rows of the table"

                    for j in 0 .. expected.Length - 1 do
                        Expecting.decimals 9 g.Radii[j] (expected[j][0]) "the radius of a bin"
                        // The table has 5 digits behind the point.
                        Expecting.inRange
                            (g.Values[j] - expected[j][column])
                            (-6e-6)
                            6e-6
                            "the histogram less the table"
            }

            test "Pair entropies of sodium are the tabulated ones" {
                needsSodium ()
                // Values of the description that ships with the trajectories. It leaves open where the kernel is cut off and how the grid begins:
                // 2e-3 makes room for that, a tenth of the spread over snapshots.
                for phase, perSnapshot, averaged in [ "solid", -3.764, -3.759; "liquid", -2.675, -2.671 ] do
                    let all = snapshots phase

                    let s2 (some: Snapshot[]) =
                        let density = some |> Array.averageBy Snapshot.density
                        float (PairDistribution.smoothed 0.1 6.5 some |> ok |> PairDistribution.entropy density 6.5)

                    Expecting.inRange
                        ((all |> Array.averageBy (fun s -> s2 [| s |])) - perSnapshot)
                        (-2e-3)
                        2e-3
                        $"{phase}: the mean of the entropies of single snapshots"

                    Expecting.inRange
                        (s2 all - averaged)
                        (-2e-3)
                        2e-3
                        $"{phase}: the entropy of the averaged distribution"
            }

            test "An ideal gas has g = 1 and no pair entropy" {
                let random = Random 3
                let cell = Cell.orthorhombic [| 20.0; 25.0; 30.0 |]

                let gas =
                    Array.init 20 (fun _ ->
                        let fractions = Array.init 6000 (fun _ -> random.NextDouble())
                        Snapshot.ofPositions "X" cell (Cell.cartesian cell fractions))

                let g = PairDistribution.histogram 0.5 9.0 gas |> ok

                for r, value in Array.zip g.Radii g.Values do
                    // Pairs per bin: 20·2000·ρ·4πr²·0.5/2; five errors of a Poisson count, fixed seed. N − 1 instead of N neighbours: 5e-4.
                    let pairs = 20.0 * 2000.0 * (2000.0 / 15000.0) * 4.0 * Math.PI * r * r * 0.5 / 2.0

                    Expecting.inRange (value - 1.0) (-5e-4 - 5.0 / sqrt pairs) (5.0 / sqrt pairs) $"g − 1 at {r} Å"
            }

            test "Bad arguments are reported, all of them" {
                match PairDistribution.histogram -1.0 nan [||] with
                | Error errors -> Expect.equal errors.Length 3 "every fault is reported"
                | Ok _ -> failwith "accepted"
            }
        ]
