namespace Mice.Cli

open Argu
open Mice
open Mice.Entropy
open Mice.Entropy.Models

/// What `mice entropy MODEL` takes beside what every verb does.
type LatticeArgument =
    | Size of sites: string
    | Temperature of list: string
    | Method of names: string
    | Snapshots of count: string
    | [<CustomCommandLine("--error")>] LargestError of nats: string
    | Quick
    | Transfer

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Size _ -> "sites along every axis of the torus, or along each: 16, 16x32"
            | Temperature _ ->
                "one temperature or several, separated by commas, in the unit of energy of --coupling, k_B = 1"
            | Method _ ->
                "mice, scan, compression, counting (not xy), integration of energies from infinite temperature (xy), both (mice and scan; default) or all; several separated by commas"
            | Snapshots _ -> "snapshots to draw, rounded up to equally many of each chain; default 2048"
            | LargestError _ ->
                "largest standard error that is wanted, nats per site; with a larger one the exit code is 2, with the snapshots that it would take"
            | Quick -> "a third of the training steps"
            | Transfer ->
                "networks start from those of the next higher temperature, with a third of the steps: quicker, but results then depend on the temperatures above"

/// `mice entropy MODEL`: entropy of a lattice model from nothing.
[<RequireQualifiedAccess>]
module EntropyLattice =

    type private Job =
        {
            Options: RunOptions
            Entropy: LatticeEntropyOptions
            System: LatticeSystem
            Temperatures: float list
            /// The largest standard error that is wanted, nats per site.
            LargestError: float option
        }

    let private request (given: GivenArguments<LatticeArgument>) : Read<LatticeRequest> =
        validate {
            let! size = LatticeArguments.size (given.Own.TryGetResult LatticeArgument.Size)

            and! snapshots =
                Options.count "--snapshots" (given.Own.TryGetResult LatticeArgument.Snapshots)

            return
                { LatticeFamily.request size with
                    Parameters = given.Free
                    Snapshots = snapshots
                }
        }

    /// Methods of the family, whatever its parameters.
    let private methodsOf (family: LatticeFamily) =
        LatticeFamily.create LatticeArguments.smallest family
        |> Result.map _.Methods
        |> Result.defaultValue []

    let private read (family: LatticeFamily) (given: GivenArguments<LatticeArgument>) : Read<Job> =
        let r = given.Own

        validate {
            let! request = request given
            and! () = LatticeArguments.parameterFaults family given.Free

            and! temperatures =
                LatticeArguments.temperatures (r.TryGetResult LatticeArgument.Temperature)

            and! methods =
                LatticeArguments.methods (methodsOf family) (r.TryGetResult LatticeArgument.Method)

            and! error = LatticeArguments.error (r.TryGetResult LatticeArgument.LargestError)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared
            let! system = LatticeFamily.create request family

            return
                {
                    Options = options
                    Entropy =
                        { LatticeArguments.entropy (r.Contains LatticeArgument.Quick) methods with
                            Transfer = r.Contains LatticeArgument.Transfer
                        }
                    System = system
                    Temperatures = temperatures
                    LargestError = error
                }
        }

    let private finish (estimators: Estimators) (job: Job) (points: LatticeResult list) : int =
        let system = job.System

        let settings = system.Sampling @ LatticeEntropyOptions.describe job.Entropy

        let tooFew = LatticeArguments.tooFew job.LargestError system.Snapshots points
        LatticeOutputs.finish estimators job.Options system.Title settings tooFew points

    let private work words (estimators: Estimators) given (job: Job) =
        Runs.withCheckpoints words given job.Options (fun run ->
            estimators.Lattice job.Entropy run job.System job.Temperatures)

    /// The verb for a family of models.
    let verb (family: LatticeFamily) : Verb =
        let words = [ "entropy"; family.Name ]

        Verb.createWith<LatticeArgument, _, _>
            (LatticeArguments.free family)
            (words, $"entropy of {family.Summary}", family.Remark)
            (read family)
            (work words)
            finish
