namespace Mice.Cli

open System
open Argu
open Mice
open Mice.Atoms
open Mice.Plots
open Mice.Tensors

/// What `mice md run ELEMENT` takes beside what every verb does.
type MdArgument =
    | Phase of name: string
    | Temperature of kelvin: string
    | Pressure of bar: string
    | Side of cubes: string
    | Snapshots of count: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Phase _ -> "solid or liquid"
            | Temperature _ -> "temperature of the run"
            | Pressure _ -> "pressure of the run; default 1"
            | Side _ -> "cubic cells along each edge of the box; default 8"
            | Snapshots _ -> "snapshots to keep, 5 ps apart; default 60"

/// `mice md run`: molecular dynamics with LAMMPS, one phase at constant pressure and temperature.
[<RequireQualifiedAccess>]
module MdRun =

    /// Elements with a potential.
    let private elements =
        [
            "na", "sodium", LammpsOptions.sodium
            "al", "aluminium", LammpsOptions.aluminium
        ]

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

    /// Only the processor: LAMMPS is run without its packages for other devices.
    let private device (name: string option) : Read<Device> =
        match name with
        | None
        | Some "cpu" -> Ok Device.cpu
        | Some name when name.StartsWith("cuda", StringComparison.Ordinal) ->
            Error
                [
                    MiceError.Unavailable(
                        $"Molecular dynamics on {name}",
                        "LAMMPS runs on the processor; leave out --device."
                    )
                ]
        | Some name -> Error [ MiceError.UnknownName("device", name, [ "cpu" ]) ]

    /// The seed as LAMMPS takes it.
    let private lammpsSeed (seed: uint64) : Read<int> =
        if seed >= 1UL && seed <= 900_000_000UL then
            Ok(int seed)
        else
            Error
                [
                    MiceError.OutOfRange("--seed", string seed, "an integer from 1 to 900000000, what LAMMPS takes")
                ]

    /// Everything that was read from the command line.
    type private Job =
        {
            Options: RunOptions
            Simulation: LammpsOptions
            /// The run's folder.
            Folder: string
        }

    /// The job, or every fault of the arguments.
    let private read
        (element: string)
        (defaults: Mice.Atoms.Phase -> LammpsOptions)
        (given: GivenArguments<MdArgument>)
        : Read<Job> =
        let r = given.Own
        let options = SharedOptions.readWith device given.Shared

        validate {
            let! phase = phase (r.TryGetResult MdArgument.Phase)
            and! temperature = Options.temperature (r.TryGetResult MdArgument.Temperature)
            and! pressure = Options.pressure (r.TryGetResult MdArgument.Pressure)
            and! side = count "--side" 8 100 (r.TryGetResult MdArgument.Side)

            and! snapshots =
                count "--snapshots" 60 1_000_000 (r.TryGetResult MdArgument.Snapshots)

            and! options = options
            and! seed = options |> Result.bind (fun o -> lammpsSeed o.Seed)

            let simulation =
                { defaults phase with
                    Temperature = temperature * 1.0<K>
                    Pressure = pressure * 1.0<bar>
                    Side = side
                    Snapshots = snapshots
                    Seed = seed
                    Threads = options.Threads
                }

            let! () = LammpsOptions.check simulation

            return
                {
                    Options = options
                    Simulation = simulation
                    Folder =
                        options.Resume
                        |> Option.defaultValue $"{element}-{(string phase).ToLowerInvariant()}-{temperature}"
                }
        }

    /// Prints the means of a finished run and writes the files that were asked for.
    let private finish (job: Job) (files: LammpsRun) : int =
        let result =
            Trajectory.read files.Trajectory
            |> Result.bind (fun trajectory ->
                ThermoTable.read files.Thermo
                |> Result.bind (MdResult.create trajectory.Snapshots)
                |> Result.map (fun result -> trajectory.Snapshots, result))

        match result with
        | Error faults ->
            Display.faults faults
            2
        | Ok(snapshots, result) ->
            let lammps = Lammps.version () |> Result.defaultValue "unknown"
            let versions = Estimators.versions [ "lammps", lammps ]
            let s = job.Simulation

            let title =
                $"{s.Phase} {s.Element} at {float s.Temperature} K and {float s.Pressure} bar"

            MdResult.describe (LammpsOptions.describe s) (Some files) result
            |> Outputs.finish job.Options title versions (fun () -> MdFigures.all (Outputs.pairs snapshots) result)

    let private notes =
        "Without --resume the run is kept in the directory ELEMENT-PHASE-TEMPERATURE. LAMMPS runs on the processor, on several\n"
        + "threads where it has its package OPENMP and on one otherwise; seeds are 1 to 900000000."

    let private work words given (job: Job) =
        Runs.resumable words given job.Options job.Folder (fun run -> Lammps.run job.Simulation run job.Folder)

    /// The verb of an element.
    let private verb (element, summary, defaults) : Verb =
        let words = [ "md"; "run"; element ]

        Verb.create<MdArgument, _, _>
            (words, $"molecular dynamics of {summary} with LAMMPS: snapshots and a thermo table", notes)
            (read element defaults)
            (fun _ -> work words)
            (fun _ -> finish)

    /// A verb for each element with a potential.
    let verbs: Verb list = elements |> List.map verb
