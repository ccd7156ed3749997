namespace Mice.Autoregressive

open System
open System.Threading
open Mice
open Mice.Tensors
open Mice.Samplers

/// How the conditional law of spins is learned. Start from SpinConditionalOptions.defaults.
type SpinConditionalOptions =
    {
        /// Rows seen above, and below where the torus brings them round.
        Deep: int
        /// Columns seen to the left and to the right.
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
    /// 2 rows and 12 columns to each side, 64 units, 4,000 steps of 2,048 sites. With interactions between neighbours a spin depends on those
    /// before it only through the last row above and its own row: far to the sides tells more than far up.
    let defaults =
        {
            Deep = 2
            Wide = 12
            Width = 64
            Steps = 4000
            BatchSites = 2048
            LearningRate = 4e-3
        }

/// <summary>The law of a spin given those before it, q(sᵢ = ±1) = 1/(1 + exp(∓f)), f a network of its window.</summary>
type SpinConditional =
    internal
        {
            Window: SpinWindow
            /// Whether the law is that of a model without a field: q(−s | −past) = q(s | past).
            Symmetric: bool
            Network: Layer
        }

/// Learning the law of a spin given those before it, and what it says of snapshots.
[<RequireQualifiedAccess>]
module SpinConditional =
    /// Sites that are evaluated together.
    [<Literal>]
    let private Chunk = 16384

    /// <summary>An untrained law.</summary>
    /// <param name="options">Sizes.</param>
    /// <param name="symmetric">Whether it is to be symmetric under a global flip.</param>
    /// <param name="rows">Rows of the torus.</param>
    /// <param name="columns">Columns of the torus.</param>
    let create (options: SpinConditionalOptions) (symmetric: bool) (rows: int) (columns: int) : SpinConditional =
        let window = SpinWindow.create options.Deep options.Wide rows columns

        {
            Window = window
            Symmetric = symmetric
            Network = Layer.mlp Nn.silu [ SpinWindow.size window; options.Width; options.Width; 1 ]
        }

    /// Parameters before training.
    let initial (key: Key) (law: SpinConditional) : Params = law.Network.Init key

    let private optimiser (options: SpinConditionalOptions) =
        Optimiser.adam
            { AdamOptions.defaults with
                LearningRate = Schedule.cosine options.LearningRate 0.0 (int64 options.Steps)
            }

    /// f of every row, [rows].
    let private logOdds (law: SpinConditional) (parameters: Params) (features: Tensor) (signs: Tensor) =
        signs * (law.Network.Apply Mode.Evaluation parameters features |> Tensor.squeeze 1)

    /// −ln q of every row, nats, [rows].
    let private surprise law parameters features signs (spins: Tensor) =
        -(spins * logOdds law parameters features signs) |> Nn.softplus

    /// Sites taken at random from snapshots taken at random: features, signs, spins.
    let private draw (law: SpinConditional) (snapshots: sbyte[][]) count (generator: Generator) =
        let features = GC.AllocateUninitializedArray(count * SpinWindow.size law.Window)
        let signs, spins = Array.zeroCreate count, Array.zeroCreate count

        for i in 0 .. count - 1 do
            let snapshot = snapshots[generator.NextInt snapshots.Length]
            let site = generator.NextInt snapshot.Length
            SpinWindow.describe law.Symmetric law.Window snapshot [| site |] i features signs
            spins[i] <- float32 snapshot[site]

        struct (Tensor.ofArray [ count; SpinWindow.size law.Window ] features,
                Tensor.ofArray [ count ] signs,
                Tensor.ofArray [ count ] spins)

    /// <summary>Trains by cross-entropy on sites taken at random.</summary>
    /// <param name="options">Steps, batch, learning rate.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <param name="progress">Told the step and its loss, nats per site.</param>
    /// <param name="key">All randomness.</param>
    /// <param name="law">The law.</param>
    /// <param name="first">Parameters to start from, as those of a neighbouring temperature; None for random ones.</param>
    /// <param name="snapshots">Training snapshots, [n][rows·columns], ±1.</param>
    let train
        (options: SpinConditionalOptions)
        (cancel: CancellationToken)
        (progress: int -> float -> unit)
        (key: Key)
        (law: SpinConditional)
        (first: Params option)
        (snapshots: sbyte[][])
        : Params =
        let adam = optimiser options

        let start =
            first |> Option.defaultWith (fun () -> law.Network.Init(Key.named "parameters" key))

        let step struct (parameters, moments) i =
            cancel.ThrowIfCancellationRequested()
            let generator = key |> Key.named "sites" |> Key.item i |> Key.generator

            Tensor.scope (fun () ->
                let struct (features, signs, spins) =
                    draw law snapshots options.BatchSites generator

                let loss p =
                    surprise law p features signs spins |> Tensor.mean

                let struct (value, next, moments) = Optimiser.step adam loss parameters moments
                progress i value
                struct (next, moments))

        let struct (trained, _) =
            Seq.init options.Steps id |> Tensor.fold step struct (start, adam.Init start)

        trained

    /// <summary>−ln q of a whole snapshot, nats.</summary>
    /// <param name="law">The law.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="spins">The snapshot, [rows·columns], ±1.</param>
    let surpriseOf (law: SpinConditional) (parameters: Params) (spins: sbyte[]) : float =
        Array.init spins.Length id
        |> Array.chunkBySize Chunk
        |> Array.sumBy (fun sites ->
            let size = SpinWindow.size law.Window
            let features = GC.AllocateUninitializedArray(sites.Length * size)
            let signs = Array.zeroCreate sites.Length
            SpinWindow.describe law.Symmetric law.Window spins sites 0 features signs

            Tensor.scope (fun () ->
                let own = sites |> Array.map (fun i -> float32 spins[i])

                surprise
                    law
                    parameters
                    (Tensor.ofArray [ sites.Length; size ] features)
                    (Tensor.ofArray [ sites.Length ] signs)
                    (Tensor.ofArray [ sites.Length ] own)
                |> Tensor.convert DType.Float64
                |> Tensor.sum
                |> Tensor.item))
