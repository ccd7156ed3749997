namespace Mice.Samplers

open System
open MathNet.Numerics.Distributions
open Mice

/// How replicas are sampled. One round moves every replica and then exchanges. Start from ReplicaExchangeOptions.defaults.
type ReplicaExchangeOptions =
    {
        /// Independent ladders with one replica at every temperature, 2 or more: errors come from their spread.
        Ladders: int
        /// Snapshots of every ladder at every temperature.
        Snapshots: int
        /// Rounds discarded at the start.
        Equilibrate: int
        /// Rounds between snapshots.
        Every: int
    }

/// Defaults and checks of the options.
[<RequireQualifiedAccess>]
module ReplicaExchangeOptions =
    /// 8 ladders of 200 snapshots, 10 rounds apart after 500.
    let defaults: ReplicaExchangeOptions =
        {
            Ladders = 8
            Snapshots = 200
            Equilibrate = 500
            Every = 10
        }

    /// <summary>Checks all fields: Ladders 2 or more, Equilibrate 0 or more, all others 1 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: ReplicaExchangeOptions) : Result<ReplicaExchangeOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 2 "ladders" options.Ladders
            and! () = Validate.atLeast 1 "snapshots" options.Snapshots
            and! () = Validate.atLeast 0 "equilibrate" options.Equilibrate
            and! () = Validate.atLeast 1 "every" options.Every
            return options
        }

/// What replica exchange gave.
type ReplicaExchangeResult<'state> =
    {
        /// Growing, as given.
        Temperatures: float[]
        /// [temperatures][ladders·snapshots], ladder after ladder.
        Snapshots: 'state[][]
        /// E of every round after equilibration, [temperatures][ladders][rounds].
        Energies: float[][][]
        /// ⟨E⟩ of the whole system at every temperature; errors from the spread of the ladders.
        MeanEnergies: Estimate<1>[]
        /// Integrated autocorrelation times of the energy at every temperature, in rounds.
        AutocorrelationTimes: Estimate<1>[]
        /// Shares of the tried swaps of each temperature with the next one that were accepted, [temperatures − 1].
        SwapAcceptances: Estimate<1>[]
        /// How often a replica went from the lowest temperature to the highest and back, in all ladders together.
        RoundTrips: int
        /// Whether the replicas were in equilibrium and travelled.
        Checks: Check list
    }

/// <summary>Replica exchange (parallel tempering): replicas at neighbouring temperatures swap their states with probability min(1, exp((β − β′)(E − E′))), so
/// that cold replicas are renewed by passing through high temperatures.</summary>
/// <remarks>Swaps of the pairs (0, 1), (2, 3), … and of the pairs (1, 2), (3, 4), … are tried in turn. Swaps leave the product of the Boltzmann laws
/// invariant. Sources: K. Hukushima, K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996), doi:10.1143/JPSJ.65.1604; for the order of the swaps M. Lingenheil et al.,
/// Chem. Phys. Lett. 478, 80 (2009); for round trips H. G. Katzgraber et al., J. Stat. Mech. P03018 (2006).</remarks>
[<RequireQualifiedAccess>]
module ReplicaExchange =
    /// <summary>Temperatures of equal ratio: T_i = coldest·(hottest/coldest)^(i/(count − 1)).</summary>
    /// <param name="coldest">The lowest temperature.</param>
    /// <param name="hottest">The highest temperature.</param>
    /// <param name="count">How many, 2 or more.</param>
    let geometric (coldest: float) (hottest: float) (count: int) : float[] =
        Array.init count (fun i -> coldest * (hottest / coldest) ** (float i / float (count - 1)))

    /// Record of one ladder: snapshots [snapshots][temperatures], energies [rounds][temperatures], accepted swaps [temperatures − 1].
    type private Travelled<'state> =
        {
            Kept: 'state[][]
            Series: float[][]
            Swapped: int[]
            Trips: int
        }

    let private travel (options: ReplicaExchangeOptions) (temperatures: float[]) system (run: Run) =
        let betas = temperatures |> Array.map (fun t -> 1.0 / t)
        let moves = temperatures |> Array.map system.Move
        let rounds = options.Snapshots * options.Every
        let report = Run.counter "sampling" (int64 (options.Equilibrate + rounds)) run

        let kept, series = ResizeArray(), Array.zeroCreate rounds
        let swaps = Array.zeroCreate (betas.Length - 1)
        let ways = Array.create betas.Length Way.Unknown
        let mutable trips = 0

        let mutable ladder =
            ReplicaLadder.start system betas.Length (Key.named "start" run.Key)

        for r in -options.Equilibrate .. rounds - 1 do
            Run.stopIfCancelled run
            let n = r + options.Equilibrate

            let struct (next, swapped) =
                ReplicaLadder.round
                    system.Energy
                    moves
                    betas
                    (n % 2)
                    (run.Key |> Key.named "rounds" |> Key.item n)
                    ladder

            ladder <- next

            if r >= 0 then
                series[r] <- ladder.Energies

                swapped
                |> Array.iteri (fun i s ->
                    if s then
                        swaps[i] <- swaps[i] + 1)

                trips <- trips + ReplicaLadder.travel ways ladder.Replicas

                if (r + 1) % options.Every = 0 then
                    kept.Add ladder.States

            report ()

        {
            Kept = kept.ToArray()
            Series = series
            Swapped = swaps
            Trips = trips
        }

    /// Check of equilibrium: the mean energies of the first and of the second half of the rounds agree at every temperature.
    let private equilibrium (energies: float[][][]) =
        let half = energies[0].[0].Length / 2

        // Two-sided p-value of Student's t, with the ladders as independent samples.
        let pValue (ladders: float[][]) =
            let changes =
                ladders |> Array.map (fun e -> Statistics.mean e[half..] - Statistics.mean e[.. half - 1])

            let mean, error = Statistics.mean changes, Statistics.standardError changes

            if mean = 0.0 then
                1.0
            else
                2.0 * StudentT.CDF(0.0, 1.0, float (ladders.Length - 1), -(abs mean) / error)

        // Bonferroni's bound for the smallest of several p-values.
        let smallest =
            if half = 0 then
                1.0
            else
                energies |> Array.map pValue |> Array.min |> (*) (float energies.Length) |> min 1.0

        {
            Name = "the replicas were in equilibrium"
            Passed = smallest >= 1e-3
            Detail =
                $"p = {smallest:G2} that the energies of the first and of the second half of the rounds differ by chance as much as they do, wanted 0.001 or more; else raise Equilibrate"
        }

    /// Whether replicas went from end to end.
    let internal travelled (trips: int) (ladders: int) : Check =
        {
            Name = "replicas travelled"
            Passed = trips >= ladders
            Detail =
                $"{trips} round trips of replicas between the lowest and the highest temperature in {ladders} ladders, wanted one per ladder or more; else raise Snapshots or Every, or put temperatures between neighbours that rarely swap"
        }

    let private collect (options: ReplicaExchangeOptions) (temperatures: float[]) (runs: Travelled<'state>[]) =
        let rounds = options.Snapshots * options.Every
        let count = temperatures.Length

        let energies =
            Array.init count (fun t -> runs |> Array.map (fun run -> run.Series |> Array.map (Array.item t)))

        let estimate (values: float[]) =
            Statistics.estimate Direction.Exact values

        // Pair i is tried in every second round.
        let tried i =
            Seq.init rounds (fun r -> (r + options.Equilibrate) % 2)
            |> Seq.filter (fun first -> first = i % 2)
            |> Seq.length

        let trips = runs |> Array.sumBy _.Trips

        {
            Temperatures = temperatures
            Snapshots =
                Array.init count (fun t -> runs |> Array.collect (fun run -> run.Kept |> Array.map (Array.item t)))
            Energies = energies
            MeanEnergies = energies |> Array.map (Array.map Statistics.mean >> estimate)
            AutocorrelationTimes = energies |> Array.map Statistics.autocorrelationTimeOfChains
            SwapAcceptances =
                Array.init (count - 1) (fun i ->
                    runs |> Array.map (fun run -> float run.Swapped[i] / float (tried i)) |> estimate)
            RoundTrips = trips
            Checks = [ equilibrium energies; travelled trips options.Ladders ]
        }

    /// What stands against a ladder.
    let internal ladderFaults (temperatures: float[]) : MiceError list =
        [
            if temperatures.Length < 2 then
                MiceError.TooFewData("temperatures", temperatures.Length, 2, "Exchange needs neighbours.")

            for t in temperatures do
                if not (Double.IsFinite t && t > 0.0) then
                    MiceError.OutOfRange("temperature", string t, "any finite number above 0")

            for left, right in Array.pairwise temperatures do
                if right <= left then
                    MiceError.OutOfRange("temperature", $"{right} after {left}", "growing numbers")
        ]

    /// <summary>Snapshots of the canonical ensemble at all temperatures. Same key, same result, on any number of threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; ladder i uses child i of the key.</param>
    /// <param name="system">What is moved.</param>
    /// <param name="temperatures">The ladder, growing, 2 or more.</param>
    /// <returns>Every fault of the options, the run and the temperatures.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let sample
        (options: ReplicaExchangeOptions)
        (run: Run)
        (system: ReplicaSystem<'state>)
        (temperatures: float[])
        : Result<ReplicaExchangeResult<'state>, MiceError list> =
        validate {
            let! options = ReplicaExchangeOptions.check options
            and! () = ladderFaults temperatures
            and! () = Run.faults run

            let work part i =
                travel options temperatures system (Run.item i part) |> Ok

            let! runs = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Ladders - 1 |] run
            return collect options temperatures runs
        }
