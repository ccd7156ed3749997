namespace Mice.Cli

open Mice
open Mice.Alloys
open Mice.Atoms

/// Files that the verbs about alloys write.
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
