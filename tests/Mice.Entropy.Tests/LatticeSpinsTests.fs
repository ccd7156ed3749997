module Mice.Entropy.Tests.LatticeSpinsTests

open System
open Xunit
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

/// Independent spins in a field, snapshots of 2×2.
let private snapshots count =
    let generator = Key.ofSeed 5UL |> Key.generator

    let angle () =
        let struct (c, s) = VonMises.sample generator 2.0
        atan2 s c

    PlanarSpins.ofAngles
        {
            Rows = 2
            Columns = 2
            Sites = Array.init count (fun _ -> Array.init 4 (fun _ -> angle ()))
        }

[<Fact>]
let ``Without a field one planar spin has exactly ln 2π`` () =
    let spins = LatticeSpins.planar (SpinSymmetry.translations true)
    // Halving goes down to one spin, whatever block the options ask for.
    Assert.Equal(1, spins.BlockSide 4)
    let block = spins.Block 1 (snapshots 64) |> ok
    Assert.Equal(Estimate.exact XYModel.infiniteTemperatureEntropy, block.EntropyPerSite)
    Assert.All(block.Changes, (fun change -> Assert.Equal(0.0, change)))

[<Fact>]
let ``In a field one planar spin is counted, its error by jackknife over groups`` () =
    let spins = LatticeSpins.planar SpinSymmetry.none
    let set = snapshots 640
    let block = spins.Block 1 set |> ok
    let found = block.EntropyPerSite

    let entropyOf (groups: Numerics.Vector2[][][]) =
        let struct (entropy, _) = PlanarSpinEntropy.ofGroups groups
        entropy

    let groups = SpinSnapshots.groups set
    let struct (_, error) = Statistics.jackknife entropyOf groups
    Assert.Equal(entropyOf groups, float found.Value, 12)
    Assert.Equal(error, float found.StandardError, 12)
    Assert.Equal(groups.Length, block.Changes.Length)
    Assert.Equal(error, Statistics.standardError block.Changes, 12)

[<Fact>]
let ``Critics and laws fit the spins`` () =
    for together in [ true; false ] do
        let spins = LatticeSpins.planar (SpinSymmetry.translations together)
        let set = snapshots 16
        Assert.Empty(spins.Faults set)

        let wrong =
            { set with
                Sites = Array.append set.Sites [| set.Sites[0][..2] |]
            }

        Assert.Single(spins.Faults wrong) |> ignore
        // Averages over rotations cost more a pair.
        Assert.Equal(together, spins.Partners.IsSome)
