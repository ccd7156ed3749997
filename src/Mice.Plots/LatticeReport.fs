namespace Mice.Plots

open System.Globalization
open Mice
open Mice.Samplers
open Mice.Entropy

/// Entropies of lattices as a table and as a page of figures.
[<RequireQualifiedAccess>]
module LatticeReport =
    let private text (value: float) =
        value.ToString("G6", CultureInfo.InvariantCulture)

    /// What the numbers are, for people.
    let meaning =
        "Entropy per site in nats (k_B = 1), of planar spins relative to dθ, with one standard error in brackets. ≤ marks an upper bound, ≈ a best estimate that promises no \
         direction. MICE and the scan stand on held-out snapshots. The reference is exact and of the simulated torus where it has no error; \
         differences are in units of both errors together."

    let private difference (p: LatticePoint) : Estimate<nat / site> option =
        p.Reference |> Option.map (fun r -> Estimate.subtract p.EntropyPerSite r.EntropyPerSite)

    let private deviation (p: LatticePoint) =
        match p.Reference, difference p with
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

    /// A temperature, or a dash where none is known.
    let private temperature (p: LatticePoint) =
        if System.Double.IsNaN p.Temperature then
            "–"
        else
            text p.Temperature

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
                temperature p
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
                        temperature p
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

    let private byMethod (points: LatticePoint list) =
        points |> List.groupBy _.Method |> List.indexed

    let private series (value: LatticePoint -> Estimate<nat / site>) (points: LatticePoint list) =
        [
            for i, (method, own) in byMethod points do
                Trace.Points(
                    Style.solid method (Colour.series i),
                    [| for p in own -> p.Temperature |],
                    [| for p in own -> float (value p).Value |],
                    [| for p in own -> float (value p).StandardError |]
                )
        ]

    let private entropies (points: LatticePoint list) : Figure =
        let reference =
            points
            |> List.choose (fun p -> p.Reference |> Option.map (fun r -> p.Temperature, float r.EntropyPerSite.Value))
            |> List.distinct
            |> List.sort

        {
            Title = "Entropy"
            X = Axis.create "Temperature" ""
            Y = Axis.create "Entropy per site" "nats"
            Traces =
                [
                    if not (List.isEmpty reference) then
                        Trace.Line(
                            Style.solid "reference" Colour.Black,
                            reference |> List.map fst |> Array.ofList,
                            reference |> List.map snd |> Array.ofList
                        )
                    yield! series _.EntropyPerSite points
                ]
            Marks = []
        }

    let private errors (points: LatticePoint list) : Figure option =
        match points |> List.filter (fun p -> p.Reference.IsSome) with
        | [] -> None
        | known ->
            Some
                {
                    Title = "Deviation from the reference"
                    X = Axis.create "Temperature" ""
                    Y = Axis.create "Estimate less reference" "nats per site"
                    Traces = known |> series (difference >> Option.get)
                    Marks = [ Mark.Horizontal(0.0, "", Colour.Black) ]
                }

    let private training (p: LatticePoint) : Figure =
        {
            Title = $"{p.Method}, T = {temperature p}: training"
            X = Axis.create "Training step" ""
            Y =
                Axis.create
                    (if p.Method = "scan" then
                         "Cross-entropy per site"
                     else
                         "Bound on M")
                    "nats"
            Traces =
                p.Curves
                |> List.mapi (fun i (name, curve) ->
                    Trace.Line(
                        Style.solid name (Colour.series i),
                        curve |> Array.map (fun (struct (step, _)) -> float step),
                        curve |> Array.map (fun (struct (_, value)) -> value)
                    ))
            Marks = []
        }

    /// <summary>All checks of all points; one that several methods share stands there once, with its temperature alone.</summary>
    /// <param name="points">The points.</param>
    let checks (points: LatticePoint list) : Check list =
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
            Subtitle = meaning
            Sections =
                [
                    {
                        Heading = "Entropy"
                        Blocks =
                            [
                                Block.Table(numbers points)
                                Block.Figures [ entropies points; yield! errors points |> Option.toList ]
                            ]
                    }
                    match ScaleFigures.create points with
                    | [] -> ()
                    | figures ->
                        {
                            Heading = "Mutual information at every scale"
                            Blocks = [ Block.Table(levels points); Block.Figures figures ]
                        }
                    yield! TemperatureFigures.section points |> Option.toList
                    if not (List.isEmpty trained) then
                        {
                            Heading = "Training"
                            Blocks = [ Block.Figures(List.map training trained) ]
                        }
                    ScanReport.checks (checks points)
                    ScanReport.settings settings versions
                ]
        }
