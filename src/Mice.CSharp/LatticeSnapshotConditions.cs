using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Mice.Entropy;
using Mice.Entropy.Models;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>Rotations and reflections that do not change the law of lattice snapshots.</summary>
public enum LatticeSymmetry
{
    /// <summary>None are known: translations alone.</summary>
    None,

    /// <summary>Those of the square lattice, on three axes of the cubic one.</summary>
    Square,

    /// <summary>Those of the triangular lattice, which has two axes.</summary>
    Triangular,
}

/// <summary>The equilibrium that lattice snapshots are from, with energies by any Hamiltonian; k_B = 1.</summary>
/// <param name="Temperature">T above 0.</param>
/// <param name="Energies">The energy of each snapshot, of all its sites together, in the unit of T.</param>
public sealed record LatticeEquilibrium(double Temperature, IReadOnlyList<double> Energies)
{
    /// <summary>
    /// The mean energy per site from a longer run than these snapshots, where there was one: it makes the entropy more certain. Null: the
    /// mean of <see cref="Energies"/>.
    /// </summary>
    public MeasuredValue? MeanEnergyPerSite { get; init; }

    /// <summary>The energy of any configuration, where it is known.</summary>
    internal LatticeHamiltonian? Hamiltonian { get; init; }

    /// <summary>The equilibrium of a lattice model.</summary>
    /// <param name="system">The model; of its sides those of the snapshots are taken.</param>
    /// <param name="temperature">T above 0.</param>
    /// <param name="snapshots">Its snapshots.</param>
    /// <exception cref="MiceException">The snapshots are not of the model's size, or not of its kind of spins.</exception>
    public static LatticeEquilibrium Of(LatticeSystem system, double temperature, LatticeSnapshotSet snapshots)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(snapshots);
        var model = system.ToSystem(null);

        if (!model.Shape.SequenceEqual(snapshots.Sides))
        {
            throw MiceException.Of(
                MiceError.NewMismatch(
                    "sites of a snapshot and of the model",
                    string.Join("×", snapshots.Sides),
                    string.Join("×", model.Shape)
                )
            );
        }

        var energies = LatticeGivenModule.energies(model.Hamiltonian, snapshots.Value);

        return energies is null
            ? throw MiceException.Of(MiceError.NewMismatch("spins of the snapshots and of the model", "others", model.Title))
            : new(temperature, energies.Value) { Hamiltonian = model.Hamiltonian };
    }

    /// <summary>The equilibrium of an Ising model.</summary>
    /// <param name="system">The model.</param>
    /// <param name="temperature">T above 0.</param>
    /// <param name="spins">Its snapshots, [snapshots, rows, columns].</param>
    /// <exception cref="MiceException">The snapshots are not of the model's size.</exception>
    public static LatticeEquilibrium Of(IsingSystem system, double temperature, sbyte[,,] spins) =>
        Of(system, temperature, LatticeSnapshotSet.OfSpins(spins));

    /// <summary>The equilibrium of an XY model.</summary>
    /// <param name="system">The model.</param>
    /// <param name="temperature">T above 0.</param>
    /// <param name="angles">Its snapshots, [snapshots, rows, columns], in radians.</param>
    /// <exception cref="MiceException">The snapshots are not of the model's size.</exception>
    public static LatticeEquilibrium Of(XYSystem system, double temperature, double[,,] angles) =>
        Of(system, temperature, LatticeSnapshotSet.OfAngles(angles));

    /// <summary>The equilibrium of ±1 spins by any Hamiltonian, with which the scan's best estimate is unbiased.</summary>
    /// <param name="temperature">T above 0.</param>
    /// <param name="spins">The snapshots, [snapshots, rows, columns].</param>
    /// <param name="energy">The energy of any configuration, row by row, of all its sites together, in the unit of T.</param>
    /// <exception cref="MiceException">The snapshots have no sites.</exception>
    public static LatticeEquilibrium Of(double temperature, sbyte[,,] spins, Func<sbyte[], double> energy) =>
        Of(temperature, LatticeSnapshotSet.OfSpins(spins), LatticeHamiltonian.NewSpins(FuncConvert.FromFunc(energy)));

    /// <summary>The equilibrium of planar spins by any Hamiltonian, with which the scan's best estimate is unbiased.</summary>
    /// <param name="temperature">T above 0.</param>
    /// <param name="angles">The snapshots, [snapshots, rows, columns], in radians.</param>
    /// <param name="energy">The energy of any configuration of angles, row by row, of all its sites together, in the unit of T.</param>
    /// <exception cref="MiceException">The snapshots have no sites.</exception>
    public static LatticeEquilibrium Of(double temperature, double[,,] angles, Func<double[], double> energy) =>
        Of(temperature, LatticeSnapshotSet.OfAngles(angles), LatticeHamiltonian.NewAngles(FuncConvert.FromFunc(energy)));

    private static LatticeEquilibrium Of(double temperature, LatticeSnapshotSet snapshots, LatticeHamiltonian energy) =>
        new(temperature, LatticeGivenModule.energies(energy, snapshots.Value).Value) { Hamiltonian = energy };

    internal LatticeEnergies ToEnergies(int sites, int groupSnapshots) =>
        LatticeConditionsModule.thermal(
            Temperature,
            sites,
            groupSnapshots,
            MeanEnergyPerSite is { } mean ? FSharpOption<Estimate>.Some(mean.ToEstimate()) : FSharpOption<Estimate>.None,
            Energies.ToArray()
        );
}

/// <summary>What is known of lattice snapshots besides the snapshots. Nothing, as long as it is not said.</summary>
public sealed record LatticeSnapshotConditions
{
    /// <summary>Rotations and reflections that do not change their law.</summary>
    public LatticeSymmetry Symmetry { get; init; }

    /// <summary>
    /// Whether their law does not change when all spins of a snapshot are flipped together, all angles rotated, all states renamed: in equilibrium
    /// without a field. Not where every snapshot is magnetised in the same direction.
    /// </summary>
    public bool GlobalSymmetry { get; init; }

    /// <summary>Neighbouring snapshots that may be correlated, such as those of one chain; at most a quarter of all.</summary>
    public int GroupSnapshots { get; init; } = 1;

    /// <summary>The equilibrium that they are from; null out of equilibrium, or where it is not known.</summary>
    public LatticeEquilibrium? Equilibrium { get; init; }

    internal LatticeConditions ToConditions(int[] shape) =>
        new(
            Symmetry == LatticeSymmetry.None
                ? SpinSymmetryModule.translations(GlobalSymmetry)
                : SpinSymmetryModule.ofLattice(
                    Symmetry == LatticeSymmetry.Triangular ? Lattice.Triangular : Lattice.Square,
                    GlobalSymmetry,
                    shape
                ),
            GroupSnapshots,
            Equilibrium is { } known
                ? FSharpOption<LatticeEnergies>.Some(known.ToEnergies(LatticeShape.sites(shape), GroupSnapshots))
                : FSharpOption<LatticeEnergies>.None,
            Equilibrium?.Hamiltonian is { } energy
                ? FSharpOption<LatticeHamiltonian>.Some(energy)
                : FSharpOption<LatticeHamiltonian>.None
        );
}
