using Mice.Samplers;

namespace Mice.CSharp;

/// <summary>Which sites of a lattice interact.</summary>
public enum LatticeKind
{
    /// <summary>Four neighbours.</summary>
    Square,

    /// <summary>Six neighbours: the square lattice with one diagonal more.</summary>
    Triangular,
}

/// <summary>The Ising model E = −J Σ ss′ − H Σ s on a torus of Size × Size sites, k_B = 1.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record IsingSystem(int Size)
{
    /// <summary>Which sites interact.</summary>
    public LatticeKind Lattice { get; init; }

    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H.</summary>
    public double Field { get; init; }

    internal IsingModel ToModel() => new(Conversion.Lattice(Lattice), Size, Size, Coupling, Field, 1.0);
}

/// <summary>The XY model E = −J Σ cos(θ − θ′) − H Σ cos θ on a square torus of Size × Size sites, k_B = 1.</summary>
/// <param name="Size">Rows and columns.</param>
public sealed record XYSystem(int Size)
{
    /// <summary>J: positive for a ferromagnet.</summary>
    public double Coupling { get; init; } = 1.0;

    /// <summary>H, along θ = 0.</summary>
    public double Field { get; init; }

    internal XYModel ToModel() => new(Size, Size, Coupling, Field, 1.0);
}
