module Mice.Core.Tests.ResultTableTests

open Expecto
open Mice
open Mice.Core.Tests.ResultDescriptionTests

let private table (section: ResultRow) =
    ResultTable.ofSection section |> Option.get

let private texts (table: ResultTable) =
    table.Rows |> List.map (List.map _.Text)

let private estimate value error =
    Estimate.create value error Direction.LowerBound

[<Tests>]
let tests =
    testList
        "ResultTableTests"
        [
            test "A record is a row for each fact, with unit and direction, without what files alone have" {
                let found = table description.Sections.Head
                Expect.equal found.Title "Numbers" "title"
                Expect.equal found.Headings [ "Name"; "Value"; "Unit"; "Direction" ] "no column for meanings"

                Expect.equal
                    (texts found)
                    [
                        [ "s"; "-4.400(10)"; "nats"; "upper bound (≤)" ]
                        [ "Rows"; "3"; ""; "" ]
                        [ "For people"; "a word"; ""; "" ]
                    ]
                    "rows"

                let value = found.Rows.Head |> List.item 1
                Expect.equal (value.Estimate |> Option.map _.Value) (Some -4.4) "the number behind the text"
            }

            test "Meanings have a column where there is one, and objects within a record are numbered" {
                let found =
                    ResultRow.record
                        ""
                        "Numbers"
                        [
                            ResultRow.flag "saturated" "Saturated" false |> ResultRow.noted "yes is bad"
                            ResultRow.table
                                "networks"
                                "network"
                                [
                                    for s in [ 1.0; 2.0 ] -> [ ResultRow.estimate "s" "s" "nats" (estimate s 0.1) ]
                                ]
                            ResultRow.curve "curve" "Curve" [ [ ResultRow.count "x" "X" 1 ] ]
                        ]
                    |> table

                Expect.equal found.Headings [ "Name"; "Value"; "Unit"; "Direction"; "What it means" ] "headings"

                Expect.equal
                    (texts found)
                    [
                        [ "Saturated"; "no"; ""; ""; "yes is bad" ]
                        [ "network 1: s"; "1.00(10)"; "nats"; "lower bound (≥)"; "" ]
                        [ "network 2: s"; "2.00(10)"; "nats"; "lower bound (≥)"; "" ]
                    ]
                    "rows; curves are figures"
            }

            test
                "Objects are rows, units stand in headings, directions before the numbers, and what an object lacks is empty" {
                let found = table description.Sections[1]
                Expect.equal found.Headings [ "Half"; "M (nats)"; "Saturated" ] "headings"
                Expect.equal (texts found) [ [ "4x4"; "≤ -4.400(10)"; "" ]; [ "4x8"; ""; "yes" ] ] "rows"
            }

            test "A column that a later object alone has stands before what follows it there" {
                let rows labels =
                    [ for label in labels -> ResultRow.count label label 1 ]

                let found =
                    [
                        rows [ "T"; "upper"; "time" ]
                        rows [ "T"; "lower"; "time" ]
                        rows [ "first"; "T" ]
                    ]
                    |> ResultRow.table "" "Bounds"
                    |> table

                Expect.equal found.Headings [ "first"; "T"; "upper"; "lower"; "time" ] "headings"
                Expect.equal (texts found |> List.item 1) [ ""; "1"; ""; "1"; "1" ] "the second object"
            }

            test "People read numbers with the decimals that count, and of lists the beginning" {
                let text row = ResultTable.text row
                let number = ResultRow.number "x" "x" ""
                Expect.equal (text (number 3 40.35600)) "40.356" "no zeros behind"
                Expect.equal (text (number 1 -0.04)) "0" "no minus before zero"
                Expect.equal (text (number 0 1234567.4)) "1234567" "no decimals"
                Expect.equal (text (number 6 nan)) "unknown" "not a number"
                Expect.equal (text (number 6 infinity)) "unknown" "no finite number"
                Expect.equal (text (ResultRow.texts "x" "x" [])) "none" "an empty list"
                Expect.equal (text (ResultRow.texts "x" "x" [ "a"; "b"; "c" ])) "a, b, c" "a short list"

                Expect.equal
                    (text (ResultRow.texts "x" "x" [ "a"; "b"; "c"; "d"; "e" ]))
                    "a, b, c and 2 more"
                    "a long list"

                Expect.equal (text (ResultRow.estimate "x" "x" "" (estimate nan nan))) "unknown" "no estimate"
                Expect.equal (text (ResultRow.estimate "x" "x" "" (estimate 2.5 nan))) "≥ 2.5" "an unknown error"
                Expect.equal (text (ResultRow.record "x" "x" [])) "" "rows that hold rows"
            }

            test "What people do not see is no table" {
                let row = [ ResultRow.count "x" "X" 1 ]
                Expect.isNone (ResultTable.ofSection (ResultRow.record "a" "" row)) "no title"
                Expect.isNone (ResultTable.ofSection (ResultRow.curve "a" "A" [ row ])) "a curve"
                Expect.isNone (ResultTable.ofSection (ResultRow.table "a" "A" [])) "no objects"

                Expect.isNone
                    (ResultTable.ofSection (ResultRow.record "a" "A" [ ResultRow.count "x" "" 1 ]))
                    "no labels"
            }

            test "Lines are aligned, with units under the names, a rule under both and nothing behind the last cell" {
                Expect.equal
                    (description.Sections[1] |> table |> ResultTable.lines)
                    [
                        "Half  M             Saturated"
                        "      (nats)"
                        "-----------------------------"
                        "4x4   ≤ -4.400(10)"
                        "4x8                 yes"
                    ]
                    "lines"
            }
        ]
