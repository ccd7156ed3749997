namespace Mice.Cli

open Mice

/// Reading of ranges, lists of numbers and multiples.
[<RequireQualifiedAccess>]
module GridArguments =
    let private outOfRange name given allowed =
        Error [ MiceError.OutOfRange(name, given, allowed) ]

    /// Two numbers with a colon between: the ends of a range.
    let range (name: string) (text: string option) : Read<float * float> =
        let allowed = "two numbers with a colon between, the lower one first: 1.5:3.5"

        match text with
        | None -> outOfRange name "missing" allowed
        | Some text ->
            match text.Split ':' |> Array.map Number.tryFinite with
            | [| Some low; Some high |] when low <= high -> Ok(low, high)
            | _ -> outOfRange name $"'{text}'" allowed

    /// Evenly from one end to the other; the last digits, which are those of rounding, are cut.
    let even (low: float) (high: float) (count: int) : float[] =
        Array.init count (fun i ->
            if count = 1 then
                low
            else
                // Fifteen digits of the larger end are good in double precision.
                let digits = 14 - int (ceil (log10 (max 1e-300 (max (abs low) (abs high)))))
                System.Math.Round(low + (high - low) * float i / float (count - 1), System.Math.Clamp(digits, 0, 15)))

    /// The most values of one argument.
    [<Literal>]
    let private Most = 10_000

    /// Numbers with commas between, or first:last:count; missing ones are a fault.
    let values (name: string) (text: string option) : Read<float[]> =
        let allowed =
            $"numbers with commas between, or first:last:count with a count from 2 to {Most}"

        match text with
        | None -> outOfRange name "missing" allowed
        | Some text when text.Contains ':' ->
            match text.Split ':' with
            | [| first; last; count |] ->
                match Number.tryFinite first, Number.tryFinite last, Number.tryCount count with
                | Some first, Some last, Some count when count >= 2 && count <= Most -> Ok(even first last count)
                | _ -> outOfRange name $"'{text}'" allowed
            | _ -> outOfRange name $"'{text}'" allowed
        | Some text ->
            text.Split ','
            |> List.ofArray
            |> List.map (fun part -> Options.number name allowed (fun _ -> true) (part.Trim()))
            |> Validate.all
            |> Result.map Array.ofList

    /// Whole numbers with x between: sides, or multiples of vectors.
    let multiples (name: string) (text: string option) : Read<int list> =
        let allowed = "whole numbers of 1 or more with x between: 10, 16x32, 2x2x4"

        match text with
        | None -> outOfRange name "missing" allowed
        | Some text ->
            match text.Split('x', '×') |> List.ofArray |> List.map Number.tryCount with
            | sides when sides |> List.forall (fun n -> n.IsSome && n.Value >= 1) -> Ok(List.map Option.get sides)
            | _ -> outOfRange name $"'{text}'" allowed
