module Mice.Cli.Tests.VerbTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice.Cli
open Mice.Cli.Tests.Process
open Mice.Entropy.Tests
open Mice.Information
open Mice.Tensors
open Xunit

/// A fact that is skipped where the tensor library has not been built.
type EngineFactAttribute() as this =
    inherit FactAttribute()

    do
        if Result.isError (Engine.load ()) then
            this.Skip <- "needs the native tensor library"

let private estimators: Estimators =
    { Estimators.standard with
        Scan = FakeScan.sodium
        Versions = fun () -> [ "mice", "0.0.0" ]
    }

let private inputs =
    [|
        "--solid"
        sodium "solid.dump.gz"
        "--liquid"
        sodium "liquid.dump.gz"
        "--solid-thermo"
        sodium "solid_thermo.csv"
        "--liquid-thermo"
        sodium "liquid_thermo.csv"
        "--temperature"
        "350"
        "--quiet"
    |]

[<Fact>]
let ``Melting writes the JSON that scripts rely on`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "deep", "result.json")
        let code = Melt.run estimators (Array.append inputs [| "--json"; file |])
        Assert.Equal(0, code)
        use document = JsonDocument.Parse(File.ReadAllText file)
        let json = document.RootElement
        let number (name: string) = json.GetProperty(name).GetDouble()

        for name in
            [
                "excess_entropy_solid_kb_per_atom"
                "excess_entropy_liquid_kb_per_atom"
                "delta_entropy_kb_per_atom"
                "delta_enthalpy_kj_per_mol"
                "delta_gibbs_kj_per_mol"
                "melting_temperature_kelvin"
            ] do
            Assert.True(Double.IsFinite(number name))
            Assert.True(number $"{name}_standard_error" > 0.0)

        Assert.Equal("no_bound", json.GetProperty("direction").GetString())
        Assert.Contains("upper bound", json.GetProperty("caveat").GetString())
        // Δs = 0.883 + ln(v_l/v_s) with the known volumes, T_m = 2.748/(0.905 R) = 365 K: the tables give Δh to 0.03 kJ/mol.
        Assert.InRange(number "delta_entropy_kb_per_atom", 0.903, 0.908)
        Assert.InRange(number "melting_temperature_kelvin", 345.0, 385.0)
        Assert.True(json.GetProperty("checks").GetArrayLength() > 4)
        Assert.Equal("0.0.0", json.GetProperty("versions").GetProperty("mice").GetString())
        Assert.Equal("350", json.GetProperty("settings").GetProperty("temperature_kelvin").GetString()))

[<Fact>]
let ``A failed check gives exit code 1 and the JSON all the same`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "result.json")

        let failing =
            { estimators with
                Scan =
                    fun options cancel progress store given ->
                        FakeScan.sodium options cancel progress store given
                        |> Result.map (fun r ->
                            { r with
                                Checks =
                                    [
                                        {
                                            Name = "converged"
                                            Passed = false
                                            Detail = "it is not"
                                        }
                                    ]
                            })
            }

        Assert.Equal(1, Melt.run failing (Array.append inputs [| "--json"; file |]))
        use document = JsonDocument.Parse(File.ReadAllText file)
        Assert.False(document.RootElement.GetProperty("passed").GetBoolean()))

[<Fact>]
let ``A run that was resumed with other data is refused`` () =
    inFolder (fun folder ->
        let resumed = Array.append inputs [| "--resume"; folder |]
        Assert.Equal(0, Melt.run estimators resumed)
        Assert.Equal(2, Melt.run estimators (Array.append resumed [| "--seed"; "2" |])))

[<Fact>]
let ``A stopped run says how to go on and keeps its directory`` () =
    inFolder (fun folder ->
        let stopping =
            { estimators with
                Scan = fun _ _ _ _ _ -> raise (OperationCanceledException())
            }

        let resumed = Array.append inputs [| "--resume"; folder |]
        Assert.Equal(1, Melt.run stopping resumed)
        Assert.True(Directory.Exists folder))

[<Fact>]
let ``Entropy of one phase writes its JSON`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "result.json")

        let code =
            EntropyAtoms.run estimators [| sodium "solid.dump.gz"; "--symmetry"; "cubic"; "--json"; file; "--quiet" |]

        Assert.Equal(0, code)
        use document = JsonDocument.Parse(File.ReadAllText file)
        Assert.Equal(-4.45, document.RootElement.GetProperty("excess_entropy_kb_per_atom").GetDouble(), 9)
        Assert.Equal("upper_bound", document.RootElement.GetProperty("direction").GetString())
        Assert.Contains("upper bound", document.RootElement.GetProperty("caveat").GetString()))

[<Fact>]
let ``With the table of the run the entropy of one phase comes with its looseness`` () =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "result.json")

        // Entropies that scatter by themselves: the bound is loose.
        let scan options token progress store (snapshots: Mice.Atoms.Snapshot[]) =
            FakeScan.sodium options token progress store snapshots
            |> Result.map (fun result ->
                { result with
                    BySnapshot =
                        snapshots
                        |> Array.mapi (fun i s ->
                            let value = -4.4 + 0.01 * float (i % 3)

                            {
                                Step = s.Step
                                Network = i / 5
                                Entropy = value
                                MeanRatio = 1.0
                                Sweeps = [| struct (value, value) |]
                            })
                })

        let code =
            EntropyAtoms.run
                { estimators with Scan = scan }
                [|
                    sodium "solid.dump.gz"
                    "--symmetry"
                    "cubic"
                    "--thermo"
                    sodium "solid_thermo.csv"
                    "--temperature"
                    "350"
                    "--json"
                    file
                    "--quiet"
                |]

        Assert.Equal(0, code)
        use document = JsonDocument.Parse(File.ReadAllText file)

        let number (name: string) =
            document.RootElement.GetProperty(name).GetDouble()

        Assert.True(number "looseness_kb_per_atom" > 0.0)

        Assert.Equal(
            number "excess_entropy_kb_per_atom" - number "looseness_kb_per_atom",
            number "corrected_excess_entropy_kb_per_atom",
            9
        ))

[<Fact>]
let ``Time left is said as people say it`` () =
    Assert.Equal("time left not known yet", Display.timeLeft (TimeSpan.FromSeconds 0.5) 0.5)
    Assert.Equal("done", Display.timeLeft (TimeSpan.FromSeconds 0.5) 1.0)
    Assert.Equal("60 s left", Display.timeLeft (TimeSpan.FromSeconds 60.0) 0.5)
    Assert.Equal("9 min left", Display.timeLeft (TimeSpan.FromSeconds 60.0) 0.1)
    Assert.Equal("2.5 h left", Display.timeLeft (TimeSpan.FromSeconds 1000.0) 0.1)

[<EngineFact>]
let ``A signal to stop leaves a checkpoint and says how to go on`` () =
    inFolder (fun folder ->
        let arguments = List.ofArray inputs |> List.filter ((<>) "--quiet")

        use running = start ("melt" :: arguments @ [ "--threads"; "1"; "--resume"; folder ])
        // A line of progress with steps behind it: the training has begun.
        while running.StandardError.ReadLine().Contains "step 0 of" do
            ()

        // Ctrl-C sends SIGINT, which shells make their background jobs ignore; SIGTERM goes the same way.
        use kill = Process.Start("kill", [ "-TERM"; string running.Id ])
        kill.WaitForExit()
        let outcome = finish running
        Assert.Equal(1, outcome.Code)
        Assert.Contains(outcome.Errors, fun line -> line.StartsWith "Stopped." && line.Contains $"--resume {folder}")
        Assert.NotEmpty(Directory.GetFiles(folder, "*.state", SearchOption.AllDirectories)))
