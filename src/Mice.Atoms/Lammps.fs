namespace Mice.Atoms

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Threading
open Mice

/// What a finished run left behind.
type LammpsRun =
    {
        /// trajectory.dump.gz in the run's folder.
        Trajectory: string
        /// thermo.csv in the run's folder: step, time_ps, T_K, P_bar, V_A3, U_eV, H_eV, in_dump.
        Thermo: string
    }

/// <summary>Runs LAMMPS as a process of its own: one phase at constant N, P, T.</summary>
/// <remarks>A run is a folder. Calling <c>run</c> again with the same options and folder goes on from the last stored state, and does nothing
/// when the run is finished; with other options it is an error.</remarks>
[<RequireQualifiedAccess>]
module Lammps =
    /// <summary>The LAMMPS program: the environment variable MICE_LAMMPS, or <c>lmp</c> in PATH.</summary>
    let find () : Result<string, MiceError> =
        let path =
            match Environment.GetEnvironmentVariable "MICE_LAMMPS" with
            | null
            | "" ->
                (Environment.GetEnvironmentVariable "PATH" |> Option.ofObj |> Option.defaultValue "").Split
                    Path.PathSeparator
                |> Array.map (fun d -> Path.Combine(d, "lmp"))
                |> Array.tryFind File.Exists
            | given -> Some given |> Option.filter File.Exists

        match path with
        | Some path -> Ok path
        | None ->
            Error(
                MiceError.Unavailable("LAMMPS (lmp)", "Install the package lammps, or set MICE_LAMMPS to the program.")
            )

    /// What the program prints about itself: its version, its packages.
    let private help (program: string) : string =
        let info =
            ProcessStartInfo(program, [ "-h" ], RedirectStandardOutput = true, RedirectStandardError = true)

        match Process.Start info with
        | null -> ""
        | started ->
            use started = started
            let errors = started.StandardError.ReadToEndAsync()
            let output = started.StandardOutput.ReadToEnd()
            errors.Wait()
            output

    /// The version in the first line of the help, such as "29 Sep 2021 - Update 2".
    let internal versionIn (help: string) : string =
        match help.Trim().Split('\n') |> Array.head |> _.Split(" - ", 2) with
        | [| _; version |] -> version.Trim()
        | _ -> "unknown"

    /// <summary>The version of the LAMMPS program.</summary>
    let version () : Result<string, MiceError> =
        find () |> Result.map (help >> versionIn)

    /// The threads of a run: several need the package OPENMP (USER-OMP before 2021), which the help lists.
    let internal threadsFor (help: string) (wanted: int option) : Result<int, MiceError> =
        let packages =
            match help.IndexOf("Installed packages:", StringComparison.Ordinal) with
            | -1 -> [||]
            | start -> help.Substring(start).Split([| ' '; '\n'; '\r' |])

        match wanted, packages |> Array.exists (fun name -> name = "OPENMP" || name = "USER-OMP") with
        | None, false -> Ok 1
        | None, true -> Ok Environment.ProcessorCount
        | Some n, hasThreads when n = 1 || hasThreads -> Ok n
        | Some n, _ ->
            Error(
                MiceError.Unavailable(
                    $"The package OPENMP of LAMMPS, which {n} threads need,",
                    "Install a LAMMPS with it, or run on 1 thread."
                )
            )

    /// What LAMMPS says about its failure: the ERROR line and the command that caused it.
    let internal faultOf (log: string) : string =
        let lines = log.Split '\n' |> Array.map (fun l -> l.Trim())
        let error = lines |> Array.tryFindBack (fun l -> l.StartsWith "ERROR")
        let command = lines |> Array.tryFindBack (fun l -> l.StartsWith "Last command:")

        match error, command with
        | Some e, Some c -> $"{e} {c}"
        | Some e, None -> e
        | _ -> "it stopped without an error message in log.lammps"

    /// The number at the start of the last whole line of a file that may be growing.
    let private lastStep (path: string) : int64 =
        try
            use file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
            file.Seek(-(min 4096L file.Length), SeekOrigin.End) |> ignore
            let text = (new StreamReader(file)).ReadToEnd()
            let whole = text.Substring(0, 1 + text.LastIndexOf '\n').TrimEnd '\n'
            let line = whole.Substring(1 + whole.LastIndexOf '\n')

            match Int64.TryParse((line.Split ',')[0], NumberStyles.None, CultureInfo.InvariantCulture) with
            | true, step -> step
            | _ -> 0L
        with :? IOException ->
            0L

    /// Stored states: step and file, the newest first. LAMMPS may have died while it wrote the newest: a shorter file than others does not count.
    let private states (folder: string) : (int64 * string) list =
        let all =
            [
                for file in Directory.GetFiles(folder, "state.*") do
                    match Int64.TryParse(Path.GetExtension(file).TrimStart '.') with
                    | true, step -> step, file, FileInfo(file).Length
                    | _ -> ()
            ]

        match all with
        | [] -> []
        | _ ->
            let longest = all |> List.map (fun (_, _, length) -> length) |> List.max

            all
            |> List.filter (fun (_, _, length) -> length = longest)
            |> List.map (fun (step, file, _) -> step, file)
            |> List.sortByDescending fst

    /// States before the last two are of no use any more.
    let private forgetOldStates (folder: string) =
        states folder |> List.skip (min 2 (states folder).Length) |> List.iter (snd >> File.Delete)

    let private kill (started: Process) =
        try
            started.Kill true
            started.WaitForExit()
        with :? InvalidOperationException ->
            () // it ended by itself

    /// Exit codes of a process that SIGINT or SIGTERM ended.
    let private endedBySignal = [ 128 + 2; 128 + 15 ]

    /// Starts LAMMPS in a folder and waits for its end; looks every 0.2 s how far it is.
    let private execute (program: string) (threads: int) (folder: string) (watch: unit -> unit) (run: Run) =
        let several =
            if threads = 1 then
                []
            else
                [ "-sf"; "omp"; "-pk"; "omp"; string threads ]

        let info =
            ProcessStartInfo(
                program,
                [ "-in"; "in.lammps"; "-log"; "log.lammps"; "-screen"; "none"; "-nocite" ] @ several,
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            )

        info.Environment["OMP_NUM_THREADS"] <- string threads

        match Process.Start info with
        | null -> Error(MiceError.ToolFailed("LAMMPS", "it did not start"))
        | started ->
            use started = started
            let output = started.StandardOutput.ReadToEndAsync()
            let errors = started.StandardError.ReadToEndAsync()

            try
                while not (started.WaitForExit 200) do
                    watch ()
                    Run.stopIfCancelled run
            finally
                kill started

            let log = Path.Combine(folder, "log.lammps")

            if started.ExitCode = 0 then
                Ok()
            else
                // A terminal sends Ctrl-C to LAMMPS and to this process at once, and LAMMPS may be the faster one to end.
                if List.contains started.ExitCode endedBySignal then
                    run.Cancel.WaitHandle.WaitOne(TimeSpan.FromSeconds 2.0) |> ignore

                Run.stopIfCancelled run
                let text = if File.Exists log then File.ReadAllText log else ""
                Error(MiceError.ToolFailed("LAMMPS", faultOf (text + "\n" + output.Result + "\n" + errors.Result)))

    /// The first steps of the parts of a production, ascending, with the step at which the next part takes over.
    let private parts (folder: string) : (int64 * int64) list =
        let firsts =
            [
                for file in Directory.GetFiles(folder, "part.*.dump") do
                    match Int64.TryParse((Path.GetFileName file).Split('.')[1]) with
                    | true, step -> step
                    | _ -> ()
            ]
            |> List.sort

        List.pairwise (firsts @ [ Int64.MaxValue ])

    let private collect (o: LammpsOptions) (folder: string) : Result<LammpsRun, MiceError list> =
        let inPart (first, last) step = step > first && step <= last

        let result =
            {
                Trajectory = Path.Combine(folder, "trajectory.dump.gz")
                Thermo = Path.Combine(folder, "thermo.csv")
            }

        let snapshots =
            [|
                for first, last in parts folder do
                    for frame in Trajectory.frames (Path.Combine(folder, $"part.{first}.dump")) do
                        match frame with
                        | Ok snapshot when inPart (first, last) snapshot.Step -> snapshot
                        | _ -> () // the state that the next part started from tells where this one ended
            |]

        let rows =
            [|
                for first, last in parts folder do
                    match ThermoTable.read (Path.Combine(folder, $"thermo.{first}.csv")) with
                    | Ok table -> yield! table.Rows |> Array.filter (fun r -> inPart (first, last) (int64 r[0]))
                    | Error _ -> ()
            |]

        let needed = int (LammpsOptions.productionSteps o / int64 o.ThermoEvery)

        if snapshots.Length <> o.Snapshots || rows.Length <> needed then
            let found =
                $"it left {snapshots.Length} snapshots and {rows.Length} rows, not {o.Snapshots} and {needed}"

            Error [ MiceError.ToolFailed("LAMMPS", found) ]
        else
            RunStore.saveAtomically result.Thermo (fun stream ->
                use writer = new StreamWriter(stream, leaveOpen = true)
                writer.Write "step,time_ps,T_K,P_bar,V_A3,U_eV,H_eV,in_dump\n"

                for r in rows do
                    writer.Write(
                        String.Join(',', r |> Array.map (fun x -> x.ToString CultureInfo.InvariantCulture)) + "\n"
                    ))

            // The last file to appear: where it is, the run is finished.
            Trajectory.write TrajectoryFormat.LammpsDump result.Trajectory snapshots
            Ok result

    let private clean (folder: string) =
        for pattern in [ "part.*.dump"; "thermo.*.csv"; "state.*"; "preparation.csv"; "*.eam.fs" ] do
            for file in Directory.GetFiles(folder, pattern) do
                if Path.GetFileName file <> "thermo.csv" then
                    File.Delete file

    /// Writes the input for what is left to do; gives the step of the production to start from, or −1 for the very beginning.
    let private prepare (threads: int) (o: LammpsOptions) (folder: string) : Result<int64, MiceError> =
        let start = states folder |> List.tryHead |> Option.map fst

        if start.IsNone then
            clean folder

        let script =
            match start with
            | Some step -> LammpsScript.rest threads o step
            | None -> LammpsScript.whole threads o

        File.WriteAllText(Path.Combine(folder, "in.lammps"), script)

        match o.Route with
        | PotentialRoute.Kim -> KimModel.library o.Model |> Result.map ignore
        | PotentialRoute.Table ->
            KimModel.table o.Model
            |> Result.map (fun bytes -> File.WriteAllBytes(Path.Combine(folder, LammpsScript.tableFile o), bytes))
        |> Result.map (fun () -> defaultArg start -1L)

    let private finish (o: LammpsOptions) program threads folder (run: Run) (start: int64) =
        let size = $"{LammpsOptions.atoms o} atoms, {o.Snapshots} snapshots"
        let before = float (LammpsOptions.preparationSteps o)
        let all = before + float (LammpsOptions.productionSteps o)

        let watch () =
            let production = lastStep (Path.Combine(folder, $"thermo.{max start 0L}.csv"))
            let preparation = lastStep (Path.Combine(folder, "preparation.csv"))

            let steps =
                if production > 0L then before + float production
                elif start >= 0L then before + float start
                else float preparation

            Run.tell "molecular dynamics" (min 1.0 (steps / all)) size run
            forgetOldStates folder

        match execute program threads folder watch run with
        | Error error -> Error [ error ]
        | Ok() -> collect o folder

    /// <summary>Makes the snapshots of one phase, or the rest of them.</summary>
    /// <param name="options">What to simulate.</param>
    /// <param name="run">Its token kills LAMMPS; what was stored until then is used by the next call. Seeds and threads are those of the options.</param>
    /// <param name="folder">Where the files go; made when it does not exist.</param>
    /// <returns>The files, or what is wrong: options out of range, no LAMMPS, no model, another run in the folder, or LAMMPS' own
    /// error message. A resumed run is another sample of the same ensemble, not the same trajectory.</returns>
    let run (options: LammpsOptions) (run: Run) (folder: string) : Result<LammpsRun, MiceError list> =
        let single result = Result.mapError List.singleton result

        match LammpsOptions.check options with
        | [] ->
            RunStore.openOrCreate folder (RunStore.identity (("program", "lammps") :: LammpsOptions.describe options))
            |> Result.bind (fun _ ->
                let final = Path.Combine(folder, "trajectory.dump.gz")

                if File.Exists final then
                    Run.tell "molecular dynamics" 1.0 "done" run

                    Ok
                        {
                            Trajectory = final
                            Thermo = Path.Combine(folder, "thermo.csv")
                        }
                else
                    single (
                        find ()
                        |> Result.bind (fun program ->
                            threadsFor (help program) options.Threads
                            |> Result.bind (fun threads ->
                                prepare threads options folder |> Result.map (fun start -> program, threads, start)))
                    )
                    |> Result.bind (fun (program, threads, start) -> finish options program threads folder run start)
                    |> Result.map (fun result ->
                        clean folder
                        Run.tell "molecular dynamics" 1.0 "done" run
                        result))
        | errors -> Error errors
