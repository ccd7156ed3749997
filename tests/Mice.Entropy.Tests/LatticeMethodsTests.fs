module Mice.Entropy.Tests.LatticeMethodsTests

open Expecto
open System.Threading
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private fault name = MiceError.OutOfRange(name, "0", "1")

[<Tests>]
let tests =
    testList
        "LatticeMethodsTests"
        [
            test "Lists are joined in their order, or the faults of all" {
                Expect.equal
                    (LatticeMethods.together [ Ok [ 1; 2 ]; Ok []; Ok [ 3 ] ])
                    (Ok [ 1; 2; 3 ])
                    "lists keep their order"

                Expect.equal
                    (LatticeMethods.together [ Ok [ 1 ]; Error [ fault "a"; fault "b" ]; Ok [ 2 ]; Error [ fault "c" ] ])
                    (Error [ fault "a"; fault "b"; fault "c" ])
                    "the faults of all are told"
            }

            test "Planar spins are not counted" {
                let sample =
                    {
                        Snapshots = { Rows = 2; Columns = 2; Sites = [||] }
                        Spins = LatticeSpins.planar SpinSymmetry.none
                        GroupSnapshots = 1
                        Energies = None
                        Hamiltonian = None
                        Start = LatticePoint.start 1.0 None []
                    }

                for method in [ LatticeMethod.Counting; LatticeMethod.Integration ] do
                    LatticeMethods.planar
                        LatticeEntropyOptions.defaults
                        CancellationToken.None
                        ignore
                        (Key.ofSeed 1UL)
                        Params.empty
                        sample
                        method
                    |> messages
                    |> fun told -> Expecting.single told $"{method} is refused"
                    |> ignore
            }
        ]
