namespace Mice.Entropy

open Mice
open Mice.Samplers
open Mice.Tensors

/// Snapshots of a lattice system at one temperature, and what networks that learn from them need.
type LatticeData<'spin> =
    {
        /// The snapshots, 16 or more; those that may be correlated are neighbours.
        Snapshots: LatticeSnapshots<'spin>
        /// The kind of their spins.
        Spins: LatticeSpins<'spin>
        /// Neighbouring snapshots that may be correlated, as those of one chain, 1 or more.
        GroupSnapshots: int
        /// In equilibrium; None otherwise.
        Energies: LatticeEnergies option
        /// E of any configuration, the one that the energies are from; None where it is not known.
        Hamiltonian: ('spin[] -> float) option
        /// What networks start from, as a result of a neighbouring temperature has it; random ones where it has no branch for them.
        First: Params
    }

/// Data against each other.
[<RequireQualifiedAccess>]
module internal LatticeData =
    /// Every fault of snapshots that networks are to be trained on, of their groups and of their energies.
    let faults (data: LatticeData<'spin>) : MiceError list =
        GroupedSnapshots.faults
            data.Snapshots.Sites.Length
            data.GroupSnapshots
            (fun () -> data.Spins.Faults data.Snapshots)
            data.Energies
