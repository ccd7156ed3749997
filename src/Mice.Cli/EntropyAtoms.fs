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

    type private Job =
        {
            Options: RunOptions
            Methods: ParticleMethod list
            Trajectory: Trajectory
            Control: ControlVariate option
            /// What the readers say about both files.
            Warnings: string list
        }

    /// Word for all methods, one after the other.
    [<Literal>]
    let private Both = "both"

    /// The methods that a word stands for.
    let private methods quick symmetry (word: string) : Read<ParticleMethod list> =
        let ofName name =
            ParticleMethod.ofName quick name
            |> Result.map (ParticleMethod.withSymmetry symmetry)
            |> Result.mapError (fun _ -> [ MiceError.UnknownName("method", name, ParticleMethod.names @ [ Both ]) ])

        (if word = Both then ParticleMethod.names else [ word ]) |> List.map ofName |> Validate.all

    /// The methods for the kind of phase that was declared, if one was.
    let private withPhase (given: string option) (methods: ParticleMethod list) : Read<ParticleMethod list> =
        match given with
        | None -> Ok methods
        | Some _ when methods |> List.forall _.IsScan ->
            Error
                [
                    MiceError.Mismatch("--phase and --method", "a kind of phase", "scan, which knows none")
                ]
        | Some name ->
            DenoisingOptions.phaseOfName name
            |> Result.map (fun phase -> methods |> List.map (ParticleMethod.withPhase phase))

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

            let! methods =
                r.TryGetResult EntropyArgument.Method
                |> Option.defaultValue ParticleMethod.names.Head
                |> methods (r.Contains EntropyArgument.Quick) symmetry
                |> Result.bind (withPhase (r.TryGetResult EntropyArgument.Phase))
                |> Result.map (List.map (if control.IsSome then id else ParticleMethod.boundAlone))

            return
                {
                    Options = options
                    Methods = methods
                    Trajectory = trajectory
                    Control = control
                    Warnings = trajectory.Warnings @ ofTable
                }
        }

    let private finish (estimators: Estimators) (job: Job) (found: ParticleEntropy list) : int =
        let snapshots = job.Trajectory.Snapshots

        ParticleDescription.create found
        |> Outputs.finish job.Options (Outputs.title "Entropy" snapshots) (estimators.Versions()) (fun () ->
            ParticleFigures.ofSeveral (Outputs.pairs snapshots) found)

    /// Bounds by all methods, one after the other, without thermal noise where that is known.
    let private estimate (estimators: Estimators) (job: Job) (run: Run) : Read<ParticleEntropy list> =
        let share = 1.0 / float job.Methods.Length

        let ofMethod i method =
            let part = run |> Run.within (float i * share) share ""

            // One method keeps its state in the directory itself, several keep it in directories of their own.
            let part =
                if job.Methods.Length = 1 then
                    part
                else
                    part |> Run.below (ParticleMethod.name method)

            estimators.Particles method part job.Trajectory.Snapshots
            |> Result.map (fun found -> job.Control |> Option.fold (fun f c -> ParticleEntropy.withControl c f) found)

        // The first fault ends the work: what stands behind it has the same snapshots.
        (Ok [], List.indexed job.Methods)
        ||> List.fold (fun found (i, method) ->
            found |> Result.bind (fun before -> ofMethod i method |> Result.map (fun one -> before @ [ one ])))

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
