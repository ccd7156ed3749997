namespace Mice.Plots

open System
open Mice
open Mice.Entropy
open Plotly.NET

/// <summary>Mutual information of halves from scale to scale, one set of points for each temperature, by critics that are not saturated. Each is a chart of
/// Plotly.NET.</summary>
/// <remarks>With an area law M/A becomes constant as halves grow. Source: figure 2 of A. Nir et al., PNAS 117, 30234 (2020),
/// doi:10.1073/pnas.2017042117.</remarks>
[<RequireQualifiedAccess>]
module ScaleFigures =
    let private name (p: LatticeResult) =
        if Double.IsNaN p.Temperature then
            ""
        else
            $"T = {LatticeDescription.temperature p}"

    let private figure title x y place (value: LatticeLevel -> Estimate<nat>) (points: LatticeResult list) =
        let ofPoint i (p: LatticeResult) =
            let critics = LatticeResult.certified p

            Draw.points
                (Style.solid (name p) (Colour.series i))
                [| for l in critics -> place l |]
                [| for l in critics -> float (value l).Value |]
                [| for l in critics -> float (value l).StandardError |]

        points
        |> List.filter (fun (p: LatticeResult) -> not (List.isEmpty p.Levels))
        |> List.mapi ofPoint
        |> Frame.create title x y

    let private scale = "log₂ V, V sites of both halves"

    /// <summary>M against the area A of the interface.</summary>
    /// <param name="points">Points; those without levels are left out.</param>
    let mutualInformation (points: LatticeResult list) : GenericChart =
        points
        |> figure
            "Mutual information of halves"
            "Interface A (sites at the cut)"
            "M (nats)"
            _.InterfaceArea
            _.MutualInformation

    /// <summary>M/A against log₂ V, V the sites of both halves.</summary>
    /// <param name="points">Points; those without levels are left out.</param>
    let perInterface (points: LatticeResult list) : GenericChart =
        points
        |> figure
            "Per area of the interface"
            scale
            "M/A (nats per site at the cut)"
            LatticeDescription.logSites
            LatticeDescription.perInterface

    /// <summary>M/V against log₂ V, V the sites of both halves.</summary>
    /// <param name="points">Points; those without levels are left out.</param>
    let perSite (points: LatticeResult list) : GenericChart =
        points
        |> figure "Per site" scale "M/V (nats per site)" LatticeDescription.logSites LatticeDescription.share

    /// <summary>All three figures, or none where no point has levels.</summary>
    /// <param name="points">Points; those without levels are left out.</param>
    let create (points: LatticeResult list) : GenericChart list =
        if points |> List.forall (fun p -> List.isEmpty p.Levels) then
            []
        else
            [ mutualInformation points; perInterface points; perSite points ]
