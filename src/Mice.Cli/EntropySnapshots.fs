namespace Mice.Cli

open System.IO
open Argu
open Mice
open Mice.Entropy
open Mice.Samplers

/// What `mice entropy snapshots FILE` takes beside what every verb does.
type SnapshotsArgument =
    | [<MainCommand>] File of file: string
    | Spins of kind: string
    | Symmetry of lattice: string
    | Global_Symmetry
    | Group of count: string
    | Temperature of value: string
    | Lattice of name: string
    | Coupling of value: string
    | Field of value: string
    | Method of names: string
    | [<CustomCommandLine("--error")>] LargestError of nats: string
    | Quick

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "snapshots: .npy of [snapshots; rows; columns] or .spins, as mice sample writes them"
            | Spins _ -> "±1 (or +-1, ising) or angles (or xy), in radians"
            | Symmetry _ ->
                "symmetry of their law: none, square or triangular; default that of the model when --temperature is given, none otherwise"
            | Global_Symmetry ->
                "their law does not change when all spins of a snapshot are flipped (angles: rotated) together; follows from --temperature without --field"
            | Group _ -> "neighbouring snapshots that are not independent, such as those of one chain; default 1"
            | Temperature _ ->
                "T of the Ising or XY model that they are in equilibrium of: takes thermal noise out and tells how loose the scan's bound is"
            | Lattice _ -> "of that model: square (default) or triangular"
            | Coupling _ -> "J of that model: 1 (default) or -1"
            | Field _ -> "H of that model; default 0"
            | Method _ -> "mice, scan, compression, both (mice and scan; default) or all; for ±1 also counting"
            | LargestError _ ->
                "largest standard error that is wanted, nats per site; with a larger one the exit code is 2, with the snapshots that it would take"
            | Quick -> "a third of the training steps"

/// `mice entropy snapshots`: entropy of the user's own lattice data.
[<RequireQualifiedAccess>]
module EntropySnapshots =

    type private Job =
        {
            Options: RunOptions
            Entropy: LatticeEntropyOptions
            File: string
            Data: GivenSpins
            Conditions: LatticeConditions
            LargestError: float option
            /// What was assumed of the snapshots, by name.
            Assumed: (string * string) list
        }

    /// Arguments of the model without its temperature.
    let private homeless (r: ParseResults<SnapshotsArgument>) : MiceError list =
        [
            for name, given in
                [
                    "--lattice", r.Contains SnapshotsArgument.Lattice
                    "--coupling", r.Contains SnapshotsArgument.Coupling
                    "--field", r.Contains SnapshotsArgument.Field
                ] do
                if given && not (r.Contains SnapshotsArgument.Temperature) then
                    MiceError.OutOfRange(name, "given without --temperature", "both or none")
        ]

    let private temperature (text: string option) : Read<float option> =
        match text with
        | None -> Ok None
        | Some text -> Options.number "--temperature" "a number above 0" (fun t -> t > 0.0) text |> Result.map Some

    /// The model as it was given, else as the file tells it.
    let private thermal (r: ParseResults<SnapshotsArgument>) told : Read<ThermalModel option> =
        validate {
            let! () = homeless r
            and! temperature = temperature (r.TryGetResult SnapshotsArgument.Temperature)
            and! lattice = LatticeArguments.lattice (r.TryGetResult SnapshotsArgument.Lattice)
            and! coupling = LatticeArguments.coupling (r.TryGetResult SnapshotsArgument.Coupling)
            and! field = LatticeArguments.field (r.TryGetResult SnapshotsArgument.Field)

            return
                temperature
                |> Option.map (fun t ->
                    {
                        Temperature = t
                        Lattice = lattice
                        Coupling = coupling
                        Field = field
                        MeanEnergyPerSite = None
                    })
                |> Option.orElse told
        }

    /// The model when the snapshots can be of it.
    let private fittingModel (data: Read<GivenSpins>) (model: ThermalModel option) : Read<ThermalModel option> =
        match model, data with
        | Some m, Ok data when not (List.isEmpty (GivenSnapshots.modelFaults m data)) ->
            Error(GivenSnapshots.modelFaults m data)
        | _ -> Ok model

    /// The lattice whose symmetries the law of the snapshots has, where it has more than translations.
    let private symmetry (name: string option) : Read<(ThermalModel option -> Lattice option)> =
        match name with
        | None -> Ok(Option.map _.Lattice)
        | Some "none" -> Ok(fun _ -> None)
        | Some "square" -> Ok(fun _ -> Some Lattice.Square)
        | Some "triangular" -> Ok(fun _ -> Some Lattice.Triangular)
        | Some other -> Error [ MiceError.UnknownName("symmetry", other, [ "none"; "square"; "triangular" ]) ]

    let private assumed symmetry together group (model: ThermalModel option) : (string * string) list =
        [
            "symmetry", symmetry |> Option.map LatticeArguments.latticeName |> Option.defaultValue "none"
            "global_symmetry", (if together then "yes" else "no")
            "snapshots_in_a_group", string group

            match model with
            | Some m ->
                "temperature", Number.text m.Temperature
                "lattice", LatticeArguments.latticeName m.Lattice
                "coupling", Number.text m.Coupling
                "field", Number.text m.Field
            | None -> ()
        ]

    let private methodsOf (r: ParseResults<SnapshotsArgument>) (data: Read<GivenSpins>) =
        let known =
            match data with
            | Ok(GivenSpins.Angles _) -> LatticeSnapshotEntropy.methodsOfAngles
            | _ -> LatticeSnapshotEntropy.methodsOfSpins

        LatticeArguments.methods known (r.TryGetResult SnapshotsArgument.Method)

    let private read (given: GivenArguments<SnapshotsArgument>) : Read<Job> =
        let r = given.Own
        let file = r.TryGetResult SnapshotsArgument.File
        let data = GivenSnapshots.read file (r.TryGetResult SnapshotsArgument.Spins)
        let source = GivenSnapshots.source file

        validate {
            let! data' = data
            and! model = thermal r (source |> Option.map fst) |> Result.bind (fittingModel data)
            and! symmetry = symmetry (r.TryGetResult SnapshotsArgument.Symmetry)
            and! group = Options.count "--group" (r.TryGetResult SnapshotsArgument.Group)
            and! methods = methodsOf r data
            and! error = LatticeArguments.error (r.TryGetResult SnapshotsArgument.LargestError)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared
            let symmetry = symmetry model

            let together =
                r.Contains SnapshotsArgument.Global_Symmetry || model |> Option.exists (fun m -> m.Field = 0.0)

            let group =
                group |> Option.orElse (source |> Option.map snd) |> Option.defaultValue 1

            return
                {
                    Options = options
                    Entropy = LatticeArguments.entropy (r.Contains SnapshotsArgument.Quick) methods
                    File = Option.get file
                    Data = data'
                    LargestError = error
                    Conditions = GivenSnapshots.conditions symmetry together group model data'
                    Assumed = assumed symmetry together group model
                }
        }

    let private estimate (estimators: Estimators) (job: Job) (run: Run) =
        match job.Data with
        | GivenSpins.Spins s -> estimators.LatticeSpins job.Entropy run job.Conditions s
        | GivenSpins.Angles s -> estimators.LatticeAngles job.Entropy run job.Conditions s

    let private finish (estimators: Estimators) (job: Job) (points: LatticePoint list) : int =
        let struct (rows, columns, count) = GivenSnapshots.shape job.Data

        let title =
            $"{Path.GetFileName job.File}: {count} snapshots of {rows}×{columns} sites"

        LatticeResult.finish
            estimators
            job.Options
            title
            (job.Assumed @ LatticeEntropyOptions.describe job.Entropy)
            (LatticeArguments.tooFew job.LargestError count points)
            points

    let private work (estimators: Estimators) given (job: Job) =
        Runs.withCheckpoints [ "entropy"; "snapshots" ] given job.Options (estimate estimators job)

    /// The verb.
    let verb: Verb =
        Verb.create<SnapshotsArgument, _, _>
            ([ "entropy"; "snapshots" ], "entropy of your own lattice snapshots, spins ±1 or angles", "")
            read
            work
            finish
