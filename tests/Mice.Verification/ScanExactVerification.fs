namespace Mice.Verification

open Mice
open Mice.Entropy
open Mice.Testing.Systems.HardSphereFluid
open Mice.Testing.Systems.ScanSystems
open Mice.Testing.Measuring

/// The scan entropy of systems whose entropy is known, by the networks of quick runs.
[<RequireQualifiedAccess>]
module ScanExactVerification =
    // More atoms than the tests take, so that the networks are limited by themselves and not by the data.
    let private systems () =
        [
            fun () -> idealGas 1 512 24 11UL
            fun () -> idealGas 2 512 24 12UL
            fun () -> idealGas 3 512 24 13UL
            fun () -> hardRods 0.3 512 24 14UL
            fun () -> hardRods 0.6 512 24 15UL
            fun () -> hardSpheres 2 0.05 512 24 16UL
            fun () -> hardSpheres 2 0.1 512 24 17UL
            fun () -> hardSpheres 3 0.05 512 24 18UL
            fun () -> hardSpheres 3 0.1 512 24 19UL
            fun () -> displacedLattice 0.15 8 24 20UL
            fun () -> displacedLattice 0.1 8 24 21UL
        ]

    let private fluids () =
        [
            fun () -> hardSphereFluid 0.3 8 24 22UL
            fun () -> hardSphereFluid 0.43 8 24 23UL
            fun () -> hardSphereFluid 0.49 8 24 24UL
        ]

    let private options = ScanOptions.quick

    let private row (system: KnownSystem) (result: ScanResult) =
        let value = float result.Bound.ExcessEntropy.Value
        let error = float result.Bound.ExcessEntropy.StandardError

        [
            system.Name
            $"{system.Exact:F4}"
            $"{value:F4}"
            $"{error:F4}"
            $"{value - system.Exact:F4}"
            (match result.Bound.Looseness with
             | Some e -> Estimate.format e
             | None -> "unknown")
            Estimate.format result.Calibration
            $"{result.Bound.Seconds:F0}"
        ],
        // An upper bound within its error.
        value >= system.Exact - 3.0 * error

    let private run (systems: unit -> (unit -> KnownSystem) list) (about: string) () =
        let found =
            systems ()
            |> List.map (fun system ->
                let known = system ()
                let cells, passed = row known (estimate options known)
                printfn "%s" (String.concat "  " cells)
                cells, passed)

        let table =
            Table.markdown
                [
                    "system"
                    "exact"
                    "estimate"
                    "error"
                    "above"
                    "looseness, estimated"
                    "mean of λ/ρ"
                    "seconds"
                ]
                (found |> List.map fst)

        {
            Markdown =
                $"s_ex in k_B per atom, {about}, settings of a quick run. Every estimate is an upper bound and must not lie below the exact "
                + "value by more than three errors; how far it lies above (`above`) is also estimated without the exact value (`looseness`).\n\n"
                + table
            Passed = found |> List.forall snd
        }

    /// `verify scan-exact`.
    let exact: Measurement =
        {
            Name = "scan-exact"
            Title = "Scan entropy against exact values"
            Run = run systems "24 snapshots of 512 atoms"
        }

    /// `verify hard-spheres`.
    let dense: Measurement =
        {
            Name = "hard-spheres"
            Title = "Scan entropy of dense hard spheres"
            Run = run fluids "24 snapshots of 1,024 spheres, which freeze at η = 0.494, against Carnahan and Starling"
        }
