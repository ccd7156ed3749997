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
            Shape = snapshots.Shape
            Sites = snapshots.Sites |> Array.map (Array.map vector)
        }

    /// <summary>The state (cosines and sines) of unit vectors.</summary>
    /// <param name="spins">Unit vectors, [sites].</param>
    let state (spins: Vector2[]) : XYState =
        {
            Cosines = spins |> Array.map (fun u -> float u.X)
            Sines = spins |> Array.map (fun u -> float u.Y)
        }

    /// Mean cosine of the angle between neighbours. Among the neighbours of a site, the forward neighbour along each axis comes first.
    let private meanNeighbourCosine (axes: int) (neighbours: int[]) (spins: Vector2[]) =
        let z = 2 * axes
        let mutable sum = 0.0

        for site in 0 .. spins.Length - 1 do
            let mutable beside = Vector2.Zero

            for n in z * site .. z * site + axes - 1 do
                beside <- beside + spins[neighbours[n]]

            sum <- sum + float (Vector2.Dot(spins[site], beside))

        sum / float (axes * spins.Length)

    /// <summary>Stiffness of neighbouring spins: κ of the von Mises law whose mean cosine is the mean cosine of the angle between neighbours. κ is negative
    /// where neighbours prefer opposite directions. In equilibrium |κ| is β|J| or more.</summary>
    /// <param name="snapshots">One or more.</param>
    let stiffness (snapshots: LatticeSnapshots<Vector2>) : float =
        let cosine =
            snapshots.Sites
            |> Array.averageBy (meanNeighbourCosine snapshots.Shape.Length (Torus.neighbours snapshots.Shape))

        float (sign cosine) * VonMises.concentration (abs cosine)
