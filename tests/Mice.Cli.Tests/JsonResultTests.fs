module Mice.Cli.Tests.JsonResultTests

open Expecto
open System.IO
open System.Text.Json
open Mice
open Mice.Cli

let private nothing: ResultDescription =
    {
        Answer = ""
        Meaning = ""
        Sections = []
        Checks = []
        Notes = []
        Settings = []
    }

/// What is written of the rows of a section without a name.
let private written (rows: ResultRow list) (read: JsonElement -> unit) : unit =
    use stream = new MemoryStream()

    JsonResult.create
        [ "mice", "0.0.0" ]
        { nothing with
            Sections = [ ResultRow.record "" "" rows ]
        }
        stream

    use document = JsonDocument.Parse(stream.ToArray())
    read document.RootElement

let private raw (name: string) (e: JsonElement) = e.GetProperty(name).GetRawText()

[<Tests>]
let tests =
    testList
        "JsonResultTests"
        [
            test
                "An estimate stands there with its error and direction, that of its record also under their plain names" {
                let e = Estimate.create 0.1 0.02 Direction.LowerBound

                written [ ResultRow.principal "m_nats" "" "" e; ResultRow.estimate "s_nats" "" "" e ] (fun json ->
                    Expect.equal (raw "m_nats" json) "0.1" "the value"
                    Expect.equal (raw "m_nats_standard_error" json) "0.02" "its error"
                    Expect.equal (raw "standard_error" json) "0.02" "its error by its plain name"
                    Expect.equal (raw "direction" json) "\"lower_bound\"" "its direction"
                    Expect.equal (raw "s_nats_standard_error" json) "0.02" "the error of the other"
                    Expect.equal (raw "s_nats_direction" json) "\"lower_bound\"" "the direction of the other")
            }

            test "Numbers have all their digits whatever people see, and are null where they are not finite" {
                written
                    [
                        ResultRow.number "a" "" "" 1 (0.1 + 0.2)
                        ResultRow.number "b" "" "" 1 nan
                        ResultRow.number "c" "" "" 1 infinity
                        ResultRow.estimate "d" "" "" (Estimate.create nan infinity Direction.Exact)
                        ResultRow.count "e" "" 3
                    ]
                    (fun json ->
                        Expect.equal (raw "a" json) "0.30000000000000004" "all digits"

                        for name in [ "b"; "c"; "d"; "d_standard_error" ] do
                            Expect.equal (raw name json) "null" name

                        Expect.equal (raw "e" json) "3" "a count")
            }

            test "Texts come back as they are, and records and tables are objects and arrays" {
                let text = "a \"quoted\" <b> \\ Å\n"

                written
                    [
                        ResultRow.text "text" "" text
                        ResultRow.texts "texts" "" [ text; "" ]
                        ResultRow.flag "flag" "" true
                        ResultRow.record "record" "" [ ResultRow.count "x" "" 1; ResultRow.count "" "people" 2 ]
                        ResultRow.table "table" "" [ [ ResultRow.count "x" "" 1 ]; [] ]
                        ResultRow.curve "curve" "" [ [ ResultRow.count "x" "" 1 ] ]
                    ]
                    (fun json ->
                        Expect.equal (json.GetProperty("text").GetString()) text "the text"
                        let first = (json.GetProperty "texts")[0]
                        Expect.equal (first.GetString()) text "a text of several"
                        Expect.isTrue (json.GetProperty("flag").GetBoolean()) "the flag"

                        let compact name =
                            (raw name json).Replace(" ", "").Replace("\n", "")

                        Expect.equal (compact "record") "{\"x\":1}" "the record"
                        Expect.equal (compact "table") "[{\"x\":1},{}]" "the table"
                        Expect.equal (compact "curve") "[{\"x\":1}]" "the curve"
                        Expect.equal (compact "versions") "{\"mice\":\"0.0.0\"}" "the versions")
            }
        ]
