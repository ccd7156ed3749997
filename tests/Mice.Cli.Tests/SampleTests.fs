module Mice.Cli.Tests.SampleTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Samplers
open Xunit

let private sample (model: string) (words: string) : int =
    SampleLattice.run model (Array.append (words.Split ' ') [| "--quiet" |])

let private get (result: Result<'a, MiceError list>) : 'a =
    match result with
    | Ok found -> found
    | Error faults -> failwithf "%A" (List.map MiceError.message faults)

/// The objects of the results in a JSON file.
let private results (file: string) (read: JsonElement list -> unit) : unit =
    use document = JsonDocument.Parse(File.ReadAllText file)
    document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq |> read

let private number (name: string) (item: JsonElement) = item.GetProperty(name).GetDouble()

[<Fact>]
let ``Ising spins of several temperatures go to a file each, with what is known of them`` () =
    inFolder (fun folder ->
        let at (name: string) = Path.Combine(folder, name)
        let json, page = at "s.json", at "s.html"

        let words =
            "--size 6 --lattice triangular --coupling -1 --field 0.5 --temperature 2.0,3.25 --snapshots 600 --seed 7"

        Assert.Equal(0, sample "ising" $"""{words} --output {at "s.v1.spins"} --json {json} --report {page}""")

        results json (fun found ->
            for item, (temperature, name) in List.zip found [ 2.0, "s.v1-T2.spins"; 3.25, "s.v1-T3.25.spins" ] do
                Assert.Equal(at name, item.GetProperty("file").GetString())
                Assert.Equal(temperature, number "temperature" item)
                let snapshots = get (SnapshotFile.readSpins (at name))
                // Two of each of the 512 chains.
                Assert.Equal(1024, snapshots.Sites.Length)
                Assert.Equal(1024.0, number "snapshots" item)
                let source = (get (SnapshotFile.readSource (at name))).Value
                let energy = number "energy_per_site" item
                Assert.Equal(energy, source.EnergyPerSite.Value)
                Assert.Equal(number "energy_per_site_standard_error" item, source.EnergyPerSite.StandardError)
                Assert.Equal((Lattice.Triangular, -1.0, 0.5), (source.Lattice, source.Coupling, source.Field))
                Assert.Equal((temperature, 7UL, 2), (source.Temperature, source.Seed, source.SnapshotsPerChain))
                Assert.True(number "autocorrelation_time_rounds" item > 0.3)

                let model =
                    { IsingModel.triangularAntiferromagnet 6 temperature with
                        Field = 0.5
                    }

                let energies =
                    snapshots.Sites |> Array.map (fun s -> IsingModel.energy model s / 36.0)

                let own = Statistics.estimate Direction.Exact energies
                // Nearly independent snapshots, some of which the other mean has too: 5 errors of their own mean are ample.
                Assert.Equal(energy, own.Value, 5.0 * own.StandardError))

        Assert.Contains("Energy per site", File.ReadAllText page))

[<Fact>]
let ``XY angles go to one file under its own name, the same for the same seed`` () =
    inFolder (fun folder ->
        let files = [ for i in 1..3 -> Path.Combine(folder, $"{i}.npy") ]
        let json = Path.Combine(folder, "s.json")

        let draw (seed: int) (file: string) =
            sample
                "xy"
                $"--size 4 --temperature 1 --field 0.3 --snapshots 500 --seed {seed} --output {file} --json {json}"

        Assert.Equal<int list>([ 0; 0; 0 ], List.map2 draw [ 1; 1; 2 ] files)
        let content = files |> List.map File.ReadAllBytes
        Assert.Equal<byte[]>(content[0], content[1])
        Assert.NotEqual<byte[]>(content[0], content[2])
        let snapshots = get (SnapshotFile.readAngles files[2])
        // Eight of each of the 64 chains.
        Assert.Equal(512, snapshots.Sites.Length)

        results json (fun found ->
            let item = Assert.Single found
            Assert.True(number "autocorrelation_time_steps" item > 0.3)

            let model =
                { XYModel.square 4 1.0 with
                    Field = 0.3
                }

            let energies =
                snapshots.Sites |> Array.map (fun s -> XYModel.energy model (XYState.ofAngles s) / 16.0)

            let own = Statistics.estimate Direction.Exact energies
            Assert.Equal(number "energy_per_site" item, own.Value, 5.0 * own.StandardError)))

[<Fact>]
let ``The entropy of a model is of the snapshots that are drawn with the same seed`` () =
    inFolder (fun folder ->
        let sampled, estimated =
            Path.Combine(folder, "s.json"), Path.Combine(folder, "e.json")

        let words = "--size 4 --temperature 2.5 --snapshots 512 --seed 3"
        let file = Path.Combine(folder, "s.npy")
        Assert.Equal(0, sample "ising" $"{words} --output {file} --json {sampled}")

        let entropy = $"{words} --method counting --quiet --json {estimated}".Split ' '

        Assert.True(EntropyIsing.run Estimators.standard entropy < 2)

        results sampled (fun own ->
            results estimated (fun other ->
                Assert.Equal(number "energy_per_site" own.Head, number "energy_per_site" other.Head))))

[<Fact>]
let ``A check that fails gives exit code 1, and the file all the same`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "s.npy")
        Assert.Equal(1, sample "xy" $"--size 12 --temperature 0.9 --every 1 --snapshots 6400 --output {file}")
        Assert.Equal(6400, (get (SnapshotFile.readAngles file)).Sites.Length))

[<Fact>]
let ``All bad arguments are told, one line each`` () =
    let bad =
        "--size 0 --temperature 2,-1 --lattice cubic --coupling 2 --field nan --snapshots 0 --equilibrate x --every 0 --output s.txt --device cuda --seed -1 --resume d"

    let words = bad.Split ' ' |> List.ofArray

    mice ("sample" :: "ising" :: words)
    |> refused
        [
            "--size"
            "--temperature"
            "cubic"
            "--coupling"
            "--field"
            "--snapshots"
            "--equilibrate"
            "--every"
            "s.txt"
            "--device"
            "--seed"
            "--resume"
        ]

    mice [ "sample"; "xy"; "--temperature"; "1"; "--warmth" ] |> refused [ "--warmth" ]
    mice [ "sample"; "xy"; "--temperature"; "1" ] |> refused [ "--size"; "--output" ]
    mice [ "sample"; "potts"; "--size"; "4" ] |> refused [ "ising, xy" ]

    inFolder (fun folder ->
        let file = Path.Combine(folder, "s.npy")
        Directory.CreateDirectory(Path.Combine(folder, "s-T2.npy")) |> ignore

        let words model rest =
            "sample" :: model :: "--size" :: "4" :: "--output" :: file :: rest |> mice

        words "ising" [ "--temperature"; "1,2" ] |> refused [ "s-T2.npy: this is a directory" ]
        words "xy" [ "--temperature"; "1"; "--lattice"; "triangular" ] |> refused [ "triangular" ]
        Assert.Empty(Directory.GetFiles folder))

[<Fact>]
let ``A run that is stopped leaves no file`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "s.spins")

        use running =
            start [ "sample"; "ising"; "--size"; "512"; "--temperature"; "2"; "--output"; file ]

        // The first line of progress says that the work is under way.
        Assert.Contains("T = 2", running.StandardError.ReadLine())
        use kill = Process.Start("kill", [ "-TERM"; string running.Id ])
        kill.WaitForExit()
        let outcome = finish running
        Assert.Equal((1, "Stopped."), (outcome.Code, List.last outcome.Errors))
        Assert.Empty(Directory.GetFileSystemEntries folder))

[<Fact>]
let ``Help names the arguments`` () =
    for words in [ [ "sample"; "--help" ]; [ "sample"; "xy"; "--help" ] ] do
        let outcome = mice words
        Assert.Equal(0, outcome.Code)
        Assert.Contains("--equilibrate", outcome.Out)
        Assert.Contains("--threads", outcome.Out)
