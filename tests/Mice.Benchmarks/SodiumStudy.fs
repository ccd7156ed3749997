namespace Mice.Benchmarks

open System.Diagnostics
open System.IO
open System.Threading
open Mice
open Mice.Atoms
open Mice.Entropy

/// What the bounds of sodium depend on.
module SodiumStudy =
    /// One row of the study: what was changed, both bounds, how loose they are, Δs.
    let private study input (name: string) (change: ScanOptions -> ScanOptions) (cut: Snapshot[] -> Snapshot[]) =
        let r =
            MeltingVerification.melt
                350.0<K>
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
            MeltingVerification.known r.Solid.Looseness
            MeltingVerification.known r.Liquid.Looseness
            Estimate.format r.DeltaEntropyOfBounds
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

    let private runStudy () =
        let header =
            [
                "setting"
                "s_ex solid"
                "s_ex liquid"
                "looseness, solid"
                "looseness, liquid"
                "Δs of bounds"
                "Δs"
                "seconds"
            ]

        {
            Markdown =
                Table.markdown header (MeltingVerification.sodiumInput () |> studies)
                + $"\n\nk_B per atom; s_ex are upper bounds. Where nothing else is said: {studySteps} steps, 3 networks, 20 + 20 snapshots, all other settings at their defaults."
            Passed = true
        }

    /// 60 snapshots of one phase, 5 ps apart, by LAMMPS on one thread; kept, so that a second call goes on or reads them.
    let private simulate (seed: int) (phase: Phase) =
        let options =
            { LammpsOptions.sodium phase with
                Seed = seed
                Threads = Some 1
            }

        let folder =
            Path.Combine(Machine.root, "artifacts", "sodium-long", (string phase).ToLowerInvariant())

        let files =
            Lammps.run options folder CancellationToken.None ignore |> MeltingVerification.get

        let snapshots =
            (Trajectory.read files.Trajectory |> MeltingVerification.get).Snapshots

        snapshots, ThermoTable.read files.Thermo |> MeltingVerification.get

    let private runLong () =
        let clock = Stopwatch.StartNew()

        let runs =
            [| 350101, Phase.Solid; 350102, Phase.Liquid |]
            |> Array.Parallel.map (fun (seed, phase) -> simulate seed phase)

        let (solid, solidThermo), (liquid, liquidThermo) = runs[0], runs[1]

        let twice (o: ScanOptions) =
            { o with
                CutoffShares = []
                Training =
                    { o.Training with
                        Steps = 2 * o.Training.Steps
                    }
            }

        let r =
            MeltingVerification.melt
                350.0<K>
                twice
                {
                    Solid = solid
                    Liquid = liquid
                    SolidThermo = solidThermo
                    LiquidThermo = liquidThermo
                }

        {
            Markdown =
                MeltingVerification.sodiumTable
                    {
                        Solid = "within 0.05 of the truth"
                        Liquid = "within 0.05 of the truth"
                        Entropy = "0.905 ± 0.03"
                    }
                    [
                        "time with the molecular dynamics, s"
                        $"{clock.Elapsed.TotalSeconds:F0}"
                        ""
                        "≤ 7200"
                    ]
                    r
                + "\n\n60 + 60 snapshots of runs of its own, twice the default training steps."
            Passed =
                abs (float r.Solid.ExcessEntropy.Value - MeltingVerification.truthSolid) <= 0.05
                && abs (float r.Liquid.ExcessEntropy.Value - MeltingVerification.truthLiquid) <= 0.05
                && abs (float r.DeltaEntropy.Value - MeltingVerification.truthDelta) <= 0.03
        }

    /// `verify sodium-long`.
    let long =
        {
            Name = "sodium-long"
            Title = "Melting of sodium from longer runs"
            Run = runLong
        }

    /// `verify sodium-study`.
    let measurement =
        {
            Name = "sodium-study"
            Title = "Melting of sodium: what the bounds depend on"
            Run = runStudy
        }
