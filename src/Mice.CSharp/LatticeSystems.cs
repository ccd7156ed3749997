using Mice.Samplers;
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

/// <summary>A lattice model on a torus of Size × Size sites, k_B = 1.</summary>
/// <param name="Size">Rows and columns.</param>
public abstract record LatticeSystem(int Size)
{
    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H, in units of |J| = 1.</summary>
    public double Field { get; init; }

    /// <summary>The name by which the library knows such models.</summary>
    internal abstract string Family { get; }

    /// <summary>Which sites interact.</summary>
    internal virtual LatticeKind Sites => LatticeKind.Square;

    internal Entropy.LatticeSystem ToSystem(int snapshots)
    {
        var family = MiceException.Unwrap(Entropy.LatticeSystems.tryFind(Family));
        var parameters = new Entropy.LatticeParameters(
            Size,
            Conversion.Lattice(Sites),
            Coupling,
            Field,
            FSharpOption<int>.Some(snapshots),
            FSharpOption<int>.None,
            FSharpOption<int>.None
        );
        return MiceException.Unwrap(family.Create.Invoke(parameters));
    }
}

/// <summary>The Ising model E = −J Σ ss′ − H Σ s.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record IsingSystem(int Size) : LatticeSystem(Size)
{
    /// <summary>Which sites interact.</summary>
    public LatticeKind Lattice { get; init; }

    internal override string Family => "ising";

    internal override LatticeKind Sites => Lattice;

    internal IsingModel ToModel() => new(Conversion.Lattice(Lattice), Size, Size, Coupling, Field, 1.0);
}

/// <summary>The XY model E = −J Σ cos(θ − θ′) − H Σ cos θ, H along θ = 0, on the square lattice.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record XYSystem(int Size) : LatticeSystem(Size)
{
    internal override string Family => "xy";

    internal XYModel ToModel() => new(Size, Size, Coupling, Field, 1.0);
}
