module Mice.Atoms.Tests.BadInputTests

open System
open System.IO
open System.IO.Compression
open System.Text
open Xunit
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private frame (count: string) (bounds: string) (columns: string) (atoms: string list) =
    let lines = atoms |> List.map (fun a -> a + "\n") |> String.concat ""
    $"ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n{count}\nITEM: BOX BOUNDS {bounds}\nITEM: ATOMS {columns}\n{lines}"

let private box = "pp pp pp\n0 10\n0 10\n0 10"
let private good = frame "2" box "id x y z" [ "1 1 1 1"; "2 2 2 2" ]
let private xyz = "2\nLattice=\"9 0 0 0 9 0 0 0 9\"\nNa 1 1 1\nNa 2 2 2\n"

let private compress (content: byte[]) =
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z -> z.Write(content, 0, content.Length))
    packed.ToArray()

let private read (content: byte[]) = withFile content Trajectory.read
let private readText (text: string) = read (Encoding.UTF8.GetBytes text)

/// The one fault of a file: frame, line, text. Its message has to be one line that names the file.
let private fault (result: Result<Trajectory, MiceError list>) =
    match result with
    | Error [ MiceError.BadFile(path, frame, line, text) as error ] ->
        let message = MiceError.message error
        Assert.DoesNotContain("\n", message)
        Assert.StartsWith(path, message)
        Assert.True(message.Length < 400, message)
        frame, line, text
    | other -> failwith $"%A{other}"

let private expect (frame: int) (line: int64) (part: string) (text: string) =
    let f, l, t = fault (readText text)
    Assert.Equal((Some frame, Some line), (f, l))
    Assert.Contains(part, t)

[<Fact>]
let ``A last frame that was cut is left out with one warning`` () =
    for cut in [ 3; 40; 80; good.Length - 9; good.Length - 1 ] do
        let t = readText (good + good + good.Substring(0, cut)) |> get
        Assert.Equal(2, t.Snapshots.Length)
        Assert.Contains("2 frames before it are used", Assert.Single t.Warnings)

    for cut in [ 4; 10; 30 ] do
        let t = readText (xyz + xyz.Substring(0, xyz.Length - cut)) |> get
        Assert.Equal(1, t.Snapshots.Length)
        Assert.Contains("1 frames before it are used", Assert.Single t.Warnings)

[<Fact>]
let ``A last line of extended XYZ that only lacks its line feed is used with a warning`` () =
    let whole = xyz + xyz.Substring(0, xyz.Length - 1)
    let t = readText whole |> get
    Assert.Equal(2, t.Snapshots.Length)
    Assert.Equal<float[]>(t.Snapshots[0].Positions, t.Snapshots[1].Positions)
    Assert.Contains("line 8 has no line feed", Assert.Single t.Warnings)
    Assert.Single((readText (xyz.TrimEnd '\n') |> get).Snapshots) |> ignore
    // Where a compressed file was cut, its content may end within a number.
    Assert.Single((read (compress (Encoding.UTF8.GetBytes whole)) |> get).Snapshots) |> ignore

[<Fact>]
let ``A compressed file that was cut keeps its whole frames`` () =
    let random = Random 5

    let frames =
        String.concat
            ""
            [
                for _ in 1..50 ->
                    frame
                        "40"
                        box
                        "id x y z"
                        [ for i in 1..40 -> $"{i} {random.NextDouble()} {random.NextDouble()} 5.5" ]
            ]

    let packed = compress (Encoding.ASCII.GetBytes frames)
    let t = read (Array.sub packed 0 (packed.Length / 2)) |> get
    Assert.InRange(t.Snapshots.Length, 10, 40)
    Assert.Single t.Warnings |> ignore

    let damaged = Array.copy packed
    Array.fill damaged (packed.Length / 2) 200 0xffuy
    let _, line, _ = fault (read damaged)
    Assert.True line.IsSome

[<Fact>]
let ``A first frame that was cut is a fault`` () =
    let _, _, text = fault (readText (good.Substring(0, good.Length - 9)))
    Assert.Contains("ends", text)

[<Fact>]
let ``Coordinates that are not finite`` () =
    for bad in [ "nan"; "-NaN"; "inf"; "-Infinity"; "1e999" ] do
        expect 2 21L "not a finite number" (good + frame "2" box "id x y z" [ $"1 1 {bad} 1"; "2 2 2 2" ])

    expect 1 3L "not a finite number" (xyz.Replace("Na 1 1 1", "Na 1 inf 1"))
    expect 1 10L "a million box lengths" (frame "1" box "id x y z" [ "1 1e30 1 1" ])

[<Fact>]
let ``Boxes without volume`` () =
    expect 1 7L "reaches from 5 to 5 along y" (frame "1" "pp pp pp\n0 10\n5 5\n0 10" "x y z" [ "1 1 1" ])
    expect 1 6L "reaches from 3 to -3 along x" (frame "1" "pp pp pp\n3 -3\n0 5\n0 10" "x y z" [ "1 1 1" ])
    expect 1 6L "not a finite number" (frame "1" "pp pp pp\n0 nan\n0 5\n0 10" "x y z" [ "1 1 1" ])
    expect 1 2L "flat" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 9 0 0 0 0 9"))
    expect 1 2L "no extent" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 0 9 0 0 0 0"))
    expect 1 2L "8 numbers where 9 belong" (xyz.Replace("9 0 0 0 9 0 0 0 9", "9 0 0 0 9 0 0 0"))
    expect 1 2L "no Lattice" (xyz.Replace("Lattice", "lattice"))

[<Fact>]
let ``Atom counts that disagree`` () =
    expect 1 11L "before the announced number" (frame "2" box "id x y z" [ "1 1 1 1" ] + good)
    expect 1 12L "goes on after the announced number" (frame "2" box "id x y z" [ "1 1 1 1"; "2 2 2 2"; "3 3 3 3" ])

    expect
        2
        15L
        "3 atoms where the first one has 2"
        (good + frame "3" box "id x y z" [ "1 1 1 1"; "2 2 2 2"; "3 3 3 3" ])

    expect 1 4L "has to be 1 or more" (frame "0" box "x y z" [])
    expect 1 4L "has to be 1 or more" (frame "-5" box "x y z" [])
    expect 1 4L "no whole number" (frame "2.5" box "x y z" [])
    expect 1 5L "goes on" (xyz + "Na 3 3 3\n")
    expect 2 5L "where the first one has 2" (xyz + xyz.Replace("2\nL", "3\nL") + "Na 3 3 3\n")

[<Fact>]
let ``An announced number of atoms that cannot be costs no memory`` () =
    let before = GC.GetTotalAllocatedBytes()
    let _, _, text = fault (readText (frame "600000000" box "x y z" [ "1 1 1" ]))
    Assert.Contains("ends", text)
    Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0L, 50_000_000L)
    expect 1 4L "at most" (frame "99999999999" box "x y z" [ "1 1 1" ])

[<Fact>]
let ``Columns that do not say where the atoms are`` () =
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

[<Fact>]
let ``Sections that are missing or unknown`` () =
    expect 1 1L "ITEM: TIMESTEP is missing" ("ITEM: ATOMS x y z\n1 1 1\n")
    expect 1 3L "no section" ("ITEM: TIMESTEP\n7\nITEM: NONSENSE\n4\n")
    expect 1 5L "form of box bounds" (frame "1" "ab cd ef gh pp pp pp\n0 10\n0 10\n0 10" "x y z" [ "1 1 1" ])

[<Fact>]
let ``Empty files, missing files, folders and junk`` () =
    for text in [ ""; "\n\n  \n" ] do
        let _, _, fault = fault (readText text)
        Assert.Contains("empty", fault)

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

[<Fact>]
let ``A line without end costs neither time nor memory`` () =
    // 200 MB of zeros behind a good frame: a reader that held the line would need as much. More of them would be no different.
    use packed = new MemoryStream()

    using (new GZipStream(packed, CompressionLevel.Fastest, true)) (fun z ->
        z.Write(ReadOnlySpan(Encoding.ASCII.GetBytes good))
        let zeros = Array.zeroCreate<byte>(1 <<< 20)

        for _ in 1..200 do
            z.Write(zeros, 0, zeros.Length))

    let before = GC.GetTotalAllocatedBytes()
    let watch = Diagnostics.Stopwatch.StartNew()
    let frame, line, text = fault (read (packed.ToArray()))
    Assert.Equal((Some 2, Some 12L), (frame, line))
    Assert.Contains("longer than", text)
    Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0L, 50_000_000L)
    Assert.InRange(watch.Elapsed.TotalSeconds, 0.0, 10.0)

[<Fact>]
let ``Ten million blank lines are read without a deep stack`` () =
    let text = good + String('\n', 10_000_000)
    Assert.Equal(1, (readText text |> get).Snapshots.Length)

let private thermo (text: string) =
    withFile (Encoding.UTF8.GetBytes text) ThermoTable.read

[<Fact>]
let ``Thermo tables: what is read`` () =
    let t = thermo "step,time_ps,U_eV\n1,0.5,-3\n2, 1.0 ,-4.25\r\n\n" |> get
    Assert.Equal<string[]>([| "step"; "time_ps"; "U_eV" |], t.Columns)
    Assert.Equal<float[]>([| -3.0; -4.25 |], ThermoTable.column "U_eV" t |> Result.mapError List.singleton |> get)

    match ThermoTable.column "V" t with
    | Error(MiceError.UnknownName(_, "V", known)) -> Assert.Equal(3, known.Length)
    | other -> failwith $"%A{other}"

[<Fact>]
let ``Thermo tables: a last row without line feed is used when it has all its numbers`` () =
    let whole = thermo "step,U\n1,2\n2,3" |> get
    Assert.Equal(2, whole.Rows.Length)
    Assert.Contains("line 3 has no line feed", Assert.Single whole.Warnings)

    for cut in [ "2"; "2,"; "2,-"; "2,3,4" ] do
        let t = thermo $"step,U\n1,2\n{cut}" |> get
        Assert.Equal(1, t.Rows.Length)
        Assert.Contains("left out", Assert.Single t.Warnings)

    // Where a compressed file was cut, its content may end within a number.
    let packed =
        withFile (compress (Encoding.UTF8.GetBytes "step,U\n1,2\n2,3")) ThermoTable.read |> get

    Assert.Equal(1, packed.Rows.Length)

[<Fact>]
let ``Thermo tables: what is refused`` () =
    let expect line (part: string) text =
        match thermo text with
        | Error [ MiceError.BadFile(_, None, l, fault) ] ->
            Assert.Equal(line, l)
            Assert.Contains(part, fault)
        | other -> failwith $"%A{other}"

    expect None "empty" ""
    expect None "no complete row" "a,b\n"
    expect (Some 3L) "1 fields where the header has 2" "a,b\n1,2\n1\n"
    expect (Some 2L) "3 fields where the header has 2" "a,b\n1,2,3\n"
    expect (Some 2L) "no number" "a,b\n1,x\n"
    expect (Some 2L) "not a finite number" "a,b\n1,nan\n"
    expect (Some 1L) "occurs twice" "a,a\n1,2\n"
    expect (Some 1L) "no name" "a,,b\n1,2,3\n"
