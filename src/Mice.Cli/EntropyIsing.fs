namespace Mice.Cli

open Argu
open Mice
open Mice.Entropy
open Mice.Samplers

/// `mice entropy ising`: entropy of an Ising model from nothing.
[<RequireQualifiedAccess>]
module EntropyIsing =

    type private Job =
        {
            Options: RunOptions
            Entropy: IsingEntropyOptions
            Model: IsingModel
            Temperatures: float list
        }

    let private options (r: ParseResults<IsingArgument>) (shared: RunOptions) methods snapshots : IsingEntropyOptions =
        let start = IsingEntropyOptions.defaults

        {
            Sampling =
                { start.Sampling with
                    Snapshots = snapshots |> Option.defaultValue start.Sampling.Snapshots
                }
            Entropy = LatticeArguments.entropy (r.Contains IsingArgument.Quick) shared methods
        }

    let private read (given: GivenArguments<IsingArgument>) : Read<Job> =
        let r = given.Own
        let shared = SharedOptions.readWith LatticeArguments.processor given.Shared
        let size = LatticeArguments.size (r.TryGetResult IsingArgument.Size)

        let temperatures =
            LatticeArguments.temperatures (r.TryGetResult IsingArgument.Temperature)

        let lattice = LatticeArguments.lattice (r.TryGetResult IsingArgument.Lattice)
        let coupling = LatticeArguments.coupling (r.TryGetResult IsingArgument.Coupling)
        let field = LatticeArguments.field (r.TryGetResult IsingArgument.Field)

        let methods =
            LatticeArguments.methods LatticeMethod.ofIsing (r.TryGetResult IsingArgument.Method)

        let snapshots = Options.count "--snapshots" (r.TryGetResult IsingArgument.Snapshots)

        match
            Options.faults size
            @ Options.faults temperatures
            @ Options.faults lattice
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
                        { IsingModel.square (Options.get size) temperatures.Head with
                            Lattice = Options.get lattice
                            Coupling = Options.get coupling
                            Field = Options.get field
                        }
                    Temperatures = temperatures
                }
        | faults -> Error faults

    let private estimate (estimators: Estimators) (job: Job) token (directory: string) =
        IsingEntropy.checkpoints job.Entropy job.Model directory
        |> Result.bind (fun store ->
            Display.withProgress job.Options.Quiet (fun report ->
                estimators.Ising job.Entropy token report (Some store) job.Model job.Temperatures))

    let private finish (estimators: Estimators) (job: Job) (points: LatticePoint list) : int =
        let title = LatticeArguments.isingTitle job.Model
        LatticeResult.finish estimators job.Options title (IsingEntropyOptions.describe job.Entropy) points

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            Runs.withCheckpoints
                [ "entropy"; "ising" ]
                (List.ofArray given)
                job.Options.Resume
                (estimate estimators job)

        Runs.verb (Arguments.parse<IsingArgument> "entropy ising" given) read work (finish estimators)
