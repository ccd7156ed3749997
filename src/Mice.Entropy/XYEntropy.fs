namespace Mice.Entropy

open System.Diagnostics
open System.Numerics
open Mice
open Mice.Tensors
open Mice.Samplers

/// How entropies of XY models are estimated. Start from XYEntropyOptions.defaults.
type XYEntropyOptions =
    {
        /// How snapshots are drawn.
        Sampling: XYChainOptions
        /// How energies are sampled where they are integrated.
        Integration: XYIntegrationOptions
        /// What is estimated, and how.
        Entropy: LatticeEntropyOptions
    }

/// Defaults, the same for every model.
[<RequireQualifiedAccess>]
module XYEntropyOptions =
    /// MICE and scan on 2,048 snapshots of 64 chains.
    let defaults: XYEntropyOptions =
        {
            Sampling = XYChainOptions.defaults
            Integration = XYIntegrationOptions.defaults
            Entropy = LatticeEntropyOptions.defaults
        }

    /// <summary>Checks the options of the samplers and of all methods.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: XYEntropyOptions) : Result<XYEntropyOptions, MiceError list> =
        validate {
            let! _ = XYChainOptions.check options.Sampling
            and! _ = XYIntegrationOptions.check options.Integration
            and! _ = LatticeEntropyOptions.check options.Entropy
            return options
        }

    /// <summary>Every setting that a result depends on, by name.</summary>
    /// <param name="options">The options.</param>
    let describe (options: XYEntropyOptions) : (string * string) list =
        [
            "chains", string options.Sampling.Chains
            "snapshots_per_chain", string options.Sampling.Snapshots
            "equilibration_steps", string options.Sampling.Equilibrate
            "steps_between_snapshots", string options.Sampling.Every
            "over_relaxations", string options.Sampling.OverRelaxations
            "clusters", string options.Sampling.Clusters
            "integration_chains", string options.Integration.Chains
            "integration_steps", string options.Integration.Steps
            "integration_equilibration_steps", string options.Integration.Equilibrate
        ]
        @ LatticeEntropyOptions.describe options.Entropy

/// Entropy of XY models from nothing, in nats per site relative to dθ: s = ln 2π at T = ∞, and s → −∞ as T → 0.
[<RequireQualifiedAccess>]
module XYEntropy =
    let private sampleOf (options: XYEntropyOptions) (model: XYModel) (chains: XYChainResult) : LatticeSample<Vector2> =
        {
            Data =
                {
                    Snapshots = PlanarSpins.ofAngles chains.Snapshots
                    Spins =
                        SpinSymmetry.ofLattice Lattice.Square (model.Field = 0.0) model.Rows model.Columns
                        |> LatticeSpins.planar
                    GroupSnapshots = options.Sampling.Snapshots
                    Energies =
                        Some
                            {
                                Beta = 1.0 / model.Temperature
                                Values = chains.Energies
                                MeanPerSite = chains.EnergyPerSite
                            }
                    Hamiltonian = Some(PlanarSpins.state >> XYModel.energy model)
                    First = Params.empty
                }
            Start = LatticePoint.start model.Temperature (Some chains.EnergyPerSite) chains.Checks
        }

    let private atTemperature (options: XYEntropyOptions) (run: Run) before (model: XYModel) =
        let label = LatticeMethods.text model.Temperature

        let draw run =
            XYChain.sample options.Sampling run model |> Result.map (sampleOf options model)

        LatticeMethods.planar options.Entropy
        |> LatticeSweep.points
            { options.Entropy with
                Methods = options.Entropy.Methods |> List.except [ LatticeMethod.Integration ]
            }
            (Run.named label run)
            label
            before
            draw

    /// Points of the integration by temperature: one run for all of them, kept under the temperatures it was made for.
    let private integrated (options: XYEntropyOptions) (run: Run) model temperatures =
        let watch = Stopwatch.StartNew()

        let file =
            "integration-" + String.concat "," (temperatures |> List.map LatticeMethods.text)

        let pointOf t (entropy: IntegratedEntropy) =
            LatticePoint.ofIntegration
                (LatticePoint.start t (Some entropy.EnergyPerSite) [])
                watch.Elapsed.TotalSeconds
                entropy

        let compute () =
            let own =
                run |> Run.named "integration" |> Run.within 0.0 1.0 "integration of energies"

            XYIntegration.entropies options.Integration own model temperatures
            |> Result.map (List.map2 pointOf temperatures)

        LatticeSweep.kept file compute run

    /// What the integration found becomes the reference of all other points of the same temperature.
    let private refer (references: LatticePoint list) (points: LatticePoint list) =
        points
        |> List.map (fun p ->
            { p with
                Reference =
                    references
                    |> List.tryFind (fun r -> r.Temperature = p.Temperature)
                    |> Option.map (fun r ->
                        {
                            EntropyPerSite = r.EntropyPerSite
                            Source = r.Method
                        })
            })

    let private conditions (options: XYEntropyOptions) (model: XYModel) () =
        [
            "rows", string model.Rows
            "columns", string model.Columns
            "coupling", LatticeMethods.text model.Coupling
            "field", LatticeMethods.text model.Field
        ]
        @ XYEntropyOptions.describe options

    /// <summary>Entropies per site at some temperatures. Where energies are integrated, the other methods have the result as their reference.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">Key, threads and so on; a store belongs to the model and the options but not to temperatures and methods, for every pair of
    /// them is kept by itself; the integration is kept for the temperatures that it was made for.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more. Only the integration and networks that are handed on make the result at one depend on the others.</param>
    /// <returns>OutOfRange for faults of the model, the options and the run, and those of the methods, before any long work where possible; Mismatch for
    /// a store of another calculation.</returns>
    let estimate
        (options: XYEntropyOptions)
        (run: Run)
        (model: XYModel)
        (temperatures: float list)
        : Result<LatticePoint list, MiceError list> =
        let at t = { model with Temperature = t }

        validate {
            let! options = XYEntropyOptions.check options
            and! () = LatticeMethods.noTemperature temperatures
            and! () = temperatures |> List.collect (at >> XYModel.faults)
            and! () = Run.faults run

            and! () =
                LatticeMethods.faults LatticeMethod.ofXY 1 model.Rows model.Columns options.Entropy

            let! claimed = Run.claim "entropy of XY models" (conditions options model) run
            let integrates = List.contains LatticeMethod.Integration options.Entropy.Methods

            let first =
                if integrates then
                    1.0 / float (temperatures.Length + 1)
                else
                    0.0

            let! references =
                if integrates then
                    integrated options (Run.within 0.0 first "" claimed) model temperatures
                else
                    Ok []

            let rest = Run.within first (1.0 - first) "" claimed

            let! points =
                LatticeSweep.run options.Entropy rest temperatures (fun part before t ->
                    atTemperature options part before (at t))

            return refer references points @ references
        }
