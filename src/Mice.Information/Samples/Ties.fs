namespace Mice.Information

open Mice

/// Equal values in columns that estimators by nearest neighbours take for continuous, and what was done about them.
type TieReport =
    {
        /// Columns with equal values, such as "column 2 of X".
        Columns: string list
        /// Largest share of a column's values that occur more than once, 0 to 1. Near 1 the column is discrete, and
        /// an estimate for continuous data means little.
        TiedFraction: float
        /// Largest width of the uniform noise added to break ties, in the units of its column; 0 without ties.
        Jitter: float
    }

/// Finding and breaking ties.
[<RequireQualifiedAccess>]
module Ties =
    /// Width of the noise in standard deviations of the column.
    [<Literal>]
    let internal RelativeWidth = 1e-8

    /// Share of values that occur more than once.
    let internal tiedFraction (values: float[]) : float =
        let sorted = Array.sort values
        let n = sorted.Length
        let mutable tied = 0

        for i in 0 .. n - 1 do
            if (i > 0 && sorted[i] = sorted[i - 1]) || (i < n - 1 && sorted[i] = sorted[i + 1]) then
                tied <- tied + 1

        if n = 0 then 0.0 else float tied / float n

    let internal none: TieReport =
        {
            Columns = []
            TiedFraction = 0.0
            Jitter = 0.0
        }

    let internal merge (a: TieReport) (b: TieReport) : TieReport =
        {
            Columns = a.Columns @ b.Columns
            TiedFraction = max a.TiedFraction b.TiedFraction
            Jitter = max a.Jitter b.Jitter
        }

    /// <summary>Columns with ties are shifted to mean 0, so that the noise is not lost in rounding, and get uniform noise
    /// of 1e-8 standard deviations; the others stay as they are. Source of the remedy: Kraskov et al. (2004).</summary>
    /// <param name="key">Randomness of the noise.</param>
    /// <param name="name">Name of the sample in the report.</param>
    /// <param name="sample">The sample, without constant columns.</param>
    let separate (key: Key) (name: string) (sample: Sample) : struct (Sample * TieReport) =
        let fractions =
            Array.Parallel.init sample.Columns (fun c -> Sample.column c sample |> tiedFraction)

        if fractions |> Array.forall (fun f -> f = 0.0) then
            struct (sample, none)
        else
            let mutable report = none

            let separated =
                sample
                |> Sample.mapColumns (fun c values ->
                    if fractions[c] = 0.0 then
                        values
                    else
                        let generator = key |> Key.named name |> Key.item c |> Key.generator
                        let centre = Statistics.mean values
                        let width = RelativeWidth * sqrt (Statistics.variance values)

                        report <-
                            merge
                                report
                                {
                                    Columns = [ $"column {c + 1} of {name}" ]
                                    TiedFraction = fractions[c]
                                    Jitter = width
                                }

                        values |> Array.map (fun x -> x - centre + width * (generator.NextFloat() - 0.5)))

            struct (separated, report)

    /// Separates several samples and reports on all of them.
    let internal separateAll (key: Key) (samples: (string * Sample) list) : struct (Sample list * TieReport) =
        let parts =
            samples
            |> List.map (fun (name, sample) ->
                let struct (separated, report) = separate key name sample
                separated, report)

        struct (List.map fst parts, parts |> List.map snd |> List.fold merge none)
