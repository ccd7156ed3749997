namespace Mice.Cli

open System
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots

/// Results as JSON for scripts: snake_case keys with units in the name; numbers that are not finite become null.
[<RequireQualifiedAccess>]
module JsonResult =

    let internal number (json: Utf8JsonWriter) (name: string) (value: float) =
        if Double.IsFinite value then
            json.WriteNumber(name, value)
        else
            json.WriteNull name

    /// Value and, beside it, its standard error.
    let internal estimate (json: Utf8JsonWriter) (name: string) (e: Estimate<'u>) =
        number json name (float e.Value)
        number json $"{name}_standard_error" (float e.StandardError)

    let internal pairs (json: Utf8JsonWriter) (name: string) (items: (string * string) list) =
        json.WriteStartObject name

        // A setting that is given twice is one setting.
        for key, value in items |> List.distinctBy fst do
            json.WriteString(key, value)

        json.WriteEndObject()

    let internal checks (json: Utf8JsonWriter) (items: Check list) =
        json.WriteBoolean("passed", items |> List.forall (fun c -> c.Passed))
        json.WriteStartArray "checks"

        for item in items do
            json.WriteStartObject()
            json.WriteString("name", item.Name)
            json.WriteBoolean("passed", item.Passed)
            json.WriteString("detail", item.Detail)
            json.WriteEndObject()

        json.WriteEndArray()

    let internal objects (json: Utf8JsonWriter) (name: string) (items: 'a seq) (fields: 'a -> unit) =
        json.WriteStartArray name

        for item in items do
            json.WriteStartObject()
            fields item
            json.WriteEndObject()

        json.WriteEndArray()

    let internal document (fields: Utf8JsonWriter -> unit) (stream: IO.Stream) : unit =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        json.WriteStartObject()
        fields json
        json.WriteEndObject()
        json.Flush()
        stream.WriteByte 10uy

    let private estimated (json: Utf8JsonWriter) (name: string) (e: Estimate<1>) =
        number json name e.Value
        number json $"{name}_standard_error" e.StandardError

    let rec private write (json: Utf8JsonWriter) (rows: ResultRow list) =
        for row in rows do
            match row.Value with
            | ResultValue.Principal e ->
                estimated json row.Key e
                number json "standard_error" e.StandardError
                json.WriteString("direction", Direction.name e.Direction)
            | ResultValue.Estimate e ->
                estimated json row.Key e
                json.WriteString($"{row.Key}_direction", Direction.name e.Direction)
            | ResultValue.Number(value, _) -> number json row.Key value
            | ResultValue.Count count -> json.WriteNumber(row.Key, count)
            | ResultValue.Text text -> json.WriteString(row.Key, text)
            | ResultValue.Flag answer -> json.WriteBoolean(row.Key, answer)
            | ResultValue.Texts items ->
                json.WriteStartArray row.Key
                items |> List.iter json.WriteStringValue
                json.WriteEndArray()
            | ResultValue.Record inner ->
                json.WriteStartObject row.Key
                inner |> ResultRow.named |> write json
                json.WriteEndObject()
            | ResultValue.Table records
            | ResultValue.Curve records -> objects json row.Key records (ResultRow.named >> write json)

    /// Writes a result.
    let create (versions: (string * string) list) (d: ResultDescription) : IO.Stream -> unit =
        document (fun json -> d |> ResultDescription.rows versions |> write json)

    /// An estimate as three fields: value, error, direction.
    let internal directed (json: Utf8JsonWriter) (name: string) (e: Estimate<'u>) =
        number json name (float e.Value)
        number json "standard_error" (float e.StandardError)
        json.WriteString("direction", Direction.name e.Direction)
