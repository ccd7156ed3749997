namespace Mice.Cli

open System
open System.IO
open Argu
open Mice
open Mice.Atoms
open Mice.Entropy

/// What `mice md run ELEMENT` takes.
type MdArgument =
    | Phase of name: string
    | Temperature of kelvin: string
    | Pressure of bar: string
    | Side of cubes: string
    | Snapshots of count: string
    | Seed of number: string
    | Out of directory: string
    | Json of file: string
    | Quiet

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Phase _ -> "solid or liquid"
            | Temperature _ -> "temperature of the run"
            | Pressure _ -> "pressure of the run; default 1"
            | Side _ -> "cubic cells along each edge of the box; default 8"
            | Snapshots _ -> "snapshots to keep, 5 ps apart; default 60"
            | Seed _ -> "seed of the velocities and of the thermostat, 1 to 900000000; default 1"
            | Out _ -> "directory of the run; a run that is kept there goes on; default ELEMENT-PHASE-TEMPERATURE"
            | Json _ -> "write where the files are as JSON"
            | Quiet -> "no progress"

/// `mice md run`: molecular dynamics with LAMMPS, one phase at constant pressure and temperature.
[<RequireQualifiedAccess>]
module MdRun =

    /// Elements with a potential.
    let elements = [ "na", LammpsOptions.sodium; "al", LammpsOptions.aluminium ]

    let private phase (text: string option) : Read<Mice.Atoms.Phase> =
        match text with
        | Some "solid" -> Ok Mice.Atoms.Phase.Solid
        | Some "liquid" -> Ok Mice.Atoms.Phase.Liquid
        | Some other -> Error [ MiceError.UnknownName("phase", other, [ "solid"; "liquid" ]) ]
        | None -> Error [ MiceError.OutOfRange("--phase", "missing", "solid or liquid") ]

    let private count (name: string) (fallback: int) (most: int) (text: string option) : Read<int> =
        match text with
        | None -> Ok fallback
        | Some t ->
            Options.number name $"an integer from 1 to {most}" (fun v -> v = floor v && v >= 1.0 && v <= float most) t
            |> Result.map int

    /// The options of the run and the JSON file, or every fault.
    let private read element (defaults: Mice.Atoms.Phase -> LammpsOptions) (r: ParseResults<MdArgument>) =
        let phase = phase (r.TryGetResult MdArgument.Phase)
        let temperature = Options.temperature (r.TryGetResult MdArgument.Temperature)
        let pressure = Options.pressure (r.TryGetResult MdArgument.Pressure)
        let side = count "--side" 8 100 (r.TryGetResult MdArgument.Side)

        let snapshots =
            count "--snapshots" 60 1_000_000 (r.TryGetResult MdArgument.Snapshots)

        let seed = count "--seed" 1 900_000_000 (r.TryGetResult MdArgument.Seed)
        let json = Options.output (r.TryGetResult MdArgument.Json)

        match
            Options.faults phase
            @ Options.faults temperature
            @ Options.faults pressure
            @ Options.faults side
            @ Options.faults snapshots
            @ Options.faults seed
            @ Options.faults json
        with
        | [] ->
            let options =
                { defaults (Options.get phase) with
                    Temperature = Options.get temperature * 1.0<K>
                    Pressure = Options.get pressure * 1.0<bar>
                    Side = Options.get side
                    Snapshots = Options.get snapshots
                    Seed = Options.get seed
                }

            let name = (string (Options.get phase)).ToLowerInvariant()

            let folder =
                r.TryGetResult MdArgument.Out |> Option.defaultValue $"{element}-{name}-{Options.get temperature}"

            match LammpsOptions.check options with
            | [] -> Ok struct (options, folder, Options.get json)
            | faults -> Error faults
        | faults -> Error faults

    let private simulate (quiet: bool) (options: LammpsOptions) token (folder: string) =
        let text = $"{LammpsOptions.atoms options} atoms, {options.Snapshots} snapshots"

        Display.withProgress quiet (fun report ->
            Lammps.run options folder token (fun fraction ->
                report
                    {
                        Phase = "molecular dynamics"
                        Fraction = fraction
                        Message = text
                    }))

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (element: string) (given: string[]) : int =
        let known = elements |> List.map fst

        match
            List.tryFind (fun (name, _) -> name = element) elements,
            Arguments.parse<MdArgument> $"md run {element}" given
        with
        | None, _ ->
            Display.faults [ MiceError.UnknownName("element", element, known) ]
            2
        | _, Error lines ->
            lines |> List.iter (eprintfn "%s")
            2
        | Some(_, defaults), Ok results ->
            match read element defaults results with
            | Error faults ->
                Display.faults faults
                2
            | Ok(struct (options, folder, json)) ->
                let words = [ "md"; "run"; element ]
                let quiet = results.Contains MdArgument.Quiet

                match Runs.resumable words (List.ofArray given) "--out" folder (simulate quiet options) with
                | None -> 1
                | Some(Error faults) ->
                    Display.faults faults
                    2
                | Some(Ok files) ->
                    printfn "Snapshots: %s" files.Trajectory
                    printfn "Thermo table: %s" files.Thermo
                    json |> Option.iter (fun path -> RunStore.saveAtomically path (JsonResult.files files))
                    0
