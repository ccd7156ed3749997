/// What scripts read: no key of a result may go, and none may change its place, its value or how its number is written.
module Mice.Cli.Tests.GoldenTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Cli
open Mice.Cli.Tests.InformationBadInputTests
open Mice.Cli.Tests.Process

/// Values of a document by their places, as they are written; arrays and objects without content are values too.
let private leaves (text: string) : Map<string, string> =
    let rec below (path: string) (e: JsonElement) =
        [
            match e.ValueKind with
            | JsonValueKind.Object when Seq.isEmpty (e.EnumerateObject()) -> path, "{}"
            | JsonValueKind.Object ->
                for p in e.EnumerateObject() do
                    yield! below $"{path}.{p.Name}" p.Value
            | JsonValueKind.Array when e.GetArrayLength() = 0 -> path, "[]"
            | JsonValueKind.Array ->
                for i, item in Seq.indexed (e.EnumerateArray()) do
                    yield! below $"{path}[{i}]" item
            | _ -> path, e.GetRawText()
        ]

    use document = JsonDocument.Parse text
    below "" document.RootElement |> Map.ofList

let private solid = sodium "solid.dump.gz"

let private melt (method: string) =
    Array.append [| "melt"; "--method"; method |] meltOfSodium

let private samples (folder: string) =
    [|
        "mi"
        "--x"
        save folder "x.csv" (Seq.init 60 string)
        "--y"
        save folder "y.csv" (Seq.init 60 (fun i -> $"{i},{i * i}"))
        "--discrete"
        "y"
    |]

/// Every verb: the name of what it wrote, its estimators, and its command line for a folder.
let private commands: (string * Estimators * (string -> string[])) list =
    let whole, other = GoldenResults.estimators, GoldenResults.others
    let words (text: string) = text.Split ' '
    let thermo = [| "--thermo"; sodium "solid_thermo.csv"; "--temperature"; "350" |]

    [
        "mi", whole, samples
        "mi-other", other, samples
        "atoms", whole, (fun _ -> [| "entropy"; "atoms"; solid; "--method"; "scan"; yield! thermo |])
        "atoms-other", other, (fun _ -> [| "entropy"; "atoms"; solid; "--method"; "scan" |])
        "atoms-both", whole, (fun _ -> [| "entropy"; "atoms"; solid; "--method"; "both"; yield! thermo |])
        "denoising", whole, (fun _ -> [| "entropy"; "atoms"; solid; yield! thermo |])
        "melt", whole, (fun _ -> melt "scan")
        "melt-other", other, (fun _ -> melt "scan")
        "melt-denoising", whole, (fun _ -> melt "denoising")
        "ising", whole, (fun _ -> words "entropy ising --size 16 --temperature 2")
        "sample",
        whole,
        (fun folder ->
            words $"sample ising --size 4 --temperature 2,3 --snapshots 600 --seed 7 --output {folder}/s.npy")
    ]

/// Times and places that differ from run to run.
let private varying (name: string) (path: string) =
    name = "sample" && (path.EndsWith ".time_seconds" || path.EndsWith ".file")

let private compare (name: string) (written: string) =
    let stored = Repository.path [ "tests"; "Mice.Cli.Tests"; "golden"; name + ".json" ]

    let found = leaves written

    for KeyValue(path, value) in leaves (File.ReadAllText stored) do
        match found.TryFind path with
        | None -> failtest $"{name}: {path} is missing"
        | Some now when varying name path -> Expect.isNotEmpty now $"{name}: {path}"
        | Some now -> Expect.equal now value $"{name}: {path}"

[<Tests>]
let tests =
    testList
        "GoldenTests"
        [
            for name, estimators, words in commands do
                test $"mice {name} writes all that it wrote before" {
                    inFolder (fun folder ->
                        let file = Path.Combine(folder, "result.json")
                        let given = Array.append (words folder) [| "--quiet"; "--json"; file |]
                        Expect.isLessThan (CommandLine.run estimators given) 2 "exit code"
                        compare name (File.ReadAllText file))
                }

            test "mice md run writes all that it wrote before" {
                match MdResult.create GoldenResults.twoAtoms GoldenResults.thermo with
                | Error faults -> failwith $"{faults}"
                | Ok result ->
                    let files: LammpsRun =
                        {
                            Trajectory = "run/trajectory.dump.gz"
                            Thermo = "run/thermo.csv"
                        }

                    use stream = new MemoryStream()

                    MdResult.describe [ "seed", "1" ] (Some files) result
                    |> JsonResult.create [ "mice", "0.0.0" ]
                    |> fun write -> write stream

                    compare "md" (System.Text.Encoding.UTF8.GetString(stream.ToArray()))
            }
        ]
