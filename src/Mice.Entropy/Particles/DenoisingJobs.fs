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
        Training: TrainingState
    }

/// The networks of a denoising entropy: how they are trained and judged, several at a time.
[<RequireQualifiedAccess>]
module internal DenoisingJobs =
    /// Sets of noise by which a look at a training judges each validation snapshot.
    [<Literal>]
    let private ValidationSets = 2

    let private measure (t: TrainedDenoiser) (run: Run) sets (snapshots: Snapshot[]) =
        snapshots |> Array.mapi (fun i s -> ExplainedNoise.sample run.Device t sets (Key.item i run.Key) s)

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

        Training.run plan objective (DenoiserTraining.start plan d run) run
        |> Result.map (fun state ->
            let test = pick fold.Test
            let samples = measure (trained state.Best) (Run.named "test" run) options.Sets test

            {
                Network = network
                Test = fold.Test
                Samples = samples
                Entropies = Array.zip test samples |> ExplainedNoise.entropies d
                Training = state
            })

    /// Runs all networks, a few at a time, and tells how far all of them together are.
    let runAll (options: DenoisingOptions) (denoiser: Snapshot[] -> Denoiser) (all: Snapshot[]) (run: Run) =
        Run.within 0.0 0.98 "" run
        |> Run.jobs (fun _ -> 1.0) (runJob options denoiser all) [| 0 .. options.Networks - 1 |]
