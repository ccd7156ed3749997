namespace Mice

open MathNet.Numerics
open MathNet.Numerics.Distributions

/// What a statistical test found.
type TestOutcome =
    {
        /// The test statistic.
        Statistic: float
        /// Probability of a statistic at least as large when the hypothesis holds.
        PValue: float
    }

/// A straight line y = Intercept + Slope·x through points with errors.
type LineFit =
    {
        /// Value at x = 0.
        Intercept: float
        /// Its standard error.
        InterceptError: float
        /// Slope.
        Slope: float
        /// Its standard error.
        SlopeError: float
        /// Covariance of intercept and slope.
        Covariance: float
        /// Σ ((y − fit)/σ)².
        ChiSquare: float
        /// Probability of a larger χ² with n − 2 degrees of freedom; 1 for two points.
        PValue: float
    }

/// One level of the blocking method.
type BlockingLevel =
    {
        /// Number of blocks at this level.
        Blocks: int
        /// Standard error of the mean from the spread of the blocks, as if they were independent.
        StandardError: float
        /// Standard error of that error (Gaussian blocks).
        ErrorOfError: float
    }

/// Means, errors and tests. Functions that need more values than they get return NaN: an unknown error is not a small one.
[<RequireQualifiedAccess>]
module Statistics =
    /// <summary>x̄ = (1/n) Σ xᵢ; NaN for no values.</summary>
    /// <param name="values">The values, [n].</param>
    let mean (values: float<'u>[]) : float<'u> =
        if Array.isEmpty values then
            LanguagePrimitives.FloatWithMeasure nan
        else
            Array.average values

    /// <summary>Unbiased variance s² = Σ (xᵢ − x̄)² / (n − 1); NaN below two values.</summary>
    /// <param name="values">The values, [n].</param>
    let variance (values: float<'u>[]) : float<'u^2> =
        if values.Length < 2 then
            LanguagePrimitives.FloatWithMeasure nan
        else
            let centre = mean values
            let sum = values |> Array.sumBy (fun x -> (x - centre) * (x - centre))
            sum / float (values.Length - 1)

    /// <summary>Standard error of the mean of independent values, √(s²/n); NaN below two values.</summary>
    /// <param name="values">The values, [n].</param>
    let standardError (values: float<'u>[]) : float<'u> =
        sqrt (variance values / float values.Length)

    /// <summary>Mean and standard error of independent values.</summary>
    /// <param name="direction">What the mean promises.</param>
    /// <param name="values">The values, [n].</param>
    let estimate (direction: Direction) (values: float<'u>[]) : Estimate<'u> =
        Estimate.create (mean values) (standardError values) direction

    /// <summary>Delete-one jackknife: bias-corrected value n·f(x) − (n − 1)·f̄₋ᵢ, and error √((n − 1)/n Σ (f₋ᵢ − f̄₋ᵢ)²).
    /// Source: B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (SIAM, 1982).</summary>
    /// <param name="statistic">A smooth function of the data.</param>
    /// <param name="data">Independent items, [n], 2 or more.</param>
    let jackknife (statistic: 'item[] -> float) (data: 'item[]) : struct (float * float) =
        let n = float data.Length

        if data.Length < 2 then
            struct (nan, nan)
        else
            let without = Array.init data.Length (fun i -> statistic (Array.removeAt i data))
            let centre = mean without
            let spread = without |> Array.sumBy (fun f -> (f - centre) ** 2.0)
            struct (n * statistic data - (n - 1.0) * centre, sqrt ((n - 1.0) / n * spread))

    /// <summary>Bootstrap: the statistic on resamples drawn with replacement; their standard deviation is its
    /// standard error, their quantiles its confidence limits. Source: B. Efron, Ann. Stat. 7, 1 (1979).</summary>
    /// <param name="key">Randomness; resample i uses child i.</param>
    /// <param name="resamples">How many; 200 give the error within about 5 %.</param>
    /// <param name="statistic">A function of the data.</param>
    /// <param name="data">Independent items, [n].</param>
    /// <returns>Values of the statistic, [resamples].</returns>
    let bootstrap (key: Key) (resamples: int) (statistic: 'item[] -> float) (data: 'item[]) : float[] =
        Array.init resamples (fun i ->
            let generator = key |> Key.item i |> Key.generator
            statistic (Array.init data.Length (fun _ -> data[generator.NextInt data.Length])))

    /// <summary>Bootstrap standard error: the standard deviation of <c>bootstrap</c>'s values.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="resamples">How many.</param>
    /// <param name="statistic">A function of the data.</param>
    /// <param name="data">Independent items, [n].</param>
    let bootstrapError (key: Key) (resamples: int) (statistic: 'item[] -> float) (data: 'item[]) : float =
        bootstrap key resamples statistic data |> variance |> sqrt

    /// Kolmogorov's distribution: P(K > x) = 2 Σ_{k ≥ 1} (−1)^{k−1} exp(−2k²x²); below 0.2 it is 1 within 1e-12.
    let private kolmogorovTail (x: float) =
        if x < 0.2 then
            1.0
        else
            Seq.init 100 (fun i -> i + 1)
            |> Seq.sumBy (fun k ->
                let term = exp (-2.0 * float (k * k) * x * x)
                if k % 2 = 1 then 2.0 * term else -2.0 * term)
            |> max 0.0
            |> min 1.0

    /// <summary>One-sample Kolmogorov–Smirnov test: D = sup |F_n − F|. The p-value is asymptotic with Stephens'
    /// small-sample correction (J. R. Stat. Soc. B 32, 115 (1970)), good to about 0.01 from n = 8 on.</summary>
    /// <param name="cumulative">F of the hypothesis, continuous.</param>
    /// <param name="values">Independent values, [n].</param>
    let kolmogorovSmirnov (cumulative: float -> float) (values: float[]) : TestOutcome =
        let n = float values.Length

        let distance =
            Array.sort values
            |> Array.mapi (fun i x ->
                let f = cumulative x
                max (float (i + 1) / n - f) (f - float i / n))
            |> Array.fold max 0.0

        {
            Statistic = distance
            PValue = kolmogorovTail (distance * (sqrt n + 0.12 + 0.11 / sqrt n))
        }

    /// <summary>P(χ² ≥ x) with the given degrees of freedom: the regularised upper incomplete gamma function
    /// Q(k/2, x/2).</summary>
    /// <param name="freedom">Degrees of freedom k, 1 or more.</param>
    /// <param name="x">χ², 0 or more.</param>
    let chiSquareTail (freedom: int) (x: float) : float =
        SpecialFunctions.GammaUpperRegularized(float freedom / 2.0, x / 2.0)

    /// <summary>Pearson's χ² test of counts, Σ (O − E)²/E, with n − 1 − fitted degrees of freedom.</summary>
    /// <param name="fitted">How many parameters of the expectation were fitted to these counts; usually 0.</param>
    /// <param name="expected">Expected counts, [n], each 5 or more for the p-value to hold.</param>
    /// <param name="observed">Observed counts, [n].</param>
    let chiSquare (fitted: int) (expected: float[]) (observed: float[]) : TestOutcome =
        let statistic =
            Array.fold2 (fun sum e o -> sum + (o - e) * (o - e) / e) 0.0 expected observed

        {
            Statistic = statistic
            PValue = chiSquareTail (observed.Length - 1 - fitted) statistic
        }

    /// <summary>Weighted least squares of y = a + b·x with weights 1/σ². Errors come from the σ given, not from the
    /// residuals. Source: W. H. Press et al., Numerical Recipes, 3rd ed. (2007), section 15.2.</summary>
    /// <param name="points">Points, [n], of (x, y, σ), at least two different x; σ above 0.</param>
    /// <returns>NaN throughout below two points.</returns>
    let fitLine (points: struct (float * float * float)[]) : LineFit =
        let sum f =
            points |> Array.sumBy (fun struct (x, y, error) -> f x y / (error * error))

        let weight = sum (fun _ _ -> 1.0)
        let centre = sum (fun x _ -> x) / weight
        let spread = sum (fun x _ -> (x - centre) * (x - centre))
        let slope = sum (fun x y -> (x - centre) * y) / spread
        let intercept = sum (fun _ y -> y) / weight - slope * centre

        let chiSquare = sum (fun x y -> (y - intercept - slope * x) ** 2.0)

        {
            Intercept = intercept
            InterceptError = sqrt (1.0 / weight + centre * centre / spread)
            Slope = slope
            SlopeError = sqrt (1.0 / spread)
            Covariance = -centre / spread
            ChiSquare = chiSquare
            PValue =
                if points.Length > 2 then
                    chiSquareTail (points.Length - 2) chiSquare
                else
                    1.0
        }

    /// Means of neighbouring pairs; an odd last value is left out.
    let private pairMeans (values: float[]) =
        Array.init (values.Length / 2) (fun i -> 0.5 * (values[2 * i] + values[2 * i + 1]))

    /// Averages of pairs, pairs of pairs, and so on, down to two blocks.
    let private pyramid (series: float[]) =
        series
        |> List.unfold (fun level ->
            if level.Length < 2 then
                None
            else
                Some(level, pairMeans level))

    /// <summary>The table of the blocking method: √(c₀/(n′ − 1)) for n′ = n, n/2, n/4, … blocks, to be read for its plateau.
    /// Source: H. Flyvbjerg, H. G. Petersen, J. Chem. Phys. 91, 461 (1989), doi:10.1063/1.457480.</summary>
    /// <param name="series">Values in order of time, [n], 2 or more.</param>
    let blockingLevels (series: float[]) : BlockingLevel[] =
        pyramid series
        |> List.map (fun level ->
            let error = standardError level

            {
                Blocks = level.Length
                StandardError = error
                ErrorOfError = error / sqrt (2.0 * float (level.Length - 1))
            })
        |> Array.ofList

    /// Lag-one autocorrelation of a level, and its number of blocks.
    let private lagOne (level: float[]) =
        let centre = mean level
        let squares = level |> Array.sumBy (fun x -> (x - centre) * (x - centre))

        let products =
            level |> Array.pairwise |> Array.sumBy (fun (a, b) -> (a - centre) * (b - centre))

        if squares > 0.0 then products / squares else 0.0

    /// <summary>Standard error of the mean of a correlated series. Levels are blocked until the lag-one correlations of
    /// all remaining levels pass a χ² test at 99 %, the automated form of Flyvbjerg and Petersen's plateau.
    /// Source: M. Jonsson, Phys. Rev. E 98, 043304 (2018), doi:10.1103/PhysRevE.98.043304; its sample-size
    /// correction of the lag-one correlation is used too.</summary>
    /// <remarks>Levels with fewer than four blocks are not used. When no level passes, the series is too short for its
    /// correlation time and the largest error of any level is returned.</remarks>
    /// <param name="series">Values in order of time, [n]; NaN below two.</param>
    let blocking (series: float[]) : float =
        let levels = pyramid series |> List.filter (fun level -> level.Length >= 4)

        match levels with
        | [] -> standardError series
        | _ ->
            // For independent blocks the lag-one correlation is −1/n′ on average with variance 1/n′.
            let terms =
                levels
                |> List.map (fun level ->
                    let n = float level.Length
                    n * (lagOne level + 1.0 / n) ** 2.0)

            let remaining = List.scanBack (+) terms 0.0
            let errors = levels |> List.map standardError

            let passed =
                List.zip errors (List.take errors.Length remaining)
                |> List.mapi (fun i (error, statistic) ->
                    error, statistic <= ChiSquared.InvCDF(float (errors.Length - i), 0.99))
                |> List.tryFind snd

            match passed with
            | Some(error, _) -> error
            | None -> List.max errors

    /// τ by Madras and Sokal's window from the autocovariance at every lag; a series of n steps, so many of them.
    let private integrate (n: int) (seriesCount: int) (covariance: int -> float) =
        let variance = if n < 2 then nan else covariance 0

        let rec extend window time =
            // An alternating series has a small τ but a long memory: ρ(t) = φ^t gives the same 1/(4τ) for −φ as τ for φ.
            let memory = if time > 0.0 then max time (0.25 / time) else infinity

            if float window >= 6.0 * memory || window >= n / 2 then
                struct (window, time)
            else
                extend (window + 1) (time + covariance (window + 1) / variance)

        let struct (window, time) =
            if variance > 0.0 then extend 0 0.5
            elif variance = 0.0 then struct (0, 0.5)
            else struct (0, nan)

        let steps = float n * float seriesCount
        Estimate.create time (time * sqrt (2.0 * float (2 * window + 1) / steps)) Direction.Exact

    /// Σ over t of x(t) x(t + lag).
    let private laggedSum (deviations: float[]) lag =
        let mutable sum = 0.0

        for i in 0 .. deviations.Length - 1 - lag do
            sum <- sum + deviations[i] * deviations[i + lag]

        sum

    /// <summary>Integrated autocorrelation time τ = ½ + Σ_{t ≥ 1} ρ(t) in steps of the series, so that the variance of the
    /// mean is 2τ s²/n; uncorrelated values have τ = ½. The sum stops at the first W ≥ 6 max(τ(W), 1/(4τ(W))); the error is
    /// τ √(2(2W + 1)/n). Source: N. Madras, A. D. Sokal, J. Stat. Phys. 50, 109 (1988), doi:10.1007/BF01022990.</summary>
    /// <remarks>A constant series has no autocorrelation: ½. Trust the result for n above about 100 τ.</remarks>
    /// <param name="series">Values in order of time, [n], 2 or more.</param>
    let integratedAutocorrelationTime (series: float[]) : Estimate<1> =
        let centre = mean series
        let deviations = series |> Array.map (fun x -> x - centre)
        integrate series.Length 1 (fun lag -> laggedSum deviations lag / float (series.Length - lag))

    /// <summary>The same from independent chains of one process: their common mean and the mean of their autocovariances.
    /// Many short chains do as well as a long one, for the common mean is known much better than that of a chain.</summary>
    /// <param name="chains">Values in order of time, [chains][n], all of the same length.</param>
    let autocorrelationTimeOfChains (chains: float[][]) : Estimate<1> =
        let n = chains[0].Length
        let centre = chains |> Array.averageBy mean
        let deviations = chains |> Array.map (Array.map (fun x -> x - centre))

        integrate n chains.Length (fun lag ->
            (deviations |> Array.sumBy (fun d -> laggedSum d lag)) / float (chains.Length * (n - lag)))
