module Mice.Core.Tests.ResultDescriptionTests

open Expecto
open Mice

let private bound = Estimate.create -4.4<nat> 0.01<nat> Direction.UpperBound

let private check name passed : Check =
    {
        Name = name
        Passed = passed
        Detail = "as asked"
    }

/// A description with a section of every kind.
let description: ResultDescription =
    {
        Answer = "s is at most -4.400(10) nats."
        Meaning = "One error in brackets."
        Sections =
            [
                ResultRow.record
                    ""
                    "Numbers"
                    [
                        ResultRow.principal "s_nats" "s" "nats" bound
                        ResultRow.record "" "Within" [ ResultRow.count "rows" "Rows" 3 ]
                        ResultRow.text "" "For people" "a word"
                        ResultRow.text "caveat" "" "for files"
                    ]
                ResultRow.table
                    "levels"
                    "Levels"
                    [
                        [
                            ResultRow.text "half" "Half" "4x4"
                            ResultRow.estimate "m_nats" "M" "nats" bound
                        ]
                        [
                            ResultRow.text "half" "Half" "4x8"
                            ResultRow.flag "saturated" "Saturated" true
                        ]
                    ]
                ResultRow.table "" "People alone" [ [ ResultRow.text "x" "X" "y" ] ]
            ]
        Checks = [ check "a" true; check "b" false ]
        Notes = [ "a note" ]
        Settings = [ "seed", "1"; "steps", "2"; "seed", "3" ]
    }

let private keys rows =
    rows |> ResultRow.named |> List.map _.Key

let private inner (row: ResultRow) =
    match row.Value with
    | ResultValue.Record rows -> rows
    | other -> failtest $"{other}"

[<Tests>]
let tests =
    testList
        "ResultDescriptionTests"
        [
            test "An estimate keeps value, error and direction when it loses its unit of measure" {
                match (ResultRow.estimate "s" "s" "nats" bound).Value with
                | ResultValue.Estimate e ->
                    Expect.equal
                        (e.Value, e.StandardError, e.Direction)
                        (-4.4, 0.01, Direction.UpperBound)
                        "the estimate"
                | other -> failtest $"{other}"
            }

            test "Files have rows with names, and those of records without one as rows of the object around" {
                Expect.equal
                    (keys description.Sections)
                    [ "s_nats"; "rows"; "caveat"; "levels" ]
                    "what has a name, at any depth"
            }

            test "A whole result has its checks, notes, settings and versions behind its sections" {
                let rows =
                    description |> ResultDescription.rows [ "mice", "0.0.0" ] |> ResultRow.named

                Expect.equal
                    (List.map _.Key rows)
                    [
                        "s_nats"
                        "rows"
                        "caveat"
                        "levels"
                        "passed"
                        "checks"
                        "notes"
                        "settings"
                        "versions"
                    ]
                    "names"

                let row key =
                    rows |> List.find (fun row -> row.Key = key)

                Expect.equal (row "passed").Value (ResultValue.Flag false) "one check failed"

                Expect.equal
                    (inner (row "settings") |> List.map (fun s -> s.Key, s.Value))
                    [ "seed", ResultValue.Text "1"; "steps", ResultValue.Text "2" ]
                    "a setting that is given twice is one"
            }

            test "What is missing is a row for files alone, null there" {
                let row = ResultRow.orNull (ResultRow.number "pairs" "Pairs" "" 0) nan
                Expect.equal (row (Some 3.0)).Label "Pairs" "shown where it is known"
                let missing = row None
                Expect.equal (missing.Key, missing.Label) ("pairs", "") "not shown where it is not"

                match missing.Value with
                | ResultValue.Number(value, _) -> Expect.isTrue (System.Double.IsNaN value) "no number"
                | other -> failtest $"{other}"
            }

            test "Flat rows have their section and the place at which files have them" {
                let placed =
                    [
                        for struct (section, place, row) in ResultDescription.flat description ->
                            section, place, row.Label
                    ]

                Expect.equal
                    placed
                    [
                        "Numbers", "s_nats", "s"
                        "Numbers", "rows", "Rows"
                        "Numbers", "caveat", ""
                        "Levels", "levels[0].half", "Half"
                        "Levels", "levels[0].m_nats", "M"
                        "Levels", "levels[1].half", "Half"
                        "Levels", "levels[1].saturated", "Saturated"
                    ]
                    "all rows that hold no rows"
            }

            test "A record with a name is a step of the place" {
                let nested =
                    { description with
                        Sections =
                            [
                                ResultRow.record
                                    "solid"
                                    "Solid"
                                    [ ResultRow.record "columns" "" [ ResultRow.count "x" "" 2 ] ]
                            ]
                    }

                match ResultDescription.flat nested with
                | [ struct ("Solid", place, _) ] -> Expect.equal place "solid.columns.x" "the place"
                | other -> failtest $"{other}"
            }
        ]
