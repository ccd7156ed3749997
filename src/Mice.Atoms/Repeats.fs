namespace Mice.Atoms

open System
open System.Collections.Generic
open Mice

/// What two snapshots of one set have in common.
[<RequireQualifiedAccess>]
type RepeatKind =
    /// Step and positions, as at the seam where a run was continued.
    | Copy
    /// The positions at different steps.
    | Positions
    /// The step, with different positions.
    | Step

/// Two snapshots of one set that say one thing twice, or two things of one step.
type Repeat =
    {
        /// What they have in common.
        Kind: RepeatKind
        /// The number of the earlier one, from 0.
        First: int
        /// The number of the later one.
        Again: int
    }

/// <summary>Snapshots that stand twice in a set.</summary>
/// <remarks>One configuration in training and in test makes a bound on held-out data no bound: the network knows the copy by heart.
/// Positions are equal up to whole vectors of the box, the order of the atoms, and 1e-4 of their mean distance; boxes and species have to be
/// equal too.</remarks>
[<RequireQualifiedAccess>]
module Repeats =
    /// For each snapshot the first one with its configuration: itself, mostly.
    let private firstEqual (snapshots: Snapshot[]) : int[] =
        let prints = snapshots |> Array.map SameConfiguration.fingerprint

        // No wider than the window of any snapshot, so equal fingerprints lie in one bin or in two that touch.
        let width =
            snapshots |> Array.map SameConfiguration.window |> Array.fold max Double.Epsilon

        let bins = Dictionary<int64, ResizeArray<int>>()

        let candidates (bin: int64) =
            seq {
                for b in bin - 1L .. bin + 1L do
                    match bins.TryGetValue b with
                    | true, there -> yield! there
                    | _ -> ()
            }

        let isEqual j i =
            Array.forall2 (fun x y -> abs (x - y) <= width) prints[i] prints[j]
            && SameConfiguration.check snapshots[i] snapshots[j]

        let find j =
            let bin = int64 (prints[j][0] / width)

            match candidates bin |> Seq.filter (isEqual j) |> Seq.sort |> Seq.tryHead with
            | Some first -> first
            | None ->
                match bins.TryGetValue bin with
                | true, there -> there.Add j
                | _ -> bins[bin] <- ResizeArray [ j ]

                j

        Array.init snapshots.Length find

    /// <summary>All repeats in a set, in the order of the later snapshot.</summary>
    /// <param name="snapshots">Of any numbers of atoms.</param>
    /// <returns>For a later snapshot a copy, or else at most one earlier snapshot with its positions and one with its step.</returns>
    let find (snapshots: Snapshot[]) : Repeat list =
        let equal = firstEqual snapshots
        let steps = Dictionary<int64, int>()
        let both = Dictionary<struct (int * int64), int>()

        let repeat kind first again =
            {
                Kind = kind
                First = first
                Again = again
            }

        [
            for j in 0 .. snapshots.Length - 1 do
                let i, step = equal[j], snapshots[j].Step

                match both.TryGetValue(struct (i, step)) with
                | true, first -> repeat RepeatKind.Copy first j
                | _ ->
                    both[struct (i, step)] <- j

                    if i <> j then
                        repeat RepeatKind.Positions i j

                    match steps.TryGetValue step with
                    | true, first -> repeat RepeatKind.Step first j
                    | _ -> steps[step] <- j
        ]

    let private ofKind (kind: RepeatKind) (repeats: Repeat list) =
        repeats |> List.filter (fun r -> r.Kind = kind)

    /// How many there are beside the one that a message names.
    let private others (found: Repeat list) =
        match found.Length with
        | 1 -> ""
        | 2 -> "; it is one of two such cases"
        | n -> $"; it is one of {n} such cases"

    /// Up to eight steps.
    let private listed (numbers: int64 list) =
        let shown = numbers |> List.truncate 8 |> List.map string |> String.concat ", "

        if numbers.Length > 8 then
            $"{shown} and {numbers.Length - 8} more"
        else
            shown

    let private leftOut (path: string) (snapshots: Snapshot[]) (found: Repeat list) : string =
        let steps = found |> List.map (fun r -> snapshots[r.Again].Step) |> listed

        if found.Length = 1 then
            $"{path}: the frame of step {steps} stands twice with the same positions (a run that was continued?) and is used once."
        else
            $"{path}: {found.Length} frames stand twice with the same positions (a run that was continued?) and are used once: steps {steps}."

    let private refused (path: string) (snapshots: Snapshot[]) (repeats: Repeat list) : MiceError list =
        let error kind text =
            match ofKind kind repeats with
            | [] -> None
            | r :: _ as found -> Some(MiceError.BadFile(path, Some(r.Again + 1), None, text r + others found))

        [
            error RepeatKind.Positions (fun r ->
                $"step {snapshots[r.Again].Step} has the same positions as step {snapshots[r.First].Step} in frame {r.First + 1}; "
                + "leave each configuration there once")
            error RepeatKind.Step (fun r ->
                $"step {snapshots[r.Again].Step} stands already in frame {r.First + 1}, with other positions; "
                + "put each run into a file of its own")
        ]
        |> List.choose id

    /// <summary>The snapshots of one file without copies.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="snapshots">All of its frames in their order.</param>
    /// <returns>The snapshots without those that repeat the step and the positions of an earlier one, with a sentence that names them.
    /// Equal positions at other steps, or equal steps with other positions, are errors: one line for each kind.</returns>
    let internal withoutCopies
        (path: string)
        (snapshots: Snapshot[])
        : Result<struct (Snapshot[] * string list), MiceError list> =
        let repeats = find snapshots

        match refused path snapshots repeats, ofKind RepeatKind.Copy repeats with
        | [], [] -> Ok(struct (snapshots, []))
        | [], found ->
            let again = found |> List.map _.Again |> HashSet

            let kept =
                snapshots |> Array.indexed |> Array.filter (fst >> again.Contains >> not) |> Array.map snd

            Ok(struct (kept, [ leftOut path snapshots found ]))
        | errors, _ -> Error errors

    /// <summary>What stands against a set of snapshots of which some are to test what was learned from the others.</summary>
    /// <remarks>Equal steps are no fault here: snapshots of several runs have them, and those made from positions all have step 0.</remarks>
    /// <param name="snapshots">The set.</param>
    /// <returns>No error, or one that names the first two snapshots with the same positions, from 1, and their steps.</returns>
    let faults (snapshots: Snapshot[]) : MiceError list =
        match find snapshots |> List.filter (fun r -> r.Kind <> RepeatKind.Step) with
        | [] -> []
        | r :: _ as found ->
            [
                MiceError.OutOfRange(
                    $"snapshot {r.Again + 1} (step {snapshots[r.Again].Step})",
                    $"a copy of snapshot {r.First + 1} (step {snapshots[r.First].Step}), with the same positions{others found}",
                    "each configuration once, or it would be in training and in test at once"
                )
            ]
