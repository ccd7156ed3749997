namespace Mice.Cli

open Mice
open Mice.Alloys
open Mice.Atoms
open Mice.Information
open Mice.Samplers
open Mice.Segal

/// Reading of a user's own snapshots of lattices at several temperatures and fields.
[<RequireQualifiedAccess>]
module SegalSnapshotFiles =
    let private bad path line fault =
        Error [ MiceError.BadFile(path, None, line, fault) ]

    let private conditions (path: string) : Read<Conditions[]> =
        SampleFile.read path
        |> Result.bind (fun sample ->
            if sample.Columns <> 2 then
                bad path None $"it has {sample.Columns} columns; temperature and field are wanted"
            else
                Ok(
                    Array.init sample.Rows (fun i ->
                        {
                            Temperature = sample.Values[2 * i]
                            Field = sample.Values[2 * i + 1]
                        })
                ))

    let private spins (model: IsingModel) (path: string) : Read<byte[]> =
        SnapshotFile.readSpins path
        |> Result.bind (fun found ->
            if found.Shape = [| model.Rows; model.Columns |] then
                Ok(found.Sites |> Array.collect (Array.map (fun spin -> if spin > 0y then 1uy else 0uy)))
            else
                Error
                    [
                        MiceError.Mismatch(
                            "--size and the lattice of the snapshots",
                            $"{model.Rows}x{model.Columns}",
                            found.Shape |> Array.map string |> String.concat "x"
                        )
                    ])

    /// Occupations as 1 and 0 or as 1 and −1, one way in all of the file.
    let private occupations (sites: int) (path: string) : Read<byte[]> =
        SampleFile.read path
        |> Result.bind (fun sample ->
            let others = if Array.contains -1.0 sample.Values then -1.0 else 0.0

            let isOther x = x <> 1.0 && x <> others

            match Array.tryFindIndex isOther sample.Values with
            | Some at ->
                bad
                    path
                    None
                    $"site {at % sample.Columns + 1} of snapshot {at / sample.Columns + 1} is {Number.text sample.Values[at]}; 1 and 0, or 1 and −1, are wanted in all of the file"
            | None when sample.Columns <> sites ->
                bad path None $"it has {sample.Columns} columns; the cell has {sites} sites"
            | None -> Ok(sample.Values |> Array.map (fun x -> if x = 1.0 then 1uy else 0uy)))

    /// The temperature and Δμ of a structure, as `mice alloy` writes them.
    let private conditionsOf (name: string) (snapshot: Snapshot) : Read<Conditions> =
        let number key =
            Snapshot.number key snapshot
            |> Result.mapError (fun fault ->
                MiceError.Unavailable($"{key} of {name}", MiceError.message fault) |> List.singleton)

        validate {
            let! temperature = number AlloyOutput.temperatureKey
            and! difference = number AlloyOutput.differenceKey

            return
                {
                    Temperature = temperature
                    Field = difference
                }
        }

    /// The states of a structure that has the cell of the system, in the order of its sites.
    let private statesOf
        (expansion: ClusterExpansion)
        (cell: Supercell)
        (name: string)
        (snapshot: Snapshot)
        : Read<byte[]> =
        let text (matrix: int[]) =
            matrix |> Array.map string |> String.concat " "

        Configuration.ofSnapshot Configuration.defaultTolerance expansion.Lattice expansion.Species name snapshot
        |> Result.bind (fun found ->
            if found.Supercell.Matrix = cell.Matrix then
                Ok found.States
            else
                Error
                    [
                        MiceError.Mismatch(
                            $"--size and the box of {name}, in primitive vectors",
                            text cell.Matrix,
                            text found.Supercell.Matrix
                        )
                    ])

    /// All values, or the faults of the first that has any.
    let private untilFault (results: Read<'a> seq) : Read<'a list> =
        let results = Seq.cache results

        results
        |> Seq.tryPick (function
            | Error faults -> Some(Error faults)
            | Ok _ -> None)
        |> Option.defaultWith (fun () -> results |> List.ofSeq |> Validate.all)

    /// Structures as extended XYZ and whatever else has atoms; without a file of conditions each has its own.
    let private structures (expansion, cell: Supercell) (given: Conditions[] option) (path: string) =
        Trajectory.framesKeeping Keep.Everything path
        |> Seq.mapi (fun i frame ->
            let name = $"structure {i + 1} of {path}"

            validate {
                let! snapshot = frame |> Result.mapError List.singleton
                let! states = statesOf expansion cell name snapshot

                and! own =
                    match given with
                    | Some _ -> Ok None
                    | None -> conditionsOf name snapshot |> Result.map Some

                return own, states
            })
        |> untilFault
        |> Result.bind (fun all ->
            let states = all |> List.map snd |> Array.concat

            match given with
            | None -> Ok(all |> List.choose fst |> Array.ofList, states)
            | Some conditions when conditions.Length = all.Length -> Ok(conditions, states)
            | Some conditions ->
                Error
                    [
                        MiceError.Mismatch(
                            "rows of --conditions and structures of --snapshots",
                            string conditions.Length,
                            string all.Length
                        )
                    ])

    /// Whether a file is a table of numbers by its name.
    let private isTable (path: string) =
        [ ".npy"; ".csv" ] |> List.contains ((System.IO.Path.GetExtension path).ToLowerInvariant())

    /// <summary>Snapshots from the values of --snapshots and --conditions. Structures of an alloy may have their conditions with them; else both are given or none.</summary>
    let read (s: SemiGrandSystem) (snapshots: string option) (given: string option) : Read<ThermalSnapshots option> =
        let create (conditions, states) =
            ThermalSnapshots.create s conditions states |> Result.map Some

        match snapshots, given, s.Origin with
        | None, None, _ -> Ok None
        | None, Some other, _ -> Error [ MiceError.OutOfRange("--snapshots", "missing", $"those of {other}") ]
        | Some path, None, SystemOrigin.Alloy(expansion, cell) when not (isTable path) ->
            structures (expansion, cell) None path |> Result.bind create
        | Some path, Some other, SystemOrigin.Alloy(expansion, cell) when not (isTable path) ->
            conditions other
            |> Result.bind (fun own -> structures (expansion, cell) (Some own) path)
            |> Result.bind create
        | Some path, None, _ -> Error [ MiceError.OutOfRange("--conditions", "missing", $"those of {path}") ]
        | Some path, Some other, origin ->
            validate {
                let! conditions = conditions other

                and! states =
                    match origin with
                    | SystemOrigin.Ising model -> spins model path
                    | _ -> occupations s.Sites path

                return! create (conditions, states)
            }
