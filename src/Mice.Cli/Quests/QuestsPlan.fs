namespace Mice.Cli

open Argu
open Mice
open Mice.Quests
open Plotly.NET

/// What the verbs of `mice quests` that read all of their environments have in common.
module QuestsPlan =
    /// What a verb has read before it computes.
    type Job<'own> =
        {
            Options: RunOptions
            Descriptor: EnvironmentOptions
            /// FILE, and the reference behind it where there is one.
            Sources: QuestsInput.Source list
            /// h, 1/Å.
            Bandwidth: float
            Sample: int option
            Output: string option
            Own: 'own
        }

    /// What a verb has found, ready to be shown and written.
    type Found =
        {
            Description: ResultDescription
            Figures: unit -> (string * GenericChart list) list
            /// Writes the file of --output.
            Write: string option -> MiceError list
        }

    /// A verb before it is put together.
    type Plan<'argument, 'own when 'argument :> IArgParserTemplate> =
        {
            Word: string
            Summary: string
            /// Named values, besides those that say what a descriptor is.
            Named: FreeArgument list
            /// Whether there has to be a reference, where the verb takes one.
            NeedsReference: bool
            File: ParseResults<'argument> -> string option
            /// Reads what is the verb's own.
            Own: ParseResults<'argument> -> NamedValues -> Read<'own>
            Compute: Run -> Job<'own> -> GivenEnvironments list -> Read<Found>
        }

    let private read (plan: Plan<'argument, 'own>) (given: GivenArguments<'argument>) : Read<Job<'own>> =
        let file = QuestsInput.source "FILE" (plan.File given.Own)

        let reference =
            match QuestsInput.value "reference" given.Free, QuestsInput.value "minus" given.Free with
            | None, (Some _ as path) -> QuestsInput.source "--minus" path |> Result.map List.singleton
            | None, None when plan.NeedsReference ->
                Error [ MiceError.OutOfRange("--reference", "missing", "the path of a file") ]
            | None, None -> Ok []
            | path, _ -> QuestsInput.source "--reference" path |> Result.map List.singleton

        validate {
            let! file = file
            and! reference = reference
            and! descriptor = QuestsInput.options given.Free
            and! sample = Options.count "--sample" (QuestsInput.value "sample" given.Free)
            and! output = Options.output (QuestsInput.value "output" given.Free)
            and! options = SharedOptions.read given.Shared
            and! own = plan.Own given.Own given.Free
            let! bandwidth = QuestsInput.bandwidthOf given.Free file

            return
                {
                    Options = options
                    Descriptor = descriptor
                    Sources = file :: reference
                    Bandwidth = bandwidth
                    Sample = sample
                    Output = output
                    Own = own
                }
        }

    let private compute (plan: Plan<'argument, 'own>) (job: Job<'own>) (run: Run) : Read<Found> =
        QuestsInput.environments (Run.within 0.0 0.3 "" run) job.Descriptor job.Sources
        |> Result.bind (function
            | file :: reference ->
                QuestsInput.sampled run job.Sample file
                |> Result.bind (fun file -> plan.Compute (Run.within 0.3 0.7 "" run) job (file :: reference))
            | [] -> Error [])

    let verb (plan: Plan<'argument, 'own>) : Verb =
        Verb.createWith<'argument, _, _>
            (plan.Named @ QuestsInput.descriptor)
            ([ "quests"; plan.Word ], plan.Summary, "")
            (read plan)
            (fun _ _ job -> Runs.stoppable job.Options (compute plan job))
            (fun estimators job found ->
                let written =
                    Outputs.saving (fun () -> Validate.without (found.Write job.Output) ()) |> Validate.faults

                Display.faults written

                let code =
                    Outputs.finish
                        job.Options
                        "Atomic environments"
                        (estimators.Versions())
                        found.Figures
                        found.Description

                if List.isEmpty written then code else 2)

    /// What all descriptions of a job say of its data.
    let told (job: Job<'own>) (given: GivenEnvironments list) =
        let sample = job.Sample |> Option.map (fun n -> "sample", string n) |> Option.toList

        let bandwidth = [ "bandwidth_per_angstrom", Number.text job.Bandwidth ]
        QuestsInput.notes job.Sources given, QuestsInput.settings job.Descriptor (bandwidth @ sample) job.Sources

    let floats (values: float<'u>[]) : float[] = values |> Array.map float

    let deltaOutput =
        QuestsInput.output "write δH of every atom: extended XYZ with the column delta_entropy, or CSV"

    let withDelta (set: GivenEnvironments) (differential: float<nat>[]) (path: string option) =
        QuestsOutput.write path [ "delta_entropy", floats differential ] set

    let ofFile (r: ParseResults<EnvironmentsArgument>) =
        r.TryGetResult EnvironmentsArgument.File

    /// The fault of a file that has no atoms where they are needed.
    let atomsNeeded (reason: string) (set: GivenEnvironments) : MiceError list =
        [
            if set.Snapshots.Length = 0 then
                MiceError.OutOfRange("FILE", "descriptors without atoms", $"atoms, {reason}")
        ]
