namespace Mice.Information

open System
open Mice

/// The two estimators of Kraskov, Stögbauer and Grassberger.
[<RequireQualifiedAccess>]
type KraskovVariant =
    /// KSG-1: rows strictly nearer in x (y) than the k-th neighbour is in the joint space; less scatter, more bias.
    | First
    /// KSG-2: rows within the sides of the smallest rectangle around the k nearest neighbours; less bias at high dimension.
    | Second

/// Mutual information of continuous variables by nearest neighbours in the max norm.
[<RequireQualifiedAccess>]
module Kraskov =
    /// Searches of several samples, made at the same time.
    let private searches (samples: Sample[]) =
        samples |> Array.Parallel.map SampleNeighbours.create

    /// Mean of ψ over counts; a count of 0 (all k neighbours at distance 0) is taken for 1.
    let private meanDigamma (digammas: float[]) (counts: int[]) =
        counts |> Array.averageBy (fun n -> digammas[max 1 n])

    /// Max-norm distance between two rows.
    let private distance (sample: Sample) (a: int) (b: int) =
        let mutable largest = 0.0

        for d in 0 .. sample.Columns - 1 do
            let difference =
                abs (sample.Values[a * sample.Columns + d] - sample.Values[b * sample.Columns + d])

            largest <- Math.Max(largest, difference)

        largest

    /// Largest distance in one variable to the k joint neighbours, as a radius that takes in the farthest.
    let private side (k: int) (neighbours: Neighbours) (sample: Sample) =
        Array.init sample.Rows (fun row ->
            let mutable largest = 0.0

            for j in 0 .. k - 1 do
                largest <- Math.Max(largest, distance sample row neighbours.Rows[row * k + j])

            Math.BitIncrement largest)

    let internal value (variant: KraskovVariant) (k: int) (x: Sample) (y: Sample) : float =
        let joint = Sample.join x y
        let search = searches [| joint; x; y |]
        let neighbours = SampleNeighbours.nearest k joint search[0]
        let digammas = Polygamma.digammas x.Rows

        // Rows of a sample, themselves included, that are nearer than their radius.
        let countBelow radii i sample =
            SampleNeighbours.countBelow radii sample search[i]

        match variant with
        | KraskovVariant.First ->
            let term i sample =
                countBelow neighbours.Radii i sample |> meanDigamma digammas

            digammas[k] + digammas[x.Rows] - term 1 x - term 2 y
        | KraskovVariant.Second ->
            // The row itself is counted, so n is the count less one.
            let term i sample =
                countBelow (side k neighbours sample) i sample |> Array.map (fun n -> n - 1) |> meanDigamma digammas

            digammas[k] - 1.0 / float k + digammas[x.Rows] - term 1 x - term 2 y

    /// <summary>Mutual information in nats. KSG-1: ψ(k) + ψ(N) − ⟨ψ(n_x + 1) + ψ(n_y + 1)⟩, which never exceeds
    /// ψ(N) − ψ(k); KSG-2: ψ(k) − 1/k + ψ(N) − ⟨ψ(n_x) + ψ(n_y)⟩. No bound in either direction: too low where the density
    /// varies within the k-th neighbour's distance, as in many dimensions. Not invariant under rescaling of single columns
    /// (see <c>Sample.standardise</c>). Source: A. Kraskov, H. Stögbauer, P. Grassberger, Phys. Rev. E 69, 066138 (2004),
    /// eqs. (8) and (9).</summary>
    /// <remarks>The error is the spread of contiguous blocks scaled by 1/√blocks: the variance falls as 1/N (C. M. Holmes,
    /// I. Nemenman, Phys. Rev. E 100, 022404 (2019)). Up to ten columns are searched by tree, more by brute force. Ties
    /// are broken by noise and reported.</remarks>
    /// <param name="variant">KSG-1 or KSG-2.</param>
    /// <param name="options">Neighbours, blocks, key.</param>
    /// <param name="x">X, [N; d_x], N at least 50.</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <returns>Mismatch of row counts, TooFewData, or OutOfRange for bad options, NaN, infinite numbers and constant
    /// columns.</returns>
    let mutualInformation
        (variant: KraskovVariant)
        (options: NeighbourOptions)
        (x: Sample)
        (y: Sample)
        : Result<NeighbourEstimate, MiceError list> =
        NearestNeighbours.estimate options [ "X", x; "Y", y ] (fun _ samples ->
            value variant options.Neighbours samples[0] samples[1])

    let internal conditionalValue (k: int) (x: Sample) (y: Sample) (z: Sample) : float =
        let xz, yz = Sample.join x z, Sample.join y z
        let joint = Sample.join y xz
        let search = searches [| joint; xz; yz; z |]
        let neighbours = SampleNeighbours.nearest k joint search[0]
        let digammas = Polygamma.digammas x.Rows

        let term i sample =
            SampleNeighbours.countBelow neighbours.Radii sample search[i] |> meanDigamma digammas

        digammas[k] - term 1 xz - term 2 yz + term 3 z

    /// <summary>Conditional mutual information I(X; Y | Z) = ψ(k) − ⟨ψ(n_xz + 1) + ψ(n_yz + 1) − ψ(n_z + 1)⟩ in nats,
    /// strict counts within the distance of the k-th neighbour in (x, y, z). No bound. Source: S. Frenzel, B. Pompe,
    /// Phys. Rev. Lett. 99, 204101 (2007). Errors and ties as for <c>mutualInformation</c>.</summary>
    /// <param name="options">Neighbours, blocks, key.</param>
    /// <param name="x">X, [N; d_x], N at least 50.</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <param name="z">What is known, [N; d_z].</param>
    /// <returns>Faults as for <c>mutualInformation</c>.</returns>
    let conditional
        (options: NeighbourOptions)
        (x: Sample)
        (y: Sample)
        (z: Sample)
        : Result<NeighbourEstimate, MiceError list> =
        NearestNeighbours.estimate options [ "X", x; "Y", y; "Z", z ] (fun _ samples ->
            conditionalValue options.Neighbours samples[0] samples[1] samples[2])
