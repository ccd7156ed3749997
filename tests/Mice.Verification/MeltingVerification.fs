namespace Mice.Verification

open System.IO
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy
open Mice.Testing.Measuring

/// What is wanted of the numbers of sodium, in words.
type SodiumGoals =
    {
        Solid: string
        Liquid: string
        Entropy: string
        Melting: string
    }

/// The main job with default settings on sodium, against other routes to the same numbers.
module MeltingVerification =
    /// Excess entropies, k_B per atom: Frenkel–Ladd integration for the solid; for the liquid coexistence with that, which agrees with
    /// integration from the Uhlenbeck–Ford fluid, −3.575(6). Δs and T_m by coexistence.
    let truthSolid, truthLiquid, truthDelta, truthMelting = -4.45, -3.57, 0.905, 365.0

    /// Shipped with the documentation.
    let private sodiumFolder = Repository.path [ "docs"; "data"; "na" ]

    /// What a folder holds of both phases.
    let input (folder: string) : MeltingInput =
        let data name = Path.Combine(folder, name)

        {
            Solid = (Trajectory.read (data "solid.dump.gz") |> ok).Snapshots
            Liquid = (Trajectory.read (data "liquid.dump.gz") |> ok).Snapshots
            SolidThermo = ThermoTable.read (data "solid_thermo.csv") |> ok
            LiquidThermo = ThermoTable.read (data "liquid_thermo.csv") |> ok
        }

    /// The snapshots and tables of sodium at 350 K and 1 bar.
    let sodiumInput () : MeltingInput = input sodiumFolder

    /// Snapshots of both phases by LAMMPS on one thread each, kept in a folder, so that a second call goes on or reads them.
    let simulate (folder: string) (seed: int) (options: Phase -> LammpsOptions) : MeltingInput =
        let run (seed, phase: Phase) =
            let options =
                { options phase with
                    Seed = seed
                    Threads = Some 1
                }

            Repository.path [ "artifacts"; folder; (string phase).ToLowerInvariant() ]
            |> Lammps.run options Run.quiet
            |> ok
            |> fun files -> (Trajectory.read files.Trajectory |> ok).Snapshots, ThermoTable.read files.Thermo |> ok

        let phases =
            [| seed, Phase.Solid; seed + 1, Phase.Liquid |] |> Array.Parallel.map run

        let (solid, solidThermo), (liquid, liquidThermo) = phases[0], phases[1]

        {
            Solid = solid
            Liquid = liquid
            SolidThermo = solidThermo
            LiquidThermo = liquidThermo
        }

    /// Solid and liquid by a method.
    let melt (temperature: float<K>) (method: ParticleMethod) (input: MeltingInput) : MeltingResult =
        let options =
            MeltingOptions.create
                method
                {
                    Temperature = temperature
                    Pressure = 1.0<bar>
                }

        Melting.estimate options Run.console input |> ok

    /// An estimate that may not be there.
    let known (e: Estimate<'u> option) =
        e |> Option.map Estimate.format |> Option.defaultValue "unknown"

    /// Every number of the main job on sodium beside its truth and a goal.
    let sodiumTable (goals: SodiumGoals) (time: string list) (r: MeltingResult) =
        let row name value truth goal = [ name; value; truth; goal ]
        let unbounded = "(no bound)"

        Table.markdown
            [ "sodium, 350 K, 1 bar"; "Mice"; "truth"; "goal" ]
            [
                row
                    "s_ex solid, k_B per atom (upper bound)"
                    (Estimate.format r.Solid.Bound.ExcessEntropy)
                    "−4.45(1)"
                    goals.Solid
                row
                    "s_ex liquid, k_B per atom (upper bound)"
                    (Estimate.format r.Liquid.Bound.ExcessEntropy)
                    "−3.57(2); −3.575(6)"
                    goals.Liquid
                row "looseness of the solid's bound, estimated" (known r.Solid.Bound.Looseness) "" ""
                row "looseness of the liquid's bound, estimated" (known r.Liquid.Bound.Looseness) "" ""
                row $"s_ex solid less that {unbounded}" (known r.Solid.Bound.Corrected) "−4.45(1)" ""
                row $"s_ex liquid less that {unbounded}" (known r.Liquid.Bound.Corrected) "−3.57(2); −3.575(6)" ""
                row $"Δs, k_B per atom {unbounded}" (Estimate.format r.DeltaEntropy) "0.905(7)" goals.Entropy
                row "Δs of the bounds as they stand" (Estimate.format r.DeltaEntropyOfBounds) "0.905(7)" ""
                row "Δh, kJ/mol" (Estimate.format r.DeltaEnthalpy) "2.748(14)" ""
                row $"T_m, K {unbounded}" (Estimate.format r.MeltingTemperature) "365(2)" goals.Melting
                time
            ]

    let private isTruthful (bound: Estimate<kB / atom>) truth =
        float bound.Value >= truth - 3.0 * float bound.StandardError

    let private runSodium () =
        let r =
            input sodiumFolder |> melt 350.0<K> (ParticleMethod.Denoising DenoisingOptions.defaults)

        {
            Markdown =
                sodiumTable
                    {
                        Solid = "≤ −4.43"
                        Liquid = "≤ −3.51"
                        Entropy = "0.905 ± 0.03"
                        Melting = "365 ± 12"
                    }
                    [
                        "time of both entropies, s"
                        $"{r.Solid.Bound.Seconds + r.Liquid.Bound.Seconds:F0}"
                        ""
                        "≤ 900"
                    ]
                    r
                + "\n\n20 + 20 snapshots, by the noise that networks find, its default settings. Truth: Frenkel–Ladd integration for the solid and coexistence; the second number for the liquid is "
                + "thermodynamic integration from the ideal gas over the Uhlenbeck–Ford fluid. A bound below the truth by more than three errors "
                + "would mean a broken estimator."
            Passed =
                isTruthful r.Solid.Bound.ExcessEntropy truthSolid
                && isTruthful r.Liquid.Bound.ExcessEntropy truthLiquid
                && float r.Solid.Bound.ExcessEntropy.Value <= -4.43
                && float r.Liquid.Bound.ExcessEntropy.Value <= -3.51
                && abs (float r.DeltaEntropy.Value - truthDelta) <= 0.03
                && float r.DeltaEntropy.StandardError <= 0.03
                && abs (float r.MeltingTemperature.Value - truthMelting) <= 12.0
                && r.Solid.Bound.Seconds + r.Liquid.Bound.Seconds <= 900.0
        }

    let sodium =
        {
            Name = "sodium"
            Title = "Melting of sodium"
            Run = runSodium
        }
