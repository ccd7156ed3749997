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
    | Quick

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Size _ -> "rows and columns of the torus; for mice a power of two"
            | Temperature _ -> "one temperature or several, separated by commas, in units of |J|/k_B"
            | Coupling _ -> "J: 1 (default) for a ferromagnet, -1 for an antiferromagnet"
            | Field _ -> "H along the angle 0, in units of |J|; default 0"
            | Method _ ->
                "mice, scan, integration (of energies from infinite temperature), both (mice and scan; default) or all; several separated by commas"
            | Snapshots _ -> "snapshots to draw, rounded up to a multiple of 64; default 2048"
            | Quick -> "a third of the training steps"

/// `mice entropy xy`: entropy of an XY model from nothing.
[<RequireQualifiedAccess>]
module EntropyXY =

    type private Job =
        {
            Options: RunOptions
            Entropy: XYEntropyOptions
            Model: XYModel
            Temperatures: float list
        }

    let private options (r: ParseResults<XYArgument>) (shared: RunOptions) methods snapshots : XYEntropyOptions =
        let start = XYEntropyOptions.defaults

        let perChain =
            snapshots
            |> Option.map (fun n -> (n + start.Sampling.Chains - 1) / start.Sampling.Chains)
            |> Option.defaultValue start.Sampling.Snapshots

        { start with
            Sampling =
                { start.Sampling with
                    Snapshots = perChain
                }
            Entropy = LatticeArguments.entropy (r.Contains XYArgument.Quick) shared methods
        }

    let private read (given: GivenArguments<XYArgument>) : Read<Job> =
        let r = given.Own
        let shared = SharedOptions.readWith LatticeArguments.processor given.Shared
        let size = LatticeArguments.size (r.TryGetResult XYArgument.Size)

        let temperatures =
            LatticeArguments.temperatures (r.TryGetResult XYArgument.Temperature)

        let coupling = LatticeArguments.coupling (r.TryGetResult XYArgument.Coupling)
        let field = LatticeArguments.field (r.TryGetResult XYArgument.Field)

        let methods =
            LatticeArguments.methods LatticeMethod.ofXY (r.TryGetResult XYArgument.Method)

        let snapshots = Options.count "--snapshots" (r.TryGetResult XYArgument.Snapshots)

        match
            Options.faults size
            @ Options.faults temperatures
            @ Options.faults coupling
            @ Options.faults field
            @ Options.faults methods
            @ Options.faults snapshots
            @ Options.faults shared
        with
        | [] ->
            let shared = Options.get shared
            let temperatures = Options.get temperatures

            Ok
                {
                    Options = shared
                    Entropy = options r shared (Options.get methods) (Options.get snapshots)
                    Model =
                        { XYModel.square (Options.get size) temperatures.Head with
                            Coupling = Options.get coupling
                            Field = Options.get field
                        }
                    Temperatures = temperatures
                }
        | faults -> Error faults

    let private estimate (estimators: Estimators) (job: Job) token (directory: string) =
        XYEntropy.checkpoints job.Entropy job.Model directory
        |> Result.bind (fun store ->
            Display.withProgress job.Options.Quiet (fun report ->
                estimators.XY job.Entropy token report (Some store) job.Model job.Temperatures))

    let private finish (estimators: Estimators) (job: Job) (points: LatticePoint list) : int =
        let title = LatticeArguments.xyTitle job.Model
        LatticeResult.finish estimators job.Options title (XYEntropyOptions.describe job.Entropy) points

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            Runs.withCheckpoints [ "entropy"; "xy" ] (List.ofArray given) job.Options.Resume (estimate estimators job)

        Runs.verb (Arguments.parse<XYArgument> "entropy xy" given) read work (finish estimators)
