namespace Mice.Rsmi

open System
open Mice
open Mice.Samplers

/// <summary>What filters found, as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module RsmiDescription =
    let private meaning =
        "I(H : E) in nats: what the discrete coarse variable H = h(V) of a block V shares with the environment E beyond a buffer. The number is H(H) + ⟨ln q(h|e)⟩ on configurations that neither filters nor critic q have seen, a lower bound for this filter; brackets hold one standard error in the last digits, from independent groups of configurations. That another filter may know more is not excluded."

    /// A value of the parameter as people give it.
    let valueText (value: float) : string =
        if Double.IsPositiveInfinity value then
            "inf"
        else
            Number.text value

    /// The parameter and the buffer in words.
    let place (symbol: string) (p: RsmiPoint) : string =
        if Double.IsNaN p.Value then
            $"L_B = {p.Geometry.Buffer}"
        else
            $"{symbol} = {valueText p.Value}, L_B = {p.Geometry.Buffer}"

    let private weights (p: RsmiPoint) (filter: float[]) : ResultRow list list =
        let cube = Array.create p.Lattice.Shape.Length p.Geometry.Block
        let sites = LatticeShape.sites cube

        [
            for i in 0 .. filter.Length - 1 ->
                [
                    ResultRow.count "channel" "" (i / sites)
                    ResultRow.count "site" "" (i % sites)
                    ResultRow.number "weight" "" "" 4 filter[i]
                ]
        ]

    let private filters (operators: FilterOperator list) (p: RsmiPoint) =
        [
            for k in 0 .. p.Result.Best.Filters.Length - 1 ->
                let filter = p.Result.Best.Filters[k]

                [
                    ResultRow.count "component" "" (k + 1)
                    ResultRow.table
                        "overlaps"
                        ""
                        [
                            for operator in operators ->
                                [
                                    ResultRow.text "operator" "" operator.Name
                                    ResultRow.number "overlap" "" "" 3 (FilterOperator.overlap filter operator.Weights)
                                ]
                        ]
                    ResultRow.curve "weights" "" (weights p filter)
                ]
        ]

    /// The operators most like the filters.
    let likest (operators: FilterOperator list) (p: RsmiPoint) : string =
        p.Result.Best.Filters
        |> Array.map (fun filter ->
            operators
            |> List.map (fun o -> o.Name, FilterOperator.overlap filter o.Weights)
            |> List.sortByDescending snd
            |> function
                | (name, overlap) :: _ -> $"{name} {overlap:F2}"
                | [] -> "")
        |> String.concat ", "

    let private ensemble (p: RsmiPoint) =
        let trained = p.Result.Ensemble

        [
            ResultRow.count "seeds" "Seeds" trained.Grainers.Length
            ResultRow.count
                "collapsed"
                "Collapsed"
                (trained.Validated |> Array.filter (fun v -> v <= Rsmi.Collapsed) |> Array.length)
            ResultRow.number "best_validated_nats" "Best" "nats" 4 (Array.max trained.Validated)
            ResultRow.number "worst_validated_nats" "Worst" "nats" 4 (Array.min trained.Validated)
            ResultRow.curve
                "spectrum"
                ""
                [
                    for i, share in Array.indexed p.Result.Components.Spectrum ->
                        [
                            ResultRow.count "component" "" (i + 1)
                            ResultRow.estimate "share" "" "" share
                        ]
                ]
        ]

    let private certificate (p: RsmiPoint) =
        let c = p.Result.Certificate

        [
            ResultRow.estimate "retrained_bound_nats" "Critic trained anew" "nats" c.RetrainedBound
            ResultRow.estimate "counted_nats" "Counted" "nats" c.Counted
            ResultRow.estimate "entropy_of_h_nats" "H(H)" "nats" c.Entropy
            ResultRow.number "on_training_nats" "On its training samples" "nats" 4 c.OnTraining
            ResultRow.count "test_samples" "Test samples" c.Samples
            ResultRow.count "test_groups" "Independent groups" c.Groups
        ]

    /// Operators of the system, or those of one degree of freedom a site.
    let private operators (system: RsmiSystem option) (p: RsmiPoint) : FilterOperator list =
        match system with
        | Some system -> system.Operators p.Geometry.Block
        | None when p.Lattice.Channels = 1 -> FilterOperator.ofSites p.Lattice p.Geometry.Block
        | None -> []

    let private rows (system: RsmiSystem option) (p: RsmiPoint) : ResultRow list =
        let operators = operators system p

        let key, symbol =
            system |> Option.map (fun s -> s.Parameter, s.Symbol) |> Option.defaultValue ("value", "value")

        [
            if Double.IsPositiveInfinity p.Value then
                ResultRow.text key symbol (valueText p.Value)
            elif not (Double.IsNaN p.Value) then
                ResultRow.number key symbol "" 4 p.Value

            ResultRow.count "buffer" "L_B" p.Geometry.Buffer
            ResultRow.principal "rsmi_nats" "I(H : E)" "nats" p.Result.Information
            ResultRow.estimate "counted_nats" "counted" "nats" p.Result.Certificate.Counted
            ResultRow.estimate "entropy_of_h_nats" "H(H)" "nats" p.Result.Certificate.Entropy
            ResultRow.text "likest" "filters like" (likest operators p)
            ResultRow.count "components" "" p.Result.Best.Filters.Length
            ResultRow.number "seconds" "time" "s" 1 p.Result.Seconds
            ResultRow.table "filters" "" (filters operators p)
            ResultRow.record "ensemble" "" (ensemble p)
            ResultRow.record "certificate" "" (certificate p)
            ResultRow.record "reliability" "" (ResultRow.checks (p.SamplerChecks @ p.Result.Checks))
        ]

    let private checks symbol (points: RsmiPoint list) : Check list =
        [
            for value, group in points |> List.groupBy _.Value do
                for check in (List.head group).SamplerChecks do
                    { check with
                        Name =
                            if Double.IsNaN value then
                                check.Name
                            else
                                $"{symbol} = {valueText value}: {check.Name}"
                    }

            for p in points do
                for check in p.Result.Checks do
                    { check with
                        Name = $"{place symbol p}: {check.Name}"
                    }
        ]

    let private answer symbol (points: RsmiPoint list) : string =
        let told (p: RsmiPoint) =
            $"""{Words.estimate "nats" p.Result.Information} at {place symbol p}"""

        match points with
        | [ one ] -> $"The best coarse variable of the block shares {told one} with its environment."
        | _ ->
            let by = points |> List.sortBy (fun p -> float p.Result.Information.Value)
            $"What the best coarse variable shares with its environment goes from {told (List.head by)} to {told (List.last by)}."

    /// <summary>The description of points.</summary>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="system">What was drawn; None for configurations from elsewhere.</param>
    /// <param name="points">One or more.</param>
    let create
        (settings: (string * string) list)
        (system: RsmiSystem option)
        (points: RsmiPoint list)
        : ResultDescription =
        let symbol = system |> Option.map _.Symbol |> Option.defaultValue "value"

        {
            Answer = answer symbol points
            Meaning = meaning
            Sections =
                [
                    ResultRow.table "results" "Real-space mutual information" (points |> List.map (rows system))
                ]
            Checks = checks symbol points
            Notes = []
            Settings = settings
        }
