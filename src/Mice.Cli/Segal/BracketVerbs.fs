namespace Mice.Cli

open System.Diagnostics
open Argu
open Mice
open Mice.Plots
open Mice.Segal

/// What `mice bracket ising|alloy` takes beside what every verb does.
type BracketArgument =
    | System of file: string
    | Size of sites: string
    | Coupling of energy: string
    | Temperature of list: string
    | Field of value: string
    | Steps of count: string
    | Batch of count: string
    | Batches of count: string
    | Rounds of count: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | System _ -> "the JSON file of a cluster expansion; for alloy"
            | Size _ ->
                "sites along every axis of the torus, 16 or 16x32; of an alloy multiples of its primitive vectors, 2x2x4"
            | Coupling _ -> "J of an Ising model; default 1"
            | Temperature _ -> "temperatures: 2.0,2.5, or first:last:count"
            | Field _ -> "the field, of an alloy Δμ in eV; default 0"
            | Steps _ -> $"steps of the training; default {SegalTraining.defaults.Steps}"
            | Batch _ ->
                $"samples whose weights are averaged: bounds close as they grow; default {Bracket.defaults.Batch}"
            | Batches _ -> $"how many such averages; default {Bracket.defaults.Batches}"
            | Rounds _ -> $"rounds of the chains that give the mean energy; default {Bracket.defaults.Rounds}"

/// `mice bracket …`: an entropy between a lower and an upper bound.
[<RequireQualifiedAccess>]
module BracketVerbs =
    type private Job =
        {
            Options: RunOptions
            Start: SegalNetwork
            Steps: int
            Bracket: BracketOptions
            Temperatures: float[]
            Field: float
        }

    let private bracketOptions (r: ParseResults<BracketArgument>) : Read<BracketOptions> =
        let defaults = Bracket.defaults

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

    let private read (kind: string) (given: GivenArguments<BracketArgument>) : Read<Job> =
        let r = given.Own

        let field =
            match r.TryGetResult BracketArgument.Field with
            | None -> Ok 0.0
            | Some text -> Options.number "--field" "a number" (fun _ -> true) text

        let system =
            SegalArguments.systemOf
                (if kind = "ising" then
                     Some kind
                 else
                     r.TryGetResult BracketArgument.System)
                (r.TryGetResult BracketArgument.Size)
                (r.TryGetResult BracketArgument.Coupling)

        validate {
            let! system = system

            and! temperatures =
                GridArguments.values "--temperature" (r.TryGetResult BracketArgument.Temperature)

            and! field = field
            and! steps = Options.count "--steps" (r.TryGetResult BracketArgument.Steps)
            and! bracket = bracketOptions r
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            let! start =
                SegalNetwork.create
                    (Key.named "network" (RunOptions.run options).Key)
                    SegalNetwork.form
                    {
                        Temperature = Array.min temperatures, Array.max temperatures
                        Field = field, field
                    }
                    system

            return
                {
                    Options = options
                    Start = start
                    Steps = steps |> Option.defaultValue SegalTraining.defaults.Steps
                    Bracket = bracket
                    Temperatures = temperatures
                    Field = field
                }
        }

    /// Exact entropies, where they are to be had at once.
    let private exact (run: Run) (s: SemiGrandSystem) : Conditions -> float<nat / site> option =
        let known =
            match s.Origin with
            | SystemOrigin.Alloy _ when s.Sites > 20 -> None
            | _ -> SemiGrandExact.create run s |> Result.toOption

        fun c -> known |> Option.bind (fun at -> at c |> Result.toOption) |> Option.map _.Entropy

    let private bracketAt (job: Job) (network: SegalNetwork) exact (run: Run) (t: float) : Read<KnownBracket> =
        let c: Conditions = { Temperature = t; Field = job.Field }
        let o = job.Bracket

        let half name =
            Run.within 0.0 0.5 "" run |> Run.named name

        validate {
            // The directory is that of the training; chains take seconds.
            let! equilibrium =
                Equilibrium.create { half "chains" with Store = None } o.Batches o.Rounds network.System c

            let! bracket =
                Bracket.create (Run.within 0.5 0.5 "" run |> Run.named "weights") o c equilibrium network

            return { Bracket = bracket; Exact = exact c }
        }

    let private work given (kind: string) (job: Job) =
        Runs.withCheckpoints [ "bracket"; kind ] given job.Options (fun run ->
            let clock = Stopwatch.StartNew()
            let share = 0.5 / float job.Temperatures.Length

            validate {
                let! struct (network, _) =
                    SegalTraining.train
                        (Run.within 0.0 0.5 "" run)
                        { SegalTraining.defaults with
                            Steps = job.Steps
                        }
                        job.Start

                let exact = exact run network.System

                let! brackets =
                    job.Temperatures
                    |> Array.mapi (fun i t ->
                        let part =
                            run |> Run.within (0.5 + share * float i) share $"T = {Number.text t}" |> Run.item i

                        bracketAt job network exact part t)
                    |> List.ofArray
                    |> Validate.all

                return brackets, clock.Elapsed.TotalSeconds
            })

    let private settings (job: Job) =
        [
            "system", job.Start.System.Name
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
    let verbs: Verb list = [ verb "ising" "an Ising model"; verb "alloy" "an alloy" ]
