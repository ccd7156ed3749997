namespace Mice.Autoregressive

open System
open Mice
open Mice.Learning
open Mice.Tensors

/// How the conditional law of spins is learned. Start from SpinConditionalOptions.defaults.
type SpinConditionalOptions =
    {
        /// Sites seen to either side along every axis but the last: rows.
        Deep: int
        /// Sites seen to either side along the last axis: columns.
        Wide: int
        /// Units of each of the two hidden layers.
        Width: int
        /// Optimiser steps.
        Steps: int
        /// Sites in each step.
        BatchSites: int
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        LearningRate: float
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module SpinConditionalOptions =
    /// 2 rows and 12 columns to each side, 64 units, 4,000 steps of 2,048 sites. With interactions between neighbours a spin depends on the past only through
    /// its own row and the row above, so columns far to the sides tell more than rows far above.
    let defaults =
        {
            Deep = 2
            Wide = 12
            Width = 64
            Steps = 4000
            BatchSites = 2048
            LearningRate = 4e-3
        }

    /// <summary>Checks all fields: Wide 0 or more, the learning rate above 0, the others 1 or more.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: SpinConditionalOptions) : Result<SpinConditionalOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "rows seen by the scan" options.Deep
            and! () = Validate.atLeast 0 "columns seen by the scan" options.Wide
            and! () = Validate.atLeast 1 "width of the scan" options.Width
            and! () = Validate.atLeast 1 "training steps of scan" options.Steps
            and! () = Validate.atLeast 1 "sites of a training step of scan" options.BatchSites
            and! () = Validate.positive "learning rate of scan" options.LearningRate
            return options
        }

    /// The window of the law on a torus.
    let internal window (options: SpinConditionalOptions) (shape: int[]) : SpinWindow =
        let last = shape.Length - 1

        SpinWindow.create
            (Array.init shape.Length (fun axis -> if axis = last then options.Wide else options.Deep))
            shape

/// <summary>The law q(sᵢ | s before i) of a spin given the spins before it. <c>IsingConditional</c>, <c>StatesConditional</c> and <c>PlanarConditional</c>
/// make such laws.</summary>
type SpinConditional<'spin> =
    internal
        {
            /// Parameters before training.
            Init: Key -> Params
            /// Widths of the arrays that describe a site: how many numbers each array has per site.
            Widths: int[]
            /// Writes the description of a site into one row of the arrays, which are all 0 before. The arguments: snapshot, site, row, arrays [·; width].
            Describe: 'spin[] -> int -> int -> float32[][] -> unit
            /// −ln q of every row, nats, [rows]: parameters → arrays as tensors [rows; width].
            Surprise: Params -> Tensor[] -> Tensor
            /// Draws a spin for every row; the site's own spin in the description is ignored. The arguments: parameters, randomness, arrays as tensors [rows;
            /// width].
            Draw: Params -> Generator -> Tensor[] -> 'spin[]
        }

/// Training of conditional laws, likelihoods of snapshots, and drawing of configurations.
[<RequireQualifiedAccess>]
module SpinConditional =
    /// Sites that are evaluated together.
    [<Literal>]
    let private Chunk = 16384

    /// Parameters before training.
    let initial (key: Key) (law: SpinConditional<'spin>) : Params = law.Init key

    /// Descriptions of several sites, as tensors.
    let internal described (law: SpinConditional<'spin>) count (site: int -> struct ('spin[] * int)) =
        let arrays =
            law.Widths |> Array.map (fun width -> Array.zeroCreate<float32>(count * width))

        for row in 0 .. count - 1 do
            let struct (snapshot, number) = site row
            law.Describe snapshot number row arrays

        Array.map2 (fun width array -> Tensor.ofArray [ count; width ] array) law.Widths arrays

    /// How often each site may be drawn in training on average before training has to watch for overfitting.
    [<Literal>]
    let private SafeRepeats = 4.0

    /// Sites in one evaluation of the snapshots that are kept out of training.
    [<Literal>]
    let private LookSites = 8192

    /// Snapshots for training; and, where each site would be drawn too often, an eighth of the snapshots (two or more) to watch for overfitting.
    let private split (options: SpinConditionalOptions) (snapshots: 'spin[][]) =
        let sites = float snapshots.Length * float snapshots[0].Length
        let repeats = float options.Steps * float options.BatchSites / sites

        if repeats <= SafeRepeats || snapshots.Length < 16 then
            struct (snapshots, None)
        else
            let training, watched = snapshots |> Array.splitAt (snapshots.Length * 7 / 8)
            struct (training, Some watched)

    /// Cross-entropy of a fixed set of sites, nats per site.
    let private look (law: SpinConditional<'spin>) key (watched: 'spin[][]) parameters =
        let generator = Key.generator key

        Tensor.scope (fun () ->
            described law LookSites (fun _ ->
                let snapshot = watched[generator.NextInt watched.Length]
                struct (snapshot, generator.NextInt snapshot.Length))
            |> law.Surprise parameters
            |> Tensor.mean
            |> Tensor.item)

    /// <summary>Trains by cross-entropy on sites taken at random from snapshots taken at random. Where every site would be drawn more than four
    /// times, an eighth of the snapshots is kept out of training and the parameters that describe it best are the result.</summary>
    /// <param name="options">Steps, batch, learning rate.</param>
    /// <param name="law">The law.</param>
    /// <param name="first">Parameters to start from, such as parameters trained at a neighbouring temperature; None for random ones.</param>
    /// <param name="snapshots">Training snapshots, [n][sites].</param>
    /// <param name="run">Key, token, progress and store; the checkpoint is called network.</param>
    /// <returns>The state at the end, losses in nats per site; errors: BadFile for a checkpoint of another network.</returns>
    let train
        (options: SpinConditionalOptions)
        (law: SpinConditional<'spin>)
        (first: Params option)
        (snapshots: 'spin[][])
        (run: Run)
        : Result<TrainingState, MiceError list> =
        let random = law.Init(Key.named "parameters" run.Key)
        let start = first |> Option.map (Params.inForm random) |> Option.defaultValue random
        let struct (training, watched) = split options snapshots

        let plan =
            { TrainingPlan.create
                  "network"
                  options.Steps
                  (Schedule.cosine options.LearningRate 0.0 (int64 options.Steps)) with
                Selection = if watched.IsSome then Selection.Best else Selection.Last
                Message = fun state -> $"{TrainingState.recentLoss state:F3} nats per site"
            }

        let draw step =
            let generator = run.Key |> Key.named "sites" |> Key.item step |> Key.generator

            described law options.BatchSites (fun _ ->
                let snapshot = training[generator.NextInt training.Length]
                struct (snapshot, generator.NextInt snapshot.Length))

        let objective =
            { Objective.ofLoss draw (fun sites p -> law.Surprise p sites |> Tensor.mean) with
                Held = watched |> Option.map (look law (Key.named "watched" run.Key))
            }

        Training.run plan objective (TrainingState.start plan.Optimiser start) run

    /// <summary>−ln q of a whole snapshot, nats.</summary>
    /// <param name="law">The law.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="spins">The snapshot, [sites].</param>
    let surpriseOf (law: SpinConditional<'spin>) (parameters: Params) (spins: 'spin[]) : float =
        Array.init spins.Length id
        |> Array.chunkBySize Chunk
        |> Array.sumBy (fun sites ->
            Tensor.scope (fun () ->
                described law sites.Length (fun row -> struct (spins, sites[row]))
                |> law.Surprise parameters
                |> Tensor.convert DType.Float64
                |> Tensor.sum
                |> Tensor.item))

    /// <summary>Configurations drawn from the law, independent of each other: spin after spin in the order of the rows, all configurations
    /// together.</summary>
    /// <param name="law">The law.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="sites">N, the number of sites of the torus that the law was made for.</param>
    /// <param name="count">How many configurations.</param>
    /// <param name="run">Key, token and progress.</param>
    /// <returns>[count][sites].</returns>
    let sample (law: SpinConditional<'spin>) (parameters: Params) (sites: int) (count: int) (run: Run) : 'spin[][] =
        let generator = Key.generator run.Key
        let drawn = Array.init count (fun _ -> Array.zeroCreate<'spin> sites)
        let told = Run.counter "drawing" (int64 sites) run

        for site in 0 .. sites - 1 do
            Run.stopIfCancelled run

            Tensor.scope (fun () ->
                described law count (fun row -> struct (drawn[row], site))
                |> law.Draw parameters generator
                |> Array.iteri (fun row spin -> drawn[row][site] <- spin))

            told ()

        drawn
