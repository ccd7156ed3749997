namespace Mice.Information

open Mice

/// How nearest-neighbour estimates are made. Start from NeighbourOptions.defaults and change fields with { … with … }.
type NeighbourOptions =
    {
        /// Which neighbour sets the scale, k: larger has less scatter and more bias.
        Neighbours: int
        /// Contiguous blocks of rows from whose spread the error is taken, 4 or more.
        Blocks: int
        /// Randomness of the noise that breaks ties.
        Key: Key
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module NeighbourOptions =
    /// k = 3, 20 blocks (their error has a relative error of 16 %), a fixed key.
    let defaults: NeighbourOptions =
        {
            Neighbours = 3
            Blocks = 20
            Key = Key.ofSeed 0UL
        }

    /// Faults of the options for a given number of rows.
    let internal faults (rows: int) (o: NeighbourOptions) : MiceError list =
        [
            if o.Neighbours < 1 || o.Neighbours >= rows then
                let allowed = $"1 to {rows - 1}, below the number of rows"
                MiceError.OutOfRange(nameof o.Neighbours, string o.Neighbours, allowed)
            if o.Blocks < 4 then
                MiceError.OutOfRange(nameof o.Blocks, string o.Blocks, "4 or more")
        ]

/// An estimate by nearest neighbours and what it had to do to the data.
type NeighbourEstimate =
    {
        /// The estimate, in nats; its error is NaN when there are too few rows for four blocks.
        Estimate: Estimate<nat>
        /// Equal values that were found and separated.
        Ties: TieReport
    }

/// What the estimators by nearest neighbours share.
[<RequireQualifiedAccess>]
module internal NearestNeighbours =
    /// Fewest rows in a block of the error estimate.
    let private smallestBlock (k: int) = max 25 (5 * (k + 1))

    /// Value from all rows, error from blocks of rows; the statistic gets samples whose ties are broken.
    let estimate
        (options: NeighbourOptions)
        (samples: (string * Sample) list)
        (statistic: int[] -> Sample list -> float)
        : Result<NeighbourEstimate, MiceError list> =
        let rows = (snd samples.Head).Rows

        match Sample.jointFaults samples @ NeighbourOptions.faults rows options with
        | [] ->
            let struct (separated, ties) = Ties.separateAll options.Key samples
            let value = statistic (Array.init rows id) separated

            let error =
                Blocks.subsampling options.Blocks (smallestBlock options.Neighbours) rows (fun chosen ->
                    separated |> List.map (Sample.choose chosen) |> statistic chosen)

            Ok
                {
                    Estimate = Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) Direction.NoBound
                    Ties = ties
                }
        | faults -> Error faults

/// Differential entropy by nearest neighbours.
[<RequireQualifiedAccess>]
module KozachenkoLeonenko =
    /// ψ(N) − ψ(k) + (d/N) Σ ln 2εᵢ with εᵢ the max-norm distance to the k-th neighbour.
    let internal value (k: int) (sample: Sample) : float =
        let neighbours =
            sample |> SampleNeighbours.create |> SampleNeighbours.nearest k sample

        let logs = neighbours.Radii |> Array.averageBy (fun r -> log (2.0 * r))

        Polygamma.digamma (float sample.Rows) - Polygamma.digamma (float k) + float sample.Columns * logs

    /// <summary>Differential entropy h(X) = ψ(N) − ψ(k) + (d/N) Σᵢ ln 2εᵢ in nats, relative to the units of the columns;
    /// εᵢ is the max-norm distance from row i to its k-th neighbour, whose cube has volume (2εᵢ)ᵈ. Bias of order N^(−1/d).
    /// Source: L. F. Kozachenko, N. N. Leonenko, Probl. Inf. Transm. 23, 95 (1987); Kraskov et al. (2004), eq. (20).</summary>
    /// <remarks>The error is the spread of contiguous blocks scaled by 1/√blocks (see Holmes and Nemenman, Phys. Rev. E
    /// 100, 022404 (2019)).</remarks>
    /// <param name="options">Neighbours, blocks, key.</param>
    /// <param name="sample">X, [N; d], N at least 50.</param>
    /// <returns>TooFewData, or OutOfRange for bad options, NaN, infinite numbers and constant columns.</returns>
    let estimate (options: NeighbourOptions) (sample: Sample) : Result<NeighbourEstimate, MiceError list> =
        NearestNeighbours.estimate options [ "X", sample ] (fun _ samples -> value options.Neighbours samples.Head)
