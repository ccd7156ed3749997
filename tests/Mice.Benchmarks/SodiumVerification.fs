namespace Mice.Benchmarks

open System
open System.IO
open System.Threading
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy

/// The main job on sodium at 350 K, against Frenkel–Ladd integration and coexistence, and what its bounds depend on.
module SodiumVerification =
    /// Excess entropies, k_B per atom (Frenkel–Ladd; with the coexistence Δs for the liquid), Δs and T_m by coexistence.
    let private truthSolid, truthLiquid, truthDelta, truthMelting =
        -4.45, -3.57, 0.905, 365.0

    let private data name =
        Path.Combine(Machine.root, "docs", "data", "na", name)

    let private get (result: Result<'v, MiceError list>) : 'v =
        match result with
        | Ok value -> value
        | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat " ")

    let private input () : MeltingInput =
        {
            Solid = (Trajectory.read (data "solid.dump.gz") |> get).Snapshots
            Liquid = (Trajectory.read (data "liquid.dump.gz") |> get).Snapshots
            SolidThermo = ThermoTable.read (data "solid_thermo.csv") |> get
            LiquidThermo = ThermoTable.read (data "liquid_thermo.csv") |> get
        }

    let private melt (change: ScanOptions -> ScanOptions) (input: MeltingInput) : MeltingResult =
        let scan symmetry =
            change
                { ScanOptions.defaults with
                    Symmetry = symmetry
                }

        let options: MeltingOptions =
            {
                Conditions =
                    {
                        Temperature = 350.0<K>
                        Pressure = 1.0<bar>
                    }
                Solid = scan Symmetry.Cubic
                Liquid = scan Symmetry.Isotropic
            }

        Melting.estimate options CancellationToken.None ignore { Solid = None; Liquid = None } input |> get

    let private mainTable (r: MeltingResult) =
        Table.markdown
            [ "sodium, 350 K, 1 bar"; "Mice"; "truth"; "goal" ]
            [
                [
                    "s_ex solid, k_B per atom (upper bound)"
                    Estimate.format r.Solid.ExcessEntropy
                    "−4.45(1)"
                    "≤ −4.38"
                ]
                [
                    "s_ex liquid, k_B per atom (upper bound)"
                    Estimate.format r.Liquid.ExcessEntropy
                    "−3.57(2)"
                    "≤ −3.45"
                ]
                [
                    "Δs, k_B per atom (no bound)"
                    Estimate.format r.DeltaEntropy
                    "0.905(7)"
                    "0.905 ± 0.06"
                ]
                [ "Δh, kJ/mol"; Estimate.format r.DeltaEnthalpy; "2.748(14)"; "" ]
                [ "T_m, K (no bound)"; Estimate.format r.MeltingTemperature; "365(2)"; "" ]
                [
                    "time of both scans, s"
                    $"{r.Solid.Seconds + r.Liquid.Seconds:F0}"
                    ""
                    "≤ 900"
                ]
            ]

    /// One row of the study: what was changed, both bounds, Δs.
    let private study input (name: string) (change: ScanOptions -> ScanOptions) (cut: Snapshot[] -> Snapshot[]) =
        let r =
            melt
                change
                { input with
                    MeltingInput.Solid = cut input.Solid
                    Liquid = cut input.Liquid
                }

        printfn
            "%s: solid %s, liquid %s"
            name
            (Estimate.format r.Solid.ExcessEntropy)
            (Estimate.format r.Liquid.ExcessEntropy)

        [
            name
            Estimate.format r.Solid.ExcessEntropy
            Estimate.format r.Liquid.ExcessEntropy
            Estimate.format r.DeltaEntropy
            $"{r.Solid.Seconds + r.Liquid.Seconds:F0}"
        ]

    /// Each of these is trained for this many steps, so that all of them take an hour.
    let private studySteps = 1000

    let private short (o: ScanOptions) =
        { o with
            CutoffShares = []
            Networks = 3
            Training = { o.Training with Steps = studySteps }
        }

    let private steps n (o: ScanOptions) =
        { short o with
            Training = { o.Training with Steps = n }
        }

    let private studies input =
        let same = id

        [
            study input $"{studySteps} steps, 3 networks" short same
            study input $"{studySteps / 4} steps" (steps (studySteps / 4)) same
            study input $"{2 * studySteps} steps" (steps (2 * studySteps)) same
            study
                input
                "width 64"
                (fun o ->
                    { short o with
                        Network = { o.Network with Width = 64 }
                    })
                same
            study
                input
                "width 512"
                (fun o ->
                    { short o with
                        Network = { o.Network with Width = 512 }
                    })
                same
            study
                input
                "cut-off 6.0 Å"
                (fun o ->
                    { short o with
                        Cutoff = Some 6.0<Angstrom>
                    })
                same
            study
                input
                "cut-off 10.0 Å"
                (fun o ->
                    { short o with
                        Cutoff = Some 10.0<Angstrom>
                    })
                same
            study input "10 snapshots" short (Array.truncate 10)
            study input "5 snapshots" short (Array.truncate 5)
        ]

    let private isTruthful (bound: Estimate<kB / atom>) truth =
        float bound.Value >= truth - 3.0 * float bound.StandardError

    let private runMain () =
        let r = input () |> melt id

        {
            Markdown =
                mainTable r
                + "\n\n20 + 20 snapshots, default settings. A bound below the truth by more than three errors would mean a broken estimator."
            Passed =
                isTruthful r.Solid.ExcessEntropy truthSolid
                && isTruthful r.Liquid.ExcessEntropy truthLiquid
                && float r.Solid.ExcessEntropy.Value <= -4.38
                && float r.Liquid.ExcessEntropy.Value <= -3.45
                && abs (float r.DeltaEntropy.Value - truthDelta) <= 0.06
                && abs (float r.MeltingTemperature.Value - truthMelting) <= 30.0
        }

    let private runStudy () =
        let header = [ "setting"; "s_ex solid"; "s_ex liquid"; "Δs"; "seconds" ]

        {
            Markdown =
                Table.markdown header (input () |> studies)
                + $"\n\nk_B per atom. Where nothing else is said: {studySteps} steps, 3 networks, 20 + 20 snapshots, all other settings at their defaults."
            Passed = true
        }

    let measurement =
        {
            Name = "sodium"
            Title = "Melting of sodium"
            Run = runMain
        }

    let dependence =
        {
            Name = "sodium-study"
            Title = "Melting of sodium: what the bounds depend on"
            Run = runStudy
        }
