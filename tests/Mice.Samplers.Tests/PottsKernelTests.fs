module Mice.Samplers.Tests.PottsKernelTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.PottsReference

/// The law after one heat-bath sweep of the even sublattice and then of the odd one, from one configuration.
let private afterHeatBath (model: PottsModel) (start: int) =
    let q, sites, weight = model.States, PottsModel.sites model, boltzmann model

    let update (law: float[]) site =
        let place = pown q site
        let others n = n - n / place % q * place

        let drawn n =
            let alike = Array.init q (fun s -> others n + s * place)
            // Whatever the spin was, it is drawn anew from its law given all others.
            (alike |> Array.sumBy (fun k -> law[k])) * weight[n] / (alike |> Array.sumBy (fun k -> weight[k]))

        Array.init law.Length drawn

    let order = [| 0 .. sites - 1 |] |> Array.sortBy (Torus.isOdd model.Shape)
    Array.fold update (Array.init weight.Length (fun n -> if n = start then 1.0 else 0.0)) order

/// Labels of the clusters of some bonds.
let private clusters sites (bonds: struct (int * int) seq) =
    let labels = Array.init sites id

    for struct (a, b) in bonds do
        let before, after = labels[b], labels[a]

        for s in 0 .. sites - 1 do
            if labels[s] = before then
                labels[s] <- after

    labels

/// The law after one Swendsen–Wang sweep: all sets of kept bonds, all states of their clusters, from the definition.
let private afterClusters (model: PottsModel) (start: int) =
    let q, sites = model.States, PottsModel.sites model
    let spins = configuration q sites start

    let equal =
        bonds model.Shape |> Array.filter (fun (struct (a, b)) -> spins[a] = spins[b])

    let keep = 1.0 - exp (-model.Coupling / model.Temperature)
    let law = Array.zeroCreate (pown q sites)

    for kept in 0 .. (1 <<< equal.Length) - 1 do
        let chosen =
            equal |> Array.indexed |> Array.filter (fun (b, _) -> (kept >>> b) &&& 1 = 1)

        let probability =
            keep ** float chosen.Length * (1.0 - keep) ** float (equal.Length - chosen.Length)

        let labels = clusters sites (Array.map snd chosen)
        let roots = Array.distinct labels

        let size root =
            labels |> Array.filter ((=) root) |> Array.length

        for states in 0 .. pown q roots.Length - 1 do
            let stateOf root =
                states / pown q (System.Array.IndexOf(roots, root)) % q

            let choice =
                roots
                |> Array.map (fun root ->
                    let weight = exp (model.Field * float (size root) / model.Temperature)
                    (if stateOf root = 0 then weight else 1.0) / (weight + float (q - 1)))
                |> Array.fold (*) 1.0

            let n = labels |> Array.map (stateOf >> byte) |> numberOf q
            law[n] <- law[n] + probability * choice

    law

let private starts (model: PottsModel) =
    let last = pown model.States (PottsModel.sites model) - 1
    [ 0; last / 3; last / 2; last ]

/// Draws from a few starts follow a law. Some fifty tests with fixed seeds; below p = 1e-4 one in two hundred sets of seeds would fail.
let private hasLaw (kernel: PottsModel -> Key -> byte[] -> byte[]) law model =
    let move = kernel model

    for start in starts model do
        configuration model.States (PottsModel.sites model) start
        |> visits model.States move 20_000 (Key.ofSeed 5UL |> Key.item start)
        |> Reference.follows 1e-4 (law model start)

[<Tests>]
let tests =
    testList
        "PottsKernelTests"
        [
            test "One heat-bath sweep has the law of the definition" {
                ferromagnets @ antiferromagnets
                |> List.iter (hasLaw (fun model -> PottsHeatBath.sweeps model 1) afterHeatBath)
            }

            test "One Swendsen–Wang sweep has the law of the definition" {
                ferromagnets
                |> List.filter (fun model -> (bonds model.Shape).Length <= 12)
                |> List.iter (hasLaw (fun model -> PottsClusters.sweeps model 1) afterClusters)
            }

            test "The Swendsen–Wang sweep of the definition is in detailed balance" {
                for model in [ ferromagnets[0]; ferromagnets[1]; ferromagnets[2] ] do
                    let law = boltzmann model
                    Reference.inDetailedBalance law (Array.init law.Length (afterClusters model))
            }

            test "Configurations after many steps follow the Boltzmann law" {
                for model in ferromagnets @ antiferromagnets do
                    let q, kernel = model.States, PottsChain.kernel model

                    let end' key =
                        Seq.fold (fun spins i -> kernel.Step (Key.item i key) spins) (kernel.Init key) (seq { 0..19 })

                    let visits = Array.zeroCreate (pown q (PottsModel.sites model))

                    for key in Key.split 5_000 (Key.ofSeed 8UL) do
                        let n = numberOf q (end' key)
                        visits[n] <- visits[n] + 1

                    // Independent chains; nine tests with fixed seeds.
                    visits |> Reference.follows 1e-4 (boltzmann model)
            }

            test "Kernels leave their arguments unchanged, and sweeps follow each other" {
                for sweeps in [ PottsHeatBath.sweeps; PottsClusters.sweeps ] do
                    let model = PottsModel.square 6 3 1.0
                    let start = PottsModel.random (Key.ofSeed 1UL) model
                    let kept = Array.copy start
                    let move = sweeps model
                    let first = move 3 (Key.ofSeed 2UL) start
                    Expect.equal start kept "the start"
                    Expect.equal (move 3 (Key.ofSeed 2UL) start) first "the same key"
                    Expect.notEqual (move 3 (Key.ofSeed 3UL) start) first "another key"
                    Expect.notEqual (move 2 (Key.ofSeed 2UL) start) first "another number of sweeps"
                    Expect.equal (move 0 (Key.ofSeed 2UL) start) start "no sweep"
            }

            test "At low temperature no spin is left that a change would bring down, and clusters find the ground state" {
                for q in [ 2; 3; 10 ] do
                    for coupling in [ 1.0; -1.0 ] do
                        for field in [ 0.0; 1.0; -1.0 ] do
                            // Energies are whole numbers: exp(−1000) vanishes, and its inverse overflows.
                            let model =
                                { PottsModel.square 4 q 1e-3 with
                                    Coupling = coupling
                                    Field = field
                                }

                            let chain = PottsChain.kernel model

                            let last =
                                Seq.fold
                                    (fun spins i -> chain.Step (Key.ofSeed 4UL |> Key.item i) spins)
                                    (chain.Init(Key.ofSeed 3UL))
                                    (seq { 0..200 })

                            let energy = PottsModel.energy model last

                            for site in 0..15 do
                                for state in 0 .. q - 1 do
                                    let changed = last |> Array.updateAt site (byte state)

                                    Expect.isGreaterThanOrEqual
                                        (PottsModel.energy model changed)
                                        energy
                                        $"site {site} in state {state} of {model}"

                            if coupling > 0.0 then
                                Expect.equal energy (-32.0 - max 0.0 (16.0 * field)) $"the ground state of {model}"
            }

            test "Clusters of antiferromagnets are refused" {
                Expecting.throws<System.ArgumentException>
                    (fun () -> PottsClusters.sweeps antiferromagnets[0] |> ignore)
                    "J < 0"
                |> ignore
            }
        ]
