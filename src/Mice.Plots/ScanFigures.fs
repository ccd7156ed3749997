namespace Mice.Plots

open System
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Learning
open Plotly.NET

/// <summary>Figures of the scan of one phase, and of several side by side. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module ScanFigures =

    /// <summary>Excess entropy on validation snapshots against training steps, one line per network, and the final bound.</summary>
    /// <param name="name">What the snapshots are of, for the title.</param>
    /// <param name="bound">The bound.</param>
    let training (name: string) (bound: EntropyBound) : GenericChart =
        let line network (curve: CurvePoint[]) =
            let points =
                curve
                |> Array.choose (fun p -> p.Held |> Option.map (fun held -> p.Step, held))
                |> Array.filter (snd >> Double.IsFinite)

            Draw.line
                (Style.solid $"network {network + 1}" (Colour.series network))
                (points |> Array.map (fst >> float))
                (points |> Array.map snd)

        bound.Training
        |> Array.mapi line
        |> List.ofArray
        |> Frame.create $"{name}: held-out excess entropy" "Training step" "Excess entropy (k_B per atom)"
        |> Frame.horizontal
            (float bound.ExcessEntropy.Value)
            $"result, test snapshots: {Estimate.formatWithDirection bound.ExcessEntropy}"
            Colour.ink

    /// <summary>Training objective of every network against training steps; one style for each phase.</summary>
    /// <param name="phases">The scans with the styles of their lines.</param>
    let loss (phases: (Style * ScanResult) list) : GenericChart =
        let line (style: Style) network (curve: CurvePoint[]) =
            // One name in the legend for all networks of a phase.
            let name = if network = 0 then style.Name else ""

            Draw.line
                { style with Name = name }
                (curve |> Array.map (fun p -> float p.Step))
                (curve |> Array.map _.Loss)

        [
            for style, result in phases do
                yield! result.Bound.Training |> Array.mapi (line style)
        ]
        |> Frame.create "Training objective, every network" "Training step" "Objective (nats per point)"

    /// <summary>Excess entropy against the distance up to which neighbours are seen, with one standard error; None for runs that left
    /// this out.</summary>
    /// <param name="phases">The scans with the styles of their lines.</param>
    let byCutoff (phases: (Style * ScanResult) list) : GenericChart option =
        let trace (style: Style, result: ScanResult) =
            let rows = result.ByCutoff |> Array.sortBy (fun row -> row.Cutoff)

            Draw.joined
                style
                (rows |> Array.map (fun row -> float row.Cutoff))
                (rows |> Array.map (fun row -> float row.ExcessEntropy.Value))
                (rows |> Array.map (fun row -> float row.ExcessEntropy.StandardError))

        if phases |> List.forall (fun (_, result) -> Array.isEmpty result.ByCutoff) then
            None
        else
            phases
            |> List.map trace
            |> Frame.create "Excess entropy by cut-off (upper bounds)" "Cut-off (Å)" "Excess entropy (k_B per atom)"
            |> Some

    /// <summary>Pair distribution functions g(r).</summary>
    /// <param name="phases">The functions with the styles of their lines.</param>
    let pairs (phases: (Style * PairDistribution) list) : GenericChart =
        [ for style, g in phases -> Draw.line style g.Radii g.Values ]
        |> Frame.create "Pair distribution" "Distance r (Å)" "g(r)"
        |> Frame.horizontal 1.0 "" Colour.ink

    /// All figures of one scan, by the sections of its report.
    let all (g: PairDistribution) (s: ScanResult) : (string * GenericChart list) list =
        let own = [ Style.solid "" Colour.blue, s ]

        [
            "Convergence",
            [
                training "Networks" s.Bound
                yield! byCutoff own |> Option.toList
                loss own
                pairs [ Style.solid "" Colour.blue, g ]
            ]
        ]
