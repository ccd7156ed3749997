namespace Mice.Segal

open Mice

/// <summary>Maps over temperature and field as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module SegalMapDescription =
    let private meaning =
        "Φ/N = −k_BT ln Z/N of the semi-grand canonical ensemble, weights exp(−(E − BΣ charge)/k_BT). The value by importance sampling has no direction: its bias is of the order of its variance, and states that the network never draws are missing from it. The variational value is an upper bound. Brackets hold one standard error in the last digits."

    let private meaningOf (map: SegalMap) =
        let derivatives =
            if map.Responses.IsSome then
                " Derivatives are those of the network itself, right as far as it has learned; fluctuations with weights do not depend on that."
            else
                ""

        match map.Method with
        | SegalMethod.ImportanceSampling -> meaning + derivatives
        | SegalMethod.Mbar _ ->
            meaning.Replace("by importance sampling", "by MBAR")
            + " Samples of all temperatures and fields are weighed together; chains bring states that the network forgets."
            + derivatives

    let private methodOf (method: SegalMethod) : (string * string) list =
        match method with
        | SegalMethod.ImportanceSampling -> [ "method", "snis" ]
        | SegalMethod.Mbar chains ->
            ("method", "mbar")
            :: (chains |> Option.map SegalDescription.chainSettings |> Option.defaultValue [])

    /// Effective samples below which errors are not to be trusted.
    let private floor = 100.0

    /// More rows than one reads are shown as figures.
    let internal mostRows = 48

    /// What is known of one place.
    type private Place =
        {
            Estimate: SemiGrandEstimate
            Response: SegalResponse option
            Exact: SemiGrandExact option
        }

    let private every (map: SegalMap) : Place list =
        let at i k =
            Option.map (fun (all: 'a[][]) -> all[i][k])

        [
            for i, row in Array.indexed map.Estimates do
                for k, e in Array.indexed row ->
                    {
                        Estimate = e
                        Response = at i k map.Responses
                        Exact = at i k map.Exact
                    }
        ]

    /// The name and unit of what is by a unit of the field.
    let private byField (w: SegalDescription.Words) =
        if w.EnergyUnit = "" then
            "", ""
        else
            "_per_" + w.EnergyUnit, "1/" + w.EnergyUnit

    let private rows (map: SegalMap) (w: SegalDescription.Words) (p: Place) : ResultRow list =
        let e = p.Estimate
        let key, unit = byField w

        [
            ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 3 e.Conditions.Temperature
            ResultRow.number w.FieldKey w.Field w.EnergyUnit 5 e.Conditions.Field
            ResultRow.principal ("grand_potential_per_site" + w.EnergyKey) "Φ/N" w.EnergyUnit e.GrandPotential

            ResultRow.estimate
                ("variational_grand_potential_per_site" + w.EnergyKey)
                "Φ/N, bound"
                w.EnergyUnit
                e.Variational

            ResultRow.estimate w.Charge w.ChargeLabel "" e.Charge
            ResultRow.estimate ("energy_per_site" + w.EnergyKey) "E/N" w.EnergyUnit e.Energy
            ResultRow.estimate "heat_capacity_per_site_kB" "C/N" "k_B" e.HeatCapacity
            ResultRow.estimate ("susceptibility_per_site" + key) "χ/N" unit e.Susceptibility

            match p.Response with
            | Some r ->
                ResultRow.estimate "heat_capacity_of_network_per_site_kB" "C/N, derivative" "k_B" r.HeatCapacity
                ResultRow.estimate ("susceptibility_of_network_per_site" + key) "χ/N, derivative" unit r.Susceptibility
            | None -> ()

            ResultRow.number "ness" "NESS" "" 4 e.EffectiveSampleSize
            ResultRow.number "effective_samples" "Effective samples" "" 0 e.EffectiveSamples

            match p.Exact with
            | Some exact ->
                ResultRow.number
                    ("exact_grand_potential_per_site" + w.EnergyKey)
                    "Φ/N, exact"
                    w.EnergyUnit
                    7
                    exact.GrandPotential

                ResultRow.number ("exact_" + w.Charge) $"{w.ChargeLabel}, exact" "" 5 exact.Charge
                ResultRow.estimate "recovered_mass" "Recovered mass" "" (SegalMap.recoveredMass map.System e exact)
            | None -> ()
        ]

    let private samplesCheck (map: SegalMap) (w: SegalDescription.Words) : Check =
        let least = every map |> List.map _.Estimate |> List.minBy _.EffectiveSamples

        {
            Name = "effective samples"
            Passed = least.EffectiveSamples >= floor
            Detail =
                $"fewest {least.EffectiveSamples:F0} at {SegalDescription.place w least.Conditions}; below {floor:F0} neither number nor error can be trusted: draw more samples, or train longer"
        }

    /// Largest deviation from exact values, in errors.
    let private exactChecks (map: SegalMap) (w: SegalDescription.Words) : Check list =
        let deviation (p: Place) =
            let potential = p.Estimate.GrandPotential

            p.Exact
            |> Option.map (fun exact ->
                abs (potential.Value - exact.GrandPotential)
                / max potential.StandardError (1e-9 * abs exact.GrandPotential),
                p.Estimate.Conditions)

        match every map |> List.choose deviation with
        | [] -> []
        | known ->
            let worst, where = known |> List.maxBy fst

            [
                {
                    Name = "exact values"
                    Passed = worst <= 5.0
                    Detail = $"largest deviation {worst:F1} errors at {SegalDescription.place w where}; 5 are allowed"
                }
            ]

    /// Tables of the phases of a map, those that have rows.
    let private phases (map: SegalMap) (w: SegalDescription.Words) =
        let temperature value =
            ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 3 value

        let below, above =
            ResultRow.estimate $"{w.Charge}_below" "below" "", ResultRow.estimate $"{w.Charge}_above" "above" ""

        [
            "two_phases",
            "Two phases in equilibrium",
            [
                for pair in SegalPhases.pairs map ->
                    [
                        temperature pair.Temperature
                        ResultRow.number $"{w.Charge}_left" "left" "" 4 pair.Left
                        ResultRow.number $"{w.Charge}_right" "right" "" 4 pair.Right
                        ResultRow.estimate w.FieldKey w.Field w.EnergyUnit pair.Field
                        ResultRow.estimate
                            ("free_energy_above_tangent_per_site" + w.EnergyKey)
                            "F/N above the tangent"
                            w.EnergyUnit
                            pair.Depth
                    ]
            ]

            "heat_capacity_peaks",
            "Maxima of the heat capacity over the temperature",
            [
                for peak in SegalPhases.peaks map ->
                    [
                        ResultRow.number w.FieldKey w.Field w.EnergyUnit 5 peak.Field
                        temperature peak.Temperature
                        ResultRow.estimate w.Charge w.ChargeLabel "" peak.Charge
                        ResultRow.estimate "heat_capacity_per_site_kB" "C/N" "k_B" peak.HeatCapacity
                    ]
            ]

            "jumps",
            $"Largest jump of the {w.Charge} between neighbouring fields",
            [
                for j in SegalPhases.jumps map ->
                    [
                        temperature j.Temperature
                        ResultRow.number w.FieldKey w.Field w.EnergyUnit 5 j.Field
                        below j.Below
                        above j.Above
                    ]
            ]
        ]
        |> List.filter (fun (_, _, rows) -> not rows.IsEmpty)
        |> List.map (fun (key, heading, rows) -> ResultRow.table key heading rows)

    let private answer (map: SegalMap) (w: SegalDescription.Words) =
        let all = every map |> List.map _.Estimate

        match all with
        | [ e ] ->
            $"Φ/N = {Estimate.format e.GrandPotential} {w.EnergyUnit}".TrimEnd()
            + $" at {SegalDescription.place w e.Conditions}, {w.ChargeLabel.ToLowerInvariant()} = {Estimate.format e.Charge}, from {e.Samples} samples."
        | _ ->
            let errors = all |> List.map _.GrandPotential.StandardError |> List.sort

            $"Φ/N of {map.System.Name} at {all.Length} temperatures and fields, with a median standard error of {errors[errors.Length / 2]:E1} {w.EnergyUnit}"
                .TrimEnd()
            + "."

    /// <summary>The description of a map.</summary>
    /// <param name="n">The network.</param>
    /// <param name="map">The map.</param>
    let create (n: SegalNetwork) (map: SegalMap) : ResultDescription =
        let w = SegalDescription.words map.System

        {
            Answer = answer map w
            Meaning = meaningOf map
            Sections =
                [
                    (if List.length (every map) > mostRows then
                         ResultRow.curve
                     else
                         ResultRow.table)
                        "results"
                        "Temperatures and fields"
                        (every map |> List.map (rows map w))

                    yield! phases map w

                    ResultRow.record "" "Work" [ ResultRow.number "seconds" "Time" "s" 1 map.Seconds ]
                ]
            Checks = samplesCheck map w :: exactChecks map w @ map.Checks
            Notes = []
            Settings =
                SegalDescription.formOf n
                @ [
                    "samples", string map.Options.Samples
                    "operations", string map.Options.Operations
                ]
                @ methodOf map.Method
        }
