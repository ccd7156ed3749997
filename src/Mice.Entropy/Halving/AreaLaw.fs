namespace Mice.Entropy

open Mice

/// <summary>M = a + α·A: mutual information of halves that are large against the correlation length, by the area A of the interface, a length on two axes.</summary>
/// <remarks>α is what each unit of the interface adds; a is what the halves share as wholes, ln 2 for the sign of the magnetisation of an ordered
/// Ising model. Source: A. Nir et al., PNAS 117, 30234 (2020), eq. (9), with the constant.</remarks>
type AreaLaw =
    {
        /// a, nats.
        Constant: float<nat>
        /// α, nats per unit of area: on a lattice per bond that is cut.
        Slope: float<nat>
    }

/// Fitting the area law and summing what lies beyond the largest halves that a critic was trained for.
[<RequireQualifiedAccess>]
module AreaLaw =
    /// The line through the means of the last two interface areas of some levels; None below two areas.
    let private line (levels: struct (float * float) list) =
        levels
        |> List.groupBy (fun (struct (area, _)) -> area)
        |> List.map (fun (area, same) -> area, same |> List.averageBy (fun (struct (_, m)) -> m))
        |> List.sortByDescending fst
        |> function
            | (a2, m2) :: (a1, m1) :: _ ->
                let slope = (m2 - m1) / (a2 - a1)

                Some
                    {
                        Constant = (m2 - slope * a2) * 1.0<nat>
                        Slope = slope * 1.0<nat>
                    }
            | _ -> None

    /// <summary>The area law of the largest halves, and that of the next smaller ones, which tells how far it still changes.</summary>
    /// <param name="levels">Interface area and M in nats, smallest halves first.</param>
    /// <returns>None below two different interface areas; the second is None below three.</returns>
    let fit (levels: struct (float * float) list) : struct (AreaLaw * AreaLaw option) option =
        let largest = levels |> List.map (fun (struct (a, _)) -> a) |> List.fold max 0.0
        let smaller = levels |> List.filter (fun (struct (a, _)) -> a < largest)
        line levels |> Option.map (fun law -> struct (law, line smaller))

    /// <summary>M of an interface.</summary>
    /// <param name="law">The law.</param>
    /// <param name="area">A.</param>
    let at (law: AreaLaw) (area: float) : float<nat> = law.Constant + law.Slope * area
