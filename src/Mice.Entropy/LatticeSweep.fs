namespace Mice.Entropy

open Mice
open Mice.Tensors

/// What one temperature hands on to the next lower one.
type internal LatticeHandover =
    {
        /// What the networks of each method have learned, by its name.
        Weights: Map<string, Params>
        /// The temperatures that it has passed through.
        Passed: string list
    }

/// The temperatures of a calculation, one after the other, with a checkpoint of each method.
module internal LatticeSweep =
    /// Networks start from nothing.
    let beginning = { Weights = Map.empty; Passed = [] }

    /// Part of the work as a share of all of it.
    let share first length (progress: Progress -> unit) (p: Progress) =
        progress
            { p with
                Fraction = first + length * p.Fraction
            }

    let private loaded (store: RunStore option) (file: string) =
        match store with
        | None -> Ok None
        | Some store -> RunStore.tryLoad file store |> Result.mapError List.singleton

    let private loadedPoints store file =
        loaded store file
        |> Result.bind (function
            | Some content -> LatticePoint.ofBytes file content |> Result.map Some
            | None -> Ok None)

    /// What was found in a checkpoint, or computed and saved there.
    let private orComputed store save compute found =
        found
        |> Result.bind (function
            | Some found -> Ok found
            | None ->
                compute ()
                |> Result.map (fun found ->
                    store |> Option.iter (save found)
                    found))

    let private savePoints (file: string) points =
        RunStore.save file (LatticePoint.toBytes points)

    /// Points from a checkpoint, or computed and kept in it.
    let kept (store: RunStore option) (file: string) (compute: unit -> Result<LatticePoint list, MiceError list>) =
        loadedPoints store file |> orComputed store (savePoints file) compute

    /// The same of points and weights. Points are kept last: where they are, so are the weights.
    let private keptWithWeights store (file: string) (compute: unit -> Result<LatticeFound, MiceError list>) =
        let weightsFile = file + "-weights"

        let withWeights points =
            loaded store weightsFile
            |> Result.bind (function
                | Some content ->
                    Safetensors.ofBytes weightsFile content
                    |> Result.map (fun (weights, _) -> Some { Points = points; Weights = weights })
                    |> Result.mapError List.singleton
                | None -> Ok None)

        let save (found: LatticeFound) store =
            RunStore.save weightsFile (Safetensors.toBytes [] found.Weights) store
            savePoints file found.Points store

        loadedPoints store file
        |> Result.bind (function
            | Some points -> withWeights points
            | None -> Ok None)
        |> orComputed store save compute

    /// What tells results apart whose networks have passed through different temperatures: nothing where they start from nothing.
    let private suffix (before: LatticeHandover) (first: Params) =
        if Array.isEmpty (Params.branches first) then
            ""
        else
            let digest = RunStore.digest (fun writer -> before.Passed |> List.iter writer.Write)

            "-after-" + digest[..15]

    /// <summary>The points of one temperature; what a checkpoint holds is not computed again, and no snapshots are drawn when it holds all.</summary>
    /// <param name="options">Methods, and whether they hand on what they learned.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="store">The checkpoint.</param>
    /// <param name="label">The temperature, in names.</param>
    /// <param name="before">From the temperature before.</param>
    /// <param name="key">All randomness.</param>
    /// <param name="draw">Draws the snapshots.</param>
    /// <param name="apply">Applies a method to them, its networks starting from some.</param>
    let points
        (options: LatticeEntropyOptions)
        (progress: Progress -> unit)
        (store: RunStore option)
        (label: string)
        (before: LatticeHandover)
        (key: Key)
        (draw: (Progress -> unit) -> Key -> Result<'sample, MiceError list>)
        (apply: (Progress -> unit) -> Key -> Params -> 'sample -> LatticeMethod -> Result<LatticeFound, MiceError list>)
        : Result<LatticePoint list * LatticeHandover, MiceError list> =
        let parts = float (options.Methods.Length + 1)

        let part index phase (p: Progress) =
            share
                (float index / parts)
                (1.0 / parts)
                progress
                { p with
                    Message = $"T = {label}, {phase}: {p.Message}"
                }

        let sample = lazy (draw (part 0 "sampling") (Key.named "sampling" key))

        let foundBy index method =
            let name = LatticeMethod.name method
            let first = before.Weights |> Map.tryFind name |> Option.defaultValue Params.empty

            let compute () =
                sample.Value
                |> Result.bind (fun found -> apply (part (index + 1) name) (Key.named name key) first found method)

            let file = $"{name}-{label}{suffix before first}"

            if options.Transfer then
                keptWithWeights store file compute |> Result.map (fun f -> [ f.Points, (name, f.Weights) ])
            else
                kept store file (compute >> Result.map _.Points)
                |> Result.map (fun p -> [ p, (name, Params.empty) ])

        options.Methods
        |> List.mapi foundBy
        |> LatticeMethods.together
        |> Result.map (fun found ->
            List.collect fst found,
            {
                Weights = found |> List.map snd |> Map.ofList
                Passed = before.Passed @ [ label ]
            })

    /// All temperatures; where networks hand on what they learned from the highest to the lowest, and then no further than a fault. The points
    /// are in the order of the temperatures that were given.
    let run
        (options: LatticeEntropyOptions)
        (temperatures: float list)
        (atTemperature: int -> LatticeHandover -> float -> Result<LatticePoint list * LatticeHandover, MiceError list>)
        : Result<LatticePoint list, MiceError list> =
        if options.Transfer then
            let next state (index, t) =
                state
                |> Result.bind (fun (points, before) ->
                    atTemperature index before t |> Result.map (fun (found, after) -> (t, found) :: points, after))

            temperatures
            |> List.sortDescending
            |> List.indexed
            |> List.fold next (Ok([], beginning))
            |> Result.map (fun (points, _) ->
                temperatures |> List.collect (fun t -> points |> List.find (fst >> (=) t) |> snd))
        else
            temperatures
            |> List.mapi (fun i t -> atTemperature i beginning t |> Result.map fst)
            |> LatticeMethods.together
