module Mice.Samplers.Tests.SnapshotFileTests

open Expecto
open System
open System.IO
open System.Security.Cryptography
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.SnapshotFiles

/// Both formats, each under the other's name too: the content tells which it is.
let private roundTrip write read (snapshots: LatticeSnapshots<'spin>) : bool =
    inFolder (fun folder ->
        [ ".npy", ".spins", None; ".SPINS", ".npy", Some source; ".spins", "", None ]
        |> List.forall (fun (ending, other, source) ->
            let path = Path.Combine(folder, "f" + ending)
            write source path snapshots |> ok
            let moved = Path.Combine(folder, "moved" + other)
            File.Move(path, moved, true)
            read moved = Ok snapshots && SnapshotFile.readSource moved = Ok source))

let private angle =
    Gen.choose (-999_999, 1_000_000) |> Gen.map (fun i -> Math.PI * (float i / 1e6))

[<Tests>]
let tests =
    testList
        "SnapshotFileTests"
        [
            testPropertyWithConfig (Expecting.cases 20) "Spins that were written are read"
            <| Prop.forAll
                (Arb.fromGen (snapshotsOf (Gen.elements [ -1y; 1y ])))
                (roundTrip SnapshotFile.writeSpins SnapshotFile.readSpins)

            testPropertyWithConfig (Expecting.cases 20) "Angles that were written are read to the last bit"
            <| Prop.forAll
                (Arb.fromGen (snapshotsOf angle))
                (roundTrip SnapshotFile.writeAngles SnapshotFile.readAngles)

            test "Angles are wrapped when they are read" {
                let snapshots =
                    {
                        Shape = [| 1; 4 |]
                        Sites = [| [| -Math.PI; 4.0; -1000.0; Math.PI |] |]
                    }

                inFolder (fun folder ->
                    for name in [ "f.npy"; "f.spins" ] do
                        let path = Path.Combine(folder, name)
                        SnapshotFile.writeAngles None path snapshots |> ok
                        let found = (ok (SnapshotFile.readAngles path)).Sites[0]
                        Expect.equal found[0] Math.PI "−π is the same as π"
                        Expecting.decimals 15 found[1] (4.0 - Math.Tau) "one turn less"
                        // 159 turns: the rounding of τ, 2.4e-16 or less, counts 159 times.
                        Expecting.decimals 12 found[2] (-1000.0 + 159.0 * Math.Tau) "159 turns more"
                        Expect.equal found[3] Math.PI "π stays")
            }

            // The layouts of docs/lattices.md, put together by hand.
            test "A .spins file is what its description says" {
                let text (value: string) =
                    Array.append (BitConverter.GetBytes(uint16 value.Length)) (System.Text.Encoding.UTF8.GetBytes value)

                let rest =
                    Array.concat
                        [
                            BitConverter.GetBytes 2
                            BitConverter.GetBytes 3
                            BitConverter.GetBytes 3
                            BitConverter.GetBytes 2L
                            BitConverter.GetBytes 4
                            BitConverter.GetBytes 2.269
                            BitConverter.GetBytes(UInt64.MaxValue - 6UL)
                            BitConverter.GetBytes -1.5
                            BitConverter.GetBytes 0.001
                            text "ising"
                            BitConverter.GetBytes 3us
                            yield! [ "lattice"; "triangular"; "coupling"; "-1"; "field"; "0.25" ] |> List.map text
                        ]

                let summed =
                    Array.concat
                        [
                            [| 2uy; 0uy; 1uy; 2uy |]
                            BitConverter.GetBytes(48 + rest.Length)
                            rest
                            [| 0b10100011uy; 0b10000000uy; 0b00000001uy; 0b00000000uy |]
                        ]

                let expected = Array.concat [ "MICESPIN"B; SHA256.HashData summed; summed ]

                Expect.equal
                    (written (fun path -> SnapshotFile.writeSpins (Some source) path nine))
                    expected
                    "the bytes of the file"
            }

            test "A .spins file of version 1 is read" {
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

                inFolder (fun folder ->
                    let path = Path.Combine(folder, "f.spins")
                    File.WriteAllBytes(path, Array.concat [ "MICESPIN"B; SHA256.HashData summed; summed ])
                    Expect.equal (SnapshotFile.readSpins path) (Ok nine) "the spins"
                    Expect.equal (SnapshotFile.readSource path) (Ok(Some source)) "the source")
            }

            testPropertyWithConfig (Expecting.cases 20) "States that were written are read"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.choose (2, SnapshotFile.MostStates)
                    |> Gen.bind (fun states ->
                        snapshotsOf (Gen.choose (0, states - 1) |> Gen.map byte)
                        |> Gen.map (fun snapshots -> states, snapshots))
                ))
                (fun (states, snapshots) ->
                    roundTrip
                        (SnapshotFile.writeStates states)
                        (SnapshotFile.readStates (Some states) >> Result.map (fun (struct (_, found)) -> found))
                        snapshots)

            test "How many states there are is known or told, and holds" {
                inFolder (fun folder ->
                    let states =
                        {
                            Shape = [| 1; 2; 2 |]
                            Sites = [| [| 0uy; 1uy; 2uy; 0uy |] |]
                        }

                    let npy, spins = Path.Combine(folder, "f.npy"), Path.Combine(folder, "f.spins")
                    SnapshotFile.writeStates 4 None npy states |> ok
                    SnapshotFile.writeStates 4 None spins states |> ok
                    Expect.equal (SnapshotFile.readStates None spins) (Ok(struct (4, states))) "the file says it"
                    Expect.equal (SnapshotFile.readStates (Some 3) npy) (Ok(struct (3, states))) "it is told"

                    for states, path, fault in
                        [
                            None, npy, "it does not say how many states there are"
                            Some 3, spins, "its spins have 4 states, not 3."
                            Some 2, npy, "site (1, 2, 1) is 2; states are 0 to 1."
                            Some 1, npy, "states of a spin is 1"
                        ] do
                        let found =
                            Expecting.single (messages (SnapshotFile.readStates states path)) "faults"

                        Expect.stringContains found fault "the fault")
            }

            test "A .spins file is refused at any length but its own, and with any bit changed" {
                let whole = smallFile.Value
                let read = SnapshotFile.readSpins
                refuses read [||] "the file is empty." "no byte"

                for length in 8 .. whole.Length - 1 do
                    refuses read (Array.truncate length whole) "the file is cut short." $"{length} bytes"

                refuses read (Array.append whole [| 0uy |]) "there is more in it than its header says." "one byte more"

                for at in 0 .. whole.Length - 1 do
                    let changed = Array.updateAt at (whole[at] ^^^ 0x10uy) whole
                    Expect.notEqual (faultOf read changed) "" $"byte {at} changed"

                    Expect.notEqual
                        (faultOf SnapshotFile.readSource changed)
                        ""
                        $"byte {at} changed, when only the source is read"

                refusesFor read (Array.updateAt (whole.Length - 1) 0uy whole) "SHA-256" "the last byte changed"
                refusesFor read (Array.updateAt 40 3uy whole) "version 3" "another version"
            }

            test "Foreign files are refused" {
                for read in
                    [
                        SnapshotFile.readSpins >> Result.map ignore
                        SnapshotFile.readAngles >> Result.map ignore
                    ] do
                    refuses read "1,2\n3,4\n"B "this is neither a .npy nor a .spins file." "a text"
                    refuses read "M"B "this is neither a .npy nor a .spins file." "a single letter"
                    refuses read "PK\003\004 and so on"B "this is an archive; give one .npy file of it." "an archive"

                    refuses
                        read
                        ([| 0x93uy |] |> fun m -> Array.append m "NUMPY\001\000"B)
                        "the file is cut short."
                        "only the beginning of a .npy file"

                    Expect.equal (messages (read "nowhere.npy")) [ "nowhere.npy: no such file." ] "no file"

                    Expect.stringContains
                        (Expecting.single (messages (read (Path.GetTempPath()))) "faults")
                        "this is a directory"
                        "a directory"
            }

            testTheory
                "Spins are read from numbers of any type"
                [
                    "|i1", "01FF01FF"
                    "<i2", "0100FFFF0100FFFF"
                    ">i4", "00000001FFFFFFFF00000001FFFFFFFF"
                    "<i8", "0100000000000000FFFFFFFFFFFFFFFF0100000000000000FFFFFFFFFFFFFFFF"
                    "<f4", "0000803F000080BF0000803F000080BF"
                    "<f8", "000000000000F03F000000000000F0BF000000000000F03F000000000000F0BF"
                ]
            <| fun (descr: string, hex: string) ->
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "f")
                    File.WriteAllBytes(path, npy descr "(1, 2, 2)" (Convert.FromHexString hex))

                    Expect.equal
                        (SnapshotFile.readSpins path)
                        (Ok
                            {
                                Shape = [| 2; 2 |]
                                Sites = [| [| 1y; -1y; 1y; -1y |] |]
                            })
                        "the spins")

            test "A number that is no spin or no angle is told with its place" {
                let spins (hex: string) =
                    npy "|i1" "(2, 2, 3)" (Convert.FromHexString hex)

                refuses
                    SnapshotFile.readSpins
                    (spins "010101FFFFFF010100010000")
                    "snapshot 2, row 1, column 3 is 0; spins are -1 and 1; write 0/1 data as 2x - 1."
                    "a 0 among ones"

                refuses
                    SnapshotFile.readSpins
                    (spins "010101030000000000000000")
                    "snapshot 1, row 2, column 1 is 3; spins are -1 and 1."
                    "a 3"

                refuses
                    SnapshotFile.readSpins
                    (npy "|b1" "(1, 1, 2)" [| 1uy; 0uy |])
                    "snapshot 1, row 1, column 2 is 0; spins are -1 and 1; write 0/1 data as 2x - 1."
                    "a bit of 0"

                refuses
                    SnapshotFile.readAngles
                    (npy "<f4" "(1, 2, 1)" (Convert.FromHexString "0000803F0000C07F"))
                    "snapshot 1, row 2, column 1 is NaN; angles are finite numbers, in radians."
                    "an angle that is no number"

                refuses
                    SnapshotFile.readAngles
                    (npy "|i1" "(1, 1, 2)" [| 1uy; 1uy |])
                    "it holds integers; angles are floats, in radians."
                    "integers"

                refuses
                    SnapshotFile.readSpins
                    (npy "|i1" "(1, 2)" [| 1uy; 1uy |])
                    "it has 2 axes; snapshots have three or more: [n][rows][columns], and further axes between."
                    "two axes"
            }

            test "Spins are not taken for angles, nor angles for spins" {
                refusesFor SnapshotFile.readAngles smallFile.Value "no angles" "spins"

                let angles =
                    written (fun path ->
                        SnapshotFile.writeAngles
                            None
                            path
                            {
                                Shape = [| 1; 1 |]
                                Sites = [| [| 1.0 |] |]
                            })

                refusesFor SnapshotFile.readSpins angles "no Ising spins" "angles"
            }

            test "What cannot be written is told, and leaves nothing behind" {
                inFolder (fun folder ->
                    let write name snapshots =
                        SnapshotFile.writeSpins None (Path.Combine(folder, name)) snapshots
                        |> messages
                        |> fun faults -> Expecting.single faults "faults"

                    Expect.stringContains (write "f.txt" small) "a name that ends in .npy or .spins" "another ending"

                    Expect.stringContains
                        (write "f.npy" { small with Sites = [||] })
                        "0 snapshots are fewer"
                        "no snapshots"

                    Expect.stringContains
                        (write
                            "f.npy"
                            { small with
                                Sites = [| Array.create 3 1y |]
                            })
                        "3 spins against 2×2 sites"
                        "a spin too few"

                    Expect.stringContains
                        (write
                            "f.spins"
                            { small with
                                Sites = [| [| 1y; 2y; 1y; 1y |] |]
                            })
                        "column 2 is 2;"
                        "a 2 among the spins"

                    Expect.isEmpty (Directory.GetFileSystemEntries folder) "no file is left"

                    Directory.CreateDirectory(Path.Combine(folder, "d.npy")) |> ignore
                    Expect.stringContains (write "d.npy" small) "d.npy" "a folder of that name"
                    Expecting.single (Directory.GetFileSystemEntries folder) "the folder alone" |> ignore)
            }
        ]
