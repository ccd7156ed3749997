namespace Mice.Samplers

open System
open System.Numerics

/// Planar spins as unit vectors (cos θ, sin θ), the form in which networks see them.
[<RequireQualifiedAccess>]
module PlanarSpins =
    /// <summary>Unit vectors of snapshots of angles.</summary>
    /// <param name="snapshots">Angles in radians.</param>
    let ofAngles (snapshots: LatticeSnapshots<float>) : LatticeSnapshots<Vector2> =
        let vector (angle: float) =
            let struct (sine, cosine) = Math.SinCos angle
            Vector2(float32 cosine, float32 sine)

        {
            Rows = snapshots.Rows
            Columns = snapshots.Columns
            Sites = snapshots.Sites |> Array.map (Array.map vector)
        }

    /// <summary>The state of unit vectors.</summary>
    /// <param name="spins">Unit vectors, [rows·columns].</param>
    let state (spins: Vector2[]) : XYState =
        {
            Cosines = spins |> Array.map (fun u -> float u.X)
            Sines = spins |> Array.map (fun u -> float u.Y)
        }

    let private meanNeighbourCosine rows columns (spins: Vector2[]) =
        let mutable sum = 0.0

        for site in 0 .. spins.Length - 1 do
            let right = site - site % columns + (site + 1) % columns
            let down = (site + columns) % (rows * columns)
            sum <- sum + float (Vector2.Dot(spins[site], spins[right] + spins[down]))

        sum / float (2 * spins.Length)

    /// <summary>How strongly neighbours hold to each other: κ of the von Mises law with the mean cosine of the angle between
    /// neighbours, negative where they hold to opposite directions. β|J| or more in equilibrium.</summary>
    /// <param name="snapshots">One or more.</param>
    let stiffness (snapshots: LatticeSnapshots<Vector2>) : float =
        let cosine =
            snapshots.Sites |> Array.averageBy (meanNeighbourCosine snapshots.Rows snapshots.Columns)

        float (sign cosine) * VonMises.concentration (abs cosine)
