namespace Mice.Quests

open Mice

/// The errors of a model for environments with about one δH.
type ErrorBin =
    {
        /// Middle of the bin, nats.
        Middle: float<nat>
        /// Environments within 0.75 of its length around the middle; bins overlap.
        Environments: int
        /// Mean of their errors, in the unit in which they were given; its standard error takes a frame as one draw.
        Error: Estimate<1>
    }

/// <summary>Errors of a model, of forces for example, against how new an environment is to its training set.</summary>
/// <remarks>Source: arXiv:2404.12367, figure 4, and its notebook: 20 bins, and means of all environments within 0.75 lengths of a middle.</remarks>
[<RequireQualifiedAccess>]
module ErrorCurve =
    /// The published number of bins.
    [<Literal>]
    let Bins = 20

    /// The published half-width of a mean, in lengths of a bin.
    let private reach = 0.75

    /// <summary>Means of errors along δH.</summary>
    /// <param name="bins">How many bins, one or more.</param>
    /// <param name="counts">Environments of each frame.</param>
    /// <param name="differential">δH of each environment, nats.</param>
    /// <param name="errors">The error of each, 0 or above, in any unit.</param>
    /// <returns>Those bins that have environments, by ascending δH. Errors: OutOfRange (bins, an error that is negative or not finite), Mismatch (numbers of
    /// environments), TooFewData (none).</returns>
    let create
        (bins: int)
        (counts: int[])
        (differential: float<nat>[])
        (errors: float[])
        : Result<ErrorBin[], MiceError list> =
        let wrong = errors |> Array.tryFindIndex (fun e -> not (e >= 0.0 && e < infinity))

        let faults =
            [
                yield! Validate.atLeast 1 "the number of bins" bins

                for what, n in
                    [
                        "environments", differential.Length
                        "environments of all frames", Array.sum counts
                    ]
                    |> List.distinctBy snd do
                    if n <> errors.Length then
                        MiceError.Mismatch($"{what} and errors", string n, string errors.Length)

                match wrong with
                | Some at ->
                    MiceError.OutOfRange($"error {at + 1}", Number.text errors[at], "finite numbers, 0 or above")
                | None -> ()

                if errors.Length = 0 then
                    MiceError.TooFewData("environments", 0, 1, "Give at least one.")
            ]

        if not (List.isEmpty faults) then
            Error faults
        else
            let low, high = Array.min differential, Array.max differential
            let length = (high - low) / float bins

            let frameOf = counts |> Array.mapi (fun f n -> Array.create n f) |> Array.concat

            let bin (b: int) =
                let middle = low + (float b + 0.5) * length

                let inside, sums =
                    Array.zeroCreate<int> counts.Length, Array.zeroCreate<float> counts.Length

                for i in 0 .. errors.Length - 1 do
                    if abs (differential[i] - middle) <= reach * length then
                        let f = frameOf[i]
                        inside[f] <- inside[f] + 1
                        sums[f] <- sums[f] + errors[i]

                let present = [| 0 .. counts.Length - 1 |] |> Array.filter (fun f -> inside[f] > 0)

                let inside, sums =
                    present |> Array.map (fun f -> inside[f]), present |> Array.map (fun f -> sums[f])

                let total = Array.sum inside

                if total = 0 then
                    None
                else
                    let error = EnvironmentEntropy.errorOfFrames inside sums

                    Some
                        {
                            Middle = middle
                            Environments = total
                            Error = Estimate.create (Array.sum sums / float total) error Direction.Exact
                        }

            // Where all δH are equal there is one bin.
            Ok([| 0 .. (if high > low then bins else 1) - 1 |] |> Array.choose bin)
