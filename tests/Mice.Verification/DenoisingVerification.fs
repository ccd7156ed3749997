namespace Mice.Verification

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
    /// Systems with known entropies by name, and how far above that the bound may lie. Sodium is measured by `verify sodium`.
    let private cases: (string * (unit -> KnownSystem) * float) list =
        [
            "hard-spheres-0.49", (fun () -> hardSphereFluid 0.49 8 20 9UL), 0.03
            "hard-spheres-0.43", (fun () -> hardSphereFluid 0.43 8 20 8UL), 0.03
            "hard-disks", (fun () -> hardSpheres 2 0.1 256 20 5UL), 0.03
            "hard-rods", (fun () -> hardRods 0.5 256 20 4UL), 0.05
            "lennard-jones", (fun () -> lennardJonesFluid 0.8 0.8 8 20 10UL), 0.03
            "displaced-lattice", (fun () -> displacedLattice 0.15 8 20 7UL), 0.02
            "spring-lattice", (fun () -> springLattice 0.1 0.3 8 20 6UL), 0.02
        ]

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

    let private measured (name: string) (case: KnownSystem, goal: float) : string list =
        let options =
            { DenoisingOptions.defaults with
                Dimension = case.Dimension
                Symmetry = Symmetry.Cubic
            }

        let struct (run, _) = Checkpoints.run name

        let row =
            DenoisingEntropy.estimate options run case.Snapshots
            |> ok
            |> DenoisingEntropy.withControl case.Control
            |> cells (case, goal)

        Checkpoints.forget name
        row

    let private run (name: string) (case: unit -> KnownSystem) (goal: float) () =
        let row = measured name (case (), goal)

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
                [ row ]

        {
            Markdown =
                "k_B per atom, default settings, 20 snapshots. The bound may not lie below what is known by more than three errors.\n\n"
                + table
            Passed = List.contains "met" row
        }

    /// `verify denoising-SYSTEM`, a measurement for each system: one takes half an hour.
    let measurements: Measurement list =
        cases
        |> List.map (fun (name, case, goal) ->
            {
                Name = $"denoising-{name}"
                Title = $"Denoising entropy against a known one: {name}"
                Run = run $"denoising-{name}" case goal
            })
