namespace Mice.Plots

open System.Globalization
open Mice
open Mice.Samplers
open Mice.Entropy

/// Entropies of lattices as a table and as a page of figures.
[<RequireQualifiedAccess>]
module LatticeReport =
    /// What the numbers are, for people.
    let meaning =
        "Entropy per site in nats (k_B = 1), of planar spins relative to dθ, with one standard error in brackets. ≤ marks an upper bound, ≈ a best estimate that promises no \
         direction. MICE and the scan stand on held-out snapshots. The reference is exact and of the simulated torus where it has no error; \
         differences are in units of both errors together."

    let private deviation (p: LatticePoint) =
        match p.Reference, LatticeFigures.difference p with
        | Some reference, Some difference ->
            let known = reference.EntropyPerSite

            [
                (if known.StandardError = 0.0<nat / site> then
                     (float known.Value).ToString("F6", CultureInfo.InvariantCulture)
                 else
                     Estimate.format known)
                (float difference.Value).ToString("+0.00000;-0.00000", CultureInfo.InvariantCulture)
                (float (difference.Value / difference.StandardError))
                    .ToString("+0.0;-0.0", CultureInfo.InvariantCulture)
            ]
        | _ -> [ "unknown"; ""; "" ]

    let private bound (value: Estimate<nat / site> option) =
        value |> Option.map Estimate.format |> Option.defaultValue ""

    /// <summary>Headings and rows: one row for each temperature and method.</summary>
    /// <param name="points">The points.</param>
    let numbers (points: LatticePoint list) : string list * string list list =
        [
            "T"
            "method"
            "s (nats per site)"
            "lower bound"
            "upper bound"
            "reference"
            "difference"
            "in errors"
            "energy per site"
            "time (s)"
        ],
        points
        |> List.map (fun p ->
            [
                LatticeFigures.temperature p
                p.Method
                Estimate.formatWithDirection p.EntropyPerSite
                bound p.LowerBound
                bound p.UpperBound
                yield! deviation p
                p.EnergyPerSite |> Option.map Estimate.format |> Option.defaultValue "unknown"
                p.Seconds.ToString("F1", CultureInfo.InvariantCulture)
            ])

    /// <summary>Headings and rows: mutual information of halves at every scale.</summary>
    /// <param name="points">The points; those without levels give no rows.</param>
    let levels (points: LatticePoint list) : string list * string list list =
        [
            "T"
            "half"
            "sites"
            "interface"
            "M (nats)"
            "gained last"
            "½ M/V"
            "from"
            "saturated"
        ],
        [
            for p in points do
                for l in p.Levels do
                    let volume = l.Depth * l.Length
                    let share = 0.5 * float l.MutualInformation.Value / float volume

                    [
                        LatticeFigures.temperature p
                        $"{l.Depth}×{l.Length}"
                        string volume
                        string l.InterfaceLength
                        Estimate.formatWithDirection l.MutualInformation
                        (match l.TrainingGain with
                         | Some gain -> (float gain).ToString("F4", CultureInfo.InvariantCulture)
                         | None -> "")
                        share.ToString("F5", CultureInfo.InvariantCulture)
                        l.Estimator
                        (if l.Saturated then "yes" else "no")
                    ]
        ]

    /// <summary>All checks of all points; one that several methods share stands there once, with its temperature alone.</summary>
    /// <param name="points">The points.</param>
    let checks (points: LatticePoint list) : Check list =
        [
            for temperature, own in points |> List.groupBy LatticeFigures.temperature do
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

    let private units =
        Map
            [
                "lower bound", "nats per site"
                "upper bound", "nats per site"
                "reference", "nats per site"
                "difference", "nats per site"
                "gained last", "nats"
                "½ M/V", "nats per site"
                "interface", "lattice constants"
            ]

    /// Headings with the units that a terminal has no room for.
    let private withUnits (headings: string list, rows: string list list) =
        headings
        |> List.map (fun heading ->
            match Map.tryFind heading units with
            | Some unit -> $"{heading} ({unit})"
            | None -> heading),
        rows

    /// What one method found: one number, or the first and the last over the temperatures.
    let private found (method: string, own: LatticePoint list) =
        let entropy (p: LatticePoint) = Words.estimate "nats" p.EntropyPerSite

        match own |> List.sortBy (fun p -> p.Temperature) with
        | [ p ] -> $"{entropy p} by {method}"
        | sorted -> $"from {entropy (List.head sorted)} to {entropy (List.last sorted)} by {method}"

    let private answer (points: LatticePoint list) =
        let temperatures = points |> List.map LatticeFigures.temperature |> List.distinct

        let place =
            match temperatures with
            | [ "–" ] -> "The entropy per site is"
            | [ t ] -> $"At T = {t} the entropy per site is"
            | _ -> $"At {temperatures.Length} temperatures the entropy per site goes"

        let all = points |> List.groupBy _.Method |> List.map found |> String.concat "; "
        $"{place} {all}."

    /// <summary>The report of entropies of one model at some temperatures.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="points">The points.</param>
    let create
        (title: string)
        (settings: (string * string) list)
        (versions: (string * string) list)
        (points: LatticePoint list)
        : Report =
        let trained = points |> List.filter (fun p -> not (List.isEmpty p.Curves))

        {
            Title = title
            Answer = answer points
            Checks = checks points
            Subtitle = meaning
            Sections =
                [
                    {
                        Heading = "Entropy"
                        Blocks =
                            [
                                Old.table (withUnits (numbers points))
                                Block.Figures
                                    [
                                        LatticeFigures.entropies points
                                        yield! LatticeFigures.deviations points |> Option.toList
                                    ]
                            ]
                    }
                    match ScaleFigures.create points with
                    | [] -> ()
                    | figures ->
                        {
                            Heading = "Mutual information at every scale"
                            Blocks = [ Old.table (withUnits (levels points)); Block.Figures figures ]
                        }
                    yield! TemperatureReport.section points |> Option.toList
                    if not (List.isEmpty trained) then
                        {
                            Heading = "Training"
                            Blocks = [ Block.Figures(List.map LatticeFigures.training trained) ]
                        }
                    ScanReport.checks (checks points)
                    ScanReport.settings settings versions
                ]
        }
