namespace Mice.Entropy.Models

open Mice
open Mice.Samplers
open Mice.Entropy

/// E of a configuration, [sites], given in the form in which files store spins.
[<RequireQualifiedAccess>]
type LatticeHamiltonian =
    /// E of ±1 spins.
    | Spins of (sbyte[] -> float)
    /// E of angles in radians.
    | Angles of (float[] -> float)
    /// Number of states q, and E of spins that are each in one of the states 0 to q − 1.
    | States of int * (byte[] -> float)

/// Snapshots that were drawn of a model at one temperature.
type LatticeDraw<'spin> =
    {
        /// The snapshots; snapshots of one chain follow each other.
        Snapshots: LatticeSnapshots<'spin>
        /// E of each snapshot.
        Energies: float[]
        /// Snapshots of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over all steps of all chains after equilibration.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy, in the model's steps.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
        /// Writes the snapshots to a file, with a description of the run if one is given, as <c>SnapshotFile</c> does.
        Write: SnapshotSource option -> string -> Result<unit, MiceError list>
    }

/// Snapshots of chains of any kernel.
[<RequireQualifiedAccess>]
module LatticeDraw =
    /// <summary>Snapshots of a model from a sample of chains.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="toSpin">Turns a stored spin into the spin that networks see.</param>
    /// <param name="write">Writes stored spins to a file.</param>
    /// <param name="sample">The sample of chains.</param>
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

    /// <summary>Settings of the sampling, by name.</summary>
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
        /// Name in commands and in the identity of calculations, such as ising.
        Name: string
        /// One line that describes the model without its temperature.
        Title: string
        /// Sites along each axis: rows, columns on two axes.
        Shape: int[]
        /// Name of the lattice: square, triangular, cubic.
        Lattice: string
        /// Parameters of the model besides its shape, by name.
        Parameters: (string * string) list
        /// Settings of the sampling, and of the integration of energies, by name.
        Sampling: (string * string) list
        /// Snapshots that are drawn at each temperature.
        Snapshots: int
        /// What a step of its chains is called: rounds or steps.
        Steps: string
        /// Steps before anything is kept.
        Equilibrate: int
        /// Steps between two snapshots of a chain.
        Every: int
        /// Faults of the model at a temperature and of the settings of the sampling.
        Faults: float -> MiceError list
        /// Symmetries: changes of a configuration that do not change its probability.
        Symmetry: SpinSymmetry
        /// The kind of spins: how networks, counting and compression see them.
        Spins: LatticeSpins<'spin>
        /// E of a configuration, [sites], given in the form in which networks see spins.
        Energy: 'spin[] -> float
        /// E of a configuration, given in the form in which files store spins.
        Hamiltonian: LatticeHamiltonian
        /// Draws snapshots in equilibrium at a temperature.
        Draw: Run -> float -> Result<LatticeDraw<'spin>, MiceError list>
        /// Exact entropy per site at a temperature; None where no exact value is known.
        Exact: float -> LatticeReference option
        /// Entropies at some temperatures by integrating energies from infinite temperature; None for models that have no such integration.
        Integrate: (Run -> float list -> Result<IntegratedEntropy list, MiceError list>) option
    }

/// What can be derived from a model.
[<RequireQualifiedAccess>]
module LatticeModel =
    /// <summary>Methods that can be used for a model.</summary>
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

    /// <summary>Sides of a torus as settings: rows and columns on two axes, shape (such as 4x4x8) on any other number of axes.</summary>
    /// <param name="shape">Sites along each axis.</param>
    let sides (shape: int[]) : (string * string) list =
        match shape with
        | [| rows; columns |] -> [ "rows", string rows; "columns", string columns ]
        | _ -> [ "shape", shape |> Array.map string |> String.concat "x" ]

    /// <summary>One line that describes a model with a coupling of neighbours and a field.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="lattice">Name of the lattice.</param>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="coupling">J; left out of the line where J is 1 or −1.</param>
    /// <param name="field">H; left out of the line where H is 0.</param>
    let title (name: string) (lattice: string) (shape: int[]) (coupling: float) (field: float) : string =
        let kind = if coupling > 0.0 then "ferromagnet" else "antiferromagnet"
        let coupling = if abs coupling = 1.0 then "" else $", J = {coupling}"
        let field = if field = 0.0 then "" else $", field {field}"
        $"{name} {kind} on the {lattice} lattice, {LatticeShape.text shape}{coupling}{field}"
