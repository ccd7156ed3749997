namespace Mice.Entropy

open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Learning

/// What became of a network: measurements of noise on the snapshots that it has not seen, by snapshot and set.
type internal DenoisingOutcome =
    {
        Network: int
        Test: int[]
        Samples: NoiseSample[][][]
        /// Excess entropies from them, k_B per atom, by snapshot and set.
        Entropies: float[][]
        /// How much larger those after each stage of the network but the last are, k_B per atom, by snapshot and stage.
        Earlier: float[][]
        /// Those of the snapshots with paths of noise, by snapshot and path.
        Paths: float[][]
        Training: TrainingState
    }

/// The networks of a denoising entropy: how they are trained and judged, several at a time.
[<RequireQualifiedAccess>]
module internal DenoisingJobs =
    /// Sets of noise by which a look at a training judges each validation snapshot.
    [<Literal>]
    let private ValidationSets = 1

    /// Share of the time of a network that its training takes, roughly.
    [<Literal>]
    let private TrainingShare = 0.7

    /// Steps of a path of noise.
    [<Literal>]
    let private PathSteps = 64

    let private measure (t: TrainedDenoiser) (run: Run) sets (snapshots: Snapshot[]) =
        snapshots |> Array.mapi (fun i s -> ExplainedNoise.sample run.Device t sets (Key.item i run.Key) s)

    /// Excess entropies of snapshots with paths of noise; none where none are wanted, or no snapshot is left to tell the variances of the steps.
    let private follow (t: TrainedDenoiser) (run: Run) count (snapshots: Snapshot[]) samples =
        if count = 0 || snapshots.Length < 2 then
            snapshots |> Array.map (fun _ -> [||])
        else
            let sigmas = NoisePaths.sigmas t.Network PathSteps samples

            let paths i snapshot =
                Run.stopIfCancelled run
                Array.init count (fun p -> NoisePaths.sample t sigmas (run.Key |> Key.item i |> Key.item p) snapshot)

            snapshots |> Array.mapi paths |> NoisePaths.entropies t.Network

    /// By snapshot and stage but the last: how much larger the entropies are that this stage gives.
    let private earlier (d: Denoiser) (test: Snapshot[]) (samples: NoiseSample[][][]) (last: float[][]) : float[][] =
        let after stage =
            samples
            |> Array.map (Array.map (ExplainedNoise.after stage))
            |> Array.zip test
            |> ExplainedNoise.entropies d
            |> Array.map2 (fun last found -> Array.average found - Array.average last) last

        Array.init (d.Options.Stages - 1) after |> Array.transpose

    let private runJob
        (options: DenoisingOptions)
        (denoiser: Snapshot[] -> Denoiser)
        (all: Snapshot[])
        (run: Run)
        (network: int)
        =
        Training.useThreads run
        let run = Run.named $"network-{network}" run
        let fold = SnapshotFold.create options.Networks all.Length network
        let pick (indices: int[]) = indices |> Array.map (fun i -> all[i])
        let training, validation = pick fold.Training, pick fold.Validation
        let d = denoiser training

        let trained parameters =
            { Network = d; Parameters = parameters }

        // The same noise at every look, so that looks differ by the parameters alone.
        let validate parameters =
            measure (trained parameters) (Run.named "validation" run) ValidationSets validation
            |> Array.zip validation
            |> ExplainedNoise.entropies d
            |> Array.averageBy Array.average

        let title = $"network {network + 1} of {options.Networks}"

        let plan =
            { DenoiserTraining.plan $"network-{network}" options.Training with
                Phase = title
                Message = NetworkProgress.message title options.Training.Steps
            }

        let objective = DenoiserTraining.objective d training validate run

        Run.within 0.0 TrainingShare "" run
        |> Training.run plan objective (DenoiserTraining.start plan d run)
        |> Result.map (fun state ->
            let test = pick fold.Test
            let best = trained state.Best
            Run.tell title TrainingShare $"{title}, measuring noise of {test.Length} held-out snapshots" run
            let samples = measure best (Run.named "test" run) options.Sets test
            let entropies = Array.zip test samples |> ExplainedNoise.entropies d

            {
                Network = network
                Test = fold.Test
                Samples = samples
                Entropies = entropies
                Earlier = earlier d test samples entropies
                Paths = follow best (Run.named "paths" run) options.Paths test samples
                Training = state
            })

    /// Runs all networks, a few at a time, and tells how far all of them together are.
    let runAll (options: DenoisingOptions) (denoiser: Snapshot[] -> Denoiser) (all: Snapshot[]) (run: Run) =
        Run.within 0.0 0.98 "" run
        |> Run.jobs (fun _ -> 1.0) (runJob options denoiser all) [| 0 .. options.Networks - 1 |]
