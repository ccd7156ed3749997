namespace Mice.Quests

open System
open Mice

/// <summary>A reference set, ready for sums of kernels over it: over all of its points, or, within a tolerance, over those alone that are near
/// enough to count. Make one with <c>KernelIndex.exact</c> or <c>KernelIndex.build</c>.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
[<Sealed; AllowNullLiteral(false)>]
type KernelIndex internal (points: PointSet, tolerance: float, balls: PanelBalls option) =
    /// The reference points.
    member _.Points = points

    /// By how much ln S may be too small, nats; 0 where all pairs count.
    member _.Tolerance = tolerance

    member internal _.Balls = balls

/// <summary>Sums of Gaussian kernels over a large reference, with a bound on what is left out.</summary>
/// <remarks>Points near each other are put into panels of 24, each within a ball. For a panel of points x and one of points y the distance of the middles
/// of the balls, less and more both radii, bounds all distances between them. With u the least upper bound of all panels S is at least exp(−u²/2h²); panels whose lower bound
/// exceeds √(u² + 2h² ln(N/ε)) add less than ε times that together and are left out. So −ln S is never below the exact value, and above it by ε at most, for every
/// point, at any distance and density.</remarks>
[<RequireQualifiedAccess>]
module KernelIndex =
    /// <summary>A reference over which sums run over all pairs.</summary>
    /// <param name="points">The points.</param>
    let exact (points: PointSet) : KernelIndex = KernelIndex(points, 0.0, None)

    /// <summary>A reference over which sums leave out what does not count.</summary>
    /// <param name="run">Threads.</param>
    /// <param name="tolerance">ε, nats: by so much −ln S may be above the exact value, and by nothing below it. From 0, where nothing is left out, to 1.</param>
    /// <param name="points">The points.</param>
    /// <returns>Errors: OutOfRange (tolerance).</returns>
    let build (run: Run) (tolerance: float) (points: PointSet) : Result<KernelIndex, MiceError list> =
        match
            Validate.that "the tolerance" "a number from 0 to 1, in nats" (fun t -> t >= 0.0 && t <= 1.0) tolerance
        with
        | [] when tolerance = 0.0 -> Ok(exact points)
        | [] -> Ok(KernelIndex(points, tolerance, Some(PanelBalls.ofPoints run.Threads points)))
        | faults -> Error faults

    /// Bounds on the distances between the points of some panels and those of all panels of the reference: lower ones, and the least of the upper ones,
    /// for each panel. Those for roundings of d², ten times what they can be, are added.
    let private bounds
        (reference: PanelBalls)
        (asked: PanelBalls)
        (first: int, last: int)
        : struct (float[][] * float[]) =
        let width, others = PointSet.Width, reference.Radii.Length
        let lower = Array.init (last - first + 1) (fun _ -> Array.zeroCreate<float> others)
        let least = Array.create (last - first + 1) infinity
        let products = Array.zeroCreate PanelPair.Pairs
        let block = first / width

        for other in 0 .. PointSet.panels others - 1 do
            PanelPair.multiply asked.Centres block reference.Centres other products

            for p in first..last do
                for c in 0 .. min width (others - other * width) - 1 do
                    let q = other * width + c
                    let squares = asked.Centres.Squares[p] + reference.Centres.Squares[q]
                    let product = products[(p - block * width) * width + c]
                    let distance = sqrt (max 0.0 (squares - 2.0 * product))
                    let apart = asked.Radii[p] + reference.Radii[q] + 1e-6 * sqrt squares
                    lower[p - first][q] <- max 0.0 (distance - apart)
                    least[p - first] <- min least[p - first] (distance + apart)

        struct (lower, least)

    /// Sums of the rows of some panels for every factor, and how many panels of the reference they met.
    let private block (bandwidths: float[]) tolerance reference (asked: PanelBalls) (panels: int * int) =
        let first, last = panels
        let struct (lower, least) = bounds reference asked panels
        let lanes, width = PanelPair.Lanes, PointSet.Width
        let rows = (last - first + 1) * width
        let sums = bandwidths |> Array.map (fun _ -> Array.zeroCreate<float>(rows * lanes))
        let factors = bandwidths |> Array.map (fun h -> -0.5 / (h * h))
        // What may be left out at the largest bandwidth may be at all.
        let widest = Array.max bandwidths

        let beyond = 2.0 * widest * widest * log (float reference.Points.Count / tolerance)

        let products = Array.zeroCreate PanelPair.Pairs
        let mutable met = 0L

        for p in first..last do
            let reach = sqrt (least[p - first] * least[p - first] + beyond)

            for other in 0 .. reference.Radii.Length - 1 do
                if lower[p - first][other] <= reach then
                    met <- met + 1L
                    PanelPair.multiply asked.Points p reference.Points other products
                    let left = asked.Points.Squares, p * width
                    let right = reference.Points.Squares, other * width

                    for f in 0 .. factors.Length - 1 do
                        PanelPair.add
                            factors[f]
                            products
                            left
                            right
                            [||]
                            (sums[f], (p - first) * width * lanes)
                            ([||], -1)

        struct (sums
                |> Array.map (fun lane -> Array.init rows (fun r -> Array.sum (Array.sub lane (r * lanes) lanes))),
                met)

    /// ln S of all points, in the order in which they were given, and the share of all pairs that was computed. Points so far from everything that no
    /// kernel is left are summed over the whole reference.
    let private pruned
        (run: Run)
        (bandwidths: float[])
        (index: KernelIndex)
        (reference: PanelBalls)
        (points: PointSet)
        =
        let asked = PanelBalls.ofPoints run.Threads points

        let found =
            block bandwidths index.Tolerance reference asked |> KernelSums.byRows run "sums over pairs" points

        let logarithms =
            Array.init bandwidths.Length (fun b ->
                let sorted = found |> Array.collect (fun (struct (sums, _)) -> sums[b])
                let result = Array.zeroCreate<float> points.Count
                asked.Order |> Array.iteri (fun place i -> result[i] <- log sorted[place])
                result)

        let isFar i =
            logarithms |> Array.exists (fun l -> l[i] < -KernelSums.deep)

        let met = found |> Array.sumBy (fun (struct (_, met)) -> met)

        let pairs = float asked.Radii.Length * float reference.Radii.Length

        match [| 0 .. points.Count - 1 |] |> Array.filter isFar with
        | [||] -> Ok(struct (logarithms, float met / pairs))
        | far ->
            KernelSums.over run bandwidths index.Points (PointSet.choose far points)
            |> Result.map (fun exact ->
                exact |> Array.iteri (fun b values -> far |> Array.iteri (fun j i -> logarithms[b][i] <- values[j]))

                struct (logarithms, float met / pairs + float far.Length / float points.Count))

    /// <summary>ln S of every point over the reference, for several bandwidths, and the share of all pairs that was computed for it.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidths">h, one or more.</param>
    /// <param name="index">The reference.</param>
    /// <param name="points">x.</param>
    /// <returns>[bandwidths][points], none above the exact value and none below it by more than the tolerance; and the share, above 1 where points far from
    /// everything were gone through again. Errors: OutOfRange (bandwidths), Mismatch (dimensions).</returns>
    let over
        (run: Run)
        (bandwidths: float[])
        (index: KernelIndex)
        (points: PointSet)
        : Result<struct (float[][] * float), MiceError list> =
        match index.Balls with
        | None ->
            KernelSums.over run bandwidths index.Points points
            |> Result.map (fun logarithms -> struct (logarithms, 1.0))
        | Some balls ->
            match KernelSums.bandwidthFaults bandwidths @ PointSet.faults index.Points points with
            | [] -> pruned run bandwidths index balls points
            | faults -> Error faults
