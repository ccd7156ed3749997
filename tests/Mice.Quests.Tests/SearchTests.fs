module Mice.Quests.Tests.SearchTests

open Expecto
open Mice
open Mice.Atoms
open Mice.Quests

let private run = { Run.quiet with Threads = 2 }

/// Atoms near the sites of a simple cubic lattice of 27 sites.
let private jittered (seed: uint64) : Snapshot =
    let generator = Key.ofSeed seed |> Key.generator

    let positions =
        Array.init 81 (fun i ->
            let site = i / 3

            2.5 * float (Array.item (i % 3) [| site / 9; site / 3 % 3; site % 3 |])
            + 0.05 * generator.NextNormal())

    Snapshot.ofPositions "Cu" (Cell.cubic 7.5) positions

let private environments (snapshots: Snapshot[]) =
    (Environments.ofSnapshots run EnvironmentOptions.defaults snapshots |> ok).Points

let private options =
    { StructureSearch.defaults with
        Steps = 60
        Score = SearchScore.Target 5.0<nat>
        Bandwidth = 0.05
        Width = 0.05
    }

[<Tests>]
let tests =
    testList
        "StructureSearch"
        [
            test "finds structures nearer to the target than the one it started from, and the same for the same seed" {
                let reference, start = environments [| jittered 1UL; jittered 2UL |], jittered 3UL
                let found = StructureSearch.find run options [||] reference start |> ok

                let struct (_, before) =
                    EnvironmentComparison.create
                        run
                        0.05
                        0.0<nat>
                        (KernelIndex.exact reference)
                        (Environments.ofSnapshots run EnvironmentOptions.defaults [| start |] |> ok)
                    |> ok

                let at (d: float<nat>[]) = StructureSearch.score options.Score d
                Expect.isLessThan (at found.Differential) (0.8 * at before) "nearer"
                Expecting.within 1e-12 (at found.Differential) found.Score "the score is that of the best structure"
                Expect.isLessThanOrEqual found.Score (Array.min found.Scores) "none was better"
                Expect.isGreaterThan found.Accepted 0 "steps were taken"

                Expect.equal
                    (StructureSearch.find { run with Threads = 1 } options [||] reference start |> ok)
                    found
                    "same seed"
            }

            test "brings no two atoms too near to each other" {
                let reference = environments [| jittered 4UL |]

                let wide =
                    { options with
                        Width = 0.4
                        LeastDistance = 1.5
                        Score = SearchScore.Average
                    }

                let found = StructureSearch.find run wide [||] reference (jittered 5UL) |> ok
                let p = found.Best.Positions

                Expect.isGreaterThanOrEqual
                    (Neighbours.shortest (Neighbours.build found.Best.Cell p 3.0) p)
                    1.5
                    "all apart"
            }

            test "makes generations that are new to those before them" {
                let set = [| jittered 6UL; jittered 7UL |]
                let few = { options with Steps = 20 }
                let found = StructureSearch.generations run few 2 3 set |> ok
                Expect.equal (found |> Array.map Array.length) [| 3; 3 |] "structures"

                // The second generation was compared with the set and the first.
                let known = Array.append set (found[0] |> Array.map _.Best) |> environments
                let second = found[1][0]

                let struct (_, expected) =
                    EnvironmentComparison.create
                        run
                        0.05
                        0.0<nat>
                        (KernelIndex.exact known)
                        (Environments.ofSnapshots run EnvironmentOptions.defaults [| second.Best |] |> ok)
                    |> ok

                Array.iter2 (fun a b -> Expecting.within 1e-9 (float a) (float b) "δH") second.Differential expected
                Expect.equal (StructureSearch.generations run few 2 3 set |> ok) found "same seed"
            }

            test "refuses options that are none" {
                let reference = environments [| jittered 8UL |]

                for wrong in
                    [
                        { options with Steps = 0 }
                        { options with Width = 0.0 }
                        { options with Cycles = 0 }
                        { options with LeastDistance = nan }
                        { options with Bandwidth = -1.0 }
                    ] do
                    Expect.isError (StructureSearch.find run wrong [||] reference (jittered 9UL)) $"%A{wrong}"

                Expect.isError (StructureSearch.generations run options 0 1 [| jittered 9UL |]) "no generation"
            }

            test "anneals and scores as the published code" {
                let reference = Published.json "reference.json"

                for s in Published.items "annealing_schedule" reference do
                    let options =
                        { options with
                            Steps = int (Published.real "n_steps" s)
                        }

                    Expecting.within
                        1e-12
                        (StructureSearch.temperature options (int (Published.real "step" s)))
                        (Published.real "kT" s)
                        "kT"

                let m = reference.GetProperty "mcmc_score"

                let struct (_, differential) =
                    EnvironmentComparison.create
                        run
                        (Published.real "bandwidth" m)
                        0.0<nat>
                        (environments [| Published.structure (Published.text "reference" m) |] |> KernelIndex.exact)
                        (Environments.ofSnapshots
                            run
                            EnvironmentOptions.defaults
                            [| Published.structure (Published.text "test" m) |]
                         |> ok)
                    |> ok

                let score s = StructureSearch.score s differential
                Expecting.within 1e-8 (score (SearchScore.Target 30.0<nat>)) (Published.real "target" m) "target"
                Expecting.within 1e-8 (score SearchScore.Average) (Published.real "average" m) "average"
                Expecting.within 1e-8 (score SearchScore.Greedy) (Published.real "greedy" m) "greedy"
            }

            test "the critical nucleus of copper" {
                let copper =
                    {
                        InterfaceEnergy = 0.177
                        MeltingTemperature = 1323.0<K>
                        LatentHeat = 11.99<kJ / mol>
                        Temperature = 917.0<K>
                        VolumePerAtom = 12.893
                    }

                let low = ClassicalNucleation.critical copper |> ok

                let high =
                    ClassicalNucleation.critical { copper with InterfaceEnergy = 0.221 } |> ok

                Expecting.within 0.005 (float low.Radius) 7.47 "r* by hand"
                Expecting.within 0.005 (float high.Radius) 9.33 "r* by hand"
                Expecting.within 0.5 low.Atoms 135.5 "n* by hand"
                // ΔG* = 16πγ³/3g² with g the gain of a volume: half of the gain of the critical volume.
                Expecting.within
                    1e-9
                    (float low.Barrier / (low.Atoms * 11.99 / 96.485332123 * (1323.0 - 917.0) / 1323.0))
                    0.5
                    "ΔG*"

                Expect.isError (ClassicalNucleation.critical { copper with Temperature = 1400.0<K> }) "above T_m"
                Expect.isError (ClassicalNucleation.critical { copper with InterfaceEnergy = nan }) "no γ"
            }
        ]
