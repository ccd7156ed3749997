using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Atoms;

namespace Mice.CSharp;

/// <summary>One stored configuration of atoms. Immutable.</summary>
public sealed class AtomSnapshot
{
    internal AtomSnapshot(Snapshot value) => Value = value;

    internal Snapshot Value { get; }

    /// <summary>A snapshot of one species in a periodic box with its edges along x, y and z.</summary>
    /// <param name="species">Chemical symbol.</param>
    /// <param name="boxAngstrom">The three edges, Å.</param>
    /// <param name="positionsAngstrom">x, y, z of each atom in turn, Å.</param>
    /// <param name="step">Time step: the one of its row in a thermo table, where there is a table.</param>
    /// <exception cref="ArgumentException">An edge is not above 0, or the positions are no whole number of atoms.</exception>
    public AtomSnapshot(
        string species,
        IReadOnlyList<double> boxAngstrom,
        IReadOnlyList<double> positionsAngstrom,
        long step = 0
    )
    {
        ArgumentNullException.ThrowIfNull(species);

        if (positionsAngstrom.Count == 0 || positionsAngstrom.Count % 3 != 0)
        {
            throw new ArgumentException("Three coordinates for each atom are needed.", nameof(positionsAngstrom));
        }

        var cell = CellModule.orthorhombic(boxAngstrom.ToArray());
        var made = SnapshotModule.ofPositions(species, cell, positionsAngstrom.ToArray());
        Value = new Snapshot(step, made.Cell, made.Species, made.SpeciesNames, made.Positions, made.Values, made.Columns);
    }

    /// <summary>Time step.</summary>
    public long Step => Value.Step;

    /// <summary>Number of atoms.</summary>
    public int Count => SnapshotModule.count(Value);

    /// <summary>Volume per atom, Å³.</summary>
    public double VolumePerAtomAngstrom3 => SnapshotModule.volumePerAtom(Value);

    /// <summary>Rows of the box's three vectors, nine numbers, Å.</summary>
    public IReadOnlyList<double> BoxVectorsAngstrom => Array.AsReadOnly(Value.Cell.Vectors);

    /// <summary>x, y, z of each atom in turn, Å.</summary>
    public IReadOnlyList<double> PositionsAngstrom => Array.AsReadOnly(Value.Positions);

    /// <summary>For each atom the index of its species in <see cref="SpeciesNames"/>.</summary>
    public IReadOnlyList<int> Species => Array.AsReadOnly(Value.Species);

    /// <summary>Names of the species.</summary>
    public IReadOnlyList<string> SpeciesNames => Array.AsReadOnly(Value.SpeciesNames);

    /// <summary>
    /// What the file says of the frame beside box and step, by its keys. Each value is a double, long, bool or string, an IReadOnlyList of
    /// doubles or strings, or a double[,]. Empty unless the file was read with everything.
    /// </summary>
    public IReadOnlyDictionary<string, object> Values =>
        Value.Values.ToDictionary(pair => pair.Key, pair => Conversion.Plain(pair.Value));

    /// <summary>
    /// What the file says of the atoms beside species and positions, by the names of the columns. Empty unless the file was read with everything.
    /// </summary>
    public IReadOnlyDictionary<string, AtomValues> Columns =>
        Value.Columns.ToDictionary(pair => pair.Key, pair => new AtomValues(pair.Value.Width, Conversion.Plain(pair.Value.Values)));

    /// <summary>The potential energy of the box, eV: the value energy, or Potential_energy as LAMMPS names it.</summary>
    /// <exception cref="MiceException">There is none, or it is no number.</exception>
    public double EnergyElectronvolts() => MiceException.Unwrap(SnapshotModule.energy(Value));

    /// <summary>The free energy of the box, eV: the value free_energy.</summary>
    /// <exception cref="MiceException">There is none, or it is no number.</exception>
    public double FreeEnergyElectronvolts() => MiceException.Unwrap(SnapshotModule.freeEnergy(Value));

    /// <summary>The stress tensor, row by row, eV/Å³: the value stress.</summary>
    /// <exception cref="MiceException">There is none, or it is no tensor.</exception>
    public IReadOnlyList<double> StressElectronvoltsPerAngstrom3() =>
        Array.AsReadOnly(MiceException.Unwrap(SnapshotModule.stress(Value)));

    /// <summary>The force on each atom in turn, three numbers, eV/Å: the column forces or force, or fx, fy and fz of a dump.</summary>
    /// <exception cref="MiceException">There is none, or it is not three numbers an atom.</exception>
    public IReadOnlyList<double> ForcesElectronvoltsPerAngstrom() =>
        Array.AsReadOnly(MiceException.Unwrap(SnapshotModule.forces(Value)));

    /// <summary>The charge of each atom, elementary charges: the column charges, charge or q.</summary>
    /// <exception cref="MiceException">There is none, or it is not one number an atom.</exception>
    public IReadOnlyList<double> Charges() =>
        Array.AsReadOnly(MiceException.Unwrap(SnapshotModule.charges(Value)));
}

/// <summary>One column of the atoms of a snapshot.</summary>
/// <param name="Width">Values of each atom.</param>
/// <param name="Values">Those of each atom in turn: an IReadOnlyList of doubles, longs, bools or strings.</param>
public sealed record AtomValues(int Width, object Values);

/// <summary>Snapshots of one file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Snapshots">In the order of the file.</param>
/// <param name="Warnings">What a reader should know, such as a last frame that was cut off.</param>
public sealed record AtomTrajectory(
    string Path,
    IReadOnlyList<AtomSnapshot> Snapshots,
    IReadOnlyList<string> Warnings
);

/// <summary>Reads trajectories: LAMMPS text dumps and extended XYZ, plain or gzip, told apart by their content.</summary>
public static class TrajectoryReader
{
    /// <summary>Reads all snapshots of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <param name="everything">
    /// Also keeps the values of frames (energy, stress, any key) and all columns of atoms (forces, charges, any name); what does not parse among
    /// them is a fault.
    /// </param>
    /// <exception cref="MiceException">The file is missing or bad; file, frame and line are named.</exception>
    public static Task<AtomTrajectory> ReadAsync(
        string path,
        CancellationToken cancellationToken = default,
        bool everything = false
    ) =>
        Task.Run(
            () =>
            {
                var trajectory = MiceException.Unwrap(
                    TrajectoryModule.readKeeping(everything ? Keep.Everything : Keep.Positions, path)
                );
                var snapshots = trajectory.Snapshots.Select(s => new AtomSnapshot(s)).ToArray();
                return new AtomTrajectory(trajectory.Path, snapshots, trajectory.Warnings.ToArray());
            },
            cancellationToken
        );
}

/// <summary>Numbers over time that belong to a trajectory: a table with named columns. Immutable.</summary>
public sealed class ThermoData
{
    internal ThermoData(ThermoTable value) => Value = value;

    internal ThermoTable Value { get; }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Columns => Array.AsReadOnly(Value.Columns);

    /// <summary>Number of rows.</summary>
    public int RowCount => Value.Rows.Length;

    /// <summary>What a reader should know, such as a last row that was cut off.</summary>
    public IReadOnlyList<string> Warnings => Value.Warnings.ToArray();

    /// <summary>The numbers of one column.</summary>
    /// <param name="name">Its name, as in <see cref="Columns"/>.</param>
    /// <exception cref="MiceException">There is no such column.</exception>
    public IReadOnlyList<double> Column(string name) => MiceException.Unwrap(ThermoTableModule.column(name, Value));
}

/// <summary>Reads thermo tables: CSV or blank-separated columns with a header line, fix ave/time files and logs of LAMMPS; plain or gzip.</summary>
public static class ThermoReader
{
    /// <summary>Reads a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The file is missing or bad; file and line are named.</exception>
    public static Task<ThermoData> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        Task.Run(() => new ThermoData(MiceException.Unwrap(ThermoTableModule.read(path))), cancellationToken);
}
