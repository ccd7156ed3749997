namespace Mice.Verification

open System
open System.Diagnostics
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Measuring

/// What the bounds of sodium depend on.
module SodiumStudy =
    /// One setting: its name, direction and size, and how it comes about.
    type private Setting =
        {
            Name: string
            Direction: string
            Size: float
            Change: ScanOptions -> ScanOptions
            Cut: Snapshot[] -> Snapshot[]
        }

    let private melt input (setting: Setting) =
        let r =
            MeltingVerification.melt
                350.0<K>
                (ScanOptions.defaults |> setting.Change |> ParticleMethod.Scan)
                { input with
                    MeltingInput.Solid = setting.Cut input.Solid
                    Liquid = setting.Cut input.Liquid
                }

        printfn
            "%s: solid %s, liquid %s"
            setting.Name
            (Estimate.format r.Solid.Bound.ExcessEntropy)
            (Estimate.format r.Liquid.Bound.ExcessEntropy)

        r

    let private row (setting: Setting) (r: MeltingResult) =
        [
            setting.Name
            Estimate.format r.Solid.Bound.ExcessEntropy
            Estimate.format r.Liquid.Bound.ExcessEntropy
            MeltingVerification.known r.Solid.Bound.Looseness
            MeltingVerification.known r.Liquid.Bound.Looseness
            Estimate.format r.DeltaEntropyOfBounds
            Estimate.format r.DeltaEntropy
            $"{r.Solid.Bound.Seconds + r.Liquid.Bound.Seconds:F0}"
        ]

    /// Each of these is trained for this many steps, so that all of them take an hour.
    let private studySteps = 1000

    let private short (o: ScanOptions) =
        { o with
            CutoffShares = []
            Networks = 3
            Training = { o.Training with Steps = studySteps }
        }

    let private longer n (o: ScanOptions) =
        { short o with
            Training = { o.Training with Steps = n }
        }

    let private wide n (o: ScanOptions) =
        { short o with
            Network = { o.Network with Width = n }
        }

    let private within (cutoff: float) (o: ScanOptions) =
        { short o with
            Cutoff = Some(cutoff * 1.0<Angstrom>)
        }

    let private training, width, cutoff, data =
        "training steps", "width of the network", "atoms within the cut-off", "snapshots of each phase"

    /// Mean number of atoms within a distance given in mean distances.
    let private atomsWithin (distances: float) = 4.0 * Math.PI / 3.0 * distances ** 3.0

    /// The mean distance, which differs by 1 % between the phases.
    let private meanDistance (input: MeltingInput) =
        Array.append input.Solid input.Liquid
        |> Array.averageBy (fun s -> Snapshot.volumePerAtom s ** (1.0 / 3.0))

    /// The base setting first.
    let private settings (input: MeltingInput) =
        let setting name direction size change cut =
            {
                Name = name
                Direction = direction
                Size = size
                Change = change
                Cut = cut
            }

        [
            setting $"{studySteps} steps, 3 networks" "" nan short id
            for n in [ studySteps / 4; 2 * studySteps ] do
                setting $"{n} steps" training (float n) (longer n) id
            for n in [ 64; 512 ] do
                setting $"width {n}" width (float n) (wide n) id
            for r in [ 6.0; 10.0 ] do
                setting $"cut-off {r:F1} Å" cutoff (atomsWithin (r / meanDistance input)) (within r) id
            for n in [ 10; 5 ] do
                setting $"{n} snapshots" data (float n) short (Array.truncate n)
        ]

    /// Directions and where the base setting stands in them.
    let private directions (input: MeltingInput) =
        [
            training, float studySteps
            width, float ScanOptions.defaults.Network.Width
            cutoff, atomsWithin 2.3 // the default cut-off
            data, float input.Solid.Length
        ]

    let private bounds (setting: Setting) (r: MeltingResult) =
        {
            StudiedBounds.Direction = setting.Direction
            Size = setting.Size
            Solid = r.Solid.Bound.ExcessEntropy
            Liquid = r.Liquid.Bound.ExcessEntropy
            DeltaEntropy = r.DeltaEntropyOfBounds
        }

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

        let input = MeltingVerification.sodiumInput ()
        let settings = settings input
        let results = settings |> List.map (melt input)
        let start = results.Head

        {
            Markdown =
                Table.markdown header (List.map2 row settings results)
                + $"\n\nk_B per atom; s_ex are upper bounds. Where nothing else is said: {studySteps} steps, 3 networks, 20 + 20 snapshots, all other settings at their defaults.\n\n"
                + SodiumExtrapolation.markdown
                    [
                        MeltingVerification.known start.Solid.Bound.Corrected
                        MeltingVerification.known start.Liquid.Bound.Corrected
                        Estimate.format start.DeltaEntropy
                    ]
                    (directions input)
                    (List.map2 bounds settings results)
            Passed = true
        }

    let private runLong () =
        let clock = Stopwatch.StartNew()

        let larger =
            let o = DenoisingOptions.defaults

            { o with
                Network =
                    { o.Network with
                        Stages = o.Network.Stages + 1
                    }
                Training =
                    { o.Training with
                        Steps = 2 * o.Training.Steps
                    }
                Paths = 2 * o.Paths
            }

        let r =
            MeltingVerification.melt
                350.0<K>
                (ParticleMethod.Denoising larger)
                (MeltingVerification.simulate "sodium-long" 350101 LammpsOptions.sodium)

        {
            Markdown =
                MeltingVerification.sodiumTable
                    {
                        Solid = "within 0.02 of the truth"
                        Liquid = "within 0.03 of the truth"
                        Entropy = "0.905 ± 0.015"
                        Melting = "365 ± 5, error ≤ 5"
                    }
                    [
                        "time with the molecular dynamics, s"
                        $"{clock.Elapsed.TotalSeconds:F0}"
                        ""
                        "≤ 7200"
                    ]
                    r
                + "\n\n60 + 60 snapshots of runs of its own, by the noise that networks find: one stage more, twice the training steps and twice the paths of noise of the default settings."
            Passed =
                abs (float r.Solid.Bound.ExcessEntropy.Value - MeltingVerification.truthSolid) <= 0.02
                && abs (float r.Liquid.Bound.ExcessEntropy.Value - MeltingVerification.truthLiquid) <= 0.03
                && abs (float r.DeltaEntropy.Value - MeltingVerification.truthDelta) <= 0.015
                && abs (float r.MeltingTemperature.Value - MeltingVerification.truthMelting) <= 5.0
                && float r.MeltingTemperature.StandardError <= 5.0
                && clock.Elapsed.TotalSeconds <= 7200.0
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
