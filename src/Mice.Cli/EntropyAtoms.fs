namespace Mice.Cli

open Argu
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots
open Plotly.NET

/// `mice entropy atoms`: snapshots of one phase in, excess entropy out.
[<RequireQualifiedAccess>]
module EntropyAtoms =

    /// What a method found, ready to be shown.
    type private Found =
        {
            Description: ResultDescription
            Figures: unit -> (string * GenericChart list) list
        }

    type private Job =
        {
            Options: RunOptions
            Method: Estimators -> Snapshot[] -> ControlVariate option -> Run -> Result<Found, MiceError list>
            Trajectory: Trajectory
            Control: ControlVariate option
            /// What the readers say about both files.
            Warnings: string list
        }

    /// What an estimator finds in snapshots, without their thermal noise where that is known.
    let private shown estimate withControl describe figures snapshots (control: ControlVariate option) run =
        estimate run snapshots
        |> Result.map (fun result ->
            let result =
                control |> Option.fold (fun result control -> withControl control result) result

            {
                Description = describe result
                Figures = fun () -> figures (Outputs.pairs snapshots) result
            })

    let private scan options (estimators: Estimators) =
        shown (estimators.Scan options) ScanEntropy.withControl ScanDescription.create ScanFigures.all

    let private denoising options (estimators: Estimators) =
        shown
            (estimators.Denoising options)
            DenoisingEntropy.withControl
            DenoisingDescription.create
            DenoisingFigures.all

    /// Methods by name, each from whether it is to be quick and the symmetry.
    let private methods =
        [
            "scan", (fun quick symmetry -> SharedOptions.scan quick symmetry |> ScanOptions.check |> Result.map scan)
            "denoising",
            fun quick symmetry ->
                { (if quick then
                       DenoisingOptions.quick
                   else
                       DenoisingOptions.defaults) with
                    Symmetry = symmetry
                }
                |> DenoisingOptions.check
                |> Result.map denoising
        ]

    let private ofName (name: string) =
        match methods |> List.tryFind (fun (known, _) -> known = name) with
        | Some(_, create) -> Ok create
        | None -> Error [ MiceError.UnknownName("method", name, List.map fst methods) ]

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

            and! create =
                r.TryGetResult EntropyArgument.Method |> Option.defaultValue "scan" |> ofName

            and! control, ofTable = control r trajectory
            and! options = SharedOptions.read given.Shared
            let! chosen = create (r.Contains EntropyArgument.Quick) symmetry

            return
                {
                    Options = options
                    Method = chosen
                    Trajectory = trajectory
                    Control = control
                    Warnings = trajectory.Warnings @ ofTable
                }
        }

    let private finish (estimators: Estimators) (job: Job) (found: Found) : int =
        found.Description
        |> Outputs.finish
            job.Options
            (Outputs.title "Entropy" job.Trajectory.Snapshots)
            (estimators.Versions())
            found.Figures

    let private work (estimators: Estimators) given (job: Job) =
        if not job.Options.Quiet then
            job.Warnings |> List.iter (eprintfn "Warning: %s")

        Runs.withCheckpoints
            [ "entropy"; "atoms" ]
            given
            job.Options
            (job.Method estimators job.Trajectory.Snapshots job.Control)

    /// The verb.
    let verb: Verb =
        Verb.create<EntropyArgument, _, _>
            ([ "entropy"; "atoms" ], "excess entropy of one phase from its snapshots", "")
            read
            work
            finish
