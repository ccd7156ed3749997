using System;
using System.Threading;
using System.Threading.Tasks;
using Mice.Entropy;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>
/// Reads and writes lattice snapshots, [snapshots, rows, columns]: NumPy's .npy, and the compact .spins of <c>mice sample</c>. Read are both,
/// told apart by their content; what is written, the name tells.
/// </summary>
public static class LatticeSnapshotFile
{
    /// <summary>Reads spins, ±1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The file is missing or bad; the place of a number that is no spin is named.</exception>
    public static Task<sbyte[,,]> ReadSpinsAsync(string path, CancellationToken cancellationToken = default) =>
        Read(path, SnapshotFile.readSpins, cancellationToken);

    /// <summary>Reads angles, in radians; they come wrapped to (−π, π].</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The file is missing or bad; the place of a number that is no angle is named.</exception>
    public static Task<double[,,]> ReadAnglesAsync(string path, CancellationToken cancellationToken = default) =>
        Read(path, SnapshotFile.readAngles, cancellationToken);

    /// <summary>Writes spins, ±1, as a whole or not at all.</summary>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="spins">The snapshots.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The name has another ending, a number is no spin, or the file cannot be written.</exception>
    public static Task WriteAsync(string path, sbyte[,,] spins, CancellationToken cancellationToken = default) =>
        WriteAsync(path, LatticeSnapshotSet.OfSpins(spins), cancellationToken);

    /// <summary>Writes angles, in radians, as a whole or not at all.</summary>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="angles">The snapshots.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The name has another ending, a number is not finite, or the file cannot be written.</exception>
    public static Task WriteAsync(string path, double[,,] angles, CancellationToken cancellationToken = default) =>
        WriteAsync(path, LatticeSnapshotSet.OfAngles(angles), cancellationToken);

    /// <summary>Reads snapshots of any number of axes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind of their spins.</param>
    /// <param name="states">How many states there are; null where the file says it, as a .spins file does, and for spins of another kind.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The file is missing or bad; the place of a number that is no spin is named.</exception>
    public static Task<LatticeSnapshotSet> ReadAsync(
        string path,
        LatticeSpinKind kind,
        int? states = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(path);

        LatticeGiven Given()
        {
            switch (kind)
            {
                case LatticeSpinKind.PlusMinusOne:
                    return LatticeGiven.NewSpins(MiceException.Unwrap(SnapshotFile.readSpins(path)));
                case LatticeSpinKind.Angles:
                    return LatticeGiven.NewAngles(MiceException.Unwrap(SnapshotFile.readAngles(path)));
                default:
                    var told = states is { } count ? FSharpOption<int>.Some(count) : FSharpOption<int>.None;
                    var (known, found) = MiceException.Unwrap(SnapshotFile.readStates(told, path));
                    return LatticeGiven.NewStates(known, found);
            }
        }

        return Task.Run(() => LatticeSnapshotSet.From(Given()), cancellationToken);
    }

    /// <summary>Writes snapshots of any number of axes, as a whole or not at all.</summary>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The name has another ending, a number is no spin, or the file cannot be written.</exception>
    public static Task WriteAsync(string path, LatticeSnapshotSet snapshots, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(snapshots);
        var unknown = FSharpOption<SnapshotSource>.None;

        return Task.Run(
            () =>
                MiceException.Unwrap(
                    snapshots.Value switch
                    {
                        LatticeGiven.Spins spins => SnapshotFile.writeSpins(unknown, path, spins.Item),
                        LatticeGiven.Angles angles => SnapshotFile.writeAngles(unknown, path, angles.Item),
                        LatticeGiven.States known => SnapshotFile.writeStates(known.Item1, unknown, path, known.Item2),
                        _ => throw new InvalidOperationException("Snapshots of a kind that is not known."),
                    }
                ),
            cancellationToken
        );
    }

    private static Task<T[,,]> Read<T>(
        string path,
        Func<string, FSharpResult<LatticeSnapshots<T>, FSharpList<MiceError>>> read,
        CancellationToken cancellationToken
    )
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(path);
        return Task.Run(() => Conversion.Table(MiceException.Unwrap(read(path))), cancellationToken);
    }
}
