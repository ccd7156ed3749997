namespace Mice.Entropy

open Mice

/// <summary>M = a + α·ℓ: mutual information of halves that are large against the correlation length, by the length ℓ of the interface.</summary>
/// <remarks>α is what each bond of the interface adds; a is what the halves share as wholes, ln 2 for the sign of the magnetisation of an ordered
/// Ising model. Source: A. Nir et al., PNAS 117, 30234 (2020), eq. (9), with the constant.</remarks>
type AreaLaw =
    {
        /// a, nats.
        Constant: float<nat>
        /// α, nats per lattice constant of interface.
        Slope: float<nat>
    }

/// Fitting the area law and summing what lies beyond the largest halves that a critic was trained for.
[<RequireQualifiedAccess>]
module AreaLaw =
    /// The line through the means of the last two interface lengths of some levels; None below two lengths.
    let private line (levels: struct (int * float) list) =
        levels
        |> List.groupBy (fun (struct (length, _)) -> length)
        |> List.map (fun (length, same) -> float length, same |> List.averageBy (fun (struct (_, m)) -> m))
        |> List.sortByDescending fst
        |> function
            | (l2, m2) :: (l1, m1) :: _ ->
                let slope = (m2 - m1) / (l2 - l1)

                Some
                    {
                        Constant = (m2 - slope * l2) * 1.0<nat>
                        Slope = slope * 1.0<nat>
                    }
            | _ -> None

    /// <summary>The area law of the largest halves, and that of the next smaller ones, which tells how far it still changes.</summary>
    /// <param name="levels">Interface length and M in nats, smallest halves first.</param>
    /// <returns>None below two different interface lengths; the second is None below three.</returns>
    let fit (levels: struct (int * float) list) : struct (AreaLaw * AreaLaw option) option =
        let longest = levels |> List.map (fun (struct (l, _)) -> l) |> List.fold max 0
        let smaller = levels |> List.filter (fun (struct (l, _)) -> l < longest)
        line levels |> Option.map (fun law -> struct (law, line smaller))

    /// <summary>M of an interface.</summary>
    /// <param name="law">The law.</param>
    /// <param name="length">ℓ.</param>
    let at (law: AreaLaw) (length: int) : float<nat> = law.Constant + law.Slope * float length
