namespace Mice.Cli

open System.Diagnostics
open Mice
open Mice.Plots
open Mice.Segal

/// `mice bracket …`: an entropy between a lower and an upper bound.
[<RequireQualifiedAccess>]
module BracketVerbs =
    /// Exact entropies, where they are to be had at once.
    let private exact (run: Run) (subject: BracketSubject) : Conditions -> float<nat / site> option =
        let known =
            match subject with
            | BracketSubject.XY _ -> None
            | BracketSubject.Ising model ->
                SemiGrandSystem.ising model |> Result.bind (SemiGrandExact.create run) |> Result.toOption
            | BracketSubject.Dense network ->
                match network.System.Origin with
                | SystemOrigin.Alloy _ when network.System.Sites > 20 -> None
                | _ -> SemiGrandExact.create run network.System |> Result.toOption

        fun c -> known |> Option.bind (fun at -> at c |> Result.toOption) |> Option.map _.Entropy

    let private denseAt (job: BracketJob) (network: SegalNetwork) (run: Run) (t: float) : Read<EntropyBracket> =
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

    let private ofDense (job: BracketJob) (start: SegalNetwork) (run: Run) : Read<EntropyBracket list> =
        let share = 0.5 / float job.Temperatures.Length

        validate {
            let! trained =
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

                    denseAt job trained.Network part t)
                |> List.ofArray
                |> Validate.all
        }

    let private brackets (job: BracketJob) (run: Run) : Read<EntropyBracket list> =
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
        | BracketSubject.Dense network -> ofDense job network run
        | BracketSubject.Ising model -> MultiscaleBracket.ising run options model temperatures
        | BracketSubject.XY model -> MultiscaleBracket.xy run options model temperatures

    let private work given (kind: string) (job: BracketJob) =
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

    let private systemName (subject: BracketSubject) =
        let torus name rows columns coupling =
            $"{name} {rows}×{columns}, J = {Number.text coupling}"

        match subject with
        | BracketSubject.Dense network -> network.System.Name, "dense"
        | BracketSubject.Ising m -> torus "ising square" m.Rows m.Columns m.Coupling, "multiscale"
        | BracketSubject.XY m -> torus "xy square" m.Rows m.Columns m.Coupling, "multiscale"

    let private settings (job: BracketJob) =
        let system, network = systemName job.Subject

        [
            "system", system
            "network", network
            "steps", string job.Steps
            "batch", string job.Bracket.Batch
            "batches", string job.Bracket.Batches
            "rounds", string job.Bracket.Rounds
        ]

    let private finish (job: BracketJob) (brackets: KnownBracket list, seconds: float) : int =
        BracketDescription.create (settings job) seconds brackets
        |> Outputs.finish job.Options "Entropy between two bounds" (Estimators.versions []) (fun () ->
            BracketFigures.all brackets)

    let private verb (kind: string) (what: string) : Verb =
        Verb.create<BracketArgument, _, _>
            ([ "bracket"; kind ], $"entropy of {what} between a lower and an upper bound", "")
            (BracketArguments.read kind)
            (fun _ given job -> work given kind job)
            (fun _ -> finish)

    /// The verbs.
    let verbs: Verb list =
        [
            verb "ising" "an Ising model"
            verb "xy" "an XY model, relative to dθ,"
            verb "alloy" "an alloy"
        ]
