namespace Mice.Testing

open Mice

/// Limits of bounds that still fall slowly with the size of something: of a network, a cut-off, a number of steps or of snapshots.
[<RequireQualifiedAccess>]
module Extrapolation =
    /// What is tried for p: from the slow gain of more data to something that is exhausted soon.
    let private exponents = [ 0.5; 1.0; 2.0; 4.0; 8.0 ]

    /// <summary>What is left between the value at a size and its limit, s(∞) − s(u), from the law s(u) = s(∞) + a·u⁻ᵖ.</summary>
    /// <remarks>For each p = ½, 1, 2, 4, 8 a line in u⁻ᵖ is fitted by weighted least squares. The result is the mean of the changes −a·u⁻ᵖ with the
    /// weights exp(−χ²/2), which is what remains to be known about p; its error joins those of the fits and the spread over p.</remarks>
    /// <param name="size">u, above 0.</param>
    /// <param name="points">Sizes and values at two sizes or more, their errors independent; u need not be among them.</param>
    let remaining (size: float) (points: struct (float * Estimate<'u>)[]) : Estimate<'u> =
        let fits =
            exponents
            |> List.map (fun p ->
                points
                |> Array.map (fun struct (u, s) -> struct ((u / size) ** -p, float s.Value, float s.StandardError))
                |> Statistics.fitLine)

        let best = fits |> List.map _.ChiSquare |> List.min
        let weights = fits |> List.map (fun fit -> exp (-0.5 * (fit.ChiSquare - best)))

        let average f =
            List.fold2 (fun sum weight fit -> sum + weight * f fit) 0.0 weights fits / List.sum weights

        let change = average (fun fit -> -fit.Slope)

        let variance =
            average (fun fit -> fit.SlopeError * fit.SlopeError + (fit.Slope + change) * (fit.Slope + change))

        Estimate.create
            (LanguagePrimitives.FloatWithMeasure change)
            (LanguagePrimitives.FloatWithMeasure(sqrt variance))
            Direction.NoBound

    /// <summary>Is the last value within the error of its difference from the first?</summary>
    /// <param name="points">Sizes and values, smallest size first.</param>
    let isFlat (points: struct (float * Estimate<'u>)[]) : bool =
        let value (struct (_, s): struct (float * Estimate<'u>)) = s
        let change = Estimate.subtract (value points[points.Length - 1]) (value points[0])
        abs change.Value <= change.StandardError
