namespace Mice.Information

open Mice

/// How many independent draws a correlated series is worth, and what that does to an estimate from counts.
[<RequireQualifiedAccess>]
module internal EffectiveSampleSize =
    /// <summary>N_eff = N/(2τ), at most N, with the integrated autocorrelation time τ of the series. Source: A. D. Sokal,
    /// Monte Carlo Methods in Statistical Mechanics (1989), section 3.</summary>
    /// <param name="series">Values in order of time, [N].</param>
    /// <returns>TooFewData below two values.</returns>
    let ofSeries (series: float[]) : Result<Estimate<1>, MiceError list> =
        if series.Length < 2 then
            Error
                [
                    MiceError.TooFewData("values in order of time", series.Length, 2, "Sample longer.")
                ]
        else
            let time = Statistics.integratedAutocorrelationTime series
            let n = float series.Length
            let size = n / (2.0 * time.Value)
            let error = size * time.StandardError / time.Value
            Ok(Estimate.create (if size > 0.0 then min n size else n) error Direction.NoBound)

    /// Symbols whose own memory is looked at.
    [<Literal>]
    let private Frequent = 8

    /// <summary>The smallest N_eff of −ln p̂(s_t), which is what a plug-in entropy averages, and of the occurrence of each
    /// of the eight most frequent symbols, since −ln p̂ has no memory where all symbols are equally frequent.</summary>
    /// <param name="symbols">Symbols in order of time, [N].</param>
    /// <returns>TooFewData below two.</returns>
    let ofSymbols (symbols: int[]) : Result<Estimate<1>, MiceError list> =
        let counts =
            symbols |> Array.countBy id |> Array.sortBy (fun (symbol, n) -> -n, symbol)

        let surprise =
            counts |> Array.map (fun (s, n) -> s, -log(float n / float symbols.Length)) |> dict

        let equallyFrequent = counts |> Array.forall (fun (_, n) -> n = snd counts[0])

        [|
            // A constant has no memory, but its rounding errors would seem to have one.
            if not equallyFrequent then
                symbols |> Array.map (fun s -> surprise[s])
            for symbol, _ in Array.truncate Frequent counts do
                symbols |> Array.map (fun s -> if s = symbol then 1.0 else 0.0)
        |]
        |> Array.map ofSeries
        |> Array.reduce (fun a b ->
            match a, b with
            | Ok x, Ok y -> Ok(if y.Value < x.Value then y else x)
            | _ -> a)

    /// <summary>An estimate from N correlated draws as if from N_eff independent ones: the correction of the plug-in, of
    /// order 1/N, grows by N/N_eff and the error by √(N/N_eff). Exact for Miller–Madow, first order in 1/N for others.</summary>
    /// <param name="effective">N_eff, above 0 and at most N.</param>
    /// <param name="draws">N.</param>
    /// <param name="plugIn">The maximum-likelihood estimate from the same counts.</param>
    /// <param name="estimate">The estimate to adjust.</param>
    /// <returns>OutOfRange for N_eff outside of its range.</returns>
    let adjust
        (effective: float)
        (draws: int)
        (plugIn: Estimate<nat>)
        (estimate: Estimate<nat>)
        : Result<Estimate<nat>, MiceError list> =
        if not (effective > 0.0 && effective <= float draws) then
            Error
                [
                    MiceError.OutOfRange("the effective sample size", string effective, $"above 0, at most {draws}")
                ]
        else
            let ratio = float draws / effective
            let value = plugIn.Value + ratio * (estimate.Value - plugIn.Value)
            Ok(Estimate.create value (sqrt ratio * estimate.StandardError) estimate.Direction)
