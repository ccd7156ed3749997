namespace Mice.Cli

open System
open System.IO
open System.IO.Compression
open System.Text
open Mice
open Mice.Atoms
open Mice.Quests

/// Files that the verbs of `mice quests` write.
[<RequireQualifiedAccess>]
module QuestsOutput =
    /// What a file of --output may be.
    [<RequireQualifiedAccess>]
    type private Format =
        | Csv
        | Xyz

    let private formatOf (hasAtoms: bool) (path: string) : Read<Format> =
        let name =
            if path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) then
                path.Substring(0, path.Length - 3)
            else
                path

        let ends (extension: string) =
            name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)

        if ends ".csv" && name = path then
            Ok Format.Csv
        elif (ends ".xyz" || ends ".extxyz") && hasAtoms then
            Ok Format.Xyz
        else
            Error
                [
                    MiceError.OutOfRange("--output", path, "a name that ends in .csv, or in .xyz where FILE has atoms")
                ]

    /// Writes columns of numbers of the environments: extended XYZ with them, or CSV.
    let write (path: string option) (columns: (string * float[]) list) (given: GivenEnvironments) : MiceError list =
        match path with
        | None -> []
        | Some path ->
            formatOf (given.Snapshots.Length > 0) path
            |> Result.map (function
                | Format.Csv -> DescriptorFile.writeColumns path columns given.Environments
                | Format.Xyz ->
                    given.Snapshots
                    |> DescriptorFile.withColumns columns given.Environments
                    |> Trajectory.write TrajectoryFormat.ExtendedXyz path)
            |> Validate.faults

    /// Ends the writing of a file that is not to be.
    exception private Abandoned of MiceError list

    /// Work that finds δH of the atoms of one frame after the other, which are written as they are found; the file is there completely or not at all.
    let writing (path: string option) (work: (Snapshot -> float<nat>[] -> unit) -> Read<'a>) : Read<'a> =
        let deltas (differential: float<nat>[]) = differential |> Array.map float

        let into path (write: Stream -> Snapshot -> float<nat>[] -> unit) (head: string) =
            let result = ref (Error [])

            try
                RunStore.saveAtomically path (fun file ->
                    use packed =
                        if path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) then
                            new GZipStream(file, CompressionLevel.Optimal, true)
                        else
                            null

                    let stream = if isNull packed then file else packed
                    stream.Write(ReadOnlySpan(Encoding.UTF8.GetBytes head))

                    match work (write stream) with
                    | Ok found -> result.Value <- Ok found
                    | Error faults -> raise (Abandoned faults))

                result.Value
            with Abandoned faults ->
                Error faults

        match path with
        | None -> work (fun _ _ -> ())
        | Some path ->
            Outputs.saving (fun () ->
                formatOf true path
                |> Result.bind (function
                    | Format.Csv ->
                        let frame = ref 0

                        let write (stream: Stream) _ (differential: float<nat>[]) =
                            frame.Value <- frame.Value + 1

                            use writer = new StreamWriter(stream, UTF8Encoding false, 1 <<< 16, true)

                            for atom in 0 .. differential.Length - 1 do
                                writer.Write(frame.Value)
                                writer.Write ','
                                writer.Write(atom + 1)
                                writer.Write ','
                                writer.Write(float differential[atom])
                                writer.Write '\n'

                        into path write "frame,atom,delta_entropy\n"
                    | Format.Xyz ->
                        let write (stream: Stream) snapshot differential =
                            Trajectory.writeTo
                                TrajectoryFormat.ExtendedXyz
                                stream
                                [ DescriptorFile.withColumn "delta_entropy" (deltas differential) snapshot ]

                        into path write ""))
