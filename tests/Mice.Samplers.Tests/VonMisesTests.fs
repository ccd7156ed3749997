module Mice.Samplers.Tests.VonMisesTests

open Expecto
open System
open Mice.Samplers

[<Tests>]
let tests =
    testList
        "VonMisesTests"
        [
            test "The concentration is the inverse of the mean cosine" {
                for kappa in [ 1e-4; 0.01; 0.3; 1.0; 4.0; 50.0; 1e3; 1e5 ] do
                    let found = VonMises.concentration (VonMises.meanCosine kappa)
                    // In the cold 1 − cos is 1/2κ, so that rounding of the cosine to 2e-16 is 4e-16 κ of κ; in Bessel functions it is ten times as much.
                    Expecting.inRange
                        (found / kappa - 1.0)
                        (-1e-11 - 1e-14 * kappa)
                        (1e-11 + 1e-14 * kappa)
                        $"κ = {kappa}: the relative error of κ"
            }

            test "Concentrations of no order and of full order are 0 and the largest" {
                Expecting.inRange (VonMises.concentration 0.0) 0.0 1e-300 "no order"
                Expecting.decimals 3 (VonMises.concentration 1.0) 1e6 "full order"
            }

            test "The entropy is that of the density on a grid" {
                for kappa in [ 0.0; 0.5; -2.0; 30.0 ] do
                    // Trapezoids are exact to rounding for κ far below the square of the number of points.
                    let n = 400
                    let angles = Array.init n (fun i -> 2.0 * Math.PI * float i / float n)
                    let weights = angles |> Array.map (fun a -> exp (kappa * cos a - abs kappa))

                    let density =
                        weights |> Array.map (fun w -> w / Array.average weights / (2.0 * Math.PI))

                    let entropy = -2.0 * Math.PI * Array.averageBy (fun p -> p * log p) density
                    Expecting.decimals 10 (VonMises.entropy kappa) entropy $"the entropy for κ = {kappa}"

                    let cosine =
                        Array.map2 (fun a p -> 2.0 * Math.PI * p * cos a) angles density |> Array.average

                    Expecting.decimals 10 (VonMises.meanCosine kappa) cosine $"the mean cosine for κ = {kappa}"
            }
        ]
