namespace Mice.Entropy

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.Threading
open System.Threading.Tasks
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Tensors

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
        Curve: struct (int * float * float)[]
    }

/// The networks of a scan: which there are, and how they are trained and judged, several at a time.
[<RequireQualifiedAccess>]
module internal ScanJobs =
    /// Seconds between checkpoints of a network.
    [<Literal>]
    let private CheckpointSeconds = 20.0

    let plan (options: ScanOptions) cutoff count =
        let block i = i * options.Networks / count

        let fold k =
            let test = [| 0 .. count - 1 |] |> Array.filter (fun i -> block i = k)
            let rest = [| 0 .. count - 1 |] |> Array.filter (fun i -> block i <> k)
            // The snapshots right behind the test block (or the first ones) watch the training; nothing is decided by them.
            let watched = 1 + rest.Length / 20

            let from =
                rest |> Array.tryFindIndex (fun i -> i > Array.last test) |> Option.defaultValue 0

            let validation = Array.init watched (fun j -> rest[(from + j) % rest.Length])
            struct (Array.except validation rest, validation, test)

        let job name network share options k =
            let struct (training, validation, test) = fold k

            {
                Name = name
                Network = network
                Cutoff = share * cutoff
                Training = training
                Validation = validation
                Test = test
                Options = options
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

    let private mean (sweeps: struct (float * float)[]) =
        sweeps |> Array.averageBy (fun struct (a, b) -> 0.5 * (a + b))

    let private evaluate
        (options: ScanOptions)
        key
        intensity
        sampling
        parameters
        (snapshots: ScanSnapshots)
        sweeps
        points
        =
        let sampler = SweepSampler(snapshots, intensity.Basis, intensity.Core)

        Array.init (ScanSnapshots.count snapshots) (fun s ->
            IntensityEvaluation.score
                (Key.item s key)
                options.Device
                intensity
                parameters
                sampler
                sampling
                sweeps
                points
                s)

    /// The state to begin with: the checkpoint if there is one.
    let private initial (options: ScanOptions) key intensity (job: Job) (store: RunStore option) =
        let fresh () =
            Ok(IntensityTraining.start key options.Device job.Options intensity)

        match store with
        | None -> fresh ()
        | Some s ->
            match RunStore.tryLoad job.Name s with
            | Error e -> Error e
            | Ok None -> fresh ()
            | Ok(Some content) -> TrainingCheckpoint.ofBytes job.Name options.Device content

    let private runJob (options: ScanOptions) (all: ScanSnapshots) (steps: Snapshot[]) store cancel report (job: Job) =
        if options.Device = Device.cpu then
            Engine.setThreads 1

        let key = Key.ofSeed options.Seed |> Key.named job.Name
        let training = ScanSnapshots.select job.Training all
        let intensity = Intensity.create key options.Network job.Cutoff training

        let sampling =
            IntensityEvaluation.prepare (Key.named "integral" key) intensity training

        let validation = ScanSnapshots.select job.Validation all

        let score name snapshots sweeps points parameters =
            evaluate options (Key.named name key) intensity sampling parameters snapshots sweeps points

        let validate parameters =
            score "validation" validation 2 4 parameters
            |> IntensityEvaluation.entropies
            |> Array.averageBy mean

        let clock = Stopwatch.StartNew()
        let mutable saved = 0.0

        let save (state: TrainingState) =
            store |> Option.iter (RunStore.save job.Name (TrainingCheckpoint.toBytes state))
            saved <- clock.Elapsed.TotalSeconds

        let progress (state: TrainingState) =
            report job state
            let now = clock.Elapsed.TotalSeconds

            if (cancel: CancellationToken).IsCancellationRequested || now - saved > CheckpointSeconds then
                save state

        initial options key intensity job store
        |> Result.map (fun first ->
            // What a checkpoint brings counts as done.
            report job first

            let state =
                first
                |> IntensityTraining.run
                    key
                    options.Device
                    job.Options
                    options.Network.NoisePerAtom
                    intensity
                    training
                    validate
                    progress
                    cancel

            save state
            let test = ScanSnapshots.select job.Test all

            let scores =
                score "test" test options.Sweeps options.IntegralPoints state.Parameters

            let entropies = IntensityEvaluation.entropies scores

            {
                Job = job
                Curve = state.Curve
                Snapshots =
                    Array.mapi2
                        (fun i (sweeps: SweepScore[]) entropies ->
                            {
                                Step = steps[job.Test[i]].Step
                                Network = defaultArg job.Network -1
                                Entropy = mean entropies
                                MeanRatio = sweeps |> Array.averageBy (fun s -> s.MeanRatio)
                                Sweeps = entropies
                            })
                        scores
                        entropies
            })

    /// Runs all jobs, a few at a time, and tells how far all of them together are.
    let runAll
        (options: ScanOptions)
        all
        steps
        store
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (jobs: Job[])
        =
        let total = jobs |> Array.sumBy (fun j -> float j.Options.Steps)
        let made = ConcurrentDictionary<string, int>()
        let gate = obj ()

        let title (job: Job) =
            match job.Network with
            | Some k -> $"network {k + 1} of {options.Networks}"
            | None -> $"cut-off {job.Cutoff:F1} Å"

        let report (job: Job) (state: TrainingState) =
            made[job.Name] <- int state.Optimiser.Step

            let held =
                match Array.tryLast state.Curve with
                | Some(struct (_, _, held)) -> $", s_ex {held:F3} k_B/atom on validation snapshots"
                | None -> ""

            lock gate (fun () ->
                progress
                    {
                        Phase = title job
                        Fraction = 0.98 * float (Seq.sum made.Values) / total
                        Message = $"{title job}, step {state.Optimiser.Step} of {job.Options.Steps}{held}"
                    })

        jobs |> ParallelJobs.run options.Threads cancel (runJob options all steps store cancel report)
