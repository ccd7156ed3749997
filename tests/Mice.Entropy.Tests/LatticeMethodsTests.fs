module Mice.Entropy.Tests.LatticeMethodsTests

open System.IO
open System.Threading
open Xunit
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private fault name = MiceError.OutOfRange(name, "0", "1")

[<Fact>]
let ``Lists are joined in their order, or the faults of all`` () =
    Assert.Equal(Ok [ 1; 2; 3 ], LatticeMethods.together [ Ok [ 1; 2 ]; Ok []; Ok [ 3 ] ])

    Assert.Equal(
        Error [ fault "a"; fault "b"; fault "c" ],
        LatticeMethods.together [ Ok [ 1 ]; Error [ fault "a"; fault "b" ]; Ok [ 2 ]; Error [ fault "c" ] ]
    )

[<Fact>]
let ``Snapshots are drawn once for all methods, and not when everything is kept`` () =
    let folder = Directory.CreateTempSubdirectory "mice-methods-"

    try
        let store =
            RunStore.openOrCreate folder.FullName (RunStore.identity [ "a", "b" ]) |> ok

        let drawn = ResizeArray<int>()
        let applied = ResizeArray<int * LatticeMethod>()

        let draw _ _ =
            drawn.Add 7
            Ok 7

        let apply _ _ sample method =
            applied.Add(sample, method)

            Ok
                [
                    { LatticePoint.start 1.0 None [] with
                        Method = LatticeMethod.name method
                    }
                ]

        let points () =
            LatticeMethods.points
                { LatticeEntropyOptions.defaults with
                    Methods = [ LatticeMethod.Scan; LatticeMethod.Mice ]
                }
                ignore
                (Some store)
                "1"
                (Key.ofSeed 1UL)
                draw
                apply
            |> ok
            |> List.map _.Method

        for _ in 1..2 do
            Assert.Equal<string>([ "scan"; "mice" ], points ())
            Assert.Single drawn |> ignore
            Assert.Equal<int * LatticeMethod>([ 7, LatticeMethod.Scan; 7, LatticeMethod.Mice ], applied)

        RunStore.save "scan-1" "junk"B store

        let refused =
            LatticeMethods.kept (Some store) "scan-1" (fun () -> failwith "computed anew") |> messages

        Assert.Contains("no checkpoint", Assert.Single refused)
    finally
        folder.Delete true

[<Fact>]
let ``Planar spins are not counted`` () =
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
            sample
            method
        |> messages
        |> Assert.Single
        |> ignore
