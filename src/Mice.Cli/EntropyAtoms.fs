namespace Mice.Cli

open Argu
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots

/// `mice entropy atoms`: snapshots of one phase in, excess entropy out.
[<RequireQualifiedAccess>]
module EntropyAtoms =

    type private Job =
        {
            Options: RunOptions
            Scan: ScanOptions
            Trajectory: Trajectory
            Control: ControlVariate option
            /// What the readers say about both files.
            Warnings: string list
        }

    /// −ln p of the snapshots from the table, where one was given, and what the reader says about the table.
    let private control
        (r: ParseResults<EntropyArgument>)
        (trajectory: Read<Trajectory>)
        : Read<ControlVariate option * string list> =
        match r.TryGetResult EntropyArgument.Thermo, r.TryGetResult EntropyArgument.Temperature with
        | None, None -> Ok(None, [])
        | None, Some _ -> Error [ MiceError.OutOfRange("--thermo", "missing", "a table beside --temperature") ]
        | file, kelvin ->
            let table = Options.thermo "--thermo" file
            let temperature = Options.temperature kelvin
            let pressure = Options.pressure (r.TryGetResult EntropyArgument.Pressure)

            let steps =
                match trajectory with
                | Ok trajectory -> Trajectory.stepFaults trajectory
                | Error _ -> []

            match Options.faults table @ Options.faults temperature @ Options.faults pressure @ steps, trajectory with
            | [], Ok trajectory ->
                let conditions =
                    {
                        Temperature = Options.get temperature * 1.0<K>
                        Pressure = Options.get pressure * 1.0<bar>
                    }

                let table = Options.get table

                ControlVariate.thermal conditions trajectory.Snapshots table
                |> Result.map (fun control -> Some control, table.Warnings)
            | [], Error _ -> Ok(None, [])
            | faults, _ -> Error faults

    let private read (given: GivenArguments<EntropyArgument>) : Read<Job> =
        let r = given.Own
        let options = SharedOptions.read given.Shared

        let symmetry =
            r.TryGetResult EntropyArgument.Symmetry |> Option.defaultValue "none" |> Options.symmetry

        let trajectory = Options.trajectory "FILE" (r.TryGetResult EntropyArgument.File)

        let control = control r trajectory

        match
            Options.faults trajectory
            @ Options.faults symmetry
            @ Options.faults control
            @ Options.faults options
        with
        | [] ->
            let options, trajectory = Options.get options, Options.get trajectory
            let control, ofTable = Options.get control
            let scan = SharedOptions.scan (r.Contains EntropyArgument.Quick) options

            let job =
                {
                    Options = options
                    Scan = scan (Options.get symmetry)
                    Trajectory = trajectory
                    Control = control
                    Warnings = trajectory.Warnings @ ofTable
                }

            ScanOptions.check job.Scan |> Result.map (fun _ -> job)
        | faults -> Error faults

    let private estimate (estimators: Estimators) (job: Job) token (directory: string) =
        Checkpoints.scan job.Scan job.Trajectory.Snapshots directory
        |> Result.bind (fun store ->
            Display.withProgress job.Options.Quiet (fun report ->
                estimators.Scan job.Scan token report (Some store) job.Trajectory.Snapshots))
        |> Result.map (fun result ->
            match job.Control with
            | Some control -> ScanEntropy.withControl control result
            | None -> result)

    let private finish (estimators: Estimators) (job: Job) (result: ScanResult) : int =
        let versions = estimators.Versions()
        let headings, rows = ScanReport.numbers result
        Display.table headings rows
        printfn $"\n{ScanReport.meaning}\n"
        Display.checks result.Checks

        let report () =
            let names = job.Trajectory.Snapshots[0].SpeciesNames |> String.concat ", "
            ScanReport.create $"Entropy of {names}" versions (Outputs.pairs job.Trajectory.Snapshots) result

        Outputs.finish job.Options (JsonResult.entropy versions result) report result.Checks

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            if not job.Options.Quiet then
                job.Warnings |> List.iter (eprintfn "Warning: %s")

            Runs.withCheckpoints
                [ "entropy"; "atoms" ]
                (List.ofArray given)
                job.Options.Resume
                (estimate estimators job)

        Runs.verb (Arguments.parse<EntropyArgument> "entropy atoms" given) read work (finish estimators)
