module Mice.Cli.Tests.InformationBadInputTests

open Expecto
open System.Globalization
open System.IO
open Mice
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process

/// n rows of a Gaussian pair with correlation 0.8: I = −½ ln(1 − 0.64) = 0.5108 nats.
let pair (n: int) =
    let generator = Key.ofSeed 4UL |> Key.generator

    let rows =
        Array.init n (fun _ ->
            let x = generator.NextNormal()
            x, 0.8 * x + 0.6 * generator.NextNormal())

    Array.map fst rows, Array.map snd rows

let save (folder: string) (name: string) (rows: string seq) =
    let path = Path.Combine(folder, name)
    File.WriteAllLines(path, rows)
    path

let texts (values: float[]) =
    values |> Array.map (fun v -> v.ToString("R", CultureInfo.InvariantCulture))

/// Runs `mice mi` as a process on good data of 60 rows, of which x and y may be replaced by other lines, with more arguments.
let private mi (x: string[] -> string seq) (y: string[] -> string seq) (more: string list) =
    let mutable outcome = None

    inFolder (fun folder ->
        let xs, ys = pair 60
        let x = save folder "x.csv" (x (texts xs))
        let y = save folder "y.csv" (y (texts ys))
        outcome <- Some(mice ([ "mi"; "--x"; x; "--y"; y; "--quiet" ] @ more)))

    outcome.Value

let private asTheyAre (rows: string[]) : string seq = rows
let private replacing (i: int) (text: string) (rows: string[]) : string seq = Array.updateAt i text rows

[<Tests>]
let tests =
    testList
        "InformationBadInputTests"
        [
            test "Different numbers of rows are told" {
                mi asTheyAre (Array.skip 1 >> Seq.ofArray) [] |> refused [ "60 rows of X against 59 rows of Y" ]
            }

            testTheory
                "What is no finite number is told with its line and column"
                [ "nan"; "inf"; "1e999"; "mouse"; "" ]
            <| fun (text: string) ->
                mi (replacing 6 $"1,{text}" >> Seq.mapi (fun i row -> if i = 6 then row else row + ",1")) asTheyAre []
                |> refused [ "line 7: column 2" ]

            test "Fewer than 50 rows are told" {
                let outcome =
                    mi (Array.truncate 49 >> Seq.ofArray) (Array.truncate 49 >> Seq.ofArray) []

                Expect.equal outcome.Code 2 "exit code"

                Expect.stringContains
                    outcome.Errors[0]
                    "49 rows of X are fewer than the 50 needed"
                    "what the error says"
            }

            test "Constant columns and rows that are all the same are told" {
                let constant (rows: string[]) = rows |> Seq.map (fun row -> row + ",3")
                let same (rows: string[]) = rows |> Seq.map (fun _ -> "1,2")
                mi constant asTheyAre [] |> refused [ "column 2 of X is constant (3)" ]
                mi same asTheyAre [] |> refused [ "column 1 of X"; "column 2 of X" ]
                mi same same [] |> fun outcome -> Expect.equal outcome.Code 2 "exit code"
            }

            test "Unknown bounds, variables and numbers of rows are told with what is allowed" {
                let good = mi asTheyAre asTheyAre
                good [ "--bound"; "best" ] |> refused [ "'best'; known: auto, ksg" ]
                good [ "--block-rows"; "-5" ] |> refused [ "--block-rows is '-5'" ]
                good [ "--block-rows"; "0" ] |> refused [ "1 or more" ]
                good [ "--block-rows"; "two" ] |> refused [ "--block-rows" ]
                good [ "--discrete"; "z" ] |> refused [ "x, y or x,y" ]
                good [ "--discrete"; "x"; "--continuous"; "x,y" ] |> refused [ "--continuous" ]
            }

            test "Missing values that were written as empty lines or comments are told, all of them" {
                let gaps (rows: string[]) =
                    rows
                    |> Seq.mapi (fun i row ->
                        if i = 9 then ""
                        elif i = 19 then "#N/A"
                        else row)

                mi gaps (replacing 29 "# none") []
                |> refused
                    [
                        "x.csv: line 10: this line between two rows is empty"
                        "x.csv: line 20: column 1 is “#N/A”"
                        "y.csv: line 30: this line between two rows begins with #"
                    ]
            }

            test "Files that are missing, empty, junk or cut short are told, all at once" {
                mice [ "mi" ] |> refused [ "--x is missing"; "--y is missing" ]

                inFolder (fun folder ->
                    let file (name: string) (bytes: byte[]) =
                        let path = Path.Combine(folder, name)
                        File.WriteAllBytes(path, bytes)
                        path

                    let empty = file "empty.csv" [||]
                    let junk = file "junk.csv" (Array.init 5000 (fun i -> byte (i * 7919 % 251)))

                    let cut =
                        file
                            "cut.npy"
                            (Array.concat
                                [
                                    [| 0x93uy |]
                                    "NUMPY\001\000\070\000{'descr': '<f8', 'fortran_order': False, 'shape': (60,), }           \n"B
                                    Array.create 300 0uy
                                ])

                    mice [ "mi"; "--x"; "nowhere.csv"; "--y"; empty ]
                    |> refused [ "nowhere.csv: no such file."; "empty.csv" ]

                    mice [ "mi"; "--x"; junk; "--y"; cut ]
                    |> refused [ "junk.csv: "; "cut.npy: the file is cut short." ]

                    mice [ "mi"; "--x"; folder; "--y"; cut; "--seed"; "x" ]
                    |> refused [ "directory"; "cut short"; "--seed" ])
            }
        ]
