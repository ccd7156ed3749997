namespace Mice.Denoising

/// <summary>Strengths of noise σ₀ &lt; σ₁ &lt; … at which is measured how much of it is found, and the integral over ln σ from them.</summary>
/// <remarks>Above the largest the integrand, which is not negative, counts as 0. Below the smallest it is at least its value there times (σ/σ₀)², since the Fisher information of
/// x + σ ε falls as σ grows: the integral is at least half its value. In between it is as smooth as noise makes everything.</remarks>
[<RequireQualifiedAccess>]
module NoiseLevels =
    /// The largest noise in a fluid over the largest of its network: above that the waves of the density find it alone.
    [<Literal>]
    let private Farthest = 8.0

    /// Least density of levels, where nothing or all of the noise is found.
    [<Literal>]
    let private LeastDensity = 0.05

    /// ln σ of the smallest and the largest noise.
    let private range (d: Denoiser) : struct (float * float) =
        let smallest = d.Options.Smallest * d.MeanDistance

        match d.Baseline with
        | Baseline.Fluid _ -> struct (log smallest, log (Farthest * Denoiser.largestNoise d))
        | Baseline.Crystal _ -> struct (log smallest, log (Denoiser.largestNoise d))

    /// <summary>σ with the same distance of ln σ everywhere, Å.</summary>
    /// <param name="d">The network.</param>
    /// <param name="count">How many, 4 or more.</param>
    let even (d: Denoiser) (count: int) : float[] =
        let struct (low, high) = range d
        Array.init count (fun k -> exp (low + (high - low) * float k / float (count - 1)))

    /// <summary>σ, Å, for steps of noise that are taken back as normal ones. Steps are wrong by how unequally well the directions of the noise are known, at most as the standard deviation
    /// √(x (1 − x)) of shares that are 0 or 1 with mean x; distances of ln σ are the smaller the larger that is.</summary>
    /// <param name="d">The network.</param>
    /// <param name="count">How many, 4 or more.</param>
    /// <param name="known">Levels, Å, and how much of the noise is found there.</param>
    let fitted (d: Denoiser) (count: int) (known: struct (float * float)[]) : float[] =
        let density (found: float) =
            let share = found / float d.Dimension
            LeastDensity + sqrt (max 0.0 (share * (1.0 - share)))

        let intervals =
            known
            |> Array.pairwise
            |> Array.map (fun (struct (below, a), struct (above, b)) ->
                let width = log (above / below)
                struct (log below, width, width * density (0.5 * (a + b))))

        let total = intervals |> Array.sumBy (fun struct (_, _, w) -> w)

        /// ln σ below which a share of the levels lies.
        let rec find i left =
            let struct (low, width, w) = intervals[i]

            if left <= w || i = intervals.Length - 1 then
                low + width * min 1.0 (left / w)
            else
                find (i + 1) (left - w)

        Array.init count (fun k -> exp (find 0 (total * float k / float (count - 1))))

    /// Value at x of the polynomial through some points that is 1 at one of them and 0 at the others.
    let private cardinal (points: float[]) one x =
        points
        |> Seq.indexed
        |> Seq.fold
            (fun value (i, at) ->
                if i = one then
                    value
                else
                    value * (x - at) / (points[one] - at))
            1.0

    /// <summary>What the integrand at each level counts in its integral over ln σ from 0 to ∞: between two levels it is the cubic polynomial through the four around them.</summary>
    /// <param name="sigmas">Four levels or more, Å, rising.</param>
    let weights (sigmas: float[]) : float[] =
        let x = sigmas |> Array.map log
        let weights = Array.zeroCreate<float> x.Length
        weights[0] <- 0.5

        for i in 0 .. x.Length - 2 do
            let first = max 0 (min (i - 1) (x.Length - 4))
            let points = Array.sub x first 4
            let width = x[i + 1] - x[i]

            // Two Gauss points are exact for cubic polynomials.
            for place in [ 0.5 - 0.5 / sqrt 3.0; 0.5 + 0.5 / sqrt 3.0 ] do
                for j in 0..3 do
                    weights[first + j] <- weights[first + j] + 0.5 * width * cardinal points j (x[i] + place * width)

        weights

    /// <summary>Values at other levels, linear in ln σ between those given.</summary>
    /// <param name="sigmas">Levels, rising.</param>
    /// <param name="values">Values there.</param>
    /// <param name="at">A level, Å; beyond the ends the value is that of the end.</param>
    let interpolate (sigmas: float[]) (values: float[]) (at: float) : float =
        match sigmas |> Array.tryFindIndex (fun s -> s >= at) with
        | None -> Array.last values
        | Some 0 -> values[0]
        | Some i ->
            let share = log (at / sigmas[i - 1]) / log (sigmas[i] / sigmas[i - 1])
            values[i - 1] + share * (values[i] - values[i - 1])
