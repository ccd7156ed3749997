namespace Mice.Quests

open System
open Mice
open Mice.Atoms

/// <summary>The bandwidth h of the kernels, 1/Å.</summary>
/// <remarks>All entropies of environments depend on it: environments whose descriptors differ by less than about h count as alike. Compare numbers of
/// one h alone.</remarks>
[<RequireQualifiedAccess>]
module Bandwidth =
    /// The published choice for sets of very different structures, 1/Å.
    [<Literal>]
    let Standard = 0.015

    /// <summary>The bandwidth that belongs to a volume per atom: 0.0897141 exp(−(V/10.896)²/2) + 0.0119417.</summary>
    /// <remarks>Fitted to metals, so that entropies of crystals come out right. Source: arXiv:2404.12367, eq. S20.</remarks>
    /// <param name="volume">V, Å³ per atom.</param>
    /// <returns>h, 1/Å.</returns>
    let ofVolume (volume: float) : float =
        0.0897141 * exp (-0.5 * (volume / 10.896) ** 2.0) + 0.0119417

    /// <summary>The second published form: 0.086164 c(z) + 0.016 with z = (ln V)² and c(z) = (1 − (z/11.61172)²)² up to 11.61172, else 0.</summary>
    /// <param name="volume">V, Å³ per atom.</param>
    /// <returns>h, 1/Å.</returns>
    let ofVolumeCutOff (volume: float) : float =
        let z = log volume ** 2.0 / 11.61172
        let c = if z < 1.0 then (1.0 - z * z) ** 2.0 else 0.0
        0.086164 * c + 0.016

    /// <summary>The bandwidth of <c>ofVolume</c> for the mean volume per atom of snapshots.</summary>
    /// <param name="snapshots">One or more, periodic in all directions.</param>
    /// <returns>1/Å. Errors: OutOfRange where a snapshot does not repeat in all directions and so has no volume.</returns>
    let ofSnapshots (snapshots: Snapshot[]) : Result<float, MiceError list> =
        match snapshots |> Array.tryFind (fun s -> s.Cell.Periodic |> Array.contains false) with
        | Some s ->
            Error
                [
                    MiceError.OutOfRange(
                        "the bandwidth from the volume per atom",
                        $"asked for with a snapshot (step {s.Step}) that does not repeat in all directions",
                        "periodic snapshots, or a number"
                    )
                ]
        | None -> Ok(snapshots |> Array.averageBy Snapshot.volumePerAtom |> ofVolume)

    /// Bandwidths at equal distances of ln h.
    let logarithmic (low: float) (high: float) (count: int) : float[] =
        Array.init count (fun i -> low * (high / low) ** (float i / float (max 1 (count - 1))))

    /// <summary>Entropies of a set for several bandwidths, in one pass over all pairs.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidths">h, 1/Å, one or more.</param>
    /// <param name="set">The environments.</param>
    /// <returns>H(h) in nats; it falls from ln n to 0. Errors: OutOfRange.</returns>
    let sweep (run: Run) (bandwidths: float[]) (set: PointSet) : Result<float<nat>[], MiceError list> =
        KernelSums.within run bandwidths set
        |> Result.map (Array.map (fun logs -> (log (float set.Count) - Array.average logs) * 1.0<nat>))

    /// <summary>Where a curve H(ln h) that falls bends most: the point farthest below (or above) the straight line between its ends, both axes
    /// scaled to 1.</summary>
    /// <remarks>Below the bend environments are told apart that differ by noise; above it different ones count as alike. After V. Satopää et al.,
    /// ICDCS Workshops, 166 (2011).</remarks>
    /// <param name="bandwidths">h in ascending order, three or more.</param>
    /// <param name="entropies">H(h).</param>
    let elbow (bandwidths: float[]) (entropies: float<nat>[]) : float =
        if bandwidths.Length < 3 || bandwidths.Length <> entropies.Length then
            invalidArg (nameof bandwidths) "An elbow needs three points or more."

        let x = bandwidths |> Array.map log
        let y = entropies |> Array.map float
        let last = x.Length - 1

        let apart i =
            let along = (x[i] - x[0]) / (x[last] - x[0])
            abs ((y[i] - y[0]) - along * (y[last] - y[0]))

        bandwidths[[| 0..last |] |> Array.maxBy apart]

    /// <summary>The bandwidth at which a set has a given entropy, within 0.1 %.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="target">H, nats, between 0 and ln n.</param>
    /// <param name="set">The environments.</param>
    /// <returns>h, 1/Å. Errors: OutOfRange for an entropy that the set has at no bandwidth from 1e-6 to 1e3 /Å.</returns>
    let forEntropy (run: Run) (target: float<nat>) (set: PointSet) : Result<float, MiceError list> =
        // Every pass looks at eight bandwidths: four passes find ln h within 20.7/9⁴.
        let inside = 8

        let rec narrow (low: float) (high: float) =
            if high / low < 1.001 then
                Ok(sqrt (low * high))
            else
                let tried = (logarithmic low high (inside + 2))[1..inside]

                sweep run tried set
                |> Result.bind (fun found ->
                    // H falls: the target lies behind the last bandwidth at which H is above it.
                    let behind = found |> Array.filter (fun h -> h >= target) |> Array.length
                    let bounds = Array.concat [ [| low |]; tried; [| high |] ]
                    narrow bounds[behind] bounds[behind + 1])

        let lowest, highest = 1e-6, 1e3

        sweep run [| lowest; highest |] set
        |> Result.bind (fun ends ->
            if target <= ends[0] && target >= ends[1] then
                narrow lowest highest
            else
                Error
                    [
                        MiceError.OutOfRange(
                            "the entropy asked for",
                            Number.text (float target),
                            $"{float ends[1]:F6} to {float ends[0]:F6} nats for these environments"
                        )
                    ])
