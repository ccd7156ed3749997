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
type private Job =
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
type private Outcome =
    {
        Job: Job
        Snapshots: SnapshotEntropy[]
        Curve: struct (int * float * float)[]
    }

/// <summary>Excess entropy of particles from snapshots, by the chain rule along random sweeps: an upper bound.</summary>
/// <remarks>
/// <para>s_ex ≤ −⟨ln(λ/ρ)⟩_atoms + ln⟨λ/ρ⟩_space, per atom and relative to the ideal gas of the same density ρ, for every model λ(x | past) of
/// the conditional intensity of finding an atom at x given all atoms behind a plane through x; equality for the true intensity.</para>
/// <para>Several networks are trained, each without one block of consecutive snapshots; the value of a snapshot comes from the network that has
/// not seen it. So all snapshots count, and the bound is on held-out data throughout. Training has a fixed length: nothing is selected by its result.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module ScanEntropy =
    /// Mean distances ρ^(−1/d) that neighbours are seen up to, by default.
    [<Literal>]
    let private CutoffInMeanDistances = 2.3

    /// Seconds between checkpoints of a network.
    [<Literal>]
    let private CheckpointSeconds = 20.0

    let private snapshotFaults (options: ScanOptions) (snapshots: Snapshot[]) =
        let counts = snapshots |> Array.map Snapshot.count |> Array.distinct

        let species =
            snapshots
            |> Array.collect (fun s -> s.Species |> Array.distinct |> Array.map (fun i -> s.SpeciesNames[i]))
            |> Array.distinct

        // Beside the held-out block at least one snapshot to train on and one to watch the training.
        let needed = max 4 (options.Networks + 1)

        [
            if snapshots.Length < needed then
                MiceError.TooFewData(
                    "snapshots",
                    snapshots.Length,
                    needed,
                    "Give more snapshots, or train fewer networks."
                )

            if counts.Length > 1 then
                MiceError.Mismatch("the numbers of atoms of the snapshots", string counts[0], string counts[1])

            if counts |> Array.exists (fun n -> n < 8) then
                MiceError.TooFewData("atoms in a snapshot", Array.min counts, 8, "Simulate a larger system.")

            if species.Length > 1 then
                let names = String.Join(", ", species)
                MiceError.OutOfRange("the species of the atoms", names, "one species; mixtures are not supported yet")
        ]

    let private jobs (options: ScanOptions) cutoff count =
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
                Steps = max 1 (options.Training.Steps / 4)
            }

        [|
            for k in 0 .. options.Networks - 1 do
                job $"network-{k}" (Some k) 1.0 options.Training k

            if not (List.isEmpty options.CutoffShares) then
                for share in options.CutoffShares @ [ 1.0 ] do
                    job $"cutoff-{share}" None share short 0
        |]

    let private evaluate (options: ScanOptions) key intensity parameters (snapshots: ScanSnapshots) directions points =
        let sampler = SweepSampler(snapshots, intensity.Basis, intensity.Core)

        Array.init (ScanSnapshots.count snapshots) (fun s ->
            IntensityEvaluation.score (Key.item s key) options.Device intensity parameters sampler directions points s)

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
            | Ok(Some content) -> IntensityTraining.ofBytes job.Name options.Device content

    let private runJob (options: ScanOptions) (all: ScanSnapshots) (steps: Snapshot[]) store cancel report (job: Job) =
        if options.Device = Device.cpu then
            Engine.setThreads 1

        let key = Key.ofSeed options.Seed |> Key.named job.Name
        let training = ScanSnapshots.select job.Training all
        let intensity = Intensity.create key options.Network job.Cutoff training
        let validation = ScanSnapshots.select job.Validation all

        let score name snapshots directions points parameters =
            evaluate options (Key.named name key) intensity parameters snapshots directions points

        let validate parameters =
            score "validation" validation 1 15 parameters |> IntensityEvaluation.entropies |> Array.average

        let clock = Stopwatch.StartNew()
        let mutable saved = 0.0

        let save (state: TrainingState) =
            store |> Option.iter (RunStore.save job.Name (IntensityTraining.toBytes state))
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
                score "test" test options.Directions options.UniformPoints state.Parameters

            let entropies = IntensityEvaluation.entropies scores

            {
                Job = job
                Curve = state.Curve
                Snapshots =
                    Array.mapi2
                        (fun i (s: SnapshotScore) entropy ->
                            {
                                Step = steps[job.Test[i]].Step
                                Network = defaultArg job.Network -1
                                Entropy = entropy
                                MeanRatio = s.MeanRatio
                            })
                        scores
                        entropies
            })

    /// Runs all jobs, a few at a time, and tells how far all of them together are.
    let private runAll
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

        let report (job: Job) (state: TrainingState) =
            made[job.Name] <- int state.Optimiser.Step

            let held =
                match Array.tryLast state.Curve with
                | Some(struct (_, _, held)) -> $", s_ex {held:F3} k_B/atom on validation snapshots"
                | None -> ""

            lock gate (fun () ->
                progress
                    {
                        Phase = job.Name
                        Fraction = 0.98 * float (Seq.sum made.Values) / total
                        Message = $"{job.Name}: step {state.Optimiser.Step} of {job.Options.Steps}{held}"
                    })

        let results = ConcurrentDictionary<string, Result<Outcome, MiceError>>()
        let source = Partitioner.Create(jobs, EnumerablePartitionerOptions.NoBuffering)
        let settings = ParallelOptions(MaxDegreeOfParallelism = options.Threads)

        try
            Parallel.ForEach(
                source,
                settings,
                (fun job -> results[job.Name] <- runJob options all steps store cancel report job)
            )
            |> ignore
        with :? AggregateException as e when
            (e.Flatten().InnerExceptions |> Seq.forall (fun i -> i :? OperationCanceledException)) ->
            raise (OperationCanceledException cancel)

        let found = jobs |> Array.map (fun j -> results[j.Name])

        match
            found
            |> Array.choose (function
                | Error e -> Some e
                | Ok _ -> None)
            |> Array.toList
        with
        | [] ->
            Ok(
                found
                |> Array.choose (function
                    | Ok o -> Some o
                    | Error _ -> None)
            )
        | errors -> Error errors

    let private isWithin (k: float) (a: float) (b: float) (error: float) = abs (a - b) <= k * error

    let private checks
        (networks: Estimate<kB / atom>[])
        (total: Estimate<kB / atom>)
        (calibration: Estimate<1>)
        (rows: CutoffRow[])
        =
        let values = networks |> Array.map (fun e -> float e.Value)
        let spread = Array.max values - Array.min values

        [
            {
                Name = "the bound is a number"
                Passed = Double.IsFinite(float total.Value) && Double.IsFinite(float total.StandardError)
                Detail = "if not, training diverged: lower the learning rate"
            }
            {
                Name = "the intensity is calibrated"
                Passed = isWithin 3.0 calibration.Value 1.0 (max calibration.StandardError 0.01)
                Detail = $"mean of λ/ρ over uniform points {Estimate.format calibration}, wanted 1 within 3 errors"
            }
            {
                Name = "the networks agree"
                Passed = spread <= 6.0 * max (float total.StandardError) 0.01
                Detail =
                    $"spread of {networks.Length} networks {spread:F3} k_B per atom, wanted at most 6 errors of the mean"
            }
            if rows.Length >= 2 then
                let a, b = rows[rows.Length - 2].ExcessEntropy, rows[rows.Length - 1].ExcessEntropy

                {
                    Name = "the cut-off is long enough"
                    Passed = float (a.Value - b.Value) <= 0.05
                    Detail =
                        $"the last step of the cut-off lowered the bound by {float (a.Value - b.Value):F3} k_B per atom, wanted at most 0.05"
                }
        ]

    let private collect (options: ScanOptions) (snapshots: Snapshot[]) seconds (outcomes: Outcome[]) : ScanResult =
        let main = outcomes |> Array.filter (fun o -> o.Job.Network.IsSome)
        let bySnapshot = main |> Array.collect (fun o -> o.Snapshots)
        let networks = ScanCombination.byNetwork None bySnapshot
        let total = ScanCombination.total None bySnapshot
        let calibration = ScanCombination.calibration bySnapshot

        let rows =
            outcomes
            |> Array.filter (fun o -> o.Job.Network.IsNone)
            |> Array.map (fun o ->
                let entropies = o.Snapshots |> Array.map (fun s -> s.Entropy * 1.0<kB / atom>)

                {
                    Cutoff = o.Job.Cutoff * 1.0<Angstrom>
                    ExcessEntropy = Statistics.estimate Direction.UpperBound entropies
                })

        {
            ExcessEntropy = total
            NetworkEntropies = networks
            BySnapshot = bySnapshot
            Calibration = calibration
            ByCutoff = rows
            Training =
                main
                |> Array.collect (fun o ->
                    o.Curve
                    |> Array.map (fun struct (step, loss, held) ->
                        {
                            Network = o.Job.Network.Value
                            Step = step
                            Loss = loss
                            HeldOutEntropy = held
                        }))
            Atoms = Snapshot.count snapshots[0]
            Snapshots = snapshots.Length
            TestSnapshots = bySnapshot.Length
            VolumePerAtom = snapshots |> Array.averageBy Snapshot.volumePerAtom
            Seconds = seconds
            Checks = checks networks total calibration rows
            Settings = ScanOptions.describe options
        }

    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="options">How; checked here.</param>
    /// <param name="cancel">Stops the work with an OperationCanceledException; with a store a checkpoint is left.</param>
    /// <param name="progress">Told about once a second and network how far the work is; called from several threads, one at a time.</param>
    /// <param name="store">Where checkpoints go; a store with checkpoints of the same run is gone on with, to the same result.</param>
    /// <param name="snapshots">Snapshots of one phase in time order, atoms of one species, positions in Å.</param>
    /// <returns>Errors: OutOfRange, TooFewData, Mismatch, BadFile (a damaged checkpoint), Unavailable (no tensor library).</returns>
    let estimate
        (options: ScanOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (store: RunStore option)
        (snapshots: Snapshot[])
        : Result<ScanResult, MiceError list> =
        let clock = Stopwatch.StartNew()

        let faults =
            match ScanOptions.check options with
            | Ok _ -> snapshotFaults options snapshots
            | Error e -> e @ snapshotFaults options snapshots

        match faults, Engine.load () with
        | [], Ok() ->
            let cutoff =
                match options.Cutoff with
                | Some r -> float r
                | None -> CutoffInMeanDistances * ScanSnapshots.meanDistance options.Dimension snapshots

            let all = ScanSnapshots.prepare options.Dimension options.Symmetry cutoff snapshots

            jobs options cutoff snapshots.Length
            |> runAll options all snapshots store cancel progress
            |> Result.map (collect options snapshots clock.Elapsed.TotalSeconds)
        | faults, Ok() -> Error faults
        | faults, Error e -> Error(faults @ [ e ])

    /// <summary>The same result with the thermal noise of the snapshots taken out.</summary>
    /// <param name="control">Values in the order of the snapshots.</param>
    /// <param name="result">From estimate.</param>
    let withControl (control: ControlVariate) (result: ScanResult) : ScanResult =
        { result with
            ExcessEntropy = ScanCombination.total (Some control) result.BySnapshot
            NetworkEntropies = ScanCombination.byNetwork (Some control) result.BySnapshot
        }
