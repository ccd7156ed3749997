namespace Mice.Entropy

open Mice
open Mice.Samplers
open Mice.Tensors
open Mice.Entropy.Models

/// Snapshots of a lattice system at one temperature, and what networks that learn from them need.
type internal LatticeData<'spin> =
    {
        /// The snapshots, 16 or more. Snapshots that may be correlated are neighbours in the array.
        Snapshots: LatticeSnapshots<'spin>
        /// The kind of their spins.
        Spins: LatticeSpins<'spin>
        /// Number of neighbouring snapshots that may be correlated, such as the snapshots of one chain; 1 or more.
        GroupSnapshots: int
        /// Temperature and energies of snapshots in equilibrium; None out of equilibrium.
        Energies: LatticeEnergies option
        /// E of any configuration, by the same Hamiltonian as the energies; None where the Hamiltonian is not known.
        Hamiltonian: ('spin[] -> float) option
        /// Parameters that networks start from, such as parameters trained at a neighbouring temperature. A network without a branch starts from random
        /// parameters.
        First: Params
    }

/// Checks of data.
[<RequireQualifiedAccess>]
module internal LatticeData =
    /// Every fault of snapshots that networks are to be trained on, of their groups and of their energies.
    let faults (data: LatticeData<'spin>) : MiceError list =
        GroupedSnapshots.faults
            data.Snapshots.Sites.Length
            data.GroupSnapshots
            (fun () -> data.Spins.Treatment.Faults data.Snapshots)
            data.Energies
