namespace Mice.Entropy

open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Learning

/// One network to train and to judge.
type internal Job =
    {
        Name: string
        Network: int option
        Cutoff: float
        Training: int[]
        Validation: int[]
        Test: int[]
        Options: IntensityTrainingOptions
    }

/// What became of a job.
type internal Outcome =
    {
        Job: Job
        Snapshots: SnapshotEntropy[]
        MeanRatios: float[]
        Training: TrainingState
    }

/// The networks of a scan: which there are, and how they are trained and judged, several at a time.
[<RequireQualifiedAccess>]
module internal ScanJobs =
    let plan (options: ScanOptions) cutoff count =
        let job name network share training k =
            let fold = SnapshotFold.create options.Networks count k

            {
                Name = name
                Network = network
                Cutoff = share * cutoff
                Training = fold.Training
                Validation = fold.Validation
                Test = fold.Test
                Options = training
            }

        let short =
            { options.Training with
                Steps = max 1 (options.Training.Steps / 8)
            }

        [|
            for k in 0 .. options.Networks - 1 do
                job $"network-{k}" (Some k) 1.0 options.Training k

            if not (List.isEmpty options.CutoffShares) then
                for share in options.CutoffShares @ [ 1.0 ] do
                    job $"cutoff-{share}" None share short 0
        |]

    let private mean (passes: struct (float * float)[]) =
        passes |> Array.averageBy (fun struct (a, b) -> 0.5 * (a + b))

    /// Most often that an atom is drawn in training. With the default settings each atom of the 20 snapshots of sodium in the documentation is drawn a hundred
    /// times; with many more draws a network learns the atoms of its own snapshots by heart.
    [<Literal>]
    let private MostDraws = 150

    /// Training options of a job with so many atoms: the options of the scan, or, where each atom would be drawn too often, fewer steps, and the parameters
    /// that describe the validation snapshots best.
    let private fitted (options: ScanOptions) (atoms: int) (training: IntensityTrainingOptions) =
        let atomsPerStep = training.BatchPoints / (1 + options.Network.NoisePerAtom)
        let most = max 1 (int (int64 MostDraws * int64 atoms / int64 atomsPerStep))

        if training.Steps <= most then
            struct (training, Selection.Last)
        else
            struct ({ training with Steps = most }, Selection.Best)

    /// Values of all snapshots by passes that none of the training has seen.
    let private evaluate device key intensity sampling (snapshots: ScanSnapshots) passes points parameters =
        let sampler = PassSampler(snapshots, intensity.Basis, intensity.Core)

        Array.init (ScanSnapshots.count snapshots) (fun s ->
            IntensityEvaluation.score (Key.item s key) device intensity parameters sampler sampling passes points s)

    let private title (options: ScanOptions) (job: Job) =
        match job.Network with
        | Some k -> $"network {k + 1} of {options.Networks}"
        | None -> $"cut-off {job.Cutoff:F1} Å"

    let private outcome (steps: Snapshot[]) (job: Job) training scores =
        let ofSnapshot i entropies =
            {
                Step = steps[job.Test[i]].Step
                Network = defaultArg job.Network -1
                Entropy = mean entropies
                Passes = entropies
            }

        {
            Job = job
            Training = training
            Snapshots = IntensityEvaluation.entropies scores |> Array.mapi ofSnapshot
            MeanRatios = scores |> Array.map (Array.averageBy _.MeanRatio)
        }

    let private runJob (options: ScanOptions) (all: ScanSnapshots) (steps: Snapshot[]) (run: Run) (job: Job) =
        Training.useThreads run
        let run = Run.named job.Name run
        let key = run.Key
        let training = ScanSnapshots.select job.Training all
        let intensity = Intensity.create key options.Network job.Cutoff training

        let sampling =
            IntensityEvaluation.prepare (Key.named "integral" key) intensity training

        let score name snapshots =
            evaluate run.Device (Key.named name key) intensity sampling (ScanSnapshots.select snapshots all)

        let validate parameters =
            score "validation" job.Validation 2 4 parameters
            |> IntensityEvaluation.entropies
            |> Array.averageBy mean

        let title = title options job

        let struct (asked, selection) =
            fitted options (ScanSnapshots.count training * training.Atoms) job.Options

        let plan =
            { IntensityTraining.plan job.Name asked with
                Phase = title
                Message = NetworkProgress.message title asked.Steps
                Selection = selection
            }

        let objective = IntensityTraining.objective asked intensity training validate run

        Training.run plan objective (IntensityTraining.start plan intensity run) run
        |> Result.map (fun state ->
            score "test" job.Test options.Passes options.IntegralPoints state.Best |> outcome steps job state)

    /// Runs all jobs, a few at a time, and tells how far all of them together are.
    let runAll (options: ScanOptions) (run: Run) all steps (jobs: Job[]) =
        Run.within 0.0 0.98 "" run
        |> Run.jobs (fun job -> float job.Options.Steps) (runJob options all steps) jobs
