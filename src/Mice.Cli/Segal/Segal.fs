namespace Mice.Cli

open System.Diagnostics
open Argu
open Mice
open Mice.Learning
open Mice.Plots
open Mice.Segal

/// `mice segal …`: one network for the thermodynamics of a lattice over temperature and field.
[<RequireQualifiedAccess>]
module Segal =
    type private TrainJob =
        {
            Options: RunOptions
            Start: SegalNetwork
            Preset: SegalPreset
            Output: string
        }

    type private Trained =
        { Result: SegalTrained; Seconds: float }

    /// A way of learning from the values of --training, --steps and what snapshots were given.
    let private presetOf (name: string option) (steps: int option) (own: ThermalSnapshots option) : Read<SegalPreset> =
        let names = SegalPresets.all |> List.map _.Name
        let name = defaultArg name SegalPresets.mixed.Name

        match SegalPresets.all |> List.tryFind (fun p -> p.Name = name), own with
        | None, _ -> Error [ MiceError.UnknownName("training", name, names) ]
        | Some preset, Some _ when not (SegalTrainingOptions.usesSnapshots preset.Options) ->
            Error
                [
                    MiceError.Mismatch("--training and --snapshots", name, "snapshots for mixed and forward alone")
                ]
        | Some preset, own ->
            Ok
                { preset with
                    Options =
                        { preset.Options with
                            Steps = defaultArg steps preset.Options.Steps
                            Source = own |> Option.map SnapshotSource.Given |> Option.defaultValue preset.Options.Source
                        }
                }

    let private readTraining (given: GivenArguments<SegalTrainArgument>) : Read<TrainJob> =
        let r = given.Own

        validate {
            let! system =
                SegalArguments.systemOf
                    (r.TryGetResult SegalTrainArgument.System)
                    (r.TryGetResult SegalTrainArgument.Size)
                    (r.TryGetResult SegalTrainArgument.Coupling)

            and! temperature =
                GridArguments.range "--temperature" (r.TryGetResult SegalTrainArgument.Temperature)

            and! field = GridArguments.range "--field" (r.TryGetResult SegalTrainArgument.Field)
            and! steps = Options.count "--steps" (r.TryGetResult SegalTrainArgument.Steps)
            and! widths = SegalArguments.widths (r.TryGetResult SegalTrainArgument.Widths)

            and! output =
                Options.outputEnding "--output" [ ".safetensors" ] (r.TryGetResult SegalTrainArgument.Output)

            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            let! start =
                SegalNetwork.create
                    (Key.named "network" (RunOptions.run options).Key)
                    { SegalNetwork.form with
                        Widths = widths
                    }
                    {
                        Temperature = temperature
                        Field = field
                    }
                    system

            let! own =
                SegalSnapshotFiles.read
                    system
                    (r.TryGetResult SegalTrainArgument.Snapshots)
                    (r.TryGetResult SegalTrainArgument.Conditions)

            let! preset = presetOf (r.TryGetResult SegalTrainArgument.Training) steps own
            // Before anything is written.
            let! () = SegalTrainingOptions.faults preset.Options start

            return
                {
                    Options = options
                    Start = start
                    Preset = preset
                    Output = output
                }
        }

    let private train given (job: TrainJob) =
        Runs.withCheckpoints [ "segal"; "train" ] given job.Options (fun run ->
            let clock = Stopwatch.StartNew()

            SegalTraining.train run job.Preset.Options job.Start
            |> Result.map (fun trained ->
                {
                    Result = trained
                    Seconds = clock.Elapsed.TotalSeconds
                }))

    let private finishTraining (job: TrainJob) (result: Trained) : int =
        SegalDescription.training job.Preset.Name job.Preset.Options result.Result result.Seconds
        |> Outputs.finishWithFiles
            job.Options
            "Network of a lattice"
            [ fun () -> SegalFile.write job.Output result.Result.Network ]
            (fun () -> [ "Training", [ SegalFigures.training result.Result.State.Curve ] ])

    /// How a network is asked.
    type private Method =
        | Weights of SegalMethod
        | Chains of NeuralChainOptions

    type private MapJob =
        {
            Options: RunOptions
            Network: SegalNetwork
            Grid: SegalGrid
            Sampling: SemiGrandOptions
            Method: Method
            IsExact: bool
            Derivatives: bool
        }

    type private Asked =
        | Weighed of SegalMap
        | Walked of NeuralMap

    /// Values that have to be given, or may be left out for so many over the range.
    let private places
        (name: string)
        (count: int option)
        (low: float, high: float)
        (text: string option)
        : Read<float[]> =
        match text, count with
        | None, Some count -> Ok(GridArguments.even low high (if low = high then 1 else count))
        | text, _ -> GridArguments.values name text

    let private methodOf (name: string option) (rounds: int option) (operations: int) : Read<Method> =
        let chains = SegalArguments.chains rounds operations

        match name, rounds with
        | (None | Some "snis"), None -> Ok(Weights SegalMethod.ImportanceSampling)
        | (None | Some "snis"), Some count ->
            Error
                [
                    MiceError.Mismatch("--method and --rounds", $"snis, {count}", "rounds for mcmc and mbar alone")
                ]
        | Some "mbar", _ -> Ok(Weights(SegalMethod.Mbar(Some chains)))
        | Some "mcmc", _ -> Ok(Chains chains)
        | Some other, _ -> Error [ MiceError.UnknownName("method", other, [ "snis"; "mcmc"; "mbar" ]) ]

    /// Whether responses of the network are asked for, which chains have not.
    let private derivatives (method: Method) (isAsked: bool) : Read<bool> =
        match method with
        | Chains _ when isAsked ->
            Error
                [
                    MiceError.Mismatch("--method and --derivatives", "mcmc", "derivatives for snis and mbar alone")
                ]
        | _ -> Ok isAsked

    /// What a verb does where nothing is said.
    type private MapDefaults =
        {
            /// Temperatures and fields; None asks for them.
            Places: (int * int) option
            Sampling: SemiGrandOptions
        }

    let private readMap (defaults: MapDefaults) (given: GivenArguments<SegalEvaluateArgument>) : Read<MapJob> =
        let r = given.Own

        validate {
            let! network =
                Options.input "NETWORK" (r.TryGetResult SegalEvaluateArgument.File)
                |> Result.bind (SegalFile.read None)

            and! samples =
                Options.count "--samples" (r.TryGetResult SegalEvaluateArgument.Samples)

            and! operations =
                Options.count "--operations" (r.TryGetResult SegalEvaluateArgument.Operations)

            and! rounds = Options.count "--rounds" (r.TryGetResult SegalEvaluateArgument.Rounds)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared
            let moved = operations |> Option.defaultValue defaults.Sampling.Operations

            let! method = methodOf (r.TryGetResult SegalEvaluateArgument.Method) rounds moved

            let! hasDerivatives =
                derivatives method (r.Contains SegalEvaluateArgument.Derivatives)

            and! temperatures =
                places
                    "--temperature"
                    (Option.map fst defaults.Places)
                    network.Range.Temperature
                    (r.TryGetResult SegalEvaluateArgument.Temperature)

            and! fields =
                places
                    "--field"
                    (Option.map snd defaults.Places)
                    network.Range.Field
                    (r.TryGetResult SegalEvaluateArgument.Field)

            return
                {
                    Options = options
                    Network = network
                    Grid =
                        {
                            Temperatures = temperatures
                            Fields = fields
                        }
                    Sampling =
                        {
                            Samples = samples |> Option.defaultValue defaults.Sampling.Samples
                            Operations = moved
                        }
                    Method = method
                    IsExact = r.Contains SegalEvaluateArgument.Exact
                    Derivatives = hasDerivatives
                }
        }

    let private ask (job: MapJob) (run: Run) =
        match job.Method with
        | Weights method ->
            SegalMap.by method run job.Sampling job.Grid job.IsExact job.Network
            |> Result.bind (fun map ->
                if job.Derivatives then
                    SegalMap.withResponses run job.Sampling.Samples job.Network map
                else
                    Ok map)
            |> Result.map Weighed
        | Chains o -> NeuralMap.create run o job.Grid job.IsExact job.Network |> Result.map Walked

    let private finishMap (job: MapJob) (found: Asked) : int =
        let description, figures =
            match found with
            | Weighed map -> SegalMapDescription.create job.Network map, (fun () -> SegalFigures.all map)
            | Walked map -> NeuralMap.describe job.Network map, (fun () -> SegalFigures.ofNeuralMap map)

        description
        |> Outputs.finish job.Options "Lattice over temperature and field" (Estimators.versions []) figures

    let private mapVerb (word: string) (summary: string) (defaults: MapDefaults) : Verb =
        Verb.create<SegalEvaluateArgument, _, _>
            ([ "segal"; word ], summary, "")
            (readMap defaults)
            (fun _ _ job -> Runs.stoppable job.Options (ask job))
            (fun _ -> finishMap)

    /// The verbs.
    let verbs: Verb list =
        [
            Verb.create<SegalTrainArgument, _, _>
                ([ "segal"; "train" ], "a network for all temperatures and fields of a lattice", "")
                readTraining
                (fun _ given job -> train given job)
                (fun _ -> finishTraining)

            mapVerb
                "evaluate"
                "free energies and compositions from a trained network"
                {
                    Places = None
                    Sampling = SegalArguments.evaluation
                }
            mapVerb
                "diagram"
                "phases over all temperatures and fields of a trained network"
                {
                    Places = Some(8, 33)
                    Sampling = SegalArguments.diagram
                }
        ]
