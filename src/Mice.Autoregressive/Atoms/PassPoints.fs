namespace Mice.Autoregressive

/// <summary>Points of random passes in one snapshot that lie outside the cores of the atoms behind them.</summary>
type PassPlaces =
    {
        /// The snapshot.
        Snapshot: int
        /// [3 · points], Å.
        Positions: float[]
        /// [points]: the operation of each; the pass runs along its last axis.
        Operations: float[][]
        /// Points that were tried: those here and those within a core.
        Tried: int
    }

    /// Points that are here.
    member this.Rows = this.Operations.Length

/// <summary>Points of random passes: what atoms, or uniform noise points, see behind them.</summary>
type PassPoints =
    {
        /// [points · size of the basis], row-major: density of the past around each point.
        Features: float32[]
        /// Rows in Features.
        Rows: int
        /// Points that were tried: those in Features and those that lie within the core of an atom behind them.
        Tried: int
    }

/// <summary>Points of one pass, one uniform in each cell of a grid, thinned: kept with a known probability, high where atoms are likely.</summary>
type ThinnedPoints =
    {
        /// The points that were kept.
        Points: PassPoints
        /// [points that were kept]: one over the probability of keeping them.
        Weights: float[]
        /// Points that lay within a core: λ is set apart there.
        InCore: int
        /// Uniform points that were tried.
        Tried: int
    }
