/// Systems with a known entropy, small networks, a few hundred steps. `verify scan-exact` does the same with the default networks.
module Mice.Entropy.Tests.ScanExactTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Testing.Systems.HardSphereFluid
open Mice.Testing.Systems.ScanSystems

/// An upper bound: not below the exact value by more than three errors, and not above it by more than the looseness of a small network.
let private assertBound steps looseness system =
    let result = estimate (small steps) system

    let value, error =
        float result.Bound.ExcessEntropy.Value, float result.Bound.ExcessEntropy.StandardError

    let corrected = result.Bound.Corrected.Value

    let text =
        $"{system.Name}: exact {system.Exact:F4}, estimate {value:F4} ± {error:F4}, looseness {Estimate.format result.Bound.Looseness.Value}, "
        + $"corrected {Estimate.format corrected}, calibration {Estimate.format result.Calibration}, {result.Bound.Seconds:F1} s"

    Expect.equal result.Bound.ExcessEntropy.Direction Direction.UpperBound "it is an upper bound"

    Expect.isTrue (value >= system.Exact - 3.0 * error) $"below the exact value: {text}"
    Expect.isTrue (value <= system.Exact + looseness + 3.0 * error) $"too loose: {text}"
    // Four errors, one part of which is a quarter of the correction.
    Expect.isTrue
        (abs (float corrected.Value - system.Exact) <= 4.0 * float corrected.StandardError)
        $"corrected wrongly: {text}"
    // A bound that is loose by δ from noise in ln λ has a mean of λ/ρ too large by about 2δ on new points: 0.05 for 0.025.
    Expecting.within
        (0.05 + 3.0 * result.Calibration.StandardError)
        result.Calibration.Value
        1.0
        $"wrongly calibrated: {text}"

[<Tests>]
let tests =
    testList
        "ScanExactTests"
        [
            // What a network learns by heart from some thousand atoms is lost on others: about the number of parameters that matter (some tens) over
            // the number of atoms, 0.01.
            test "The ideal gas has none, in one dimension" { assertBound 150 0.02 (idealGas 1 256 16 1UL) }

            test "The ideal gas has none, in two dimensions" { assertBound 150 0.02 (idealGas 2 256 16 2UL) }

            test "The ideal gas has none, in three dimensions" { assertBound 150 0.02 (idealGas 3 216 16 3UL) }

            // Outside the cores the intensity is constant, so the network has nothing to learn; learning by heart as for the ideal gas.
            test "Hard rods have ln(1 − ρa)" { assertBound 150 0.03 (hardRods 0.5 256 16 4UL) }

            // The intensity outside the cores varies little at these densities; learning by heart as for the ideal gas.
            test "Hard discs follow the virial series" { assertBound 200 0.03 (hardSpheres 2 0.1 256 16 5UL) }

            test "Hard spheres follow the virial series" { assertBound 200 0.03 (hardSpheres 3 0.08 216 16 6UL) }

            // Spheres are densest at contact: cores that ended half a percent short of it would stand 0.1 above the exact value, since no smooth
            // intensity follows the step there.
            test "A dense fluid of hard spheres follows Carnahan and Starling" {
                assertBound 400 0.05 (hardSphereFluid 0.4 5 16 8UL)
            }

            // The network has to infer the sites from some thirty noisy neighbours, which alone costs (3/2) ln(1 + 1/30) = 0.05, and to draw a peak
            // of 0.15 spacings with 64 neurons in a few hundred steps.
            test "A lattice with Gaussian displacements has the entropy of its Gaussians" {
                assertBound 400 0.5 (displacedLattice 0.15 6 16 7UL)
            }

            test "The hard spheres of the reference do not overlap and the rods neither" {
                let closest (system: KnownSystem) =
                    system.Snapshots
                    |> Mice.Autoregressive.ScanSnapshots.prepare system.Dimension system.Symmetry 6.0
                    |> Mice.Autoregressive.ScanSnapshots.closestDistance

                // Diameters from η; some thousand particles come within a percent of contact, rods in 16 × 256 gaps within 1e-3.
                Expecting.inRange
                    (closest (hardSpheres 3 0.08 216 4 1UL))
                    (3.0 * (0.48 / System.Math.PI) ** (1.0 / 3.0))
                    1.62
                    "hard spheres touch and do not overlap"

                Expecting.inRange
                    (closest (hardSpheres 2 0.1 256 4 1UL))
                    (3.0 * (0.4 / System.Math.PI) ** 0.5)
                    1.08
                    "hard discs touch and do not overlap"

                Expecting.inRange
                    (closest (hardRods 0.5 256 4 1UL))
                    (1.5 - 1e-9)
                    1.51
                    "hard rods touch and do not overlap"

                // 8 × 250 spheres: the pair distribution at contact, (1 − η/2)/(1 − η)³ = 3.7, puts a pair within 1e-3 diameters of it in every snapshot.
                let diameter = 3.0 * (2.4 / System.Math.PI) ** (1.0 / 3.0)

                Expecting.inRange
                    (closest (hardSphereFluid 0.4 5 8 1UL))
                    diameter
                    (1.005 * diameter)
                    "the spheres of the fluid touch and do not overlap"
            }
        ]
