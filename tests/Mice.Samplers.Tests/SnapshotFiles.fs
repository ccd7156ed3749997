/// What the tests of snapshot files share: files in a folder of their own, their faults, and random snapshots.
module Mice.Samplers.Tests.SnapshotFiles

open Expecto
open System
open System.IO
open System.Security.Cryptography
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Samplers

/// The one fault of a file of this content, without its path.
let faultOf (read: string -> Result<'a, MiceError list>) (content: byte[]) : string =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "f")
        File.WriteAllBytes(path, content)
        (Expecting.single (messages (read path)) "faults").Replace(path + ": ", ""))

let written write : byte[] =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "f.spins")
        write path |> ok
        File.ReadAllBytes path)

/// A .npy file of any header.
let npy (descr: string) (shape: string) (data: byte[]) : byte[] =
    let header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n"

    Array.concat
        [
            [| 0x93uy |]
            "NUMPY\001\000"B
            [| byte header.Length; 0uy |]
            Encoding.ASCII.GetBytes header
            data
        ]

let source =
    {
        Model = "ising"
        Parameters = [ "lattice", "triangular"; "coupling", "-1"; "field", "0.25" ]
        Temperature = 2.269
        Seed = UInt64.MaxValue - 6UL
        SnapshotsPerChain = 4
        EnergyPerSite = Estimate.create -1.5 0.001 Direction.Exact
    }

let shapes =
    gen {
        let! axes = Gen.choose (2, 4)
        let! sides = Gen.choose (1, 12 / axes) |> Gen.arrayOfLength axes
        let! count = Gen.choose (1, 5)
        return sides, count
    }

let snapshotsOf (site: Gen<'spin>) : Gen<LatticeSnapshots<'spin>> =
    gen {
        let! shape, count = shapes

        let! sites =
            Gen.arrayOfLength (LatticeShape.sites shape) site |> Gen.arrayOfLength count

        return { Shape = shape; Sites = sites }
    }

let small =
    {
        Shape = [| 2; 2 |]
        Sites = [| [| 1y; -1y; 1y; 1y |] |]
    }

let nine =
    {
        Shape = [| 3; 3 |]
        Sites =
            [|
                [| 1y; -1y; 1y; -1y; -1y; -1y; 1y; 1y; 1y |]
                [| -1y; -1y; -1y; -1y; -1y; -1y; -1y; 1y; -1y |]
            |]
    }

let smallFile =
    lazy written (fun path -> SnapshotFile.writeSpins (Some source) path small)

/// A file of this content is refused for this reason.
let refuses read (content: byte[]) (fault: string) (what: string) =
    Expect.equal (faultOf read content) fault what

/// A file of this content is refused for a reason in which this occurs.
let refusesFor read (content: byte[]) (part: string) (what: string) =
    Expect.stringContains (faultOf read content) part what
