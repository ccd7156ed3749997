namespace Mice.Quests

open System
open System.IO
open System.Text
open Mice
open Mice.Atoms

/// <summary>Files of descriptors: .npy, one row for each environment, and CSV for reading.</summary>
[<RequireQualifiedAccess>]
module DescriptorFile =
    /// <summary>Is this the name of a file of descriptors?</summary>
    /// <param name="path">A path.</param>
    let isNumPy (path: string) : bool =
        path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)

    /// All numbers of a .npy file, as what is made of them and its shape; or why its shape will not do.
    let private readAll
        (path: string)
        (make: int list -> Result<float[] -> Result<'a, MiceError list>, string>)
        : Result<'a, MiceError list> =
        InputFile.read path (fun stream ->
            let bad fault =
                Error [ MiceError.BadFile(path, None, None, fault) ]

            match NumPyArray.readHeader stream with
            | Error fault -> bad fault
            | Ok header ->
                match make header.Shape with
                | Error fault -> bad fault
                | Ok finish ->
                    let values = Array.zeroCreate (List.fold (*) 1 header.Shape)

                    match stream |> NumPyArray.readValues header (fun i value -> values[int i] <- value) with
                    | Error fault -> bad fault
                    | Ok() -> finish values)

    /// <summary>Descriptors of a .npy file of two axes, environments and components.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile, BadFile (no such file, another number of axes), OutOfRange (numbers that are not finite).</returns>
    let read (path: string) : Result<PointSet, MiceError list> =
        let points columns values =
            PointSet.ofRows columns values
            |> Result.mapError (List.map (fun fault -> MiceError.BadFile(path, None, None, MiceError.message fault)))

        readAll path (function
            | [ rows; columns ] when int64 rows * int64 columns <= int64 Array.MaxLength -> Ok(points columns)
            | [ rows; columns ] -> Error $"{rows} rows of {columns} numbers are more than Mice reads at once."
            | axes -> Error $"it has {axes.Length} axes; descriptors have two, environments and components.")

    /// <summary>One number for each environment, of a .npy file of one axis.</summary>
    /// <param name="path">The file.</param>
    /// <returns>[n]. Errors: MissingFile, BadFile (no such file, another number of axes).</returns>
    let readNumbers (path: string) : Result<float[], MiceError list> =
        readAll path (function
            | [ _ ] -> Ok Ok
            | axes -> Error $"it has {axes.Length} axes; a number for each environment has one.")

    /// <summary>Writes descriptors as a .npy file of 64-bit floats, [n; d].</summary>
    /// <param name="path">The file, which is there completely or not at all.</param>
    /// <param name="points">The descriptors.</param>
    let writeNumPy (path: string) (points: PointSet) : unit =
        RunStore.saveAtomically
            path
            (NumPyArray.writeFloat64
                [ points.Count; points.Dimension ]
                (Seq.init points.Count (fun i -> PointSet.row i points)))

    /// Names of the components of a form: x1_1 … x1_k, x2_1 … x2_(k−1), with the species before them where these count.
    let private headings (options: EnvironmentOptions) (species: string[]) : string list =
        let k = options.Neighbours
        let radial name = [ for i in 1..k -> $"{name}x1_{i}" ]

        let angular name =
            [ for i in 1 .. k - 1 -> $"{name}x2_{i}" ]

        match options.Species with
        | SpeciesForm.Alike -> radial "" @ angular ""
        | SpeciesForm.Sublattices ->
            let names = "all_" :: [ for s in species -> $"{s}_" ]
            List.collect radial names @ List.collect angular names
        | SpeciesForm.Pairs ->
            [
                for a in species do
                    for b in species do
                        yield! radial $"{a}-{b}_" @ angular $"{a}-{b}_"
            ]

    /// <summary>Writes descriptors as comma-separated values: frame and atom, counted from 1, then the components.</summary>
    /// <param name="path">The file, which is there completely or not at all.</param>
    /// <param name="options">What the descriptors are.</param>
    /// <param name="species">The species of the components.</param>
    /// <param name="environments">The environments.</param>
    let writeCsv (path: string) (options: EnvironmentOptions) (species: string[]) (environments: Environments) : unit =
        RunStore.saveAtomically path (fun stream ->
            use writer = new StreamWriter(stream, UTF8Encoding false, 1 <<< 16, true)
            writer.Write(String.Join(',', "frame" :: "atom" :: headings options species) + "\n")

            for f in 0 .. Environments.frames environments - 1 do
                for i in environments.Offsets[f] .. environments.Offsets[f + 1] - 1 do
                    writer.Write $"{f + 1},{i - environments.Offsets[f] + 1}"

                    for x in PointSet.row i environments.Points do
                        writer.Write ','
                        writer.Write(Number.text x)

                    writer.Write '\n')

    /// <summary>Writes numbers of environments as comma-separated values: frame and atom, counted from 1, then the numbers.</summary>
    /// <param name="path">The file, which is there completely or not at all.</param>
    /// <param name="columns">Names of columns with a number for each environment.</param>
    /// <param name="environments">The environments.</param>
    let writeColumns (path: string) (columns: (string * float[]) list) (environments: Environments) : unit =
        RunStore.saveAtomically path (fun stream ->
            use writer = new StreamWriter(stream, UTF8Encoding false, 1 <<< 16, true)
            writer.Write(String.Join(',', "frame" :: "atom" :: List.map fst columns) + "\n")

            for f in 0 .. Environments.frames environments - 1 do
                for i in environments.Offsets[f] .. environments.Offsets[f + 1] - 1 do
                    let numbers = columns |> List.map (fun (_, values) -> Number.text values[i])

                    writer.Write(
                        String.Join(',', string (f + 1) :: string (i - environments.Offsets[f] + 1) :: numbers) + "\n"
                    ))

    /// <summary>A snapshot with a further column of its atoms.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="values">A number for each atom.</param>
    /// <param name="snapshot">The snapshot.</param>
    let withColumn (name: string) (values: float[]) (snapshot: Snapshot) : Snapshot =
        let column =
            {
                Width = 1
                Values = ColumnValues.Reals values
            }

        { snapshot with
            Columns = Map.add name column snapshot.Columns
        }

    /// <summary>Snapshots with further columns.</summary>
    /// <param name="columns">Names of columns with a number for each environment.</param>
    /// <param name="environments">The environments of the snapshots.</param>
    /// <param name="snapshots">The snapshots.</param>
    let withColumns
        (columns: (string * float[]) list)
        (environments: Environments)
        (snapshots: Snapshot[])
        : Snapshot[] =
        (snapshots, columns)
        ||> List.fold (fun snapshots (name, values) ->
            Environments.byFrame values environments
            |> Array.map2 (fun snapshot values -> withColumn name values snapshot) snapshots)
