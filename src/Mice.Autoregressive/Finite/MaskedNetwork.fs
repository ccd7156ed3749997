namespace Mice.Autoregressive

open System.Collections.Concurrent
open Mice

/// A network for the states of a finite number of sites under conditions.
type MaskedNetwork =
    {
        Shape: MaskedShape
        /// As many as <c>MaskedShape.weights</c>: layer by layer, site by site, row by row.
        Weights: float32[]
    }

/// <summary>What is known of a site without any network, from the states of those before it: numbers for its states, to which those of the network are added before they become probabilities. It is asked
/// for up to 32 samples that stand one after the other, by one thread, for all sites in their order.</summary>
/// <remarks>states: [samples; sites], row-major; sample: the first of them; count: how many; site; numbers: [states; 32] to be filled, one column for each sample.</remarks>
type MaskedPrior = delegate of states: byte[] * sample: int * count: int * site: int * numbers: float32[] -> unit

/// What samples are drawn under.
type MaskedConditions =
    {
        /// [samples; conditions], row-major: what the layers are given.
        Values: float32[]
        /// What the outputs of each sample are multiplied by before they become probabilities, [samples]; None for 1.
        Scales: float32[] option
        /// What is known without the network; every thread makes one of its own.
        Prior: (unit -> MaskedPrior) option
    }

/// States of all sites of some samples, with their probabilities.
type MaskedSamples =
    {
        /// [samples; sites], row-major: the states, from 0.
        States: byte[]
        /// ln q of each sample, nats.
        Logarithms: float[]
    }

/// <summary>Networks for the states of a finite number of sites under conditions: making, drawing, probabilities, gradients.</summary>
/// <remarks>Results do not depend on the number of threads.</remarks>
[<RequireQualifiedAccess>]
module MaskedNetwork =
    /// Gradients are added up in so many parts, whatever the threads.
    let private parts = 8

    let private lanes = MaskedVectors.Lanes

    /// <summary>A network before training: weights uniform, of variance 2/3 by the largest number of inputs of a unit, as published.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="shape">The shape.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let create (key: Key) (shape: MaskedShape) : Result<MaskedNetwork, MiceError list> =
        match MaskedShape.faults shape with
        | [] ->
            let generator = Key.generator key
            let offsets = MaskedShape.offsets shape
            let weights = Array.zeroCreate<float32>(MaskedShape.weights shape)

            for layer in 0 .. MaskedShape.layers shape - 1 do
                let inputs = shape.Conditions + shape.Sites * MaskedShape.fan shape layer
                let width = sqrt (2.0 / float inputs)

                for w in offsets[layer][0] .. offsets[layer][shape.Sites] - 1 do
                    weights[w] <- float32 (width * (2.0 * generator.NextFloat() - 1.0))

            Ok { Shape = shape; Weights = weights }
        | faults -> Error faults

    /// What a thread works with.
    [<NoEquality; NoComparison>]
    type private Worker =
        {
            Lanes: MaskedLanes
            Prior: MaskedPrior option
            /// What the prior fills, [states; lanes].
            Numbers: float32[]
        }

    let private worker (network: MaskedNetwork) (conditions: MaskedConditions) : Worker =
        {
            Lanes = MaskedLanes network.Shape
            Prior = conditions.Prior |> Option.map (fun create -> create ())
            Numbers = Array.zeroCreate (network.Shape.States * lanes)
        }

    /// A block of samples: who works on it, its first sample, how many there are.
    [<Struct; NoEquality; NoComparison>]
    type private Block =
        {
            Worker: Worker
            First: int
            Count: int
        }

    /// Work on blocks of samples.
    let private blocks (run: Run) (network: MaskedNetwork) conditions (count: int) (work: Block -> unit) : unit =
        let idle = ConcurrentBag<Worker>()

        let one (run: Run) (first: int) =
            Run.stopIfCancelled run

            let own =
                match idle.TryTake() with
                | true, own -> own
                | _ -> worker network conditions

            work
                {
                    Worker = own
                    First = first
                    Count = min lanes (count - first)
                }

            idle.Add own
            Ok()

        Run.jobs (fun _ -> 1.0) one [| 0..lanes .. count - 1 |] { run with Progress = ignore } |> ignore

    let private conditioned (conditions: MaskedConditions) (block: Block) =
        let own = block.Worker.Lanes

        for lane in 0 .. lanes - 1 do
            // Lanes without a sample have the conditions of the first.
            let sample = block.First + (if lane < block.Count then lane else 0)
            own.Condition(lane, conditions.Values, sample)
            own.Scale(lane, conditions.Scales |> Option.map (Array.item sample) |> Option.defaultValue 1.0f)

    /// Goes through the sites of a block; what a sample's site is in is set when its probabilities are known.
    let private pass
        (network: MaskedNetwork)
        (conditions: MaskedConditions)
        (states: byte[])
        (block: Block)
        (state: int -> int -> unit)
        (logarithms: float[])
        =
        let own, first, count = block.Worker.Lanes, block.First, block.Count
        let sites = network.Shape.Sites
        conditioned conditions block

        for site in 0 .. sites - 1 do
            own.Step(network.Weights, site)

            match block.Worker.Prior with
            | None -> ()
            | Some prior ->
                prior.Invoke(states, first, count, site, block.Worker.Numbers)
                own.Add(site, block.Worker.Numbers)

            own.Normalise site

            for lane in 0 .. lanes - 1 do
                if lane < count then
                    state lane site
                    let s = int states[(first + lane) * sites + site]
                    own.Set(lane, site, s)
                    logarithms[first + lane] <- logarithms[first + lane] + float (own.Logarithm(lane, site, s))
                else
                    own.Set(lane, site, 0)

    let private countOf (network: MaskedNetwork) (conditions: MaskedConditions) =
        let length = conditions.Values.Length

        if length = 0 || length % network.Shape.Conditions <> 0 then
            invalidArg (nameof conditions) $"Give {network.Shape.Conditions} conditions for each sample."

        length / network.Shape.Conditions

    /// <summary>Draws a sample for each set of conditions.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="network">The network.</param>
    /// <param name="conditions">What each sample is drawn under.</param>
    let sample (run: Run) (network: MaskedNetwork) (conditions: MaskedConditions) : MaskedSamples =
        let n, sites = countOf network conditions, network.Shape.Sites

        let states, logarithms =
            Array.zeroCreate<byte>(n * sites), Array.zeroCreate<float> n

        blocks run network conditions n (fun block ->
            let own, first = block.Worker.Lanes, block.First
            let generator = run.Key |> Key.item first |> Key.generator

            let draw lane site =
                let mutable rest = generator.NextFloat()
                let mutable state = 0
                rest <- rest - exp (float (own.Logarithm(lane, site, 0)))

                while rest >= 0.0 && state < network.Shape.States - 1 do
                    state <- state + 1
                    rest <- rest - exp (float (own.Logarithm(lane, site, state)))

                states[(first + lane) * sites + site] <- byte state

            pass network conditions states block draw logarithms)

        {
            States = states
            Logarithms = logarithms
        }

    /// <summary>ln q of given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="network">The network.</param>
    /// <param name="conditions">What each sample is drawn under.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let logarithms (run: Run) (network: MaskedNetwork) (conditions: MaskedConditions) (states: byte[]) : float[] =
        let n = countOf network conditions
        let found = Array.zeroCreate<float> n

        blocks run network conditions n (fun block -> pass network conditions states block (fun _ _ -> ()) found)

        found

    /// <summary>Σ c ∇ ln q over given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="network">The network.</param>
    /// <param name="conditions">What each sample is drawn under.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    /// <param name="coefficients">c of each sample.</param>
    /// <returns>The sum, as many numbers as weights, and ln q of each sample.</returns>
    let gradient
        (run: Run)
        (network: MaskedNetwork)
        (conditions: MaskedConditions)
        (states: byte[])
        (coefficients: float[])
        : struct (float32[] * float[]) =
        let n = countOf network conditions

        let sums =
            Array.init parts (fun _ -> Array.zeroCreate<float32> network.Weights.Length)

        let idle = Array.init parts (fun _ -> worker network conditions)
        let found = Array.zeroCreate<float> n

        let one (run: Run) (part: int) =
            let own = idle[part]
            let given = Array.zeroCreate<float32> lanes

            for first in part * lanes .. parts * lanes .. n - 1 do
                Run.stopIfCancelled run

                let block =
                    {
                        Worker = own
                        First = first
                        Count = min lanes (n - first)
                    }

                pass network conditions states block (fun _ _ -> ()) found

                for lane in 0 .. lanes - 1 do
                    given[lane] <-
                        if lane < block.Count then
                            float32 coefficients[first + lane]
                        else
                            0.0f

                own.Lanes.AddGradient(network.Weights, given, sums[part])

            Ok()

        Run.jobs (fun _ -> 1.0) one [| 0 .. parts - 1 |] { run with Progress = ignore } |> ignore
        let total = sums[0]

        for part in 1 .. parts - 1 do
            for w in 0 .. total.Length - 1 do
                total[w] <- total[w] + sums[part][w]

        struct (total, found)
