namespace Mice.Cli

open System
open System.Globalization
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Tensors

/// Reading of the arguments that verbs about lattices share, and what they say of a lattice.
[<RequireQualifiedAccess>]
module LatticeArguments =
    let private text (value: float) =
        value.ToString("G3", CultureInfo.InvariantCulture)

    /// The value of --device: lattices need none but the processor.
    let processor (name: string option) : Read<Device> =
        match name with
        | None
        | Some "cpu" -> Ok Device.cpu
        | Some other ->
            Error
                [
                    MiceError.OutOfRange("--device", $"'{other}'", "cpu: lattices are computed on the processor")
                ]

    /// The value of --size: one side, or one for each axis.
    let size (text: string option) : Read<int list> =
        let allowed =
            "an integer from 2 to 1024, or one for each axis with x between: 16x32"

        let side (part: string) =
            Number.tryCount part |> Option.filter (fun n -> n >= 2 && n <= 1024)

        match text with
        | None -> Error [ MiceError.OutOfRange("--size", "missing", allowed) ]
        | Some text ->
            match text.Split('x', '×') |> List.ofArray |> List.map side with
            | sides when List.forall Option.isSome sides -> Ok(List.map Option.get sides)
            | _ -> Error [ MiceError.OutOfRange("--size", $"'{text}'", allowed) ]

    /// The value of --temperature: one or more different ones.
    let temperatures (text: string option) : Read<float list> =
        let allowed = "numbers above 0, separated by commas"

        match text with
        | None -> Error [ MiceError.OutOfRange("--temperature", "missing", allowed) ]
        | Some text ->
            text.Split ','
            |> List.ofArray
            |> List.map (fun t -> Options.number "--temperature" allowed (fun t -> t > 0.0) (t.Trim()))
            |> Validate.all
            |> Result.map List.distinct

    /// The value of --error: the largest standard error that is wanted.
    let error (text: string option) : Read<float option> =
        match text with
        | None -> Ok None
        | Some text -> Options.number "--error" "nats per site, above 0" (fun e -> e > 0.0) text |> Result.map Some

    /// <summary>Every estimate from snapshots whose error is larger than the one that is wanted, with the number of snapshots that it
    /// would take: errors fall with the root of that number.</summary>
    /// <param name="wanted">The value of --error.</param>
    /// <param name="snapshots">How many there are at each temperature.</param>
    /// <param name="points">What was found.</param>
    let tooFew (wanted: float option) (snapshots: int) (points: LatticeResult list) : MiceError list =
        [
            match wanted with
            | None -> ()
            | Some wanted ->
                for p in points do
                    let error = float p.EntropyPerSite.StandardError

                    if p.Method <> LatticeMethod.name LatticeMethod.Integration && error > wanted then
                        let needed =
                            float snapshots * (error / wanted) ** 2.0 |> ceil |> min (float Int32.MaxValue)

                        // Of snapshots from elsewhere there may be no temperature.
                        let place =
                            if Double.IsNaN p.Temperature then
                                ""
                            else
                                $" at T = {text p.Temperature}"

                        MiceError.TooFewData(
                            "snapshots",
                            snapshots,
                            int needed,
                            $"The error of {p.Method}{place} is {text error} nats per site, not {text wanted}."
                        )
        ]

    /// The value of --method: names of methods, both (mice and scan; when not given) or all.
    let methods (known: LatticeMethod list) (text: string option) : Read<LatticeMethod list> =
        let words =
            (known |> List.map (fun m -> LatticeMethod.name m, [ m ]))
            @ [ "both", LatticeEntropyOptions.defaults.Methods; "all", known ]

        let names =
            (defaultArg text "both").Split ',' |> Array.map (fun n -> n.Trim()) |> List.ofArray

        match names |> List.filter (fun n -> not (List.exists (fst >> (=) n) words)) with
        | [] -> names |> List.collect (fun n -> words |> List.find (fst >> (=) n) |> snd) |> List.distinct |> Ok
        | unknown -> Error [ for n in unknown -> MiceError.UnknownName("method", n, List.map fst words) ]

    /// How entropies are estimated: a third of the steps when it is to be quick.
    let entropy (quick: bool) (methods: LatticeMethod list) : LatticeEntropyOptions =
        let start = LatticeEntropyOptions.defaults
        let steps n = if quick then n / 3 else n

        { start with
            Methods = methods
            Scan =
                { start.Scan with
                    Steps = steps start.Scan.Steps
                }
            Mice =
                { start.Mice with
                    Training =
                        { start.Mice.Training with
                            Steps = steps start.Mice.Training.Steps
                        }
                }
        }

    /// The parameters of a family as arguments.
    let free (family: LatticeFamily) : FreeArgument list =
        family.Parameters |> List.map (fun p -> { Name = p.Name; Usage = p.Usage })

    /// What a family is asked for to learn what it can do.
    let smallest: LatticeRequest = LatticeFamily.request [ 2 ]

    /// Faults of the parameters of a model, whatever its size.
    let parameterFaults (family: LatticeFamily) (given: (string * string) list) : MiceError list =
        LatticeFamily.create { smallest with Parameters = given } family |> Validate.faults
