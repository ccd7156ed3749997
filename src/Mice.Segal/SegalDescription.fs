namespace Mice.Segal

open System
open Mice
open Mice.Learning

/// <summary>Trained networks and their maps as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module SegalDescription =
    /// Names of what is measured: in files and for people, with units.
    type internal Words =
        {
            EnergyKey: string
            EnergyUnit: string
            TemperatureKey: string
            TemperatureUnit: string
            FieldKey: string
            Field: string
            Charge: string
            ChargeLabel: string
        }

    let internal words (s: SemiGrandSystem) : Words =
        match s.Origin with
        | SystemOrigin.Alloy _ ->
            {
                EnergyKey = "_eV"
                EnergyUnit = "eV"
                TemperatureKey = "temperature_K"
                TemperatureUnit = "K"
                FieldKey = "chemical_potential_difference_eV"
                Field = "Δμ"
                Charge = "composition"
                ChargeLabel = "Composition x"
            }
        | SystemOrigin.Ising _
        | SystemOrigin.Own ->
            {
                EnergyKey = ""
                EnergyUnit = ""
                TemperatureKey = "temperature"
                TemperatureUnit = ""
                FieldKey = "field"
                Field = "B"
                Charge = "magnetisation"
                ChargeLabel = "Magnetisation m"
            }

    let private meaning =
        "Φ/N = −k_BT ln Z/N of the semi-grand canonical ensemble, weights exp(−(E − BΣ charge)/k_BT). The value by importance sampling has no direction: its bias is of the order of its variance, and states that the network never draws are missing from it. The variational value is an upper bound. Brackets hold one standard error in the last digits."

    let private meaningOf (method: SegalMethod) =
        match method with
        | SegalMethod.ImportanceSampling -> meaning
        | SegalMethod.Mbar _ ->
            meaning.Replace("by importance sampling", "by MBAR")
            + " Samples of all temperatures and fields are weighed together; chains bring states that the network forgets."

    /// What chains depend on, by name.
    let internal chainSettings (o: NeuralChainOptions) : (string * string) list =
        [
            "chains", string o.Chains
            "rounds", string o.Rounds
            "equilibration", string o.Equilibrate
            "sweeps", string o.Sweeps
        ]

    let private methodOf (method: SegalMethod) : (string * string) list =
        match method with
        | SegalMethod.ImportanceSampling -> [ "method", "snis" ]
        | SegalMethod.Mbar chains ->
            ("method", "mbar") :: (chains |> Option.map chainSettings |> Option.defaultValue [])

    let private range (unit: string) (low: float, high: float) =
        $"{Number.text low} to {Number.text high} {unit}".Trim()

    let internal formOf (n: SegalNetwork) : (string * string) list =
        let w = words n.System

        [
            "system", n.System.Name
            "sites", string n.System.Sites
            "temperature", range w.TemperatureUnit n.Range.Temperature
            "field", range w.EnergyUnit n.Range.Field
            "widths", n.Form.Widths |> Array.map string |> String.concat " "
            "pairs", string n.Flip.IsSome
        ]

    /// Both divergences of a network below which, on average, more than a hundredth of its samples count.
    let private farthest = log 100.0

    /// The part of the range in which a network is farthest from equilibrium.
    let private worst (t: SegalTrained) =
        t.Parts |> Array.maxBy (fun part -> part.Divergence.Value)

    let private placeOf (w: Words) (c: Conditions) =
        let unit =
            if w.TemperatureUnit = "" then
                ""
            else
                " " + w.TemperatureUnit

        $"T = {c.Temperature:G3}{unit}, {w.Field} = {c.Field:G3}"

    let private nearness (t: SegalTrained) : Check list =
        t.Divergence
        |> Option.map (fun divergence ->
            let part = worst t
            let isNear = divergence.Value <= farthest

            let found =
                $"KL(q‖p) + KL(p‖q) is {Estimate.format divergence} nats on average, at most {farthest:F1} is wanted; most near {placeOf (words t.Network.System) part.Conditions}: {Estimate.format part.Divergence}"

            {
                Name = "the network has learned its range"
                Passed = isNear
                Detail =
                    if isNear then
                        found
                    else
                        found + ". Train longer, or ask for a smaller range"
            })
        |> Option.toList

    let private ofParts (w: Words) (t: SegalTrained) =
        [
            for part in t.Parts ->
                [
                    ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 4 part.Conditions.Temperature
                    ResultRow.number w.FieldKey w.Field w.EnergyUnit 4 part.Conditions.Field
                    ResultRow.estimate "divergence_nats" "KL(q‖p) + KL(p‖q)" "nats" part.Divergence
                ]
        ]

    /// <summary>The description of a training.</summary>
    /// <param name="preset">What way of learning it was.</param>
    /// <param name="o">How it was trained.</param>
    /// <param name="t">The trained network.</param>
    /// <param name="seconds">How long it took.</param>
    let training (preset: string) (o: SegalTrainingOptions) (t: SegalTrained) (seconds: float) : ResultDescription =
        let n = t.Network
        let last = Array.last t.State.Curve

        {
            Answer =
                $"A network of {n.Network.Weights.Length} weights has learned {n.System.Name} in {o.Steps} steps; ln q + E/k_BT is {last.Loss:F4} per site on average over its temperatures and fields."
            Meaning =
                "The mean of ln q + (E − BΣ charge)/k_BT per site over samples of the network is an upper bound of −ln Z/N on average over the range, over snapshots it is a lower bound; where steps learn from snapshots alone the curve shows the latter, and it jumps after them, because half of all later steps are where most was left to learn. The difference of both means at the same temperatures and fields, of whole configurations, is KL(q‖p) + KL(p‖q), which falls to 0 as the network learns. Ask the network for free energies and their errors."
            Sections =
                [
                    ResultRow.record
                        ""
                        "Training"
                        [
                            ResultRow.count "steps" "Steps" o.Steps
                            ResultRow.count "weights" "Weights" n.Network.Weights.Length
                            ResultRow.number "loss_per_site" "ln q + E/k_BT per site, last" "" 5 last.Loss
                            yield!
                                t.Divergence
                                |> Option.map (ResultRow.estimate "divergence_nats" "KL(q‖p) + KL(p‖q)" "nats")
                                |> Option.toList
                            ResultRow.number "seconds" "Time" "s" 0 seconds
                        ]
                    ResultRow.curve
                        "curve"
                        "Curve of the training"
                        [
                            for p in t.State.Curve ->
                                [
                                    ResultRow.count "step" "Step" (int p.Step)
                                    ResultRow.number "loss_per_site" "ln q + E/k_BT per site" "" 5 p.Loss
                                ]
                        ]
                    if t.Parts.Length > 0 then
                        ResultRow.table "parts" "Divergence in parts of the range" (ofParts (words n.System) t)
                ]
            Checks = nearness t
            Notes = []
            Settings = ("training", preset) :: formOf n
        }

    /// Effective samples below which errors are not to be trusted.
    let private floor = 100.0

    /// More rows than one reads are shown as figures.
    let internal mostRows = 48

    let private every (map: SegalMap) : (SemiGrandEstimate * SemiGrandExact option) list =
        [
            for i, row in Array.indexed map.Estimates do
                for k, e in Array.indexed row -> e, map.Exact |> Option.map (fun exact -> exact[i][k])
        ]

    let private short (number: float) = Number.text (Math.Round(number, 4))

    let internal place (w: Words) (c: Conditions) =
        $"T = {short c.Temperature} {w.TemperatureUnit}".Trim()
        + $", {w.Field} = {short c.Field} {w.EnergyUnit}".TrimEnd()

    let private rows (map: SegalMap) (w: Words) (e: SemiGrandEstimate, exact: SemiGrandExact option) : ResultRow list =
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
            ResultRow.number "ness" "NESS" "" 4 e.EffectiveSampleSize
            ResultRow.number "effective_samples" "Effective samples" "" 0 e.EffectiveSamples

            match exact with
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

    let private samplesCheck (map: SegalMap) (w: Words) : Check =
        let least = every map |> List.map fst |> List.minBy _.EffectiveSamples

        {
            Name = "effective samples"
            Passed = least.EffectiveSamples >= floor
            Detail =
                $"fewest {least.EffectiveSamples:F0} at {place w least.Conditions}; below {floor:F0} neither number nor error can be trusted: draw more samples, or train longer"
        }

    /// Largest deviation from exact values, in errors.
    let private exactChecks (map: SegalMap) (w: Words) : Check list =
        let deviation (e: SemiGrandEstimate, exact: SemiGrandExact option) =
            exact
            |> Option.map (fun exact ->
                abs (e.GrandPotential.Value - exact.GrandPotential)
                / max e.GrandPotential.StandardError (1e-9 * abs exact.GrandPotential),
                e.Conditions)

        match every map |> List.choose deviation with
        | [] -> []
        | known ->
            let worst, where = known |> List.maxBy fst

            [
                {
                    Name = "exact values"
                    Passed = worst <= 5.0
                    Detail = $"largest deviation {worst:F1} errors at {place w where}; 5 are allowed"
                }
            ]

    let private answer (map: SegalMap) (w: Words) =
        let all = every map |> List.map fst

        match all with
        | [ e ] ->
            $"Φ/N = {Estimate.format e.GrandPotential} {w.EnergyUnit}".TrimEnd()
            + $" at {place w e.Conditions}, {w.ChargeLabel.ToLowerInvariant()} = {Estimate.format e.Charge}, from {e.Samples} samples."
        | _ ->
            let errors = all |> List.map _.GrandPotential.StandardError |> List.sort

            $"Φ/N of {map.System.Name} at {all.Length} temperatures and fields, with a median standard error of {errors[errors.Length / 2]:E1} {w.EnergyUnit}"
                .TrimEnd()
            + "."

    /// <summary>The description of a map.</summary>
    /// <param name="n">The network.</param>
    /// <param name="map">The map.</param>
    let map (n: SegalNetwork) (map: SegalMap) : ResultDescription =
        let w = words map.System
        let jumps = SegalMap.jumps map

        {
            Answer = answer map w
            Meaning = meaningOf map.Method
            Sections =
                [
                    (if List.length (every map) > mostRows then
                         ResultRow.curve
                     else
                         ResultRow.table)
                        "results"
                        "Temperatures and fields"
                        (every map |> List.map (rows map w))

                    if jumps.Length > 0 then
                        ResultRow.table
                            "jumps"
                            $"Largest jump of the {w.Charge} between neighbouring fields"
                            [
                                for j in jumps ->
                                    [
                                        ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 3 j.Temperature
                                        ResultRow.number w.FieldKey w.Field w.EnergyUnit 5 j.Field
                                        ResultRow.estimate $"{w.Charge}_below" "below" "" j.Below
                                        ResultRow.estimate $"{w.Charge}_above" "above" "" j.Above
                                    ]
                            ]

                    ResultRow.record "" "Work" [ ResultRow.number "seconds" "Time" "s" 1 map.Seconds ]
                ]
            Checks = samplesCheck map w :: exactChecks map w @ map.Checks
            Notes = []
            Settings =
                formOf n
                @ [
                    "samples", string map.Options.Samples
                    "operations", string map.Options.Operations
                ]
                @ methodOf map.Method
        }
