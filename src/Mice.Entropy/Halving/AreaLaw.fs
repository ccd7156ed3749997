namespace Mice.Entropy.Halvings

open Mice

/// <summary>M = a + α·A: mutual information of halves that are large against the correlation length, by the area A of the interface, a length on two axes.</summary>
/// <remarks>α is the information per unit of the interface. a does not grow with the interface: it is ln 2 for the sign of the magnetisation of an ordered
/// Ising model, which both halves share. Source: A. Nir et al., PNAS 117, 30234 (2020), eq. (9), with the constant.</remarks>
type AreaLaw =
    {
        /// a, nats.
        Constant: float<nat>
        /// α, nats per unit of area: on a lattice per bond that is cut.
        Slope: float<nat>
    }

/// Fits the area law to mutual informations and evaluates the law beyond the largest halves that critics were trained for.
[<RequireQualifiedAccess>]
module internal AreaLaw =
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

    /// <summary>The area law of the two largest interface areas, and the area law of the two next smaller ones: the difference of the two laws tells how far
    /// the law still changes with size.</summary>
    /// <param name="levels">Interface area and M in nats, smallest halves first.</param>
    /// <returns>None with fewer than two different interface areas; the second law is None with fewer than three.</returns>
    let fit (levels: struct (float * float) list) : struct (AreaLaw * AreaLaw option) option =
        let largest = levels |> List.map (fun (struct (a, _)) -> a) |> List.fold max 0.0
        let smaller = levels |> List.filter (fun (struct (a, _)) -> a < largest)
        line levels |> Option.map (fun law -> struct (law, line smaller))

    /// <summary>M of an interface.</summary>
    /// <param name="law">The law.</param>
    /// <param name="area">A.</param>
    let at (law: AreaLaw) (area: float) : float<nat> = law.Constant + law.Slope * area
