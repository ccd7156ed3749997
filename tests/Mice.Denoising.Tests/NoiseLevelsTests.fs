module Mice.Denoising.Tests.NoiseLevelsTests

open System
open Expecto
open Mice.Denoising

/// A network for a fluid, not trained.
let network =
    Denoiser.create
        DenoiserOptions.defaults
        3
        3.0
        [| "A" |]
        EdgesTests.soft
        (Baseline.Fluid(DensityModes.create 3 2.4 [| EdgesTests.gas 30 1UL |]))

/// The integral over ln σ by its rule.
let private integral (sigmas: float[]) (f: float -> float) =
    Array.map2 (fun weight sigma -> weight * f sigma) (NoiseLevels.weights sigmas) sigmas |> Array.sum

[<Tests>]
let tests =
    testList
        "NoiseLevelsTests"
        [
            test "Even levels reach from the smallest noise to eight times the largest of the network" {
                let sigmas = NoiseLevels.even network 24
                Expecting.within 1e-9 sigmas[0] (0.008 * 3.0) "the smallest"
                Expecting.within 1e-9 sigmas[23] (8.0 * Denoiser.largestNoise network) "the largest"
                let ratios = sigmas |> Array.pairwise |> Array.map (fun (a, b) -> b / a)
                Expecting.within 1e-9 (Array.max ratios) (Array.min ratios) "the same everywhere"
            }

            test "Fitted levels are close together where half of the noise is found" {
                let known =
                    NoiseLevels.even network 32
                    |> Array.map (fun sigma -> struct (sigma, 3.0 * sigma * sigma / (sigma * sigma + 1.0)))

                let sigmas = NoiseLevels.fitted network 64 known
                Expect.hasLength sigmas 64 "as many as wanted"
                Expecting.within 1e-9 sigmas[0] (0.008 * 3.0) "from the smallest"
                Expecting.within 1e-9 sigmas[63] (8.0 * Denoiser.largestNoise network) "to the largest"
                let ratios = sigmas |> Array.pairwise |> Array.map (fun (a, b) -> b / a)
                Expect.isTrue (ratios |> Array.forall (fun r -> r > 1.0)) "rising"
                let narrowest = ratios |> Array.indexed |> Array.minBy snd |> fst
                Expecting.within 0.5 (log sigmas[narrowest]) 0.0 "where σ is the width"
            }

            test "Weights integrate cubic polynomials of ln σ exactly, at levels anywhere" {
                let generator = Mice.Key.ofSeed 3UL |> Mice.Key.generator

                let sigmas =
                    Array.init 9 (fun _ -> exp (2.0 * generator.NextNormal())) |> Array.sort

                let low, high = log sigmas[0], log sigmas[8]

                for power in 0..3 do
                    let f sigma = log sigma ** float power
                    let p = float (power + 1)
                    let exact = (high ** p - low ** p) / p + 0.5 * f sigmas[0]
                    // Rounding, which narrow gaps of levels magnify.
                    Expecting.within (1e-9 * max 1.0 (abs exact)) (integral sigmas f) exact $"power {power}"
            }

            test "The integral of independent Gaussians is that of their entropies" {
                let found sigma =
                    3.0 * sigma * sigma / (sigma * sigma + 1.0)

                let largest = 8.0 * Denoiser.largestNoise network
                let exact = 1.5 * log (1.0 + largest * largest)

                let fitted =
                    NoiseLevels.even network 32
                    |> Array.map (fun sigma -> struct (sigma, found sigma))
                    |> NoiseLevels.fitted network 64

                // Below the smallest noise the bound lies above by some σ₀⁴, 1e-6; the rest is the rule, of fourth order.
                Expecting.within 1e-4 (integral fitted found) exact "64 fitted levels"
                Expecting.within 2e-3 (integral (NoiseLevels.even network 32) found) exact "32 even levels"
            }

            test "Values in between are linear in ln σ, and beyond the ends those of the ends" {
                let sigmas = [| 1.0; Math.E; 10.0 |]
                let at = NoiseLevels.interpolate sigmas [| 1.0; 2.0; 7.0 |]
                Expecting.within 1e-12 (at (exp 0.25)) 1.25 "in between"
                Expecting.within 1e-12 (at Math.E) 2.0 "at a level"
                Expecting.within 0.0 (at 0.5) 1.0 "below"
                Expecting.within 0.0 (at 20.0) 7.0 "above"
            }
        ]
