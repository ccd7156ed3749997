namespace Mice.Segal

open Mice
open Mice.Learning
open Mice.Tensors

/// How a network on crystal graphs learns energies. Start from CrystalGraphTraining.defaults.
type CrystalGraphTrainingOptions =
    {
        /// The form of the network.
        Form: CrystalGraphForm
        /// How often all training configurations are gone through.
        Epochs: int
        /// Configurations of a step.
        Batch: int
        /// Of Adam, at its highest: it grows over the first twentieth of the steps and falls to 0 along half a cosine.
        LearningRate: float
        /// Configurations by which the parameters are chosen.
        Validation: int
        /// Configurations that nothing is fitted to or chosen by.
        Test: int
    }

/// A trained network.
[<NoEquality; NoComparison>]
type CrystalGraphTrained =
    {
        /// With averaged parameters, those with the least squared error of the validation configurations.
        Network: CrystalGraphNetwork
        /// Its curve is the mean squared error, in units of the variance of training energies; its outcome says whether the training diverged, after which the network is not to be used.
        State: TrainingState
        /// Which configurations of the set nothing was fitted to or chosen by, from 0.
        Test: int[]
        /// Mean absolute error of these, meV per site.
        Error: Estimate<1>
        /// Mean absolute deviation of their energies from the mean of training energies, meV per site: the error of a network that has learned nothing else.
        Spread: Estimate<1>
    }

/// <summary>Training of a crystal-graph network on configurations with energies, by mean squared errors of energies per site.</summary>
[<RequireQualifiedAccess>]
module CrystalGraphTraining =
    /// The published form, 100 configurations in a step, 62 configurations for validation and 62 for the test; 100 epochs with a learning rate of 0.003, where 300 epochs with 0.01 and 0.001 are
    /// published for a network with batch normalisation. Without it the first steps at 0.01 go too far.
    let defaults: CrystalGraphTrainingOptions =
        {
            Form = CrystalGraphNetwork.form
            Epochs = 100
            Batch = 100
            LearningRate = 3e-3
            Validation = 62
            Test = 62
        }

    /// Decay of the average of parameters.
    let private averaging = 0.98

    /// Entries of the curve at most, at which validation configurations are looked at.
    let private looks = 100

    /// Configurations with energies per site in deviations from the mean of training energies.
    type private Examples =
        {
            Indices: Tensor
            Targets: Tensor
        }

        interface ITensors with
            member this.ForEachTensor action =
                action this.Indices
                action this.Targets

    /// What the parts of a training share.
    type private Lesson =
        {
            Run: Run
            Options: CrystalGraphTrainingOptions
            Set: CrystalGraphSet
            Graph: CrystalGraph
            /// Numbers of the configurations.
            Training: int[]
            Validation: int[]
            Test: int[]
            /// Of the energies per site of training configurations.
            Mean: float
            Deviation: float
        }

    /// <summary>What stands against a training.</summary>
    /// <param name="o">How.</param>
    /// <param name="set">Configurations with energies.</param>
    let faults (o: CrystalGraphTrainingOptions) (set: CrystalGraphSet) : MiceError list =
        [
            yield! CrystalGraphNetwork.faults o.Form
            yield! Validate.atLeast 1 "the number of epochs" o.Epochs
            yield! Validate.atLeast 1 "the configurations of a step" o.Batch
            yield! Validate.positive "the learning rate" o.LearningRate
            yield! Validate.atLeast 1 "the configurations for validation" o.Validation
            yield! Validate.atLeast 2 "the configurations for the test" o.Test
            let others = int64 o.Validation + int64 o.Test

            if int64 set.Energies.Length < others + 2L then
                MiceError.OutOfRange(
                    "the number of configurations",
                    string set.Energies.Length,
                    $"{others + 2L} or more, {others} of them for validation and test"
                )
        ]

    let private perSite (set: CrystalGraphSet) (i: int) =
        set.Energies[i] / float set.Supercell.Count

    let private lesson (run: Run) (o: CrystalGraphTrainingOptions) (set: CrystalGraphSet) (graph: CrystalGraph) =
        let order = Array.init set.Energies.Length id
        (run.Key |> Key.named "split" |> Key.generator).Shuffle order
        let test, rest = Array.splitAt o.Test order
        let validation, training = Array.splitAt o.Validation rest
        let energies = training |> Array.map (perSite set)
        let deviation = sqrt (Statistics.variance energies)

        {
            Run = run
            Options = o
            Set = set
            Graph = graph
            Training = training
            Validation = validation
            Test = test
            Mean = Array.average energies
            // Energies that are all equal are learned as they are.
            Deviation = if deviation > 0.0 then deviation else 1.0
        }

    let private examples (l: Lesson) (chosen: int[]) : Examples =
        let sites = l.Graph.Sites

        let targets =
            chosen |> Array.map (fun i -> float32 ((perSite l.Set i - l.Mean) / l.Deviation))

        {
            Indices =
                chosen
                |> Array.collect (fun i -> Array.sub l.Set.States (i * sites) sites)
                |> CrystalGraphNetwork.indices l.Graph
                |> Tensor.onto l.Run.Device
            Targets = Tensor.ofArray [ chosen.Length ] targets |> Tensor.onto l.Run.Device
        }

    let private loss (l: Lesson) (e: Examples) (p: Params) : Tensor =
        CrystalGraphNetwork.outputs l.Options.Form l.Graph p e.Indices - e.Targets
        |> Tensor.square
        |> Tensor.mean

    let private objective (l: Lesson) : Objective<Examples[]> =
        let batches = (l.Training.Length + l.Options.Batch - 1) / l.Options.Batch

        {
            RoundSteps = batches
            Draw =
                fun epoch _ ->
                    let order = Array.copy l.Training
                    (l.Run.Key |> Key.named "epochs" |> Key.item epoch |> Key.generator).Shuffle order
                    order |> Array.splitInto batches |> Array.map (examples l)
            Gradient =
                fun state batches step ->
                    let struct (value, gradient) =
                        Grad.valueAndGradient (loss l batches[step]) state.Parameters

                    struct (Tensor.item value, gradient, nan)
            Held = Some(fun p -> Tensor.scope (fun () -> loss l (examples l l.Validation) p |> Tensor.item))
        }

    let private plan (l: Lesson) (batches: int) : TrainingPlan =
        let o = l.Options
        let steps = o.Epochs * batches
        let growing = int64 (steps / 20)

        let rate =
            Schedule.cosine o.LearningRate 0.0 (int64 steps - growing) |> Schedule.warmUp growing

        { TrainingPlan.create "graph" steps rate with
            Averaging = averaging
            LookEvery = batches * max 1 (o.Epochs / looks)
            Selection = Selection.Best
            Message =
                fun state ->
                    let error = 1000.0 * l.Deviation * sqrt state.BestHeld
                    $"root mean square error of validation {error:F2} meV per site"
        }

    let private finish (l: Lesson) (n: CrystalGraphNetwork) (state: TrainingState) : CrystalGraphTrained =
        let network =
            { n with
                Mean = l.Mean
                Deviation = l.Deviation
                Parameters = Params.onto Device.cpu state.Best
            }

        let sites = l.Graph.Sites

        let found =
            l.Test
            |> Array.collect (fun i -> Array.sub l.Set.States (i * sites) sites)
            |> CrystalGraphNetwork.energies network l.Graph

        let milli values =
            values |> Array.map (fun x -> 1000.0 * abs x) |> Statistics.estimate Direction.Exact

        {
            Network = network
            State = state
            Test = l.Test
            Error = Array.map2 (fun energy i -> energy / float sites - perSite l.Set i) found l.Test |> milli
            Spread = l.Test |> Array.map (fun i -> perSite l.Set i - l.Mean) |> milli
        }

    let private notes (o: CrystalGraphTrainingOptions) (set: CrystalGraphSet) : (string * string) list =
        [
            yield! CrystalGraphFile.ofForm o.Form
            "epochs", string o.Epochs
            "batch", string o.Batch
            "learning_rate", Number.text o.LearningRate
            "validation", string o.Validation
            "test", string o.Test
            "set", CrystalGraphSet.digest set
        ]

    /// <summary>Trains a network. The set is divided at random into training, validation and test; images of one configuration in different parts make the error of the test too small,
    /// and <c>CrystalGraphSet.random</c> draws none. With a store training goes on from where it was.</summary>
    /// <param name="run">Key, threads, device, progress, cancellation, store.</param>
    /// <param name="o">How.</param>
    /// <param name="set">Configurations with energies.</param>
    /// <returns>The network with the error of its test. Errors: OutOfRange, Unavailable (no tensor library), Mismatch and BadFile of a store.</returns>
    let train
        (run: Run)
        (o: CrystalGraphTrainingOptions)
        (set: CrystalGraphSet)
        : Result<CrystalGraphTrained, MiceError list> =
        validate {
            let! () = faults o set
            and! () = Run.faults run
            and! () = Engine.load ()
            let! graph = CrystalGraph.create o.Form.Graph set.Supercell

            let! fresh =
                CrystalGraphNetwork.create (Key.named "network" run.Key) o.Form set.Supercell.Lattice

            let! claimed =
                Run.claim "training of a network on a crystal graph" (fun () -> notes o set) run

            Training.useThreads claimed
            let lesson = lesson claimed o set graph
            let objective = objective lesson
            let plan = plan lesson objective.RoundSteps

            let start =
                Tensor.scope (fun () ->
                    fresh.Parameters
                    |> Params.onto claimed.Device
                    |> CrystalGraphNetwork.standardised graph (examples lesson lesson.Training).Indices)

            let! state =
                Training.run plan objective (TrainingState.start plan.Optimiser start) claimed

            return finish lesson fresh state
        }
