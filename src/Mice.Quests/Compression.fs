namespace Mice.Quests

open System
open Mice

/// How the frames of a smaller set are chosen.
[<RequireQualifiedAccess>]
type CompressionMethod =
    /// Maximum set coverage: next the frame f with the largest max δH(its atoms | those taken) + H(f). Keeps rare environments.
    | Coverage
    /// Farthest point: next the frame whose smallest mean distance to a frame taken is largest.
    | FarthestPoint
    /// k-means of the frames' mean descriptors; the frame nearest to each centre.
    | KMeans
    /// Any frames.
    | Random

/// When and how a set is made smaller.
type CompressionOptions =
    {
        Method: CompressionMethod
        /// h, 1/Å.
        Bandwidth: float
        /// The most frames that are taken, 1 or more.
        Frames: int
        /// Taking ends when H of the frames taken grows by less, nats, twice in a row; for coverage, farthest point and random.
        LeastGain: float<nat> option
    }

/// The frames of a smaller set, in the order in which they were taken.
type Compression =
    {
        /// Frames, from 0.
        Order: int[]
        /// H and D of the environments of the frames taken so far, nats.
        Entropy: float<nat>[]
        Diversity: float<nat>[]
        /// The share of all environments with δH below the threshold with respect to the frames taken (and the reference).
        Overlap: float
        /// H and D of all frames, nats.
        Whole: float<nat>
        WholeDiversity: float<nat>
    }

/// <summary>Choosing the frames that say most.</summary>
/// <remarks>Source: arXiv:2511.10561 (maximum set coverage) and arXiv:2404.12367.</remarks>
[<RequireQualifiedAccess>]
module Compression =
    /// Methods by the names that users write.
    let methods: (string * CompressionMethod * string) list =
        [
            "coverage",
            CompressionMethod.Coverage,
            "frames with the environments that are least known yet (maximum set coverage)"
            "farthest", CompressionMethod.FarthestPoint, "frames that are farthest from those taken"
            "kmeans", CompressionMethod.KMeans, "a frame from each of as many clusters"
            "random", CompressionMethod.Random, "any frames"
        ]

    /// What is known after some frames were taken.
    type private State =
        {
            Taken: int list
            /// ln S of all environments over those of the frames taken and of the reference.
            Logarithms: float[]
            /// ln S over the frames taken alone.
            Own: float[]
        }

    /// ln(eᵃ + eᵇ).
    let private logAdd (a: float) (b: float) =
        let high, low = max a b, min a b

        if Double.IsNegativeInfinity low then
            high
        else
            high + Math.Log(1.0 + exp (low - high))

    /// The state with one more frame.
    let private take (run: Run) bandwidth (environments: Environments) (state: State) (f: int) : State =
        let silent = { run with Progress = ignore }
        let reference = Environments.frame f environments

        match KernelSums.over silent [| bandwidth |] reference environments.Points with
        | Error faults -> invalidOp (faults |> List.map MiceError.message |> String.concat " ")
        | Ok found ->
            {
                Taken = f :: state.Taken
                Logarithms = Array.map2 logAdd state.Logarithms found[0]
                Own = Array.map2 logAdd state.Own found[0]
            }

    let private members (environments: Environments) (frames: seq<int>) : int[] =
        [|
            for f in frames do
                yield! [| environments.Offsets[f] .. environments.Offsets[f + 1] - 1 |]
        |]

    /// Frames that were not taken yet.
    let private left (environments: Environments) (state: State) : int[] =
        let taken = Set.ofList state.Taken
        [| 0 .. Environments.frames environments - 1 |] |> Array.filter (fun f -> not (taken.Contains f))

    /// Of equally good frames the first.
    let private best (score: int -> float) (frames: int[]) : int = frames |> Array.maxBy score

    let private mostSurprising (entropies: float[]) (environments: Environments) (state: State) : int =
        let surprise f =
            let mutable most = -infinity

            for i in environments.Offsets[f] .. environments.Offsets[f + 1] - 1 do
                most <- max most -state.Logarithms[i]

            most + entropies[f]

        left environments state |> best surprise

    /// Mean distance of all environments of one frame from all of another, for all frames.
    let private distancesFrom (run: Run) (environments: Environments) (f: int) : float[] =
        let reference = Environments.frame f environments
        let means = KernelSums.meanDistances run reference environments.Points
        Environments.byFrame means environments |> Array.map Array.average

    let private clustered (run: Run) (count: int) (environments: Environments) : int[] =
        let means =
            Array.init (Environments.frames environments) (fun f ->
                let frame = Environments.frame f environments
                let rows = Array.init frame.Count (fun i -> PointSet.row i frame)
                Array.init frame.Dimension (fun k -> rows |> Array.averageBy (fun r -> r[k])))

        Clusters.kMeans run.Key count means |> Clusters.medoids means

    let private faults (options: CompressionOptions) (environments: Environments) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of frames to keep" options.Frames

            if options.Frames > Environments.frames environments then
                MiceError.TooFewData("frames", Environments.frames environments, options.Frames, "Keep fewer frames.")

            match options.LeastGain with
            | Some gain -> yield! Validate.that "the least gain" "a finite number, nats" Double.IsFinite (float gain)
            | None -> ()
        ]

    /// Takes frames one after the other until there are enough, or nothing is gained any more.
    let private greedy (run: Run) (options: CompressionOptions) environments (start: State) (next: State -> int) =
        let metrics = ResizeArray<struct (float * float)>()

        let measure (state: State) =
            let logs = members environments state.Taken |> Array.map (fun i -> state.Own[i])
            metrics.Add(struct (EnvironmentEntropy.entropyOf logs, EnvironmentEntropy.diversityOf logs))

        let entropy back =
            let struct (h, _) = metrics[metrics.Count - 1 - back]
            h

        let isIdle () =
            match options.LeastGain with
            | Some gain when metrics.Count > 2 -> max (entropy 0 - entropy 1) (entropy 1 - entropy 2) < float gain
            | _ -> false

        let rec go (state: State) =
            Run.stopIfCancelled run
            let state = take run options.Bandwidth environments state (next state)
            measure state
            let count = state.Taken.Length
            Run.tell "frames" (float count / float options.Frames) $"{count} of {options.Frames} frames" run

            if count = options.Frames || isIdle () then
                state
            else
                go state

        struct (go start, metrics.ToArray())

    /// The next frame of a method, from what was taken.
    let private chooser run (options: CompressionOptions) (isConditional: bool) environments (entropies: float[]) =
        let all = [| 0 .. Environments.frames environments - 1 |]
        let first = all |> best (fun f -> entropies[f])

        match options.Method with
        | CompressionMethod.Coverage ->
            fun (state: State) ->
                if state.Taken.IsEmpty && not isConditional then
                    first
                else
                    mostSurprising entropies environments state
        | CompressionMethod.FarthestPoint ->
            let nearest = Array.create all.Length infinity

            fun state ->
                match state.Taken with
                | [] -> first
                | last :: _ ->
                    distancesFrom run environments last |> Array.iteri (fun f d -> nearest[f] <- min nearest[f] d)

                    left environments state |> best (fun f -> nearest[f])
        | CompressionMethod.KMeans
        | CompressionMethod.Random ->
            let order =
                if options.Method = CompressionMethod.KMeans then
                    clustered run options.Frames environments
                else
                    (Key.generator run.Key).Shuffle all
                    all

            fun state -> order[state.Taken.Length]

    /// <summary>Chooses frames.</summary>
    /// <param name="run">Randomness, threads, progress, cancellation.</param>
    /// <param name="options">Which and how many.</param>
    /// <param name="reference">Environments that are known already: for coverage frames are sought that add to these, and none comes first.</param>
    /// <param name="environments">All frames.</param>
    /// <returns>Errors: OutOfRange, TooFewData (frames), Mismatch (numbers of components).</returns>
    let create
        (run: Run)
        (options: CompressionOptions)
        (reference: PointSet option)
        (environments: Environments)
        : Result<Compression, MiceError list> =
        let points = environments.Points

        validate {
            let! () = faults options environments

            let! known =
                match reference with
                | None -> Ok(Array.create points.Count -infinity)
                | Some set -> KernelSums.over run [| options.Bandwidth |] set points |> Result.map Array.head

            let! whole =
                EnvironmentEntropy.metrics (Run.within 0.0 0.3 "all frames" run) options.Bandwidth environments

            let! frames =
                EnvironmentEntropy.perFrame (Run.within 0.3 0.1 "frames" run) options.Bandwidth environments

            let entropies = frames |> Array.map (fun f -> float f.Entropy.Value)
            let part = Run.within 0.4 0.6 "" run

            let struct (state, metrics) =
                chooser run options reference.IsSome environments entropies
                |> greedy
                    part
                    options
                    environments
                    {
                        Taken = []
                        Logarithms = known
                        Own = Array.create points.Count -infinity
                    }

            let covered =
                state.Logarithms
                |> Array.filter (fun s -> -s < float EnvironmentComparison.threshold)
                |> Array.length

            return
                {
                    Order = state.Taken |> List.rev |> Array.ofList
                    Entropy = metrics |> Array.map (fun (struct (h, _)) -> h * 1.0<nat>)
                    Diversity = metrics |> Array.map (fun (struct (_, d)) -> d * 1.0<nat>)
                    Overlap = float covered / float points.Count
                    Whole = whole.Entropy.Value
                    WholeDiversity = whole.Diversity.Value
                }
        }
