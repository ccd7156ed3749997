module Mice.Samplers.Tests.SwendsenWangTests

open Xunit
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

[<Fact>]
let ``One sweep has the transition matrix of the definition`` () =
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

[<Fact>]
let ``The transition matrix of the definition is in detail balance`` () =
    for model in models 2 2 do
        let law = boltzmann model
        let matrix = Array.init 16 (afterSweep model)

        for a in 0..15 do
            for b in 0..15 do
                Assert.Equal(law[a] * matrix[a][b], law[b] * matrix[b][a], 12)

[<Fact>]
let ``Energies and magnetisations on the 3×4 torus are exact`` () =
    for m, model in List.indexed (models 3 4) do
        let law = boltzmann model

        let moment f =
            law |> Array.mapi (fun n p -> p * f (spinsOf 12 n)) |> Array.sum

        let energy = IsingModel.energy model

        let square (spins: sbyte[]) =
            float (IsingModel.magnetisation spins) ** 2.0

        let run = SwendsenWang.sweeps model
        let key = Key.ofSeed 23UL |> Key.item m

        let start =
            run 20 (Key.named "equilibrate" key) (Array.create 64 (Array.create 12 1y))

        // [200 times][64 chains].
        let states =
            [| 0..199 |] |> Array.scan (fun spins t -> run 1 (Key.item t key) spins) start |> Array.tail

        let perChain f =
            Array.init 64 (fun c -> states |> Array.averageBy (fun s -> f s[c]))

        // Independent chains; four errors have p = 2e-4 with 63 degrees of freedom, ten values.
        let z (values: float[]) expected =
            (Statistics.mean values - expected) / Statistics.standardError values

        let zEnergy = z (perChain energy) (moment energy)
        let zSquare = z (perChain square) (moment square)
        Assert.True(abs zEnergy < 4.0 && abs zSquare < 4.0, $"{model}: z = {zEnergy:F2}, {zSquare:F2}")
