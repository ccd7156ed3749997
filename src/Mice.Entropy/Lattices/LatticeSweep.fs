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

    let private noCheckpoint name =
        Result.mapError (fun (_: MiceError) ->
            [
                MiceError.BadFile(name, None, None, "this is no checkpoint of lattice entropies.")
            ])

    /// Points from a checkpoint, or computed and kept in it.
    let kept (file: string) (compute: unit -> Result<LatticePoint list, MiceError list>) (run: Run) =
        Run.kept file (LatticePoint.ofBytes file) LatticePoint.toBytes compute run

    let private weightsOf (found: LatticeFound) = found.Weights
    let private pointsOf (found: LatticeFound) = found.Points

    /// Points and weights from a checkpoint, or computed and kept in it: the weights under a name of their own, which is read first, so that they are there
    /// where the points are.
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

    /// What tells results apart whose networks have passed through different temperatures: nothing where they start from nothing.
    let private suffix (before: LatticeHandover) (first: Params) =
        if Array.isEmpty (Params.branches first) then
            ""
        else
            let digest = RunStore.digest (fun writer -> before.Passed |> List.iter writer.Write)

            "-after-" + digest[..15]

    /// The points of one temperature; what a checkpoint holds is not computed again, and no snapshots are drawn when it holds all. The run has the key of
    /// the temperature, whose label stands in names.
    let points
        (options: LatticeEntropyOptions)
        (run: Run)
        (label: string)
        (before: LatticeHandover)
        (draw: Run -> Result<LatticeSample<'spin>, MiceError list>)
        (apply: Run -> LatticeSample<'spin> -> LatticeMethod -> Result<LatticeFound, MiceError list>)
        : Result<LatticePoint list * LatticeHandover, MiceError list> =
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

    /// All temperatures; where networks hand on what they learned from the highest to the lowest, and then no further than a fault. The points
    /// are in the order of the temperatures that were given.
    let run
        (options: LatticeEntropyOptions)
        (run: Run)
        (temperatures: float list)
        (atTemperature: Run -> LatticeHandover -> float -> Result<LatticePoint list * LatticeHandover, MiceError list>)
        : Result<LatticePoint list, MiceError list> =
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
