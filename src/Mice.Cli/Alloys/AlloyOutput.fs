namespace Mice.Cli

open Mice
open Mice.Alloys
open Mice.Atoms

/// Files that the verbs about alloys write.
[<RequireQualifiedAccess>]
module AlloyOutput =
    /// Keys of the temperature and of Δμ of a structure.
    let temperatureKey, differenceKey =
        "temperature_K", "chemical_potential_difference_eV"

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

    /// The snapshots of a map with their energies, temperatures and Δμ.
    let snapshots
        (species: struct (string * string))
        (supercell: Supercell)
        (table: FigureTable)
        (points: SemiGrandPoint seq)
        (path: string)
        : unit =
        seq {
            for p in points do
                for states in p.Snapshots do
                    {
                        Supercell = supercell
                        States = states
                    },
                    [
                        "energy", FrameValue.Real(table.Energy states 0)
                        temperatureKey, FrameValue.Real p.Temperature
                        differenceKey, FrameValue.Real p.Difference
                    ]
        }
        |> structures path species
