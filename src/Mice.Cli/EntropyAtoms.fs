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
            let conditions =
                validate {
                    let! table = Options.thermo "--thermo" file
                    and! temperature = Options.temperature kelvin
                    and! pressure = Options.pressure (r.TryGetResult EntropyArgument.Pressure)

                    return
                        table,
                        {
                            Temperature = temperature * 1.0<K>
                            Pressure = pressure * 1.0<bar>
                        }
                }

            let steps =
                match trajectory with
                | Ok trajectory -> Trajectory.stepFaults trajectory
                | Error _ -> []

            validate {
                let! table, conditions = conditions
                and! () = steps

                return!
                    match trajectory with
                    | Ok trajectory ->
                        ControlVariate.thermal conditions trajectory.Snapshots table
                        |> Result.map (fun control -> Some control, table.Warnings)
                    // The trajectory tells its own faults.
                    | Error _ -> Ok(None, [])
            }

    let private read (given: GivenArguments<EntropyArgument>) : Read<Job> =
        let r = given.Own
        let trajectory = Options.trajectory "FILE" (r.TryGetResult EntropyArgument.File)

        validate {
            let! trajectory = trajectory

            and! symmetry =
                r.TryGetResult EntropyArgument.Symmetry |> Option.defaultValue "none" |> Options.symmetry

            and! control, ofTable = control r trajectory
            and! options = SharedOptions.read given.Shared

            let! scan =
                SharedOptions.scan (r.Contains EntropyArgument.Quick) symmetry |> ScanOptions.check

            return
                {
                    Options = options
                    Scan = scan
                    Trajectory = trajectory
                    Control = control
                    Warnings = trajectory.Warnings @ ofTable
                }
        }

    let private estimate (estimators: Estimators) (job: Job) (run: Run) =
        estimators.Scan job.Scan run job.Trajectory.Snapshots
        |> Result.map (fun result ->
            match job.Control with
            | Some control -> ScanEntropy.withControl control result
            | None -> result)

    let private finish (estimators: Estimators) (job: Job) (result: ScanResult) : int =
        ScanDescription.create result
        |> Outputs.finish
            job.Options
            (Outputs.title "Entropy" job.Trajectory.Snapshots)
            (estimators.Versions())
            (fun () -> ScanFigures.all (Outputs.pairs job.Trajectory.Snapshots) result)

    let private work (estimators: Estimators) given (job: Job) =
        if not job.Options.Quiet then
            job.Warnings |> List.iter (eprintfn "Warning: %s")

        Runs.withCheckpoints [ "entropy"; "atoms" ] given job.Options (estimate estimators job)

    /// The verb.
    let verb: Verb =
        Verb.create<EntropyArgument, _, _>
            ([ "entropy"; "atoms" ], "excess entropy of one phase from its snapshots", "")
            read
            work
            finish
