namespace Mice.Entropy.Halvings

open Mice
open Mice.Entropy
open Mice.Information
open Mice.Tensors

/// Two equal halves of a cell, as results name them.
type Halves =
    {
        /// Such as 4×8.
        Name: string
        /// Volume of one half: sites of a lattice, or another unit of volume.
        Volume: float
        /// Area of the interface between the halves: bonds that are cut, or another unit of area.
        InterfaceArea: float
    }

/// One doubling: a cell of two halves, and how critics see them.
type HalvingLevel<'snapshot> =
    {
        /// The halves.
        Halves: Halves
        /// Whole numbers that identify the level: its random keys are derived from them, so no other level has the same numbers.
        Items: int list
        /// Numbers that describe one half to the critic.
        Numbers: int
        /// Writes the two halves of a cell at a random place of a snapshot into one row of two arrays, [·; numbers]. The arguments: randomness, snapshot, row,
        /// array of first halves, array of second halves.
        Draw: Generator -> 'snapshot -> int -> float32[] -> float32[] -> unit
        /// The untrained critic, given the snapshots that the critic will be trained on.
        Critic: 'snapshot[] -> Critic
        /// Product pairs for each row of a training batch; None pairs each row with all other rows.
        Partners: int option
    }

/// The cell that the doublings start from, whose entropy needs no critic.
type StartingBlock =
    {
        /// Entropy per site, nats; of planar spins relative to dθ.
        EntropyPerSite: Estimate<nat / site>
        /// Pseudo-values of the entropy per site, one for each group of snapshots, up to a common constant.
        Changes: float[]
    }

/// <summary>How snapshots of a kind are halved down to a cell of known entropy.</summary>
type Halving<'snapshot> =
    {
        /// All doublings from the smallest cell up to the whole, smallest first.
        Levels: HalvingLevel<'snapshot> list
        /// Volume of a snapshot.
        Volume: float
        /// Entropy of the smallest cell from snapshots that no critic is trained on. Neighbouring snapshots may be correlated.
        Start: 'snapshot[] -> Result<StartingBlock, MiceError list>
        /// Volume of a small block whose entropy per site is reported as the naive estimate, from the doublings within the block; None where counting reports
        /// such an estimate.
        NaiveVolume: float option
    }

/// Snapshots that are halved, and what is known of them.
type HalvingData<'snapshot> =
    {
        /// The snapshots. Snapshots that may be correlated are neighbours in the array.
        Snapshots: 'snapshot[]
        /// Neighbouring snapshots that may be correlated, 1 or more.
        GroupSnapshots: int
        /// Temperature and energies of snapshots in equilibrium; None out of equilibrium.
        Energies: LatticeEnergies option
        /// Parameters that critics start from, one branch for each level under the name of its halves; a level without a branch starts from random parameters.
        First: Params
    }
