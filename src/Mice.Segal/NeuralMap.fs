namespace Mice.Segal

open System.Diagnostics
open Mice

/// What chains with proposals of a network say of a system at all temperatures and fields of a grid.
[<NoEquality; NoComparison>]
type NeuralMap =
    {
        System: SemiGrandSystem
        Options: NeuralChainOptions
        Grid: SegalGrid
        /// [temperatures][fields]
        Chains: NeuralChain[][]
        /// [temperatures][fields], where exact values are known.
        Exact: SemiGrandExact[][] option
        /// How long the chains took.
        Seconds: float
    }

/// Chains over temperature and field, and their description for files and people.
[<RequireQualifiedAccess>]
module NeuralMap =
    /// <summary>Chains at all places of a grid.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">How the chains are run.</param>
    /// <param name="grid">Where.</param>
    /// <param name="isExact">Whether exact values are to be found too.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange, and those of exact values.</returns>
    let create (run: Run) (o: NeuralChainOptions) (grid: SegalGrid) (isExact: bool) (n: SegalNetwork) =
        let clock = Stopwatch.StartNew()
        let fields = grid.Fields.Length
        let share = 1.0 / float (grid.Temperatures.Length * fields)

        let at i t k b =
            let place = i * fields + k

            let own =
                run
                |> Run.item place
                |> Run.within (float place * share) share $"T = {Number.text t}, field {Number.text b}"

            NeuralChain.create own o { Temperature = t; Field = b } n

        validate {
            let! () = SegalMap.faults grid

            let! chains =
                grid.Temperatures
                |> Array.mapi (fun i t -> grid.Fields |> Array.mapi (at i t) |> SegalMap.collect)
                |> SegalMap.collect

            let! exact = SegalMap.exactValues run isExact grid n.System

            return
                {
                    System = n.System
                    Options = o
                    Grid = grid
                    Chains = chains
                    Exact = exact
                    Seconds = clock.Elapsed.TotalSeconds
                }
        }

    let private meaning =
        "Averages over Markov chains with weights exp(−(E − BΣ charge)/k_BT), whose proposals are samples of the network and single sites. They are without bias once chains are long against their autocorrelation time; a free energy comes from the methods snis and mbar. Brackets hold one standard error in the last digits."

    let private every (map: NeuralMap) : (NeuralChain * SemiGrandExact option) list =
        [
            for i, row in Array.indexed map.Chains do
                for k, c in Array.indexed row -> c, map.Exact |> Option.map (fun exact -> exact[i][k])
        ]

    let private rows (w: SegalDescription.Words) (c: NeuralChain, exact: SemiGrandExact option) : ResultRow list =
        [
            ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 3 c.Conditions.Temperature
            ResultRow.number w.FieldKey w.Field w.EnergyUnit 5 c.Conditions.Field
            ResultRow.estimate w.Charge w.ChargeLabel "" c.Charge
            ResultRow.estimate ("energy_per_site" + w.EnergyKey) "E/N" w.EnergyUnit c.Energy
            ResultRow.estimate "heat_capacity_per_site_kB" "C/N" "k_B" c.HeatCapacity
            ResultRow.number "acceptance" "Proposals taken" "" 4 c.Acceptance
            ResultRow.estimate "autocorrelation_time_rounds" "Autocorrelation time" "rounds" c.AutocorrelationTime
            ResultRow.count "longest_stay_rounds" "Longest stay, rounds" c.LongestStay

            match exact with
            | Some exact -> ResultRow.number ("exact_" + w.Charge) $"{w.ChargeLabel}, exact" "" 5 exact.Charge
            | None -> ()
        ]

    /// Each check of the chains, that of the first place where it was not passed.
    let private chainChecks (map: NeuralMap) (w: SegalDescription.Words) : Check list =
        every map
        |> List.collect (fun (c, _) -> c.Checks |> List.map (fun check -> c.Conditions, check))
        |> List.groupBy (fun (_, check) -> check.Name)
        |> List.map (fun (_, all) ->
            let where, check =
                all |> List.tryFind (fun (_, check) -> not check.Passed) |> Option.defaultValue all.Head

            { check with
                Detail = $"{SegalDescription.place w where}: {check.Detail}"
            })

    let private exactCheck (map: NeuralMap) (w: SegalDescription.Words) : Check list =
        let deviations =
            [
                for c, exact in every map do
                    match exact with
                    | Some exact ->
                        let error = max c.Charge.StandardError 1e-9
                        abs (c.Charge.Value - exact.Charge) / error, c.Conditions
                    | None -> ()
            ]

        match deviations with
        | [] -> []
        | known ->
            let worst, where = List.maxBy fst known

            [
                {
                    Name = "exact values"
                    Passed = worst <= 5.0
                    Detail =
                        $"largest deviation of the {w.Charge} {worst:F1} errors at {SegalDescription.place w where}; 5 are allowed"
                }
            ]

    let private answer (map: NeuralMap) (w: SegalDescription.Words) : string =
        match every map with
        | [ c, _ ] ->
            $"{w.ChargeLabel} = {Estimate.format c.Charge}, E/N = {Estimate.format c.Energy} {w.EnergyUnit}".TrimEnd()
            + $" at {SegalDescription.place w c.Conditions}, from {map.Options.Chains} chains of {map.Options.Rounds} rounds."
        | all ->
            let least = all |> List.map (fun (c, _) -> c.Acceptance) |> List.min

            $"{w.ChargeLabel} and energy of {map.System.Name} at {all.Length} temperatures and fields, from chains that take {100.0 * least:F1} %% of the network's proposals or more."

    /// <summary>The description of chains.</summary>
    /// <param name="n">The network.</param>
    /// <param name="map">The chains.</param>
    let describe (n: SegalNetwork) (map: NeuralMap) : ResultDescription =
        let w = SegalDescription.words map.System

        {
            Answer = answer map w
            Meaning = meaning
            Sections =
                [
                    (if List.length (every map) > SegalMapDescription.mostRows then
                         ResultRow.curve
                     else
                         ResultRow.table)
                        "results"
                        "Temperatures and fields"
                        (every map |> List.map (rows w))

                    ResultRow.record "" "Work" [ ResultRow.number "seconds" "Time" "s" 1 map.Seconds ]
                ]
            Checks = chainChecks map w @ exactCheck map w
            Notes = []
            Settings =
                SegalDescription.formOf n
                @ [ "method", "mcmc"; "operations", string map.Options.Operations ]
                @ SegalDescription.chainSettings map.Options
        }
