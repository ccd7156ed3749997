namespace Mice.Benchmarks

open Mice
open Mice.Atoms
open Mice.Entropy

/// What the bounds of sodium depend on.
module SodiumStudy =
    /// One row of the study: what was changed, both bounds, Δs.
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
        let header = [ "setting"; "s_ex solid"; "s_ex liquid"; "Δs"; "seconds" ]

        {
            Markdown =
                Table.markdown header (MeltingVerification.sodiumInput () |> studies)
                + $"\n\nk_B per atom. Where nothing else is said: {studySteps} steps, 3 networks, 20 + 20 snapshots, all other settings at their defaults."
            Passed = true
        }

    let measurement =
        {
            Name = "sodium-study"
            Title = "Melting of sodium: what the bounds depend on"
            Run = runStudy
        }
