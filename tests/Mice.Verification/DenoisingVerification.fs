namespace Mice.Verification

open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Measuring
open Mice.Testing.Systems.HardSphereFluid
open Mice.Testing.Systems.ScanSystems

/// The denoising entropy with default settings, against exact values and other routes to the same numbers.
[<RequireQualifiedAccess>]
module DenoisingVerification =
    /// A set of snapshots, what its entropy is, how well that is known, and how far above it the bound may lie.
    type private Case =
        {
            Name: string
            Dimension: int
            Symmetry: Symmetry
            Snapshots: Snapshot[]
            Control: ControlVariate
            Exact: float
            Uncertainty: float
            Goal: float
        }

    let private ofKnown goal (system: KnownSystem) : Case =
        {
            Name = system.Name
            Dimension = system.Dimension
            Symmetry = Symmetry.None
            Snapshots = system.Snapshots
            Control = system.Control
            Exact = system.Exact
            Uncertainty = 0.0
            Goal = goal
        }

    let private sodium () : Case list =
        let input = MeltingVerification.sodiumInput ()

        let conditions =
            {
                Temperature = 350.0<K>
                Pressure = 1.0<bar>
            }

        let phase name symmetry snapshots table exact uncertainty goal =
            {
                Name = $"{name} sodium, 350 K"
                Dimension = 3
                Symmetry = symmetry
                Snapshots = snapshots
                Control = ControlVariate.thermal conditions snapshots table |> ok
                Exact = exact
                Uncertainty = uncertainty
                Goal = goal
            }

        [
            phase "solid" Symmetry.Cubic input.Solid input.SolidThermo MeltingVerification.truthSolid 0.01 0.02
            phase "liquid" Symmetry.None input.Liquid input.LiquidThermo MeltingVerification.truthLiquid 0.02 0.06
        ]

    let private cases () : Case list =
        [
            yield! sodium ()
            ofKnown 0.03 (hardSphereFluid 0.49 8 20 9UL)
            ofKnown 0.03 (hardSphereFluid 0.43 8 20 8UL)
            ofKnown 0.05 (hardRods 0.5 256 20 4UL)
        ]

    let private row (case: Case) : string list * bool =
        let options =
            { DenoisingOptions.defaults with
                Dimension = case.Dimension
                Symmetry = case.Symmetry
            }

        let result =
            DenoisingEntropy.estimate options Run.console case.Snapshots
            |> ok
            |> DenoisingEntropy.withControl case.Control

        let bound = result.Bound.ExcessEntropy
        let above = float bound.Value - case.Exact
        let error = sqrt (float bound.StandardError ** 2.0 + case.Uncertainty ** 2.0)

        let corrected =
            result.Bound.Corrected |> Option.map Estimate.format |> Option.defaultValue "unknown"

        let met = above <= case.Goal

        let cells =
            [
                case.Name
                $"{case.Exact:F4}"
                Estimate.format bound
                $"%+.4f{above}"
                $"{case.Goal}"
                (if met then "met" else "NOT MET")
                corrected
                $"{result.Bound.Seconds:F0}"
            ]

        printfn "%s" (String.concat "  " cells)
        cells, met && above >= -3.0 * error

    let private run () =
        let found = cases () |> List.map row

        let table =
            Table.markdown
                [
                    "system"
                    "s_ex known"
                    "upper bound"
                    "above"
                    "goal"
                    ""
                    "less its looseness"
                    "seconds"
                ]
                (found |> List.map fst)

        {
            Markdown =
                "k_B per atom, default settings, 20 snapshots each. No bound may lie below what is known by more than three errors.\n\n"
                + table
            Passed = found |> List.forall snd
        }

    /// `verify denoising`.
    let measurement: Measurement =
        {
            Name = "denoising"
            Title = "Denoising entropy of fluids and of a crystal"
            Run = run
        }
