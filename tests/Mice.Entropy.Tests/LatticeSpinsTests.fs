module Mice.Entropy.Tests.LatticeSpinsTests

open Expecto
open System
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

/// Independent spins in a field, snapshots of 2×2.
let private snapshots count =
    let generator = Key.ofSeed 5UL |> Key.generator

    let angle () =
        let struct (c, s) = VonMises.sample generator 2.0
        atan2 s c

    PlanarSpins.ofAngles
        {
            Shape = [| 2; 2 |]
            Sites = Array.init count (fun _ -> Array.init 4 (fun _ -> angle ()))
        }

[<Tests>]
let tests =
    testList
        "LatticeSpinsTests"
        [
            test "Without a field one planar spin has exactly ln 2π" {
                let spins = (LatticeSpins.planar (SpinSymmetry.translations true)).Treatment
                // Halving goes down to one spin, whatever block the options ask for.
                Expect.equal (spins.BlockSide 4 2) 1 "a block is one spin"
                let block = spins.Block 1 (snapshots 64) |> ok

                Expect.equal
                    block.EntropyPerSite
                    (Estimate.exact XYModel.infiniteTemperatureEntropy)
                    "it has exactly ln 2π"


                for change in block.Changes do
                    Expect.equal change 0.0 "no group of snapshots changes that"
            }

            test "In a field one planar spin is counted, its error by jackknife over groups" {
                let spins = (LatticeSpins.planar SpinSymmetry.none).Treatment
                let set = snapshots 640
                let block = spins.Block 1 set |> ok
                let found = block.EntropyPerSite

                let entropyOf (groups: Numerics.Vector2[][][]) =
                    let struct (entropy, _) = PlanarSpinEntropy.ofGroups groups
                    entropy

                let groups = SpinSnapshots.groups set
                let struct (_, error) = Statistics.jackknife entropyOf groups
                Expecting.decimals 12 (float found.Value) (entropyOf groups) "the entropy is that of all groups"
                Expecting.decimals 12 (float found.StandardError) error "the error is the jackknife's"
                Expect.equal block.Changes.Length groups.Length "every group has its change"

                Expecting.decimals 12 (Statistics.standardError block.Changes) error "the changes have the same error"
            }

            test "Critics and laws fit the spins" {
                for together in [ true; false ] do
                    let spins = (LatticeSpins.planar (SpinSymmetry.translations together)).Treatment
                    let set = snapshots 16
                    Expect.isEmpty (spins.Faults set) "sound spins have no faults"

                    let wrong =
                        { set with
                            Sites = Array.append set.Sites [| set.Sites[0][..2] |]
                        }

                    Expecting.single (spins.Faults wrong) "a short snapshot is a fault" |> ignore
                    // Averages over rotations cost more a pair.
                    Expect.equal spins.Partners.IsSome together "averages over rotations take fewer partners"
            }
        ]
