namespace Mice.Alloys

open Mice

/// Compositions at which an alloy falls apart into two phases.
type TwoPhaseRegion =
    {
        /// x of the phase with less of the first species, a multiple of 1/N.
        Left: float
        /// x of the other phase.
        Right: float
        /// Δμ at which both are in equilibrium: the slope of the common tangent.
        Difference: Estimate<eV>
        /// How far the free energy between them is above the tangent at most.
        Depth: Estimate<eV / site>
    }

/// <summary>Two-phase regions from free energies over the composition.</summary>
[<RequireQualifiedAccess>]
module TwoPhaseRegion =
    /// Regions no deeper than so many standard errors are noise.
    [<Literal>]
    let Significant = 3.0

    let private estimate (values: float[]) (unit: float<'u>) : Estimate<'u> =
        Statistics.estimate Direction.Exact values |> Estimate.scale unit

    let private between (slope: float) (f: CompositionFreeEnergies) (left: HullCorner) (right: HullCorner) =
        let steps = right.Index - left.Index

        let rise (curve: float[]) =
            (curve[right.Index] - curve[left.Index]) / float steps

        let above n (curve: float[]) =
            curve[n] - curve[left.Index] - rise curve * float (n - left.Index)

        let mean n =
            f.MixingByWalker |> Array.averageBy (above n)

        let top = [ left.Index + 1 .. right.Index - 1 ] |> List.maxBy mean

        {
            Left = left.Composition
            Right = right.Composition
            Difference =
                estimate (f.MixingByWalker |> Array.map (fun curve -> slope + float f.Sites * rise curve)) 1.0<eV>
            Depth = estimate (f.MixingByWalker |> Array.map (above top)) 1.0<eV / site>
        }

    /// <summary>The gaps in the lower convex hull of the free energies of mixing that are deeper than three standard errors.</summary>
    /// <remarks>In a small supercell the border between two phases costs energy, so the free energy is above the tangent by a part that falls with size; where the phases differ little, or the supercell
    /// cannot hold one of them, gaps are missed or misplaced. Edges are known to 1/N at best.</remarks>
    /// <param name="expansion">The alloy: Δμ is that of its energies, whose slope between the pure species is not part of the free energy of mixing.</param>
    /// <param name="f">The free energies.</param>
    /// <returns>By growing x. Errors: OutOfRange for free energies that are not finite.</returns>
    let find (expansion: ClusterExpansion) (f: CompositionFreeEnergies) : Result<TwoPhaseRegion[], MiceError list> =
        let struct (up, down) = ClusterExpansion.pureEnergies expansion

        f.Mixing
        |> Array.mapi (fun n e -> struct (float n / float f.Sites, float e.Value))
        |> ConvexHull.lower
        |> Result.map (
            Array.pairwise
            >> Array.filter (fun (left, right) -> right.Index > left.Index + 1)
            >> Array.map (fun (left, right) -> between (up - down) f left right)
            >> Array.filter (fun region -> region.Depth.Value > Significant * region.Depth.StandardError)
        )
