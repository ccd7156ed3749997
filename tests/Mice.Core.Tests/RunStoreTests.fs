module Mice.Tests.RunStoreTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Reflection
open System.Text
open System.Threading
open FsCheck
open FsCheck.FSharp
open Mice

let private identity = """{"seed":1,"steps":100}"""

/// The path of a folder that is not there yet.
let private withFolder (test: string -> unit) =
    inFolder (fun folder -> test (Path.Combine(folder, "run")))

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
    | Error [ fault ] -> Expect.stringContains (MiceError.message fault) expected "the fault says what is wrong"
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

[<Tests>]
let tests =
    testList
        "RunStoreTests"
        [
            test "An identity does not depend on the order of its settings" {
                let settings = [ "steps", "100"; "seed", "1"; "a\"b", "é" ]

                Expect.equal
                    (RunStore.identity (List.rev settings))
                    (RunStore.identity settings)
                    "the order of the settings does not matter"

                Expect.notEqual
                    (RunStore.identity (("seed2", "1") :: settings))
                    (RunStore.identity settings)
                    "one setting more is another identity"

                Expect.stringStarts (RunStore.identity settings) "{" "an identity is a JSON object"
            }

            test "What was saved is loaded" {
                withFolder (fun folder ->
                    let property (bytes: byte[]) (newer: byte[]) =
                        let store = opened folder
                        RunStore.save "state" bytes store
                        let first = loaded "state" store
                        RunStore.save "state" newer store
                        first = Some bytes && loaded "state" (opened folder) = Some newer

                    Expecting.holds 50 property
                    Expect.equal (loaded "other" (opened folder)) None "nothing was saved under this name")
            }

            test "Another identity is refused, and the option that differs is named" {
                withFolder (fun folder ->
                    opened folder |> ignore

                    RunStore.openOrCreate folder """{"seed":1,"steps":200}"""
                    |> assertOneFault "steps of this run and of the one kept in"

                    RunStore.openOrCreate folder """{"seed":1,"steps":100,"width":64}"""
                    |> assertOneFault "width of this run"

                    RunStore.openOrCreate folder "not JSON" |> assertOneFault "Options of this run")
            }

            test "A damaged state is one clear fault, at any byte" {
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
                        Expect.isTrue (refused (Array.updateAt i (good[i] ^^^ 1uy) good)) $"flipped bit in byte {i}"
                        Expect.isTrue (refused good[.. i - 1]) $"cut after {i} bytes"

                    Expect.isTrue (refused (Array.append good [| 0uy |])) "one byte more")
            }

            test "A damaged description of a run is one clear fault" {
                withFolder (fun folder ->
                    for text in [ ""; "{"; "[]"; "{}"; """{"identity":3}"""; "\u0000\u0001" ] do
                        Directory.CreateDirectory folder |> ignore
                        File.WriteAllText(Path.Combine(folder, "run.json"), text)
                        RunStore.openOrCreate folder identity |> assertOneFault "no description of a run")
            }

            test "Checkpoints of another version are one clear fault, which names both versions" {
                withFolder (fun folder ->
                    opened folder |> ignore
                    let file = Path.Combine(folder, "run.json")
                    let current = File.ReadAllText file
                    let format = "\"format\": 3"
                    Expect.stringContains current format "the description has the version of the checkpoints"

                    for other, version in [ "\"format\": 4", 4; "\"format\": 1", 1; "\"made\": 3", 1 ] do
                        File.WriteAllText(file, current.Replace(format, other))

                        RunStore.openOrCreate folder identity
                        |> assertOneFault
                            $"it has checkpoints of version {version}, this Mice reads those of version 3"

                    File.WriteAllText(file, current)
                    Expect.isOk (RunStore.openOrCreate folder identity) "the description as it was written")
            }

            test "A path that is a file is one clear fault" {
                withFolder (fun folder ->
                    File.WriteAllText(folder, "a file")
                    RunStore.openOrCreate folder identity |> assertOneFault folder)
            }

            testTheory "Names that would leave the directory are refused" [ ""; "../state"; "a/b"; ".hidden" ]
            <| fun (name: string) ->
                withFolder (fun folder ->
                    let store = opened folder

                    Expecting.throws<ArgumentException>
                        (fun () -> RunStore.save name Array.empty store)
                        "no file outside of the folder"
                    |> ignore)

            test "A failed write leaves the old content and nothing else" {
                withFolder (fun folder ->
                    let file = Path.Combine(folder, "report.html")
                    RunStore.saveAtomically file (fun stream -> stream.WriteByte 1uy)

                    Expecting.throws<InvalidOperationException>
                        (fun () ->
                            RunStore.saveAtomically file (fun stream ->
                                stream.WriteByte 2uy
                                raise (InvalidOperationException "the writer failed")))
                        "the exception of the writer comes through"
                    |> ignore

                    Expect.equal (File.ReadAllBytes file) [| 1uy |] "the old content is there"
                    Expect.equal (Directory.GetFiles folder) [| file |] "nothing else is there")
            }

            testCase "A process killed while it saves leaves a state that loads, never older than the one before"
            <| fun () ->
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
                            Expect.isTrue (patience.Elapsed.TotalSeconds < 60.0) "the child never saved"
                            Thread.Sleep 1

                        Thread.Sleep(generator.NextInt 40)
                        child.Kill() // SIGKILL: no handler, no finally block runs
                        child.WaitForExit()
                        let store = opened folder
                        Expect.isEmpty (Directory.GetFiles(folder, ".*")) "no half-written file is left"
                        let bytes = loaded "state" store |> Option.get
                        let counter = BitConverter.ToInt32(bytes, 0)
                        Expect.equal bytes (content counter) "the state is one that was saved"
                        counter

                    let counters = List.init 12 (fun _ -> killedCounter ())
                    Expect.equal counters (List.sort counters) "no state is older than the one before")
        ]
