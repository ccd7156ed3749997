module Mice.Cli.Tests.VerbTests

open Expecto
open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Mice
open Mice.Cli
open Mice.Cli.Tests.Process
open Mice.Entropy
open Mice.Information
open Mice.Tensors

/// Skips the test where the tensor library cannot be loaded.
let needsEngine () =
    if Result.isError (Engine.load ()) then
        skiptest "the tensor library cannot be loaded"

let private estimators: Estimators =
    { Estimators.standard with
        Particles = FakeParticles.sodium
        Versions = fun () -> [ "mice", "0.0.0" ]
    }

let private inputs = Array.append meltOfSodium [| "--quiet" |]

[<Tests>]
let tests =
    testList
        "VerbTests"
        [
            testCase "Melting writes the JSON that scripts rely on"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "deep", "result.json")
                    let code = Melt.verb.Run estimators (Array.append inputs [| "--json"; file |])
                    Expect.equal code 0 "exit code"
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
                        Expect.isTrue (Double.IsFinite(number name)) $"{name} is finite"
                        Expect.isTrue (number $"{name}_standard_error" > 0.0) $"{name} has a standard error"

                    Expect.equal (json.GetProperty("direction").GetString()) "no_bound" "the direction"
                    Expect.stringContains (json.GetProperty("caveat").GetString()) "upper bound" "the caveat"
                    // Δs = 0.883 + ln(v_l/v_s) with the known volumes, T_m = 2.748/(0.905 R) = 365 K: the tables give Δh to 0.03 kJ/mol.
                    Expecting.inRange (number "delta_entropy_kb_per_atom") 0.903 0.908 "the entropy of melting"
                    Expecting.inRange (number "melting_temperature_kelvin") 345.0 385.0 "the melting temperature"
                    Expect.isTrue (json.GetProperty("checks").GetArrayLength() > 4) "more than four checks"
                    Expect.equal (json.GetProperty("versions").GetProperty("mice").GetString()) "0.0.0" "the version"

                    Expect.equal
                        (json.GetProperty("settings").GetProperty("temperature_kelvin").GetString())
                        "350"
                        "the temperature among the settings")

            testCase "A failed check gives exit code 1 and the JSON all the same"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "result.json")

                    let failing =
                        { estimators with
                            Particles =
                                fun _ _ given ->
                                    { FakeParticles.bound -4.45 0.01 40.356 given with
                                        Checks =
                                            [
                                                {
                                                    Name = "converged"
                                                    Passed = false
                                                    Detail = "it is not"
                                                }
                                            ]
                                    }
                                    |> FakeParticles.scan
                                    |> ParticleEntropy.Scan
                                    |> Ok
                        }

                    Expect.equal (Melt.verb.Run failing (Array.append inputs [| "--json"; file |])) 1 "exit code"
                    use document = JsonDocument.Parse(File.ReadAllText file)

                    Expect.isFalse (document.RootElement.GetProperty("passed").GetBoolean()) "the result did not pass")

            test "A run that was resumed with other data is refused" {
                inFolder (fun folder ->
                    let resumed = Array.append inputs [| "--resume"; folder |]
                    Expect.equal (Melt.verb.Run estimators resumed) 0 "exit code of the first run"

                    Expect.equal
                        (Melt.verb.Run estimators (Array.append resumed [| "--seed"; "2" |]))
                        2
                        "exit code with another seed")
            }

            test "A stopped run says how to go on and keeps its directory" {
                inFolder (fun folder ->
                    let stopping =
                        { estimators with
                            Particles = fun _ _ _ -> raise (OperationCanceledException())
                        }

                    let resumed = Array.append inputs [| "--resume"; folder |]
                    Expect.equal (Melt.verb.Run stopping resumed) 1 "exit code"
                    Expect.isTrue (Directory.Exists folder) "the folder is kept")
            }

            testCase "Entropy of one phase writes its JSON"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "result.json")

                    let code =
                        EntropyAtoms.verb.Run
                            estimators
                            [| sodium "solid.dump.gz"; "--symmetry"; "cubic"; "--json"; file; "--quiet" |]

                    Expect.equal code 0 "exit code"
                    use document = JsonDocument.Parse(File.ReadAllText file)

                    Expecting.decimals
                        9
                        (document.RootElement.GetProperty("excess_entropy_kb_per_atom").GetDouble())
                        (-4.45)
                        "the excess entropy"

                    Expect.equal
                        (document.RootElement.GetProperty("direction").GetString())
                        "upper_bound"
                        "the direction"

                    Expect.stringContains
                        (document.RootElement.GetProperty("caveat").GetString())
                        "upper bound"
                        "the caveat")

            testCase "With the table of the run the entropy of one phase comes with its looseness"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "result.json")

                    let code =
                        EntropyAtoms.verb.Run
                            { estimators with
                                Particles = FakeParticles.scattering
                            }
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

                    Expect.equal code 0 "exit code"
                    use document = JsonDocument.Parse(File.ReadAllText file)

                    let number (name: string) =
                        document.RootElement.GetProperty(name).GetDouble()

                    Expect.isTrue (number "looseness_kb_per_atom" > 0.0) "the bound is loose"

                    Expecting.decimals
                        9
                        (number "corrected_excess_entropy_kb_per_atom")
                        (number "excess_entropy_kb_per_atom" - number "looseness_kb_per_atom")
                        "the corrected entropy is the entropy less its looseness")

            test "Time left is said as people say it" {
                Expect.equal
                    (ConsoleProgress.timeLeft (TimeSpan.FromSeconds 0.5) 0.5)
                    "time left not known yet"
                    "too early to say"

                Expect.equal (ConsoleProgress.timeLeft (TimeSpan.FromSeconds 0.5) 1.0) "done" "nothing is left"

                Expect.equal
                    (ConsoleProgress.timeLeft (TimeSpan.FromSeconds 60.0) 0.5)
                    "60 s left"
                    "half of it in a minute"

                Expect.equal
                    (ConsoleProgress.timeLeft (TimeSpan.FromSeconds 60.0) 0.1)
                    "9 min left"
                    "a tenth of it in a minute"

                Expect.equal
                    (ConsoleProgress.timeLeft (TimeSpan.FromSeconds 1000.0) 0.1)
                    "2.5 h left"
                    "a tenth of it in 1000 s"
            }

            testCase "A signal to stop leaves a checkpoint and says how to go on"
            <| fun () ->
                needsEngine ()

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
                    Expect.equal outcome.Code 1 "exit code"

                    Expect.exists
                        outcome.Errors
                        (fun line -> line.StartsWith "Stopped." && line.Contains $"--resume {folder}")
                        "a line says how to go on"

                    Expect.isNonEmpty
                        (Directory.GetFiles(folder, "*.state", SearchOption.AllDirectories))
                        "a checkpoint is stored")
        ]
