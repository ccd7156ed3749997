using System;
using System.Collections.Generic;
using System.Linq;
using Mice.Entropy;
using Mice.Samplers;

namespace Mice.CSharp;

/// <summary>Kinds of spins on a lattice.</summary>
public enum LatticeSpinKind
{
    /// <summary>Spins, ±1.</summary>
    PlusMinusOne,

    /// <summary>Angles of planar spins, in radians.</summary>
    Angles,

    /// <summary>One of several states, numbered from 0 on.</summary>
    States,
}

/// <summary>Snapshots of a lattice of any number of axes, periodic along all of them.</summary>
public sealed class LatticeSnapshotSet
{
    private LatticeSnapshotSet(LatticeGiven value) => Value = value;

    internal LatticeGiven Value { get; }

    /// <summary>How many snapshots there are.</summary>
    public int Count => LatticeGivenModule.count(Value);

    /// <summary>Sites along each axis.</summary>
    public IReadOnlyList<int> Sides => LatticeGivenModule.shape(Value).ToArray();

    /// <summary>The kind of their spins.</summary>
    public LatticeSpinKind Kind =>
        Value switch
        {
            LatticeGiven.Spins => LatticeSpinKind.PlusMinusOne,
            LatticeGiven.Angles => LatticeSpinKind.Angles,
            _ => LatticeSpinKind.States,
        };

    /// <summary>Spins, ±1.</summary>
    /// <param name="sides">Sites along each axis.</param>
    /// <param name="snapshots">The spins of each snapshot, the last axis fastest; copied.</param>
    public static LatticeSnapshotSet OfSpins(IReadOnlyList<int> sides, IEnumerable<sbyte[]> snapshots) =>
        new(LatticeGiven.NewSpins(Set(sides, snapshots)));

    /// <summary>Spins, ±1.</summary>
    /// <param name="spins">The snapshots, [snapshots, rows, columns]; copied.</param>
    /// <exception cref="MiceException">The snapshots have no sites.</exception>
    public static LatticeSnapshotSet OfSpins(sbyte[,,] spins) => new(LatticeGiven.NewSpins(Conversion.Snapshots(spins)));

    /// <summary>Planar spins.</summary>
    /// <param name="sides">Sites along each axis.</param>
    /// <param name="snapshots">The angles of each snapshot in radians, the last axis fastest; copied.</param>
    public static LatticeSnapshotSet OfAngles(IReadOnlyList<int> sides, IEnumerable<double[]> snapshots) =>
        new(LatticeGiven.NewAngles(Set(sides, snapshots)));

    /// <summary>Planar spins.</summary>
    /// <param name="angles">The snapshots in radians, [snapshots, rows, columns]; copied.</param>
    /// <exception cref="MiceException">The snapshots have no sites.</exception>
    public static LatticeSnapshotSet OfAngles(double[,,] angles) => new(LatticeGiven.NewAngles(Conversion.Snapshots(angles)));

    /// <summary>Spins that are each in one of several states.</summary>
    /// <param name="states">How many states there are, 2 to 127.</param>
    /// <param name="sides">Sites along each axis.</param>
    /// <param name="snapshots">The states of each snapshot from 0 on, the last axis fastest; copied.</param>
    public static LatticeSnapshotSet OfStates(int states, IReadOnlyList<int> sides, IEnumerable<byte[]> snapshots) =>
        new(LatticeGiven.NewStates(states, Set(sides, snapshots)));

    internal static LatticeSnapshotSet From(LatticeGiven value) => new(value);

    private static LatticeSnapshots<T> Set<T>(IReadOnlyList<int> sides, IEnumerable<T[]> snapshots)
    {
        ArgumentNullException.ThrowIfNull(sides);
        ArgumentNullException.ThrowIfNull(snapshots);
        return new(sides.ToArray(), snapshots.Select(s => (T[])s.Clone()).ToArray());
    }
}
