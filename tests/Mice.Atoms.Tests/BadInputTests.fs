module Mice.Atoms.Tests.BadInputTests

open Expecto
open System
open System.IO
open System.IO.Compression
open System.Text
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private frameAt (step: int) (count: string) (bounds: string) (columns: string) (atoms: string list) =
    let lines = atoms |> List.map (fun a -> a + "\n") |> String.concat ""
    $"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{count}\nITEM: BOX BOUNDS {bounds}\nITEM: ATOMS {columns}\n{lines}"

let private frame = frameAt 7
let private box = "pp pp pp\n0 10\n0 10\n0 10"

let private good = frame "2" box "id type x y z" [ "1 1 1 1 1"; "2 1 2 2 2" ]

/// The next frame of the same run.
let private next = frameAt 8 "2" box "id type x y z" [ "1 1 1 1 3"; "2 1 2 2 2" ]

let private xyz = "2\nstep=1 Lattice=\"9 0 0 0 9 0 0 0 9\"\nNa 1 1 1\nNa 2 2 2\n"

/// The next frame of the same run.
let private nextXyz =
    xyz.Replace("step=1", "step=2").Replace("Na 1 1 1", "Na 1 1 3")

let private compress (content: byte[]) =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z -> z.Write(content, 0, content.Length))
    packed.ToArray()

/// 200 MB of zeros behind a good frame: a reader that held the line would need as much. More of them would be no different.
let private withoutEnd () : byte[] =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z ->
        z.Write(ReadOnlySpan(Encoding.ASCII.GetBytes good))
        let zeros = Array.zeroCreate<byte>(1 <<< 20)

        for _ in 1..200 do
            z.Write(zeros, 0, zeros.Length))

    packed.ToArray()

let private read (content: byte[]) = withFile content Trajectory.read
let private readText (text: string) = read (Encoding.UTF8.GetBytes text)

/// The one fault of a file: frame, line, text. Its message has to be one line that names the file.
let private fault (result: Result<Trajectory, MiceError list>) =
    match result with
    | Error [ MiceError.BadFile(path, frame, line, text) as error ] ->
        let message = MiceError.message error
        Expecting.stringLacks message "\n" "the message is one line"
        Expect.stringStarts message path "the message begins with the file"
        Expect.isTrue (message.Length < 400) message
        frame, line, text
    | other -> failwith $"%A{other}"

let private expect (frame: int) (line: int64) (part: string) (text: string) =
    let f, l, t = fault (readText text)
    Expect.equal (f, l) (Some frame, Some line) "frame and line of the fault"
    Expect.stringContains t part "what the fault says"

/// There is one warning, which says this.
let private warns (warnings: string seq) (part: string) =
    Expect.stringContains (Expecting.single warnings "warnings") part "what the warning says"

[<Tests>]
let tests =
    testList
        "BadInputTests"
        [
            test "A last frame that was cut is left out with one warning" {
                for cut in [ 3; 40; 80; good.Length - 9; good.Length - 1 ] do
                    let t = readText (good + next + good.Substring(0, cut)) |> ok
                    Expect.equal t.Snapshots.Length 2 "whole frames"

                    warns t.Warnings "2 frames before it are used"

                for cut in [ 4; 10; 30 ] do
                    let t = readText (xyz + xyz.Substring(0, xyz.Length - cut)) |> ok
                    Expect.equal t.Snapshots.Length 1 "whole frames"

                    warns t.Warnings "1 frames before it are used"
            }

            test "A last line of extended XYZ that only lacks its line feed is used with a warning" {
                let whole = xyz + nextXyz.Substring(0, nextXyz.Length - 1)
                let t = readText whole |> ok
                Expect.equal t.Snapshots.Length 2 "whole frames"
                Expect.equal t.Snapshots[1].Positions [| 1.0; 1.0; 3.0; 2.0; 2.0; 2.0 |] "the last frame"

                warns t.Warnings "line 8 has no line feed"

                Expecting.single ((readText (xyz.TrimEnd '\n') |> ok).Snapshots) "a single frame of this kind"
                |> ignore
                // Where a compressed file was cut, its content may end within a number.
                Expecting.single
                    ((read (compress (Encoding.UTF8.GetBytes whole)) |> ok).Snapshots)
                    "the first frame is kept, the last is not"
                |> ignore
            }

            test "A compressed file that was cut keeps its whole frames" {
                let random = Random 5

                let frames =
                    String.concat
                        ""
                        [
                            for step in 1..50 ->
                                frameAt
                                    step
                                    "40"
                                    box
                                    "id type x y z"
                                    [ for i in 1..40 -> $"{i} 1 {random.NextDouble()} {random.NextDouble()} 5.5" ]
                        ]

                let packed = compress (Encoding.ASCII.GetBytes frames)
                let t = read (Array.sub packed 0 (packed.Length / 2)) |> ok
                Expecting.inRange t.Snapshots.Length 10 40 "about half of the frames"
                Expecting.single t.Warnings "warnings" |> ignore

                let damaged = Array.copy packed
                Array.fill damaged (packed.Length / 2) 200 0xffuy
                let _, line, _ = fault (read damaged)
                Expect.isTrue line.IsSome "the fault has a line"
            }

            test "A first frame that was cut is a fault" {
                let _, _, text = fault (readText (good.Substring(0, good.Length - 9)))
                Expect.stringContains text "ends" "the file ends too early"
            }

            test "Coordinates that are not finite" {
                for bad in [ "nan"; "-NaN"; "inf"; "-Infinity"; "1e999" ] do
                    expect 2 21L "not a finite number" (good + frame "2" box "id x y z" [ $"1 1 {bad} 1"; "2 2 2 2" ])

                expect 1 3L "not a finite number" (xyz.Replace("Na 1 1 1", "Na 1 inf 1"))
                expect 1 10L "a million box lengths" (frame "1" box "id x y z" [ "1 1e30 1 1" ])
            }

            test "Boxes without volume" {
                expect 1 7L "reaches from 5 to 5 along y" (frame "1" "pp pp pp\n0 10\n5 5\n0 10" "x y z" [ "1 1 1" ])
                expect 1 6L "reaches from 3 to -3 along x" (frame "1" "pp pp pp\n3 -3\n0 5\n0 10" "x y z" [ "1 1 1" ])
                expect 1 6L "not a finite number" (frame "1" "pp pp pp\n0 nan\n0 5\n0 10" "x y z" [ "1 1 1" ])
                expect 1 2L "flat" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 9 0 0 0 0 9"))
                expect 1 2L "no extent" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 0 9 0 0 0 0"))
                expect 1 2L "8 numbers where 9 belong" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 0 9 0 0 0"))
                expect 1 2L "no Lattice" (xyz.Replace("Lattice", "Cell"))
            }

            test "Atom counts that disagree" {
                expect 1 11L "before the announced number" (frame "2" box "id x y z" [ "1 1 1 1" ] + good)

                expect
                    1
                    12L
                    "goes on after the announced number"
                    (frame "2" box "id x y z" [ "1 1 1 1"; "2 2 2 2"; "3 3 3 3" ])

                expect 1 4L "has to be 1 or more" (frame "0" box "x y z" [])
                expect 1 4L "has to be 1 or more" (frame "-5" box "x y z" [])
                expect 1 4L "no whole number" (frame "2.5" box "x y z" [])
                expect 1 5L "goes on" (xyz + "Na 3 3 3\n")
                expect 1 4L "goes on" (xyz.Replace("2\ns", "1\ns") + nextXyz)
                expect 1 5L "1 fields where Properties names 4" (xyz.Replace("2\ns", "3\ns") + nextXyz)
            }

            // One at a time and alone: the bytes of all threads are counted.
            testSequenced
            <| test "An announced number of atoms that cannot be costs no memory" {
                let before = GC.GetTotalAllocatedBytes()
                let _, _, text = fault (readText (frame "600000000" box "x y z" [ "1 1 1" ]))
                Expect.stringContains text "ends" "the file ends too early"
                Expecting.inRange (GC.GetTotalAllocatedBytes() - before) 0L 50_000_000L "allocated bytes"

                expect 1 4L "at most" (frame "99999999999" box "x y z" [ "1 1 1" ])
            }

            test "Columns that do not say where the atoms are" {
                expect 1 9L "needed are x y z" (frame "1" box "id type vx vy vz" [ "1 1 1 1 1" ])
                expect 1 9L "needed are x y z" (frame "1" box "id x ys zu" [ "1 1 1 1" ])
                expect 1 9L "occurs twice" (frame "1" box "x x y z" [ "1 1 1 1" ])
                expect 1 10L "3 fields where the header names 4" (frame "1" box "id x y z" [ "1 1 1" ])
                expect 1 10L "more fields" (frame "1" box "id x y z" [ "1 1 1 1 1" ])
                expect 1 10L "no number" (frame "1" box "id x y z" [ "1 1 1 1,5" ])
                expect 1 11L "occurs twice" (frame "2" box "id x y z" [ "2 1 1 1"; "2 2 2 2" ])
                expect 1 10L "atom type is 0" (frame "1" box "type x y z" [ "0 1 1 1" ])
                expect 1 2L "Properties needs pos:R:3" (xyz.Replace("\"\n", "\" Properties=species:S:1\n"))
                expect 1 2L "Properties needs pos:R:3" (xyz.Replace("\"\n", "\" Properties=species:S:1:pos:R:2\n"))
                expect 1 2L "does not understand" (xyz.Replace("\"\n", "\" Properties=species:Q:1:pos:R:3\n"))
                expect 1 2L "species:S:1 or Z:I:1" (xyz.Replace("\"\n", "\" Properties=pos:R:3\n"))
            }

            test "Sections that are missing or unknown" {
                expect 1 1L "ITEM: TIMESTEP is missing" ("ITEM: ATOMS x y z\n1 1 1\n")
                expect 1 3L "no section" ("ITEM: TIMESTEP\n7\nITEM: NONSENSE\n4\n")

                expect
                    1
                    5L
                    "form of box bounds"
                    (frame "1" "ab cd ef gh pp pp pp\n0 10\n0 10\n0 10" "x y z" [ "1 1 1" ])
            }

            test "Empty files, missing files, folders and junk" {
                for text in [ ""; "\n\n  \n" ] do
                    let _, _, fault = fault (readText text)
                    Expect.stringContains fault "empty" "the file is empty"

                match Trajectory.read "/nowhere/at/all.dump" with
                | Error [ MiceError.MissingFile _ ] -> ()
                | other -> failwith $"%A{other}"

                match Trajectory.read (Path.GetTempPath()) with
                | Error [ _ ] -> ()
                | other -> failwith $"%A{other}"

                let random = Random 7

                for length in [ 1; 2; 10; 5000; 3_000_000 ] do
                    let junk = Array.zeroCreate<byte> length
                    random.NextBytes junk
                    fault (read junk) |> ignore
                    // The same behind gzip's first two bytes, and properly compressed.
                    fault (read (Array.append [| 0x1fuy; 0x8buy |] junk)) |> ignore
                    fault (read (compress junk)) |> ignore
            }

            testSequenced
            <| test "A line without end costs neither time nor memory" {
                let file = withoutEnd ()
                let before = GC.GetTotalAllocatedBytes()
                let watch = Diagnostics.Stopwatch.StartNew()
                let frame, line, text = fault (read file)
                Expect.equal (frame, line) (Some 2, Some 12L) "frame and line of the fault"
                Expect.stringContains text "longer than" "the line is too long"
                Expecting.inRange (GC.GetTotalAllocatedBytes() - before) 0L 50_000_000L "allocated bytes"
                Expecting.inRange watch.Elapsed.TotalSeconds 0.0 10.0 "seconds"
            }

            test "Ten million blank lines are read without a deep stack" {
                let text = good + String('\n', 10_000_000)
                Expect.equal ((readText text |> ok).Snapshots.Length) 1 "blank lines are no frames"
            }
        ]
