module Mice.Cli.Tests.SnapshotsTests

open Expecto
open System
open System.IO
open System.Text.Json
open Mice
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers

let private spins count : LatticeSnapshots<sbyte> =
    let generator = Key.ofSeed 3UL |> Key.generator

    {
        Shape = [| 6; 6 |]
        Sites = Array.init count (fun _ -> Array.init 36 (fun _ -> if generator.NextInt 2 = 0 then 1y else -1y))
    }

let private angles rows columns count : LatticeSnapshots<float> =
    let generator = Key.ofSeed 4UL |> Key.generator

    {
        Shape = [| rows; columns |]
        Sites =
            Array.init count (fun _ ->
                Array.init (rows * columns) (fun _ -> Math.PI * (2.0 * generator.NextFloat() - 1.0)))
    }

let private source: SnapshotSource =
    {
        Model = "ising"
        Parameters = [ "lattice", "triangular"; "coupling", "-1"; "field", "0.5" ]
        Temperature = 2.5
        Seed = 7UL
        SnapshotsPerChain = 4
        EnergyPerSite = Estimate.create -0.25 0.01 Direction.Exact
    }

let private written result =
    match result with
    | Ok() -> ()
    | Error faults -> failwith $"{faults}"

/// Estimators that note what they are told.
let private listening (told: ResizeArray<LatticeConditions>) : Estimators =
    { Estimators.standard with
        LatticeSnapshots =
            fun _ _ conditions _ ->
                told.Add conditions
                Ok []
    }

/// Conditions and settings for a file and arguments.
let private given (file: string) (words: string) : LatticeConditions * (string -> string option) =
    let json = file + ".json"
    let told = ResizeArray<LatticeConditions>()

    let code =
        EntropySnapshots.verb.Run
            (listening told)
            (Array.append [| file |] ($"{words} --quiet --json {json}".Split ' '))

    Expect.isTrue (code < 2) "the arguments are accepted"
    use document = JsonDocument.Parse(File.ReadAllText json)

    let settings =
        document.RootElement.GetProperty("settings").EnumerateObject()
        |> Seq.map (fun p -> p.Name, p.Value.GetString())
        |> Map.ofSeq

    Expecting.single told "calls of the estimator", (fun name -> settings.TryFind name)

[<Tests>]
let tests =
    testList
        "SnapshotsTests"
        [
            test "A file of its own format tells its model" {
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "s.spins")
                    let set = spins 64
                    SnapshotFile.writeSpins (Some source) file set |> written
                    let conditions, setting = given file "--spins ±1"
                    let thermal = conditions.Thermal.Value
                    Expecting.decimals 12 thermal.Beta 0.4 "β of the file"
                    Expect.equal thermal.MeanPerSite source.EnergyPerSite "the mean energy of the file"

                    let model =
                        { IsingModel.triangularAntiferromagnet 6 2.5 with
                            Field = 0.5
                        }

                    Expect.equal
                        thermal.Values
                        (set.Sites |> Array.map (IsingModel.energy model))
                        "the energies of the snapshots"

                    match conditions.Hamiltonian with
                    | Some(LatticeHamiltonian.Spins energy) ->
                        Expect.equal (set.Sites |> Array.map energy) thermal.Values "the energy is that of the model"
                    | _ -> failtest "the model is known"

                    Expect.equal conditions.GroupSnapshots 4 "snapshots of a chain are a group"

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
                        Expect.equal (setting name) (Some value) $"the setting {name}"

                    // What the user says goes before what the file says.
                    let conditions, setting =
                        given file "--spins +-1 --temperature 4 --group 2 --symmetry none"

                    Expecting.decimals 12 conditions.Thermal.Value.Beta 0.25 "β of the arguments"
                    Expect.equal conditions.GroupSnapshots 2 "the group of the arguments"
                    let energies = set.Sites |> Array.map (IsingModel.energy (IsingModel.square 6 4.0))
                    Expect.equal conditions.Thermal.Value.Values energies "the energies of the model of the arguments"

                    Expecting.decimals
                        12
                        conditions.Thermal.Value.MeanPerSite.Value
                        (Array.average energies / 36.0)
                        "the mean energy of the snapshots"

                    Expect.equal
                        (setting "symmetry", setting "global_symmetry", setting "lattice")
                        (Some "none", Some "yes", Some "square")
                        "symmetries and lattice")
            }

            test "A plain array has no model, unless it is given" {
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "a.npy")
                    let set = angles 4 4 32
                    SnapshotFile.writeAngles None file set |> written
                    let conditions, setting = given file "--spins angles"

                    Expect.isTrue (conditions.Thermal.IsNone && conditions.Hamiltonian.IsNone) "no model is known"
                    Expect.equal conditions.GroupSnapshots 1 "every snapshot by itself"

                    Expect.equal
                        (setting "symmetry", setting "global_symmetry", setting "temperature")
                        (Some "none", Some "no", None)
                        "symmetries and temperature without a model"

                    let conditions, setting =
                        given file "--spins xy --temperature 2 --coupling -1 --field 0.5 --global-symmetry"

                    let model =
                        { XYModel.square 4 2.0 with
                            Coupling = -1.0
                            Field = 0.5
                        }

                    Array.iter2
                        (fun (angles: float[]) (energy: float) ->
                            Expecting.decimals
                                12
                                energy
                                (XYModel.energy model (XYState.ofAngles angles))
                                "the energy of a snapshot")
                        set.Sites
                        conditions.Thermal.Value.Values

                    match conditions.Hamiltonian with
                    | Some(LatticeHamiltonian.Angles energy) ->
                        Expect.equal
                            (set.Sites |> Array.map energy)
                            conditions.Thermal.Value.Values
                            "the energy is that of the model"
                    | _ -> failtest "the model is known"

                    Expect.equal
                        (setting "symmetry", setting "global_symmetry", setting "temperature")
                        (Some "square", Some "yes", Some "2")
                        "symmetries and temperature of the arguments")
            }

            testCase "Entropies of both kinds go to JSON"
            <| fun () ->
                needsEngine ()

                let estimators =
                    { Estimators.standard with
                        LatticeSnapshots = fun options -> LatticeSnapshotEntropy.estimate (XYTests.hasty options)
                    }

                inFolder (fun folder ->
                    let json = Path.Combine(folder, "s.json")

                    let results (file: string) (words: string) (read: JsonElement list -> unit) =
                        let arguments = Array.append [| file |] ($"{words} --quiet --json {json}".Split ' ')

                        Expect.isTrue (EntropySnapshots.verb.Run estimators arguments < 2) "the arguments are accepted"

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
                        Expect.equal (naive.GetProperty("temperature").GetDouble()) 2.5 "the temperature of the file"

                        Expect.equal
                            (naive.GetProperty("energy_per_site").GetDouble())
                            (-0.25)
                            "the energy of the file"
                        // Coins, whatever the file says; 256·36 of them in patterns of 16 at most.
                        Expecting.within 0.02 (value naive) (log 2.0) "the entropy of coins")

                    results xy "--spins angles --method scan" (fun items ->
                        let scan = Expecting.single items "results"
                        Expect.equal (method scan) "scan" "the method"

                        Expect.equal
                            (scan.GetProperty("temperature").ValueKind)
                            JsonValueKind.Null
                            "no temperature is known"

                        Expect.isFalse (scan.TryGetProperty("energy_per_site") |> fst) "no energy is told"
                        Expect.isFalse (scan.TryGetProperty("reference_source") |> fst) "no reference is told"
                        // Uniform angles, hardly trained.
                        Expecting.within 0.3 (value scan) (log (2.0 * Math.PI)) "the entropy of uniform angles"))

            test "Bad arguments give one line each" {
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
                    run $"{file} --spins clock" |> refused [ "clock" ]
                    run $"{file} --spins states" |> refused [ "how many states" ]
                    run $"{file} --spins states --states 3 --temperature 1" |> refused [ "states are 0 to 2" ]
                    run $"{file} --spins angles --states 3" |> refused [ "--states is given with --spins angles" ]
                    run $"{file} --spins angles --temperature 1 --model ising" |> refused [ "Ising ferromagnet" ]
                    run $"{file} --spins angles --model xy" |> refused [ "--model" ]
                    run $"{file} --spins angles --method counting" |> refused [ "counting" ]
                    // Angles have no model on the triangular lattice, and a torus has two rows or more.
                    run $"{file} --spins angles --temperature 1 --lattice triangular" |> refused [ "lattice" ]
                    run $"{strip} --spins angles --temperature 1 --method scan" |> refused [ "rows" ]
                    run $"{file} --spins angles --group 20 --method scan --quiet" |> refused [ "independent" ])
            }
        ]
