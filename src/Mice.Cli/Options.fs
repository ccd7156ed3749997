namespace Mice.Cli

open System
open System.Globalization
open System.IO
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Tensors

/// How the work is done, the same for every verb.
type RunOptions =
    {
        /// Seed of all random numbers.
        Seed: uint64
        /// Where networks are computed.
        Device: Device
        /// Processor threads; None: all.
        Threads: int option
        /// No progress, no warnings.
        Quiet: bool
        /// JSON file.
        Json: string option
        /// HTML report.
        Report: string option
        /// Picture of the report.
        Png: string option
        /// Directory of the run.
        Resume: string option
    }

/// Options of a run in the words of results and runs.
[<RequireQualifiedAccess>]
module RunOptions =
    /// The seed, as a setting of a result.
    let settings (options: RunOptions) : (string * string) list = [ "seed", string options.Seed ]

    /// The run; token, progress and store are those of the work.
    let run (options: RunOptions) : Run =
        { Run.quiet with
            Key = Key.ofSeed options.Seed
            Device = options.Device
            Threads = options.Threads |> Option.defaultValue Run.quiet.Threads
        }

/// A checked value or every fault found while reading it.
type Read<'a> = Result<'a, MiceError list>

/// Reading of option values.
[<RequireQualifiedAccess>]
module Options =

    let private outOfRange name given allowed =
        Error [ MiceError.OutOfRange(name, given, allowed) ]

    /// A finite number that passes a test.
    let number (name: string) (allowed: string) (test: float -> bool) (text: string) : Read<float> =
        match Number.tryFinite text with
        | Some value when test value -> Ok value
        | _ -> outOfRange name $"'{text}'" allowed

    /// A temperature in kelvin.
    let temperature (text: string option) : Read<float> =
        match text with
        | None -> outOfRange "--temperature" "missing" "a number above 0, in kelvin"
        | Some text -> number "--temperature" "a number above 0, in kelvin" (fun t -> t > 0.0) text

    /// A pressure in bar, 1 when not given.
    let pressure (text: string option) : Read<float> =
        text
        |> Option.map (number "--pressure" "a number, in bar" (fun _ -> true))
        |> Option.defaultValue (Ok 1.0)

    /// A seed.
    let seed (text: string option) : Read<uint64> =
        match text |> Option.map (fun t -> t, UInt64.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture)) with
        | None -> Ok Run.DefaultSeed
        | Some(_, (true, value)) -> Ok value
        | Some(t, _) -> outOfRange "--seed" $"'{t}'" "an integer from 0 to 18446744073709551615"

    /// A number of threads, where one is given.
    let threads (text: string option) : Read<int option> =
        let most = 1024

        match text |> Option.map (fun t -> t, Number.tryCount t) with
        | None -> Ok None
        | Some(_, Some value) when value >= 1 && value <= most -> Ok(Some value)
        | Some(t, _) -> outOfRange "--threads" $"'{t}'" $"an integer from 1 to {most}"

    /// A number of things, where one is given.
    let count (name: string) (text: string option) : Read<int option> =
        match text |> Option.map (fun t -> t, Number.tryCount t) with
        | None -> Ok None
        | Some(_, Some value) when value >= 1 -> Ok(Some value)
        | Some(t, _) -> outOfRange name $"'{t}'" "an integer of 1 or more"

    /// A device that is there; the processor when not given.
    let device (text: string option) : Read<Device> =
        let cuda (index: int) =
            Engine.load () |> Result.bind (fun () -> Device.tryCuda index) |> Result.mapError List.singleton

        match text with
        | None
        | Some "cpu" -> Ok Device.cpu
        | Some "cuda" -> cuda 0
        | Some name ->
            match name.Split ':' with
            | [| "cuda"; index |] when index <> "" && Seq.forall Char.IsAsciiDigit index && index.Length < 4 ->
                cuda (int index)
            | _ -> Error [ MiceError.UnknownName("device", name, [ "cpu"; "cuda"; "cuda:N" ]) ]

    /// The symmetry with a name.
    let symmetry (name: string) : Read<Symmetry> =
        Symmetry.ofName name |> Result.mapError List.singleton

    /// A file to be read: it was named and exists.
    let input (name: string) (path: string option) : Read<string> =
        match path with
        | None -> outOfRange name "missing" "the path of a file"
        | Some p when File.Exists p -> Ok p
        | Some p when Directory.Exists p ->
            Error [ MiceError.BadFile(p, None, None, "this is a directory, not a file.") ]
        | Some p -> Error [ MiceError.MissingFile p ]

    /// A file to be written: its directory exists or can be made, and it is no directory itself.
    let output (path: string option) : Read<string option> =
        match path with
        | None -> Ok None
        | Some "" -> outOfRange "output file" "empty" "the path of a file"
        | Some p when Directory.Exists p ->
            Error [ MiceError.BadFile(p, None, None, "this is a directory, not a file.") ]
        | Some p ->
            try
                Path.GetFullPath p |> Path.GetDirectoryName |> Directory.CreateDirectory |> ignore
                Ok(Some p)
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> Error [ MiceError.BadFile(p, None, None, e.Message) ]

    /// A file to be written that has to be named and ends as it should.
    let outputEnding (name: string) (endings: string list) (path: string option) : Read<string> =
        let allowed = "a name that ends in " + String.concat " or " endings

        match path with
        | None -> outOfRange name "missing" allowed
        | Some p when endings |> List.forall (fun e -> not (p.EndsWith e)) -> outOfRange name $"'{p}'" allowed
        | path -> output path |> Result.map Option.get

    /// A trajectory; `read` is called only for a file that is there.
    let trajectory (name: string) (path: string option) : Read<Trajectory> =
        input name path |> Result.bind Trajectory.read

    /// A thermo table.
    let thermo (name: string) (path: string option) : Read<ThermoTable> =
        input name path |> Result.bind ThermoTable.read
