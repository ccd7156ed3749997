namespace Mice.Atoms

open System
open Mice

/// Which atoms a snapshot has, and whether all snapshots of a set have the same.
[<RequireQualifiedAccess>]
module Composition =
    /// The number of atoms of each species, by its name; species without atoms are not there.
    let ofSnapshot (snapshot: Snapshot) : Map<string, int> =
        let counts = Array.zeroCreate<int> snapshot.SpeciesNames.Length

        for species in snapshot.Species do
            counts[species] <- counts[species] + 1

        Array.zip snapshot.SpeciesNames counts |> Array.filter (fun (_, n) -> n > 0) |> Map.ofArray

    /// <summary>The names of all species of which some snapshots have atoms, each once, in the order of their characters.</summary>
    /// <param name="snapshots">The snapshots.</param>
    let species (snapshots: Snapshot[]) : string[] =
        snapshots
        |> Array.collect (fun s -> s.Species |> Array.distinct |> Array.map (fun i -> s.SpeciesNames[i]))
        |> Array.distinct
        |> Array.sortWith (fun a b -> String.CompareOrdinal(a, b))

    let private describe (composition: Map<string, int>) : string =
        let shown =
            composition |> Map.toList |> List.truncate 6 |> List.map (fun (name, n) -> $"{n} {name}")

        let rest = if composition.Count > 6 then ", …" else ""
        String.Join(", ", shown) + rest

    /// <summary>What stands against a method that needs the same atoms in every snapshot.</summary>
    /// <param name="method">The method, as in "the scan".</param>
    /// <param name="snapshots">The set.</param>
    /// <returns>No error, or one that names the first snapshot, the first one that differs from it, and what each of them has.</returns>
    let faults (method: string) (snapshots: Snapshot[]) : MiceError list =
        let compositions = snapshots |> Array.map ofSnapshot

        match compositions |> Array.tryFindIndex (fun c -> c <> compositions[0]) with
        | None -> []
        | Some other ->
            let ofSnapshot describe i =
                $"{describe i} in snapshot {i + 1} (step {snapshots[i].Step})"

            let fault what describe =
                MiceError.Mismatch(
                    $"the {what} of the snapshots, which have to be the same for {method},",
                    ofSnapshot describe 0,
                    ofSnapshot describe other
                )

            let atoms i = Snapshot.count snapshots[i]

            if atoms 0 <> atoms other then
                [ fault "numbers of atoms" (atoms >> string) ]
            else
                [ fault "species" (fun i -> describe compositions[i]) ]
