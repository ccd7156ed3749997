module Mice.Samplers.Tests.ReplicaExchangeTests

open System.Threading
open Xunit
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

let private few =
    { ReplicaExchangeOptions.defaults with
        Ladders = 16
        Snapshots = 100
        Equilibrate = 100
        Every = 5
        Threads = 2
    }

let private sample options seed system temperatures =
    match ReplicaExchange.sample options CancellationToken.None ignore (Key.ofSeed seed) system temperatures with
    | Ok result -> result
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

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

[<Fact>]
let ``The full transition matrix of a swap is in detailed balance with both laws`` () =
    for pair in jointModels do
        inDetailedBalance (jointLaw pair) (swaps pair)

[<Fact>]
let ``A round leaves the joint law of the replicas as it is`` () =
    for pair in jointModels do
        let law = jointLaw pair
        Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, 14)) law (afterRound pair law)

[<Fact>]
let ``One round has the transition matrix of the definition`` () =
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
                Assert.Equal<float>(Array.map system.Energy next.States, next.Energies)
                let n = 16 * numberOf next.States[0] + numberOf next.States[1]
                counts[n] <- counts[n] + 1

            // 20 tests with fixed seeds.
            Array.init 256 (fun n -> if n = start then 1.0 else 0.0)
            |> afterRound pair
            |> fun law -> follows 1e-4 law counts

/// z of independent values, for means of many rare events too: an error is at least that of one event in all chains.
let private z (expected: float) (oneEvent: float) (values: float[]) =
    (Statistics.mean values - expected)
    / sqrt (Statistics.standardError values ** 2.0 + oneEvent ** 2.0)

[<Fact>]
let ``The triangular antiferromagnet is exact down to T = 0.3`` () =
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
        Assert.True(abs zEnergy < 4.5 && abs zSquare < 4.5, $"T = {ladder[t]}: z = {zEnergy:F2}, {zSquare:F2}")

    Assert.All(result.Checks, (fun check -> Assert.True(check.Passed, check.Detail)))

[<Fact>]
let ``Energies of a 6×6 torus are those of the transfer matrix`` () =
    let model = IsingModel.triangularAntiferromagnet 6 1.0
    let ladder = ReplicaExchange.geometric 0.5 3.0 8
    let result = sample few 67UL (ReplicaSystem.metropolis 2 model) ladder

    for t in 0 .. ladder.Length - 1 do
        match TransferMatrix.averages { model with Temperature = ladder[t] } with
        | Ok exact ->
            let energy = result.MeanEnergies[t]
            let z = (energy.Value - 36.0 * exact.Energy) / energy.StandardError
            // Student with 15 degrees of freedom: 4.5 errors have p = 4e-4, 8 values.
            Assert.True(abs z < 4.5, $"T = {ladder[t]}: z = {z:F2}")
        | Error faults -> failwithf "%A" faults

[<Fact>]
let ``Swaps are accepted as often as the exact laws say, and energies are those of the snapshots`` () =
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
                            * min 1.0 (exp ((1.0 / ladder[i] - 1.0 / ladder[i + 1]) * (energies[a] - energies[b])))
                }
            )

        let found = result.SwapAcceptances[i]
        let z = (found.Value - exact) / found.StandardError
        Assert.True(abs z < 4.5, $"pair {i}: {Estimate.format found} against {exact}")

    for t in 0..2 do
        Assert.Equal(few.Ladders * few.Snapshots, result.Snapshots[t].Length)

        for n in 0 .. result.Snapshots[t].Length - 1 do
            let series = result.Energies[t][n / few.Snapshots]

            let spins = result.Snapshots[t].[n]
            Assert.Equal(series[(n % few.Snapshots + 1) * few.Every - 1], IsingModel.energy model spins)

[<Fact>]
let ``Round trips are counted`` () =
    // Replicas at almost one temperature always swap: in every second round of two, in a circle of four rounds.
    let system = ReplicaSystem.metropolis 1 (IsingModel.square 2 1.0)
    let result = sample few 73UL system [| 1e12; 1.001e12 |]
    // 500 rounds, 125 circles of each of the two replicas; the first of each is not seen from its start or not to its end.
    Assert.InRange(result.RoundTrips, 16 * 2 * 123, 16 * 2 * 125)
    Assert.Equal(1.0, result.SwapAcceptances[0].Value, 9)

[<Fact>]
let ``A quench that is still going on, and replicas that stay, are noticed`` () =
    let options =
        { few with
            Equilibrate = 0
            Snapshots = 8
            Threads = 1
        }

    let result =
        sample options 79UL (ReplicaSystem.metropolis 1 (IsingModel.square 32 1.0)) [| 1.0; 4.0 |]

    Assert.False result.Checks[0].Passed
    Assert.False result.Checks[1].Passed

[<Fact>]
let ``The same on any number of threads, with progress`` () =
    let system = ReplicaSystem.metropolis 1 (IsingModel.square 4 1.0)
    let one = sample { few with Threads = 1 } 89UL system [| 1.5; 3.0 |]
    let reports = System.Collections.Concurrent.ConcurrentBag<float>()

    match
        ReplicaExchange.sample
            few
            CancellationToken.None
            (fun p -> reports.Add p.Fraction)
            (Key.ofSeed 89UL)
            system
            [| 1.5; 3.0 |]
    with
    | Ok two ->
        Assert.Equal<float>(Array.concat one.Energies[0], Array.concat two.Energies[0])
        Assert.Equal<sbyte[]>(one.Snapshots[1], two.Snapshots[1])
        Assert.Equal(100, reports.Count)
        Assert.Equal(1.0, Seq.max reports)
    | Error faults -> failwithf "%A" faults

[<Fact>]
let ``All faults are told, and the work can be cancelled`` () =
    let system = ReplicaSystem.metropolis 1 (IsingModel.square 4 1.0)

    let run options token temperatures =
        ReplicaExchange.sample options token ignore (Key.ofSeed 1UL) system temperatures

    let count result =
        match result with
        | Ok _ -> 0
        | Error faults -> List.length faults

    Assert.Equal(3, run { few with Ladders = 1; Every = 0 } CancellationToken.None [| 1.0 |] |> count)
    Assert.Equal(2, run few CancellationToken.None [| -1.0; 2.0; 2.0 |] |> count)
    use source = new CancellationTokenSource()
    source.Cancel()

    Assert.ThrowsAny<System.OperationCanceledException>(fun () -> run few source.Token [| 1.0; 2.0 |] |> ignore)
    |> ignore

[<Fact>]
let ``A geometric ladder has its ends and one ratio`` () =
    let ladder = ReplicaExchange.geometric 0.5 8.0 5
    Assert.Equal<float>([| 0.5; 1.0; 2.0; 4.0; 8.0 |], ladder |> Array.map (fun t -> System.Math.Round(t, 12)))
