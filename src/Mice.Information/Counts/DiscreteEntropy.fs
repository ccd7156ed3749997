namespace Mice.Information

open Mice

/// How an entropy is estimated from counts nᵢ of N draws, p̂ᵢ = nᵢ/N, of m possible symbols of which m̂ occurred.
[<RequireQualifiedAccess>]
type EntropyMethod =
    /// Plug-in: H = −Σ p̂ᵢ ln p̂ᵢ, in expectation too low by about (m − 1)/(2N); a lower bound.
    | MaximumLikelihood
    /// Plug-in + (m̂ − 1)/(2N). Source: G. Miller, Information Theory in Psychology (1955), p. 95.
    | MillerMadow
    /// H = ln N − (1/N) Σ nᵢ G(nᵢ), G(n) = ψ(n) + ½(−1)ⁿ[ψ((n + 1)/2) − ψ(n/2)]. Source: P. Grassberger,
    /// arXiv:physics/0307138 (2003, 2008).
    | Grassberger
    /// Delete-one jackknife of the plug-in. Source: S. Zahl, Ecology 58, 907 (1977).
    | Jackknife
    /// H = −Σ p̃ᵢ ln p̃ᵢ/(1 − (1 − p̃ᵢ)ᴺ), p̃ = C p̂, coverage C = 1 − f₁/N with f₁ singletons; all singletons count as
    /// N − 1 of them, so that C > 0. Source: A. Chao, T.-J. Shen, Environ. Ecol. Stat. 10, 429 (2003).
    | ChaoShen
    /// Plug-in of λ/m + (1 − λ) p̂ᵢ, λ = (1 − Σ p̂ᵢ²)/((N − 1) Σ (1/m − p̂ᵢ)²) cut to [0, 1]. Source: J. Hausser,
    /// K. Strimmer, J. Mach. Learn. Res. 10, 1469 (2009).
    | JamesStein
    /// Posterior mean under a prior that is nearly flat in the entropy; its error is the posterior standard deviation.
    /// Source: I. Nemenman, F. Shafee, W. Bialek, NIPS 14, 471 (2002).
    | NemenmanShafeeBialek

/// Entropy of a discrete variable from counts, nats.
[<RequireQualifiedAccess>]
module DiscreteEntropy =
    /// Distinct positive counts and how many symbols have each: all that a symmetric estimator looks at.
    type internal Fingerprint = (struct (int * float))[]

    let internal fingerprint (counts: int[]) : Fingerprint =
        counts
        |> Array.filter (fun n -> n > 0)
        |> Array.countBy id
        |> Array.sortBy fst
        |> Array.map (fun (n, cells) -> struct (n, float cells))

    let internal total (prints: Fingerprint) =
        prints |> Array.sumBy (fun struct (n, cells) -> float n * cells)

    /// x ln x, 0 at 0.
    let private logProduct (x: float) = if x > 0.0 then x * log x else 0.0

    /// Σ cells · f(n).
    let private over (prints: Fingerprint) (f: float -> float) =
        prints |> Array.sumBy (fun struct (n, cells) -> cells * f (float n))

    let private maximumLikelihood (prints: Fingerprint) =
        let n = total prints
        max 0.0 (log n - over prints logProduct / n)

    let private millerMadow (prints: Fingerprint) =
        maximumLikelihood prints + (over prints (fun _ -> 1.0) - 1.0) / (2.0 * total prints)

    /// Grassberger's G(n), n ≥ 1.
    let internal grassbergerG (n: float) =
        let half = 0.5 * (Polygamma.digamma (0.5 * (n + 1.0)) - Polygamma.digamma (0.5 * n))

        Polygamma.digamma n + (if n % 2.0 = 0.0 then half else -half)

    let private grassberger (prints: Fingerprint) =
        let n = total prints
        log n - over prints (fun c -> c * grassbergerG c) / n

    let private jackknife (prints: Fingerprint) =
        let n = total prints

        if n < 2.0 then
            0.0
        else
            let sum = over prints logProduct

            // Entropy of the other N − 1 draws when one of a symbol with count c is left out.
            let without c =
                log (n - 1.0) - (sum - logProduct c + logProduct (c - 1.0)) / (n - 1.0)

            n * maximumLikelihood prints - (n - 1.0) / n * over prints (fun c -> c * without c)

    let private chaoShen (prints: Fingerprint) =
        let n = total prints
        let singletons = over prints (fun c -> if c = 1.0 then 1.0 else 0.0)
        let coverage = 1.0 - min singletons (n - 1.0) / n

        over prints (fun c ->
            let p = coverage * c / n
            // 1 − (1 − p)ᴺ is the chance that a symbol of probability p occurs at all; 1 at p = 1.
            let seen = if p < 1.0 then 1.0 - (1.0 - p) ** n else 1.0
            -(logProduct p) / seen)

    let private jamesStein (alphabet: float) (prints: Fingerprint) =
        let n = total prints
        let target = 1.0 / alphabet
        let empty = alphabet - over prints (fun _ -> 1.0)
        let squares = over prints (fun c -> (c / n) * (c / n))

        let distance =
            over prints (fun c -> (target - c / n) ** 2.0) + empty * target * target

        let shrinkage =
            if n > 1.0 && distance > 0.0 then
                min 1.0 ((1.0 - squares) / ((n - 1.0) * distance))
            else
                1.0

        let entropyOf count =
            -(logProduct (shrinkage * target + (1.0 - shrinkage) * count / n))

        over prints entropyOf + empty * entropyOf 0.0

    let private bayes (alphabet: int64) (prints: Fingerprint) =
        prints
        |> Array.collect (fun struct (n, cells) -> Array.create (int cells) n)
        |> NemenmanShafeeBialek.posterior alphabet

    /// The entropy without its error; the alphabet has at least the symbols that occurred, N ≥ 1.
    let internal value (method: EntropyMethod) (alphabet: int64) (prints: Fingerprint) : float =
        match method with
        | EntropyMethod.MaximumLikelihood -> maximumLikelihood prints
        | EntropyMethod.MillerMadow -> millerMadow prints
        | EntropyMethod.Grassberger -> grassberger prints
        | EntropyMethod.Jackknife -> jackknife prints
        | EntropyMethod.ChaoShen -> chaoShen prints
        | EntropyMethod.JamesStein -> jamesStein (float alphabet) prints
        | EntropyMethod.NemenmanShafeeBialek ->
            let struct (mean, _) = bayes alphabet prints
            mean

    /// The counts after one draw of a symbol with count n is taken away.
    let internal without (n: int) (prints: Fingerprint) : Fingerprint =
        let change count (by: float) (cells: Map<int, float>) =
            let now = by + (cells |> Map.tryFind count |> Option.defaultValue 0.0)

            if now = 0.0 || count = 0 then
                Map.remove count cells
            else
                Map.add count now cells

        prints
        |> Array.map (fun struct (count, cells) -> count, cells)
        |> Map.ofArray
        |> change n -1.0
        |> change (n - 1) 1.0
        |> Map.toArray
        |> Array.map (fun (count, cells) -> struct (count, cells))

    /// The method whose delete-one values give the error: methods that are resampled or integrated already take the
    /// plug-in's, and so does Grassberger's, whose G alternates between even and odd counts.
    let internal resampled (method: EntropyMethod) =
        match method with
        | EntropyMethod.Grassberger
        | EntropyMethod.Jackknife
        | EntropyMethod.NemenmanShafeeBialek -> EntropyMethod.MaximumLikelihood
        | other -> other

    /// √((N − 1)/N Σ (θ₋ᵢ − θ̄)²) over N deletions, given as (how many alike, θ₋ᵢ).
    let internal jackknifeError (deletions: (struct (float * float))[]) =
        let n = deletions |> Array.sumBy (fun struct (weight, _) -> weight)
        let centre = (deletions |> Array.sumBy (fun struct (weight, v) -> weight * v)) / n

        let spread =
            deletions |> Array.sumBy (fun struct (weight, v) -> weight * (v - centre) ** 2.0)

        if n < 2.0 then nan else sqrt ((n - 1.0) / n * spread)

    let private standardError (method: EntropyMethod) (alphabet: int64) (prints: Fingerprint) =
        match method with
        | EntropyMethod.NemenmanShafeeBialek ->
            let struct (_, deviation) = bayes alphabet prints
            deviation
        | _ ->
            prints
            |> Array.map (fun struct (n, cells) ->
                struct (float n * cells, prints |> without n |> value (resampled method) alphabet))
            |> jackknifeError

    /// What is wrong with counts and the size of their alphabet.
    let internal faults (alphabet: int64) (counts: int[]) : MiceError list =
        let occurred = counts |> Array.sumBy (fun n -> if n > 0 then 1L else 0L)

        [
            match counts |> Array.tryFindIndex (fun n -> n < 0) with
            | Some i -> MiceError.OutOfRange($"count {i + 1}", string counts[i], "0 or more")
            | None -> ()
            if occurred = 0L then
                MiceError.TooFewData("draws", 0, 1, "Give at least one count above 0.")
            if alphabet < occurred then
                MiceError.OutOfRange("the alphabet size", string alphabet, $"{occurred} or more, as many as occurred")
        ]

    /// <summary>The entropy in nats without its error, for callers that estimate the error themselves.</summary>
    /// <param name="method">The estimator.</param>
    /// <param name="alphabet">As for <c>estimate</c>; at least the number of symbols that occurred.</param>
    /// <param name="counts">How often each symbol occurred, none negative, one positive at least.</param>
    let valueOf (method: EntropyMethod) (alphabet: int64) (counts: int[]) : float =
        value method alphabet (fingerprint counts)

    /// <summary>Entropy in nats from counts. The error is the delete-one jackknife's (of the plug-in for
    /// <c>Grassberger</c> and <c>Jackknife</c>), for <c>NemenmanShafeeBialek</c> the posterior standard deviation; both hold for independent
    /// draws, see <c>EffectiveSampleSize</c> for others.</summary>
    /// <param name="method">The estimator.</param>
    /// <param name="alphabet">Number of possible symbols m; only <c>JamesStein</c> and <c>NemenmanShafeeBialek</c> use it.</param>
    /// <param name="counts">How often each symbol occurred, [at most m]; zeros may be left out.</param>
    /// <returns>OutOfRange for a negative count or an alphabet smaller than what occurred, TooFewData without draws.</returns>
    let estimate (method: EntropyMethod) (alphabet: int64) (counts: int[]) : Result<Estimate<nat>, MiceError list> =
        match faults alphabet counts with
        | [] ->
            let prints = fingerprint counts

            let direction =
                if method = EntropyMethod.MaximumLikelihood then
                    Direction.LowerBound
                else
                    Direction.NoBound

            let value = value method alphabet prints * 1.0<nat>
            Ok(Estimate.create value (standardError method alphabet prints * 1.0<nat>) direction)
        | faults -> Error faults
