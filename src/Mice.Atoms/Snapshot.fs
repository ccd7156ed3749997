namespace Mice.Atoms

/// <summary>One stored configuration of atoms.</summary>
/// <remarks>Readers move positions into the cell along its periodic directions, and sort atoms by id where the file has ids.</remarks>
type Snapshot =
    {
        /// The time step that the file gives, or the number of the frame, from 0, where it gives none.
        Step: int64
        /// The box of this snapshot; under constant pressure it differs from snapshot to snapshot.
        Cell: Cell
        /// [n]: for each atom the index of its species in SpeciesNames.
        Species: int[]
        /// Chemical symbols, or LAMMPS types ("1", "2", …) where the file has no symbols.
        SpeciesNames: string[]
        /// [3n], row-major: x, y, z of each atom, Å.
        Positions: float[]
    }

/// What follows from a <see cref="T:Mice.Atoms.Snapshot"/>.
[<RequireQualifiedAccess>]
module Snapshot =
    /// The number of atoms.
    let count (snapshot: Snapshot) : int = snapshot.Species.Length

    /// The volume per atom, Å³.
    let volumePerAtom (snapshot: Snapshot) : float =
        Cell.volume snapshot.Cell / float (count snapshot)

    /// The number of atoms per volume, 1/Å³.
    let density (snapshot: Snapshot) : float =
        float (count snapshot) / Cell.volume snapshot.Cell

    /// <summary>A snapshot of one species at step 0.</summary>
    /// <param name="name">The name of the species.</param>
    /// <param name="cell">The box.</param>
    /// <param name="positions">[3n], row-major, Å; moved into the cell along its periodic directions.</param>
    let ofPositions (name: string) (cell: Cell) (positions: float[]) : Snapshot =
        {
            Step = 0L
            Cell = cell
            Species = Array.zeroCreate (positions.Length / 3)
            SpeciesNames = [| name |]
            Positions = Cell.wrap cell positions
        }
