namespace Mice.Autoregressive

open System
open Mice
open Mice.Atoms

/// <summary>Snapshots of one system made ready for passes: searchable for neighbours, in as many dimensions as they have.</summary>
type ScanSnapshots =
    {
        /// Number of dimensions, 1, 2 or 3: the first so many coordinates count, others are ignored.
        Dimension: int
        /// The declared symmetry.
        Symmetry: Symmetry
        /// Atoms in each snapshot.
        Atoms: int
        /// The longest distance that neighbours are asked for, Å.
        Cutoff: float
        /// [snapshots] of [3·atoms], Å.
        Positions: float[][]
        /// Box of each snapshot; directions beyond Dimension do not repeat.
        Cells: Cell[]
        /// Neighbour search of each snapshot.
        Grids: NeighbourGrid[]
        /// Number density of each snapshot, Å^−Dimension.
        Densities: float[]
    }

/// Making snapshots ready, and their lengths.
[<RequireQualifiedAccess>]
module ScanSnapshots =
    /// <summary>Prepares snapshots.</summary>
    /// <param name="dimension">1, 2 or 3.</param>
    /// <param name="symmetry">The declared symmetry.</param>
    /// <param name="cutoff">The longest distance that will be asked for, Å.</param>
    /// <param name="snapshots">One or more; different numbers of atoms are an exception.</param>
    let prepare (dimension: int) (symmetry: Symmetry) (cutoff: float) (snapshots: Snapshot[]) : ScanSnapshots =
        let projected = snapshots |> Array.map (Snapshot.inDimensions dimension)
        let atoms = Snapshot.count snapshots[0]

        if snapshots |> Array.exists (fun s -> Snapshot.count s <> atoms) then
            invalidArg (nameof snapshots) "All snapshots of a scan have the same number of atoms."

        {
            Dimension = dimension
            Symmetry = symmetry
            Atoms = atoms
            Cutoff = cutoff
            Positions = projected |> Array.map _.Positions
            Cells = projected |> Array.map _.Cell
            Grids = projected |> Array.map (fun s -> Neighbours.build s.Cell s.Positions cutoff)
            Densities = projected |> Array.map Snapshot.density
        }

    /// Some of the snapshots.
    let select (indices: int[]) (snapshots: ScanSnapshots) : ScanSnapshots =
        let pick (values: 'v[]) =
            indices |> Array.map (fun i -> values[i])

        { snapshots with
            Positions = pick snapshots.Positions
            Cells = pick snapshots.Cells
            Grids = pick snapshots.Grids
            Densities = pick snapshots.Densities
        }

    /// The number of snapshots.
    let count (snapshots: ScanSnapshots) : int = snapshots.Grids.Length

    /// The shortest distance between two atoms (or images) within the cut-off in any of the snapshots, Å; the cut-off where there is none.
    let closestDistance (snapshots: ScanSnapshots) : float =
        Array.map2 Neighbours.shortest snapshots.Grids snapshots.Positions |> Array.min
