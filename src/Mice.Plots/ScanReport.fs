namespace Mice.Plots

open System
open Mice
open Mice.Atoms
open Mice.Entropy

/// <summary>Figures, table and report of the scan of one phase, and of several side by side.</summary>
[<RequireQualifiedAccess>]
module ScanReport =

    let internal entropyUnit = "k_B per atom"

    /// The networks of a result in order, each with its records.
    let private networks (result: ScanResult) =
        result.Training |> Array.groupBy (fun r -> r.Network) |> Array.sortBy fst

    /// <summary>Excess entropy on the validation snapshots against training steps, one line per network, and the final bound.</summary>
    let training (name: string) (result: ScanResult) : Figure =
        let line (network: int, records: TrainingRecord[]) =
            let points = records |> Array.filter (fun r -> Double.IsFinite r.HeldOutEntropy)

            Trace.Line(
                Style.solid $"network {network + 1}" (Colour.series network),
                points |> Array.map (fun r -> float r.Step),
                points |> Array.map (fun r -> r.HeldOutEntropy)
            )

        let final = Estimate.formatWithDirection result.ExcessEntropy

        {
            Title = $"{name}: held-out excess entropy"
            X = Axis.create "Training step" ""
            Y = Axis.create "Excess entropy" entropyUnit
            Traces = networks result |> Array.map line |> List.ofArray
            Marks =
                [
                    Mark.Horizontal(float result.ExcessEntropy.Value, $"result, test snapshots: {final}", Colour.Black)
                ]
        }

    /// <summary>Training objective of every network against training steps; one style for each phase.</summary>
    let loss (phases: (Style * ScanResult) list) : Figure =
        let line (style: Style) (network: int, records: TrainingRecord[]) =
            // One name in the legend for all networks of a phase.
            let name = if network = 0 then style.Name else ""

            Trace.Line(
                { style with Name = name },
                records |> Array.map (fun r -> float r.Step),
                records |> Array.map (fun r -> r.Loss)
            )

        {
            Title = "Training objective, every network"
            X = Axis.create "Training step" ""
            Y = Axis.create "Objective" "nats per point"
            Traces =
                [
                    for style, result in phases do
                        yield! networks result |> Array.map (line style)
                ]
            Marks = []
        }

    /// <summary>Excess entropy against the distance up to which neighbours are seen, with one standard error; None for runs that left
    /// this out.</summary>
    let byCutoff (phases: (Style * ScanResult) list) : Figure option =
        let traces (style: Style, result: ScanResult) =
            let rows = result.ByCutoff |> Array.sortBy (fun row -> row.Cutoff)
            let x = rows |> Array.map (fun row -> float row.Cutoff)
            let y = rows |> Array.map (fun row -> float row.ExcessEntropy.Value)
            let errors = rows |> Array.map (fun row -> float row.ExcessEntropy.StandardError)

            [
                Trace.Line({ style with Name = "" }, x, y)
                Trace.Points(style, x, y, errors)
            ]

        if phases |> List.forall (fun (_, result) -> Array.isEmpty result.ByCutoff) then
            None
        else
            Some
                {
                    Title = "Excess entropy by cut-off (upper bounds)"
                    X = Axis.create "Cut-off" "Å"
                    Y = Axis.create "Excess entropy" entropyUnit
                    Traces = phases |> List.collect traces
                    Marks = []
                }

    /// <summary>Pair distribution functions.</summary>
    let pairs (phases: (Style * PairDistribution) list) : Figure =
        {
            Title = "Pair distribution"
            X = Axis.create "Distance r" "Å"
            Y = Axis.create "g(r)" ""
            Traces = [ for style, g in phases -> Trace.Line(style, g.Radii, g.Values) ]
            Marks = [ Mark.Horizontal(1.0, "", Colour.Black) ]
        }

    /// What a direction says, in words.
    let internal promise =
        function
        | Direction.UpperBound -> "upper bound (≤)"
        | Direction.LowerBound -> "lower bound (≥)"
        | Direction.Exact -> "unbiased"
        | Direction.NoBound -> "no bound"

    /// One row of a table of numbers: quantity, value with its error, unit, direction.
    let internal row (quantity: string) (unit: string) (e: Estimate<'u>) : string list =
        [ quantity; Estimate.format e; unit; promise e.Direction ]

    let private optional (quantity: string) (e: Estimate<kB / atom> option) =
        e |> Option.map (row quantity entropyUnit) |> Option.toList

    /// Rows of one scan.
    let internal rows (name: string) (scan: ScanResult) : string list list =
        [
            row $"Excess entropy of the {name}" entropyUnit scan.ExcessEntropy
            yield! optional $"– looseness of that bound, estimated" scan.Looseness
            yield! optional $"– less its looseness" scan.Corrected
            for i, network in Array.indexed scan.NetworkEntropies do
                row $"– network {i + 1} alone" entropyUnit network
            row $"Mean of λ/ρ over uniform points, {name}" "1" scan.Calibration
        ]

    /// Headings of a table of numbers.
    let internal headings = [ "Quantity"; "Value"; "Unit"; "Direction" ]

    /// <summary>Every number of a scan: headings, then rows of quantity, value with its standard error in brackets, unit, direction.</summary>
    let numbers (result: ScanResult) : string list * string list list =
        headings, rows "system" result @ [ [ "Volume per atom"; $"{result.VolumePerAtom:F3}"; "Å³"; "–" ] ]

    /// Table of the data behind scans.
    let internal data (phases: (string * ScanResult) list) : Block =
        let row (name: string, s: ScanResult) =
            [
                name
                string s.Atoms
                string s.Snapshots
                string s.TestSnapshots
                $"{s.Seconds:F0}"
            ]

        Block.Table([ "Phase"; "Atoms"; "Snapshots"; "Held out for testing"; "Time (s)" ], List.map row phases)

    /// Table of settings and table of versions.
    let internal settings (settings: (string * string) list) (versions: (string * string) list) : Section =
        let rows = List.map (fun (key, value) -> [ key; value ])

        {
            Heading = "Settings and versions"
            Blocks =
                [
                    Block.Table([ "Setting"; "Value" ], rows settings)
                    Block.Table([ "Program"; "Version" ], rows versions)
                ]
        }

    /// List of checks.
    let internal checks (items: Check list) : Section =
        {
            Heading = "Checks"
            Blocks = [ Block.Checks(items |> List.map (fun c -> c.Name, c.Passed, c.Detail)) ]
        }

    /// What the errors of a result leave out.
    let caveat =
        "The error of an upper bound is statistical: it does not contain how far the bound lies above the truth. That looseness is estimated to second order \
         from the scatter of the likelihoods of the snapshots where the energy of each is known; a corrected entropy has a quarter of it in its error. \
         An entropy of melting, and what follows from it, uses the corrected entropies; without them it may be off by more than its error."

    /// What brackets, reference and errors mean, and what they leave out.
    let meaning =
        "One standard error of the last digits in brackets. The excess entropy is relative to the ideal gas of the same density. "
        + caveat

    /// <summary>The report of one scan.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="result">The scan.</param>
    let create (title: string) (versions: (string * string) list) (g: PairDistribution) (result: ScanResult) : Report =
        let style = Style.solid "" Colour.Blue
        let headings, rows = numbers result

        {
            Title = title
            Subtitle = $"Excess entropy {Estimate.formatWithDirection result.ExcessEntropy} k_B per atom"
            Sections =
                [
                    {
                        Heading = "Numbers"
                        Blocks = [ Block.Paragraph meaning; Block.Table(headings, rows) ]
                    }
                    checks result.Checks
                    {
                        Heading = "Convergence"
                        Blocks =
                            [
                                Block.Figures
                                    [
                                        training "Networks" result
                                        yield! byCutoff [ style, result ] |> Option.toList
                                        loss [ style, result ]
                                        pairs [ style, g ]
                                    ]
                            ]
                    }
                    {
                        Heading = "Data"
                        Blocks = [ data [ "system", result ] ]
                    }
                    settings result.Settings versions
                ]
        }
