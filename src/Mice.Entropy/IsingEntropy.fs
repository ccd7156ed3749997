namespace Mice.Entropy

open System.Diagnostics
open System.Globalization
open System.Threading
open Mice
open Mice.Samplers
open Mice.Autoregressive

/// How the entropy of a lattice is estimated.
[<RequireQualifiedAccess>]
type LatticeMethod =
    /// Halving with critics.
    | Mice
    /// Site by site with a conditional network.
    | Scan
    /// Counted patterns: naive, Kikuchi, causal contexts.
    | Counting
    /// A compressor.
    | Compression

/// Names of the methods.
[<RequireQualifiedAccess>]
module LatticeMethod =
    /// Every method.
    let all =
        [
            LatticeMethod.Mice
            LatticeMethod.Scan
            LatticeMethod.Counting
            LatticeMethod.Compression
        ]

    /// <summary>mice, scan, counting, compression.</summary>
    /// <param name="method">A method.</param>
    let name (method: LatticeMethod) : string =
        match method with
        | LatticeMethod.Mice -> "mice"
        | LatticeMethod.Scan -> "scan"
        | LatticeMethod.Counting -> "counting"
        | LatticeMethod.Compression -> "compression"

/// How entropies of Ising models are estimated. Start from IsingEntropyOptions.defaults.
type IsingEntropyOptions =
    {
        /// What is estimated.
        Methods: LatticeMethod list
        /// How snapshots are drawn.
        Sampling: IsingSamplingOptions
        /// How the scan's networks are trained.
        Scan: SpinConditionalOptions
        /// How MICE divides and trains.
        Mice: LatticeMiceOptions
        /// Seed of all randomness.
        Seed: uint64
        /// Threads; results do not depend on them.
        Threads: int
    }

/// Defaults, the same for every model.
[<RequireQualifiedAccess>]
module IsingEntropyOptions =
    /// MICE and scan on 2,048 snapshots, seed 1, on all cores.
    let defaults =
        {
            Methods = [ LatticeMethod.Mice; LatticeMethod.Scan ]
            Sampling = IsingSamplingOptions.defaults
            Scan = SpinConditionalOptions.defaults
            Mice = LatticeMiceOptions.defaults
            Seed = 1UL
            Threads = System.Environment.ProcessorCount
        }

    /// <summary>Every setting that a result depends on, by name.</summary>
    /// <param name="options">The options.</param>
    let describe (options: IsingEntropyOptions) : (string * string) list =
        let training = options.Mice.Training

        [
            "seed", string options.Seed
            "snapshots", string options.Sampling.Snapshots
            "equilibration_rounds", string options.Sampling.Equilibrate
            "rounds_between_snapshots", string options.Sampling.Every
            "energy_rounds", string options.Sampling.EnergyRounds
            "scan_rows_seen", string options.Scan.Deep
            "scan_columns_seen", string options.Scan.Wide
            "scan_width", string options.Scan.Width
            "scan_steps", string options.Scan.Steps
            "scan_batch_sites", string options.Scan.BatchSites
            "scan_learning_rate", options.Scan.LearningRate.ToString("R", CultureInfo.InvariantCulture)
            "mice_block", string options.Mice.Block
            "mice_largest_half", string options.Mice.LargestHalf
            "mice_rows_first", string options.Mice.RowsFirst
            "mice_steps", string training.Steps
            "mice_batch", string training.Batch
            "mice_learning_rate", training.LearningRate.ToString("R", CultureInfo.InvariantCulture)
            "mice_joint_blocks", string training.JointBlocks
            "mice_product_blocks", string training.ProductBlocks
        ]

/// Entropy of Ising models from nothing: snapshots are drawn, then every method sees the same ones.
[<RequireQualifiedAccess>]
module IsingEntropy =
    /// A number in full, as part of names and keys.
    let private text (number: float) =
        number.ToString("R", CultureInfo.InvariantCulture)

    /// The options of the sampler, which takes the threads of the whole.
    let private samplingOf (options: IsingEntropyOptions) =
        { options.Sampling with
            Threads = options.Threads
        }

    /// All lists in one, or the faults of all.
    let private together (results: Result<'item list, MiceError list> list) =
        let join all next =
            match all, next with
            | Ok items, Ok more -> Ok(items @ more)
            | Error a, Error b -> Error(a @ b)
            | Error faults, _
            | _, Error faults -> Error faults

        List.fold join (Ok []) results

    /// The snapshots of one temperature, and what all methods need of them.
    type private Drawn =
        {
            Sampling: IsingSampling
            Energies: LatticeEnergies
            Start: LatticePoint
        }

    let private drawn (sampling: IsingSampling) =
        let model = sampling.Model

        {
            Sampling = sampling
            Energies =
                {
                    Beta = 1.0 / model.Temperature
                    Values = sampling.Snapshots.Sites |> Array.map (IsingModel.energy model)
                    MeanPerSite = sampling.EnergyPerSite
                }
            Start = LatticePoint.start sampling
        }

    /// One method on the snapshots of one temperature.
    let private apply (options: IsingEntropyOptions) cancel progress key (drawn: Drawn) method =
        let sampling, start = drawn.Sampling, drawn.Start
        let model = sampling.Model
        let watch = Stopwatch.StartNew()
        let group = sampling.SnapshotsPerChain
        let symmetry = SpinSymmetry.ofModel model

        match method with
        | LatticeMethod.Counting ->
            LatticeCounting.estimate symmetry sampling.Snapshots
            |> Result.map (LatticePoint.ofCounting start watch.Elapsed.TotalSeconds)
        | LatticeMethod.Compression ->
            CompressionEntropy.estimate key sampling.Snapshots
            |> Result.map (fun r -> [ LatticePoint.ofCompression start watch.Elapsed.TotalSeconds r ])
        | LatticeMethod.Scan ->
            LatticeScan.estimate
                options.Scan
                options.Threads
                cancel
                progress
                key
                (model.Field = 0.0)
                group
                None
                (Some drawn.Energies)
                sampling.Snapshots
            |> Result.map (fun r -> [ LatticePoint.ofScan start r ])
        | LatticeMethod.Mice ->
            LatticeMice.estimate
                options.Mice
                options.Threads
                cancel
                progress
                key
                model.Lattice
                symmetry
                group
                None
                (Some drawn.Energies)
                sampling.Snapshots
            |> Result.map (fun r -> [ LatticePoint.ofMice start r ])

    /// The points of one temperature; what a checkpoint holds is not computed again.
    let private atTemperature
        (options: IsingEntropyOptions)
        cancel
        (progress: Progress -> unit)
        (store: RunStore option)
        (model: IsingModel)
        =
        let key = Key.ofSeed options.Seed |> Key.named (text model.Temperature)

        let name method =
            $"{LatticeMethod.name method}-{text model.Temperature}"

        let parts = float (options.Methods.Length + 1)

        let part index phase (p: Progress) =
            progress
                { p with
                    Fraction = (float index + p.Fraction) / parts
                    Message = $"T = {text model.Temperature}, {phase}: {p.Message}"
                }

        let sampling =
            lazy
                (let told fraction =
                    part
                        0
                        "sampling"
                        {
                            Phase = ""
                            Fraction = fraction
                            Message = $"{100.0 * fraction:F0} %%"
                        }

                 IsingSampling.draw (samplingOf options) cancel told (Key.named "sampling" key) model
                 |> Result.map drawn)

        let compute index method =
            sampling.Value
            |> Result.bind (fun found ->
                let name = LatticeMethod.name method
                apply options cancel (part (index + 1) name) (Key.named name key) found method)

        let pointsOf index method =
            let kept =
                match store with
                | None -> Ok None
                | Some store -> RunStore.tryLoad (name method) store |> Result.mapError List.singleton

            kept
            |> Result.bind (function
                | Some content -> LatticePoint.ofBytes (name method) content
                | None ->
                    compute index method
                    |> Result.map (fun points ->
                        store |> Option.iter (RunStore.save (name method) (LatticePoint.toBytes points))
                        points))

        options.Methods |> List.mapi pointsOf |> together

    /// <summary>The directory in which an estimate keeps what it has done, new or to be gone on with. Temperatures and methods may
    /// change, for every pair of them is kept by itself.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="directory">Made when it does not exist.</param>
    /// <returns>Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let checkpoints
        (options: IsingEntropyOptions)
        (model: IsingModel)
        (directory: string)
        : Result<RunStore, MiceError list> =
        [
            "calculation", "entropy of Ising models"
            "lattice", string model.Lattice
            "rows", string model.Rows
            "columns", string model.Columns
            "coupling", text model.Coupling
            "field", text model.Field
        ]
        @ IsingEntropyOptions.describe options
        |> RunStore.identity
        |> RunStore.openOrCreate directory

    /// <summary>Entropies per site at some temperatures.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="store">Where finished parts are kept; None to keep nothing.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more; the result at one does not depend on the others.</param>
    /// <returns>OutOfRange for faults of the model and the options, and those of the methods, before any long work where possible.</returns>
    let estimate
        (options: IsingEntropyOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (store: RunStore option)
        (model: IsingModel)
        (temperatures: float list)
        : Result<LatticePoint list, MiceError list> =
        let models = temperatures |> List.map (fun t -> { model with Temperature = t })

        let faults =
            (models |> List.collect IsingModel.faults)
            @ IsingSamplingOptions.faults (samplingOf options)
            @ (if List.contains LatticeMethod.Mice options.Methods then
                   LatticeMice.faults options.Mice model.Rows model.Columns
               else
                   [])
            |> List.distinct

        if List.isEmpty faults then
            let share = 1.0 / float models.Length

            models
            |> List.mapi (fun i model ->
                let told (p: Progress) =
                    progress
                        { p with
                            Fraction = share * (float i + p.Fraction)
                        }

                atTemperature options cancel told store model)
            |> together
            |> Result.mapError List.distinct
        else
            Error faults
