using System;
using System.Threading;
using System.Threading.Tasks;
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
        Write(path, spins, SnapshotFile.writeSpins, cancellationToken);

    /// <summary>Writes angles, in radians, as a whole or not at all.</summary>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="angles">The snapshots.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The name has another ending, a number is not finite, or the file cannot be written.</exception>
    public static Task WriteAsync(string path, double[,,] angles, CancellationToken cancellationToken = default) =>
        Write(path, angles, SnapshotFile.writeAngles, cancellationToken);

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

    private static Task Write<T>(
        string path,
        T[,,] values,
        Func<FSharpOption<SnapshotSource>, string, LatticeSnapshots<T>, FSharpResult<Unit, FSharpList<MiceError>>> write,
        CancellationToken cancellationToken
    )
        where T : struct
    {
        ArgumentNullException.ThrowIfNull(path);
        var snapshots = Conversion.Snapshots(values);
        var unknown = FSharpOption<SnapshotSource>.None;
        return Task.Run(() => MiceException.Unwrap(write(unknown, path, snapshots)), cancellationToken);
    }
}
