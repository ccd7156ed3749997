namespace Mice.Denoising

open System
open Mice.Atoms

/// <summary>Pairs of atoms within a cut-off: for each atom i the atoms j around it, each image by itself. With i → j the pair j → i is there too.</summary>
type internal Edges =
    {
        /// Number of atoms.
        Atoms: int
        /// [atoms + 1]: the edges of atom i are Starts[i] … Starts[i + 1] − 1.
        Starts: int[]
        /// [edges]: the atom j at the other end.
        Ends: int[]
        /// [3·edges]: unit vector from i to j.
        Directions: float32[]
        /// [edges]: the entry of a radial table that lies at the distance or below it.
        Bins: int[]
        /// [edges]: how far the distance lies above that entry, in units of their spacing; 0 to 1.
        Fractions: float32[]
    }

[<RequireQualifiedAccess>]
module internal Edges =
    /// Entries of a radial table, from distance 0 to the cut-off.
    [<Literal>]
    let TableEntries = 128

    /// Distances below this share of the cut-off count as this long: two atoms at one place have no direction.
    let private shortest = 1e-5

    /// <summary>Edges of atoms in a box.</summary>
    /// <param name="cell">The box.</param>
    /// <param name="positions">[3n], Å.</param>
    /// <param name="cutoff">Å.</param>
    let build (cell: Cell) (positions: float[]) (cutoff: float) : Edges =
        let grid = Neighbours.build cell positions cutoff

        let table =
            Neighbours.queryOn
                1
                { Neighbours.all grid with
                    PointsAreAtoms = true
                }
                grid
                positions

        let edges = table.Indices.Length
        let directions = GC.AllocateUninitializedArray<float32>(3 * edges)
        let bins = GC.AllocateUninitializedArray<int> edges
        let fractions = GC.AllocateUninitializedArray<float32> edges
        let scale = float (TableEntries - 1) / cutoff

        for e in 0 .. edges - 1 do
            let r = max (shortest * cutoff) (sqrt table.SquaredDistances[e])

            for k in 0..2 do
                directions[3 * e + k] <- float32 (table.Displacements[3 * e + k] / r)

            let place = r * scale
            let bin = min (TableEntries - 2) (int place)
            bins[e] <- bin
            fractions[e] <- float32 (place - float bin)

        {
            Atoms = table.Points
            Starts = table.Offsets
            Ends = table.Indices
            Directions = directions
            Bins = bins
            Fractions = fractions
        }
