namespace Mice.Cli

open Argu
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Plots

/// `mice melt`: two phases' snapshots in, entropy difference and melting temperature out.
[<RequireQualifiedAccess>]
module Melt =

    /// Everything that was read from the command line and the files it names.
    type private Job =
        {
            Options: RunOptions
            Melting: MeltingOptions
            Input: MeltingInput
            Warnings: string list
        }

    /// Reads everything and returns every fault of it.
    let private read (given: GivenArguments<MeltArgument>) : Read<Job> =
        let r = given.Own
        let options = SharedOptions.read given.Shared

        let temperature = Options.temperature (r.TryGetResult MeltArgument.Temperature)
        let pressure = Options.pressure (r.TryGetResult MeltArgument.Pressure)

        let symmetry (given: string option) (fallback: string) =
            Option.defaultValue fallback given |> Options.symmetry

        let solidSymmetry = symmetry (r.TryGetResult MeltArgument.Symmetry_Solid) "cubic"

        let liquidSymmetry =
            symmetry (r.TryGetResult MeltArgument.Symmetry_Liquid) "isotropic"

        let solid = Options.trajectory "--solid" (r.TryGetResult MeltArgument.Solid)
        let liquid = Options.trajectory "--liquid" (r.TryGetResult MeltArgument.Liquid)

        let solidThermo =
            Options.thermo "--solid-thermo" (r.TryGetResult MeltArgument.Solid_Thermo)

        let liquidThermo =
            Options.thermo "--liquid-thermo" (r.TryGetResult MeltArgument.Liquid_Thermo)

        let steps trajectory =
            match trajectory with
            | Ok trajectory -> Trajectory.stepFaults trajectory
            | Error _ -> []

        let early =
            Options.faults solid
            @ Options.faults liquid
            @ steps solid
            @ steps liquid
            @ Options.faults solidThermo
            @ Options.faults liquidThermo
            @ Options.faults temperature
            @ Options.faults pressure
            @ Options.faults solidSymmetry
            @ Options.faults liquidSymmetry
            @ Options.faults options

        if not early.IsEmpty then
            Error early
        else
            let solid, liquid = Options.get solid, Options.get liquid
            let solidThermo, liquidThermo = Options.get solidThermo, Options.get liquidThermo

            let options = Options.get options
            let scan = SharedOptions.scan (r.Contains MeltArgument.Quick) options

            let job =
                {
                    Options = options
                    Melting =
                        {
                            Conditions =
                                {
                                    Temperature = Options.get temperature * 1.0<K>
                                    Pressure = Options.get pressure * 1.0<bar>
                                }
                            Solid = scan (Options.get solidSymmetry)
                            Liquid = scan (Options.get liquidSymmetry)
                        }
                    Input =
                        {
                            Solid = solid.Snapshots
                            Liquid = liquid.Snapshots
                            SolidThermo = solidThermo
                            LiquidThermo = liquidThermo
                        }
                    Warnings = solid.Warnings @ liquid.Warnings @ solidThermo.Warnings @ liquidThermo.Warnings
                }

            match Melting.faults job.Melting job.Input with
            | [] -> Ok job
            | faults -> Error faults

    let private estimate (estimators: Estimators) (job: Job) token (directory: string) =
        Checkpoints.melting job.Melting job.Input directory
        |> Result.bind (fun stores ->
            Display.withProgress job.Options.Quiet (fun report ->
                Melting.estimateBy estimators.Scan job.Melting token report stores job.Input))

    let private title (job: Job) =
        job.Input.Solid
        |> Array.tryHead
        // A dump without element names has numbers for its types: those name nothing.
        |> Option.map (fun s -> s.SpeciesNames |> Array.filter (fun name -> not (System.Char.IsDigit name[0])))
        |> Option.filter (Array.isEmpty >> not)
        |> Option.map (String.concat ", ")
        |> Option.map (fun names -> $"Melting of {names}")
        |> Option.defaultValue "Melting"

    /// g(r) of both phases up to 12 Å, in bins of 0.05 Å; both trajectories have snapshots by now.
    let private pairs (job: Job) : PhasePairs =
        {
            Solid = Outputs.pairs job.Input.Solid
            Liquid = Outputs.pairs job.Input.Liquid
        }

    let private finish (estimators: Estimators) (job: Job) (result: MeltingResult) : int =
        let versions = estimators.Versions()
        let headings, rows = MeltingReport.numbers result
        Display.table headings rows
        printfn $"\n{ScanReport.meaning}\n"
        Display.checks result.Checks

        let report () =
            MeltingReport.create (title job) versions (pairs job) result

        Outputs.finish job.Options (JsonResult.melting versions result) report result.Checks

    /// <summary>Runs the verb and returns the exit code.</summary>
    let run (estimators: Estimators) (given: string[]) : int =
        let work (job: Job) =
            if not job.Options.Quiet then
                job.Warnings |> List.iter (eprintfn "Warning: %s")

            Runs.withCheckpoints [ "melt" ] (List.ofArray given) job.Options.Resume (estimate estimators job)

        Runs.verb (Arguments.parse<MeltArgument> "melt" given) read work (finish estimators)
