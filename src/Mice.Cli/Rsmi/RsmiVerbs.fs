namespace Mice.Cli

open Mice
open Mice.Plots
open Mice.Rsmi

/// `mice rsmi …`: what a block knows of its far environment, and the filters that find it.
[<RequireQualifiedAccess>]
module RsmiVerbs =
    let private points (job: RsmiJob) (run: Run) : Read<RsmiPoint list> =
        match job.Subject with
        | RsmiSubject.System(system, values) -> RsmiScan.run job.Rsmi run job.Geometry job.Buffers system values
        | RsmiSubject.Given source ->
            let geometries =
                job.Buffers |> List.map (fun buffer -> { job.Geometry with Buffer = buffer })

            RsmiScan.ofSource job.Rsmi run geometries nan source

    let private work given (kind: string) (job: RsmiJob) =
        Runs.withCheckpoints [ "rsmi"; kind ] given job.Options (points job)

    let private settings (job: RsmiJob) =
        let system =
            match job.Subject with
            | RsmiSubject.System(system, _) -> system.Settings
            | RsmiSubject.Given source -> source.Settings

        system @ BlockGeometry.describe job.Geometry @ RsmiOptions.describe job.Rsmi

    let private finish (job: RsmiJob) (points: RsmiPoint list) : int =
        let system =
            match job.Subject with
            | RsmiSubject.System(system, _) -> Some system
            | RsmiSubject.Given _ -> None

        RsmiDescription.create (settings job) system points
        |> Outputs.finish job.Options "Real-space mutual information" (Estimators.versions []) (fun () ->
            RsmiFigures.all system points)

    let private verb (kind: string) (what: string) : Verb =
        Verb.create<RsmiArgument, _, _>
            ([ "rsmi"; kind ], $"what a block of {what} knows of its far environment, and filters", "")
            (RsmiArguments.read kind)
            (fun _ given job -> work given kind job)
            (fun _ -> finish)

    /// The verbs.
    let verbs: Verb list =
        [
            verb "ising" "an Ising model"
            verb "dimers" "interacting dimers"
            verb "chipping" "a ring with chipping and aggregation"
            verb "snapshots" "your own configurations"
        ]
