namespace Mice.Alloys

open System
open Mice

/// A corner of a convex hull: a structure or phase that is stable at some Δμ.
type HullCorner =
    {
        /// Which of the points it is.
        Index: int
        /// x.
        Composition: float
        /// e, eV per site.
        Energy: float
    }

/// <summary>The lower convex hull of energies per site e over the composition x: at zero temperature phases on it are stable, those above decompose.</summary>
/// <remarks>Neither a straight line added to all energies nor their zero changes which points are on the hull, so formation energies and total energies give the same corners. Free
/// energies in place of energies give phases and miscibility gaps at a temperature.</remarks>
[<RequireQualifiedAccess>]
module ConvexHull =
    let private faults (points: struct (float * float)[]) =
        [
            if points.Length = 0 then
                MiceError.TooFewData("points of a convex hull", 0, 1, "Give energies over compositions.")

            match
                points
                |> Array.tryFindIndex (fun (struct (x, e)) -> not (x >= 0.0 && x <= 1.0 && Double.IsFinite e))
            with
            | Some i ->
                let struct (x, e) = points[i]

                MiceError.OutOfRange(
                    $"point {i + 1} of the convex hull",
                    $"x = {Number.text x}, e = {Number.text e}",
                    "x from 0 to 1 and a finite energy"
                )
            | None -> ()
        ]

    /// <summary>The corners, by growing x; points on a straight line between corners are none.</summary>
    /// <remarks>Source: A. M. Andrew, Inf. Process. Lett. 9, 216 (1979), doi:10.1016/0020-0190(79)90072-3.</remarks>
    /// <param name="points">x and e of each point.</param>
    /// <returns>One corner or more. Errors: TooFewData, OutOfRange.</returns>
    let lower (points: struct (float * float)[]) : Result<HullCorner[], MiceError list> =
        match faults points with
        | [] ->
            let candidates =
                points
                |> Array.mapi (fun i (struct (x, e)) ->
                    {
                        Index = i
                        Composition = x
                        Energy = e
                    })
                |> Array.groupBy _.Composition
                |> Array.map (fun (_, same) -> same |> Array.minBy _.Energy)
                |> Array.sortBy _.Composition

            // Whether b lies below the line from a to c, by more than rounding.
            let isBelow a b c =
                let rise = (c.Energy - a.Energy) * (b.Composition - a.Composition)
                (b.Energy - a.Energy) * (c.Composition - a.Composition) < rise - 1e-13

            let rec add hull next =
                match hull with
                | b :: a :: rest when not (isBelow a b next) -> add (a :: rest) next
                | _ -> next :: hull

            candidates |> Array.fold add [] |> List.rev |> Array.ofList |> Ok
        | faults -> Error faults

    /// <summary>e of the hull at a composition: straight between corners, NaN outside of them.</summary>
    /// <param name="hull">The corners.</param>
    /// <param name="x">The composition.</param>
    let energyAt (hull: HullCorner[]) (x: float) : float =
        hull
        |> Array.tryFind (fun c -> c.Composition = x)
        |> Option.map _.Energy
        |> Option.defaultWith (fun () ->
            hull
            |> Array.pairwise
            |> Array.tryFind (fun (a, b) -> a.Composition < x && x < b.Composition)
            |> Option.map (fun (a, b) ->
                a.Energy + (b.Energy - a.Energy) * (x - a.Composition) / (b.Composition - a.Composition))
            |> Option.defaultValue nan)

    /// <summary>How far each point lies above the hull of all of them.</summary>
    /// <param name="points">x and e of each point.</param>
    /// <returns>[n], eV per site, 0 or more. Errors: TooFewData, OutOfRange.</returns>
    let distances (points: struct (float * float)[]) : Result<float[], MiceError list> =
        lower points
        |> Result.map (fun hull -> points |> Array.map (fun (struct (x, e)) -> max 0.0 (e - energyAt hull x)))

    /// <summary>Δμ at which neighbouring corners are in equilibrium: the slopes (e₂ − e₁)/(x₂ − x₁), growing.</summary>
    /// <param name="hull">The corners.</param>
    /// <returns>[corners − 1], eV.</returns>
    let transitions (hull: HullCorner[]) : float[] =
        hull
        |> Array.pairwise
        |> Array.map (fun (a, b) -> (b.Energy - a.Energy) / (b.Composition - a.Composition))

    /// <summary>The corner that is stable at Δμ: the one with the lowest e − Δμ·x; at a transition the one of smaller x.</summary>
    /// <param name="difference">Δμ, eV: the chemical potential of the first species minus that of the second.</param>
    /// <param name="hull">The corners, one or more.</param>
    let stable (difference: float) (hull: HullCorner[]) : HullCorner =
        hull |> Array.minBy (fun c -> c.Energy - difference * c.Composition)
