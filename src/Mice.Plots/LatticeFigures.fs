namespace Mice.Plots

open Mice
open Mice.Learning
open Mice.Entropy
open Plotly.NET

/// <summary>Figures of entropies of lattices. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module LatticeFigures =

    /// One set of points for each method.
    let private series (found: (LatticeResult * Estimate<nat / site>) list) : GenericChart list =
        found
        |> List.groupBy (fun (p, _) -> p.Method)
        |> List.mapi (fun i (method, own) ->
            Draw.points
                (Style.solid method (Colour.series i))
                [| for p, _ in own -> p.Temperature |]
                [| for _, value in own -> float value.Value |]
                [| for _, value in own -> float value.StandardError |])

    /// <summary>Entropy per site against temperature, one set of points for each method, with the reference where it is known.</summary>
    /// <param name="points">The points.</param>
    let entropies (points: LatticeResult list) : GenericChart =
        let reference =
            points
            |> List.choose (fun p -> p.Reference |> Option.map (fun r -> p.Temperature, float r.EntropyPerSite.Value))
            |> List.distinct
            |> List.sort

        [
            if not (List.isEmpty reference) then
                Draw.line
                    (Style.solid "reference" Colour.ink)
                    [| for t, _ in reference -> t |]
                    [| for _, s in reference -> s |]
            yield! points |> List.map (fun p -> p, p.EntropyPerSite) |> series
        ]
        |> Frame.create "Entropy" "Temperature" "Entropy per site (nats)"

    /// <summary>Estimates less their references against temperature; None where no reference is known.</summary>
    /// <param name="points">The points.</param>
    let deviations (points: LatticeResult list) : GenericChart option =
        match points |> List.choose (fun p -> LatticeDescription.difference p |> Option.map (fun d -> p, d)) with
        | [] -> None
        | known ->
            series known
            |> Frame.create "Deviation from the reference" "Temperature" "Estimate less reference (nats per site)"
            |> Frame.horizontal 0.0 "" Colour.ink
            |> Some

    /// <summary>Training curves of one point, one line for each network.</summary>
    /// <param name="p">A point with curves.</param>
    let training (p: LatticeResult) : GenericChart =
        let objective, value =
            if p.Method = "scan" then
                "Cross-entropy per site (nats)", _.Loss
            else
                "Bound on M (nats)", (fun (p: CurvePoint) -> -p.Loss)

        p.Curves
        |> List.mapi (fun i (name, curve) ->
            Draw.line
                (Style.solid name (Colour.series i))
                (curve |> Array.map (fun point -> float point.Step))
                (curve |> Array.map value))
        |> Frame.create $"{p.Method}, T = {LatticeDescription.temperature p}: training" "Training step" objective

    /// All figures of entropies, scales, temperatures and training, by the sections of the report.
    let all (points: LatticeResult list) : (string * GenericChart list) list =
        [
            "Entropy", entropies points :: (deviations points |> Option.toList)
            "Mutual information at every scale", ScaleFigures.create points
            "Change with temperature", TemperatureFigures.create points
            "Training", points |> List.filter (_.Curves.IsEmpty >> not) |> List.map training
        ]
