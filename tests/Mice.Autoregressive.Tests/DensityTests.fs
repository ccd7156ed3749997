module Mice.Autoregressive.Tests.DensityTests

open Expecto
open System
open FsCheck
open FsCheck.FSharp
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

let private fast (basis: DensityBasis) (density: PastDensity) (displacements: float[][]) =
    density.Clear()

    for d in displacements do
        let c i =
            if i < basis.Dimension then float32 d[i] else 0.0f

        density.Add(c 0, c 1, c 2)

    let target = Array.zeroCreate<float32>(DensityBasis.size basis)
    density.Write(Span<float32> target)
    target

/// Displacements behind the plane, as float32 numbers so that both twins see the same, from the closest approach to beyond the cut-off.
let private displacements dimension closest cutoff (g: Mice.Generator) n =
    Array.init n (fun _ ->
        let direction =
            Array.init 3 (fun i -> if i < dimension then g.NextNormal() else 0.0)

        let norm = sqrt (Array.sumBy (fun v -> v * v) direction)
        let r = closest + (1.1 * cutoff - closest) * g.NextFloat()
        let d = direction |> Array.map (fun v -> float (float32 (r * v / norm)))
        d[dimension - 1] <- -(abs d[dimension - 1])
        d)

/// Mean of Y_a Y_b over the half of the sphere behind the plane; at r = μ_k the values are the envelope times Y.
let private gram dimension degree (directions: (float[] * float)[]) =
    let basis = DensityBasis.create dimension degree 3.0 1.7 7.0
    let angles = DensityBasis.angularSize basis
    let r = basis.Centres[2]
    let envelope = 0.5 * (1.0 + cos (Math.PI * r / basis.Cutoff))

    let values =
        directions
        |> Array.map (fun (u, weight) ->
            let all = DensityBasis.evaluate basis (u |> Array.map (fun v -> r * v))
            Array.sub all (2 * angles) angles |> Array.map (fun v -> v / envelope), weight)

    let total = values |> Array.sumBy snd

    Array2D.init angles angles (fun a b -> (values |> Array.sumBy (fun (y, w) -> w * y[a] * y[b])) / total)

let private assertIdentity (matrix: float[,]) =
    matrix
    |> Array2D.iteri (fun a b v ->
        // The quadratures below are exact to 1e-7 or better for these polynomials.
        Expect.isTrue (abs (v - (if a = b then 1.0 else 0.0)) < 1e-6) $"({a}, {b}): {v}")

[<Tests>]
let tests =
    testList
        "DensityTests"
        [
            test "The density of random neighbours equals its slow twin" {
                let cases =
                    Gen.zip
                        (Gen.choose (1, 3))
                        (Gen.zip3 (Gen.choose (0, 8)) (Gen.choose (0, 70)) (Gen.choose (0, 1_000_000)))

                let property =
                    Prop.forAll (Arb.fromGen cases) (fun (dimension, (degree, n, seed)) ->
                        let basis = DensityBasis.create dimension degree 3.0 1.7 7.0
                        let found = displacements dimension 1.6 7.0 (generator (uint64 seed)) n
                        let error = fast basis (PastDensity basis) found |> deviation (density basis found)
                        error <= 1.0 |> Prop.label $"{error:F2} tolerances")

                Expecting.holds 200 property
            }

            test "One density serves any number of neighbours in turn" {
                for dimension in 1..3 do
                    let basis = DensityBasis.create dimension 6 3.0 1.7 7.0
                    let one = PastDensity basis
                    let g = generator 11UL

                    for n in [ 3; 0; 63; 64; 65; 1000; 1; 5000; 0; 17 ] do
                        let found = displacements dimension 1.6 7.0 g n
                        let values = fast basis one found
                        let error = deviation (density basis found) values
                        Expect.isTrue (error <= 1.0) $"dimension {dimension}, {n} neighbours: {error:F2} tolerances"

                        if n = 0 then
                            for v in values do
                                Expect.equal v 0.0f "no neighbours give no density"
            }

            test "Neighbours at and beyond the cut-off count for nothing and come in smoothly" {
                let basis = DensityBasis.create 3 4 3.0 1.7 7.0
                let one = PastDensity basis
                let at r = fast basis one [| [| 0.0; 0.0; -r |] |]

                for v in Array.append (at 7.0) (at 7.5) do
                    Expect.equal v 0.0f "nothing comes from the cut-off or beyond"

                for v in DensityBasis.evaluate basis [| 0.0; 0.0; -7.5 |] do
                    Expect.equal v 0.0 "the basis is zero beyond the cut-off"

                // ½(1 + cos) is 5e-6 there, times harmonics below √9.
                for v in at 6.99 do
                    Expect.isTrue (abs v < 2e-5f) "little comes from just inside the cut-off"

                Expect.exists (at 2.0) (fun v -> abs v > 0.1f) "a near neighbour counts"
            }

            test "Spherical harmonics are orthonormal on the half sphere" {
                let n = 2000

                let directions =
                    [|
                        for i in 0 .. n - 1 do
                            // Midpoints in cos θ from −1 to 0: products of even l + m are even polynomials, so the half sphere is enough.
                            let z = -(float i + 0.5) / float n
                            let across = sqrt (1.0 - z * z)

                            for j in 0..19 do
                                let phi = 2.0 * Math.PI * float j / 20.0
                                [| across * cos phi; across * sin phi; z |], 1.0
                    |]

                // Midpoint error 1/(24 n²) times the slope of the product at the pole, at most some l⁴.
                let matrix = gram 3 4 directions

                matrix
                |> Array2D.iteri (fun a b v ->
                    Expect.isTrue (abs (v - (if a = b then 1.0 else 0.0)) < 1e-5) $"({a}, {b}): {v}")
            }

            test "Circular harmonics are orthonormal on the half circle" {
                let n = 400

                let directions =
                    Array.init n (fun i ->
                        let angle = -Math.PI * (float i + 0.5) / float n
                        [| cos angle; sin angle; 0.0 |], 1.0)

                gram 2 8 directions |> assertIdentity
            }

            test "A density does not depend on the order of the neighbours and does on where they are" {
                let basis = DensityBasis.create 3 6 3.0 1.7 7.0
                let found = displacements 3 1.6 6.0 (generator 5UL) 40
                let one = PastDensity basis
                let forward = fast basis one found
                let error = fast basis one (Array.rev found) |> deviation (density basis found)
                Expect.isTrue (error <= 1.0) $"{error:F2} tolerances"
                found[0] <- found[0] |> Array.map (fun v -> 0.99 * v)
                Expect.notEqual (fast basis one found) forward "one neighbour elsewhere changes the density"
            }

            test "An aligned density equals its slow twin and is the same after turns and reflections around the pass" {
                for dimension in 1..3 do
                    let basis = DensityBasis.create dimension 6 3.0 1.7 7.0
                    let one = PastDensity basis

                    let alignedValues (found: float[][]) =
                        one.Clear()

                        for d in found do
                            one.Add(float32 d[0], float32 d[1], float32 d[2])

                        one.Align()
                        let target = Array.zeroCreate<float32>(DensityBasis.size basis)
                        one.Write(Span<float32> target)
                        target

                    for seed in 1UL .. 40UL do
                        let g = generator seed
                        let found = displacements dimension 1.6 6.9 g (int seed - 1)
                        let angle = 2.0 * Math.PI * g.NextFloat()

                        let operation =
                            match dimension with
                            | 3 -> [| cos angle; sin angle; 0.0; sin angle; -(cos angle); 0.0; 0.0; 0.0; 1.0 |]
                            | 2 -> [| -1.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]
                            | _ -> [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0; 1.0 |]

                        let expected = density basis (aligned dimension found)
                        let error = deviation expected (alignedValues found)
                        Expect.isTrue (error <= 1.0) $"dimension {dimension}, seed {seed}: {error:F2} tolerances"

                        let error =
                            found |> Array.map (apply operation) |> alignedValues |> deviation expected

                        Expect.isTrue
                            (error <= 1.0)
                            $"turned, dimension {dimension}, seed {seed}: {error:F2} tolerances"
            }
        ]
