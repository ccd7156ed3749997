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
            Question: LatticeQuestion
            Entropy: IsingEntropyOptions
            Model: IsingModel
        }

    let private options (question: LatticeQuestion) : IsingEntropyOptions =
        let start = IsingEntropyOptions.defaults

        {
            Sampling =
                { start.Sampling with
                    Snapshots = question.Snapshots |> Option.defaultValue start.Sampling.Snapshots
                }
            Entropy = question.Entropy
        }

    let private read (given: GivenArguments<IsingArgument>) : Read<Job> =
        let r = given.Own

        validate {
            let! lattice = LatticeArguments.lattice (r.TryGetResult IsingArgument.Lattice)

            and! question =
                {
                    Size = r.TryGetResult IsingArgument.Size
                    Temperature = r.TryGetResult IsingArgument.Temperature
                    Coupling = r.TryGetResult IsingArgument.Coupling
                    Field = r.TryGetResult IsingArgument.Field
                    Method = r.TryGetResult IsingArgument.Method
                    Snapshots = r.TryGetResult IsingArgument.Snapshots
                    Error = r.TryGetResult IsingArgument.LargestError
                    Quick = r.Contains IsingArgument.Quick
                    Transfer = r.Contains IsingArgument.Transfer
                }
                |> LatticeQuestion.read LatticeMethod.ofIsing given.Shared

            return
                {
                    Question = question
                    Entropy = options question
                    Model =
                        { IsingModel.square question.Size question.Temperatures.Head with
                            Lattice = lattice
                            Coupling = question.Coupling
                            Field = question.Field
                        }
                }
        }

    let private finish (estimators: Estimators) (job: Job) (points: LatticePoint list) : int =
        let title = LatticeArguments.isingTitle job.Model

        let tooFew =
            LatticeArguments.tooFew job.Question.LargestError (IsingSampling.snapshots job.Entropy.Sampling) points

        LatticeResult.finish
            estimators
            job.Question.Options
            title
            (RunOptions.settings job.Question.Options @ IsingEntropyOptions.describe job.Entropy)
            tooFew
            points

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            Runs.withCheckpoints [ "entropy"; "ising" ] (List.ofArray given) job.Question.Options (fun run ->
                estimators.Ising job.Entropy run job.Model job.Question.Temperatures)

        Runs.verb (Arguments.parse<IsingArgument> "entropy ising" given) read work (finish estimators)
