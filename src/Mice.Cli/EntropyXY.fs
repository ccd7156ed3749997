namespace Mice.Cli

open Argu
open Mice
open Mice.Entropy
open Mice.Samplers

/// What `mice entropy xy` takes beside what every verb does.
type XYArgument =
    | Size of sites: string
    | Temperature of list: string
    | Coupling of value: string
    | Field of value: string
    | Method of names: string
    | Snapshots of count: string
    | [<CustomCommandLine("--error")>] LargestError of nats: string
    | Quick
    | Transfer

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Size _ -> "rows and columns of the torus; for mice a power of two"
            | Temperature _ -> "one temperature or several, separated by commas, in units of |J|/k_B"
            | Coupling _ -> "J: 1 (default) for a ferromagnet, -1 for an antiferromagnet"
            | Field _ -> "H along the angle 0, in units of |J|; default 0"
            | Method _ ->
                "mice, scan, compression, integration (of energies from infinite temperature), both (mice and scan; default) or all; several separated by commas"
            | Snapshots _ -> "snapshots to draw, rounded up to a multiple of 64; default 2048"
            | LargestError _ ->
                "largest standard error that is wanted, nats per site; with a larger one the exit code is 2, with the snapshots that it would take"
            | Quick -> "a third of the training steps"
            | Transfer ->
                "networks start from those of the next higher temperature, with a third of the steps: quicker, but results then depend on the temperatures above"

/// `mice entropy xy`: entropy of an XY model from nothing.
[<RequireQualifiedAccess>]
module EntropyXY =

    type private Job =
        {
            Question: LatticeQuestion
            Entropy: XYEntropyOptions
            Model: XYModel
        }

    let private options (question: LatticeQuestion) : XYEntropyOptions =
        let start = XYEntropyOptions.defaults

        { start with
            Sampling =
                match question.Snapshots with
                | Some n -> XYChainOptions.withSnapshots n start.Sampling
                | None -> start.Sampling
            Entropy = question.Entropy
        }

    let private read (given: GivenArguments<XYArgument>) : Read<Job> =
        let r = given.Own

        {
            Size = r.TryGetResult XYArgument.Size
            Temperature = r.TryGetResult XYArgument.Temperature
            Coupling = r.TryGetResult XYArgument.Coupling
            Field = r.TryGetResult XYArgument.Field
            Method = r.TryGetResult XYArgument.Method
            Snapshots = r.TryGetResult XYArgument.Snapshots
            Error = r.TryGetResult XYArgument.LargestError
            Quick = r.Contains XYArgument.Quick
            Transfer = r.Contains XYArgument.Transfer
        }
        |> LatticeQuestion.read LatticeMethod.ofXY given.Shared
        |> Result.map (fun question ->
            {
                Question = question
                Entropy = options question
                Model =
                    { XYModel.square question.Size question.Temperatures.Head with
                        Coupling = question.Coupling
                        Field = question.Field
                    }
            })

    let private finish (estimators: Estimators) (job: Job) (points: LatticePoint list) : int =
        let title = LatticeArguments.xyTitle job.Model
        let sampling = job.Entropy.Sampling

        let tooFew =
            LatticeArguments.tooFew job.Question.LargestError (sampling.Chains * sampling.Snapshots) points

        let settings =
            RunOptions.settings job.Question.Options @ XYEntropyOptions.describe job.Entropy

        LatticeResult.finish estimators job.Question.Options title settings tooFew points

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            Runs.withCheckpoints [ "entropy"; "xy" ] (List.ofArray given) job.Question.Options (fun run ->
                estimators.XY job.Entropy run job.Model job.Question.Temperatures)

        Runs.verb (Arguments.parse<XYArgument> "entropy xy" given) read work (finish estimators)
