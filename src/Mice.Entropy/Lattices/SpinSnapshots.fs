namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers

/// Faults of snapshots for counting and compression, and the groups of snapshots that errors come from.
module internal SpinSnapshots =
    /// Most groups; the standard error from G groups has a relative error of 1/√(2(G − 1)), 13 % for 32.
    [<Literal>]
    let private MostGroups = 32

    let private spinFault (snapshots: LatticeSnapshots<sbyte>) =
        snapshots.Sites
        |> Array.tryPick (fun spins ->
            let i = System.MemoryExtensions.IndexOfAnyExcept(System.ReadOnlySpan spins, -1y, 1y)
            if i < 0 then None else Some spins[i])
        |> Option.map (fun spin -> MiceError.OutOfRange("a spin", string spin, "-1 and 1"))

    /// Too few snapshots for an error, and the first one of a wrong size.
    let shapeFaults (snapshots: LatticeSnapshots<'spin>) : MiceError list =
        [
            if snapshots.Sites.Length < 2 then
                MiceError.TooFewData(
                    "independent snapshots",
                    snapshots.Sites.Length,
                    2,
                    "Sample more: the error comes from their scatter."
                )

            yield! LatticeSnapshots.faults snapshots
        ]

    /// Faults of the number and the size of snapshots, and the first spin that is not ±1.
    let faults (snapshots: LatticeSnapshots<sbyte>) : MiceError list =
        shapeFaults snapshots @ Option.toList (spinFault snapshots)

    /// Faults of the number and the size of snapshots, and the first spin that is not one of the states.
    let stateFaults (states: int) (snapshots: LatticeSnapshots<byte>) : MiceError list =
        [
            yield! shapeFaults snapshots

            match snapshots.Sites |> Array.tryPick (Array.tryFind (fun spin -> int spin >= states)) with
            | Some spin -> MiceError.OutOfRange("a state", string spin, $"0 to {states - 1}")
            | None -> ()
        ]

    /// Faults of the number and the size of snapshots, and the first planar spin whose angle is not finite.
    let planarFaults (snapshots: LatticeSnapshots<Vector2>) : MiceError list =
        let finite (spin: Vector2) =
            System.Single.IsFinite spin.X && System.Single.IsFinite spin.Y

        [
            yield! shapeFaults snapshots

            if not (snapshots.Sites |> Array.forall (Array.forall finite)) then
                MiceError.OutOfRange("an angle", "not finite", "any finite number, in radians")
        ]

    /// Consecutive snapshots in groups of nearly equal size: correlations within a chain then stay within groups.
    let split (snapshots: 'snapshot[]) : 'snapshot[][] =
        snapshots |> Array.splitInto (min MostGroups snapshots.Length)

    /// The groups of snapshots of a lattice.
    let groups (snapshots: LatticeSnapshots<'spin>) : 'spin[][][] = split snapshots.Sites
