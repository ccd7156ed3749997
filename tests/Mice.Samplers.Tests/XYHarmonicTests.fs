module Mice.Samplers.Tests.XYHarmonicTests

open Expecto
open System
open MathNet.Numerics.LinearAlgebra
open Mice
open Mice.Samplers

let private model rows columns field temperature : XYModel =
    {
        Rows = rows
        Columns = columns
        Coupling = 1.3
        Field = field
        Temperature = temperature
    }

/// The matrix of second derivatives of E at θ = 0, bond by bond.
let private hessian (model: XYModel) =
    let n = XYModel.sites model
    let matrix = Matrix<float>.Build.Dense(n, n)

    for i in 0 .. n - 1 do
        matrix[i, i] <- matrix[i, i] + model.Field

        for offset in Lattice.forwardOffsets Lattice.Square do
            let j = Lattice.siteAt model.Rows model.Columns i offset

            for a, b, sign in [ i, i, 1.0; j, j, 1.0; i, j, -1.0; j, i, -1.0 ] do
                matrix[a, b] <- matrix[a, b] + sign * model.Coupling

    matrix

[<Tests>]
let tests =
    testList
        "XYHarmonicTests"
        [
            testTheory "Entropy and information with a field are those of the matrix" [ 4, 3; 2, 5 ]
            <| fun (rows: int, columns: int) ->
                let m = model rows columns 0.7 0.001
                let n = rows * columns
                let covariance = (hessian m).Inverse() * 0.001

                let entropy (sites: int[]) =
                    let block =
                        Matrix<float>.Build.Dense(sites.Length, sites.Length, fun a b -> covariance[sites[a], sites[b]])

                    0.5 * (float sites.Length * log (2.0 * Math.PI * Math.E) + log (block.Determinant()))

                // The uniform angle is von Mises with κ = 8400 and 7000 here: Gaussian to 1/κ in its entropy.
                Expecting.decimals
                    4
                    (float (ok (XYHarmonic.entropyPerSite m)))
                    (entropy [| 0 .. n - 1 |] / float n)
                    "the entropy per site"

                for a, b in [ [| 0; 1 |], [| 2 |]; [| 0; 4; 5 |], [| 9; 7 |]; [| 0..4 |], [| 5 .. n - 1 |] ] do
                    let expected = entropy a + entropy b - entropy (Array.append a b)

                    Expecting.decimals
                        10
                        (float (ok (XYHarmonic.mutualInformation m a b)))
                        expected
                        "the mutual information of two blocks"

            test "Without a field blocks are a uniform angle and differences" {
                // Pinning one site makes the matrix regular and leaves differences as they are.
                let m = model 3 4 0.0 0.02
                let pinned = hessian m
                pinned[11, 11] <- pinned[11, 11] + 1e6
                let covariance = pinned.Inverse() * 0.02

                let entropy (sites: int[]) =
                    let d a b =
                        covariance[a, b] - covariance[a, sites[0]] - covariance[b, sites[0]]
                        + covariance[sites[0], sites[0]]

                    let n = sites.Length - 1

                    if n = 0 then
                        log (2.0 * Math.PI)
                    else
                        let block = Matrix<float>.Build.Dense(n, n, fun a b -> d sites[a + 1] sites[b + 1])

                        log (2.0 * Math.PI) + 0.5 * (float n * log (2.0 * Math.PI * Math.E) + log (block.Determinant()))

                for a, b in [ [| 0 |], [| 1 |]; [| 0; 4; 5 |], [| 9; 7 |]; [| 0..5 |], [| 6..11 |] ] do
                    let expected = entropy a + entropy b - entropy (Array.append a b)

                    Expecting.decimals
                        8
                        (float (ok (XYHarmonic.mutualInformation m a b)))
                        expected
                        "the mutual information of two blocks"

                Expecting.decimals
                    8
                    (float (ok (XYHarmonic.entropyPerSite m)))
                    (entropy [| 0..11 |] / 12.0)
                    "the entropy per site"
            }

            test "Cold tori are harmonic" {
                // The exact 2×2 torus, s = (ln Z + E/T)/4, in a field and without; anharmonic terms are of order T/(8J). The stiffest
                // mode has width √(T/8) = 0.11: 40 points are exact to exp(−2π² (0.11 · 40/2π)²) = 6e-5.
                for field in [ 0.0; 0.5 ] do
                    let exact = XYReference.twoByTwo 40 1.0 field 0.1
                    let entropy = (exact.LogPartition + exact.Energy / 0.1) / 4.0

                    let harmonic =
                        { XYModel.square 2 0.1 with
                            Field = field
                        }
                        |> XYHarmonic.entropyPerSite
                        |> ok

                    Expecting.inRange
                        (float harmonic)
                        (entropy - 0.02)
                        (entropy + 0.02)
                        $"the entropy per site, H = {field}"
            }

            test "Two cold spins in a strong field see each other through one bond" {
                // A 2-site block of a torus in a field H ≫ J: covariance T/(H + 4J) (1, J/H; J/H, 1) to leading order.
                let m =
                    { XYModel.square 6 0.01 with
                        Field = 200.0
                    }

                let expected = -0.5 * log (1.0 - (1.0 / 204.0) ** 2.0)
                let found = float (ok (XYHarmonic.mutualInformation m [| 0 |] [| 1 |]))
                Expecting.inRange (found / expected) 0.99 1.01 "information found over that expected"
            }

            test "Models and blocks that do not fit are told" {
                let errors result =
                    match result with
                    | Error errors -> List.length errors
                    | Ok _ -> 0

                let bad =
                    { XYModel.square 4 0.1 with
                        Coupling = -1.0
                        Field = -1.0
                    }

                Expect.equal (errors (XYHarmonic.entropyPerSite bad)) 2 "a negative coupling and a negative field"
                let good = XYModel.square 4 0.1
                Expect.equal (errors (XYHarmonic.mutualInformation good [| 0; 1 |] [| 1 |])) 1 "a site in both blocks"

                Expect.equal
                    (errors (XYHarmonic.mutualInformation good [| 0 |] [| 16 |]))
                    1
                    "a site outside of the torus"

                Expect.equal (errors (XYHarmonic.mutualInformation good [||] [| 3 |])) 1 "an empty block"
            }
        ]
