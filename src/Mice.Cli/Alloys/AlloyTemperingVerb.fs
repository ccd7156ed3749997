namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys
open Mice.Plots
open Mice.Samplers

/// What `mice alloy tempering EXPANSION` takes beside what every verb does.
type AlloyTemperingArgument =
    | [<MainCommand; Unique>] File of file: string
    | Size of multiples: string
    | Temperature of list: string
    | Difference of list: string
    | Ladders of count: string
    | Sweeps of count: string
    | Equilibrate of count: string
    | Snapshots of count: string
    | Structures of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the JSON file of a cluster expansion, of mice alloy fit or mice alloy convert"
            | Size _ -> "the supercell in multiples of the primitive vectors: 4x4x4"
            | Temperature _ ->
                "temperatures in K, two or more, so close that neighbours swap and the highest forgets: 300,350,410, or first:last:count"
            | Difference _ ->
                "Δμ in eV, each sampled on its own: -0.1,0,0.1, or first:last:count; the chemical potential of the first species minus that of the second"
            | Ladders _ ->
                $"independent ladders, 2 or more, with a replica at every temperature; default {ReplicaExchangeOptions.defaults.Ladders}"
            | Sweeps _ -> "sweeps of every replica that are averaged over, swaps after each; default 2000"
            | Equilibrate _ -> "sweeps before them; default as many as --sweeps"
            | Snapshots _ ->
                "snapshots of every ladder at each temperature, evenly spaced; default 1; needs --structures"
            | Structures _ -> "write the snapshots as extended XYZ, NAME.xyz or NAME.xyz.gz"

/// `mice alloy tempering`: an alloy by replica exchange over temperatures.
[<RequireQualifiedAccess>]
module AlloyTemperingVerb =
    type private Job =
        {
            Options: RunOptions
            Expansion: ClusterExpansion
            Supercell: Supercell
            Temperatures: float[]
            Differences: float[]
            Exchange: ReplicaExchangeOptions
            Structures: string option
        }

    let private exchange (r: ParseResults<AlloyTemperingArgument>) : Read<ReplicaExchangeOptions> =
        validate {
            let! ladders =
                Options.count "--ladders" (r.TryGetResult AlloyTemperingArgument.Ladders)

            and! struct (snapshots, equilibrate, every) =
                AlloyArguments.lengths
                    2000
                    (r.TryGetResult AlloyTemperingArgument.Sweeps)
                    (r.TryGetResult AlloyTemperingArgument.Equilibrate)
                    (r.TryGetResult AlloyTemperingArgument.Snapshots)
                    (r.TryGetResult AlloyTemperingArgument.Structures)

            return
                {
                    Ladders = defaultArg ladders ReplicaExchangeOptions.defaults.Ladders
                    Snapshots = snapshots
                    Equilibrate = equilibrate
                    Every = every
                }
        }

    let private read (given: GivenArguments<AlloyTemperingArgument>) : Read<Job> =
        let r = given.Own

        validate {
            let! struct (expansion, supercell) =
                r.TryGetResult AlloyTemperingArgument.Size
                |> GridArguments.multiples "--size"
                |> AlloyArguments.system "EXPANSION" (r.TryGetResult AlloyTemperingArgument.File)

            and! temperatures =
                AlloyArguments.temperatures (r.TryGetResult AlloyTemperingArgument.Temperature)

            and! differences =
                GridArguments.values "--difference" (r.TryGetResult AlloyTemperingArgument.Difference)

            and! exchange = exchange r

            and! structures =
                AlloyArguments.structures (r.TryGetResult AlloyTemperingArgument.Structures)

            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            return
                {
                    Options = options
                    Expansion = expansion
                    Supercell = supercell
                    Temperatures = Array.sort temperatures
                    Differences = differences
                    Exchange = exchange
                    Structures = structures
                }
        }

    let private sample (job: Job) (run: Run) =
        let table = FigureTable.create job.Expansion job.Supercell

        table
        |> AlloyTempering.sample job.Exchange run job.Temperatures job.Differences
        |> Result.map (fun found -> struct (table, found))

    let private finish (job: Job) (struct (table: FigureTable, found: AlloyTempering[])) : int =
        let points = found |> Seq.collect _.Points

        AlloyTemperingDescription.create job.Exchange job.Expansion job.Supercell table found
        |> Outputs.finishWithFiles
            job.Options
            "Alloy by replica exchange"
            [
                match job.Structures with
                | Some path -> fun () -> AlloyOutput.snapshots job.Expansion.Species job.Supercell table points path
                | None -> ()
            ]
            (fun () ->
                [
                    "Heat capacity", [ AlloyFigures.temperedHeatCapacities found ]
                    "Composition", [ AlloyFigures.temperedCompositions found ]
                    "Swaps", [ AlloyFigures.swaps found ]
                ])

    /// The verb.
    let verb: Verb =
        Verb.create<AlloyTemperingArgument, _, _>
            ([ "alloy"; "tempering" ], "an alloy by replica exchange over temperatures", "")
            read
            (fun _ given job -> Runs.withCheckpoints [ "alloy"; "tempering" ] given job.Options (sample job))
            (fun _ -> finish)
