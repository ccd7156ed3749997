module Mice.Samplers.Tests.ReplicaExchangeTests

open Expecto
open System.Threading
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

let private few =
    { ReplicaExchangeOptions.defaults with
        Ladders = 16
        Snapshots = 100
        Equilibrate = 100
        Every = 5
    }

let private sampleOn threads options seed system temperatures =
    let run =
        { Run.seeded seed Run.quiet with
            Threads = threads
        }

    match ReplicaExchange.sample options run system temperatures with
    | Ok result -> result
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

let private sample options = sampleOn 2 options

/// Two replicas of the 2×2 torus: state 16·a + b is a at the first temperature and b at the second.
let private temperatures = [| 1.5; 2.6 |]

let private jointModels =
    models 2 2
    |> List.map (fun model -> temperatures |> Array.map (fun t -> { model with Temperature = t }))

let private jointLaw (pair: IsingModel[]) =
    let laws = pair |> Array.map boltzmann
    Array.init 256 (fun n -> laws[0][n / 16] * laws[1][n % 16])

let private swaps (pair: IsingModel[]) =
    let energies = Array.init 16 (spinsOf 4 >> IsingModel.energy pair[0])
    let betas = temperatures |> Array.map (fun t -> 1.0 / t)

    Array.init 256 (fun n ->
        let a, b = n / 16, n % 16
        let p = ReplicaLadder.swapAcceptance betas[0] energies[a] betas[1] energies[b]
        let row = Array.zeroCreate 256
        row[16 * b + a] <- p
        row[n] <- row[n] + 1.0 - p
        row)

/// Σ_a law[a]·matrix[a][b].
let private step (matrix: float[][]) (law: float[]) =
    Array.init law.Length (fun b -> Array.fold2 (fun sum p (row: float[]) -> sum + p * row[b]) 0.0 law matrix)

/// The law after one round, from a law: one Metropolis sweep of each replica, then a swap.
let private afterRound pair law =
    let rows =
        pair
        |> Array.map (fun model ->
            let matrix = metropolisProposals model
            Array.init 16 (afterSteps matrix 4))

    let sweep =
        Array.init 256 (fun n -> Array.allPairs rows[0].[n / 16] rows[1].[n % 16] |> Array.map (fun (p, q) -> p * q))

    law |> step sweep |> step (swaps pair)

/// z of independent values, for means of many rare events too: an error is at least that of one event in all chains.
let private z (expected: float) (oneEvent: float) (values: float[]) =
    (Statistics.mean values - expected)
    / sqrt (Statistics.standardError values ** 2.0 + oneEvent ** 2.0)

[<Tests>]
let tests =
    testList
        "ReplicaExchangeTests"
        [
            test "The full transition matrix of a swap is in detailed balance with both laws" {
                for pair in jointModels do
                    inDetailedBalance (jointLaw pair) (swaps pair)
            }

            test "A round leaves the joint law of the replicas as it is" {
                for pair in jointModels do
                    let law = jointLaw pair

                    for before, after in Array.zip law (afterRound pair law) do
                        Expecting.decimals 14 after before "the probability of a joint state"
            }

            test "One round has the transition matrix of the definition" {
                for m, pair in List.indexed jointModels do
                    let system = ReplicaSystem.metropolis 1 pair[0]
                    let betas = temperatures |> Array.map (fun t -> 1.0 / t)

                    let round =
                        ReplicaLadder.round system.Energy (temperatures |> Array.map system.Move) betas 0

                    for start in [ 0x0f; 0x37; 0xc5; 0xf0 ] do
                        let states = [| spinsOf 4 (start / 16); spinsOf 4 (start % 16) |]

                        let ladder =
                            {
                                States = states
                                Energies = Array.map system.Energy states
                                Replicas = [| 0; 1 |]
                            }

                        let counts = Array.zeroCreate 256

                        for key in Key.ofSeed 59UL |> Key.item m |> Key.item start |> Key.split 10_000 do
                            let struct (next, _) = round key ladder

                            Expect.equal
                                next.Energies
                                (Array.map system.Energy next.States)
                                "energies are those of the states"

                            let n = 16 * numberOf next.States[0] + numberOf next.States[1]
                            counts[n] <- counts[n] + 1

                        // 20 tests with fixed seeds.
                        Array.init 256 (fun n -> if n = start then 1.0 else 0.0)
                        |> afterRound pair
                        |> fun law -> follows 1e-4 law counts
            }

            test "The triangular antiferromagnet is exact down to T = 0.3" {
                let model =
                    { IsingModel.triangularAntiferromagnet 3 1.0 with
                        Columns = 6
                    }

                let ladder = [| 0.3; 0.35; 0.4; 0.5; 0.7; 1.0; 1.6; 3.0 |]
                let result = sample few 61UL (ReplicaSystem.metropolis 2 model) ladder
                let rounds = float (few.Ladders * few.Snapshots * few.Every)

                for t in 0 .. ladder.Length - 1 do
                    let at = { model with Temperature = ladder[t] }

                    let exact quantity =
                        match Enumeration.fluctuation quantity at with
                        | Ok f -> f.Mean
                        | Error _ -> nan

                    let square =
                        result.Snapshots[t]
                        |> Array.chunkBySize few.Snapshots
                        |> Array.map (Array.averageBy (fun spins -> float (IsingModel.magnetisation spins) ** 2.0))

                    // Student with 15 degrees of freedom: 4.5 errors have p = 4e-4, 16 values. An excitation costs 4.
                    let zEnergy =
                        result.Energies[t]
                        |> Array.map Statistics.mean
                        |> z (exact (fun l -> float l.BondSum)) (4.0 / rounds)

                    let zSquare = square |> z (exact (fun l -> float l.Magnetisation ** 2.0)) 0.0

                    Expect.isTrue
                        (abs zEnergy < 4.5 && abs zSquare < 4.5)
                        $"T = {ladder[t]}: z = {zEnergy:F2}, {zSquare:F2}"

                result.Checks |> Seq.iter (fun check -> Expect.isTrue check.Passed check.Detail)
            }

            test "Energies of a 6×6 torus are those of the transfer matrix" {
                let model = IsingModel.triangularAntiferromagnet 6 1.0
                let ladder = ReplicaExchange.geometric 0.5 3.0 8
                let result = sample few 67UL (ReplicaSystem.metropolis 2 model) ladder

                for t in 0 .. ladder.Length - 1 do
                    match TransferMatrix.averages { model with Temperature = ladder[t] } with
                    | Ok exact ->
                        let energy = result.MeanEnergies[t]
                        // Student with 15 degrees of freedom: 4.5 errors have p = 4e-4, 8 values.
                        Expecting.withinErrors 4.5 energy (36.0 * exact.Energy) $"T = {ladder[t]}"
                    | Error faults -> failwithf "%A" faults
            }

            test "Swaps are accepted as often as the exact laws say, and energies are those of the snapshots" {
                let model = IsingModel.square 2 1.0
                let ladder = [| 1.5; 2.6; 4.0 |]
                let result = sample few 71UL (ReplicaSystem.metropolis 1 model) ladder
                let energies = Array.init 16 (spinsOf 4 >> IsingModel.energy model)
                let laws = ladder |> Array.map (fun t -> boltzmann { model with Temperature = t })

                for i in 0..1 do
                    let exact =
                        Seq.sum (
                            seq {
                                for a in 0..15 do
                                    for b in 0..15 ->
                                        laws[i][a]
                                        * laws[i + 1][b]
                                        * min
                                            1.0
                                            (exp ((1.0 / ladder[i] - 1.0 / ladder[i + 1]) * (energies[a] - energies[b])))
                            }
                        )

                    let found = result.SwapAcceptances[i]
                    Expecting.withinErrors 4.5 found exact $"pair {i}"

                for t in 0..2 do
                    Expect.equal result.Snapshots[t].Length (few.Ladders * few.Snapshots) "snapshots of all ladders"

                    for n in 0 .. result.Snapshots[t].Length - 1 do
                        let series = result.Energies[t][n / few.Snapshots]
                        let spins = result.Snapshots[t].[n]

                        Expect.equal
                            (IsingModel.energy model spins)
                            series[(n % few.Snapshots + 1) * few.Every - 1]
                            $"the energy of snapshot {n}"
            }

            test "Round trips are counted" {
                // Replicas at almost one temperature always swap: in every second round of two, in a circle of four rounds.
                let system = ReplicaSystem.metropolis 1 (IsingModel.square 2 1.0)
                let result = sample few 73UL system [| 1e12; 1.001e12 |]
                // 500 rounds, 125 circles of each of the two replicas; the first of each is not seen from its start or not to its end.
                Expecting.inRange result.RoundTrips (16 * 2 * 123) (16 * 2 * 125) "round trips"
                Expecting.decimals 9 result.SwapAcceptances[0].Value 1.0 "all swaps are accepted"
            }

            test "A quench that is still going on, and replicas that stay, are noticed" {
                let options =
                    { few with
                        Equilibrate = 0
                        Snapshots = 8
                    }

                let result =
                    sample options 79UL (ReplicaSystem.metropolis 1 (IsingModel.square 32 1.0)) [| 1.0; 4.0 |]

                Expect.isFalse result.Checks[0].Passed "the check of equilibrium fails"
                Expect.isFalse result.Checks[1].Passed "the check of the replicas' movement fails"
            }

            test "The same on any number of threads, with progress" {
                let system = ReplicaSystem.metropolis 1 (IsingModel.square 4 1.0)
                let one = sampleOn 1 few 89UL system [| 1.5; 3.0 |]
                let reports = System.Collections.Concurrent.ConcurrentBag<float>()

                match
                    ReplicaExchange.sample
                        few
                        { Run.seeded 89UL Run.quiet with
                            Threads = 2
                            Progress = fun p -> reports.Add p.Fraction
                        }
                        system
                        [| 1.5; 3.0 |]
                with
                | Ok two ->
                    Expect.equal
                        (Array.concat two.Energies[0])
                        (Array.concat one.Energies[0])
                        "energies on two threads and on one"

                    Expect.equal two.Snapshots[1] one.Snapshots[1] "snapshots on two threads and on one"
                    Expecting.inRange reports.Count 99 101 "reports of progress"
                    Expect.equal (Seq.max reports) 1.0 "the last report"
                | Error faults -> failwithf "%A" faults
            }

            test "All faults are told, and the work can be cancelled" {
                let system = ReplicaSystem.metropolis 1 (IsingModel.square 4 1.0)

                let run options token temperatures =
                    ReplicaExchange.sample options { Run.quiet with Cancel = token } system temperatures

                let count result =
                    match result with
                    | Ok _ -> 0
                    | Error faults -> List.length faults

                Expect.equal
                    (run { few with Ladders = 1; Every = 0 } CancellationToken.None [| 1.0 |] |> count)
                    3
                    "every fault of the options is told"

                Expect.equal
                    (run few CancellationToken.None [| -1.0; 2.0; 2.0 |] |> count)
                    2
                    "every fault of the ladder is told"

                Expecting.throwsAny<System.OperationCanceledException>
                    (fun () -> run few (CancellationToken true) [| 1.0; 2.0 |] |> ignore)
                    "the work is cancelled"
                |> ignore
            }

            test "A geometric ladder has its ends and one ratio" {
                let ladder = ReplicaExchange.geometric 0.5 8.0 5

                Expect.sequenceEqual
                    (ladder |> Array.map (fun t -> System.Math.Round(t, 12)))
                    [| 0.5; 1.0; 2.0; 4.0; 8.0 |]
                    "a ratio of two"
            }
        ]
