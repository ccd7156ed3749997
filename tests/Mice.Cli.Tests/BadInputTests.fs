module Mice.Cli.Tests.BadInputTests

open System
open System.IO
open Mice.Cli.Tests.Process
open Xunit

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
    Assert.True((2 = outcome.Code), $"exit code {outcome.Code}: {errors}")
    Assert.True((words.Length = outcome.Errors.Length), $"{words.Length} lines expected: {errors}")
    Assert.Equal("", outcome.Out)
    Assert.DoesNotContain("   at ", errors)
    Assert.DoesNotContain("Exception", errors)

    for word in words do
        Assert.Contains(word, errors, StringComparison.OrdinalIgnoreCase)

[<Theory>]
[<InlineData "nan">]
[<InlineData "-350">]
[<InlineData "0">]
[<InlineData "infinity">]
[<InlineData "1e999">]
[<InlineData "warm">]
let ``A temperature that is none is refused`` (temperature: string) =
    melt [ "--temperature", temperature ] |> refused [ "temperature" ]

[<Fact>]
let ``A missing file is named`` () =
    melt [ "--solid", "nowhere.dump.gz" ] |> refused [ "nowhere.dump.gz: no such file." ]

[<Fact>]
let ``Junk is refused with its name`` () =
    inFolder (fun folder ->
        let junk = Path.Combine(folder, "junk.dump")
        File.WriteAllBytes(junk, Array.init 5000 (fun i -> byte (i * 7919 % 251)))
        melt [ "--liquid", junk ] |> refused [ "junk.dump" ]
        melt [ "--solid-thermo", junk ] |> refused [ "junk.dump" ])

[<Fact>]
let ``An empty file and a directory are refused`` () =
    inFolder (fun folder ->
        let empty = Path.Combine(folder, "empty.dump")
        File.WriteAllText(empty, "")
        melt [ "--solid", empty ] |> refused [ "empty.dump" ]
        melt [ "--solid", folder ] |> refused [ "directory" ])

[<Fact>]
let ``An unknown symmetry is refused with the known ones`` () =
    melt [ "--symmetry-solid", "hexagonal" ] |> refused [ "cubic" ]

[<Fact>]
let ``Bad seeds, devices, threads and pressures are refused`` () =
    melt [ "--seed", "-1" ] |> refused [ "--seed" ]
    melt [ "--device", "abacus" ] |> refused [ "abacus" ]
    melt [ "--threads", "0" ] |> refused [ "--threads" ]
    melt [ "--pressure", "nan" ] |> refused [ "--pressure" ]

[<Fact>]
let ``All faults are told at once`` () =
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

[<Fact>]
let ``Unknown arguments are told, one line each`` () =
    mice [ "melt"; "--warmth"; "--coldness" ] |> refused [ "--warmth"; "--coldness" ]

[<Fact>]
let ``An argument without its value is told`` () =
    mice [ "melt"; "--solid" ] |> refused [ "--solid" ]
    mice [ "melt"; "--solid"; "--seed"; "1" ] |> refused [ "--solid" ]
    mice [ "melt"; "--json"; "--quiet" ] |> refused [ "--json" ]

[<Fact>]
let ``Unknown verbs are told with the known ones`` () =
    mice [ "boil" ] |> refused [ "melt" ]
    mice [] |> refused [ "melt" ]
    mice [ "entropy"; "spins" ] |> refused [ "entropy atoms" ]

[<Fact>]
let ``An output that cannot be written is refused before the work`` () =
    melt [ "--json", "/proc/nothing/result.json" ] |> refused [ "/proc/nothing" ]

[<Fact>]
let ``Entropy of a missing file and of none is refused`` () =
    mice [ "entropy"; "atoms"; "nowhere.xyz" ] |> refused [ "nowhere.xyz" ]
    mice [ "entropy"; "atoms" ] |> refused [ "FILE" ]

[<Fact>]
let ``A table without a temperature, a temperature without a table, and a table of another run are refused`` () =
    let entropy rest =
        mice ([ "entropy"; "atoms"; sodium "solid.dump.gz" ] @ rest)

    entropy [ "--thermo"; sodium "solid_thermo.csv" ] |> refused [ "temperature" ]
    entropy [ "--temperature"; "350" ] |> refused [ "--thermo" ]
    let other = "step,U_eV,V_A3\n1,-1000,41000\n2,-1001,41010\n"

    inFolder (fun folder ->
        let file = Path.Combine(folder, "other.csv")
        File.WriteAllText(file, other)
        entropy [ "--thermo"; file; "--temperature"; "350" ] |> refused [ "step" ])

[<Fact>]
let ``A molecular-dynamics run without phase and temperature is refused`` () =
    mice [ "md"; "run"; "na" ] |> refused [ "--phase"; "--temperature" ]
    mice [ "md"; "run"; "xx"; "--phase"; "solid"; "--temperature"; "300" ] |> refused [ "xx" ]

[<Fact>]
let ``Help and version are no faults`` () =
    for arguments in
        [
            [ "--help" ]
            [ "melt"; "--help" ]
            [ "--version" ]
            [ "entropy"; "atoms"; "--help" ]
        ] do
        let outcome = mice arguments
        Assert.Equal(0, outcome.Code)
        Assert.NotEqual<string>("", outcome.Out)
        Assert.Empty outcome.Errors

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
            Assert.Contains(name, text)
