namespace Mice.Quests

open System
open Mice

/// How subsets of environments are drawn.
type LearningCurveOptions =
    {
        /// h, 1/Å.
        Bandwidth: float
        /// N, numbers of environments; numbers above that of the set are left out.
        Sizes: int[]
        /// Independent drawings of every size, 1 or more.
        Repeats: int
        /// With replacement an environment can come several times, which lowers H; as published.
        WithReplacement: bool
    }

/// One size of a learning curve.
type LearningPoint =
    {
        /// N.
        Environments: int
        /// H of N environments, nats: mean and standard error over the repeats; the full set without an error.
        Entropy: Estimate<nat>
        /// H of every repeat, nats.
        Repeats: float<nat>[]
    }

/// f(N) = a − b exp(−c (ln N)²), what H of a set grows towards.
type Asymptote =
    {
        /// a, nats.
        Limit: float<nat>
        /// b, nats.
        Amplitude: float<nat>
        /// c.
        Rate: float
        /// Root mean square of what the curve misses the points by, nats.
        Residual: float<nat>
    }

/// H of growing sets of environments.
type LearningCurve =
    {
        Points: LearningPoint[]
        /// The limit of H for infinitely many environments of the kind, from the curve: its error is from fits to the repeats. None where the fit has
        /// none: too few sizes, or H still grows like ln N.
        Limit: Estimate<nat> option
        /// The curve through the means.
        Asymptote: Asymptote option
        /// What is missing: limit less H of the largest size.
        Gap: Estimate<nat> option
    }

/// <summary>Is a set of environments complete? H of ever larger parts of it.</summary>
[<RequireQualifiedAccess>]
module LearningCurve =
    /// Ten sizes from 10 to all, at equal distances of ln N.
    let sizes (count: int) : int[] =
        Bandwidth.logarithmic 10.0 (float (max 10 count)) 10 |> Array.map (round >> int) |> Array.distinct

    /// h of the set, ten sizes, five nested drawings without replacement.
    let defaults (bandwidth: float) (count: int) : LearningCurveOptions =
        {
            Bandwidth = bandwidth
            Sizes = sizes count
            Repeats = 5
            WithReplacement = false
        }

    /// a and b for a given c by linear least squares, and the sum of the squares that are left.
    let private linear (logarithms: float[]) (values: float[]) (rate: float) : struct (float * float * float) =
        let x = logarithms |> Array.map (fun l -> exp (-rate * l * l))
        let meanX, meanY = Array.average x, Array.average values
        let spread = x |> Array.sumBy (fun v -> (v - meanX) ** 2.0)

        let slope =
            if spread > 0.0 then
                (Array.map2 (fun a b -> (a - meanX) * (b - meanY)) x values |> Array.sum) / spread
            else
                0.0

        let limit = meanY - slope * meanX

        let left =
            Array.map2 (fun a b -> (b - limit - slope * a) ** 2.0) x values |> Array.sum

        struct (limit, -slope, left)

    /// <summary>The curve a − b exp(−c (ln N)²) with the least squares: a and b follow from c, which is sought.</summary>
    /// <param name="sizes">N, four or more different ones, above 1.</param>
    /// <param name="values">H(N).</param>
    /// <returns>None where the best c lies at the end of what is sought, 1e-4 to 10: then the points show no limit.</returns>
    let fit (sizes: float[]) (values: float<nat>[]) : Asymptote option =
        let logarithms, values = sizes |> Array.map log, values |> Array.map float

        let left rate =
            let struct (_, _, left) = linear logarithms values rate
            left

        let grid = Bandwidth.logarithmic 1e-4 10.0 201
        let best = [| 0 .. grid.Length - 1 |] |> Array.minBy (fun i -> left grid[i])

        if (Array.distinct sizes).Length < 4 || best = 0 || best = grid.Length - 1 then
            None
        else
            // Golden section between the neighbours of the best point.
            let ratio = (sqrt 5.0 - 1.0) / 2.0

            let rec narrow a b =
                if b - a < 1e-12 then
                    0.5 * (a + b)
                else
                    let c, d = b - ratio * (b - a), a + ratio * (b - a)

                    if left (exp c) < left (exp d) then
                        narrow a d
                    else
                        narrow c b

            let rate = exp (narrow (log grid[best - 1]) (log grid[best + 1]))
            let struct (limit, amplitude, rest) = linear logarithms values rate

            Some
                {
                    Limit = limit * 1.0<nat>
                    Amplitude = amplitude * 1.0<nat>
                    Rate = rate
                    Residual = sqrt (rest / float sizes.Length) * 1.0<nat>
                }

    let private faults (options: LearningCurveOptions) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of repeats" options.Repeats

            if
                not (options.Sizes |> Array.exists (fun n -> n >= 1))
                || options.Sizes |> Array.exists (fun n -> n < 1)
            then
                MiceError.OutOfRange("the sizes of subsets", String.Join(", ", options.Sizes), "numbers of 1 or more")
        ]

    /// Indices of the environments of the largest subset, of which smaller ones are the beginnings.
    let private drawn (key: Key) (withReplacement: bool) (count: int) (largest: int) : int[] =
        let generator = Key.generator key

        if withReplacement then
            Array.init largest (fun _ -> generator.NextInt count)
        else
            let order = [| 0 .. count - 1 |]
            generator.Shuffle order
            Array.truncate largest order

    let private pointOf (count: int) (withReplacement: bool) (size: int) (repeats: float<nat>[]) : LearningPoint =
        {
            Environments = size
            Entropy =
                if size = count && not withReplacement then
                    Estimate.exact repeats[0]
                else
                    Statistics.estimate Direction.Exact repeats
            Repeats = repeats
        }

    /// <summary>H of random subsets of a set. Subsets of one drawing are nested, so that its curve is smooth.</summary>
    /// <param name="run">Randomness, threads, progress, cancellation.</param>
    /// <param name="options">How subsets are drawn.</param>
    /// <param name="set">The environments.</param>
    /// <returns>Errors: OutOfRange (sizes, repeats, bandwidth).</returns>
    let create (run: Run) (options: LearningCurveOptions) (set: PointSet) : Result<LearningCurve, MiceError list> =
        let sizes =
            options.Sizes |> Array.filter (fun n -> n <= set.Count) |> Array.distinct |> Array.sort

        let faults =
            [
                yield! faults options

                if Array.isEmpty sizes then
                    MiceError.TooFewData("environments", set.Count, Array.min options.Sizes, "Give smaller sizes.")
            ]

        let one (run: Run) (repeat: int, size: int) =
            drawn (Key.item repeat run.Key) options.WithReplacement set.Count size
            |> fun indices -> Bandwidth.sweep run [| options.Bandwidth |] (PointSet.choose indices set)
            |> Result.map Array.head

        let jobs =
            [|
                for size in sizes do
                    for repeat in 0 .. options.Repeats - 1 -> repeat, size
            |]

        Validate.without faults ()
        |> Result.bind (fun () -> Run.jobs (fun (_, n) -> float n ** 2.0) one jobs run)
        |> Result.map (fun found ->
            let points =
                found
                |> Array.chunkBySize options.Repeats
                |> Array.map2 (pointOf set.Count options.WithReplacement) sizes

            let numbers = sizes |> Array.map float
            let curve = fit numbers (points |> Array.map _.Entropy.Value)

            let limits =
                [|
                    for r in 0 .. options.Repeats - 1 do
                        yield! fit numbers (points |> Array.map (fun p -> p.Repeats[r])) |> Option.toArray
                |]
                |> Array.map _.Limit

            let limit =
                curve
                |> Option.map (fun c ->
                    let error =
                        if limits.Length = options.Repeats then
                            Statistics.standardError limits
                        else
                            nan * 1.0<nat>

                    Estimate.create c.Limit error Direction.NoBound)

            let largest = (Array.last points).Entropy

            {
                Points = points
                Limit = limit
                Asymptote = curve
                // Both come from the same drawings: the error of the limit is that of the difference.
                Gap =
                    limit
                    |> Option.map (fun l ->
                        Estimate.create (l.Value - largest.Value) l.StandardError Direction.NoBound)
            })
