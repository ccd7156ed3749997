namespace Mice.Cli

open System
open Spectre.Console
open Mice

/// What people see: progress and messages on standard error, results on standard output.
[<RequireQualifiedAccess>]
module Display =

    /// One line for each fault on standard error.
    let faults (found: MiceError list) : unit =
        found |> List.distinct |> List.iter (fun fault -> eprintfn "%s" (MiceError.message fault))

    /// The start of a text that is too long.
    let private shortened (most: int) (text: string) : string =
        if text.Length <= most then text
        elif most < 2 then ""
        else text.Substring(0, most - 1) + "…"

    /// A bar with the share done, the time left and what is being done, all in one line of a terminal.
    let private bar (work: (Progress -> unit) -> 'a) : 'a =
        let console =
            AnsiConsole.Create(AnsiConsoleSettings(Out = AnsiConsoleOutput(Console.Error)))

        let barWidth = min 30 (console.Profile.Width / 4)
        // Beside the bar: a percentage of four characters, and blanks between the three columns.
        let room () =
            console.Profile.Width - barWidth - 4 - 4

        let left = ConsoleProgress.remaining ()

        console
            .Progress()
            .AutoClear(true)
            .Columns(
                ProgressBarColumn(Width = Nullable barWidth),
                PercentageColumn(),
                TaskDescriptionColumn(Alignment = Justify.Left)
            )
            .Start(
                Func<ProgressContext, 'a>(fun context ->
                    let task = context.AddTask("starting", maxValue = 1.0)

                    work (fun progress ->
                        let text = $"{left progress.Fraction}; {progress.Message}"
                        task.Description <- text |> shortened (room ()) |> Markup.Escape
                        task.Value <- progress.Fraction))
            )

    /// Runs work with its progress shown: a bar on a terminal, lines otherwise, nothing when quiet.
    let withProgress (quiet: bool) (work: (Progress -> unit) -> 'a) : 'a =
        if quiet then
            work ignore
        elif Console.IsErrorRedirected then
            work (ConsoleProgress.lines ())
        else
            bar work

    /// <summary>A result on standard output: title, answer, tables, notes, meaning, checks.</summary>
    /// <param name="title">What was calculated.</param>
    /// <param name="d">What was found.</param>
    let result (title: string) (d: ResultDescription) : unit =
        printfn "%s\n%s\n" title d.Answer

        for table in d.Sections |> List.choose ResultTable.ofSection do
            printfn "%s" table.Title

            if table.Note <> "" then
                printfn "%s" table.Note

            table |> ResultTable.lines |> List.iter (printfn "%s")
            printfn ""

        d.Notes |> List.iter (printfn "%s")
        printfn "%s\n" d.Meaning
        d.Checks |> List.iter (Words.check >> printfn "%s")
