namespace Mice.Cli

open System
open System.IO
open Mice
open Mice.Alloys
open Mice.Atoms
open Plotly.NET

/// Files that the verbs about alloys write, and the end of their runs.
[<RequireQualifiedAccess>]
module AlloyOutput =
    /// Configurations as extended XYZ with what is known of each.
    let structures
        (path: string)
        (species: struct (string * string))
        (all: (Configuration * (string * FrameValue) list) seq)
        : unit =
        all
        |> Seq.mapi (fun i (c, values) ->
            { Configuration.toSnapshot species c with
                Step = int64 i
                Values = Map.ofList values
            })
        |> Trajectory.write TrajectoryFormat.ExtendedXyz path

    /// Writes files, each completely or not at all; those that cannot be written are faults of the user's.
    let private written (files: (unit -> unit) list) : MiceError list =
        files
        |> List.collect (fun save ->
            try
                save ()
                []
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> [ MiceError.ToolFailed("Writing the result", e.Message) ])

    /// <summary>Writes the files of a result, then ends the run as all do.</summary>
    /// <param name="options">How.</param>
    /// <param name="title">What was calculated.</param>
    /// <param name="files">What writes each file.</param>
    /// <param name="figures">The figures of the page, by section.</param>
    /// <param name="d">What was found.</param>
    /// <returns>The exit code.</returns>
    let finish
        (options: RunOptions)
        (title: string)
        (files: (unit -> unit) list)
        (figures: unit -> (string * GenericChart list) list)
        (d: ResultDescription)
        : int =
        let faults = written files
        Display.faults faults
        let code = Outputs.finish options title (Estimators.versions []) figures d
        if List.isEmpty faults then code else 2
