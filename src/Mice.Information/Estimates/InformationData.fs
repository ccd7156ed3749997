namespace Mice.Information

open System
open Mice

/// One variable, checked and brought into the form that estimators want.
type internal PreparedVariable =
    /// Normal scores of the columns.
    | Scores of Sample
    /// A symbol for each row, and the columns that it was made from.
    | Symbols of symbols: int[] * columns: Sample

/// Two variables ready for any estimator.
type internal PreparedPair =
    {
        X: PreparedVariable
        Y: PreparedVariable
    }

/// What was found out about the data.
type internal InformationData =
    {
        Pair: PreparedPair
        Rows: int
        BlockRows: int
        EffectiveRows: float
        Ties: TieReport
        Notes: string list
    }

/// Checking, recognising and preparing data.
[<RequireQualifiedAccess>]
module internal InformationData =
    /// Rows per value, on average over the values that occur, from which a column of whole numbers is taken for symbols.
    [<Literal>]
    let private RowsPerSymbol = 5

    /// Columns whose memory is looked at.
    [<Literal>]
    let private MostSeries = 16

    let private rowsOf =
        function
        | Scores sample -> sample.Rows
        | Symbols(symbols, _) -> symbols.Length

    let rows (pair: PreparedPair) : int = rowsOf pair.X

    /// What a variable was taken for.
    let kindOf =
        function
        | Scores _ -> VariableKind.Continuous
        | Symbols _ -> VariableKind.Discrete

    let private takeVariable (rows: int[]) =
        function
        | Scores sample -> Scores(Sample.choose rows sample)
        | Symbols(symbols, columns) -> Symbols(rows |> Array.map (fun r -> symbols[r]), Sample.choose rows columns)

    /// Some of the rows.
    let take (rows: int[]) (pair: PreparedPair) : PreparedPair =
        {
            X = takeVariable rows pair.X
            Y = takeVariable rows pair.Y
        }

    /// Y moved up by some rows, the first ones to the end.
    let rolled (shift: int) (pair: PreparedPair) : PreparedPair =
        let n = rows pair

        { pair with
            Y = takeVariable (Array.init n (fun i -> (i + shift) % n)) pair.Y
        }

    /// A number for each different row.
    let private symbolsOf (sample: Sample) : int[] =
        let struct (symbols, _) =
            Array.init sample.Rows (fun i ->
                String.Join(' ', ArraySegment(sample.Values, i * sample.Columns, sample.Columns)))
            |> JointCounts.renumber

        symbols

    let private isDiscrete (sample: Sample) : bool =
        sample.Values |> Array.forall (fun v -> v = Math.Round v)
        && (Seq.init sample.Columns (fun c -> Sample.column c sample |> Array.distinct |> Array.length)
            |> Seq.forall (fun values -> values * RowsPerSymbol <= sample.Rows))

    let private kind (given: VariableKind option) (sample: Sample) =
        given
        |> Option.defaultWith (fun () ->
            if isDiscrete sample then
                VariableKind.Discrete
            else
                VariableKind.Continuous)

    /// Statistical inefficiency 2τ, at least 1, of the column with the longest memory.
    let private inefficiency (samples: Sample list) : float =
        let ofColumn (sample: Sample) c =
            let column = Sample.column c sample
            let rising = column |> Array.distinct |> Array.length > 1

            if rising then
                max 1.0 (2.0 * (Statistics.integratedAutocorrelationTime column).Value)
            else
                1.0

        samples
        |> List.collect (fun s -> List.init (min MostSeries s.Columns) (fun c -> s, c))
        |> List.toArray
        |> Array.Parallel.map (fun (s, c) -> ofColumn s c)
        |> Array.max

    let private prepareVariable key name kind (sample: Sample) =
        match kind with
        | VariableKind.Discrete -> struct (Symbols(symbolsOf sample, sample), Ties.none)
        | VariableKind.Continuous ->
            let struct (separated, ties) = Ties.separate key name sample
            struct (Scores(Sample.normalScores separated), ties)

    let private describe name kind (sample: Sample) =
        let columns =
            match sample.Columns with
            | 1 -> "1 column"
            | n -> $"{n} columns"

        match kind with
        | VariableKind.Continuous ->
            $"{name}: {columns}, taken for continuous and replaced by normal scores (ranks through the normal distribution), which changes no mutual information."
        | VariableKind.Discrete -> $"{name}: {columns}, taken for discrete; a row is one symbol."

    let private blockNote (blockRows: int) (effective: float) =
        if blockRows > 1 then
            [
                $"Rows are correlated (worth {effective:F0} independent ones): blocks of {blockRows} rows stay together."
            ]
        else
            []

    let private tieNote (ties: TieReport) =
        match ties.Columns with
        | [] -> []
        | columns ->
            let names = String.concat ", " (List.truncate 5 columns)
            let more = if columns.Length > 5 then ", …" else ""

            [
                $"Equal values in {names}{more} were put in random order; {100.0 * ties.TiedFraction:F0} %% of a column's values at most occur more than once."
            ]

    /// <summary>Checks both samples, recognises what they are, ranks what is continuous, and looks for memory from row to row.</summary>
    let prepare (options: MutualInformationOptions) (key: Key) (x: Sample) (y: Sample) =
        match Sample.jointFaults [ "X", x; "Y", y ] with
        | [] ->
            let key = Key.named "ties" key
            let kindX, kindY = kind options.KindX x, kind options.KindY y
            let struct (preparedX, tiesX) = prepareVariable key "X" kindX x
            let struct (preparedY, tiesY) = prepareVariable key "Y" kindY y
            let ties = Ties.merge tiesX tiesY
            let memory = inefficiency [ x; y ]
            // Independent rows scatter about 1 by a few per cent.
            let found = if memory < 1.5 then 1 else int (ceil (2.0 * memory))
            let blockRows = options.BlockRows |> Option.defaultValue found
            let effective = float x.Rows / (if memory < 1.5 then 1.0 else memory)

            Ok
                {
                    Pair = { X = preparedX; Y = preparedY }
                    Rows = x.Rows
                    BlockRows = blockRows
                    EffectiveRows = effective
                    Ties = ties
                    Notes =
                        [
                            describe "X" kindX x
                            describe "Y" kindY y
                            yield! tieNote ties
                            yield! blockNote blockRows effective
                        ]
                }
        | faults -> Error faults
