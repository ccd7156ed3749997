module Mice.Tests.RunStoreTests

open System
open System.Diagnostics
open System.IO
open System.Reflection
open System.Text
open System.Threading
open Xunit
open FsCheck
open FsCheck.FSharp
open Mice

let private identity = """{"seed":1,"steps":100}"""

let private withFolder (test: string -> unit) =
    let folder = Directory.CreateTempSubdirectory("mice-run-").FullName

    try
        test (Path.Combine(folder, "run"))
    finally
        Directory.Delete(folder, true)

let private opened folder =
    match RunStore.openOrCreate folder identity with
    | Ok store -> store
    | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat "; ")

let private loaded name store =
    match RunStore.tryLoad name store with
    | Ok content -> content
    | Error fault -> failwith (MiceError.message fault)

let private assertOneFault (expected: string) (result: Result<'a, MiceError list>) =
    match result with
    | Error [ fault ] -> Assert.Contains(expected, MiceError.message fault)
    | other -> failwith $"expected one fault, got {other}"

/// What the child process saves: a counter, then as many bytes as it says, all alike, so that a mixture is recognised.
let private content (counter: int) =
    Array.append (BitConverter.GetBytes counter) (Array.create (200_000 + 1_000 * (counter % 500)) (byte counter))

/// Saves ever newer content until it is killed; the entry point of this assembly calls it in a child process.
let saveForever (folder: string) =
    let store = opened folder

    let first =
        match loaded "state" store with
        | Some bytes -> BitConverter.ToInt32(bytes, 0) + 1
        | None -> 0

    Seq.initInfinite (fun i -> first + i)
    |> Seq.iter (fun counter -> RunStore.save "state" (content counter) store)

let private startSaving (folder: string) =
    let assembly = Assembly.GetExecutingAssembly().Location

    match Process.Start(ProcessStartInfo("dotnet", [ "exec"; assembly; "save-forever"; folder ])) with
    | null -> failwith "dotnet did not start"
    | child -> child

[<Fact>]
let ``An identity does not depend on the order of its settings`` () =
    let settings = [ "steps", "100"; "seed", "1"; "a\"b", "é" ]
    Assert.Equal(RunStore.identity settings, RunStore.identity (List.rev settings))
    Assert.NotEqual<string>(RunStore.identity settings, RunStore.identity (("seed2", "1") :: settings))
    Assert.StartsWith("{", RunStore.identity settings)

[<Fact>]
let ``What was saved is loaded`` () =
    withFolder (fun folder ->
        let property (bytes: byte[]) (newer: byte[]) =
            let store = opened folder
            RunStore.save "state" bytes store
            let first = loaded "state" store
            RunStore.save "state" newer store
            first = Some bytes && loaded "state" (opened folder) = Some newer

        Check.One(Config.QuickThrowOnFailure.WithMaxTest 50, property)
        Assert.Equal(None, loaded "other" (opened folder)))

[<Fact>]
let ``Another identity is refused, and the option that differs is named`` () =
    withFolder (fun folder ->
        opened folder |> ignore

        RunStore.openOrCreate folder """{"seed":1,"steps":200}"""
        |> assertOneFault "steps of this run and of the one kept in"

        RunStore.openOrCreate folder """{"seed":1,"steps":100,"width":64}"""
        |> assertOneFault "width of this run"

        RunStore.openOrCreate folder "not JSON" |> assertOneFault "Options of this run")

[<Fact>]
let ``A damaged state is one clear fault, at any byte`` () =
    withFolder (fun folder ->
        let store = opened folder
        RunStore.save "state" (Encoding.UTF8.GetBytes "what a run needs to go on") store
        let file = Path.Combine(folder, "state.state")
        let good = File.ReadAllBytes file

        let refused (bytes: byte[]) =
            File.WriteAllBytes(file, bytes)

            match RunStore.tryLoad "state" store with
            | Error(MiceError.BadFile(path, _, _, _)) -> path = file
            | _ -> false

        for i in 0 .. good.Length - 1 do
            Assert.True(refused (Array.updateAt i (good[i] ^^^ 1uy) good), $"flipped bit in byte {i}")
            Assert.True(refused good[.. i - 1], $"cut after {i} bytes")

        Assert.True(refused (Array.append good [| 0uy |]), "one byte more"))

[<Fact>]
let ``A damaged description of a run is one clear fault`` () =
    withFolder (fun folder ->
        for text in [ ""; "{"; "[]"; "{}"; """{"identity":3}"""; "\u0000\u0001" ] do
            Directory.CreateDirectory folder |> ignore
            File.WriteAllText(Path.Combine(folder, "run.json"), text)
            RunStore.openOrCreate folder identity |> assertOneFault "no description of a run")

[<Fact>]
let ``A path that is a file is one clear fault`` () =
    withFolder (fun folder ->
        File.WriteAllText(folder, "a file")
        RunStore.openOrCreate folder identity |> assertOneFault folder)

[<Theory>]
[<InlineData("")>]
[<InlineData("../state")>]
[<InlineData("a/b")>]
[<InlineData(".hidden")>]
let ``Names that would leave the directory are refused`` (name: string) =
    withFolder (fun folder ->
        let store = opened folder

        Assert.Throws<ArgumentException>(fun () -> RunStore.save name Array.empty store) |> ignore)

[<Fact>]
let ``A failed write leaves the old content and nothing else`` () =
    withFolder (fun folder ->
        let file = Path.Combine(folder, "report.html")
        RunStore.saveAtomically file (fun stream -> stream.WriteByte 1uy)

        Assert.Throws<InvalidOperationException>(fun () ->
            RunStore.saveAtomically file (fun stream ->
                stream.WriteByte 2uy
                raise (InvalidOperationException "the writer failed")))
        |> ignore

        Assert.Equal<byte[]>([| 1uy |], File.ReadAllBytes file)
        Assert.Equal<string[]>([| file |], Directory.GetFiles folder))

[<Fact>]
let ``A process killed while it saves leaves a state that loads, never older than the one before`` () =
    withFolder (fun folder ->
        let generator = Key.ofSeed 1UL |> Key.generator
        let file = Path.Combine(folder, "state.state")

        let killedCounter () =
            use child = startSaving folder
            let patience = Stopwatch.StartNew()

            let before =
                if File.Exists file then
                    File.GetLastWriteTimeUtc file
                else
                    DateTime.MinValue

            // Wait until this child saves, then for a random part of a few saves.
            while not (File.Exists file && File.GetLastWriteTimeUtc file > before) do
                Assert.True(patience.Elapsed.TotalSeconds < 60.0, "the child never saved")
                Thread.Sleep 1

            Thread.Sleep(generator.NextInt 40)
            child.Kill() // SIGKILL: no handler, no finally block runs
            child.WaitForExit()
            let store = opened folder
            Assert.Empty(Directory.GetFiles(folder, ".*"))
            let bytes = loaded "state" store |> Option.get
            let counter = BitConverter.ToInt32(bytes, 0)
            Assert.Equal<byte[]>(content counter, bytes)
            counter

        let counters = List.init 12 (fun _ -> killedCounter ())
        Assert.Equal<int list>(List.sort counters, counters))
