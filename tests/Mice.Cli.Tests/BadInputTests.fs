module Mice.Cli.Tests.BadInputTests

open Expecto
open System
open System.IO
open Mice.Cli.Tests.Process

/// Arguments of a good `mice melt`, by name.
let private good =
    [
        "--solid", sodium "solid.dump.gz"
        "--liquid", sodium "liquid.dump.gz"
        "--solid-thermo", sodium "solid_thermo.csv"
        "--liquid-thermo", sodium "liquid_thermo.csv"
        "--temperature", "350"
    ]

let private arguments (pairs: (string * string) list) =
    pairs |> List.collect (fun (name, value) -> [ name; value ])

/// A good melt with some arguments replaced or added.
let private melt (changes: (string * string) list) =
    let kept =
        good |> List.filter (fun (name, _) -> not (List.exists (fst >> (=) name) changes))

    mice ("melt" :: arguments (kept @ changes))

/// Exit code 2 and so many lines, each about one of the words, no stack trace, nothing on standard output.
let refused (words: string list) (outcome: Outcome) =
    let errors = String.Join('\n', outcome.Errors)
    Expect.isTrue (2 = outcome.Code) $"exit code {outcome.Code}: {errors}"
    Expect.isTrue (words.Length = outcome.Errors.Length) $"{words.Length} lines expected: {errors}"
    Expect.equal outcome.Out "" "nothing on standard output"
    Expecting.stringLacks errors "   at " "no stack trace"
    Expecting.stringLacks errors "Exception" "no exception"

    for word in words do
        Expect.isTrue (errors.Contains(word, StringComparison.OrdinalIgnoreCase)) $"“{word}” is in: {errors}"

[<Tests>]
let tests =
    testList
        "BadInputTests"
        [
            testTheory "A temperature that is none is refused" [ "nan"; "-350"; "0"; "infinity"; "1e999"; "warm" ]
            <| fun (temperature: string) -> melt [ "--temperature", temperature ] |> refused [ "temperature" ]

            test "A missing file is named" {
                melt [ "--solid", "nowhere.dump.gz" ] |> refused [ "nowhere.dump.gz: no such file." ]
            }

            test "Junk is refused with its name" {
                inFolder (fun folder ->
                    let junk = Path.Combine(folder, "junk.dump")
                    File.WriteAllBytes(junk, Array.init 5000 (fun i -> byte (i * 7919 % 251)))
                    melt [ "--liquid", junk ] |> refused [ "junk.dump" ]
                    melt [ "--solid-thermo", junk ] |> refused [ "junk.dump" ])
            }

            test "An empty file and a directory are refused" {
                inFolder (fun folder ->
                    let empty = Path.Combine(folder, "empty.dump")
                    File.WriteAllText(empty, "")
                    melt [ "--solid", empty ] |> refused [ "empty.dump" ]
                    melt [ "--solid", folder ] |> refused [ "directory" ])
            }

            test "An unknown symmetry is refused with the known ones" {
                melt [ "--symmetry-solid", "hexagonal" ] |> refused [ "cubic" ]
            }

            test "Bad seeds, devices, threads and pressures are refused" {
                melt [ "--seed", "-1" ] |> refused [ "--seed" ]
                melt [ "--device", "abacus" ] |> refused [ "abacus" ]
                melt [ "--threads", "0" ] |> refused [ "--threads" ]
                melt [ "--pressure", "nan" ] |> refused [ "--pressure" ]
            }

            test "All faults are told at once" {
                [
                    "melt"
                    "--temperature"
                    "nan"
                    "--pressure"
                    "x"
                    "--seed"
                    "1.5"
                    "--symmetry-solid"
                    "bent"
                    "--solid"
                    "nowhere"
                ]
                |> mice
                // The four files (one does not exist, three are not named), temperature, pressure, symmetry, seed.
                |> refused
                    [
                        "nowhere"
                        "--liquid"
                        "--solid-thermo"
                        "--liquid-thermo"
                        "--temperature"
                        "--pressure"
                        "bent"
                        "--seed"
                    ]
            }

            test "Unknown arguments are told, one line each" {
                mice [ "melt"; "--warmth"; "--coldness" ] |> refused [ "--warmth"; "--coldness" ]
            }

            test "An argument without its value is told" {
                mice [ "melt"; "--solid" ] |> refused [ "--solid" ]
                mice [ "melt"; "--solid"; "--seed"; "1" ] |> refused [ "--solid" ]
                mice [ "melt"; "--json"; "--quiet" ] |> refused [ "--json" ]
            }

            test "Unknown verbs are told with the known ones" {
                mice [ "boil" ] |> refused [ "melt" ]
                mice [] |> refused [ "melt" ]
                mice [ "entropy"; "spins" ] |> refused [ "entropy atoms" ]
            }

            test "An output that cannot be written is refused before the work" {
                melt [ "--json", "/proc/nothing/result.json" ] |> refused [ "/proc/nothing" ]
            }

            test "Entropy of a missing file and of none is refused" {
                mice [ "entropy"; "atoms"; "nowhere.xyz" ] |> refused [ "nowhere.xyz" ]
                mice [ "entropy"; "atoms" ] |> refused [ "FILE" ]
            }

            test "A table without a temperature, a temperature without a table, and a table of another run are refused" {
                let entropy rest =
                    mice ([ "entropy"; "atoms"; sodium "solid.dump.gz" ] @ rest)

                entropy [ "--thermo"; sodium "solid_thermo.csv" ] |> refused [ "temperature" ]
                entropy [ "--temperature"; "350" ] |> refused [ "--thermo" ]
                let other = "step,U_eV,V_A3\n1,-1000,41000\n2,-1001,41010\n"

                inFolder (fun folder ->
                    let file = Path.Combine(folder, "other.csv")
                    File.WriteAllText(file, other)
                    entropy [ "--thermo"; file; "--temperature"; "350" ] |> refused [ "step" ])
            }

            test "A molecular-dynamics run without phase and temperature is refused" {
                mice [ "md"; "run"; "na" ] |> refused [ "--phase"; "--temperature" ]
                mice [ "md"; "run"; "xx"; "--phase"; "solid"; "--temperature"; "300" ] |> refused [ "xx" ]
            }

            test "Help and version are no faults" {
                for arguments in
                    [
                        [ "--help" ]
                        [ "melt"; "--help" ]
                        [ "--version" ]
                        [ "entropy"; "atoms"; "--help" ]
                    ] do
                    let outcome = mice arguments
                    Expect.equal outcome.Code 0 "exit code"
                    Expect.notEqual outcome.Out "" "something on standard output"
                    Expect.isEmpty outcome.Errors "nothing on standard error"

                for verb in [ [ "melt" ]; [ "entropy"; "atoms" ]; [ "md"; "run"; "na" ] ] do
                    let text = (mice (verb @ [ "--help" ])).Out

                    for name in
                        [
                            "--seed"
                            "--device"
                            "--threads"
                            "--json"
                            "--report"
                            "--png"
                            "--resume"
                            "--quiet"
                        ] do
                        Expect.stringContains text name $"the help of {verb}"
            }
        ]
