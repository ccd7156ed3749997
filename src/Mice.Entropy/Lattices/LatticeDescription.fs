namespace Mice.Entropy

open System
open System.Globalization
open Mice

/// <summary>Entropies of lattices as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module LatticeDescription =
    let private perSite = "nats/site"

    /// Temperatures below which differences between them tell little.
    [<Literal>]
    let private FewestTemperatures = 4

    /// A temperature in a few digits, or a dash where none is known.
    let temperature (p: LatticeResult) : string =
        if Double.IsNaN p.Temperature then
            "–"
        else
            p.Temperature.ToString("G6", CultureInfo.InvariantCulture)

    /// The estimate less its reference, nats per site; None where there is none.
    let difference (p: LatticeResult) : Estimate<nat / site> option =
        p.Reference |> Option.map (fun r -> Estimate.subtract p.EntropyPerSite r.EntropyPerSite)

    /// V, the sites of both halves together.
    let sites (l: LatticeLevel) : float = 2.0 * l.Volume

    /// log₂ V: the scale of a level, one more for each doubling.
    let logSites (l: LatticeLevel) : float = Math.Log2(sites l)

    /// M/A, nats per site at the cut.
    let perInterface (l: LatticeLevel) : Estimate<nat> =
        l.MutualInformation |> Estimate.scale (1.0 / l.InterfaceArea)

    /// M/V with V the sites of both halves, nats: what the level takes from the entropy per site.
    let share (l: LatticeLevel) : Estimate<nat> =
        l.MutualInformation |> Estimate.scale (1.0 / sites l)

    /// Derivatives by temperature; None for fewer than four temperatures, where differences between temperatures tell little.
    let derivatives (points: LatticeResult list) : TemperatureDerivatives option =
        if points |> List.distinctBy _.Temperature |> List.length < FewestTemperatures then
            None
        else
            Some(TemperatureDerivatives.ofPoints points)

    let private temperatureRow (value: float) =
        ResultRow.number "temperature" "T" "J/k_B" 6 value

    /// The name of a half twice: 4×8 for people, 4x8 for files.
    let private halfRows (half: string) : ResultRow list =
        [
            ResultRow.text "" "Half" half
            ResultRow.text "half" "" (half.Replace('×', 'x'))
        ]

    let private level (l: LatticeLevel) : ResultRow list =
        [
            yield! halfRows l.Half
            ResultRow.number "volume" "V" "sites" 0 l.Volume
            ResultRow.number "interface_area" "Interface" "sites at the cut" 0 l.InterfaceArea
            ResultRow.principal "mutual_information_nats" "M" "nats" l.MutualInformation
            match l.TrainingGain with
            | Some gain -> ResultRow.number "training_gain_nats" "Gained last" "nats" 4 (float gain)
            | None -> ()
            ResultRow.estimate "" "½ M/V" perSite (share l)
            ResultRow.text "estimator" "From" l.Estimator
            ResultRow.flag "saturated" "Saturated" l.Saturated
        ]

    let private reference (p: LatticeResult) (r: LatticeReference) : ResultRow list =
        let known = r.EntropyPerSite
        let away = Estimate.subtract p.EntropyPerSite known

        [
            if known.StandardError = 0.0<nat / site> then
                ResultRow.number "exact_entropy_per_site_nats" "Reference" perSite 6 (float known.Value)
                ResultRow.text "exact_source" "" r.Source
            else
                ResultRow.estimate "reference_entropy_per_site_nats" "Reference" perSite known
                ResultRow.text "reference_source" "" r.Source
            ResultRow.estimate "difference_per_site_nats" "Difference" perSite away
            ResultRow.number "difference_standard_errors" "– in errors" "" 1 (float (away.Value / away.StandardError))
        ]

    let private point (p: LatticeResult) : ResultRow list =
        let optional key label unit e =
            e |> Option.map (ResultRow.estimate key label unit) |> Option.toList

        [
            temperatureRow p.Temperature
            ResultRow.text "method" "Method" p.Method
            ResultRow.principal "entropy_per_site_nats" "s" perSite p.EntropyPerSite
            yield! optional "lower_bound_per_site_nats" "Lower bound" perSite p.LowerBound
            yield! optional "upper_bound_per_site_nats" "Upper bound" perSite p.UpperBound
            yield! p.Reference |> Option.map (reference p) |> Option.defaultValue []
            yield! optional "reduced_free_energy_per_site" "βF per site" "" p.ReducedFreeEnergyPerSite
            yield! optional "energy_per_site" "Energy per site" "J" p.EnergyPerSite
            p.Levels |> List.map level |> ResultRow.table "levels" ""
            ResultRow.number "time_seconds" "Time" "s" 1 p.Seconds
            yield! ResultRow.checks p.Checks
        ]

    /// Curves by temperature with their quantity and source; a curve of dM/dT also has its half, and the temperature of its peak where there is one.
    let private curves (d: TemperatureDerivatives) : ResultRow =
        let curve quantity source unit (values: TemperatureDerivative<'u> list) =
            [
                ResultRow.text "quantity" "" quantity
                ResultRow.text "source" "" source
                [
                    for v in values ->
                        [
                            temperatureRow v.Temperature
                            ResultRow.principal "value" quantity unit v.Value
                        ]
                ]
                |> ResultRow.curve "values" ""
            ]

        let capacity source values =
            curve "heat_capacity_kb_per_site" source "k_B per site" values

        [
            if not (List.isEmpty d.EnergyHeatCapacity) then
                capacity "energies" d.EnergyHeatCapacity
            for method, values in d.HeatCapacities do
                capacity method values
            for i in d.Information do
                [
                    yield! curve "mutual_information_slope_nats" "mice" "nats" i.Slopes
                    yield! halfRows i.Half
                    yield! i.Peak |> Option.map (ResultRow.estimate "peak_temperature" "" "J/k_B") |> Option.toList
                ]
        ]
        |> ResultRow.table "derivatives" ""

    let private peaks (d: TemperatureDerivatives) : ResultRow =
        let place (peak: Estimate<1> option) =
            let label = "T where dM/dT is largest"

            match peak with
            | Some peak -> ResultRow.estimate "" label "J/k_B" peak
            | None ->
                { ResultRow.text "" label "at an end of the temperatures" with
                    Unit = "J/k_B"
                }

        [ for i in d.Information -> halfRows i.Half @ [ place i.Peak ] ]
        |> ResultRow.table "" "Change with temperature"
        |> ResultRow.noted
            "Differences between neighbouring temperatures; their errors are those of the values, not of how a curve bends in between."

    /// All checks of all points. A check that several methods at one temperature share is listed once, under the temperature without a method.
    let private checks (points: LatticeResult list) : Check list =
        [
            for temperature, own in points |> List.groupBy temperature do
                let found =
                    [
                        for p in own do
                            for check in p.Checks -> check, p.Method
                    ]

                for check, shared in found |> List.groupBy fst do
                    let place =
                        match shared with
                        | [ _, method ] -> $"T = {temperature}, {method}"
                        | _ -> $"T = {temperature}"

                    { check with
                        Name = $"{place}: {check.Name}"
                    }
        ]

    /// A sentence part with the entropy of one method: one value, or the values at the lowest and at the highest temperature.
    let private found (method: string, own: LatticeResult list) =
        let entropy (p: LatticeResult) = Words.estimate "nats" p.EntropyPerSite

        match own |> List.sortBy _.Temperature with
        | [ p ] -> $"{entropy p} by {method}"
        | sorted -> $"from {entropy (List.head sorted)} to {entropy (List.last sorted)} by {method}"

    let private answer (points: LatticeResult list) =
        let place =
            match points |> List.map temperature |> List.distinct with
            | [ "–" ] -> "The entropy per site is"
            | [ t ] -> $"At T = {t} the entropy per site is"
            | several -> $"At {several.Length} temperatures the entropy per site goes"

        let all = points |> List.groupBy _.Method |> List.map found |> String.concat "; "
        $"{place} {all}."

    let private meaning =
        "Entropy per site in nats (k_B = 1), of planar spins relative to dθ, with one standard error in brackets. ≤ marks an upper bound, ≥ a lower bound, ≈ a best estimate that promises \
         no direction. MICE and the scan stand on held-out snapshots. The reference is exact and of the simulated torus where it has no error; \
         differences have, and are in units of, both errors together."

    /// <summary>The description of entropies of one model: entropies in nats per site by temperature and method, mutual information in nats of every level, and
    /// what changes with temperature.</summary>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="points">The points.</param>
    let create (settings: (string * string) list) (points: LatticeResult list) : ResultDescription =
        {
            Answer = answer points
            Meaning = meaning
            Sections =
                [
                    points |> List.map point |> ResultRow.table "results" "Entropy"
                    [
                        for p in points do
                            for l in p.Levels -> temperatureRow p.Temperature :: level l
                    ]
                    |> ResultRow.table "" "Mutual information at every scale"
                    points |> TemperatureDerivatives.ofPoints |> curves
                    yield! points |> derivatives |> Option.map peaks |> Option.toList
                ]
            Checks = checks points
            Notes = []
            Settings = settings
        }
