namespace Mice.Cli

open Argu
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots

/// `mice entropy atoms`: snapshots of one phase in, excess entropy out.
[<RequireQualifiedAccess>]
module EntropyAtoms =

    type private Job =
        {
            Options: RunOptions
            Scan: ScanOptions
            Trajectory: Trajectory
        }

    let private read (given: GivenArguments<EntropyArgument>) : Read<Job> =
        let r = given.Own
        let options = SharedOptions.read given.Shared

        let symmetry =
            r.TryGetResult EntropyArgument.Symmetry |> Option.defaultValue "none" |> Options.symmetry

        let trajectory = Options.trajectory "FILE" (r.TryGetResult EntropyArgument.File)

        match Options.faults trajectory @ Options.faults symmetry @ Options.faults options with
        | [] ->
            let options = Options.get options
            let scan = SharedOptions.scan (r.Contains EntropyArgument.Quick) options

            let job =
                {
                    Options = options
                    Scan = scan (Options.get symmetry)
                    Trajectory = Options.get trajectory
                }

            ScanOptions.check job.Scan |> Result.map (fun _ -> job)
        | faults -> Error faults

    let private estimate (scanner: Scanner) (job: Job) token (directory: string) =
        Checkpoints.scan job.Scan job.Trajectory.Snapshots directory
        |> Result.bind (fun store ->
            Display.withProgress job.Options.Quiet (fun report ->
                scanner.Scan job.Scan token report (Some store) job.Trajectory.Snapshots))

    let private finish (scanner: Scanner) (job: Job) (result: ScanResult) : int =
        let versions = scanner.Versions()
        let headings, rows = ScanReport.numbers result
        Display.table headings rows
        printfn $"\n{ScanReport.meaning}\n"
        Display.checks result.Checks

        let report () =
            let names = job.Trajectory.Snapshots[0].SpeciesNames |> String.concat ", "
            ScanReport.create $"Entropy of {names}" versions (Outputs.pairs job.Trajectory.Snapshots) result

        Outputs.finish job.Options (JsonResult.entropy versions result) report result.Checks

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (scanner: Scanner) (given: string[]) : int =
        let work (job: Job) =
            if not job.Options.Quiet then
                job.Trajectory.Warnings |> List.iter (eprintfn "Warning: %s")

            Runs.withCheckpoints [ "entropy"; "atoms" ] (List.ofArray given) job.Options.Resume (estimate scanner job)

        Runs.verb (Arguments.parse<EntropyArgument> "entropy atoms" given) read work (finish scanner)
