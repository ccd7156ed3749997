namespace Mice.Quests

open System
open Mice
open Mice.Atoms

/// What makes a structure good.
[<RequireQualifiedAccess>]
type SearchScore =
    /// Small mean |δH − target|: environments that are new by so much, nats, and no more.
    | Target of float<nat>
    /// Large mean δH.
    | Average
    /// Large δH of the newest environment.
    | Greedy

/// How structures are changed until their environments are new. Start from SearchOptions.defaults and change fields with { … with … }.
type SearchOptions =
    {
        /// What a descriptor is.
        Environment: EnvironmentOptions
        /// h, 1/Å.
        Bandwidth: float
        Score: SearchScore
        /// Steps of the chain, 3 or more.
        Steps: int
        /// Standard deviation of the displacement of each coordinate in a step, Å.
        Width: float
        /// Steps that bring two atoms nearer together than this are refused, Å; 0 refuses none.
        LeastDistance: float
        /// Times that the temperature falls from 1 to 0.001.
        Cycles: int
    }

/// A structure that was found.
type SearchResult =
    {
        /// The best structure of the chain.
        Best: Snapshot
        /// Its score; the smaller the better.
        Score: float
        /// δH of its atoms with respect to the reference.
        Differential: float<nat>[]
        /// The score after every step.
        Scores: float[]
        /// Steps that were taken.
        Accepted: int
    }

/// <summary>Structures with new environments: a Markov chain of displacements, annealed, whose energy is how far δH is from what is wanted.</summary>
/// <remarks>As in the code of the paper's authors: all atoms move at once, kT falls in cycles from 1 to 0.001 in units of the score, and the best structure is kept.</remarks>
[<RequireQualifiedAccess>]
module StructureSearch =
    /// The published choice: target 30 nats at h = 0.015 /Å, 1,000 steps of 0.02 Å in three cycles; atoms stay 1 Å apart, which is not published.
    let defaults: SearchOptions =
        {
            Environment = EnvironmentOptions.defaults
            Bandwidth = Bandwidth.Standard
            Score = SearchScore.Target 30.0<nat>
            Steps = 1000
            Width = 0.02
            LeastDistance = 1.0
            Cycles = 3
        }

    /// <summary>kT of a step: it falls linearly from 1 in every cycle, and is 0.001 at least.</summary>
    /// <param name="options">Steps and cycles.</param>
    /// <param name="step">From 0.</param>
    let temperature (options: SearchOptions) (step: int) : float =
        let period = max 1 (options.Steps / options.Cycles)
        max (1.0 - float (step % period) / float period) 0.001

    /// <summary>The score of a structure; the smaller the better.</summary>
    /// <param name="score">What is wanted.</param>
    /// <param name="differential">δH of its atoms.</param>
    let score (score: SearchScore) (differential: float<nat>[]) : float =
        match score with
        | SearchScore.Target wanted -> differential |> Array.averageBy (fun d -> abs (float (d - wanted)))
        | SearchScore.Average -> -(differential |> Array.averageBy float)
        | SearchScore.Greedy -> -(differential |> Array.map float |> Array.max)

    let private faults (options: SearchOptions) : MiceError list =
        [
            yield! EnvironmentOptions.faults options.Environment
            yield! Validate.positive "the bandwidth" options.Bandwidth
            yield! Validate.atLeast 1 "the number of cycles" options.Cycles
            yield! Validate.atLeast (max 1 options.Cycles) "the number of steps" options.Steps
            yield! Validate.positive "the width of a step" options.Width
            yield!
                Validate.that
                    "the least distance"
                    "0 or more, in Å"
                    (fun d -> d >= 0.0 && Double.IsFinite d)
                    options.LeastDistance
        ]

    let private differential
        (run: Run)
        (options: SearchOptions)
        (names: string[])
        (reference: PointSet)
        (snapshot: Snapshot)
        =
        Environments.ofSpecies run options.Environment names [| snapshot |]
        |> Result.bind (fun e -> KernelSums.over run [| options.Bandwidth |] reference e.Points)
        |> Result.map (fun logs -> EnvironmentEntropy.differential logs[0])

    let private moved (generator: Generator) (width: float) (snapshot: Snapshot) : Snapshot =
        let positions =
            snapshot.Positions |> Array.map (fun x -> x + width * generator.NextNormal())

        { snapshot with
            Positions = Cell.wrap snapshot.Cell positions
            // What was computed for the old positions does not hold for the new ones.
            Values = Map.empty
            Columns = Map.empty
        }

    let private isTooNear (least: float) (snapshot: Snapshot) : bool =
        least > 0.0
        && Neighbours.shortest (Neighbours.build snapshot.Cell snapshot.Positions least) snapshot.Positions < least

    /// <summary>Searches from one structure.</summary>
    /// <param name="run">Randomness, threads, progress, cancellation.</param>
    /// <param name="options">How.</param>
    /// <param name="names">The species of the reference's components; of no importance where all atoms are alike.</param>
    /// <param name="reference">Environments that are known.</param>
    /// <param name="start">The structure to start from.</param>
    /// <returns>Errors: OutOfRange, Mismatch (numbers of components, species).</returns>
    let find
        (run: Run)
        (options: SearchOptions)
        (names: string[])
        (reference: PointSet)
        (start: Snapshot)
        : Result<SearchResult, MiceError list> =
        let silent = { run with Progress = ignore }
        let evaluate = differential silent options names reference
        let generator = Key.generator run.Key
        let scores = Array.zeroCreate options.Steps

        /// One step: the state with its score, and the best one so far.
        let step (at: int) (state: Snapshot, value: float) (best: Snapshot, lowest: float) (accepted: int) =
            let tried = moved generator options.Width state
            let uniform = generator.NextFloat()

            if isTooNear options.LeastDistance tried then
                Ok((state, value), (best, lowest), accepted)
            else
                evaluate tried
                |> Result.map (fun d ->
                    let now = score options.Score d

                    if uniform < exp ((value - now) / temperature options at) then
                        let found = if now < lowest then (tried, now) else (best, lowest)
                        (tried, now), found, accepted + 1
                    else
                        (state, value), (best, lowest), accepted)

        let rec go at state best accepted =
            Run.stopIfCancelled run

            if at = options.Steps then
                Ok(best, accepted)
            else
                step at state best accepted
                |> Result.bind (fun (state, best, accepted) ->
                    scores[at] <- snd state

                    if (at + 1) % max 1 (options.Steps / 100) = 0 then
                        Run.tell
                            "search"
                            (float (at + 1) / float options.Steps)
                            $"step {at + 1}, best score {snd best:F2}"
                            run

                    go (at + 1) state best accepted)

        validate {
            let! () = faults options
            let! first = evaluate start
            let value = score options.Score first
            let! (best, lowest), accepted = go 0 (start, value) (start, value) 0
            let! differential = evaluate best

            return
                {
                    Best = best
                    Score = lowest
                    Differential = differential
                    Scores = scores
                    Accepted = accepted
                }
        }

    /// <summary>Generations of structures, each sought against all that came before it: active learning without a potential.</summary>
    /// <param name="run">Randomness, threads, progress, cancellation.</param>
    /// <param name="options">How structures are sought.</param>
    /// <param name="generations">How many generations, 1 or more.</param>
    /// <param name="perGeneration">Structures of a generation, 1 or more, which start from random ones of all that there are.</param>
    /// <param name="snapshots">The set to begin with.</param>
    /// <returns>The new structures, generation by generation. Errors: as of <c>find</c>.</returns>
    let generations
        (run: Run)
        (options: SearchOptions)
        (generations: int)
        (perGeneration: int)
        (snapshots: Snapshot[])
        : Result<SearchResult[][], MiceError list> =
        let names = Composition.species snapshots

        let one (known: PointSet) (all: Snapshot[]) (generation: int) : Result<SearchResult[], MiceError list> =
            let part =
                run
                |> Run.within
                    (float generation / float generations)
                    (1.0 / float generations)
                    $"generation {generation + 1}"
                |> Run.item generation

            let pick = Key.named "start" part.Key |> Key.generator
            let starts = Array.init perGeneration (fun _ -> all[pick.NextInt all.Length])
            let jobs = Array.indexed starts

            Run.jobs
                (fun _ -> 1.0)
                (fun (run: Run) (i, start) -> find (Run.item i { run with Key = part.Key }) options names known start)
                jobs
                part

        let rec go generation (known: PointSet) all found =
            if generation = generations then
                Ok(List.rev found |> Array.ofList)
            else
                one known all generation
                |> Result.bind (fun results ->
                    let fresh = results |> Array.map _.Best

                    Environments.ofSpecies { run with Progress = ignore } options.Environment names fresh
                    |> Result.bind (fun e ->
                        go
                            (generation + 1)
                            (PointSet.concat [| known; e.Points |])
                            (Array.append all fresh)
                            (results :: found)))

        validate {
            let! () = faults options
            and! () = Validate.atLeast 1 "the number of generations" generations
            and! () = Validate.atLeast 1 "the number of structures in a generation" perGeneration

            let! known =
                Environments.ofSpecies { run with Progress = ignore } options.Environment names snapshots

            return! go 0 known.Points snapshots []
        }
