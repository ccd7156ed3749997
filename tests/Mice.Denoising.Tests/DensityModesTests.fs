module Mice.Denoising.Tests.DensityModesTests

open System
open Expecto
open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Denoising.Tests.EdgesTests

/// ln of the density of a configuration by its waves, up to a constant, one wave after the other.
let private logDensity (s: Snapshot) (modes: DensityModes) (sigma: float) (positions: float[]) =
    let fractions = Cell.fractional s.Cell positions
    let reciprocal = Cell.reciprocal s.Cell |> Array.map (fun x -> 2.0 * Math.PI * x)
    let atoms = positions.Length / 3

    Seq.sum (
        seq {
            for a in -4 .. 4 do
                for b in -4 .. 4 do
                    for c in -4 .. 4 do
                        let n = [| float a; float b; float c |]

                        let k =
                            Array.init 3 (fun x -> Seq.sum (Seq.init 3 (fun i -> n[i] * reciprocal[3 * i + x])))

                        let length = sqrt (Array.sumBy (fun x -> x * x) k)

                        if length > 0.0 && length <= 3.0 / sigma then
                            let phase i =
                                2.0
                                * Math.PI
                                * (n[0] * fractions[3 * i] + n[1] * fractions[3 * i + 1] + n[2] * fractions[3 * i + 2])

                            let re = Seq.sum (Seq.init atoms (fun i -> cos (phase i)))
                            let im = Seq.sum (Seq.init atoms (fun i -> sin (phase i)))
                            let excess = modes.Excess[int (length / modes.Width)]
                            let s = 1.0 + exp (-length * length * sigma * sigma) * excess
                            // Both of each two waves are there.
                            yield -0.5 * (re * re + im * im) / float atoms * (1.0 / s - 1.0)
        }
    )

[<Tests>]
let tests =
    testList
        "DensityModesTests"
        [
            test "Predictions are −σ times the slope of the density that the waves make" {
                let s = gas 30 6UL
                let sigma = 2.5
                let modes = DensityModes.create 3 sigma [| gas 30 7UL; gas 30 8UL |]
                let noisy = NoisyAtoms.withNoise s.Cell s.Positions sigma (Array.zeroCreate 90)
                let found = DensityModes.predict modes noisy
                Expect.isGreaterThan (found |> Array.map abs |> Array.max) 0.01 "there are predictions"
                let step = 1e-4

                for i in 0..7..89 do
                    let at x =
                        noisy.Positions
                        |> Array.mapi (fun j y -> if j = i then y + x else y)
                        |> logDensity s modes sigma

                    // The central difference is off by the third derivative times step²: 1e-7.
                    Expecting.within 1e-5 found[i] (-sigma * (at step - at -step) / (2.0 * step)) "slope"
            }

            test "Waves of an ideal gas tell nothing" {
                let modes =
                    DensityModes.create 3 2.5 (Array.init 400 (fun i -> gas 30 (uint64 (100 + i))))
                // |ρ|²/N has a standard deviation of 1; shells have two waves or more: 4/√800.
                Expect.all modes.Excess (fun e -> abs e < 0.15) "S = 1"
            }
        ]
