module Mice.Samplers.Tests.SwendsenWangTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

/// The law after one Swendsen–Wang sweep: all sets of kept bonds, all signs of their clusters, from the definition.
let private afterSweep (model: IsingModel) (start: int) =
    let sites = IsingModel.sites model
    let z = Lattice.coordination model.Lattice
    let neighbours = Lattice.neighbours model.Lattice model.Rows model.Columns
    let spins = spinsOf sites start

    let bonds =
        [|
            for i in 0 .. sites - 1 do
                for n in 0 .. z / 2 - 1 do
                    if model.Coupling * float spins[i] * float spins[neighbours[z * i + n]] > 0.0 then
                        struct (i, neighbours[z * i + n])
        |]

    let keep = 1.0 - exp (-2.0 * abs model.Coupling / model.Temperature)
    let law = Array.zeroCreate (1 <<< sites)

    for kept in 0 .. (1 <<< bonds.Length) - 1 do
        let mutable probability = 1.0
        let label = Array.init sites id

        for b in 0 .. bonds.Length - 1 do
            if (kept >>> b) &&& 1 = 1 then
                probability <- probability * keep
                let struct (i, j) = bonds[b]
                let o, n = label[j], label[i]

                for s in 0 .. sites - 1 do
                    if label[s] = o then
                        label[s] <- n
            else
                probability <- probability * (1.0 - keep)

        let clusters = Array.distinct label

        for signs in 0 .. (1 <<< clusters.Length) - 1 do
            let sign s =
                if (signs >>> System.Array.IndexOf(clusters, label[s])) &&& 1 = 1 then
                    -1y
                else
                    1y

            let next = Array.init sites (fun s -> spins[s] * sign s)

            let choice =
                clusters
                |> Array.map (fun c ->
                    let field sign =
                        Seq.sum (
                            seq { for s in 0 .. sites - 1 -> if label[s] = c then sign * float spins[s] else 0.0 }
                        )
                        * model.Field
                        / model.Temperature

                    let weight = exp (field 1.0) + exp (field -1.0)
                    let s0 = System.Array.IndexOf(label, c)
                    exp (field (float (sign s0))) / weight)
                |> Array.fold (*) 1.0

            let n = numberOf next
            law[n] <- law[n] + probability * choice

    law

[<Tests>]
let tests =
    testList
        "SwendsenWangTests"
        [
            test "One sweep has the transition matrix of the definition" {
                for m, model in List.indexed (models 2 2) do
                    let run = SwendsenWang.sweeps model 1

                    for start in 0..15 do
                        let key = Key.ofSeed 19UL |> Key.item m |> Key.item start
                        let counts = Array.zeroCreate 16

                        for spins in run key (Array.create 5_000 (spinsOf 4 start)) do
                            let n = numberOf spins
                            counts[n] <- counts[n] + 1

                        // 80 tests with fixed seeds: see the heat bath.
                        counts |> follows 1e-4 (afterSweep model start)
            }

            test "The transition matrix of the definition is in detail balance" {
                for model in models 2 2 do
                    inDetailedBalance (boltzmann model) (Array.init 16 (afterSweep model))
            }

            test "Energies, magnetisations and correlations on the 3×4 torus are exact" {
                for m, model in List.indexed (models 3 4) do
                    let run = SwendsenWang.sweeps model 1
                    let kernel key spins = run key [| spins |] |> Array.head

                    Array.create 12 1y |> chainsOf kernel 64 200 (Key.ofSeed 23UL |> Key.item m) |> momentsAgree model
            }
        ]
