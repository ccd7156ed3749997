module Mice.Samplers.Tests.DimerScatteringTests

open Expecto
open FsCheck
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

/// Rounding in sums of four weights, the largest of which is 1.
let private rounding = 1e-14

let private temperatures = [ 0.01; 0.1; 0.5; 0.65; 1.0; 2.0; 10.0; infinity ]

/// Symmetric, not negative, with row sums w.
let private isSolution (weights: float[]) (amounts: float[,]) =
    let tolerance = rounding * Array.max weights

    for i in 0..3 do
        close tolerance weights[i] (Seq.sum (seq { for k in 0..3 -> amounts[i, k] }))

        for k in 0..3 do
            close tolerance amounts[i, k] amounts[k, i]
            Expect.isTrue (amounts[i, k] >= 0.0) "not negative"

/// Only the largest weight bounces, by what it exceeds the others.
let private bouncesLeast (weights: float[]) (amounts: float[,]) =
    for i in 0..3 do
        let excess = 2.0 * weights[i] - Array.sum weights
        close (rounding * Array.max weights) (max 0.0 excess) amounts[i, i]

/// Probabilities that an alias table draws, in units of 2⁻³¹.
let private drawn (entries: uint32[]) =
    let units = Array.zeroCreate<int64> 4

    for slot in 0..3 do
        let threshold = int64 (entries[slot] >>> 3)
        let other = slot ^^^ int (entries[slot] >>> 1 &&& 3u)
        units[slot] <- units[slot] + threshold
        units[other] <- units[other] + (1L <<< 29) - threshold

    units

[<Tests>]
let tests =
    testList
        "DimerScatteringTests"
        [
            test "All 81 counts have a solution with the least bouncing at every temperature" {
                Expect.equal (Array.distinct DimerScattering.allCounts).Length 81 "81 counts"

                for temperature in temperatures do
                    for counts in DimerScattering.allCounts do
                        let weights = DimerScattering.weights temperature counts
                        let amounts = DimerScattering.minimalBounce weights
                        isSolution weights amounts
                        bouncesLeast weights amounts
            }

            test "Any weights have a solution with the least bouncing" {
                Expecting.holds 1000 (fun (a: NormalFloat) (b: NormalFloat) (c: NormalFloat) (d: NormalFloat) ->
                    let weights = [| a; b; c; d |] |> Array.map (fun x -> abs x.Get)
                    let amounts = DimerScattering.minimalBounce weights
                    isSolution weights amounts
                    bouncesLeast weights amounts)
            }

            test "Equal weights do not bounce and are treated alike" {
                let amounts = DimerScattering.minimalBounce (Array.create 4 1.0)

                for i in 0..3 do
                    for k in 0..3 do
                        close rounding (if i = k then 0.0 else 1.0 / 3.0) amounts[i, k]
            }

            test "The heat bath is a solution" {
                for temperature in temperatures do
                    for counts in DimerScattering.allCounts do
                        let weights = DimerScattering.weights temperature counts
                        DimerScattering.heatBath weights |> isSolution weights
            }

            test "Alias tables draw with the probabilities that they are made of" {
                let full = 1L <<< 31

                for units in
                    [
                        [| full; 0L; 0L; 0L |]
                        [| 0L; full - 1L; 0L; 1L |]
                        [| full / 4L; full / 4L; full / 4L; full / 4L |]
                        [| 5L; full / 2L; full / 2L - 7L; 2L |]
                    ] do
                    Expect.equal (drawn (DimerScattering.alias units)) units "units"
            }

            test "Tables have the probabilities of the solutions" {
                for solve in [ DimerScattering.minimalBounce; DimerScattering.heatBath ] do
                    for temperature in temperatures |> List.filter (fun t -> t > 0.05) do
                        let table = DimerScattering.table solve temperature

                        for counts in DimerScattering.allCounts do
                            let weights = DimerScattering.weights temperature counts
                            let amounts = solve weights
                            let place = counts[0] + 4 * counts[1] + 16 * counts[2] + 64 * counts[3]

                            for i in 0..3 do
                                let units = drawn table[16 * place + 4 * i .. 16 * place + 4 * i + 3]
                                Expect.equal (Array.sum units) (1L <<< 31) "all"

                                for k in 0..3 do
                                    // Rounding to units of 2⁻³¹, where the largest makes up for the others, and of differences of weights up to 1.
                                    close
                                        (1e-9 + rounding / weights[i])
                                        (amounts[i, k] / weights[i])
                                        (float units[k] / 2147483648.0)
            }
        ]
