namespace Mice.Alloys

open Mice

/// Formation energies of the structures of a set, as given and as fitted.
[<NoEquality; NoComparison>]
type FormationEnergies =
    {
        /// [n]: x of each structure.
        Compositions: float[]
        /// [n]: from the energies that were given, eV per site.
        Given: float[]
        /// [n]: from the fitted energies, eV per site.
        Fitted: float[]
        /// The lower convex hull of the given ones.
        Hull: HullCorner[]
        /// The lower convex hull of the fitted ones.
        FittedHull: HullCorner[]
        /// Whether the energies of the pure species are those of the set; else they are those of the fit.
        HasPure: bool
    }

/// <summary>Formation energies of a set: above the straight line between the pure species.</summary>
[<RequireQualifiedAccess>]
module FormationEnergies =
    /// The lowest energy per site among the structures of a composition.
    let private lowestAt (x: float) (set: AlloyTrainingSet) : float option =
        set.Structures
        |> Array.filter (fun s -> Configuration.composition s.Configuration = x)
        |> Array.map _.EnergyPerSite
        |> function
            | [||] -> None
            | energies -> Some(Array.min energies)

    /// <summary>The formation energies. Given and fitted energies are measured from the same line, so that they differ by what the fit leaves.</summary>
    /// <param name="set">The structures.</param>
    /// <param name="fit">The fit to them.</param>
    /// <returns>Errors: TooFewData, OutOfRange, as of the hull.</returns>
    let ofFit (set: AlloyTrainingSet) (fit: EciFitResult) : Result<FormationEnergies, MiceError list> =
        let struct (modelUp, modelDown) = ClusterExpansion.pureEnergies fit.Expansion

        let up, down, hasPure =
            match lowestAt 1.0 set, lowestAt 0.0 set with
            | Some up, Some down -> up, down, true
            | _ -> modelUp, modelDown, false

        let x =
            set.Structures |> Array.map (fun s -> Configuration.composition s.Configuration)

        let formation energies =
            Array.map2 (fun x e -> e - x * up - (1.0 - x) * down) x energies

        let given, fitted =
            formation (set.Structures |> Array.map _.EnergyPerSite), formation fit.Fitted

        let hull energies =
            Array.map2 (fun x e -> struct (x, e)) x energies |> ConvexHull.lower

        validate {
            let! hullOfGiven = hull given
            and! hullOfFitted = hull fitted

            return
                {
                    Compositions = x
                    Given = given
                    Fitted = fitted
                    Hull = hullOfGiven
                    FittedHull = hullOfFitted
                    HasPure = hasPure
                }
        }
