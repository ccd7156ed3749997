module Mice.Samplers.Tests.DimerModelTests

open System.Numerics
open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

let private oblong rows columns =
    { DimerModel.square 4 infinity with
        Rows = rows
        Columns = columns
    }

/// Random coverings of tori whose rows are shorter and longer than the vectors in which pairs are counted.
let private samples =
    [
        for rows, columns in [ 4, 4; 6, 8; 8, 6; 4, 40; 38, 4; 32, 34; 10, 70 ] do
            for i in 0..9 do
                let model = oblong rows columns
                model, DimerChain.random (Key.ofSeed 3UL |> Key.item i) model
    ]

/// A covering in words: one letter per site.
let private drawn (lines: string list) =
    lines |> String.concat "" |> Seq.map ("RDLU".IndexOf >> byte) |> Array.ofSeq

let private four = DimerModel.square 4 1.0

let private columnarDown = drawn [ "DDDD"; "UUUU"; "DDDD"; "UUUU" ]

let private staggered = drawn [ "RLRL"; "LRLR"; "RLRL"; "LRLR" ]

let private shifted (model: DimerModel) (covering: byte[]) =
    Array.init covering.Length (fun site ->
        let row, column = site / model.Columns, site % model.Columns
        covering[row * model.Columns + (column + 1) % model.Columns])

[<Tests>]
let tests =
    testList
        "DimerModelTests"
        [
            test "Parallel pairs are those found corner by corner" {
                for model, covering in samples do
                    Expect.equal
                        (DimerModel.parallelPairs model covering)
                        (DimerReference.parallelPairs model covering)
                        $"pairs on {model.Rows}×{model.Columns}"
            }

            test "Coverings drawn at random are coverings" {
                for model, covering in samples do
                    Expect.isTrue (DimerModel.isCovering model covering) "a covering"

                Expect.isGreaterThan (samples |> List.map snd |> List.distinct |> List.length) 60 "different ones"
            }

            test "The columnar covering has the lowest energy, the staggered one the highest" {
                for model, _ in samples do
                    let covering = DimerModel.columnar model
                    Expect.isTrue (DimerModel.isCovering model covering) "a covering"
                    Expect.equal (DimerModel.energy model covering) (-float(DimerModel.sites model) / 2.0) "−N/2"

                Expect.equal (DimerModel.energy four staggered) 0.0 "no parallel dimers"
            }

            test "Winding numbers are the same at every column and row" {
                for model, covering in samples do
                    let sign n = if n % 2 = 0 then 1 else -1
                    let struct (across, down) = DimerModel.winding model covering

                    let sum direction fits =
                        seq { 0 .. covering.Length - 1 }
                        |> Seq.sumBy (fun site ->
                            let row, column = site / model.Columns, site % model.Columns

                            if covering[site] = direction && fits row column then
                                sign (row + column)
                            else
                                0)

                    for column in 0 .. model.Columns - 1 do
                        Expect.equal (sum DimerModel.Right (fun _ c -> c = column)) across "W_x"

                    for row in 0 .. model.Rows - 1 do
                        Expect.equal (sum DimerModel.Down (fun r _ -> r = row)) down "W_y"
            }

            test "Orders are those of the states that they are named after" {
                let order = DimerModel.order four
                let columnar = DimerModel.columnar four
                Expect.equal (order columnar).Columnar Complex.One "columnar"
                Expect.equal (order (shifted four columnar)).Columnar -Complex.One "columnar, shifted"
                Expect.equal (order columnarDown).Columnar Complex.ImaginaryOne "columnar, vertical"
                Expect.equal (order columnar).Plaquette 0.0 "no plaquette order"
                Expect.equal (order staggered).Staggered Complex.One "staggered"
                Expect.equal (order staggered).Columnar Complex.Zero "not columnar"
                Expect.equal (DimerModel.winding four staggered) (struct (2, 0)) "the largest winding number"

                let plaquettes = drawn [ "RLDD"; "RLUU"; "DDRL"; "UURL" ]
                Expect.equal (order plaquettes).Plaquette 1.0 "plaquettes"
            }

            test "Bonds have two channels, with one occupied bond per dimer" {
                for model, covering in samples do
                    let bonds, around = DimerModel.bonds covering, DimerModel.neighbours model
                    let sites = covering.Length
                    Expect.equal (Array.sumBy int bonds) (sites / 2) "N/2 dimers"

                    for site in 0 .. sites - 1 do
                        let touching =
                            int bonds[site]
                            + int bonds[sites + site]
                            + int bonds[around[4 * site + 2]]
                            + int bonds[sites + around[4 * site + 3]]

                        Expect.equal touching 1 "one dimer at every site"
            }

            test "Every fault of a model is told" {
                Expect.isEmpty (DimerModel.faults four) "sound"
                Expect.isEmpty (DimerModel.faults (oblong 4 6)) "sound at T = ∞"

                for bad in [ 0; 2; 3; 5; -4 ] do
                    Expect.equal (DimerModel.faults (oblong bad 4)).Length 1 $"side {bad}"

                for bad in [ 0.0; -1.0; nan; -infinity ] do
                    Expect.equal (DimerModel.faults { four with Temperature = bad }).Length 1 $"T = {bad}"

                Expect.equal
                    (DimerModel.faults
                        { DimerModel.square 3 nan with
                            Columns = 7
                        })
                        .Length
                    3
                    "all faults"
            }

            test "What is no covering is refused with the first site at fault" {
                let sound = DimerModel.columnar four

                let told covering =
                    DimerModel.coveringFaults four covering |> List.map MiceError.message

                Expect.isEmpty (told sound) "sound"
                Expect.equal (told sound[..14]).Length 1 "another number of sites"

                for direction in [ 1uy; 2uy; 3uy; 4uy; 255uy ] do
                    let message = told (Array.updateAt 6 direction sound) |> List.exactlyOne
                    Expect.stringContains message "row 1, column" "where"

                DimerChain.kernelFrom (Array.updateAt 6 1uy sound) four |> Result.map ignore |> isFault
            }
        ]
