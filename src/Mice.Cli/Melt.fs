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

        let symmetry (given: string option) (fallback: string) =
            Option.defaultValue fallback given |> Options.symmetry

        validate {
            let! solid = Options.trajectory "--solid" (r.TryGetResult MeltArgument.Solid)
            and! liquid = Options.trajectory "--liquid" (r.TryGetResult MeltArgument.Liquid)

            and! solidThermo =
                Options.thermo "--solid-thermo" (r.TryGetResult MeltArgument.Solid_Thermo)

            and! liquidThermo =
                Options.thermo "--liquid-thermo" (r.TryGetResult MeltArgument.Liquid_Thermo)

            and! temperature = Options.temperature (r.TryGetResult MeltArgument.Temperature)
            and! pressure = Options.pressure (r.TryGetResult MeltArgument.Pressure)
            and! solidSymmetry = symmetry (r.TryGetResult MeltArgument.Symmetry_Solid) "cubic"

            and! liquidSymmetry =
                symmetry (r.TryGetResult MeltArgument.Symmetry_Liquid) "isotropic"

            and! method =
                r.TryGetResult MeltArgument.Method
                |> Option.defaultValue ParticleMethod.names.Head
                |> ParticleMethod.ofName (r.Contains MeltArgument.Quick)

            and! options = SharedOptions.read given.Shared
            let! () = Trajectory.stepFaults solid
            and! () = Trajectory.stepFaults liquid

            let job =
                {
                    Options = options
                    Melting =
                        {
                            Conditions =
                                {
                                    Temperature = temperature * 1.0<K>
                                    Pressure = pressure * 1.0<bar>
                                }
                            Solid = ParticleMethod.withSymmetry solidSymmetry method
                            Liquid = ParticleMethod.withSymmetry liquidSymmetry method
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

            let! () = Melting.faults job.Melting job.Input
            return job
        }

    /// g(r) of both phases up to 12 Å, in bins of 0.05 Å; both trajectories have snapshots by now.
    let private pairs (job: Job) : PhasePairs =
        {
            Solid = Outputs.pairs job.Input.Solid
            Liquid = Outputs.pairs job.Input.Liquid
        }

    let private finish (estimators: Estimators) (job: Job) (result: MeltingResult) : int =
        MeltingDescription.create result
        |> Outputs.finish job.Options (Outputs.title "Melting" job.Input.Solid) (estimators.Versions()) (fun () ->
            MeltingFigures.all (pairs job) result)

    let private work (estimators: Estimators) given (job: Job) =
        if not job.Options.Quiet then
            job.Warnings |> List.iter (eprintfn "Warning: %s")

        Runs.withCheckpoints [ "melt" ] given job.Options (fun run ->
            Melting.estimateBy estimators.Particles job.Melting run job.Input)

    /// The verb.
    let verb: Verb =
        Verb.create<MeltArgument, _, _>
            ([ "melt" ], "entropy difference and melting temperature from snapshots of solid and liquid", "")
            read
            work
            finish
