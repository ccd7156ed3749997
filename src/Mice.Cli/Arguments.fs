namespace Mice.Cli

open System
open Argu
open Mice

/// What every verb takes. Values are text here: Options reads them and reports every fault at once.
[<DisableHelpFlags>]
type SharedArgument =
    | Seed of number: string
    | Device of name: string
    | Threads of count: string
    | Json of file: string
    | Report of file: string
    | Png of file: string
    | Resume of directory: string
    | Quiet

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Seed _ -> $"seed of all random numbers; default {Run.DefaultSeed}"
            | Device _ -> "cpu (default), cuda or cuda:N"
            | Threads _ -> "processor threads; default all"
            | Json _ -> "write the result as JSON"
            | Report _ -> "write a self-contained HTML report"
            | Png _ -> "write a picture of the report (needs chromium)"
            | Resume _ -> "go on with the run kept in this directory, or keep a new run there"
            | Quiet -> "no progress, no warnings"

/// What `mice melt` takes beside what every verb does.
type MeltArgument =
    | Solid of file: string
    | Liquid of file: string
    | Solid_Thermo of file: string
    | Liquid_Thermo of file: string
    | Temperature of kelvin: string
    | Pressure of bar: string
    | Method of name: string
    | Symmetry_Solid of name: string
    | Symmetry_Liquid of name: string
    | Quick

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Solid _ -> "snapshots of the solid: LAMMPS dump or extended XYZ, plain or gzip"
            | Liquid _ -> "snapshots of the liquid"
            | Solid_Thermo _ ->
                "thermo table of the solid's run: LAMMPS log (units metal), fix ave/time file, or CSV or blank-separated columns step, U_eV, V_A3 (and T_K)"
            | Liquid_Thermo _ -> "the same of the liquid's run"
            | Temperature _ -> "temperature of both runs"
            | Pressure _ -> "target pressure of both runs; default 1"
            | Method _ ->
                "denoising (default), by the noise that networks find; or scan, atom by atom along passes, with looser bounds"
            | Symmetry_Solid _ -> "symmetry of the solid: cubic (default), isotropic or none"
            | Symmetry_Liquid _ -> "symmetry of the liquid: isotropic (default), cubic or none"
            | Quick -> "smaller networks and shorter training: minutes, with looser bounds"

/// What `mice entropy atoms FILE` takes beside what every verb does.
type EntropyArgument =
    | [<MainCommand; Unique>] File of file: string
    | Method of name: string
    | Phase of name: string
    | Symmetry of name: string
    | Thermo of file: string
    | Temperature of kelvin: string
    | Pressure of bar: string
    | Quick

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "snapshots: LAMMPS dump or extended XYZ, plain or gzip"
            | Method _ ->
                "denoising (default), by the noise that networks find: for fluids and crystals of any species; scan, atom by atom along passes; or both, of which the smaller bound is the result"
            | Phase _ ->
                "fluid, whose atoms change their places, or crystal, whose atoms stay at the sites of a lattice; default what the snapshots are; for denoising"
            | Symmetry _ ->
                "symmetry of the system: isotropic, cubic or none (default); for denoising, cubic crystals alone have one"
            | Thermo _ ->
                "thermo table of the run, as LAMMPS log (units metal), fix ave/time file, or CSV or blank-separated columns step, U_eV, V_A3: takes thermal noise out and tells how loose the bound is; needs --temperature"
            | Temperature _ -> "temperature of the run; only with --thermo"
            | Pressure _ -> "target pressure of the run; default 1; only with --thermo"
            | Quick -> "smaller networks and shorter training: minutes, with a looser bound"

/// What `mice mi` takes beside what every verb does.
type InformationArgument =
    | X of file: string
    | Y of file: string
    | Bound of name: string
    | Discrete of variables: string
    | Continuous of variables: string
    | Block_Rows of count: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | X _ -> "samples of X: CSV or columns between blanks (with or without a header), or .npy; one row per draw"
            | Y _ -> "samples of Y, row by row of the same draws"
            | Bound _ -> "auto (default), or one estimator of the list below"
            | Discrete _ -> "x, y or x,y: these are symbols, and text in them is read as labels"
            | Continuous _ -> "x, y or x,y: these are real numbers; what is named nowhere is told from the data"
            | Block_Rows _ ->
                "neighbouring rows that are not independent of each other; default from their autocorrelation"

/// An argument that a verb takes by what it works on: a parameter of a model.
type FreeArgument =
    {
        /// Without its two dashes.
        Name: string
        Usage: string
    }

/// The words behind a verb, parsed: those of every verb and those of this one.
type GivenArguments<'own when 'own :> IArgParserTemplate> =
    {
        Shared: ParseResults<SharedArgument>
        Own: ParseResults<'own>
        /// Free arguments that are given, by name, with their values.
        Free: (string * string) list
    }

/// Parsing of one verb's arguments.
[<RequireQualifiedAccess>]
module Arguments =

    let private parser<'a when 'a :> IArgParserTemplate> (verb: string) =
        ArgumentParser.Create<'a>(programName = $"mice {verb}")

    let private ofFree (free: FreeArgument list) =
        let line (argument: FreeArgument) =
            let name = $"--{argument.Name} <value>"
            $"    {name, -21} {argument.Usage}"

        if List.isEmpty free then
            ""
        else
            "\n\nPARAMETERS:\n\n" + (free |> List.map line |> String.concat "\n")

    /// Usage text of a verb: its own arguments, then those of every verb.
    let usage<'a when 'a :> IArgParserTemplate> (verb: string) (free: FreeArgument list) : string =
        let shared = (parser<SharedArgument> verb).PrintUsage(hideSyntax = true)

        (parser<'a> verb).PrintUsage().TrimEnd()
        + ofFree free
        + "\n\n"
        + shared.Trim().Replace("OPTIONS:", "OPTIONS OF EVERY VERB:")

    /// Names of the arguments of a verb: its own, then those of every verb.
    let names<'a when 'a :> IArgParserTemplate> (verb: string) (free: FreeArgument list) : string list =
        let ofCases (cases: ArgumentCaseInfo list) =
            cases |> List.collect (fun case -> case.CommandLineNames.Value)

        ofCases ((parser<'a> verb).GetArgumentCases())
        @ (free |> List.map (fun argument -> "--" + argument.Name))
        @ ofCases ((parser<SharedArgument> verb).GetArgumentCases())

    /// Argu's message without its prefix and without the usage text below it.
    let private firstLine (message: string) : string =
        let line =
            message.Split('\n') |> Array.map (fun l -> l.Trim()) |> Array.find (fun l -> l <> "")

        if line.StartsWith("ERROR: ", StringComparison.Ordinal) then
            line.Substring 7
        else
            line

    /// All arguments of one union, or one line for each that is not known.
    let private parseWith (parser: ArgumentParser<'a>) (verb: string) (given: string list) =
        let known =
            parser.GetArgumentCases() |> List.collect (fun case -> case.CommandLineNames.Value)

        // No value starts with two dashes; Argu would take such a word for the file that a verb works on.
        let names =
            given
            |> List.filter (fun w -> w.StartsWith("--", StringComparison.Ordinal) && not (List.contains w known))

        let refused (words: string list) =
            Error
                [
                    for word in words -> $"{word} is no argument of mice {verb}; see mice {verb} --help."
                ]

        try
            if not (List.isEmpty names) then
                refused names
            else
                let results =
                    parser.ParseCommandLine(Array.ofList given, ignoreMissing = true, ignoreUnrecognized = true)

                match results.UnrecognizedCliParams with
                | [] -> Ok results
                | words -> refused words
        with :? ArguParseException as e ->
            Error [ firstLine e.Message ]

    /// Arguments of some names with their values, and all other words. No value starts with two dashes.
    let private split (counts: Map<string, int>) (given: string list) : string list list * string list =
        let rec go taken others words =
            match words with
            | [] -> List.rev taken, List.rev others
            | word :: rest ->
                match Map.tryFind word counts with
                | None -> go taken (word :: others) rest
                | Some count ->
                    let value =
                        rest
                        |> List.truncate count
                        |> List.takeWhile (fun v -> not (v.StartsWith("--", StringComparison.Ordinal)))

                    go ((word :: value) :: taken) others (List.skip value.Length rest)

        go [] [] given

    /// Values of the free arguments, or one line for each that lacks its value.
    let private readFree (given: string list list) : Result<(string * string) list, string list> =
        let missing =
            given |> List.filter (fun words -> words.Length < 2) |> List.map List.head

        if List.isEmpty missing then
            Ok [ for words in given -> words.Head.Substring 2, words[1] ]
        else
            Error [ for name in missing -> $"argument '{name}' must be followed by <value>." ]

    /// <summary>All arguments of a verb, or one line for each argument that is not known or lacks its value.</summary>
    let parse<'a when 'a :> IArgParserTemplate>
        (verb: string)
        (free: FreeArgument list)
        (given: string[])
        : Result<GivenArguments<'a>, string list> =
        let shared = parser<SharedArgument> verb

        let ofShared =
            Map
                [
                    for case in shared.GetArgumentCases() do
                        for name in case.CommandLineNames.Value -> name, case.UnionCaseInfo.GetFields().Length
                ]

        let ofEveryVerb, others = split ofShared (List.ofArray given)

        let freely, others =
            split (Map [ for argument in free -> "--" + argument.Name, 1 ]) others

        match
            parseWith (parser<'a> verb) verb others, parseWith shared verb (List.concat ofEveryVerb), readFree freely
        with
        | Ok own, Ok shared, Ok free ->
            Ok
                {
                    Shared = shared
                    Own = own
                    Free = free
                }
        | own, shared, free ->
            let lines (result: Result<'b, string list>) =
                match result with
                | Ok _ -> []
                | Error found -> found

            Error(lines own @ lines free @ lines shared)
