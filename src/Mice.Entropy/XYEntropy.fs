namespace Mice.Entropy

open System.Diagnostics
open System.Threading
open System.Numerics
open Mice
open Mice.Samplers

/// How entropies of XY models are estimated. Start from XYEntropyOptions.defaults.
type XYEntropyOptions =
    {
        /// How snapshots are drawn; its threads are those of Entropy.
        Sampling: XYChainOptions
        /// How energies are sampled where they are integrated; its threads are those of Entropy.
        Integration: XYIntegrationOptions
        /// What is estimated, and how.
        Entropy: LatticeEntropyOptions
    }

/// Defaults, the same for every model.
[<RequireQualifiedAccess>]
module XYEntropyOptions =
    /// MICE and scan on 2,048 snapshots of 64 chains, seed 1, on all cores.
    let defaults: XYEntropyOptions =
        {
            Sampling = XYChainOptions.defaults
            Integration = XYIntegrationOptions.defaults
            Entropy = LatticeEntropyOptions.defaults
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
    let private samplingOf (options: XYEntropyOptions) =
        XYChainOptions.check
            { options.Sampling with
                Threads = options.Entropy.Threads
            }

    let private integrationOf (options: XYEntropyOptions) =
        { options.Integration with
            Threads = options.Entropy.Threads
        }

    let private sampleOf (options: XYEntropyOptions) (model: XYModel) (chains: XYChainResult) : LatticeSample<Vector2> =
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
            Start = LatticePoint.start model.Temperature (Some chains.EnergyPerSite) chains.Checks
        }

    let private atTemperature (options: XYEntropyOptions) cancel progress store before (model: XYModel) =
        let label = LatticeMethods.text model.Temperature

        let draw progress key =
            samplingOf options
            |> Result.bind (fun sampling -> XYChain.sample sampling cancel progress key model)
            |> Result.map (sampleOf options model)

        let key = Key.ofSeed options.Entropy.Seed |> Key.named label

        LatticeMethods.planar options.Entropy cancel
        |> LatticeSweep.points
            { options.Entropy with
                Methods = options.Entropy.Methods |> List.except [ LatticeMethod.Integration ]
            }
            progress
            store
            label
            before
            key
            draw

    /// Points of the integration by temperature: one run for all of them, kept under the temperatures it was made for.
    let private integrated (options: XYEntropyOptions) cancel (progress: Progress -> unit) store model temperatures =
        let watch = Stopwatch.StartNew()

        let file =
            "integration-" + String.concat "," (temperatures |> List.map LatticeMethods.text)

        let told fraction =
            progress
                {
                    Phase = "integration"
                    Fraction = fraction
                    Message = $"integration of energies: {100.0 * fraction:F0} %% of the temperatures"
                }

        let pointOf t (entropy: IntegratedEntropy) =
            LatticePoint.ofIntegration
                (LatticePoint.start t (Some entropy.EnergyPerSite) [])
                watch.Elapsed.TotalSeconds
                entropy

        let compute () =
            let key = Key.ofSeed options.Entropy.Seed |> Key.named "integration"

            XYIntegration.entropies (integrationOf options) cancel told key model temperatures
            |> Result.map (List.map2 pointOf temperatures)

        LatticeSweep.kept store file compute

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

    /// <summary>The directory in which an estimate keeps what it has done, new or to be gone on with. Temperatures and methods may
    /// change, for every pair of them is kept by itself; the integration is kept for the temperatures that it was made for.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="directory">Made when it does not exist.</param>
    /// <returns>Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let checkpoints
        (options: XYEntropyOptions)
        (model: XYModel)
        (directory: string)
        : Result<RunStore, MiceError list> =
        [
            "calculation", "entropy of XY models"
            "rows", string model.Rows
            "columns", string model.Columns
            "coupling", LatticeMethods.text model.Coupling
            "field", LatticeMethods.text model.Field
        ]
        @ XYEntropyOptions.describe options
        |> RunStore.identity
        |> RunStore.openOrCreate directory

    let private faults (options: XYEntropyOptions) (model: XYModel) (temperatures: float list) =
        [
            yield! LatticeMethods.noTemperature temperatures

            for t in temperatures do
                yield! XYModel.faults { model with Temperature = t }

            match samplingOf options with
            | Ok _ -> ()
            | Error faults -> yield! faults

            if List.contains LatticeMethod.Integration options.Entropy.Methods then
                yield! XYIntegrationOptions.faults (integrationOf options)

            yield! LatticeMethods.faults LatticeMethod.ofXY 1 model.Rows model.Columns options.Entropy
        ]
        |> List.distinct

    /// <summary>Entropies per site at some temperatures. Where energies are integrated, the other methods have the result as their reference.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="store">Where finished parts are kept; None to keep nothing.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <param name="temperatures">One or more; without transfer the result at one does not depend on the others, but for the integration.</param>
    /// <returns>OutOfRange for faults of the model and the options, and those of the methods, before any long work where possible.</returns>
    let estimate
        (options: XYEntropyOptions)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (store: RunStore option)
        (model: XYModel)
        (temperatures: float list)
        : Result<LatticePoint list, MiceError list> =
        match faults options model temperatures with
        | [] ->
            let integrates = List.contains LatticeMethod.Integration options.Entropy.Methods
            let first = if integrates then 1 else 0
            let parts = float (temperatures.Length + first)

            let part index =
                LatticeSweep.share (float index / parts) (1.0 / parts) progress

            let references =
                if integrates then
                    integrated options cancel (part 0) store model temperatures
                else
                    Ok []

            references
            |> Result.bind (fun references ->
                LatticeSweep.run options.Entropy temperatures (fun i before t ->
                    atTemperature options cancel (part (first + i)) store before { model with Temperature = t })
                |> Result.map (fun points -> refer references points @ references))
        | found -> Error found
