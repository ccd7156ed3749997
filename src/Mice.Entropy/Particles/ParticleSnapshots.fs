namespace Mice.Entropy

open System
open Mice
open Mice.Atoms

/// Checks of snapshots that networks are to be trained on.
[<RequireQualifiedAccess>]
module internal ParticleSnapshots =
    /// Fewest atoms that a network can learn from.
    [<Literal>]
    let private FewestAtoms = 8

    let private isOpen dimension (snapshot: Snapshot) =
        snapshot.Cell.Periodic |> Array.truncate dimension |> Array.contains false

    /// <summary>The faults of snapshots for any method.</summary>
    /// <param name="method">The method, as in "the scan".</param>
    /// <param name="needed">Fewest snapshots.</param>
    /// <param name="dimension">The first so many coordinates count.</param>
    /// <param name="snapshots">The snapshots.</param>
    let faults (method: string) (needed: int) (dimension: int) (snapshots: Snapshot[]) : MiceError list =
        let fewest = snapshots |> Array.map Snapshot.count |> Array.fold min Int32.MaxValue

        [
            if snapshots.Length < needed then
                MiceError.TooFewData(
                    "snapshots",
                    snapshots.Length,
                    needed,
                    "Give more snapshots, or train fewer networks."
                )

            yield! Composition.faults method snapshots

            if fewest < FewestAtoms then
                MiceError.TooFewData("atoms in a snapshot", fewest, FewestAtoms, "Simulate a larger system.")

            if snapshots |> Array.exists (isOpen dimension) then
                MiceError.OutOfRange(
                    "a boundary of the box",
                    "not periodic",
                    "periodic boundaries along all axes that count"
                )

            yield! Repeats.faults snapshots
        ]
