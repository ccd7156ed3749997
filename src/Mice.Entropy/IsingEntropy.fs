namespace Mice.Entropy

open System.Threading
open Mice
open Mice.Samplers

/// How entropies of Ising models are estimated. Start from IsingEntropyOptions.defaults.
type IsingEntropyOptions =
    {
        /// How snapshots are drawn; its threads are those of Entropy.
        Sampling: IsingSamplingOptions
        /// What is estimated from them, and how.
        Entropy: LatticeEntropyOptions
    }

/// Defaults, the same for every model.
[<RequireQualifiedAccess>]
module IsingEntropyOptions =
    /// MICE and scan on 2,048 snapshots, seed 1, on all cores.
    let defaults: IsingEntropyOptions =
        {
            Sampling = IsingSamplingOptions.defaults
            Entropy = LatticeEntropyOptions.defaults
        }

    /// <summary>Every setting that a result depends on, by name.</summary>
    /// <param name="options">The options.</param>
    let describe (options: IsingEntropyOptions) : (string * string) list =
        [
            "snapshots", string options.Sampling.Snapshots
            "equilibration_rounds", string options.Sampling.Equilibrate
            "rounds_between_snapshots", string options.Sampling.Every
            "energy_rounds", string options.Sampling.EnergyRounds
        ]
        @ LatticeEntropyOptions.describe options.Entropy

/// Entropy of Ising models from nothing: snapshots are drawn, then every method sees the same ones.
[<RequireQualifiedAccess>]
module IsingEntropy =
    /// The options of the sampler, which takes the threads of the whole.
    let private samplingOf (options: IsingEntropyOptions) =
        { options.Sampling with
            Threads = options.Entropy.Threads
        }

    let private sampleOf (sampling: IsingSampling) : LatticeSample<sbyte> =
        let model = sampling.Model

        {
            Snapshots = sampling.Snapshots
            Spins = LatticeSpins.ising (SpinSymmetry.ofModel model)
            GroupSnapshots = sampling.SnapshotsPerChain
            Energies =
                Some
                    {
                        Beta = 1.0 / model.Temperature
                        Values = sampling.Snapshots.Sites |> Array.map (IsingModel.energy model)
                        MeanPerSite = sampling.EnergyPerSite
                    }
            Hamiltonian = Some(IsingModel.energy model)
            Start =
                { LatticePoint.start model.Temperature (Some sampling.EnergyPerSite) sampling.Checks with
                    Reference =
                        ExactIsing.tryFind model
                        |> Option.map (fun e ->
                            {
                                EntropyPerSite = Estimate.exact e.Averages.Entropy
                                Source = ExactSource.name e.Source
                            })
                }
        }

    let private atTemperature (options: IsingEntropyOptions) cancel progress store before (model: IsingModel) =
        let label = LatticeMethods.text model.Temperature

        let draw (progress: Progress -> unit) key =
            let told fraction =
                progress
                    {
                        Phase = ""
                        Fraction = fraction
                        Message = $"{100.0 * fraction:F0} %%"
                    }

            IsingSampling.draw (samplingOf options) cancel told key model |> Result.map sampleOf

        let key = Key.ofSeed options.Entropy.Seed |> Key.named label

        LatticeMethods.ising options.Entropy cancel (SpinSymmetry.ofModel model)
        |> LatticeSweep.points options.Entropy progress store label before key draw

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
            "coupling", LatticeMethods.text model.Coupling
            "field", LatticeMethods.text model.Field
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
    /// <param name="temperatures">One or more; without transfer the result at one does not depend on the others.</param>
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
            LatticeMethods.noTemperature temperatures
            @ (models |> List.collect IsingModel.faults)
            @ IsingSamplingOptions.faults (samplingOf options)
            @ LatticeMethods.faults
                LatticeMethod.ofIsing
                options.Entropy.Mice.Block
                model.Rows
                model.Columns
                options.Entropy
            |> List.distinct

        if List.isEmpty faults then
            let part = 1.0 / float models.Length

            LatticeSweep.run options.Entropy temperatures (fun i before t ->
                let progress = LatticeSweep.share (part * float i) part progress
                atTemperature options cancel progress store before { model with Temperature = t })
            |> Result.mapError List.distinct
        else
            Error faults
