namespace Mice.Verification

open System
open System.Diagnostics
open System.Text
open Mice.Fuzzing
open Mice.Testing.Measuring

/// Changed files of all formats: readers raise no exception, and change no value without a word.
[<RequireQualifiedAccess>]
module ReaderVerification =
    /// Files of each format.
    [<Literal>]
    let private Files = 200_000

    let private row (format: Format) : FuzzResult * string list =
        let watch = Stopwatch.StartNew()
        let result = Fuzz.run Environment.ProcessorCount (seq { 1..Files }) format

        printfn
            "%s: %d not read rightly of %d files, %.0f s"
            format.Name
            result.Misread.Length
            Files
            watch.Elapsed.TotalSeconds

        Fuzz.summary result.Misread |> List.iter (printfn "  %s")

        result,
        [
            format.Name
            $"{result.Kept}"
            $"{result.Spoilt}"
            $"{result.Unknown}"
            $"{result.Misread.Length}"
        ]

    let private run () : Finding =
        let watch = Stopwatch.StartNew()
        let found = ReaderFormats.all |> List.map row
        let misread = found |> List.sumBy (fun (result, _) -> result.Misread.Length)

        let table =
            Table.markdown
                [
                    "format"
                    "files with the same values"
                    "with values spoilt"
                    "damaged anyhow"
                    "not read rightly"
                ]
                (found |> List.map snd)

        {
            Markdown =
                $"{found.Length * Files:N0} small files, each changed in one way, in {watch.Elapsed.TotalMinutes:F0} minutes.\n\n{table}\n\n\
                  Read rightly: the same values to the bit where a change means nothing (blanks, order of keys and columns, line ends, encodings, quotes, forms of numbers, byte orders, \
                  versions, compression); a refusal in short lines, a warning, or all other values in their places where a value is gone or spoilt; \
                  and never an exception, a number that is not finite, or ten seconds of work. A file is made again by `replay FORMAT SEED`."
            Passed = (misread = 0)
        }

    /// Shows the case of a seed, and what its reader makes of it.
    let replay (name: string) (seed: int) : bool =
        match ReaderFormats.all |> List.tryFind (fun format -> format.Name = name) with
        | None ->
            let known =
                ReaderFormats.all |> List.map (fun format -> $"'{format.Name}'") |> String.concat ", "

            eprintfn "There is no format named '%s'; known: %s." name known
            false
        | Some format ->
            let case = Fuzz.case format seed
            printfn "%s (%s): %O" case.Change case.Detail case.Meaning
            printfn "%s" (Encoding.Latin1.GetString case.Content)
            let result = Fuzz.run 1 [ seed ] format
            result.Misread |> List.iter (Fuzz.describe >> printfn "%s")
            result.Misread.IsEmpty

    /// `verify readers`.
    let measurement: Measurement =
        {
            Name = "readers"
            Title = "Readers against changed files"
            Run = run
        }
