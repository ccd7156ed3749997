namespace Mice.Entropy

open Mice
open Mice.Samplers

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

/// <summary>Everything that Mice needs to know of a lattice model, k_B = 1: a new model is one such value.</summary>
type LatticeModel<'spin> =
    {
        /// In commands and the identity of calculations, such as ising.
        Name: string
        /// One line about the model, whatever its temperature.
        Title: string
        /// Sites along each axis: rows, columns.
        Shape: int[]
        /// Parameters that describe it, by name.
        Describe: (string * string) list
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
        /// How its spins enter networks, counting and compression.
        Spins: LatticeSpins<'spin>
        /// E of a configuration, [rows·columns].
        Energy: 'spin[] -> float
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

    /// <summary>One line about a model of ferro- or antiferromagnetic neighbours.</summary>
    /// <param name="name">The model's.</param>
    /// <param name="lattice">Its lattice.</param>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="coupling">J.</param>
    /// <param name="field">H.</param>
    let title (name: string) (lattice: string) (shape: int[]) (coupling: float) (field: float) : string =
        let kind = if coupling > 0.0 then "ferromagnet" else "antiferromagnet"
        let field = if field = 0.0 then "" else $", field {field}"
        let sides = shape |> Array.map string |> String.concat "×"
        $"{name} {kind} on the {lattice} lattice, {sides}{field}"
