namespace Mice.Denoising

open Mice.Atoms

/// <summary>Where the shortest pairs of atoms are found: at the contact of hard cores, or where the repulsion of soft ones begins.</summary>
type ShortestPairs =
    {
        /// Distance within which one atom in a hundred has a neighbour, Å.
        Contact: float
        /// How much farther one atom in ten has one, Å: small where cores are hard.
        Rise: float
    }

/// From snapshots.
[<RequireQualifiedAccess>]
module ShortestPairs =
    /// Pairs are looked for up to this many mean distances.
    [<Literal>]
    let private Reach = 1.3

    /// Atoms that are enough.
    [<Literal>]
    let private Enough = 200_000

    /// Smallest share of a mean distance over which the number of pairs may seem to rise.
    [<Literal>]
    let private LeastRise = 1e-5

    /// <summary>The shortest pairs of snapshots.</summary>
    /// <param name="meanDistance">ρ^(−1/d), Å.</param>
    /// <param name="snapshots">One or more.</param>
    let find (meanDistance: float) (snapshots: Snapshot[]) : ShortestPairs =
        let step = 1 + (Array.sumBy Snapshot.count snapshots - 1) / Enough

        let some = [| for i in 0..step .. snapshots.Length - 1 -> snapshots[i] |]

        let distances =
            some
            |> Array.collect (fun s ->
                let grid = Neighbours.build s.Cell s.Positions (Reach * meanDistance)
                (Neighbours.ofAtoms grid s.Positions).SquaredDistances |> Array.map sqrt)
            |> Array.sort

        let atoms = some |> Array.sumBy Snapshot.count

        // Where pairs are too few, none is short.
        let at share =
            let place = int (share * float atoms)

            if place < distances.Length then
                distances[place]
            else
                Reach * meanDistance

        {
            Contact = at 0.01
            Rise = max (LeastRise * meanDistance) (at 0.1 - at 0.01)
        }
