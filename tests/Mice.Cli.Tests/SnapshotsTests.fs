module Mice.Cli.Tests.SnapshotsTests

open System
open System.IO
open System.Text.Json
open Mice
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Entropy
open Mice.Samplers
open Xunit

let private spins count : LatticeSnapshots<sbyte> =
    let generator = Key.ofSeed 3UL |> Key.generator

    {
        Rows = 6
        Columns = 6
        Sites = Array.init count (fun _ -> Array.init 36 (fun _ -> if generator.NextInt 2 = 0 then 1y else -1y))
    }

let private angles rows columns count : LatticeSnapshots<float> =
    let generator = Key.ofSeed 4UL |> Key.generator

    {
        Rows = rows
        Columns = columns
        Sites =
            Array.init count (fun _ ->
                Array.init (rows * columns) (fun _ -> Math.PI * (2.0 * generator.NextFloat() - 1.0)))
    }

let private source: SnapshotSource =
    {
        Lattice = Lattice.Triangular
        Coupling = -1.0
        Field = 0.5
        Temperature = 2.5
        Seed = 7UL
        SnapshotsPerChain = 4
        EnergyPerSite = Estimate.create -0.25 0.01 Direction.Exact
    }

let private written result =
    match result with
    | Ok() -> ()
    | Error faults -> failwith $"{faults}"

/// What an estimator was told.
let private told = ResizeArray<LatticeConditions>()

let private listening: Estimators =
    { Estimators.standard with
        LatticeSpins =
            fun _ _ _ _ conditions _ ->
                lock told (fun () -> told.Add conditions)
                Ok []
        LatticeAngles =
            fun _ _ _ _ conditions _ ->
                lock told (fun () -> told.Add conditions)
                Ok []
    }

/// Conditions and settings for a file and arguments.
let private given (file: string) (words: string) : LatticeConditions * (string -> string option) =
    let json = file + ".json"
    told.Clear()

    let code =
        EntropySnapshots.run listening (Array.append [| file |] ($"{words} --quiet --json {json}".Split ' '))

    Assert.True(code < 2)
    use document = JsonDocument.Parse(File.ReadAllText json)

    let settings =
        document.RootElement.GetProperty("settings").EnumerateObject()
        |> Seq.map (fun p -> p.Name, p.Value.GetString())
        |> Map.ofSeq

    Assert.Single told, (fun name -> settings.TryFind name)

[<Fact>]
let ``A file of its own format tells its model`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "s.spins")
        let set = spins 64
        SnapshotFile.writeSpins (Some source) file set |> written
        let conditions, setting = given file "--spins ±1"
        let thermal = conditions.Thermal.Value
        Assert.Equal(0.4, thermal.Beta, 12)
        Assert.Equal(source.EnergyPerSite, thermal.MeanPerSite)

        let model =
            { IsingModel.triangularAntiferromagnet 6 2.5 with
                Field = 0.5
            }

        Assert.Equal<float>(set.Sites |> Array.map (IsingModel.energy model), thermal.Values)

        match conditions.Hamiltonian with
        | Some(LatticeHamiltonian.Spins energy) -> Assert.Equal<float>(thermal.Values, set.Sites |> Array.map energy)
        | _ -> Assert.Fail "the model is known"

        Assert.Equal(4, conditions.GroupSnapshots)

        for name, value in
            [
                "symmetry", "triangular"
                "global_symmetry", "no"
                "snapshots_in_a_group", "4"
                "temperature", "2.5"
                "lattice", "triangular"
                "coupling", "-1"
                "field", "0.5"
            ] do
            Assert.Equal(Some value, setting name)

        // What the user says goes before what the file says.
        let conditions, setting =
            given file "--spins +-1 --temperature 4 --group 2 --symmetry none"

        Assert.Equal(0.25, conditions.Thermal.Value.Beta, 12)
        Assert.Equal(2, conditions.GroupSnapshots)
        let energies = set.Sites |> Array.map (IsingModel.energy (IsingModel.square 6 4.0))
        Assert.Equal<float>(energies, conditions.Thermal.Value.Values)
        Assert.Equal(Array.average energies / 36.0, conditions.Thermal.Value.MeanPerSite.Value, 12)

        Assert.Equal(
            (Some "none", Some "yes", Some "square"),
            (setting "symmetry", setting "global_symmetry", setting "lattice")
        ))

[<Fact>]
let ``A plain array has no model, unless it is given`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "a.npy")
        let set = angles 4 4 32
        SnapshotFile.writeAngles None file set |> written
        let conditions, setting = given file "--spins angles"
        Assert.True(conditions.Thermal.IsNone && conditions.Hamiltonian.IsNone)
        Assert.Equal(1, conditions.GroupSnapshots)

        Assert.Equal(
            (Some "none", Some "no", None),
            (setting "symmetry", setting "global_symmetry", setting "temperature")
        )

        let conditions, setting =
            given file "--spins xy --temperature 2 --coupling -1 --field 0.5 --global-symmetry"

        let model =
            { XYModel.square 4 2.0 with
                Coupling = -1.0
                Field = 0.5
            }

        Array.iter2
            (fun (angles: float[]) (energy: float) ->
                Assert.Equal(XYModel.energy model (XYState.ofAngles angles), energy, 12))
            set.Sites
            conditions.Thermal.Value.Values

        match conditions.Hamiltonian with
        | Some(LatticeHamiltonian.Angles energy) ->
            Assert.Equal<float>(conditions.Thermal.Value.Values, set.Sites |> Array.map energy)
        | _ -> Assert.Fail "the model is known"

        Assert.Equal(
            (Some "square", Some "yes", Some "2"),
            (setting "symmetry", setting "global_symmetry", setting "temperature")
        ))

[<EngineFact>]
let ``Entropies of both kinds go to JSON`` () =
    let estimators =
        { Estimators.standard with
            LatticeSpins = fun options -> LatticeSnapshotEntropy.ofSpins (XYTests.hasty options)
            LatticeAngles = fun options -> LatticeSnapshotEntropy.ofAngles (XYTests.hasty options)
        }

    inFolder (fun folder ->
        let json = Path.Combine(folder, "s.json")

        let results (file: string) (words: string) (read: JsonElement list -> unit) =
            let arguments = Array.append [| file |] ($"{words} --quiet --json {json}".Split ' ')
            Assert.True(EntropySnapshots.run estimators arguments < 2)
            use document = JsonDocument.Parse(File.ReadAllText json)
            document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq |> read

        let value (item: JsonElement) =
            item.GetProperty("entropy_per_site_nats").GetDouble()

        let method (item: JsonElement) = item.GetProperty("method").GetString()
        let ising, xy = Path.Combine(folder, "s.spins"), Path.Combine(folder, "a.npy")
        SnapshotFile.writeSpins (Some source) ising (spins 256) |> written
        SnapshotFile.writeAngles None xy (angles 4 4 64) |> written

        results ising "--spins ±1 --method counting" (fun items ->
            let naive = items |> List.find (fun r -> method r = "naive")
            Assert.Equal(2.5, naive.GetProperty("temperature").GetDouble())
            Assert.Equal(-0.25, naive.GetProperty("energy_per_site").GetDouble())
            // Coins, whatever the file says; 256·36 of them in patterns of 16 at most.
            Assert.Equal(log 2.0, value naive, 0.02))

        results xy "--spins angles --method scan" (fun items ->
            let scan = Assert.Single items
            Assert.Equal("scan", method scan)
            Assert.Equal(JsonValueKind.Null, scan.GetProperty("temperature").ValueKind)
            Assert.False(scan.TryGetProperty("energy_per_site") |> fst)
            Assert.False(scan.TryGetProperty("reference_source") |> fst)
            // Uniform angles, hardly trained.
            Assert.Equal(log (2.0 * Math.PI), value scan, 0.3)))

[<Fact>]
let ``Bad arguments give one line each`` () =
    let run (words: string) =
        mice ("entropy" :: "snapshots" :: List.ofArray (words.Split ' '))

    run "--symmetry cubic --group 0 --lattice square --coupling 1 --field 0 --method magic --device cuda"
    |> refused
        [
            "FILE"
            "cubic"
            "--group"
            "--lattice"
            "--coupling"
            "--field"
            "magic"
            "--device"
        ]

    run "nowhere.npy --spins angles --temperature -1" |> refused [ "nowhere.npy"; "--temperature" ]

    inFolder (fun folder ->
        let file, strip = Path.Combine(folder, "a.npy"), Path.Combine(folder, "b.npy")
        SnapshotFile.writeAngles None file (angles 4 4 32) |> written
        SnapshotFile.writeAngles None strip (angles 1 16 32) |> written
        run file |> refused [ "--spins" ]
        run $"{file} --spins potts" |> refused [ "potts" ]
        run $"{file} --spins angles --method counting" |> refused [ "counting" ]
        // Angles have no model on the triangular lattice, and a torus has two rows or more.
        run $"{file} --spins angles --temperature 1 --lattice triangular" |> refused [ "triangular" ]
        run $"{strip} --spins angles --temperature 1 --method scan" |> refused [ "rows" ]
        run $"{file} --spins angles --group 20 --method scan --quiet" |> refused [ "independent" ])
