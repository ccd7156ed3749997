module Mice.Atoms.Tests.XyzHeaderTests

open Expecto
open System.Text
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private parse (comment: string) =
    match XyzHeader.parse comment with
    | Ok pairs -> pairs
    | Error text -> failwith text

let private word text = XyzValue.Word text

let private readWith (comment: string) =
    let text = $"2\n{comment}\nNa 1 2 3\nNa 2 3 1\n"
    withFile (Encoding.UTF8.GetBytes text) Trajectory.read

let private snapshot (comment: string) = (readWith comment |> ok).Snapshots[0]

let private box = "Lattice=\"9 0 0 0 8 0 0 0 7\""

/// The comment is refused at its line, with these words.
let private refused (comment: string) (part: string) =
    match readWith comment with
    | Error [ MiceError.BadFile(_, Some 1, Some 2L, text) ] -> Expect.stringContains text part comment
    | other -> failtest $"%A{other}"

/// Words that have to be quoted now and then.
let private words: Gen<string> =
    Gen.elements [ 'a'; 'B'; '0'; ' '; '='; '"'; '\\'; '['; ']'; ','; '{'; '\n'; '\''; '-' ]
    |> Gen.nonEmptyListOf
    |> Gen.map (fun letters -> System.String(Array.ofList letters))

let private quote (text: string) =
    "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n") + "\""

[<Tests>]
let tests =
    testList
        "XyzHeaderTests"
        [
            test "Words, quoted words, lists of both styles and tables" {
                Expect.equal
                    (parse "a=1 b = \"x y\" c= 'd e' f ={1 2} g=[1, 2,3] h=[[1,0],[0 , 1]] flag \"odd key\"=5")
                    [
                        "a", word "1"
                        "b", word "x y"
                        "c", word "d e"
                        "f", XyzValue.List [ "1"; "2" ]
                        "g", XyzValue.List [ "1"; "2"; "3" ]
                        "h", XyzValue.Table [ [ "1"; "0" ]; [ "0"; "1" ] ]
                        "flag", word "T"
                        "odd key", word "5"
                    ]
                    "keys and values"

                Expect.isEmpty (parse "  ") "an empty line has no keys"
            }

            testCase "What is quoted with backslashes is read back"
            <| fun () ->
                Expecting.holds
                    1000
                    (Prop.forAll (Arb.fromGen (Gen.listOf words)) (fun values ->
                        let line = values |> List.mapi (fun i v -> $"k{i} = {quote v}") |> String.concat " "

                        parse line = (values |> List.mapi (fun i v -> $"k{i}", word v))))

            testCase "Any line is read or refused with one sentence"
            <| fun () ->
                Expecting.holds
                    5000
                    (Prop.forAll (Arb.fromGen words) (fun line ->
                        match XyzHeader.parse line with
                        | Ok _ -> true
                        | Error text -> text <> "" && text.Length < 200))

            test "The box in all its forms" {
                let vectors = [| 9.0; 0.0; 0.0; 1.0; 8.0; 0.0; 0.0; 0.0; 7.0 |]

                for text in
                    [
                        "Lattice=\"9 0 0 1 8 0 0 0 7\""
                        "lattice = \"9.0\t0 0 1 8 0 0 0 7\""
                        "LATTICE={9 0 0 1 8 0 0 0 7}"
                        "Lattice=[9, 0, 0, 1, 8, 0, 0, 0, 7]"
                        "Lattice=[[9, 0, 0], [1, 8, 0], [0, 0, 7]]"
                        "Lattice = [[9,0,0],[1,8,0],[0,0,7.0D+00]]"
                        "Lattice=\"0.9D+01 0 0 1 8 0 0 0 7\""
                    ] do
                    Expect.equal (snapshot text).Cell.Vectors vectors text

                refused "Lattice=[[9, 0, 0], [1, 8, 0, 0], [0, 7]]" "three rows of three numbers"
                refused "Lattice=[9, 8, 7]" "3 numbers where 9 belong"
                refused "Lattice=9 0 0 0 8 0 0 0 7" "stand in quotation marks"
                refused $"{box} lattice=\"9 0 0 0 8 0 0 0 8\"" "two values for one thing"
                Expect.equal (snapshot $"{box} {box}").Cell.Vectors[0] 9.0 "the same value twice is one"
            }

            test "Periodic directions in all their forms; anything else is no default" {
                for text, flags in
                    [
                        "pbc=\"T T F\"", [| true; true; false |]
                        "PBC = \"T T F\"", [| true; true; false |]
                        "Pbc=[T, true, False]", [| true; true; false |]
                        "pbc={TRUE FALSE T}", [| true; false; true |]
                        "pbc=\"1 1 0\"", [| true; true; false |]
                        "pbc=F", [| false; false; false |]
                        "pbc", [| true; true; true |]
                        "", [| true; true; true |]
                    ] do
                    Expect.equal (snapshot $"{box} {text}").Cell.Periodic flags text

                refused $"{box} pbc=\"T T X\"" "'X' where T or F belongs"
                refused $"{box} pbc=\"T T\"" "three flags"
                refused $"{box} pbc=T T F" "stand in quotation marks"
                refused $"{box} pbc=[[T],[T],[T]]" "three flags"
                refused $"{box} pbc= step=5" "'pbc' has no value"
                refused $"{box} pbc=" "'pbc' has no value"
            }

            test "The step in all its forms; anything else is no default" {
                for text in
                    [
                        "step=100"
                        "Step = 100"
                        "Timestep=100"
                        "timestep=100.0"
                        "step=1e2"
                        "step=1.0D+02"
                        "step=\"100\""
                        "step=[100]"
                        "STEP=100 Time=0.5"
                        "step=+100"
                    ] do
                    Expect.equal (snapshot $"{text} {box}").Step 100L text

                refused $"{box} step=100.5" "no whole number"
                refused $"{box} step=first" "no whole number"
                refused $"{box} step=1e300" "no whole number"
                refused $"{box} step=nan" "no whole number"
                refused $"{box} step=[1, 2]" "one whole number"
                refused $"{box} step=100 timestep=0.5" "two values for one thing"
            }

            test "Steps are in all frames or in none" {
                let frame comment z = $"1\n{comment}\nNa 1 2 {z}\n"

                let read text =
                    withFile (Encoding.UTF8.GetBytes(text: string)) Trajectory.read

                match read (frame $"{box} step=5" 1 + frame box 2) with
                | Error [ MiceError.BadFile(_, Some 2, Some 5L, text) ] -> Expect.stringContains text "no step" text
                | other -> failtest $"%A{other}"

                match read (frame box 1 + frame $"{box} step=5" 2) with
                | Error [ MiceError.BadFile(_, Some 2, Some 5L, text) ] -> Expect.stringContains text "has a step" text
                | other -> failtest $"%A{other}"
            }

            test "Other keys may hold anything, and origin and columns are found whatever their case" {
                let s =
                    snapshot
                        $"config_type=a=b note=\"say \\\"hi\\\" = [1\" virial=[[1,2],[3,4]] {box} ORIGIN=[1, 2, 3] properties=species:S:1:pos:R:3"

                Expect.equal s.Cell.Origin [| 1.0; 2.0; 3.0 |] "origin of the box"
                Expect.equal s.Cell.Vectors[8] 7.0 "the box"
            }

            test "Lines that are not whole are refused" {
                refused $"{box} note=\"open" "not closed"
                refused $"{box} note=[1, 2" "not closed"
                refused $"{box} note=[1,, 2]" "comma without a value"
                refused $"{box} note=[[1, 2], 3]" "begin with a bracket"
                refused $"= 5 {box}" "no key before it"
                refused $"note= {box}" "'note' has no value"
                refused $"a = b = c {box}" "'a' has no value"
            }
        ]
