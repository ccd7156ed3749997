namespace Mice.Verification

open System.Diagnostics
open System.IO
open Mice
open Mice.Alloys
open Mice.Segal
open Mice.Testing.Measuring

/// The published alloys.
[<RequireQualifiedAccess>]
module AlloyCases =
    let file (name: string) : string =
        match Repository.reference [ "segal" ] with
        | Some folder -> Path.Combine(folder, name)
        | None -> raise (NotHere "the data of alloys are not among the reference data")

    /// k_B of the published tables, eV/K.
    let boltzmann = 8.617e-5

    let system name species a distances interactions (n1, n2, n3) : SemiGrandSystem =
        let lattice = ParentLattice.fcc a |> ok

        let cutoffs =
            distances |> List.mapi (fun i distance -> { Size = i + 2; Distance = distance })

        let expansion =
            ClusterExpansionFile.readInteractions lattice species cutoffs (file interactions) |> ok

        { (Supercell.multiples lattice n1 n2 n3 |> ok |> SemiGrandSystem.alloy name expansion) with
            Boltzmann = boltzmann
        }

    /// What published Δμ, which are of formation energies, are less than those of the energies of a system: the slope between the pure species, eV.
    let shift (s: SemiGrandSystem) : float =
        match s.Origin with
        | SystemOrigin.Alloy(expansion, _) ->
            let struct (up, down) = ClusterExpansion.pureEnergies expansion
            float (up - down)
        | _ -> invalidOp "no alloy"

    let private place (s: SemiGrandSystem) =
        Repository.path [ "artifacts"; "verify"; s.Name ]

    /// Forgets a training whose figures were told.
    let forget (s: SemiGrandSystem) : unit = Directory.Delete(place s, true)

    /// A network with default settings, and the minutes of its training; they are none where a training that was stopped goes on.
    let train (range: ConditionRange) (s: SemiGrandSystem) : SegalNetwork * float option =
        let place = place s
        let isNew = not (Directory.Exists place)
        let clock = Stopwatch.StartNew()

        let trained =
            SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range s
            |> ok
            |> SegalTraining.train
                { Run.console with
                    Store = Some(RunStore.at place)
                }
                SegalTraining.defaults
            |> ok

        trained.Network, (if isNew then Some clock.Elapsed.TotalMinutes else None)

    /// Minutes in a table.
    let minutes (found: float option) : string =
        found |> Option.map (fun m -> $"{m:F1}") |> Option.defaultValue "in parts"

    /// So many numbers, evenly.
    let even (low: float) (high: float) (count: int) =
        Array.init count (fun i -> low + (high - low) * float i / float (count - 1))
