namespace Mice.Quests

open System
open Mice

/// What a set of environments is worth as a whole.
type EnvironmentMetrics =
    {
        /// h, 1/Å.
        Bandwidth: float
        /// n.
        Environments: int
        /// The frames that they are from.
        Frames: int
        /// H = −(1/n) Σ ln(Sᵢ/n), nats: from 0, all alike, to ln n, all different.
        Entropy: Estimate<nat>
        /// D = ln Σ 1/Sᵢ, nats: the logarithm of the number of different environments, however often each of them comes.
        Diversity: Estimate<nat>
        /// δH = −ln Sᵢ of each environment with respect to the set, itself included: 0 or below, and the lower the more there are like it.
        Differential: float<nat>[]
    }

/// <summary>Entropy, diversity and surprise of atomic environments, by sums of Gaussian kernels over their descriptors.</summary>
/// <remarks>H = ln n + ⟨δH⟩ (eq. S16 of arXiv:2404.12367 has the wrong sign there). H by eq. S12, D by eq. S21, δH by eq. S14. Exact for the sets given and the bandwidth: no sampling, no
/// truncation. Standard errors tell how much the numbers would change with other frames of the same kind.</remarks>
[<RequireQualifiedAccess>]
module EnvironmentEntropy =
    /// <summary>Standard error of a mean over environments that come in frames: a frame is one draw, whatever the number of its atoms.</summary>
    /// <param name="counts">Environments of each frame.</param>
    /// <param name="sums">Sums of a quantity over them.</param>
    /// <returns>NaN for a single frame.</returns>
    let internal errorOfFrames (counts: int[]) (sums: float[]) : float =
        let n, frames = float (Array.sumBy int64 counts), float counts.Length
        let mean = Array.sum sums / n

        if counts.Length < 2 then
            nan
        else
            let squares =
                Array.map2 (fun c s -> (s - mean * float c) ** 2.0) counts sums |> Array.sum

            sqrt (frames / (frames - 1.0) * squares) / n

    /// The same from a number for each environment.
    let private frameError (values: float[]) (environments: Environments) : float =
        let mean = Array.average values
        let frames = Environments.byFrame values environments
        errorOfFrames (frames |> Array.map Array.length) (frames |> Array.map (Array.sumBy (fun v -> v - mean)))

    /// H of ln S of all environments of a set, nats.
    let internal entropyOf (logarithms: float[]) : float =
        log (float logarithms.Length) - Array.average logarithms

    /// D of ln S of all environments of a set, nats; ln S is never below 0 within a set, so that nothing overflows.
    let internal diversityOf (logarithms: float[]) : float =
        log (logarithms |> Array.sumBy (fun s -> exp -s))

    /// δH from ln S.
    let internal differential (logarithms: float[]) : float<nat>[] =
        // 0 − x, so that nothing becomes −0.
        logarithms |> Array.map (fun s -> (0.0 - s) * 1.0<nat>)

    let private metricsOf (bandwidth: float) (environments: Environments) (logarithms: float[]) : EnvironmentMetrics =
        let error = frameError logarithms environments

        // The relative error of Σ 1/S.
        let shares = logarithms |> Array.map (fun s -> exp -s)
        let spread = frameError shares environments / Array.average shares

        {
            Bandwidth = bandwidth
            Environments = logarithms.Length
            Frames = Environments.frames environments
            Entropy = Estimate.create (max 0.0 (entropyOf logarithms) * 1.0<nat>) (error * 1.0<nat>) Direction.Exact
            Diversity =
                Estimate.create (max 0.0 (diversityOf logarithms) * 1.0<nat>) (spread * 1.0<nat>) Direction.Exact
            Differential = differential logarithms
        }

    /// <summary>H, D and δH of a set for several bandwidths, in one pass over all pairs.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidths">h, 1/Å, one or more.</param>
    /// <param name="environments">The set.</param>
    /// <returns>One result for each bandwidth. Errors: OutOfRange (bandwidths).</returns>
    let metricsAt
        (run: Run)
        (bandwidths: float[])
        (environments: Environments)
        : Result<EnvironmentMetrics[], MiceError list> =
        KernelSums.within run bandwidths environments.Points
        |> Result.map (Array.map2 (fun h logs -> metricsOf h environments logs) bandwidths)

    /// <summary>H, D and δH of a set.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidth">h, 1/Å.</param>
    /// <param name="environments">The set.</param>
    /// <returns>Errors: OutOfRange (bandwidth).</returns>
    let metrics
        (run: Run)
        (bandwidth: float)
        (environments: Environments)
        : Result<EnvironmentMetrics, MiceError list> =
        metricsAt run [| bandwidth |] environments |> Result.map Array.head

    /// <summary>The same for every frame as a set of its own.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidth">h, 1/Å.</param>
    /// <param name="environments">The frames.</param>
    /// <returns>One result for each frame. Errors: OutOfRange (bandwidth).</returns>
    let perFrame
        (run: Run)
        (bandwidth: float)
        (environments: Environments)
        : Result<EnvironmentMetrics[], MiceError list> =
        let one (run: Run) (f: int) =
            let set = Environments.frame f environments
            metrics run bandwidth (Environments.ofPoints [| 0; set.Count |] set)

        let weight f =
            float (environments.Offsets[f + 1] - environments.Offsets[f]) ** 2.0

        Run.jobs weight one [| 0 .. Environments.frames environments - 1 |] run

    /// <summary>H of one set less H of another, with as many environments of each: H grows with their number. Of the set with more frames as many are taken
    /// as the other has, at equal distances; of every frame as many environments as the smallest frame has, drawn at random.</summary>
    /// <remarks>For two phases of a substance it stands for the difference of their entropies in k_B per atom, within the reach of the descriptor and for a bandwidth that
    /// fits (arXiv:2404.12367, figure 1 and table I); it is no bound.</remarks>
    /// <param name="run">Threads, seed, progress, cancellation.</param>
    /// <param name="bandwidth">h, 1/Å, of both.</param>
    /// <param name="first">The one set.</param>
    /// <param name="second">The other.</param>
    /// <returns>The numbers of both sets so matched: that of the first, that of the second, and the difference. Errors: OutOfRange (bandwidth).</returns>
    let difference
        (run: Run)
        (bandwidth: float)
        (first: Environments)
        (second: Environments)
        : Result<struct (EnvironmentMetrics * EnvironmentMetrics * Estimate<nat>), MiceError list> =
        let frames = min (Environments.frames first) (Environments.frames second)

        let size (e: Environments) =
            Array.pairwise e.Offsets |> Array.map (fun (a, b) -> b - a) |> Array.min

        let each = min (size first) (size second)

        let matched (name: string) (e: Environments) =
            let generator = run.Key |> Key.named name |> Key.generator

            [| 0 .. frames - 1 |]
            |> Array.collect (fun f ->
                let frame = f * Environments.frames e / frames
                let places = [| e.Offsets[frame] .. e.Offsets[frame + 1] - 1 |]
                generator.Shuffle places
                Array.truncate each places |> Array.sort)
            |> fun places -> PointSet.choose places e.Points
            |> Environments.ofPoints (Array.init (frames + 1) (fun f -> f * each))

        validate {
            let! one =
                metrics (Run.within 0.0 0.5 "first set" run) bandwidth (matched "first" first)

            let! other =
                metrics (Run.within 0.5 0.5 "second set" run) bandwidth (matched "second" second)

            let apart = Estimate.subtract one.Entropy other.Entropy
            return struct (one, other, Estimate.create apart.Value apart.StandardError Direction.NoBound)
        }

    /// <summary>Bounds on δH from the n nearest reference environments alone. With Kₙ the least of their kernels the sum over all N lies between that
    /// over the n, and that plus (N − n) Kₙ.</summary>
    /// <remarks>The published approximation takes the upper bound for δH itself with n = 3; where many reference environments lie within a bandwidth it is
    /// too high by nats, which the distance of the bounds tells.</remarks>
    /// <param name="bandwidth">h, 1/Å.</param>
    /// <param name="count">n, 1 or more.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="points">The environments asked about, with as many components.</param>
    /// <returns>Upper and lower bound of δH for each environment.</returns>
    let truncated
        (bandwidth: float)
        (count: int)
        (reference: PointSet)
        (points: PointSet)
        : struct (float<nat> * float<nat>)[] =
        let rows (set: PointSet) =
            Array.init set.Count (fun i -> PointSet.row i set)

        let others = rows reference
        let factor = -0.5 / (bandwidth * bandwidth)

        rows points
        |> Array.Parallel.map (fun x ->
            let nearest =
                others
                |> Array.map (fun y -> Array.fold2 (fun sum a b -> sum + (a - b) * (a - b)) 0.0 x y)
                |> Array.sort
                |> Array.truncate count

            let shift = factor * nearest[0]
            let sum = nearest |> Array.sumBy (fun d -> exp (factor * d - shift))

            let rest =
                float (others.Length - nearest.Length) * exp (factor * Array.last nearest - shift)

            let negative x = (0.0 - shift - log x) * 1.0<nat>
            struct (negative sum, negative (sum + rest)))
