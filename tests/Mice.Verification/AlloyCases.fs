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
    /// k_B of the published tables, eV/K.
    let boltzmann = 8.617e-5

    let system (name: string) (expansion: ClusterExpansion) (n1, n2, n3) : SemiGrandSystem =
        { (Supercell.multiples expansion.Lattice n1 n2 n3 |> ok |> SemiGrandSystem.alloy name expansion) with
            Boltzmann = boltzmann
        }

    /// What published Δμ, which are of formation energies, are less than those of the energies of a system: the slope between the pure species, eV.
    let shift (s: SemiGrandSystem) : float =
        match s.Origin with
        | SystemOrigin.Alloy(expansion, _) ->
            let struct (up, down) = ClusterExpansion.pureEnergies expansion
            float (up - down)
        | _ -> invalidOp "no alloy"

    /// A network with default settings, and the minutes of its training; they are none where a training that was stopped goes on.
    let train (range: ConditionRange) (s: SemiGrandSystem) : SegalNetwork * float option =
        let struct (run, isNew) = Checkpoints.run s.Name
        let clock = Stopwatch.StartNew()

        let trained =
            SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range s
            |> ok
            |> SegalTraining.train run SegalTraining.defaults
            |> ok

        trained.Network, (if isNew then Some clock.Elapsed.TotalMinutes else None)

    /// Minutes in a table.
    let minutes (found: float option) : string =
        found |> Option.map (fun m -> $"{m:F1}") |> Option.defaultValue "in parts"

    /// So many numbers, evenly.
    let even (low: float) (high: float) (count: int) =
        Array.init count (fun i -> low + (high - low) * float i / float (count - 1))
