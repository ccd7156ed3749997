namespace Mice.Entropy

open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Learning

/// What became of a network: paths of noise from the snapshots that it has not seen.
type internal DenoisingOutcome =
    {
        Network: int
        Test: int[]
        /// The levels of the paths, Å.
        Sigmas: float[]
        /// By snapshot.
        Paths: NoisePath[][]
        /// Excess entropies from them, k_B per atom, by snapshot and path.
        Entropies: PathEntropy[][]
        /// How much larger those after each stage of the network but the last are, k_B per atom, by snapshot and stage.
        Earlier: float[][]
        Training: TrainingState
    }

/// The networks of a denoising entropy: how they are trained and judged, several at a time.
[<RequireQualifiedAccess>]
module internal DenoisingJobs =
    /// Steps of the path of noise by which a look at a training judges a validation snapshot.
    [<Literal>]
    let private ValidationSteps = 32

    /// Share of the time of a network that its training takes, roughly.
    [<Literal>]
    let private TrainingShare = 0.7

    /// Steps of a path of noise.
    [<Literal>]
    let private PathSteps = 64

    let private follow (t: TrainedDenoiser) (run: Run) count sigmas (snapshots: Snapshot[]) : NoisePath[][] =
        let paths i snapshot =
            Run.stopIfCancelled run
            Array.init count (fun p -> NoisePaths.sample t sigmas (run.Key |> Key.item i |> Key.item p) snapshot)

        snapshots |> Array.mapi paths

    /// Levels of the paths by which a network is judged, from what it finds in validation snapshots.
    let private levels (d: Denoiser) (sigmas: float[]) (validation: NoisePath[][]) : float[] =
        let all = Array.concat validation

        sigmas
        |> Array.mapi (fun k sigma -> struct (sigma, all |> Array.averageBy (fun path -> path.Explained[k])))
        |> NoiseLevels.fitted d PathSteps

    /// Paths of noise from held-out snapshots, and what they give.
    let private judge (options: DenoisingOptions) (run: Run) (best: TrainedDenoiser) sigmas (test: Snapshot[]) =
        let d = best.Network
        let paths = follow best (Run.named "paths" run) options.Paths sigmas test

        let earlier (paths: NoisePath[]) =
            Array.init (d.Options.Stages - 1) (fun stage -> paths |> Array.averageBy (NoisePaths.above sigmas stage))

        struct (paths, NoisePaths.entropies d sigmas paths, paths |> Array.map earlier)

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
        let looked = NoiseLevels.even d ValidationSteps

        let look parameters =
            follow (trained parameters) (Run.named "validation" run) 1 looked validation

        let validate parameters =
            look parameters |> NoisePaths.entropies d looked |> Array.averageBy (Array.averageBy _.Bound)

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
            Run.tell title TrainingShare $"{title}, measuring noise of {test.Length} held-out snapshots" run

            let sigmas = levels d looked (look state.Best)

            let struct (paths, entropies, earlier) =
                judge options run (trained state.Best) sigmas test

            {
                Network = network
                Test = fold.Test
                Sigmas = sigmas
                Paths = paths
                Entropies = entropies
                Earlier = earlier
                Training = state
            })

    /// Runs all networks, a few at a time, and tells how far all of them together are.
    let runAll (options: DenoisingOptions) (denoiser: Snapshot[] -> Denoiser) (all: Snapshot[]) (run: Run) =
        Run.within 0.0 0.98 "" run
        |> Run.jobs (fun _ -> 1.0) (runJob options denoiser all) [| 0 .. options.Networks - 1 |]
