using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Mice.Information;

namespace Mice.CSharp;

/// <summary>Draws of a random vector: one row per draw, one column per coordinate. Immutable.</summary>
public sealed class SampleData
{
    internal SampleData(Sample value) => Value = value;

    internal Sample Value { get; }

    /// <summary>A sample from a table of numbers, which is copied.</summary>
    /// <param name="values">Rows by columns.</param>
    /// <exception cref="MiceException">There is no column.</exception>
    public SampleData(double[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var copy = new double[values.Length];
        Buffer.BlockCopy(values, 0, copy, 0, sizeof(double) * values.Length);
        Value = MiceException.Unwrap(SampleModule.create(values.GetLength(0), values.GetLength(1), copy));
    }

    /// <summary>A sample from its rows, which are copied.</summary>
    /// <param name="rows">One array of coordinates per draw, all of the same length.</param>
    /// <exception cref="MiceException">The rows differ in length, or there is none.</exception>
    public SampleData(IReadOnlyList<double[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Value = MiceException.Unwrap(SampleModule.ofRows(rows.ToArray()));
    }

    /// <summary>Number of draws.</summary>
    public int RowCount => Value.Rows;

    /// <summary>Number of coordinates.</summary>
    public int ColumnCount => Value.Columns;

    /// <summary>One coordinate of one draw.</summary>
    /// <param name="row">The draw, from 0.</param>
    /// <param name="column">The coordinate, from 0.</param>
    public double this[int row, int column] =>
        (uint)column < (uint)Value.Columns
            ? Value.Values[row * Value.Columns + column]
            : throw new ArgumentOutOfRangeException(nameof(column));
}

/// <summary>Reads samples: CSV or columns between blanks, with or without a header line, and NumPy's .npy, told apart by their content.</summary>
/// <remarks>Every line between the first row and the last is a row: one that is empty or begins with # is a fault, for a value may be missing there.
/// Comments and blank lines stand above the first row and below the last.</remarks>
public static class SampleReader
{
    /// <summary>Reads all rows of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">For a discrete variable text in a CSV file is read as labels, numbered in the order of their first appearance.</param>
    /// <param name="cancellationToken">Stops waiting for the file.</param>
    /// <exception cref="MiceException">The file is missing or bad; file, line and column of the first ten faults are named.</exception>
    public static Task<SampleData> ReadAsync(
        string path,
        SampleKind kind = SampleKind.Automatic,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(path);

        return Task.Run(
            () =>
                new SampleData(
                    MiceException.Unwrap(
                        kind == SampleKind.Discrete ? SampleFile.readSymbols(path) : SampleFile.read(path)
                    )
                ),
            cancellationToken
        );
    }
}
