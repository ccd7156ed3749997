namespace Mice.Information

open System
open Mice

/// How often each combination of symbols of several variables occurred. Only combinations that occurred are stored.
type JointCounts =
    internal
        {
            /// Possible symbols of each variable, [axes].
            Alphabet: int64[]
            /// The symbols of each cell, row-major, [cells; axes].
            Symbols: int[]
            /// How often each cell occurred, above 0, [cells].
            Counts: int[]
        }

    /// Number of variables.
    member joint.Axes = joint.Alphabet.Length

    /// Number of draws.
    member joint.Draws = joint.Counts |> Array.sumBy int64

    /// Possible symbols of each variable, [axes].
    member joint.Alphabets = Array.copy joint.Alphabet

/// Making joint counts and summing them over variables.
[<RequireQualifiedAccess>]
module JointCounts =
    let private numbered (count: int) =
        Array.init count (fun i -> string (i + 1)) |> Array.toList

    /// Symbols 0, 1, … in the order of first appearance, and how many there are.
    let internal renumber (symbols: 'symbol[]) : struct (int[] * int) =
        let seen = Collections.Generic.Dictionary<'symbol, int>()

        let codes =
            symbols
            |> Array.map (fun s ->
                match seen.TryGetValue s with
                | true, code -> code
                | _ ->
                    seen[s] <- seen.Count
                    seen.Count - 1)

        struct (codes, seen.Count)

    /// Joins two lists of codes into codes of their pairs.
    let private pairCodes (left: int[]) (right: int[]) =
        let struct (codes, _) = Array.map2 (fun a b -> struct (a, b)) left right |> renumber
        codes

    /// <summary>Counts of simultaneous symbols. A symbol is any whole number; each variable's alphabet is what occurred
    /// (see <c>withAlphabets</c>).</summary>
    /// <param name="variables">For each variable its symbol in every draw, [axes][draws].</param>
    /// <returns>TooFewData without variables or draws, Mismatch for different numbers of draws.</returns>
    let ofSymbols (variables: int[] list) : Result<JointCounts, MiceError list> =
        let different =
            List.zip (numbered variables.Length) variables
            |> List.pairwise
            |> List.filter (fun ((_, a), (_, b)) -> a.Length <> b.Length)
            |> List.map (fun ((i, a), (j, b)) ->
                MiceError.Mismatch(
                    "Row counts",
                    $"{a.Length} rows of variable {i}",
                    $"{b.Length} rows of variable {j}"
                ))

        match variables with
        | _ when not (List.isEmpty different) -> Error different
        | []
        | [||] :: _ -> Error [ MiceError.TooFewData("draws", 0, 1, "Give at least one row.") ]
        | first :: others ->
            let cells =
                others |> List.fold pairCodes (let struct (codes, _) = renumber first in codes)

            let struct (cells, count) = renumber cells
            let coded = variables |> List.map renumber |> List.toArray
            let symbols = Array.zeroCreate (count * coded.Length)
            let counts = Array.zeroCreate count

            for draw in 0 .. cells.Length - 1 do
                let cell = cells[draw]
                counts[cell] <- counts[cell] + 1

                for axis in 0 .. coded.Length - 1 do
                    let struct (codes, _) = coded[axis]
                    symbols[cell * coded.Length + axis] <- codes[draw]

            Ok
                {
                    Alphabet = coded |> Array.map (fun struct (_, size) -> int64 size)
                    Symbols = symbols
                    Counts = counts
                }

    /// <summary>Counts from a table; the alphabets are its whole sides, empty rows and columns included.</summary>
    /// <param name="table">How often x and y occurred together, [symbols of x; symbols of y].</param>
    /// <returns>OutOfRange for a negative count, TooFewData when all are 0.</returns>
    let ofTable (table: int[,]) : Result<JointCounts, MiceError list> =
        let cells =
            [|
                for x in 0 .. table.GetLength 0 - 1 do
                    for y in 0 .. table.GetLength 1 - 1 do
                        if table[x, y] <> 0 then
                            struct (x, y, table[x, y])
            |]

        match cells |> Array.tryFind (fun struct (_, _, n) -> n < 0) with
        | Some(struct (x, y, n)) ->
            Error
                [
                    MiceError.OutOfRange($"the count in row {x + 1}, column {y + 1},", string n, "0 or more")
                ]
        | None when Array.isEmpty cells ->
            Error [ MiceError.TooFewData("draws", 0, 1, "Give at least one count above 0.") ]
        | None ->
            Ok
                {
                    Alphabet = [| int64 (table.GetLength 0); int64 (table.GetLength 1) |]
                    Symbols = cells |> Array.collect (fun struct (x, y, _) -> [| x; y |])
                    Counts = cells |> Array.map (fun struct (_, _, n) -> n)
                }

    /// <summary>Counts with larger alphabets, which include symbols that could have occurred and did not.</summary>
    /// <param name="alphabets">Possible symbols of each variable, [axes].</param>
    /// <param name="joint">The counts.</param>
    /// <returns>Mismatch for another number of variables, OutOfRange for fewer symbols than occurred.</returns>
    let withAlphabets (alphabets: int64 list) (joint: JointCounts) : Result<JointCounts, MiceError list> =
        let given = Array.ofList alphabets

        if given.Length <> joint.Axes then
            Error
                [
                    MiceError.Mismatch("Alphabets", $"{given.Length} sizes", $"{joint.Axes} variables")
                ]
        else
            let faults =
                [
                    for axis in 0 .. joint.Axes - 1 do
                        let symbols =
                            Array.init joint.Counts.Length (fun c -> joint.Symbols[c * joint.Axes + axis])

                        let occurred = symbols |> Array.distinct |> Array.length |> int64

                        if given[axis] < occurred then
                            let name = $"the alphabet size of variable {axis + 1}"
                            MiceError.OutOfRange(name, string given[axis], $"{occurred} or more, as many as occurred")
                ]

            if List.isEmpty faults then
                Ok { joint with Alphabet = given }
            else
                Error faults

    /// Counts summed over all but some variables, the margin's cell of every joint cell, and the margin's alphabet.
    let internal margin (axes: int list) (joint: JointCounts) : struct (int[] * int[] * int64) =
        let codesOf axis =
            Array.init joint.Counts.Length (fun cell -> joint.Symbols[cell * joint.Axes + axis])

        let joined = axes |> List.map codesOf |> List.reduce pairCodes

        let struct (cells, count) = renumber joined
        let counts = Array.zeroCreate count
        cells |> Array.iteri (fun i cell -> counts[cell] <- counts[cell] + joint.Counts[i])

        // Products beyond 64 bits stay at the largest number: no estimator tells them apart.
        let times product size =
            if size > 0L && product > Int64.MaxValue / size then
                Int64.MaxValue
            else
                product * size

        let alphabet =
            axes |> List.fold (fun product axis -> times product joint.Alphabet[axis]) 1L

        struct (counts, cells, alphabet)
