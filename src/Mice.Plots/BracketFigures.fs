namespace Mice.Plots

open Mice
open Mice.Segal
open Plotly.NET

/// <summary>Figures of entropies between two bounds. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module BracketFigures =
    let private by (all: KnownBracket list) =
        all |> List.sortBy _.Bracket.Conditions.Temperature |> Array.ofList

    let private temperatures (all: KnownBracket[]) =
        all |> Array.map _.Bracket.Conditions.Temperature

    let private joined name colour (find: EntropyBracket -> Estimate<nat / site>) (all: KnownBracket[]) =
        Draw.joined
            (Style.solid name colour)
            (temperatures all)
            (all |> Array.map (fun k -> float (find k.Bracket).Value))
            (all |> Array.map (fun k -> float (find k.Bracket).StandardError))

    /// Exact values, where they are known.
    let private exact (all: KnownBracket[]) (value: KnownBracket -> float -> float) =
        let known =
            all |> Array.choose (fun k -> k.Exact |> Option.map (fun s -> k, float s))

        [
            if known.Length > 0 then
                Draw.line
                    (Style.dashed "exact" Colour.ink)
                    (known |> Array.map (fun (k, _) -> k.Bracket.Conditions.Temperature))
                    (known |> Array.map (fun (k, s) -> value k s))
        ]

    /// <summary>Both bounds and the exact entropy against temperature.</summary>
    /// <param name="all">The brackets.</param>
    let entropies (all: KnownBracket list) : GenericChart =
        let all = by all

        [
            joined "at most" Colour.vermilion _.Upper all
            joined "at least" Colour.blue _.Lower all
            yield! exact all (fun _ s -> s)
        ]
        |> Frame.create "Entropy between two bounds" "Temperature" "S/N (nats)"

    /// <summary>The interval of 95 % less the lower bound, and the exact entropy in it.</summary>
    /// <param name="all">The brackets.</param>
    let intervals (all: KnownBracket list) : GenericChart =
        let all = by all
        let below (k: KnownBracket) = float k.Bracket.Lower.Value
        let ends = all |> Array.map (fun k -> Bracket.interval k.Bracket)

        [
            Draw.band
                (Style.solid "95 %" Colour.blue)
                (temperatures all)
                (Array.map2 (fun k (low, _) -> float low - below k) all ends)
                (Array.map2 (fun k (_, high) -> float high - below k) all ends)

            Draw.line
                (Style.solid "upper bound" Colour.vermilion)
                (temperatures all)
                (all |> Array.map (fun k -> float k.Bracket.Upper.Value - below k))

            yield! exact all (fun k s -> s - below k)
        ]
        |> Frame.create "Above the lower bound" "Temperature" "nats per site"

    /// All figures, by the sections of the report.
    let all (brackets: KnownBracket list) : (string * GenericChart list) list =
        if brackets.Length > 1 then
            [ "Entropy", [ entropies brackets; intervals brackets ] ]
        else
            []
