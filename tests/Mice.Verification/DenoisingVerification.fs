namespace Mice.Verification

open System.IO
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Measuring
open Mice.Testing.Systems.HardSphereFluid
open Mice.Testing.Systems.HarmonicCrystal
open Mice.Testing.Systems.LennardJonesFluid
open Mice.Testing.Systems.ScanSystems

/// The denoising entropy with default settings, against exact values.
[<RequireQualifiedAccess>]
module DenoisingVerification =
    /// Systems with known entropies, and how far above that the bound may lie. Sodium is measured by `verify sodium`.
    let private cases () : (KnownSystem * float) list =
        [
            hardSphereFluid 0.49 8 20 9UL, 0.03
            hardSphereFluid 0.43 8 20 8UL, 0.03
            hardSpheres 2 0.1 256 20 5UL, 0.03
            hardRods 0.5 256 20 4UL, 0.05
            lennardJonesFluid 0.8 0.8 8 20 10UL, 0.03
            displacedLattice 0.15 8 20 7UL, 0.02
            springLattice 0.1 0.3 8 20 6UL, 0.02
        ]

    /// Checkpoints of networks and finished rows, so that a stopped verification goes on.
    let private folder = Checkpoints.place "denoising"

    let private cells (case: KnownSystem, goal: float) (result: DenoisingResult) : string list =
        let bound = result.Bound.ExcessEntropy
        let above = float bound.Value - case.Exact
        let isBound = above >= -3.0 * float bound.StandardError

        [
            case.Name
            $"{case.Exact:F4}"
            Estimate.format bound
            $"%+.4f{above}"
            $"{goal}"
            (if not isBound then "NO BOUND"
             elif above <= goal then "met"
             else "NOT MET")
            MeltingVerification.known result.Bound.Looseness
            MeltingVerification.known result.Bound.Corrected
            $"{result.Bound.Seconds:F0}"
        ]

    let private measured (case: KnownSystem, goal: float) (place: string) : string list =
        let options =
            { DenoisingOptions.defaults with
                Dimension = case.Dimension
                Symmetry = Symmetry.Cubic
            }

        let run =
            { Run.console with
                Store = Some(RunStore.at place)
            }

        DenoisingEntropy.estimate options run case.Snapshots
        |> ok
        |> DenoisingEntropy.withControl case.Control
        |> cells (case, goal)

    let private row (index: int) (case: KnownSystem, goal: float) : string list =
        let place = Path.Combine(folder, string index)
        let kept = Path.Combine(place, "row.txt")

        if not (File.Exists kept) then
            let row = measured (case, goal) place
            File.WriteAllLines(kept, row)
            printfn "%s" (String.concat "  " row)

        List.ofArray (File.ReadAllLines kept)

    let private run () =
        let found = cases () |> List.mapi row
        Checkpoints.forget "denoising"

        let table =
            Table.markdown
                [
                    "system"
                    "s_ex known"
                    "upper bound"
                    "above"
                    "goal"
                    ""
                    "looseness, estimated"
                    "less its looseness"
                    "seconds"
                ]
                found

        {
            Markdown =
                "k_B per atom, default settings, 20 snapshots each. No bound may lie below what is known by more than three errors.\n\n"
                + table
            Passed = found |> List.forall (List.contains "met")
        }

    /// `verify denoising`.
    let measurement: Measurement =
        {
            Name = "denoising"
            Title = "Denoising entropy of systems with known entropies"
            Run = run
        }
