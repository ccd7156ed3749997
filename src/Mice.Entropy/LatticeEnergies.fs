namespace Mice.Entropy

open System
open Mice
open Mice.Samplers
open Mice.Tensors

/// What is known of a lattice system in equilibrium besides its snapshots.
type LatticeEnergies =
    {
        /// β = 1/T.
        Beta: float
        /// Energies of the snapshots.
        Values: float[]
        /// ⟨E⟩/N, from more data than these snapshots.
        MeanPerSite: Estimate<1>
    }

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
    /// Fewest groups of snapshots: two to train on, two for an error from their scatter.
    [<Literal>]
    let private FewestGroups = 4

    /// Every fault of snapshots that networks are to be trained on, of their groups and of their energies.
    let faults (data: LatticeData<'spin>) : MiceError list =
        let groupSnapshots = data.GroupSnapshots
        let n = data.Snapshots.Sites.Length

        [
            if n < 16 then
                MiceError.TooFewData("snapshots", n, 16, "Sample longer.")
            elif groupSnapshots < 1 then
                MiceError.OutOfRange("snapshots in a group", string groupSnapshots, "1 or more")
            elif n / groupSnapshots < FewestGroups then
                MiceError.TooFewData(
                    "independent groups of snapshots",
                    n / groupSnapshots,
                    FewestGroups,
                    $"Their scatter is the error; {n} snapshots are in groups of {groupSnapshots}."
                )

            if n >= 16 then
                yield! data.Spins.Faults data.Snapshots

            match data.Energies with
            | Some e ->
                if e.Values.Length <> n then
                    MiceError.Mismatch("energies and snapshots", string e.Values.Length, string n)

                if not (Double.IsFinite e.Beta && e.Beta > 0.0) then
                    MiceError.OutOfRange("temperature", string (1.0 / e.Beta), "any finite number above 0")

                match e.Values |> Array.tryFind (Double.IsFinite >> not) with
                | Some energy -> MiceError.OutOfRange("an energy", string energy, "any finite number")
                | None -> ()
            | None -> ()
        ]
