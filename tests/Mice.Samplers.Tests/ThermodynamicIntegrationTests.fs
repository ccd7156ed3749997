module Mice.Samplers.Tests.ThermodynamicIntegrationTests

open Expecto
open Mice
open Mice.Samplers

/// The XY chain: energies and entropies are known at every β.
let private chain beta =
    XYExact.chain (XYModel.square 2 (1.0 / beta))

let private start =
    {
        EntropyPerSite = XYModel.infiniteTemperatureEntropy
        EnergyPerSite = 0.0
        Slope = -0.5
    }

let private points (betas: float[]) noise =
    betas
    |> Array.mapi (fun i beta ->
        let energy = (chain beta).EnergyPerSite

        {
            Beta = beta
            EnergyPerSite = noise i energy
        })

let private noiseless _ energy = Estimate.exact energy

[<Tests>]
let tests =
    testList
        "ThermodynamicIntegrationTests"
        [
            test "The entropy of the chain comes from its energies" {
                let betas = Array.init 150 (fun i -> 0.02 * float (i + 1))

                for found in points betas noiseless |> ThermodynamicIntegration.entropies start |> ok do
                    let error = float (found.EntropyPerSite.Value - (chain found.Beta).EntropyPerSite)
                    // A cubic spline of spacing 0.02 is good to h⁴/24 times the third derivative at its end.
                    Expect.isTrue (abs error < 1e-8) $"{error} at {found.Beta}"
                    Expect.equal (float found.StatisticalError) 0.0 "exact energies leave no statistical error"
            }

            test "The error of a coarse or uneven grid is about what is told" {
                let even = Array.init 13 (fun i -> 0.25 * float (i + 1))
                let uneven = Array.init 14 (fun i -> 0.01 * 1.5 ** float (i + 1))

                for betas in [ even; uneven ] do
                    let found = points betas noiseless |> ThermodynamicIntegration.entropies start |> ok

                    let largest f = found |> Array.map f |> Array.max

                    let errors =
                        largest (fun f -> abs (float (f.EntropyPerSite.Value - (chain f.Beta).EntropyPerSite)))

                    let told = largest (fun f -> float f.QuadratureError)
                    Expect.isTrue (errors < told && told < 50.0 * errors) $"{errors} against {told}"
            }

            test "Errors of noisy energies are honest" {
                let betas = Array.init 30 (fun i -> 0.1 * float (i + 1))
                let sigma i = 0.002 * (1.0 + float (i % 3))

                let zScores =
                    Key.ofSeed 1UL
                    |> Key.split 400
                    |> Array.collect (fun key ->
                        let generator = Key.generator key

                        let found =
                            points betas (fun i energy ->
                                Estimate.create (energy + sigma i * generator.NextNormal()) (sigma i) Direction.Exact)
                            |> ThermodynamicIntegration.entropies start
                            |> ok

                        [| 0; 9; 29 |]
                        |> Array.map (fun i ->
                            let s = found[i].EntropyPerSite
                            float (s.Value - (chain found[i].Beta).EntropyPerSite) / float s.StandardError))

                // 400 independent runs at three points: the mean of z² has an error of √(2/1200) to √(2/400). The error told contains
                // noise in what it takes for the error of the grid, which lowers the mean to about 0.9.
                Expecting.inRange (zScores |> Array.averageBy (fun z -> z * z)) 0.75 1.1 "the mean of z²"
            }

            test "The energies of a small torus integrate to its entropy" {
                let model =
                    { XYModel.square 2 1.0 with
                        Field = 0.5
                    }

                let exact beta =
                    XYReference.twoByTwo 16 1.0 0.5 (1.0 / beta)

                let energies =
                    Array.init 10 (fun i ->
                        let beta = 0.05 * float (i + 1)

                        {
                            Beta = beta
                            EnergyPerSite = Estimate.exact ((exact beta).Energy / 4.0)
                        })

                let found =
                    ThermodynamicIntegration.entropies
                        { start with
                            Slope = XYModel.infiniteTemperatureSlope model
                        }
                        energies
                    |> ok

                for point in found do
                    let exact = exact point.Beta
                    let entropy = (exact.LogPartition + point.Beta * exact.Energy) / 4.0
                    let error = abs (float point.EntropyPerSite.Value - entropy)

                    Expect.isTrue
                        (error <= 2.0 * float point.QuadratureError + 1e-7 && error < 1e-4)
                        $"{error} at {point.Beta}"
            }

            test "Points that cannot be integrated are told" {
                let errors betas =
                    match
                        betas
                        |> Array.map (fun beta ->
                            {
                                Beta = beta
                                EnergyPerSite = Estimate.exact 0.0
                            })
                        |> ThermodynamicIntegration.entropies start
                    with
                    | Error errors -> errors.Length
                    | Ok _ -> 0

                Expect.equal (errors [| 0.1; 0.2; 0.3 |]) 1 "too few points"
                Expect.equal (errors [| 0.1; 0.3; 0.2; 0.4 |]) 1 "points out of order"
                Expect.equal (errors [| 0.0; 0.1; 0.3; 0.4 |]) 1 "a point at β = 0"
                Expect.equal (errors [| 0.1; 0.2; 0.3; 0.4 |]) 0 "four good points"
            }
        ]
