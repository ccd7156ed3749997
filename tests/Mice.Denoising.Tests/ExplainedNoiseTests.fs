module Mice.Denoising.Tests.ExplainedNoiseTests

open Expecto
open Mice
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

/// Measurements whose integrand is that of independent Gaussian displacements of width u, with noise of their own and noise that follows Excess.
let private samples (u: float) (own: float) snapshots sets seed =
    let generator = Key.ofSeed seed |> Key.generator

    Array.init snapshots (fun _ ->
        Array.init sets (fun set ->
            // As in measurements: a midpoint rule.
            let place = (float set + 0.5) / float sets

            Array.init (ExplainedNoise.levels network) (fun k ->
                let sigma = ExplainedNoise.sigma network k place
                let excess = 0.1 * generator.NextNormal()
                let share = sigma * sigma / (sigma * sigma + u * u)

                {
                    Sigma = sigma
                    Explained = 3.0 * share + share * excess + own * generator.NextNormal()
                    Earlier = [||]
                    Known = 0.0
                    Excess = excess
                })))

[<Tests>]
let tests =
    testList
        "ExplainedNoiseTests"
        [
            test "The integral of independent Gaussians is that of their entropies" {
                let u = 1.0

                let found =
                    samples u 0.02 200 4 1UL
                    |> Array.map (fun sets -> EdgesTests.gas 30 1UL, sets)
                    |> ExplainedNoise.entropies network
                    |> Array.map Array.average

                // ∫ 3 σ²/(σ² + u²) d ln σ from 0 to the largest noise; below the smallest, the bound takes 3/2 σ₀²/(σ₀² + u²).
                let largest = 8.0 * Denoiser.largestNoise network
                let exact = -1.5 * log (1.0 + largest * largest / (u * u))
                let error = Statistics.standardError found
                // Below the smallest noise the bound lies above by some σ₀⁴: 1e-6.
                Expecting.within (4.0 * error) (Array.average found) exact "the integral"
                Expect.isLessThan error 0.01 "what follows Excess is taken out"
            }

            test "Levels begin at the smallest noise and follow each other without a gap" {
                Expecting.within 1e-12 (ExplainedNoise.middle network 0) (0.008 * 3.0) "the smallest"

                for level in 1 .. ExplainedNoise.levels network - 1 do
                    Expecting.within
                        1e-12
                        (log (ExplainedNoise.sigma network level 0.0))
                        (log (ExplainedNoise.sigma network (level - 1) 1.0))
                        "no gap"
            }
        ]
