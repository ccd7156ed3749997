module Mice.Samplers.Tests.WolffIsingTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.Reference

let private moved (struct (spins: sbyte[], _: int64)) = spins

/// −ln of the probability that no bond is kept between the members of every set of sites and the ghost (the last bit), 0 for bonds
/// that are not satisfied: [2^(sites + 1)].
let private cutWeights (model: IsingModel) (spins: sbyte[]) =
    let sites = spins.Length
    let offsets = Lattice.forwardOffsets model.Lattice

    let weight strength a b =
        2.0 * max 0.0 (strength * float (a * b)) / model.Temperature

    let bonds =
        [|
            for i in 0 .. sites - 1 do
                yield ((1 <<< i) ||| (1 <<< sites)), weight model.Field spins[i] 1y

                for offset in offsets do
                    let j = Lattice.siteAt model.Rows model.Columns i offset
                    yield ((1 <<< i) ||| (1 <<< j)), weight model.Coupling spins[i] spins[j]
        |]
        |> Array.filter (fun (_, w) -> w > 0.0)

    Array.init (2 <<< sites) (fun set -> bonds |> Array.sumBy (fun (ends, w) -> if ends &&& set = ends then w else 0.0))

/// The law of the cluster that holds a site, by sets, for sets whose lowest member it is: bonds connect the members of a set S with
/// probability 1 − Σ P(T is the part that its lowest member is connected to), over the proper parts T of S with that member.
let private connected (weights: float[]) =
    let probability = Array.zeroCreate weights.Length

    for set in 1 .. weights.Length - 1 do
        let lowest = set &&& -set
        let rest = set ^^^ lowest
        let mutable sum = 0.0
        let mutable others = (rest - 1) &&& rest

        // All proper parts of the rest, the empty one included.
        if rest <> 0 then
            let mutable go = true

            while go do
                let part = lowest ||| others
                sum <- sum + probability[part] * exp (weights[part] + weights[set ^^^ part] - weights[set])
                go <- others <> 0
                others <- (others - 1) &&& rest

        probability[set] <- 1.0 - sum

    probability

/// Every cluster that may be turned over, with its probability: sets of sites, the highest bit being the ghost.
let private clusterLaw (model: IsingModel) start =
    let sites = IsingModel.sites model
    let weights = cutWeights model (spinsOf sites start)
    let connected = connected weights
    let all = weights.Length - 1

    seq {
        for set in 1..all do
            let seeds = System.Numerics.BitOperations.PopCount(uint32 (set &&& (all >>> 1)))

            let closed = exp (weights[set] + weights[all ^^^ set] - weights[all])
            struct (set, float seeds / float sites * connected[set] * closed)
    }

/// The row of the transition matrix of one cluster, and its mean size, from the definition.
let private row (model: IsingModel) start =
    let sites = IsingModel.sites model
    let law = Array.zeroCreate (1 <<< sites)
    let mutable size = 0.0

    for struct (set, p) in clusterLaw model start do
        let turned = set &&& ((1 <<< sites) - 1)

        // With the ghost, what is relative to it is what is outside of the cluster.
        let mask =
            if set >>> sites = 0 then
                turned
            else
                ((1 <<< sites) - 1) ^^^ turned

        law[start ^^^ mask] <- law[start ^^^ mask] + p
        size <- size + p * float (System.Numerics.BitOperations.PopCount(uint32 turned))

    struct (law, size)

[<Tests>]
let tests =
    testList
        "WolffIsingTests"
        [
            test "The full transition matrix of the definition is in detailed balance" {
                for model in models 2 2 @ [ List.item 1 (models 3 3); List.item 4 (models 3 3) ] do
                    let matrix =
                        Array.init (1 <<< IsingModel.sites model) (fun start ->
                            let struct (law, _) = row model start
                            law)

                    for law in matrix do
                        Expecting.decimals 10 (Array.sum law) 1.0 "the probabilities of a row sum to 1"

                    inDetailedBalance (boltzmann model) matrix
            }

            test "One cluster has the transition matrix of the definition, and the size" {
                for m, model in List.indexed (models 2 2) do
                    let run = WolffIsing.clusters model 1

                    for start in 0..15 do
                        let struct (law, size) = row model start
                        let key = Key.ofSeed 43UL |> Key.item m |> Key.item start
                        // 80 tests with fixed seeds: see the heat bath.
                        visitsOf (fun key -> run key >> moved) 5_000 key (spinsOf 4 start) |> follows 1e-4 law

                        let sizes =
                            Key.split 2_000 key
                            |> Array.map (fun key ->
                                let struct (_, touched) = run key (spinsOf 4 start)
                                float touched)

                        // Normal; 4.5 errors have p = 7e-6, 80 tests. An ordered state at low T leaves no spread but rounding.
                        Expecting.within
                            (4.5 * Statistics.standardError sizes + 1e-3)
                            (Statistics.mean sizes)
                            size
                            "the mean size of the cluster"
            }

            test "Energies, magnetisations and correlations on the 3×4 torus are exact" {
                for m, model in List.indexed (models 3 4) do
                    let run = WolffIsing.clusters model 4

                    Array.create 12 1y
                    |> chainsOf (fun key -> run key >> moved) 64 100 (Key.ofSeed 47UL |> Key.item m)
                    |> momentsAgree model
            }

            test "Clusters of one call follow one another" {
                let model =
                    { IsingModel.square 3 2.3 with
                        Columns = 2
                    }

                let matrix =
                    Array.init 64 (fun start ->
                        let struct (law, _) = row model start
                        law)

                visitsOf
                    (fun key -> WolffIsing.clusters model 3 key >> moved)
                    20_000
                    (Key.ofSeed 53UL)
                    (spinsOf 6 0b101100)
                |> follows 1e-3 (afterSteps matrix 3 0b101100)
            }

            test "The same key gives the same clusters, and the configuration before stays as it was" {
                let model = IsingModel.square 6 2.3
                let start = IsingModel.random (Key.ofSeed 1UL) model
                let before = Array.copy start

                let run seed =
                    WolffIsing.clusters model 5 (Key.ofSeed seed) start |> moved

                Expect.equal (run 2UL) (run 2UL) "the same key again"
                Expect.notEqual (run 3UL) (run 2UL) "another key"
                Expect.equal start before "the configuration before"
            }
        ]
