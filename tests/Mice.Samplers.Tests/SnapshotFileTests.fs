module Mice.Samplers.Tests.SnapshotFileTests

open System
open System.IO
open System.Security.Cryptography
open System.Text
open Xunit
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Samplers

let private inFolder (work: string -> 'a) : 'a =
    let folder = Directory.CreateTempSubdirectory "mice-snapshots-"

    try
        work folder.FullName
    finally
        folder.Delete true

let private messages (result: Result<'a, MiceError list>) =
    match result with
    | Ok _ -> failwith "accepted"
    | Error faults -> faults |> List.map MiceError.message

let private get (result: Result<'a, MiceError list>) =
    match result with
    | Ok found -> found
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

/// The one fault of a file of this content, without its path.
let private faultOf (read: string -> Result<'a, MiceError list>) (content: byte[]) : string =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "f")
        File.WriteAllBytes(path, content)
        (Assert.Single(messages (read path))).Replace(path + ": ", ""))

let private written write : byte[] =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "f.spins")
        write path |> get
        File.ReadAllBytes path)

/// A .npy file of any header.
let private npy (descr: string) (shape: string) (data: byte[]) : byte[] =
    let header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n"

    Array.concat
        [
            [| 0x93uy |]
            "NUMPY\001\000"B
            [| byte header.Length; 0uy |]
            Encoding.ASCII.GetBytes header
            data
        ]

let private source =
    {
        Lattice = Lattice.Triangular
        Coupling = -1.0
        Field = 0.25
        Temperature = 2.269
        Seed = UInt64.MaxValue - 6UL
        SnapshotsPerChain = 4
        EnergyPerSite = Estimate.create -1.5 0.001 Direction.Exact
    }

let private shapes =
    gen {
        let! rows = Gen.choose (1, 9)
        let! columns = Gen.choose (1, 9)
        let! count = Gen.choose (1, 5)
        return rows, columns, count
    }

let private snapshotsOf (site: Gen<'spin>) : Gen<LatticeSnapshots<'spin>> =
    gen {
        let! rows, columns, count = shapes
        let! sites = Gen.arrayOfLength (rows * columns) site |> Gen.arrayOfLength count

        return
            {
                Rows = rows
                Columns = columns
                Sites = sites
            }
    }

/// Both formats, each under the other's name too: the content tells which it is.
let private roundTrip write read (snapshots: LatticeSnapshots<'spin>) : bool =
    inFolder (fun folder ->
        [ ".npy", ".spins", None; ".SPINS", ".npy", Some source; ".spins", "", None ]
        |> List.forall (fun (ending, other, source) ->
            let path = Path.Combine(folder, "f" + ending)
            write source path snapshots |> get
            let moved = Path.Combine(folder, "moved" + other)
            File.Move(path, moved, true)
            read moved = Ok snapshots && SnapshotFile.readSource moved = Ok source))

[<Fact>]
let ``Spins that were written are read`` () =
    let spins = snapshotsOf (Gen.elements [ -1y; 1y ])

    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest 20,
        Prop.forAll (Arb.fromGen spins) (roundTrip SnapshotFile.writeSpins SnapshotFile.readSpins)
    )

[<Fact>]
let ``Angles that were written are read to the last bit`` () =
    let angle =
        Gen.choose (-999_999, 1_000_000) |> Gen.map (fun i -> Math.PI * (float i / 1e6))

    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest 20,
        Prop.forAll (Arb.fromGen (snapshotsOf angle)) (roundTrip SnapshotFile.writeAngles SnapshotFile.readAngles)
    )

[<Fact>]
let ``Angles are wrapped when they are read`` () =
    let snapshots =
        {
            Rows = 1
            Columns = 4
            Sites = [| [| -Math.PI; 4.0; -1000.0; Math.PI |] |]
        }

    inFolder (fun folder ->
        for name in [ "f.npy"; "f.spins" ] do
            let path = Path.Combine(folder, name)
            SnapshotFile.writeAngles None path snapshots |> get
            let found = (get (SnapshotFile.readAngles path)).Sites[0]
            Assert.Equal(Math.PI, found[0])
            Assert.Equal(4.0 - Math.Tau, found[1], 15)
            // 159 turns: the rounding of τ, 2.4e-16 or less, counts 159 times.
            Assert.Equal(-1000.0 + 159.0 * Math.Tau, found[2], 12)
            Assert.Equal(Math.PI, found[3]))

/// The layout of docs/lattices.md, put together by hand.
[<Fact>]
let ``A .spins file is what its description says`` () =
    let snapshots =
        {
            Rows = 3
            Columns = 3
            Sites =
                [|
                    [| 1y; -1y; 1y; -1y; -1y; -1y; 1y; 1y; 1y |]
                    [| -1y; -1y; -1y; -1y; -1y; -1y; -1y; 1y; -1y |]
                |]
        }

    let summed =
        Array.concat
            [
                [| 1uy; 0uy; 1uy; 2uy |]
                BitConverter.GetBytes 3
                BitConverter.GetBytes 3
                BitConverter.GetBytes 4
                BitConverter.GetBytes 2L
                BitConverter.GetBytes -1.0
                BitConverter.GetBytes 0.25
                BitConverter.GetBytes 2.269
                BitConverter.GetBytes(UInt64.MaxValue - 6UL)
                BitConverter.GetBytes -1.5
                BitConverter.GetBytes 0.001
                [| 0b10100011uy; 0b10000000uy; 0b00000001uy; 0b00000000uy |]
            ]

    let expected = Array.concat [ "MICESPIN"B; SHA256.HashData summed; summed ]
    Assert.Equal<byte[]>(expected, written (fun path -> SnapshotFile.writeSpins (Some source) path snapshots))

let private small =
    {
        Rows = 2
        Columns = 2
        Sites = [| [| 1y; -1y; 1y; 1y |] |]
    }

let private smallFile =
    lazy written (fun path -> SnapshotFile.writeSpins (Some source) path small)

[<Fact>]
let ``A .spins file is refused at any length but its own, and with any bit changed`` () =
    let whole = smallFile.Value
    let fault = faultOf SnapshotFile.readSpins
    Assert.Equal("the file is empty.", fault [||])

    for length in 8 .. whole.Length - 1 do
        Assert.Equal("the file is cut short.", fault (Array.truncate length whole))

    Assert.Equal("there is more in it than its header says.", fault (Array.append whole [| 0uy |]))

    for at in 0 .. whole.Length - 1 do
        let changed = Array.updateAt at (whole[at] ^^^ 0x10uy) whole
        Assert.NotEqual<string>("", fault changed)
        Assert.NotEqual<string>("", faultOf SnapshotFile.readSource changed)

    Assert.Contains("SHA-256", fault (Array.updateAt (whole.Length - 1) 0uy whole))
    Assert.Contains("version 2", fault (Array.updateAt 40 2uy whole))

[<Fact>]
let ``Foreign files are refused`` () =
    for read in
        [
            SnapshotFile.readSpins >> Result.map ignore
            SnapshotFile.readAngles >> Result.map ignore
        ] do
        Assert.Equal("this is neither a .npy nor a .spins file.", faultOf read "1,2\n3,4\n"B)
        Assert.Equal("this is neither a .npy nor a .spins file.", faultOf read "M"B)
        Assert.Equal("this is an archive; give one .npy file of it.", faultOf read "PK\003\004 and so on"B)
        Assert.Equal("the file is cut short.", faultOf read ([| 0x93uy |] |> fun m -> Array.append m "NUMPY\001\000"B))
        Assert.Equal<string list>([ "nowhere.npy: no such file." ], messages (read "nowhere.npy"))
        Assert.Contains("this is a directory", Assert.Single(messages (read (Path.GetTempPath()))))

[<Theory>]
[<InlineData("|i1", "01FF01FF")>]
[<InlineData("<i2", "0100FFFF0100FFFF")>]
[<InlineData(">i4", "00000001FFFFFFFF00000001FFFFFFFF")>]
[<InlineData("<i8", "0100000000000000FFFFFFFFFFFFFFFF0100000000000000FFFFFFFFFFFFFFFF")>]
[<InlineData("<f4", "0000803F000080BF0000803F000080BF")>]
[<InlineData("<f8", "000000000000F03F000000000000F0BF000000000000F03F000000000000F0BF")>]
let ``Spins are read from numbers of any type`` (descr: string, hex: string) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "f")
        File.WriteAllBytes(path, npy descr "(1, 2, 2)" (Convert.FromHexString hex))

        Assert.Equal(
            Ok
                {
                    Rows = 2
                    Columns = 2
                    Sites = [| [| 1y; -1y; 1y; -1y |] |]
                },
            SnapshotFile.readSpins path
        ))

[<Fact>]
let ``A number that is no spin or no angle is told with its place`` () =
    let spins (hex: string) =
        faultOf SnapshotFile.readSpins (npy "|i1" "(2, 2, 3)" (Convert.FromHexString hex))

    Assert.Equal(
        "snapshot 2, row 1, column 3 is 0; spins are -1 and 1; write 0/1 data as 2x - 1.",
        spins "010101FFFFFF010100010000"
    )

    Assert.Equal("snapshot 1, row 2, column 1 is 3; spins are -1 and 1.", spins "010101030000000000000000")

    let bits = faultOf SnapshotFile.readSpins (npy "|b1" "(1, 1, 2)" [| 1uy; 0uy |])

    Assert.Equal("snapshot 1, row 1, column 2 is 0; spins are -1 and 1; write 0/1 data as 2x - 1.", bits)

    let angles =
        faultOf SnapshotFile.readAngles (npy "<f4" "(1, 2, 1)" (Convert.FromHexString "0000803F0000C07F"))

    Assert.Equal("snapshot 1, row 2, column 1 is NaN; angles are finite numbers, in radians.", angles)

    Assert.Equal(
        "it holds integers; angles are floats, in radians.",
        faultOf SnapshotFile.readAngles (npy "|i1" "(1, 1, 2)" [| 1uy; 1uy |])
    )

    Assert.Equal(
        "it has 2 axes; snapshots have three: [n][rows][columns].",
        faultOf SnapshotFile.readSpins (npy "|i1" "(1, 2)" [| 1uy; 1uy |])
    )

[<Fact>]
let ``Spins are not taken for angles, nor angles for spins`` () =
    Assert.Contains("not angles", faultOf SnapshotFile.readAngles smallFile.Value)

    let angles =
        written (fun path ->
            SnapshotFile.writeAngles
                None
                path
                {
                    Rows = 1
                    Columns = 1
                    Sites = [| [| 1.0 |] |]
                })

    Assert.Contains("not Ising spins", faultOf SnapshotFile.readSpins angles)

[<Fact>]
let ``What cannot be written is told, and leaves nothing behind`` () =
    inFolder (fun folder ->
        let write name snapshots =
            SnapshotFile.writeSpins None (Path.Combine(folder, name)) snapshots |> messages |> Assert.Single

        Assert.Contains("a name that ends in .npy or .spins", write "f.txt" small)
        Assert.Contains("0 snapshots are fewer", write "f.npy" { small with Sites = [||] })

        Assert.Contains(
            "3 spins against 2×2 sites",
            write
                "f.npy"
                { small with
                    Sites = [| Array.create 3 1y |]
                }
        )

        Assert.Contains(
            "column 2 is 2;",
            write
                "f.spins"
                { small with
                    Sites = [| [| 1y; 2y; 1y; 1y |] |]
                }
        )

        Assert.Empty(Directory.GetFileSystemEntries folder)
        Directory.CreateDirectory(Path.Combine(folder, "d.npy")) |> ignore
        Assert.Contains("d.npy", write "d.npy" small)
        Assert.Single(Directory.GetFileSystemEntries folder) |> ignore)
