module Mice.Samplers.Tests.WangLandauTests

open Expecto
open System
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private options = { Walkers = 32; Sweeps = 20_000 }

let private densityOn threads options seed lattice rows columns =
    let run =
        { Run.seeded seed Run.quiet with
            Threads = threads
        }

    WangLandau.densityOfStates options run lattice rows columns |> ok

let private density options = densityOn 2 options

/// ln g by bond sum, from all states.
let private exactLevels lattice rows columns =
    ok (Enumeration.densityOfStates lattice rows columns)
    |> Array.groupBy _.BondSum
    |> Array.map (fun (bondSum, levels) -> bondSum, log (float (levels |> Array.sumBy _.States)))
    |> Array.sortBy fst

/// Student with 31 degrees of freedom: 4.5 errors have p = 9e-5; 1e-9 for levels without spread.
let private agree name (expected: float) (found: Estimate<'u>) =
    let difference = float found.Value - expected

    Expect.isTrue
        (abs difference <= 4.5 * float found.StandardError + 1e-9)
        $"{name}: {Estimate.format found} against {expected}, z = {difference / float found.StandardError:F2}"

[<Tests>]
let tests =
    testList
        "WangLandauTests"
        [
            test "The full transition matrix at a fixed density is in detailed balance with 1/g" {
                for lattice in [ Lattice.Square; Lattice.Triangular ] do
                    for side in [ 2; 3 ] do
                        let model =
                            { IsingModel.square side 1.0 with
                                Lattice = lattice
                            }

                        let sites = side * side
                        let bonds = sites * Lattice.coordination lattice / 2
                        let generator = Key.ofSeed 97UL |> Key.generator
                        // Any density will do: the walk is at one at every moment.
                        let logStates = Array.init (bonds / 2 + 1) (fun _ -> 5.0 * generator.NextFloat())

                        let levels =
                            Array.init (1 <<< sites) (fun n -> (bonds - IsingModel.bondSum model (spinsOf sites n)) / 4)

                        let weights = levels |> Array.map (fun level -> exp -logStates[level])

                        let matrix =
                            Array.init weights.Length (fun a ->
                                let row = Array.zeroCreate weights.Length

                                for site in 0 .. sites - 1 do
                                    let b = a ^^^ (1 <<< site)
                                    let p = WangLandau.acceptance logStates levels[a] levels[b] / float sites
                                    row[b] <- p
                                    row[a] <- row[a] + 1.0 / float sites - p

                                row)

                        Reference.inDetailedBalance (weights |> Array.map (fun w -> w / Array.sum weights)) matrix
            }

            test "Densities of small tori are those of all their states" {
                for lattice, rows, columns in
                    [
                        Lattice.Square, 4, 4
                        Lattice.Triangular, 3, 4
                        Lattice.Square, 3, 3
                        Lattice.Square, 2, 2
                    ] do
                    let expected = exactLevels lattice rows columns
                    let found = density options 101UL lattice rows columns
                    Expect.equal found.BondSums (expected |> Array.map fst) "the levels there are"
                    found.Checks |> Seq.iter (fun check -> Expect.isTrue check.Passed check.Detail)

                    for i in 0 .. expected.Length - 1 do
                        agree
                            $"{lattice} {rows}×{columns}, level {fst expected[i]}"
                            (snd expected[i])
                            found.LogStates[i]

                        Expecting.inRange
                            (float found.LogStates[i].StandardError)
                            0.0
                            0.02
                            $"the standard error of level {fst expected[i]}"

                    for walker in found.LogStatesByWalker do
                        close
                            1e-10
                            (float (rows * columns) * log 2.0)
                            (let struct (_, sum) = ThermalAverages.weigh walker in sum)
            }

            test "Averages of small tori are exact at all temperatures and signs of J" {
                for lattice, rows, columns in [ Lattice.Square, 4, 4; Lattice.Triangular, 3, 4 ] do
                    let found = density options 103UL lattice rows columns

                    for coupling in [ 1.0; -1.0; 0.4 ] do
                        for temperature in [ 0.5; 1.0; 2.3; 5.0; 100.0 ] do
                            let exact =
                                ok (
                                    Enumeration.averages
                                        {
                                            Lattice = lattice
                                            Rows = rows
                                            Columns = columns
                                            Coupling = coupling
                                            Field = 0.0
                                            Temperature = temperature
                                        }
                                )

                            let averages = ok (DensityOfStates.averages coupling temperature found)

                            let at quantity =
                                $"{quantity} of {lattice} at J = {coupling}, T = {temperature}"

                            agree (at "ln Z") (float exact.LogPartitionFunction) averages.LogPartitionFunction
                            agree (at "u") exact.Energy averages.Energy
                            agree (at "s") (float exact.Entropy) averages.Entropy
                            agree (at "C") (float exact.HeatCapacity) averages.HeatCapacity
            }

            test "The 8×8 torus has Kaufman's averages" {
                let found =
                    density
                        { options with
                            Walkers = 16
                            Sweeps = 8_000
                        }
                        107UL
                        Lattice.Square
                        8
                        8

                // Bond sums 128 − 4k but for the two that no state has next to either end.
                Expect.equal found.BondSums.Length 63 "levels"

                for temperature in [ 1.5; 2.0; 2.269; 2.6; 4.0 ] do
                    let exact = ok (Kaufman.averages (IsingModel.square 8 temperature))
                    let averages = ok (DensityOfStates.averages 1.0 temperature found)
                    agree $"ln Z at {temperature}" (float exact.LogPartitionFunction) averages.LogPartitionFunction
                    agree $"u at {temperature}" exact.Energy averages.Energy
                    agree $"s at {temperature}" (float exact.Entropy) averages.Entropy
                    agree $"C at {temperature}" (float exact.HeatCapacity) averages.HeatCapacity

                    Expecting.inRange
                        (float averages.Entropy.StandardError)
                        0.0
                        0.01
                        $"the standard error of s at {temperature}"
            }

            test "Errors fall as the root of the time" {
                // Halving alone would leave them where they are from some time on. Spreads of 32 walkers over 15 levels scatter by about 5 %.
                let spread sweeps =
                    let found = density { options with Sweeps = sweeps } 109UL Lattice.Square 4 4
                    found.LogStates |> Array.averageBy (fun g -> float g.StandardError ** 2.0) |> sqrt

                Expecting.inRange (spread 1_000 / spread 16_000) 3.0 5.5 "sixteen times the sweeps"
            }

            test "Walkers that have not come to their end are noticed" {
                let found = density { options with Sweeps = 3 } 113UL Lattice.Square 6 6
                found.Checks |> Seq.iter (fun check -> Expect.isFalse check.Passed check.Detail)
            }

            test "The same on any number of threads, with progress" {
                let short = { options with Sweeps = 4_000 }
                let one = densityOn 1 short 127UL Lattice.Square 3 4
                let reports = System.Collections.Concurrent.ConcurrentBag<float>()

                let two =
                    WangLandau.densityOfStates
                        short
                        { Run.seeded 127UL Run.quiet with
                            Threads = 2
                            Progress = fun p -> reports.Add p.Fraction
                        }
                        Lattice.Square
                        3
                        4
                    |> ok

                Expect.equal two.LogStatesByWalker one.LogStatesByWalker "on two threads and on one"

                Expect.notEqual
                    ((density short 128UL Lattice.Square 3 4).LogStatesByWalker)
                    one.LogStatesByWalker
                    "another key"

                Expecting.inRange reports.Count 99 101 "reports of progress"
                Expect.equal (Seq.max reports) 1.0 "the last report"
            }

            testCase "All faults are told, and the work can be cancelled"
            <| fun () ->
                let run options threads token rows =
                    WangLandau.densityOfStates
                        options
                        { Run.quiet with
                            Threads = threads
                            Cancel = token
                        }
                        Lattice.Square
                        rows
                        4

                match run { Walkers = 1; Sweeps = 0 } 0 Threading.CancellationToken.None 1 with
                | Ok _ -> failwith "accepted"
                | Error faults -> Expect.equal faults.Length 4 "every fault is told"

                let found = density { options with Sweeps = 10 } 131UL Lattice.Square 2 2
                isFault (DensityOfStates.averages nan 1.0 found)
                isFault (DensityOfStates.averages 1.0 0.0 found)
                use source = new Threading.CancellationTokenSource()
                source.Cancel()

                Expecting.throwsAny<System.OperationCanceledException>
                    (fun () -> run options 2 source.Token 4 |> ignore)
                    "the work is cancelled"
                |> ignore
        ]
