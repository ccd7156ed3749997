namespace Mice.Cli

open System.Diagnostics
open Argu
open Mice
open Mice.Plots
open Mice.Samplers
open Mice.Segal

/// What `mice bracket ising|xy|alloy` takes beside what every verb does.
type BracketArgument =
    | System of file: string
    | Size of sites: string
    | Coupling of energy: string
    | Temperature of list: string
    | Field of value: string
    | Network of form: string
    | Steps of count: string
    | Batch of count: string
    | Batches of count: string
    | Rounds of count: string

    interface IArgParserTemplate with
        member this.Usage =
            let multiscale, dense = MultiscaleBracket.defaults, Bracket.defaults

            match this with
            | System _ -> "the JSON file of a cluster expansion; for alloy"
            | Size _ ->
                "sites along every axis of the torus, 16 or 16x32; of an alloy multiples of its primitive vectors, 2x2x4"
            | Coupling _ -> "J of an Ising or XY model; default 1"
            | Temperature _ -> "temperatures: 2.0,2.5, or first:last:count"
            | Field _ -> "the field, of an alloy Δμ in eV; default 0"
            | Network _ ->
                "multiscale: sites are drawn from coarse to fine, a law for each temperature; dense: one network for all temperatures; default multiscale, for alloys dense"
            | Steps _ ->
                $"steps of the training; default {SegalTraining.defaults.Steps} of a dense network, {multiscale.Law.Steps} of each class of sites"
            | Batch _ ->
                $"samples whose weights are averaged: bounds close as they grow; default {dense.Batch}, multiscale {multiscale.Bracket.Batch}"
            | Batches _ -> $"how many such averages; default {dense.Batches}, multiscale {multiscale.Bracket.Batches}"
            | Rounds _ ->
                $"rounds of the chains that give the mean energy; default {dense.Rounds}, multiscale {multiscale.Bracket.Rounds}"

/// `mice bracket …`: an entropy between a lower and an upper bound.
[<RequireQualifiedAccess>]
module BracketVerbs =
    /// What is bracketed, and by which law.
    [<NoEquality; NoComparison>]
    type private Subject =
        | Dense of SegalNetwork
        | Ising of IsingModel
        | XY of XYModel

    type private Job =
        {
            Options: RunOptions
            Subject: Subject
            Steps: int
            Bracket: BracketOptions
            Temperatures: float[]
            Field: float
        }

    let private bracketOptions (r: ParseResults<BracketArgument>) (defaults: BracketOptions) : Read<BracketOptions> =
        validate {
            let! batch = Options.count "--batch" (r.TryGetResult BracketArgument.Batch)
            and! batches = Options.count "--batches" (r.TryGetResult BracketArgument.Batches)
            and! rounds = Options.count "--rounds" (r.TryGetResult BracketArgument.Rounds)

            return
                { defaults with
                    Batch = defaultArg batch defaults.Batch
                    Batches = defaultArg batches defaults.Batches
                    Rounds = defaultArg rounds defaults.Rounds
                }
        }

    let private isMultiscale (kind: string) (given: string option) : Read<bool> =
        let refused allowed =
            Error [ MiceError.OutOfRange("--network", Option.defaultValue "" given, allowed) ]

        match kind, given with
        | "alloy", (None | Some "dense") -> Ok false
        | "alloy", _ -> refused "dense, for an alloy"
        | _, (None | Some "multiscale") -> Ok true
        | "ising", Some "dense" -> Ok false
        | "ising", _ -> refused "multiscale or dense"
        | _ -> refused "multiscale, for an XY model"

    let private dense (key: Key) (system: SemiGrandSystem) (temperatures: float[]) (field: float) : Read<Subject> =
        SegalNetwork.create
            (Key.named "network" key)
            SegalNetwork.form
            {
                Temperature = Array.min temperatures, Array.max temperatures
                Field = field, field
            }
            system
        |> Result.map Dense

    let private subject kind (r: ParseResults<BracketArgument>) key temperatures field multiscale : Read<Subject> =
        let size, coupling =
            r.TryGetResult BracketArgument.Size, r.TryGetResult BracketArgument.Coupling

        let system name =
            SegalArguments.systemOf name size coupling

        match kind, r.TryGetResult BracketArgument.System with
        | ("ising" | "xy"), Some path ->
            Error [ MiceError.Mismatch($"--system and bracket {kind}", path, "for alloy alone") ]
        | "xy", _ ->
            validate {
                let! sides = GridArguments.multiples "--size" size
                and! j = SegalArguments.coupling coupling
                let! struct (rows, columns) = SegalArguments.torus sides

                return
                    XY
                        { XYModel.square rows 1.0 with
                            Columns = columns
                            Coupling = j
                            Field = field
                        }
            }
        | "ising", _ ->
            system (Some "ising")
            |> Result.bind (fun s ->
                match s.Origin with
                | SystemOrigin.Ising model when multiscale -> Ok(Ising { model with Field = field })
                | _ -> dense key s temperatures field)
        | _, path -> system path |> Result.bind (fun s -> dense key s temperatures field)

    let private read (kind: string) (given: GivenArguments<BracketArgument>) : Read<Job> =
        let r = given.Own

        let field =
            match r.TryGetResult BracketArgument.Field with
            | None -> Ok 0.0
            | Some text -> Options.number "--field" "a number" (fun _ -> true) text

        validate {
            let! temperatures =
                GridArguments.values "--temperature" (r.TryGetResult BracketArgument.Temperature)

            and! field = field
            and! steps = Options.count "--steps" (r.TryGetResult BracketArgument.Steps)
            and! multiscale = isMultiscale kind (r.TryGetResult BracketArgument.Network)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            let! bracket =
                bracketOptions
                    r
                    (if multiscale then
                         MultiscaleBracket.defaults.Bracket
                     else
                         Bracket.defaults)

            and! subject =
                subject kind r (RunOptions.run options).Key temperatures field multiscale

            return
                {
                    Options = options
                    Subject = subject
                    Steps =
                        steps
                        |> Option.defaultValue (
                            if multiscale then
                                MultiscaleBracket.defaults.Law.Steps
                            else
                                SegalTraining.defaults.Steps
                        )
                    Bracket = bracket
                    Temperatures = temperatures
                    Field = field
                }
        }

    /// Exact entropies, where they are to be had at once.
    let private exact (run: Run) (subject: Subject) : Conditions -> float<nat / site> option =
        let known =
            match subject with
            | XY _ -> None
            | Ising model -> SemiGrandSystem.ising model |> Result.bind (SemiGrandExact.create run) |> Result.toOption
            | Dense network ->
                match network.System.Origin with
                | SystemOrigin.Alloy _ when network.System.Sites > 20 -> None
                | _ -> SemiGrandExact.create run network.System |> Result.toOption

        fun c -> known |> Option.bind (fun at -> at c |> Result.toOption) |> Option.map _.Entropy

    let private denseAt (job: Job) (network: SegalNetwork) (run: Run) (t: float) : Read<EntropyBracket> =
        let c: Conditions = { Temperature = t; Field = job.Field }
        let o = job.Bracket

        validate {
            // The directory is that of the training; chains take seconds.
            let! equilibrium =
                Equilibrium.create
                    { (Run.within 0.0 0.5 "" run |> Run.named "chains") with
                        Store = None
                    }
                    o.Batches
                    o.Rounds
                    network.System
                    c

            return! Bracket.create (Run.within 0.5 0.5 "" run |> Run.named "weights") o c equilibrium network
        }

    let private ofDense (job: Job) (start: SegalNetwork) (run: Run) : Read<EntropyBracket list> =
        let share = 0.5 / float job.Temperatures.Length

        validate {
            let! struct (network, _) =
                SegalTraining.train
                    (Run.within 0.0 0.5 "" run)
                    { SegalTraining.defaults with
                        Steps = job.Steps
                    }
                    start

            return!
                job.Temperatures
                |> Array.mapi (fun i t ->
                    let part =
                        run |> Run.within (0.5 + share * float i) share $"T = {Number.text t}" |> Run.item i

                    denseAt job network part t)
                |> List.ofArray
                |> Validate.all
        }

    let private brackets (job: Job) (run: Run) : Read<EntropyBracket list> =
        let options =
            { MultiscaleBracket.defaults with
                Bracket = job.Bracket
                Law =
                    { MultiscaleBracket.defaults.Law with
                        Steps = job.Steps
                    }
            }

        let temperatures = List.ofArray job.Temperatures

        match job.Subject with
        | Dense network -> ofDense job network run
        | Ising model -> MultiscaleBracket.ising run options model temperatures
        | XY model -> MultiscaleBracket.xy run options model temperatures

    let private work given (kind: string) (job: Job) =
        Runs.withCheckpoints [ "bracket"; kind ] given job.Options (fun run ->
            let clock = Stopwatch.StartNew()

            brackets job run
            |> Result.map (fun found ->
                let exact = exact run job.Subject

                found
                |> List.map (fun b ->
                    {
                        Bracket = b
                        Exact = exact b.Conditions
                    }),
                clock.Elapsed.TotalSeconds))

    let private systemName (subject: Subject) =
        let torus name rows columns coupling =
            $"{name} {rows}×{columns}, J = {Number.text coupling}"

        match subject with
        | Dense network -> network.System.Name, "dense"
        | Ising m -> torus "ising square" m.Rows m.Columns m.Coupling, "multiscale"
        | XY m -> torus "xy square" m.Rows m.Columns m.Coupling, "multiscale"

    let private settings (job: Job) =
        let system, network = systemName job.Subject

        [
            "system", system
            "network", network
            "steps", string job.Steps
            "batch", string job.Bracket.Batch
            "batches", string job.Bracket.Batches
            "rounds", string job.Bracket.Rounds
        ]

    let private finish (job: Job) (brackets: KnownBracket list, seconds: float) : int =
        BracketDescription.create (settings job) seconds brackets
        |> Outputs.finish job.Options "Entropy between two bounds" (Estimators.versions []) (fun () ->
            BracketFigures.all brackets)

    let private verb (kind: string) (what: string) : Verb =
        Verb.create<BracketArgument, _, _>
            ([ "bracket"; kind ], $"entropy of {what} between a lower and an upper bound", "")
            (read kind)
            (fun _ given job -> work given kind job)
            (fun _ -> finish)

    /// The verbs.
    let verbs: Verb list =
        [
            verb "ising" "an Ising model"
            verb "xy" "an XY model, relative to dθ,"
            verb "alloy" "an alloy"
        ]
