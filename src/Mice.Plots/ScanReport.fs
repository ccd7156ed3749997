namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Entropy

/// <summary>Table and report of the scan of one phase, and of several side by side.</summary>
[<RequireQualifiedAccess>]
module ScanReport =

    let internal entropyUnit = "k_B per atom"

    /// One row of a table of numbers: quantity, value with its error, unit, direction.
    let internal row (quantity: string) (unit: string) (e: Estimate<'u>) : string list =
        [ quantity; Estimate.format e; unit; Words.promise e.Direction ]

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

        Old.table ([ "Phase"; "Atoms"; "Snapshots"; "Held out for testing"; "Time (s)" ], List.map row phases)

    /// Table of settings and table of versions.
    let internal settings (settings: (string * string) list) (versions: (string * string) list) : Section =
        let rows = List.map (fun (key, value) -> [ key; value ])

        {
            Heading = "Settings and versions"
            Blocks =
                [
                    Old.table ([ "Setting"; "Value" ], rows settings)
                    Old.table ([ "Program"; "Version" ], rows versions)
                ]
        }

    /// List of checks.
    let internal checks (items: Check list) : Section =
        {
            Heading = "Checks"
            Blocks = [ Block.Checks items ]
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

    let private answer (result: ScanResult) =
        let bound =
            $"The excess entropy is {Words.estimate entropyUnit result.ExcessEntropy}"

        match result.Corrected with
        | Some corrected ->
            $"{bound}; less the estimated looseness of that bound, {Words.estimate entropyUnit corrected}."
        | None -> $"{bound}."

    /// <summary>The report of one scan.</summary>
    /// <param name="title">Title of the page.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="result">The scan.</param>
    let create (title: string) (versions: (string * string) list) (g: PairDistribution) (result: ScanResult) : Report =
        let style = Style.solid "" Colour.blue
        let headings, rows = numbers result

        {
            Title = title
            Answer = answer result
            Checks = result.Checks
            Subtitle = $"Excess entropy {Estimate.formatWithDirection result.ExcessEntropy} k_B per atom"
            Sections =
                [
                    {
                        Heading = "Numbers"
                        Blocks = [ Block.Paragraph meaning; Old.table (headings, rows) ]
                    }
                    checks result.Checks
                    {
                        Heading = "Convergence"
                        Blocks =
                            [
                                Block.Figures
                                    [
                                        ScanFigures.training "Networks" result
                                        yield! ScanFigures.byCutoff [ style, result ] |> Option.toList
                                        ScanFigures.loss [ style, result ]
                                        ScanFigures.pairs [ style, g ]
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
