namespace Mice.Alloys

open System
open Mice
open Mice.Samplers

/// What replica exchange over temperatures gave at one Δμ.
[<NoEquality; NoComparison>]
type AlloyTempering =
    {
        /// Δμ, eV.
        Difference: float
        /// [temperatures], growing: averages; errors are from the spread of the ladders and from blocking, the larger one. Acceptance is that of single turns.
        Points: SemiGrandPoint[]
        /// Shares of the tried swaps of each temperature with the next one that were accepted, [temperatures − 1].
        SwapAcceptances: Estimate<1>[]
        /// How often a replica went from the lowest temperature to the highest and back, in all ladders together.
        RoundTrips: int
        /// Whether replicas travelled; checks of each temperature are with its averages.
        Checks: Check list
    }

/// <summary>Replica exchange (parallel tempering) of a cluster expansion in the semi-grand canonical ensemble: after every sweep replicas at neighbouring temperatures swap with probability
/// min(1, exp((β − β′)(H − H′))), H = E − Δμ n₁, so that cold replicas are renewed by passing through high temperatures.</summary>
/// <remarks>Replicas of all ladders are lanes of one vector of the processor where they fit, at little more than the cost of one. Replicas of ladder l start as chain l of <c>AlloyMonteCarlo</c>
/// does: from random, pure and half-and-half configurations in turns. Source: K. Hukushima, K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996), doi:10.1143/JPSJ.65.1604.</remarks>
[<RequireQualifiedAccess>]
module AlloyTempering =
    let private remedy = "put higher temperatures, or more of them, into the ladder"

    /// Some ladders side by side.
    let private walk (plan: LadderPlan) (run: Run) (ladders: int[]) =
        let count, sites = plan.Betas.Length, plan.Table.Sites
        let ensemble = AlloyEnsemble.SemiGrand plan.Difference

        let begun () =
            [|
                for ladder in ladders do
                    for t in 0 .. count - 1 do
                        let key = plan.Key |> Key.item ladder |> Key.named "start" |> Key.item t
                        AlloyChains.start ensemble sites ladder key
            |]
            |> fun starts -> ExchangingReplicas(plan, ladders, starts)

        let read reader =
            let starts =
                Array.init (ladders.Length * count) (fun _ -> SweepBlocks.read<byte> reader sites)

            let replicas = ExchangingReplicas(plan, ladders, starts)
            replicas.Read reader
            replicas

        SweepBlocks.run
            {
                Name = $"ladders-{ladders[0]}"
                Sweeps = plan.Options.Equilibrate + plan.Options.Snapshots * plan.Options.Every
                Start = begun
                Read = read
                Write = fun writer replicas -> replicas.Write writer
                Advance = fun block first last replicas -> replicas.Advance(block, first, last)
            }
            run

    /// Rounds after equilibration in which a pair was tried.
    let private tried (o: ReplicaExchangeOptions) pair =
        Seq.init (o.Snapshots * o.Every) (fun n -> (n + o.Equilibrate) % 2)
        |> Seq.filter (fun first -> first = pair % 2)
        |> Seq.length

    let private collect (o: ReplicaExchangeOptions) (temperatures: float[]) (plan: LadderPlan) all =
        let records = all |> Array.collect (fun (r: ExchangingReplicas) -> r.Records)
        let swaps = all |> Array.collect (fun (r: ExchangingReplicas) -> r.Swaps)
        let trips = all |> Array.sumBy (fun (r: ExchangingReplicas) -> Array.sum r.Trips)

        let chains: ChainOptions =
            {
                Chains = o.Ladders
                Snapshots = o.Snapshots
                Equilibrate = o.Equilibrate
                Every = o.Every
            }

        let point t temperature =
            let conditions = AlloyConditions.semiGrand temperature plan.Difference

            records
            |> Array.map (Array.item t)
            |> AlloyMonteCarlo.ofRecords remedy chains conditions plan.Table.Sites
            |> SemiGrandPoint.ofSample conditions plan.Difference plan.Table.Sites

        let swapRate pair =
            swaps
            |> Array.map (fun ladder -> float ladder[pair] / float (tried o pair))
            |> Statistics.estimate Direction.Exact

        {
            Difference = plan.Difference
            Points = temperatures |> Array.mapi point
            SwapAcceptances = Array.init (temperatures.Length - 1) swapRate
            RoundTrips = trips
            Checks = [ ReplicaExchange.travelled trips o.Ladders ]
        }

    /// At one Δμ.
    let private ladders (o: ReplicaExchangeOptions) (run: Run) (temperatures: float[]) (table: FigureTable) difference =
        let plan =
            {
                Options = o
                Betas = temperatures |> Array.map (fun t -> 1.0 / (float boltzmann * t))
                Difference = difference
                Table = table
                Key = run.Key
            }

        let together = max 1 (TermRuns.Lanes / temperatures.Length)
        let groups = Array.chunkBySize together [| 0 .. o.Ladders - 1 |]

        Run.jobs (Array.length >> float) (walk plan) groups run |> Result.map (collect o temperatures plan)

    let private identity (o: ReplicaExchangeOptions) temperatures differences (table: FigureTable) () =
        let listed values =
            values |> Array.map Number.text |> String.concat ","

        [
            "ladders", string o.Ladders
            "snapshots", string o.Snapshots
            "equilibrate", string o.Equilibrate
            "every", string o.Every
            "temperatures", listed temperatures
            "chemical_potential_differences", listed differences
            "alloy", SpinPolynomial.digest table.Polynomial
        ]

    /// <summary>Samples all temperatures together, at one Δμ after the other. Same key, same result, on any number of threads; with a store a run that was stopped goes on to the same
    /// numbers.</summary>
    /// <param name="options">A round is a sweep of every replica and then swaps of every other pair.</param>
    /// <param name="run">Threads and so on; Δμ number i uses child i of the key.</param>
    /// <param name="temperatures">The ladder, K, growing, 2 or more.</param>
    /// <param name="differences">Δμ, eV, one or more.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>[differences]. Errors: of the options, the run and the temperatures; of the store, Mismatch and BadFile.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let sample
        (options: ReplicaExchangeOptions)
        (run: Run)
        (temperatures: float[])
        (differences: float[])
        (table: FigureTable)
        : Result<AlloyTempering[], MiceError list> =
        validate {
            let! options = ReplicaExchangeOptions.check options
            and! () = ReplicaExchange.ladderFaults temperatures
            and! () = Run.faults run

            and! () =
                differences
                |> List.ofArray
                |> List.collect (Validate.that "the difference Δμ" "a finite number" Double.IsFinite)

            let! claimed =
                Run.claim "tempering of an alloy" (identity options temperatures differences table) run

            let share = 1.0 / float differences.Length

            let one i difference =
                let part =
                    claimed |> Run.item i |> Run.below $"{i}" |> Run.within (share * float i) share ""

                ladders options part temperatures table difference

            let! found = differences |> List.ofArray |> List.mapi one |> Validate.all
            return Array.ofList found
        }
