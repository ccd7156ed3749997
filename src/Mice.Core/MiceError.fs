namespace Mice

/// Everything that a user can get wrong: options, files, data, and tools that are missing or fail. Bugs are exceptions.
[<RequireQualifiedAccess>]
type MiceError =
    /// An option is outside of its range: its name, what was given, what is allowed.
    | OutOfRange of name: string * given: string * allowed: string
    /// A name that is none of the known ones: what kind of thing it should name, what was given, what is known.
    | UnknownName of kind: string * given: string * known: string list
    /// A file that does not exist.
    | MissingFile of path: string
    /// A file whose content is no good; frame and line count from 1.
    | BadFile of path: string * frame: int option * line: int64 option * fault: string
    /// Fewer data than the method needs, and what to do about it.
    | TooFewData of what: string * given: int * needed: int * advice: string
    /// Two things that should agree and do not: shapes, types, options of a resumed run.
    | Mismatch of what: string * left: string * right: string
    /// Something that this machine does not have (CUDA, LAMMPS, a browser), and how to get it.
    | Unavailable of what: string * remedy: string
    /// Another program was started and failed.
    | ToolFailed of tool: string * fault: string

/// What a <see cref="T:Mice.MiceError"/> says to its reader.
[<RequireQualifiedAccess>]
module MiceError =
    /// Control characters (line breaks above all) become single spaces, so that a message is always one line.
    let private oneLine (text: string) =
        text.Split([| ' '; '\t'; '\r'; '\n' |], System.StringSplitOptions.RemoveEmptyEntries)
        |> String.concat " "
        |> String.map (fun c ->
            if System.Char.IsControl c || c = '\u2028' || c = '\u2029' then
                ' '
            else
                c)

    /// Longer messages lose their middle: what they quote may have any length.
    [<Literal>]
    let private Longest = 480

    let private shortened (text: string) =
        if text.Length <= Longest then
            text
        else
            text[.. Longest - 181] + " … " + text[text.Length - 150 ..]

    let private place (frame: int option) (line: int64 option) =
        [
            yield! frame |> Option.map (fun f -> $"frame {f}") |> Option.toList
            yield! line |> Option.map (fun l -> $"line {l}") |> Option.toList
        ]
        |> function
            | [] -> ""
            | parts -> String.concat ", " parts + ": "

    /// <summary>One line that says what was given, what is allowed and what to do. Never contains a line break, and no more than 480
    /// characters.</summary>
    /// <param name="error">The fault.</param>
    let message (error: MiceError) : string =
        match error with
        | MiceError.OutOfRange(name, given, allowed) -> $"{name} is {given}; allowed: {allowed}."
        | MiceError.UnknownName(kind, given, known) ->
            let names = String.concat ", " known
            $"There is no {kind} named '{given}'; known: {names}."
        | MiceError.MissingFile path -> $"{path}: no such file."
        | MiceError.BadFile(path, frame, line, fault) -> $"{path}: {place frame line}{fault}"
        | MiceError.TooFewData(what, given, needed, advice) ->
            $"{given} {what} are fewer than the {needed} needed. {advice}"
        | MiceError.Mismatch(what, left, right) -> $"{what} do not match: {left} against {right}."
        | MiceError.Unavailable(what, remedy) -> $"{what} is not available. {remedy}"
        | MiceError.ToolFailed(tool, fault) -> $"{tool} failed: {fault}"
        |> oneLine
        |> shortened
