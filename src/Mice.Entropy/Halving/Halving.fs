namespace Mice.Entropy

open Mice
open Mice.Information
open Mice.Tensors

/// Two equal halves of a cell, as results name them.
type Halves =
    {
        /// Such as 4×8.
        Name: string
        /// Of one half: sites of a lattice, or another unit of volume.
        Volume: float
        /// Of the interface between the halves: bonds that are cut, or another unit of area.
        InterfaceArea: float
    }

/// One doubling: a cell of two halves, and how critics see them.
type HalvingLevel<'snapshot> =
    {
        /// The halves.
        Halves: Halves
        /// Numbers that the randomness of this level is told apart by: no other level has the same.
        Items: int list
        /// Numbers that a half is given by.
        Numbers: int
        /// Writes two halves of a cell at a random place of a snapshot to rows of two arrays, [·; numbers]: randomness → snapshot → row → first halves → second halves.
        Draw: Generator -> 'snapshot -> int -> float32[] -> float32[] -> unit
        /// The untrained critic; the snapshots are those it will be trained on.
        Critic: 'snapshot[] -> Critic
        /// Product pairs of each row of a batch in training; None for all of them.
        Partners: int option
    }

/// The cell that the doublings start from, whose entropy needs no critic.
type StartingBlock =
    {
        /// Entropy per site, nats; of planar spins relative to dθ.
        EntropyPerSite: Estimate<nat / site>
        /// How each group of snapshots changes it: pseudo-values per site up to a constant.
        Changes: float[]
    }

/// <summary>How snapshots of a kind are halved down to a cell of known entropy.</summary>
type Halving<'snapshot> =
    {
        /// All doublings from the smallest cell up to the whole, smallest first.
        Levels: HalvingLevel<'snapshot> list
        /// Volume of a snapshot.
        Volume: float
        /// Entropy of the smallest cell, from snapshots that no critic is trained on, in groups of neighbours.
        Start: 'snapshot[] -> Result<StartingBlock, MiceError list>
        /// Volume of a small block whose entropy is told besides, from the doublings within it; None where the smallest cell tells enough.
        NaiveVolume: float option
    }

/// Snapshots that are halved, and what is known of them.
type HalvingData<'snapshot> =
    {
        /// The snapshots; those that may be correlated are neighbours.
        Snapshots: 'snapshot[]
        /// Neighbouring snapshots that may be correlated, 1 or more.
        GroupSnapshots: int
        /// In equilibrium; None otherwise.
        Energies: LatticeEnergies option
        /// What critics start from, a branch for each level by its name; random ones where there is none.
        First: Params
    }
