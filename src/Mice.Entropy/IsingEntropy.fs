namespace Mice.Entropy

open Mice
open Mice.Tensors
open Mice.Samplers

/// How entropies of Ising models are estimated. Start from IsingEntropyOptions.defaults.
type IsingEntropyOptions =
    {
        /// How snapshots are drawn.
        Sampling: IsingSamplingOptions
        /// What is estimated from them, and how.
        Entropy: LatticeEntropyOptions
    }

/// Defaults, the same for every model.
[<RequireQualifiedAccess>]
module IsingEntropyOptions =
    /// MICE and scan on 2,048 snapshots.
    let defaults: IsingEntropyOptions =
        {
            Sampling = IsingSamplingOptions.defaults
            Entropy = LatticeEntropyOptions.defaults
        }

    /// <summary>Checks the options of the sampler and of all methods.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: IsingEntropyOptions) : Result<IsingEntropyOptions, MiceError list> =
        validate {
            let! _ = IsingSamplingOptions.check options.Sampling
            and! _ = LatticeEntropyOptions.check options.Entropy
            return options
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
    let private sampleOf (sampling: IsingSampling) : LatticeSample<sbyte> =
        let model = sampling.Model

        {
            Data =
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
                    First = Params.empty
                }
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

    let private atTemperature (options: IsingEntropyOptions) (run: Run) before (model: IsingModel) =
        let label = LatticeMethods.text model.Temperature

        let draw run =
            IsingSampling.draw options.Sampling run model |> Result.map sampleOf

        LatticeMethods.ising options.Entropy (SpinSymmetry.ofModel model)
        |> LatticeSweep.points options.Entropy (Run.named label run) label before draw

    let private conditions (options: IsingEntropyOptions) (model: IsingModel) () =
        [
            "lattice", string model.Lattice
            "rows", string model.Rows
            "columns", string model.Columns
            "coupling", LatticeMethods.text model.Coupling
            "field", LatticeMethods.text model.Field
        ]
        @ IsingEntropyOptions.describe options

    /// <summary>Entropies per site at some temperatures.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">Key, threads and so on; a store belongs to the model and the options but not to temperatures and methods, for every pair of
    /// them is kept by itself.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more; without transfer the result at one does not depend on the others.</param>
    /// <returns>OutOfRange for faults of the model, the options and the run, and those of the methods, before any long work where possible; Mismatch for
    /// a store of another calculation.</returns>
    let estimate
        (options: IsingEntropyOptions)
        (run: Run)
        (model: IsingModel)
        (temperatures: float list)
        : Result<LatticePoint list, MiceError list> =
        let at t = { model with Temperature = t }

        validate {
            let! options = IsingEntropyOptions.check options
            and! () = LatticeMethods.noTemperature temperatures
            and! () = temperatures |> List.collect (at >> IsingModel.faults)
            and! () = Run.faults run

            and! () =
                LatticeMethods.faults
                    LatticeMethod.ofIsing
                    options.Entropy.Mice.Block
                    model.Rows
                    model.Columns
                    options.Entropy

            let! claimed = Run.claim "entropy of Ising models" (conditions options model) run

            return!
                LatticeSweep.run options.Entropy claimed temperatures (fun part before t ->
                    atTemperature options part before (at t))
        }
