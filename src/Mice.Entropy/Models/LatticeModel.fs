namespace Mice.Entropy

open Mice
open Mice.Samplers

/// E of any configuration, [sites], as files have its spins.
[<RequireQualifiedAccess>]
type LatticeHamiltonian =
    /// Of ±1 spins.
    | Spins of (sbyte[] -> float)
    /// Of angles in radians.
    | Angles of (float[] -> float)
    /// Of spins that are each in one of so many states, from 0 on.
    | States of int * (byte[] -> float)

/// Snapshots that were drawn of a model at one temperature.
type LatticeDraw<'spin> =
    {
        /// The snapshots; those of one chain follow each other.
        Snapshots: LatticeSnapshots<'spin>
        /// E of each of them.
        Energies: float[]
        /// Snapshots of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over all that the chains did.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy, in the model's steps.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
        /// Writes the snapshots to a file with what is known of the run, as <c>SnapshotFile</c> does.
        Write: SnapshotSource option -> string -> Result<unit, MiceError list>
    }

/// Snapshots of chains of any kernel.
[<RequireQualifiedAccess>]
module LatticeDraw =
    /// <summary>Snapshots of chains.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="toSpin">From what chains store to what networks see.</param>
    /// <param name="write">Writes what chains store to a file.</param>
    /// <param name="sample">What the chains gave.</param>
    let ofChains
        (shape: int[])
        (toSpin: 'stored -> 'spin)
        (write: SnapshotSource option -> string -> LatticeSnapshots<'stored> -> Result<unit, MiceError list>)
        (sample: ChainSample<'stored>)
        : LatticeDraw<'spin> =
        let stored = { Shape = shape; Sites = sample.Spins }

        {
            Snapshots =
                {
                    Shape = shape
                    Sites = sample.Spins |> Array.map (Array.map toSpin)
                }
            Energies = sample.Energies
            SnapshotsPerChain = sample.SnapshotsPerChain
            EnergyPerSite = sample.EnergyPerSite
            AutocorrelationTime = sample.AutocorrelationTime
            Checks = sample.Checks
            Write = fun source path -> write source path stored
        }

    /// <summary>How chains are sampled, by name.</summary>
    /// <param name="sampling">Chains, snapshots and steps.</param>
    let describe (sampling: ChainOptions) : (string * string) list =
        [
            "chains", string sampling.Chains
            "snapshots_per_chain", string sampling.Snapshots
            "equilibration_steps", string sampling.Equilibrate
            "steps_between_snapshots", string sampling.Every
        ]

/// <summary>Everything that Mice needs to know of a lattice model, k_B = 1: a new model is one such value.</summary>
type LatticeModel<'spin> =
    {
        /// In commands and the identity of calculations, such as ising.
        Name: string
        /// One line about the model, whatever its temperature.
        Title: string
        /// Sites along each axis: rows, columns on two axes.
        Shape: int[]
        /// Its lattice: square, triangular, cubic.
        Lattice: string
        /// Parameters that describe it beside its shape, by name.
        Parameters: (string * string) list
        /// How it is sampled and its energies are integrated, by name.
        Sampling: (string * string) list
        /// Snapshots that are drawn at each temperature.
        Snapshots: int
        /// What a step of its chains is called: rounds or steps.
        Steps: string
        /// Steps before anything is kept.
        Equilibrate: int
        /// Steps between two snapshots of a chain.
        Every: int
        /// Faults of the model at a temperature, and of how it is sampled.
        Faults: float -> MiceError list
        /// Changes that leave the law of its configurations as it is.
        Symmetry: SpinSymmetry
        /// How its spins enter networks, counting and compression.
        Spins: LatticeSpins<'spin>
        /// E of a configuration, [sites].
        Energy: 'spin[] -> float
        /// The same of spins as files have them.
        Hamiltonian: LatticeHamiltonian
        /// Snapshots in equilibrium at a temperature.
        Draw: Run -> float -> Result<LatticeDraw<'spin>, MiceError list>
        /// Entropy per site at a temperature, where it is known exactly.
        Exact: float -> LatticeReference option
        /// Entropies at some temperatures from energies at all higher ones; None where infinite temperature is no start.
        Integrate: (Run -> float list -> Result<IntegratedEntropy list, MiceError list>) option
    }

/// What follows from a model.
[<RequireQualifiedAccess>]
module LatticeModel =
    /// <summary>Methods for a model.</summary>
    /// <param name="model">The model.</param>
    let methods (model: LatticeModel<'spin>) : LatticeMethod list =
        LatticeMethods.ofSpins model.Spins
        @ [
            if model.Integrate.IsSome then
                LatticeMethod.Integration
        ]

    /// <summary>Every setting that entropies of a model depend on, by name.</summary>
    /// <param name="options">How they are estimated.</param>
    /// <param name="model">The model.</param>
    let describe (options: LatticeEntropyOptions) (model: LatticeModel<'spin>) : (string * string) list =
        model.Sampling @ LatticeEntropyOptions.describe options

    /// <summary>Sides of a torus by name: rows and columns on two axes, the shape on others.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let sides (shape: int[]) : (string * string) list =
        match shape with
        | [| rows; columns |] -> [ "rows", string rows; "columns", string columns ]
        | _ -> [ "shape", shape |> Array.map string |> String.concat "x" ]

    /// <summary>One line about a model of ferro- or antiferromagnetic neighbours.</summary>
    /// <param name="name">The model's.</param>
    /// <param name="lattice">Its lattice.</param>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="coupling">J; said where it is not 1 or −1.</param>
    /// <param name="field">H.</param>
    let title (name: string) (lattice: string) (shape: int[]) (coupling: float) (field: float) : string =
        let kind = if coupling > 0.0 then "ferromagnet" else "antiferromagnet"
        let coupling = if abs coupling = 1.0 then "" else $", J = {coupling}"
        let field = if field = 0.0 then "" else $", field {field}"
        $"{name} {kind} on the {lattice} lattice, {LatticeShape.text shape}{coupling}{field}"
