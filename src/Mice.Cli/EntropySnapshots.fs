namespace Mice.Cli

open System.IO
open Argu
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers

/// What `mice entropy snapshots FILE` takes beside what every verb does.
type SnapshotsArgument =
    | [<MainCommand; Unique>] File of file: string
    | Spins of kind: string
    | Symmetry of lattice: string
    | Global_Symmetry
    | Group of count: string
    | Temperature of value: string
    | Model of name: string
    | Method of names: string
    | [<CustomCommandLine("--error")>] LargestError of nats: string
    | Quick

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ ->
                "snapshots: .npy of [snapshots; rows; columns], and further axes, or .spins, as mice sample writes them"
            | Spins _ ->
                "±1 (or +-1, ising), angles (or xy), in radians, or states (or potts), from 0 on; a .npy file of these needs --states"
            | Symmetry _ ->
                "symmetry of their law: none, square (on three axes cubic) or triangular; default that of the model when --temperature is given, none otherwise"
            | Global_Symmetry ->
                "their law does not change when all spins of a snapshot are flipped (angles: rotated, states: renamed) together; follows from --temperature without --field"
            | Group _ -> "neighbouring snapshots that are not independent, such as those of one chain; default 1"
            | Temperature _ ->
                "T of the model that they are in equilibrium of: takes thermal noise out and tells how loose the scan's bound is"
            | Model _ -> "that model; default the first that fits: ising, xy, potts and so on"
            | Method _ -> "mice, scan, compression, both (mice and scan; default) or all; counting not for angles"
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
            Data: LatticeGiven
            Conditions: LatticeConditions
            LargestError: float option
            /// What was assumed of the snapshots, by name.
            Assumed: (string * string) list
        }

    /// Parameters of all models, for those of the snapshots' one.
    let private free: FreeArgument list =
        LatticeSystems.all |> List.collect LatticeArguments.free |> List.distinctBy _.Name

    /// Arguments of the model without its temperature; how many states there are is told of the file too.
    let private homeless (given: GivenArguments<SnapshotsArgument>) : MiceError list =
        let names =
            [
                if given.Own.Contains SnapshotsArgument.Model then
                    "model"
                yield! given.Free |> List.map fst |> List.except [ Potts.States ]
            ]

        [
            if not (given.Own.Contains SnapshotsArgument.Temperature) then
                for name in names do
                    MiceError.OutOfRange($"--{name}", "given without --temperature", "both or none")
        ]

    let private temperature (text: string option) : Read<float option> =
        match text with
        | None -> Ok None
        | Some text -> Options.number "--temperature" "a number above 0" (fun t -> t > 0.0) text |> Result.map Some

    /// The equilibrium, where the snapshots can be read.
    let private equilibrium (given: GivenArguments<SnapshotsArgument>) source (data: Read<LatticeGiven>) =
        validate {
            let! () = homeless given
            and! temperature = temperature (given.Own.TryGetResult SnapshotsArgument.Temperature)

            let claims: SnapshotClaims =
                {
                    Temperature = temperature
                    Model = given.Own.TryGetResult SnapshotsArgument.Model
                    Parameters = given.Free
                }

            return!
                match data with
                | Ok data -> GivenSnapshots.equilibrium claims source data
                // Its own faults are told.
                | Error _ -> Ok None
        }

    /// The symmetry that is named, else that of the model.
    let private symmetry (name: string option) (data: Read<LatticeGiven>) : Read<(string * SpinSymmetry) option> =
        let ofLattice word lattice =
            match data with
            | Ok data -> Ok(Some(word, SpinSymmetry.ofLattice lattice false (LatticeGiven.shape data)))
            | Error _ -> Ok None

        let isPlane =
            data |> Result.map (fun data -> (LatticeGiven.shape data).Length = 2) |> Result.defaultValue true

        match name with
        | None -> Ok None
        | Some "none" -> Ok(Some("none", SpinSymmetry.none))
        | Some("square" | "cubic" as word) when (word = "square") = isPlane -> ofLattice word Lattice.Square
        | Some "triangular" when isPlane -> ofLattice "triangular" Lattice.Triangular
        | Some other ->
            let known =
                if isPlane then
                    [ "none"; "square"; "triangular" ]
                else
                    [ "none"; "cubic" ]

            Error [ MiceError.UnknownName("symmetry", other, known) ]

    /// The symmetry of the law by its name, and whether all spins may be changed together.
    let private law together named (model: ThermalModel option) : struct (string * SpinSymmetry) =
        let struct (name, known) =
            match named, model with
            | Some(name, symmetry), _ -> struct (name, symmetry)
            | None, Some m -> struct (m.System.Lattice, m.System.Symmetry)
            | None, None -> struct ("none", SpinSymmetry.none)

        let together =
            together || model |> Option.exists (fun m -> SpinSymmetry.together m.System.Symmetry)

        struct (name, SpinSymmetry.withTogether together known)

    let private assumed name symmetry group (model: ThermalModel option) : (string * string) list =
        [
            "symmetry", name
            "global_symmetry", (if SpinSymmetry.together symmetry then "yes" else "no")
            "snapshots_in_a_group", string group

            match model with
            | Some m ->
                "temperature", Number.text m.Temperature
                "model", m.System.Name
                yield! m.System.Parameters
            | None -> ()
        ]

    let private methodsOf (r: ParseResults<SnapshotsArgument>) (data: Read<LatticeGiven>) =
        let known =
            match data with
            | Ok given -> LatticeSnapshotEntropy.methods given
            | Error _ -> LatticeMethod.ofAnySpins

        LatticeArguments.methods known (r.TryGetResult SnapshotsArgument.Method)

    let private read (given: GivenArguments<SnapshotsArgument>) : Read<Job> =
        let r = given.Own
        let file = r.TryGetResult SnapshotsArgument.File

        let data =
            GivenSnapshots.read file (r.TryGetResult SnapshotsArgument.Spins) given.Free

        let source = GivenSnapshots.source file

        validate {
            let! data' = data
            and! model = equilibrium given source data
            and! named = symmetry (r.TryGetResult SnapshotsArgument.Symmetry) data
            and! group = Options.count "--group" (r.TryGetResult SnapshotsArgument.Group)
            and! methods = methodsOf r data
            and! error = LatticeArguments.error (r.TryGetResult SnapshotsArgument.LargestError)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            let struct (name, symmetry) =
                law (r.Contains SnapshotsArgument.Global_Symmetry) named model

            let group =
                group |> Option.orElse (source |> Option.map _.SnapshotsPerChain) |> Option.defaultValue 1

            return
                {
                    Options = options
                    Entropy = LatticeArguments.entropy (r.Contains SnapshotsArgument.Quick) methods
                    File = Option.get file
                    Data = data'
                    LargestError = error
                    Conditions = GivenSnapshots.conditions symmetry group model data'
                    Assumed = assumed name symmetry group model
                }
        }

    let private estimate (estimators: Estimators) (job: Job) (run: Run) =
        estimators.LatticeSnapshots job.Entropy run job.Conditions job.Data

    let private finish (estimators: Estimators) (job: Job) (points: LatticeResult list) : int =
        let count = LatticeGiven.count job.Data
        let sides = LatticeShape.text (LatticeGiven.shape job.Data)
        let title = $"{Path.GetFileName job.File}: {count} snapshots of {sides} sites"

        LatticeOutputs.finish
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
        Verb.createWith<SnapshotsArgument, _, _>
            free
            ([ "entropy"; "snapshots" ], "entropy of your own lattice snapshots: spins ±1, angles or states", "")
            read
            work
            finish
