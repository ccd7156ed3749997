namespace Mice.Atoms

open System
open System.Text

/// What the comment line of an extended XYZ file says beside box, step and columns.
[<RequireQualifiedAccess>]
module internal XyzValues =
    /// Keys that say something of a frame that is no value of it, in lower case.
    let taken = [ "lattice"; "origin"; "properties"; "pbc"; "step"; "timestep" ]

    let private bytes (text: string) =
        ReadOnlySpan<byte>(Encoding.UTF8.GetBytes text)

    let private finite (text: string) : float option =
        let mutable value = 0.0

        if Fields.tryFloat (bytes text) &value && Double.IsFinite value then
            Some value
        else
            None

    let private integer (text: string) : int64 option =
        let mutable value = 0L

        if Fields.tryInteger (bytes text) &value then
            Some value
        else
            None

    /// All parts as finite numbers; nothing when one of them is none.
    let private vector (parts: string[]) : float[] option =
        let found = parts |> Array.choose finite
        if found.Length = parts.Length then Some found else None

    let private scalar (text: string) (part: string) : FrameValue =
        match part, integer part, finite part with
        | ("T" | "true" | "True" | "TRUE"), _, _ -> FrameValue.Boolean true
        | ("F" | "false" | "False" | "FALSE"), _, _ -> FrameValue.Boolean false
        | _, Some whole, _ -> FrameValue.Integer whole
        | _, None, Some real -> FrameValue.Real real
        | _ -> FrameValue.Text text

    /// A word, or the quoted numbers of an array of the old style.
    let private word (text: string) : FrameValue =
        match text.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries) with
        | [||] -> FrameValue.Text text
        | [| part |] -> scalar text part
        | parts -> vector parts |> Option.map FrameValue.Vector |> Option.defaultValue (FrameValue.Text text)

    let private table (key: string) (rows: string list list) : Result<FrameValue, string> =
        let rows = rows |> List.map Array.ofList |> Array.ofList
        let numbers = rows |> Array.choose vector
        let given = Fields.quoteText key

        if rows |> Array.exists (fun row -> row.Length <> rows[0].Length) then
            Error $"the rows of {given} are not of one length"
        elif numbers.Length <> rows.Length then
            Error $"the table {given} has something else than finite numbers in it"
        else
            Ok(FrameValue.Matrix(Array2D.init rows.Length rows[0].Length (fun i j -> numbers[i][j])))

    let private valueOf (key: string) (value: XyzValue) : Result<FrameValue, string> =
        match value with
        | XyzValue.Word text -> Ok(word text)
        | XyzValue.Table rows -> table key rows
        | XyzValue.List parts ->
            let parts = Array.ofList parts
            Ok(vector parts |> Option.map FrameValue.Vector |> Option.defaultValue (FrameValue.Words parts))

    /// Keys whose meaning is fixed have values of its kind.
    let private checkKnown (key: string) (value: FrameValue) : Result<unit, string> =
        match key.ToLowerInvariant(), value with
        | ("energy" | "free_energy" | "potential_energy"), (FrameValue.Real _ | FrameValue.Integer _) -> Ok()
        | ("energy" | "free_energy" | "potential_energy"), _ -> Error $"{key} has to be one finite number"
        | ("stress" | "virial"), value when (Snapshot.tensorOf value).IsNone ->
            Error $"{key} has to be 3×3, nine or six finite numbers"
        | _ -> Ok()

    let private one (lines: TextLines) (pairs: (string * XyzValue) list) (key: string) : string * FrameValue =
        let value =
            match XyzHeader.find [ key ] pairs with
            | Error text -> Error text
            | Ok None -> invalidOp $"'{key}' is no key of this line."
            | Ok(Some(_, value)) -> valueOf key value

        match value |> Result.bind (fun found -> checkKnown key found |> Result.map (fun () -> found)) with
        | Ok found -> key, found
        | Error text -> Frames.fault lines text

    /// <summary>The values of a frame.</summary>
    /// <param name="lines">At the comment line.</param>
    /// <param name="pairs">Its keys and values. A key that stands there twice, in whatever case, has one value, or it is a fault.</param>
    let ofPairs (lines: TextLines) (pairs: (string * XyzValue) list) : Map<string, FrameValue> =
        pairs
        |> List.map fst
        |> List.filter (fun key -> not (List.contains (key.ToLowerInvariant()) taken))
        |> List.distinctBy _.ToLowerInvariant()
        |> List.map (one lines pairs)
        |> Map.ofList
