namespace Mice.Entropy

open Mice
open Mice.Tensors

/// What the calculation at one temperature hands on to the next lower temperature.
type internal LatticeHandover =
    {
        /// Trained parameters of each method, by the name of the method.
        Weights: Map<string, Params>
        /// Labels of the temperatures that the parameters were trained at, one after the other.
        Passed: string list
    }

/// The temperatures of a calculation, one after the other, with a checkpoint of each method.
module internal LatticeTemperatures =
    /// The start of a sweep: no temperature was passed, and networks start from random parameters.
    let beginning = { Weights = Map.empty; Passed = [] }

    let private noCheckpoint name =
        Result.mapError (fun (_: MiceError) ->
            [
                MiceError.BadFile(name, None, None, "this is no checkpoint of lattice entropies.")
            ])

    /// Points from a checkpoint, or computed and then kept in the checkpoint.
    let kept (file: string) (compute: unit -> Result<LatticeResult list, MiceError list>) (run: Run) =
        Run.kept file (LatticeResult.ofBytes file) LatticeResult.toBytes compute run

    let private weightsOf (found: LatticeFound) = found.Weights
    let private pointsOf (found: LatticeFound) = found.Points

    /// Points and trained parameters from two checkpoints, or computed and then kept. The parameters are written first and read first: wherever a checkpoint
    /// of points exists, the parameters exist too.
    let private keptWithWeights (file: string) (compute: unit -> Result<LatticeFound, MiceError list>) (run: Run) =
        let weightsFile = file + "-weights"
        let found = lazy (compute ())

        let weights content =
            Safetensors.ofBytes weightsFile content |> Result.map fst |> noCheckpoint weightsFile

        validate {
            let! weights =
                Run.kept
                    weightsFile
                    weights
                    (Safetensors.toBytes [])
                    (fun () -> found.Value |> Result.map weightsOf)
                    run

            let! points = kept file (fun () -> found.Value |> Result.map pointsOf) run
            return { Points = points; Weights = weights }
        }

    /// Part of the name of a checkpoint: it tells apart results whose networks were trained at different temperatures before. Empty where networks start from
    /// random parameters.
    let private suffix (before: LatticeHandover) (first: Params) =
        if Array.isEmpty (Params.branches first) then
            ""
        else
            let digest = RunStore.digest (fun writer -> before.Passed |> List.iter writer.Write)

            "-after-" + digest[..15]

    /// The points of one temperature. A method whose checkpoint exists is not computed again, and no snapshots are drawn when all checkpoints exist. The run
    /// has the key of the temperature; the label of the temperature is part of the names of checkpoints.
    let points
        (options: LatticeEntropyOptions)
        (run: Run)
        (label: string)
        (before: LatticeHandover)
        (draw: Run -> Result<LatticeSample<'spin>, MiceError list>)
        (apply: Run -> LatticeSample<'spin> -> LatticeMethod -> Result<LatticeFound, MiceError list>)
        : Result<LatticeResult list * LatticeHandover, MiceError list> =
        let share = 1.0 / float (options.Methods.Length + 1)

        let part index name =
            run |> Run.within (share * float index) share $"T = {label}, {name}" |> Run.named name

        let sample = lazy (draw (part 0 "sampling"))

        let foundBy index method =
            let name = LatticeMethod.name method
            let first = before.Weights |> Map.tryFind name |> Option.defaultValue Params.empty
            let file = $"{name}-{label}{suffix before first}"

            let compute () =
                sample.Value
                |> Result.bind (fun drawn ->
                    let started =
                        { drawn with
                            Data = { drawn.Data with First = first }
                        }

                    apply (part (index + 1) name |> Run.below file) started method)

            if options.Transfer then
                keptWithWeights file compute run |> Result.map (fun f -> f.Points, (name, f.Weights))
            else
                kept file (compute >> Result.map pointsOf) run |> Result.map (fun p -> p, (name, Params.empty))

        options.Methods
        |> List.mapi foundBy
        |> Validate.all
        |> Result.map (fun found ->
            List.collect fst found,
            {
                Weights = found |> List.map snd |> Map.ofList
                Passed = before.Passed @ [ label ]
            })

    /// The points of all temperatures, in the order in which the temperatures were given. Where networks are handed on, the temperatures are computed from the
    /// highest to the lowest, and a fault stops the sweep.
    let run
        (options: LatticeEntropyOptions)
        (run: Run)
        (temperatures: float list)
        (atTemperature: Run -> LatticeHandover -> float -> Result<LatticeResult list * LatticeHandover, MiceError list>)
        : Result<LatticeResult list, MiceError list> =
        let share = 1.0 / float temperatures.Length

        let part index =
            Run.within (share * float index) share "" run

        if options.Transfer then
            let next state (index, t) =
                state
                |> Result.bind (fun (points, before) ->
                    atTemperature (part index) before t
                    |> Result.map (fun (found, after) -> (t, found) :: points, after))

            temperatures
            |> List.sortDescending
            |> List.indexed
            |> List.fold next (Ok([], beginning))
            |> Result.map (fun (points, _) ->
                temperatures |> List.collect (fun t -> points |> List.find (fst >> (=) t) |> snd))
        else
            temperatures
            |> List.mapi (fun i t -> atTemperature (part i) beginning t |> Result.map fst)
            |> Validate.all
            |> Result.map List.concat
