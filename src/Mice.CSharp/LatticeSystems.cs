using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Mice.Samplers;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>Which sites of a lattice interact.</summary>
public enum LatticeKind
{
    /// <summary>Four neighbours.</summary>
    Square,

    /// <summary>Six neighbours: the square lattice with one diagonal more.</summary>
    Triangular,
}

/// <summary>A lattice model on a torus, k_B = 1: any that the library knows, by its name.</summary>
/// <example><c>new LatticeSystem("potts", 32) { Parameters = new Dictionary&lt;string, string&gt; { ["states"] = "4" } }</c></example>
public record LatticeSystem
{
    /// <summary>A model by its name.</summary>
    /// <param name="model">One of <see cref="Models"/>.</param>
    /// <param name="sides">Sites along each axis; one number stands for all axes of the model.</param>
    public LatticeSystem(string model, params int[] sides)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sides);
        Model = model;
        Sides = sides;
    }

    /// <summary>Names of all models, such as ising.</summary>
    public static IReadOnlyList<string> Models { get; } = Entropy.Models.LatticeSystems.all.Select(f => f.Name).ToArray();

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>Sites along each axis, or along all of them.</summary>
    public IReadOnlyList<int> Sides { get; }

    /// <summary>
    /// Parameters by the names that <c>mice entropy MODEL --help</c> lists: coupling, field, states and so on; the others as usual for the model.
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>All parameters of the model.</summary>
    internal virtual IEnumerable<KeyValuePair<string, string>> Values => Parameters;

    internal Entropy.Models.LatticeSystem ToSystem(int? snapshots)
    {
        var request = new Entropy.Models.LatticeRequest(
            ListModule.OfSeq(Sides),
            ListModule.OfSeq(Values.Select(v => Tuple.Create(v.Key, v.Value))),
            snapshots is { } count ? FSharpOption<int>.Some(count) : FSharpOption<int>.None,
            FSharpOption<int>.None,
            FSharpOption<int>.None
        );
        var family = MiceException.Unwrap(Entropy.Models.LatticeSystems.tryFind(Model));
        return MiceException.Unwrap(Entropy.Models.LatticeFamilyModule.create(request, family));
    }

    private protected static KeyValuePair<string, string> Number(string name, double value) =>
        KeyValuePair.Create(name, value.ToString("R", CultureInfo.InvariantCulture));
}

/// <summary>The Ising model E = −J Σ ss′ − H Σ s on Size × Size sites.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record IsingSystem(int Size) : LatticeSystem("ising", Size)
{
    /// <summary>Which sites interact.</summary>
    public LatticeKind Lattice { get; init; }

    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H, in units of |J| = 1.</summary>
    public double Field { get; init; }

    internal override IEnumerable<KeyValuePair<string, string>> Values =>
        [
            .. Parameters,
            KeyValuePair.Create("lattice", Lattice == LatticeKind.Triangular ? "triangular" : "square"),
            Number("coupling", Coupling),
            Number("field", Field),
        ];
}

/// <summary>The XY model E = −J Σ cos(θ − θ′) − H Σ cos θ, H along θ = 0, on the square lattice of Size × Size sites.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record XYSystem(int Size) : LatticeSystem("xy", Size)
{
    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H, in units of |J| = 1.</summary>
    public double Field { get; init; }

    internal override IEnumerable<KeyValuePair<string, string>> Values =>
        [.. Parameters, Number("coupling", Coupling), Number("field", Field)];
}
