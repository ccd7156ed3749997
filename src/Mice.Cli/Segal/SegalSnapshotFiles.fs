namespace Mice.Cli

open Mice
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

    /// <summary>Snapshots from the values of --snapshots and --conditions, both of which are given or none.</summary>
    let read (s: SemiGrandSystem) (snapshots: string option) (given: string option) : Read<ThermalSnapshots option> =
        match snapshots, given with
        | None, None -> Ok None
        | Some path, None -> Error [ MiceError.OutOfRange("--conditions", "missing", $"those of {path}") ]
        | None, Some path -> Error [ MiceError.OutOfRange("--snapshots", "missing", $"those of {path}") ]
        | Some path, Some other ->
            validate {
                let! conditions = conditions other

                and! states =
                    match s.Origin with
                    | SystemOrigin.Ising model -> spins model path
                    | _ -> occupations s.Sites path

                return! ThermalSnapshots.create s conditions states |> Result.map Some
            }
