namespace Mice.Verification

open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Testing.Measuring

/// Entropies of phases from environments of own runs, beside what else is known of them.
[<RequireQualifiedAccess>]
module EnvironmentPhases =
    let private described (snapshots: Snapshot[]) : Environments =
        Environments.ofSnapshots Run.quiet EnvironmentOptions.defaults snapshots |> ok

    let private entropy (bandwidth: float) (snapshots: Snapshot[]) : Estimate<nat> =
        (described snapshots |> EnvironmentEntropy.metrics Run.quiet bandwidth |> ok).Entropy

    /// H of the second less H of the first, with as many environments of each.
    let private apart (bandwidth: float) (first: Environments) (second: Environments) : Estimate<nat> =
        let struct (_, _, difference) =
            EnvironmentEntropy.difference Run.quiet bandwidth second first |> ok

        difference

    /// Two runs at the same time.
    let private both (one: string) (other: string) : CopperRun * CopperRun =
        let found = [| one; other |] |> Array.Parallel.map CopperRuns.run
        found[0], found[1]

    // ---- Copper under pressure --------------------------------------------------------------------------------------

    /// Differences by thermodynamic integration, read off the paper's figure 1b: lowest and highest of 3,000 to 5,000 K.
    let private integrated =
        [
            6.5, (0.096, 0.107)
            7.0, (0.084, 0.099)
            7.5, (0.077, 0.093)
            8.0, (0.079, 0.095)
        ]

    let private temperatures = [ 3000.0; 4000.0; 5000.0 ]

    /// A row of the table, and the states of fcc and bcc.
    let private atVolume (volume: float) (low: float, high: float) (kelvin: float) =
        let h = Bandwidth.ofVolume volume

        let fcc, bcc =
            both (CopperRuns.atVolume "fcc" volume kelvin 11) (CopperRuns.atVolume "bcc" volume kelvin 12)

        let state (run: CopperRun) : PhaseState =
            {
                Volume = volume
                Temperature = kelvin * 1.0<K>
                Energy = run.Energy
                Pressure = run.Pressure
                Entropy = entropy h run.Snapshots
            }

        let first, second = state fcc, state bcc
        let found = Estimate.subtract second.Entropy first.Entropy
        printfn "V %g, T %g: %s" volume kelvin (Estimate.format found)

        [
            $"bcc – fcc, {volume} Å³ per atom, {kelvin} K, h = {h:F4}"
            $"{low} to {high} over 3,000–5,000 K"
            Estimate.format found
        ],
        first,
        second

    /// Where fcc and bcc coexist. The paper's numbers are read off its figure 1c.
    let private boundary (fcc: PhaseState[]) (bcc: PhaseState[]) : string list list =
        let known =
            [
                1.8e6<bar>, "3,790 (integration), 4,130 (QUESTS)"
                2.2e6<bar>, ""
                2.58e6<bar>, "4,800 (QUESTS)"
                2.8e6<bar>, "4,780 (integration)"
            ]

        let found =
            PhaseBoundary.create 1UL (known |> List.map fst |> Array.ofList) fcc bcc |> ok

        [
            for pressure, paper in known do
                [
                    $"fcc and bcc coexist at {float pressure / 1e4:F0} GPa, K"
                    paper
                    (match found |> Array.tryFind (fun t -> t.Pressure = pressure) with
                     | Some t -> Estimate.format t.Temperature
                     | None -> "no crossing between 3,000 and 5,000 K")
                ]
        ]

    let private runCopper () =
        let found =
            [
                for volume, range in integrated do
                    for kelvin in temperatures -> atVolume volume range kelvin
            ]

        let states choose =
            found |> List.map choose |> Array.ofList

        let melt =
            let solid, liquid = both (CopperRuns.solid 915.0 21) (CopperRuns.liquid 915.0 22)
            Estimate.subtract (entropy 0.057 liquid.Snapshots) (entropy 0.057 solid.Snapshots)

        let rows =
            [
                for row, _, _ in found do
                    row

                [
                    "melt – fcc, zero pressure, 915 K, h = 0.057"
                    "0.60 (by QUESTS; fusion 1.09 at 1,323 K)"
                    Estimate.format melt
                ]
            ]

        {
            Markdown =
                Table.markdown [ "copper, difference of H, nats per atom"; "paper"; "Mice" ] rows
                + "\n\n"
                + Table.markdown
                    [ "boundary of the phases"; "paper"; "Mice" ]
                    (boundary (states (fun (_, fcc, _) -> fcc)) (states (fun (_, _, bcc) -> bcc)))
                + "\n\nOwn runs by LAMMPS, one of each phase, 20 frames over 5 ps of 1,372 (fcc) and 1,458 atoms (bcc), potential of Mishin et al. 2001. Errors are those of the frames of one run. "
                + "The paper's numbers are read off its figures 1b and 1c; entropies by thermodynamic integration are higher at lower temperatures. Nothing was promised of these tables."
            Passed = true
        }

    /// `verify quests-copper`.
    let copper: Measurement =
        {
            Name = "quests-copper"
            Title = "Entropies of phases of copper from environments"
            Run = runCopper
        }

    // ---- Melting ----------------------------------------------------------------------------------------------------

    /// A metal, solid and liquid, with entropies of melting in k_B per atom: of experiment (latent heat by temperature of melting), and of the potential.
    type private Metal =
        {
            Name: string
            Experiment: string
            Potential: string
            Solid: Snapshot[]
            Liquid: Snapshot[]
        }

    let private metals () : Metal list =
        let sodium, aluminium =
            MeltingVerification.sodiumInput (), AluminiumVerification.own ()

        let solid, liquid = both (CopperRuns.solid 1323.0 31) (CopperRuns.liquid 1323.0 32)

        [
            {
                Name = "sodium, 350 K"
                Experiment = "0.84"
                Potential = "0.905(7)"
                Solid = sodium.Solid
                Liquid = sodium.Liquid
            }
            {
                Name = "aluminium, 900 K"
                Experiment = "1.38"
                Potential = "1.41"
                Solid = aluminium.Solid
                Liquid = aluminium.Liquid
            }
            {
                Name = "copper, 1,323 K"
                Experiment = "1.16"
                Potential = "1.09"
                Solid = solid.Snapshots
                Liquid = liquid.Snapshots
            }
        ]

    let private meltingRow (metal: Metal) : string list =
        let solid, liquid = described metal.Solid, described metal.Liquid

        let volume =
            Array.append metal.Solid metal.Liquid |> Array.averageBy Snapshot.volumePerAtom

        let own = Bandwidth.ofVolume volume

        let at h =
            let found = apart h solid liquid |> Estimate.format
            printfn "%s, h = %.4f: %s" metal.Name h found
            found

        [
            metal.Name
            metal.Experiment
            metal.Potential
            $"{at own} (h = {own:F4})"
            at 0.057
            at Bandwidth.Standard
        ]

    let private runMelting () =
        {
            Markdown =
                Table.markdown
                    [
                        "H of the liquid less H of the solid, k_B per atom"
                        "Δs of experiment"
                        "Δs of the potential"
                        "Mice, h(V)"
                        "h = 0.057"
                        "h = 0.015"
                    ]
                    (metals () |> List.map meltingRow)
                + "\n\nAs many environments of each phase, 20 frames of own runs. Experiment: latent heat by temperature of melting (CRC Handbook of Chemistry and Physics). Δs of the potentials: coexistence (sodium, aluminium; latent heat by temperature of melting), and "
                + "that given with the potential (copper). `mice melt`: the sections on melting of sodium and aluminium. Differences of H depend on h by more than they differ between metals; for entropies of melting use `mice melt`. "
                + "Nothing was promised of this table."
            Passed = true
        }

    /// `verify quests-melting`.
    let melting: Measurement =
        {
            Name = "quests-melting"
            Title = "Entropies of melting from environments"
            Run = runMelting
        }
