namespace Mice.Cli

open Argu
open Mice
open Mice.Entropy
open Mice.Plots
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

    let private methods (text: string option) : Read<LatticeMethod list> =
        let known =
            (LatticeMethod.all |> List.map (fun m -> LatticeMethod.name m, [ m ]))
            @ [ "both", IsingEntropyOptions.defaults.Methods; "all", LatticeMethod.all ]

        let names =
            (defaultArg text "both").Split ',' |> Array.map (fun n -> n.Trim()) |> List.ofArray

        match names |> List.filter (fun n -> not (List.exists (fst >> (=) n) known)) with
        | [] -> names |> List.collect (fun n -> known |> List.find (fst >> (=) n) |> snd) |> List.distinct |> Ok
        | unknown -> Error [ for n in unknown -> MiceError.UnknownName("method", n, List.map fst known) ]

    let private options (r: ParseResults<IsingArgument>) (shared: RunOptions) methods snapshots : IsingEntropyOptions =
        let start = IsingEntropyOptions.defaults

        let steps n =
            if r.Contains IsingArgument.Quick then n / 3 else n

        { start with
            Methods = methods
            Seed = shared.Seed
            Threads = shared.Threads |> Option.defaultValue start.Threads
            Sampling =
                { start.Sampling with
                    Snapshots = snapshots |> Option.defaultValue start.Sampling.Snapshots
                }
            Scan =
                { start.Scan with
                    Steps = steps start.Scan.Steps
                }
            Mice =
                { start.Mice with
                    Training =
                        { start.Mice.Training with
                            Steps = steps start.Mice.Training.Steps
                        }
                }
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
        let methods = methods (r.TryGetResult IsingArgument.Method)
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
        let versions = estimators.Versions()
        let settings = IsingEntropyOptions.describe job.Entropy
        printfn "%s\n" (LatticeArguments.isingTitle job.Model)

        let section (headings: string list, rows: string list list) =
            if not (List.isEmpty rows) then
                Display.table headings rows
                printfn ""

        section (LatticeReport.numbers points)
        section (LatticeReport.levels points)
        printfn "%s\n" LatticeReport.meaning
        let checks = LatticeReport.checks points
        Display.checks checks

        let report () =
            LatticeReport.create (LatticeArguments.isingTitle job.Model) settings versions points

        Outputs.finish job.Options (JsonResult.lattice settings versions points) report checks

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            Runs.withCheckpoints
                [ "entropy"; "ising" ]
                (List.ofArray given)
                job.Options.Resume
                (estimate estimators job)

        Runs.verb (Arguments.parse<IsingArgument> "entropy ising" given) read work (finish estimators)
