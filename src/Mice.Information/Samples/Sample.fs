namespace Mice.Information

open System
open MathNet.Numerics.Distributions
open Mice

/// Draws of a random vector: one row per draw, one column per coordinate.
type Sample =
    {
        /// Number of draws.
        Rows: int
        /// Number of coordinates.
        Columns: int
        /// The numbers, row-major, [Rows; Columns].
        Values: float[]
    }

/// Making, cutting and checking samples.
[<RequireQualifiedAccess>]
module Sample =
    /// Fewest rows that an estimate from continuous data is made from.
    [<Literal>]
    let MinimumRows = 50

    /// <summary>A sample from row-major numbers. Mismatch when their count is not rows · columns; OutOfRange without
    /// columns.</summary>
    /// <param name="rows">Number of draws.</param>
    /// <param name="columns">Number of coordinates, 1 or more.</param>
    /// <param name="values">The numbers, [rows; columns]; not copied.</param>
    let create (rows: int) (columns: int) (values: float[]) : Result<Sample, MiceError list> =
        if columns < 1 then
            Error [ MiceError.OutOfRange("the number of columns", string columns, "1 or more") ]
        elif int64 rows * int64 columns <> values.LongLength then
            let shape = $"{rows} rows of {columns}"

            Error
                [
                    MiceError.Mismatch("Shape and numbers of a sample", shape, $"{values.Length} numbers")
                ]
        else
            Ok
                {
                    Rows = rows
                    Columns = columns
                    Values = values
                }

    /// <summary>A sample from its rows. Mismatch when they differ in length, OutOfRange when the first is empty or there
    /// is none.</summary>
    /// <param name="rows">One array per draw.</param>
    let ofRows (rows: float[][]) : Result<Sample, MiceError list> =
        let columns = if rows.Length = 0 then 0 else rows[0].Length

        match rows |> Array.tryFindIndex (fun row -> row.Length <> columns) with
        | Some i ->
            let given = $"{rows[i].Length} numbers in row {i + 1}"

            Error
                [
                    MiceError.Mismatch("The lengths of rows", $"{columns} numbers in row 1", given)
                ]
        | None -> create rows.Length columns (Array.concat rows)

    /// <summary>A sample of a single coordinate.</summary>
    /// <param name="values">One number per draw.</param>
    let ofColumn (values: float[]) : Sample =
        {
            Rows = values.Length
            Columns = 1
            Values = values
        }

    /// <summary>One coordinate of all draws, [Rows].</summary>
    /// <param name="index">Which column, from 0.</param>
    /// <param name="sample">The sample.</param>
    let column (index: int) (sample: Sample) : float[] =
        Array.init sample.Rows (fun i -> sample.Values[i * sample.Columns + index])

    /// <summary>Some of the rows, in the order given.</summary>
    /// <param name="rows">Indices from 0; may repeat.</param>
    /// <param name="sample">The sample.</param>
    let choose (rows: int[]) (sample: Sample) : Sample =
        let values = Array.zeroCreate (rows.Length * sample.Columns)

        rows
        |> Array.iteri (fun i row ->
            Array.blit sample.Values (row * sample.Columns) values (i * sample.Columns) sample.Columns)

        {
            Rows = rows.Length
            Columns = sample.Columns
            Values = values
        }

    /// <summary>The coordinates of two samples side by side: (x, y).</summary>
    /// <param name="left">x.</param>
    /// <param name="right">y.</param>
    /// <exception cref="T:System.ArgumentException">The row counts differ.</exception>
    let join (left: Sample) (right: Sample) : Sample =
        if left.Rows <> right.Rows then
            invalidArg (nameof right) "Samples of different row counts cannot be joined."

        let columns = left.Columns + right.Columns
        let values = Array.zeroCreate (left.Rows * columns)

        for i in 0 .. left.Rows - 1 do
            Array.blit left.Values (i * left.Columns) values (i * columns) left.Columns
            Array.blit right.Values (i * right.Columns) values (i * columns + left.Columns) right.Columns

        {
            Rows = left.Rows
            Columns = columns
            Values = values
        }

    /// <summary>Every column replaced by f of the column.</summary>
    /// <param name="f">From [Rows] to [Rows]; gets the column's index first.</param>
    /// <param name="sample">The sample.</param>
    let mapColumns (f: int -> float[] -> float[]) (sample: Sample) : Sample =
        let values = Array.zeroCreate sample.Values.Length

        for c in 0 .. sample.Columns - 1 do
            column c sample |> f c |> Array.iteri (fun i x -> values[i * sample.Columns + c] <- x)

        { sample with Values = values }

    /// <summary>Every column shifted and scaled to mean 0 and variance 1, which changes no mutual information but makes
    /// max-norm distances treat columns alike.</summary>
    /// <param name="sample">A sample without constant columns.</param>
    let standardise (sample: Sample) : Sample =
        sample
        |> mapColumns (fun _ values ->
            let centre = Statistics.mean values
            let scale = sqrt (Statistics.variance values)
            values |> Array.map (fun x -> (x - centre) / scale))

    /// Ranks from 1, values that are equal sharing their mean rank.
    let private ranks (values: float[]) : float[] =
        let order = Array.init values.Length id
        Array.Sort(Array.copy values, order)
        let found = Array.zeroCreate values.Length
        let mutable first = 0

        while first < order.Length do
            let mutable last = first

            while last + 1 < order.Length && values[order[last + 1]] = values[order[first]] do
                last <- last + 1

            for i in first..last do
                found[order[i]] <- 0.5 * float (first + last) + 1.0

            first <- last + 1

        found

    /// <summary>Every column replaced by its normal scores Φ⁻¹(rank/(N + 1)), rows of equal value sharing their mean rank. It changes no mutual
    /// information of continuous variables, tames tails, and gives the same for any strictly increasing maps of single columns.</summary>
    /// <param name="sample">The sample.</param>
    let normalScores (sample: Sample) : Sample =
        sample
        |> mapColumns (fun _ values ->
            let n = float (values.Length + 1)
            ranks values |> Array.map (fun rank -> Normal.InvCDF(0.0, 1.0, rank / n)))

    /// <summary>Every column replaced by random normal scores: its lowest value by the lowest of N random standard normal numbers, and so on. As
    /// invariant as normal scores, but with margins that scatter as those of independent draws do, which counts of neighbours rely on: on the
    /// regular margins of normal scores KSG is too low by about the inverse number of neighbours in a margin. Source: C. B. Bell, K. A. Doksum,
    /// Ann. Math. Stat. 36, 203 (1965).</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="sample">The sample, without equal values in a column.</param>
    let randomNormalScores (key: Key) (sample: Sample) : Sample =
        sample
        |> mapColumns (fun c values ->
            let generator = key |> Key.item c |> Key.generator
            let drawn = Array.init values.Length (fun _ -> generator.NextNormal()) |> Array.sort
            let order = Array.init values.Length id
            Array.Sort(Array.copy values, order)
            let scores = Array.zeroCreate values.Length
            order |> Array.iteri (fun rank row -> scores[row] <- drawn[rank])
            scores)

    let private badNumbers (name: string) (sample: Sample) =
        match sample.Values |> Array.tryFindIndex (fun x -> not (Double.IsFinite x)) with
        | Some i ->
            let place =
                $"{name}, row {i / sample.Columns + 1}, column {i % sample.Columns + 1},"

            [ MiceError.OutOfRange(place, string sample.Values[i], "finite numbers") ]
        | None -> []

    let private constantColumns (name: string) (sample: Sample) =
        [
            for c in 0 .. sample.Columns - 1 do
                let first = sample.Values[c]
                let mutable row = 1

                while row < sample.Rows && sample.Values[row * sample.Columns + c] = first do
                    row <- row + 1

                if row >= sample.Rows then
                    MiceError.OutOfRange($"column {c + 1} of {name}", $"constant ({first})", "columns that vary")
        ]

    /// <summary>What makes a sample unfit for continuous estimators: fewer than MinimumRows rows, NaN or infinite numbers,
    /// constant columns.</summary>
    /// <param name="name">Name of the sample in messages.</param>
    /// <param name="sample">The sample.</param>
    let faults (name: string) (sample: Sample) : MiceError list =
        if sample.Rows < MinimumRows then
            [
                MiceError.TooFewData($"rows of {name}", sample.Rows, MinimumRows, "Sample longer.")
            ]
        else
            match badNumbers name sample with
            | [] -> constantColumns name sample
            | bad -> bad

    /// <summary>The faults of samples that belong row to row, different row counts among them.</summary>
    /// <param name="samples">Names and samples.</param>
    let jointFaults (samples: (string * Sample) list) : MiceError list =
        let different =
            samples
            |> List.pairwise
            |> List.filter (fun ((_, a), (_, b)) -> a.Rows <> b.Rows)
            |> List.map (fun ((left, a), (right, b)) ->
                MiceError.Mismatch("Row counts", $"{a.Rows} rows of {left}", $"{b.Rows} rows of {right}"))

        different @ (samples |> List.collect (fun (name, sample) -> faults name sample))
