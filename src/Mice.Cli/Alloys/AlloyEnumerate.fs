namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys
open Mice.Atoms
open Mice.Plots

/// What `mice alloy enumerate EXPANSION` takes beside what every verb does.
type AlloyEnumerateArgument =
    | [<MainCommand; Unique>] File of file: string
    | Size of multiples: string
    | Temperature of list: string
    | Difference of list: string
    | Structures of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the JSON file of a cluster expansion, of mice alloy fit or mice alloy convert"
            | Size _ ->
                $"the supercell in multiples of the primitive vectors, 2x2x4; {ExactEnumeration.MostSites} sites or fewer"
            | Temperature _ -> "temperatures of exact averages in K: 300,600, or first:last:count; needs --difference"
            | Difference _ ->
                "Δμ of exact averages in eV: -0.1,0,0.1, or first:last:count; the chemical potential of the first species minus that of the second"
            | Structures _ -> "write a ground state of every composition as extended XYZ, NAME.xyz or NAME.xyz.gz"

/// `mice alloy enumerate`: all configurations of a small supercell.
[<RequireQualifiedAccess>]
module AlloyEnumerate =
    type private Job =
        {
            Options: RunOptions
            Expansion: ClusterExpansion
            Supercell: Supercell
            Temperatures: float[]
            Differences: float[]
            Structures: string option
        }

    /// Temperatures and Δμ: both, or neither.
    let private grid (temperature: string option) (difference: string option) : Read<struct (float[] * float[])> =
        match temperature, difference with
        | None, None -> Ok(struct ([||], [||]))
        | temperature, difference ->
            validate {
                let! temperatures = AlloyArguments.temperatures temperature
                and! differences = GridArguments.values "--difference" difference
                return struct (temperatures, differences)
            }

    let private read (given: GivenArguments<AlloyEnumerateArgument>) : Read<Job> =
        let r = given.Own

        validate {
            let! struct (expansion, supercell) =
                r.TryGetResult AlloyEnumerateArgument.Size
                |> GridArguments.multiples "--size"
                |> AlloyArguments.system "EXPANSION" (r.TryGetResult AlloyEnumerateArgument.File)

            and! struct (temperatures, differences) =
                grid
                    (r.TryGetResult AlloyEnumerateArgument.Temperature)
                    (r.TryGetResult AlloyEnumerateArgument.Difference)

            and! structures =
                AlloyArguments.structures (r.TryGetResult AlloyEnumerateArgument.Structures)

            and! options = AlloyArguments.optionsOfShortWork given.Shared

            return
                {
                    Options = options
                    Expansion = expansion
                    Supercell = supercell
                    Temperatures = temperatures
                    Differences = differences
                    Structures = structures
                }
        }

    let private save (job: Job) (e: AlloyEnumeration) (path: string) =
        AlloyEnumeration.configurations e
        |> Seq.mapi (fun count c ->
            c,
            [
                "energy", FrameValue.Real e.GroundStates[count].Energy
                "degeneracy", FrameValue.Integer e.GroundStates[count].Degeneracy
                "formation_energy_per_site", FrameValue.Real e.FormationEnergies[count]
            ])
        |> AlloyOutput.structures path job.Expansion.Species

    let private finish (job: Job) (e: AlloyEnumeration) : int =
        AlloySamplingDescription.enumeration e
        |> Outputs.finishWithFiles
            job.Options
            "Ground states of an alloy"
            [
                match job.Structures with
                | Some path -> fun () -> save job e path
                | None -> ()
            ]
            (fun () ->
                [
                    "Ground states", [ AlloyFigures.groundStates e ]
                    if e.Averages.Length > 0 then
                        "Composition", [ AlloyFigures.exactCompositions e ]
                ])

    /// The verb.
    let verb: Verb =
        Verb.create<AlloyEnumerateArgument, _, _>
            ([ "alloy"; "enumerate" ], "ground states and exact averages of a small alloy", "")
            read
            (fun _ _ job ->
                Runs.stoppable job.Options (fun run ->
                    AlloyEnumeration.create run job.Expansion job.Supercell job.Temperatures job.Differences))
            (fun _ -> finish)
