/// Numbers computed with the published implementation of QUESTS, where they are beside the repository.
module Mice.Quests.Tests.Published

open System.Globalization
open System.IO
open System.Text.Json
open Mice.Atoms

let private file (name: string) =
    Repository.needsReference [ "quests"; name ]

let number (text: string) =
    System.Double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)

/// Rows of a file of comma-separated values, without the headings.
let table (name: string) : string[][] =
    File.ReadAllLines(file name) |> Array.skip 1 |> Array.map _.Split(',')

/// Rows of numbers, from the given column on.
let numbers (from: int) (name: string) : float[][] =
    table name |> Array.map (Array.skip from >> Array.map number)

/// A JSON file.
let json (name: string) : JsonElement =
    (JsonDocument.Parse(File.ReadAllText(file name))).RootElement

let items (key: string) (element: JsonElement) : JsonElement[] =
    element.GetProperty(key).EnumerateArray() |> Array.ofSeq

let text (key: string) (element: JsonElement) = element.GetProperty(key).GetString()

let real (key: string) (element: JsonElement) = element.GetProperty(key).GetDouble()

let reals (key: string) (element: JsonElement) =
    items key element |> Array.map _.GetDouble()

let integers (key: string) (element: JsonElement) =
    items key element |> Array.map _.GetInt32()

/// The frames of a file.
let frames (name: string) : Snapshot[] =
    match Trajectory.readKeeping Keep.Everything (file name) with
    | Ok trajectory -> trajectory.Snapshots
    | Error faults -> failwithf "%A" faults

/// The frame with a name.
let structure (name: string) : Snapshot =
    frames "structures.xyz" |> Array.find (fun s -> Snapshot.value "name" s = Ok(FrameValue.Text name))
