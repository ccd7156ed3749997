namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys
open Mice.Plots
open Mice.Samplers

/// What `mice alloy mcmc EXPANSION` takes beside what every verb does.
type AlloyMcmcArgument =
    | [<MainCommand; Unique>] File of file: string
    | Size of multiples: string
    | Temperature of list: string
    | Difference of list: string
    | Chains of count: string
    | Sweeps of count: string
    | Equilibrate of count: string
    | Snapshots of count: string
    | Structures of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the JSON file of a cluster expansion, of mice alloy fit or mice alloy convert"
            | Size _ -> "the supercell in multiples of the primitive vectors: 4x4x4"
            | Temperature _ -> "temperatures in K: 300,600, or first:last:count"
            | Difference _ ->
                "Δμ in eV: -0.1,0,0.1, or first:last:count; the chemical potential of the first species minus that of the second"
            | Chains _ ->
                $"independent chains at each temperature and Δμ; default {ChainOptions.defaults.Chains}; 32 go side by side at little more than the cost of one"
            | Sweeps _ -> "sweeps of every chain that are averaged over; default 1000"
            | Equilibrate _ -> "sweeps of every chain before them; default as many as --sweeps"
            | Snapshots _ -> "snapshots of every chain, evenly spaced; default 1; needs --structures"
            | Structures _ -> "write the snapshots as extended XYZ, NAME.xyz or NAME.xyz.gz"

/// What `mice alloy metadynamics EXPANSION` takes beside what every verb does.
type AlloyMetadynamicsArgument =
    | [<MainCommand; Unique>] File of file: string
    | Size of multiples: string
    | Temperature of kelvin: string
    | Walkers of count: string
    | Sweeps of count: string
    | Bias_Factor of number: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "the JSON file of a cluster expansion, of mice alloy fit or mice alloy convert"
            | Size _ -> "the supercell in multiples of the primitive vectors: 4x4x4"
            | Temperature _ -> "the temperature in K"
            | Walkers _ ->
                $"independent walkers, 2 or more, whose spread gives the errors; default {AlloyMetadynamicsOptions.defaults.Walkers}; 32 go side by side at little more than the cost of one"
            | Sweeps _ -> $"sweeps of every walker; default {AlloyMetadynamicsOptions.defaults.Sweeps}"
            | Bias_Factor _ ->
                "well-tempered with this γ, above 1: γk_BT near the depth of the whole curve in eV per supercell; default a flat histogram"

/// `mice alloy mcmc` and `mice alloy metadynamics`: alloys by Monte Carlo.
[<RequireQualifiedAccess>]
module AlloySampling =
    type private SampleJob =
        {
            Options: RunOptions
            Expansion: ClusterExpansion
            Supercell: Supercell
            Temperatures: float[]
            Differences: float[]
            Chains: ChainOptions
            Structures: string option
        }

    let private chains (r: ParseResults<AlloyMcmcArgument>) : Read<ChainOptions> =
        validate {
            let! chains = Options.count "--chains" (r.TryGetResult AlloyMcmcArgument.Chains)

            and! struct (snapshots, equilibrate, every) =
                AlloyArguments.lengths
                    1000
                    (r.TryGetResult AlloyMcmcArgument.Sweeps)
                    (r.TryGetResult AlloyMcmcArgument.Equilibrate)
                    (r.TryGetResult AlloyMcmcArgument.Snapshots)
                    (r.TryGetResult AlloyMcmcArgument.Structures)

            return
                {
                    Chains = defaultArg chains ChainOptions.defaults.Chains
                    Snapshots = snapshots
                    Equilibrate = equilibrate
                    Every = every
                }
        }

    let private readSample (given: GivenArguments<AlloyMcmcArgument>) : Read<SampleJob> =
        let r = given.Own

        validate {
            let! struct (expansion, supercell) =
                r.TryGetResult AlloyMcmcArgument.Size
                |> GridArguments.multiples "--size"
                |> AlloyArguments.system "EXPANSION" (r.TryGetResult AlloyMcmcArgument.File)

            and! temperatures =
                AlloyArguments.temperatures (r.TryGetResult AlloyMcmcArgument.Temperature)

            and! differences =
                GridArguments.values "--difference" (r.TryGetResult AlloyMcmcArgument.Difference)

            and! chains = chains r

            and! structures =
                AlloyArguments.structures (r.TryGetResult AlloyMcmcArgument.Structures)

            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            return
                {
                    Options = options
                    Expansion = expansion
                    Supercell = supercell
                    Temperatures = temperatures
                    Differences = differences
                    Chains = chains
                    Structures = structures
                }
        }

    let private finishSample (job: SampleJob) (struct (table: FigureTable, map: SemiGrandPoint[][])) : int =
        AlloySamplingDescription.sampling job.Chains job.Expansion job.Supercell table map
        |> Outputs.finishWithFiles
            job.Options
            "Alloy by Monte Carlo"
            [
                match job.Structures with
                | Some path ->
                    fun () -> AlloyOutput.snapshots job.Expansion.Species job.Supercell table (Seq.concat map) path
                | None -> ()
            ]
            (fun () ->
                [
                    "Composition", [ AlloyFigures.compositions map ]
                    "Heat capacity", [ AlloyFigures.heatCapacities map ]
                ])

    type private WalkJob =
        {
            Options: RunOptions
            Expansion: ClusterExpansion
            Supercell: Supercell
            Temperature: float
            Walks: AlloyMetadynamicsOptions
        }

    let private biasFactor (text: string option) : Read<float option> =
        match text with
        | None -> Ok None
        | Some text -> Options.number "--bias-factor" "a number above 1" (fun g -> g > 1.0) text |> Result.map Some

    let private readWalk (given: GivenArguments<AlloyMetadynamicsArgument>) : Read<WalkJob> =
        let r = given.Own

        validate {
            let! struct (expansion, supercell) =
                r.TryGetResult AlloyMetadynamicsArgument.Size
                |> GridArguments.multiples "--size"
                |> AlloyArguments.system "EXPANSION" (r.TryGetResult AlloyMetadynamicsArgument.File)

            and! temperature =
                Options.temperature (r.TryGetResult AlloyMetadynamicsArgument.Temperature)

            and! walkers =
                Options.count "--walkers" (r.TryGetResult AlloyMetadynamicsArgument.Walkers)

            and! sweeps =
                Options.count "--sweeps" (r.TryGetResult AlloyMetadynamicsArgument.Sweeps)

            and! factor = biasFactor (r.TryGetResult AlloyMetadynamicsArgument.Bias_Factor)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared
            let defaults = AlloyMetadynamicsOptions.defaults

            let! walks =
                AlloyMetadynamicsOptions.check
                    {
                        Walkers = defaultArg walkers defaults.Walkers
                        Sweeps = defaultArg sweeps defaults.Sweeps
                        Bias = factor |> Option.map CompositionBias.WellTempered |> Option.defaultValue defaults.Bias
                    }

            return
                {
                    Options = options
                    Expansion = expansion
                    Supercell = supercell
                    Temperature = temperature
                    Walks = walks
                }
        }

    let private walk (job: WalkJob) (run: Run) =
        validate {
            let! found =
                FigureTable.create job.Expansion job.Supercell
                |> AlloyMetadynamics.freeEnergies job.Walks run (float boltzmann) job.Temperature

            let! regions = TwoPhaseRegion.find job.Expansion found
            return struct (found, regions)
        }

    let private finishWalk (job: WalkJob) (struct (found: CompositionFreeEnergies, regions: TwoPhaseRegion[])) : int =
        AlloySamplingDescription.freeEnergies job.Walks job.Expansion job.Supercell regions found
        |> Outputs.finishWithFiles job.Options "Free energy of an alloy over its composition" [] (fun () ->
            [ "Free energy of mixing", [ AlloyFigures.mixing regions found ] ])

    let private sample (job: SampleJob) (run: Run) =
        let table = FigureTable.create job.Expansion job.Supercell

        table
        |> SemiGrandPoint.map job.Chains run job.Temperatures job.Differences
        |> Result.map (fun map -> struct (table, map))

    /// The verbs.
    let verbs: Verb list =
        [
            Verb.create<AlloyMcmcArgument, _, _>
                ([ "alloy"; "mcmc" ], "an alloy by Monte Carlo over temperature and Δμ", "")
                readSample
                (fun _ given job -> Runs.withCheckpoints [ "alloy"; "mcmc" ] given job.Options (sample job))
                (fun _ -> finishSample)

            Verb.create<AlloyMetadynamicsArgument, _, _>
                ([ "alloy"; "metadynamics" ], "free energy of an alloy over its composition", "")
                readWalk
                (fun _ given job -> Runs.withCheckpoints [ "alloy"; "metadynamics" ] given job.Options (walk job))
                (fun _ -> finishWalk)
        ]
