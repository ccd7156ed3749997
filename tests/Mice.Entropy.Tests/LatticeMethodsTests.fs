module Mice.Entropy.Tests.LatticeMethodsTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

[<Tests>]
let tests =
    testList
        "LatticeMethodsTests"
        [
            test "Planar spins are not counted" {
                let sample =
                    {
                        Data =
                            {
                                Snapshots = { Shape = [| 2; 2 |]; Sites = [||] }
                                Spins = LatticeSpins.planar SpinSymmetry.none
                                GroupSnapshots = 1
                                Energies = None
                                Hamiltonian = None
                                First = Params.empty
                            }
                        Start = LatticeResult.start 1.0 None []
                    }

                for method in [ LatticeMethod.Counting; LatticeMethod.Integration ] do
                    LatticeMethods.apply LatticeEntropyOptions.defaults Run.quiet sample method
                    |> messages
                    |> fun told -> Expecting.single told $"{method} is refused"
                    |> ignore
            }
        ]
