namespace Mice.Samplers

/// Stored states of one lattice system, all of one shape.
type LatticeSnapshots<'spin> =
    {
        /// Rows of every snapshot.
        Rows: int
        /// Columns of every snapshot.
        Columns: int
        /// The snapshots, [n][rows·columns], row by row: sbyte ±1 for Ising spins, float angles for XY spins.
        Sites: 'spin[][]
    }
