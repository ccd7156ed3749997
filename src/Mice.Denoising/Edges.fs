namespace Mice.Denoising

open System
open System.Numerics
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
        /// [edges]: how far the place of the distance lies above that entry, in units of their spacing; 0 to 1.
        Fractions: float32[]
    }

/// <summary>Places of distances in a radial table: asinh((r − c)/w), from 0 at r = 0 to 1 at the cut-off, so that entries lie closest where r = c and are ever farther
/// apart from there, in proportion to |r − c| beyond w.</summary>
[<Struct>]
type internal RadialScale =
    {
        /// c, Å.
        Centre: float
        /// w, Å.
        Width: float
        /// Å.
        Cutoff: float
    }

[<RequireQualifiedAccess>]
module internal RadialScale =
    let private start (s: RadialScale) = Math.Asinh(-s.Centre / s.Width)

    let private span (s: RadialScale) =
        Math.Asinh((s.Cutoff - s.Centre) / s.Width) - start s

    /// Places of distances.
    let place (s: RadialScale) : float -> float =
        let first, unit, inverse = start s, 1.0 / span s, 1.0 / s.Width
        fun r -> (Math.Asinh((r - s.Centre) * inverse) - first) * unit

    /// Replaces distances by their places, as place does, some at a time; as many as a whole number of vectors.
    let replace (s: RadialScale) (distances: float[]) : unit =
        let first, unit, inverse = start s, 1.0 / span s, 1.0 / s.Width
        let centre, one = Vector<float>(s.Centre), Vector<float>.One

        for i in 0 .. Vector<float>.Count .. distances.Length - 1 do
            let x = (Vector<float>(distances, i) - centre) * inverse
            let size = Vector.Abs x
            let asinh = Vector.CopySign(Vector.Log(size + Vector.SquareRoot(x * x + one)), x)
            ((asinh - Vector<float>(first)) * unit).CopyTo(distances, i)

    /// The distance that has a place.
    let distance (s: RadialScale) (place: float) : float =
        s.Centre + s.Width * sinh (start s + place * span s)

[<RequireQualifiedAccess>]
module internal Edges =
    /// Entries of a radial table, from distance 0 to the cut-off.
    [<Literal>]
    let TableEntries = 128

    /// Edges whose places are found together; a whole number of vectors of any length.
    [<Literal>]
    let private Block = 512

    /// Distances below this share of the cut-off count as this long: two atoms at one place have no direction.
    let private shortest = 1e-5

    /// <summary>Edges of atoms in a box.</summary>
    /// <param name="cell">The box.</param>
    /// <param name="positions">[3n], Å.</param>
    /// <param name="radial">Cut-off, and places of distances in radial tables.</param>
    let build (cell: Cell) (positions: float[]) (radial: RadialScale) : Edges =
        let cutoff = radial.Cutoff
        let table = Neighbours.ofAtoms (Neighbours.build cell positions cutoff) positions

        let edges = table.Indices.Length
        let directions = GC.AllocateUninitializedArray<float32>(3 * edges)
        let bins = GC.AllocateUninitializedArray<int> edges
        let fractions = GC.AllocateUninitializedArray<float32> edges
        let places = Array.zeroCreate<float> Block

        for first in 0..Block .. edges - 1 do
            let count = min Block (edges - first)

            for i in 0 .. count - 1 do
                let e = first + i
                let r = max (shortest * cutoff) (sqrt table.SquaredDistances[e])
                let inverse = 1.0 / r
                places[i] <- r

                for k in 0..2 do
                    directions[3 * e + k] <- float32 (table.Displacements[3 * e + k] * inverse)

            RadialScale.replace radial places

            for i in 0 .. count - 1 do
                let place = places[i] * float (TableEntries - 1)
                let bin = min (TableEntries - 2) (int place)
                bins[first + i] <- bin
                fractions[first + i] <- float32 (place - float bin)

        {
            Atoms = table.Points
            Starts = table.Offsets
            Ends = table.Indices
            Directions = directions
            Bins = bins
            Fractions = fractions
        }
