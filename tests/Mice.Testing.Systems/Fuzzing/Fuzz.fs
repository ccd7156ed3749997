namespace Mice.Fuzzing

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Threading
open System.Threading.Tasks
open Mice

/// What a change does to the meaning of a file.
[<RequireQualifiedAccess>]
type Meaning =
    /// The values are the same, to the bit.
    | Kept
    /// The values of these rows, from 0, are gone or spoilt.
    | Spoilt of rows: int list
    /// Whatever a reader makes of it, it raises no exception, and its numbers are finite.
    | Unknown

/// A file that was changed in one way.
type Case =
    {
        /// The kind of change, in a few words.
        Change: string
        /// Where, and to what.
        Detail: string
        Meaning: Meaning
        Content: byte[]
        /// The rows of the file before the change: the bits of their numbers.
        Rows: int64[][]
    }

/// What a reader makes of a file: the bits of the numbers of its rows.
[<RequireQualifiedAccess>]
type Outcome =
    | Read of rows: int64[][] * warnings: string list
    | Refused of MiceError list

/// Files of one kind and their reader.
type Format =
    {
        Name: string
        /// Whether a row is known by its first number, not by its place: then a row that is missing is missed by whoever asks for it.
        IsKeyed: bool
        /// A random file and a random change of it.
        Make: Random -> Case
        /// Reads the file at a path.
        Read: string -> Outcome
    }

/// A case that a reader did not get right.
type Misreading =
    {
        Format: string
        /// Makes the same case again.
        Seed: int
        Case: Case
        Fault: string
    }

/// What came of many cases of a format.
type FuzzResult =
    {
        /// By seed.
        Misread: Misreading list
        /// Cases whose values are the same.
        Kept: int
        /// Cases with values that are gone or spoilt.
        Spoilt: int
        /// All other cases.
        Unknown: int
    }

/// Changed files by the million.
[<RequireQualifiedAccess>]
module Fuzz =
    /// Longer than any reader needs for a file of some kilobytes, on a busy machine too.
    let private patience = TimeSpan.FromSeconds 10.0

    /// Fails when there is a number among them that is not finite.
    let bits (numbers: float seq) : int64[] =
        numbers
        |> Seq.map (fun number ->
            if Double.IsFinite number then
                BitConverter.DoubleToInt64Bits number
            else
                failwith $"{number} was let through.")
        |> Array.ofSeq

    /// What a reader made of a file, from its result.
    let outcome (rows: 'a -> int64[][]) (warnings: 'a -> string list) (result: Result<'a, MiceError list>) : Outcome =
        match result with
        | Ok found -> Outcome.Read(rows found, warnings found)
        | Error faults -> Outcome.Refused faults

    let private messageFault (faults: MiceError list) : string option =
        let messages = faults |> List.map MiceError.message

        if messages.IsEmpty then
            Some "refused without a fault"
        else
            messages
            |> List.tryFind (fun message -> message.Length > 500 || message.Contains '\n')
            |> Option.map (fun message -> $"not one short line: {message}")

    /// Some rows of a list, in its order.
    let rec private isPartOf (all: int64[] list) (some: int64[] list) =
        match all, some with
        | _, [] -> true
        | [], _ -> false
        | first :: rest, wanted :: others ->
            if first = wanted then
                isPartOf rest others
            else
                isPartOf rest some

    let private rowsFault (format: Format) (case: Case) (spoilt: int list) (rows: int64[][]) : string option =
        let isSame i =
            i < rows.Length && rows[i] = case.Rows[i]

        let isAbsent i = i >= rows.Length
        let isMissed i = isAbsent i && List.contains i spoilt

        let whole =
            case.Rows
            |> Array.indexed
            |> Array.filter (fun (i, _) -> not (List.contains i spoilt))
            |> Array.map snd
            |> List.ofArray

        if format.IsKeyed then
            let read = List.ofArray rows
            let fits = isPartOf (List.ofArray case.Rows) read && isPartOf read whole
            if fits then None else Some "read, with other rows"
        elif rows.Length > case.Rows.Length then
            Some "read, with more rows"
        else
            seq { 0 .. case.Rows.Length - 1 }
            |> Seq.tryFind (fun i -> not (isSame i || isMissed i))
            |> Option.map (fun i ->
                if isAbsent i then
                    $"read, without row {i}"
                else
                    $"read, with other values in row {i}")

    /// What is wrong with an outcome, if anything.
    let judge (format: Format) (case: Case) (outcome: Outcome) : string option =
        match outcome, case.Meaning with
        | Outcome.Refused faults, Meaning.Kept ->
            let message = faults |> List.map MiceError.message |> String.concat " | "
            Some $"refused: {message}"
        | Outcome.Refused faults, _ -> messageFault faults
        | Outcome.Read(rows, _), Meaning.Kept -> rowsFault format case [] rows
        | Outcome.Read(rows, []), Meaning.Spoilt spoilt -> rowsFault format case spoilt rows
        // A warning may say that rows are left out, but not that others stand in their places.
        | Outcome.Read(rows, _), Meaning.Spoilt _ -> rowsFault format case [ 0 .. case.Rows.Length - 1 ] rows
        | Outcome.Read _, Meaning.Unknown -> None

    /// The case of a seed, always the same.
    let case (format: Format) (seed: int) : Case = format.Make(Random seed)

    /// Has a case read from this path, and judges.
    let private examine (format: Format) (path: string) (seed: int) (case: Case) : Misreading option =
        File.WriteAllBytes(path, case.Content)
        let watch = Stopwatch.StartNew()

        let fault =
            try
                format.Read path |> judge format case
            with error ->
                Some $"raised {error.GetType().Name}: {error.Message}"

        let fault =
            if fault.IsNone && watch.Elapsed > patience then
                Some $"took {watch.Elapsed.TotalSeconds:F0} s"
            else
                fault

        fault
        |> Option.map (fun fault ->
            {
                Format = format.Name
                Seed = seed
                Case = case
                Fault = fault
            })

    /// A folder in memory, where there is one.
    let private folder () =
        let parent =
            if Directory.Exists "/dev/shm" then
                "/dev/shm"
            else
                Path.GetTempPath()

        Directory.CreateDirectory(Path.Combine(parent, $"mice-fuzz-{Guid.NewGuid():N}"))

    /// <summary>Examines many cases of a format.</summary>
    /// <param name="threads">Cases at a time.</param>
    /// <param name="seeds">Their seeds.</param>
    /// <param name="format">The format.</param>
    /// <returns>What was found. A reader that hangs ends the process, after its case was named.</returns>
    let run (threads: int) (seeds: int seq) (format: Format) : FuzzResult =
        let folder = folder ()
        let found = ConcurrentBag<Misreading>()
        let atWork = ConcurrentDictionary<int, Stopwatch>()
        let counts = Array.zeroCreate<int> 3

        let look _ =
            for entry in atWork do
                if entry.Value.Elapsed > 6.0 * patience then
                    Environment.FailFast $"{format.Name}: the case of seed {entry.Key} hangs."

        use _ = new Timer(look, null, patience, patience)

        let examine seed =
            atWork[seed] <- Stopwatch.StartNew()
            let case = case format seed
            let path = Path.Combine(folder.FullName, $"{Environment.CurrentManagedThreadId}")
            examine format path seed case |> Option.iter found.Add
            atWork.TryRemove seed |> ignore

            let kind =
                match case.Meaning with
                | Meaning.Kept -> 0
                | Meaning.Spoilt _ -> 1
                | Meaning.Unknown -> 2

            Interlocked.Increment &counts[kind] |> ignore

        try
            Parallel.ForEach(seeds, ParallelOptions(MaxDegreeOfParallelism = threads), examine) |> ignore
        finally
            folder.Delete true

        {
            Misread = found |> Seq.sortBy _.Seed |> List.ofSeq
            Kept = counts[0]
            Spoilt = counts[1]
            Unknown = counts[2]
        }

    /// A misreading in one line.
    let describe (misreading: Misreading) : string =
        $"{misreading.Format} {misreading.Seed}: {misreading.Case.Change} ({misreading.Case.Detail}): {misreading.Fault}"

    /// Misreadings: the first few of each kind of change, and how many there are.
    let summary (misread: Misreading list) : string list =
        misread
        |> List.groupBy (fun one -> one.Format, one.Case.Change, one.Case.Meaning.IsKept)
        |> List.collect (fun (_, alike) ->
            [
                yield! alike |> List.truncate 3 |> List.map describe
                if alike.Length > 3 then
                    $"… {alike.Length} such"
            ])
