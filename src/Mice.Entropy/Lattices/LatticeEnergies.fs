namespace Mice.Entropy

open System
open Mice

/// Temperature and energies of snapshots in equilibrium; k_B = 1.
type LatticeEnergies =
    {
        /// β = 1/T.
        Beta: float
        /// E of each snapshot.
        Values: float[]
        /// ⟨E⟩/N, from a longer run than these snapshots where there was one.
        MeanPerSite: Estimate<1>
    }

/// Snapshots in groups of neighbours, and their energies.
[<RequireQualifiedAccess>]
module internal GroupedSnapshots =
    /// Fewest groups of snapshots: two groups for training, and two whose scatter gives the error.
    [<Literal>]
    let private FewestGroups = 4

    /// Fewest snapshots.
    [<Literal>]
    let private Fewest = 16

    let private energyFaults count (energies: LatticeEnergies) =
        [
            if energies.Values.Length <> count then
                MiceError.Mismatch("energies and snapshots", string energies.Values.Length, string count)

            if not (Double.IsFinite energies.Beta && energies.Beta > 0.0) then
                MiceError.OutOfRange("temperature", string (1.0 / energies.Beta), "any finite number above 0")

            match energies.Values |> Array.tryFind (Double.IsFinite >> not) with
            | Some energy -> MiceError.OutOfRange("an energy", string energy, "any finite number")
            | None -> ()
        ]

    /// Every fault of a number of snapshots for training, of the size of their groups, of the snapshots themselves and of their energies.
    let faults
        (count: int)
        (groupSnapshots: int)
        (own: unit -> MiceError list)
        (energies: LatticeEnergies option)
        : MiceError list =
        [
            if count < Fewest then
                MiceError.TooFewData("snapshots", count, Fewest, "Sample longer.")
            elif groupSnapshots < 1 then
                MiceError.OutOfRange("snapshots in a group", string groupSnapshots, "1 or more")
            elif count / groupSnapshots < FewestGroups then
                MiceError.TooFewData(
                    "independent groups of snapshots",
                    count / groupSnapshots,
                    FewestGroups,
                    $"Their scatter is the error; {count} snapshots are in groups of {groupSnapshots}."
                )

            if count >= Fewest then
                yield! own ()

            yield! energies |> Option.map (energyFaults count) |> Option.defaultValue []
        ]

    /// Number of snapshots in the first half; no group is divided between the halves.
    let half (count: int) (groupSnapshots: int) : int =
        max 1 (count / groupSnapshots / 2) * groupSnapshots
