namespace Mice.Plots

open System.Globalization
open Mice
open Mice.Entropy

/// Mutual information of halves from scale to scale, one set of points for each temperature.
[<RequireQualifiedAccess>]
module ScaleFigures =
    let private name (p: LatticePoint) =
        if System.Double.IsNaN p.Temperature then
            ""
        else
            "T = " + p.Temperature.ToString("G6", CultureInfo.InvariantCulture)

    /// Sites of both halves.
    let private area (l: LatticeLevel) = 2 * l.Depth * l.Length

    let private figure title x y place (value: LatticeLevel -> Estimate<nat>) (points: LatticePoint list) : Figure =
        let ofPoint i (p: LatticePoint) =
            let critics = LatticePoint.certified p

            Trace.Points(
                Style.solid (name p) (Colour.series i),
                [| for l in critics -> place l |],
                [| for l in critics -> float (value l).Value |],
                [| for l in critics -> float (value l).StandardError |]
            )

        {
            Title = title
            X = x
            Y = y
            Traces = points |> List.mapi ofPoint
            Marks = []
        }

    /// <summary>M against the length ℓ of the interface; M/ℓ and M/A against ln A/ln 2, A the sites of both halves: by critics that are not saturated. With an
    /// area law M/ℓ comes to a constant. Source: figure 2 of A. Nir et al., PNAS 117, 30234 (2020), doi:10.1073/pnas.2017042117.</summary>
    /// <param name="points">Points; those without levels are left out.</param>
    /// <returns>Three figures, or none without levels.</returns>
    let create (points: LatticePoint list) : Figure list =
        match points |> List.filter (fun (p: LatticePoint) -> not (List.isEmpty p.Levels)) with
        | [] -> []
        | found ->
            let scale = Axis.create "log₂ A, A sites of both halves" ""
            let logArea l = System.Math.Log2(float (area l))

            let shared (by: LatticeLevel -> int) (l: LatticeLevel) =
                Estimate.scale (1.0 / float (by l)) l.MutualInformation

            [
                figure
                    "Mutual information of halves"
                    (Axis.create "Length of the interface" "lattice constants")
                    (Axis.create "M" "nats")
                    (fun (l: LatticeLevel) -> float l.InterfaceLength)
                    (fun (l: LatticeLevel) -> l.MutualInformation)
                    found
                figure
                    "Per length of the interface"
                    scale
                    (Axis.create "M/ℓ" "nats per lattice constant")
                    logArea
                    (shared (fun (l: LatticeLevel) -> l.InterfaceLength))
                    found
                figure "Per site" scale (Axis.create "M/A" "nats per site") logArea (shared area) found
            ]
