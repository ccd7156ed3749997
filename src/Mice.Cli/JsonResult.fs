namespace Mice.Cli

open System
open System.Text.Json
open Mice

/// Results as JSON for scripts: snake_case keys with units in the name; numbers that are not finite become null.
[<RequireQualifiedAccess>]
module JsonResult =
    let private number (json: Utf8JsonWriter) (name: string) (value: float) =
        if Double.IsFinite value then
            json.WriteNumber(name, value)
        else
            json.WriteNull name

    /// Value and, beside it, its standard error.
    let private estimate (json: Utf8JsonWriter) (name: string) (e: Estimate<1>) =
        number json name e.Value
        number json $"{name}_standard_error" e.StandardError

    let rec private write (json: Utf8JsonWriter) (rows: ResultRow list) =
        for row in ResultRow.named rows do
            match row.Value with
            | ResultValue.Principal e ->
                estimate json row.Key e
                number json "standard_error" e.StandardError
                json.WriteString("direction", Direction.name e.Direction)
            | ResultValue.Estimate e ->
                estimate json row.Key e
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
                write json inner
                json.WriteEndObject()
            | ResultValue.Table records
            | ResultValue.Curve records ->
                json.WriteStartArray row.Key

                for record in records do
                    json.WriteStartObject()
                    write json record
                    json.WriteEndObject()

                json.WriteEndArray()

    /// <summary>Writes a result. Beside an estimate stand its standard error and its direction under its own name; those of the estimate that a
    /// record is about stand there as <c>standard_error</c> and <c>direction</c>.</summary>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="d">What was found.</param>
    /// <param name="stream">Where to.</param>
    let create (versions: (string * string) list) (d: ResultDescription) (stream: IO.Stream) : unit =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        json.WriteStartObject()
        d |> ResultDescription.rows versions |> write json
        json.WriteEndObject()
        json.Flush()
        stream.WriteByte 10uy
