namespace Mice.Cli

open System
open Argu
open Mice

/// What `mice melt` takes. Values are text here: Options reads them and reports every fault at once.
type MeltArgument =
    | Solid of file: string
    | Liquid of file: string
    | Solid_Thermo of file: string
    | Liquid_Thermo of file: string
    | Temperature of kelvin: string
    | Pressure of bar: string
    | Symmetry_Solid of name: string
    | Symmetry_Liquid of name: string
    | Seed of number: string
    | Device of name: string
    | Threads of count: string
    | Json of file: string
    | Report of file: string
    | Png of file: string
    | Resume of directory: string
    | Quick
    | Quiet

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Solid _ -> "snapshots of the solid: LAMMPS dump or extended XYZ, plain or gzip"
            | Liquid _ -> "snapshots of the liquid"
            | Solid_Thermo _ -> "CSV table of the solid's run with the columns U_eV and V_A3 (and T_K)"
            | Liquid_Thermo _ -> "the same of the liquid's run"
            | Temperature _ -> "temperature of both runs"
            | Pressure _ -> "target pressure of both runs; default 1"
            | Symmetry_Solid _ -> "symmetry of the solid: cubic (default), isotropic or none"
            | Symmetry_Liquid _ -> "symmetry of the liquid: isotropic (default), cubic or none"
            | Seed _ -> "seed of all random numbers; default 1"
            | Device _ -> "cpu (default), cuda or cuda:N"
            | Threads _ -> "processor threads; default all"
            | Json _ -> "write the result as JSON"
            | Report _ -> "write a self-contained HTML report"
            | Png _ -> "write a picture of the report (needs chromium)"
            | Resume _ -> "go on with the run kept in this directory, or keep a new run there"
            | Quick -> "smaller networks and shorter training: minutes, with looser bounds"
            | Quiet -> "no progress, no warnings"

/// What `mice entropy atoms FILE` takes.
type EntropyArgument =
    | [<MainCommand>] File of file: string
    | Symmetry of name: string
    | Seed of number: string
    | Device of name: string
    | Threads of count: string
    | Json of file: string
    | Report of file: string
    | Png of file: string
    | Resume of directory: string
    | Quick
    | Quiet

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "snapshots: LAMMPS dump or extended XYZ, plain or gzip"
            | Symmetry _ -> "symmetry of the system: isotropic, cubic or none (default)"
            | Seed _ -> "seed of all random numbers; default 1"
            | Device _ -> "cpu (default), cuda or cuda:N"
            | Threads _ -> "processor threads; default all"
            | Json _ -> "write the result as JSON"
            | Report _ -> "write a self-contained HTML report"
            | Png _ -> "write a picture of the report (needs chromium)"
            | Resume _ -> "go on with the run kept in this directory, or keep a new run there"
            | Quick -> "smaller networks and shorter training: minutes, with a looser bound"
            | Quiet -> "no progress, no warnings"

/// Parsing of one verb's arguments.
[<RequireQualifiedAccess>]
module Arguments =

    let private program verb = $"mice {verb}"

    /// Usage text of a verb.
    let usage<'a when 'a :> IArgParserTemplate> (verb: string) : string =
        ArgumentParser.Create<'a>(programName = program verb).PrintUsage()

    /// Argu's message without its prefix and without the usage text below it.
    let private firstLine (message: string) : string =
        let line =
            message.Split('\n') |> Array.map (fun l -> l.Trim()) |> Array.find (fun l -> l <> "")

        if line.StartsWith("ERROR: ", StringComparison.Ordinal) then
            line.Substring 7
        else
            line

    /// <summary>All arguments of a verb, or one line for each argument that is not known.</summary>
    let parse<'a when 'a :> IArgParserTemplate and 'a: equality>
        (verb: string)
        (given: string[])
        : Result<ParseResults<'a>, string list> =
        let parser = ArgumentParser.Create<'a>(programName = program verb)

        try
            let results =
                parser.ParseCommandLine(given, ignoreMissing = true, ignoreUnrecognized = true)

            match results.UnrecognizedCliParams with
            | [] -> Ok results
            | unknown ->
                Error
                    [
                        for name in unknown -> $"{name} is no argument of mice {verb}; see mice {verb} --help."
                    ]
        with :? ArguParseException as e ->
            Error [ firstLine e.Message ]
