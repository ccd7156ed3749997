module Mice.Entropy.Tests.PlanarSpinEntropyTests

open Expecto
open System.Numerics
open Mice
open Mice.Samplers
open Mice.Entropy

/// Groups of snapshots of independent von Mises spins about the angle 1.
let private groups seed kappa count =
    let generator = Key.ofSeed seed |> Key.generator
    let mean = Vector2(float32 (cos 1.0), float32 (sin 1.0))

    Array.init count (fun _ ->
        Array.init 25 (fun _ ->
            Array.init 400 (fun _ ->
                let struct (c, s) = VonMises.sample generator kappa
                Vector2(float32 c * mean.X - float32 s * mean.Y, float32 c * mean.Y + float32 s * mean.X))))

[<Tests>]
let tests =
    testList
        "PlanarSpinEntropyTests"
        [
            testTheory "The entropy of von Mises spins is found, with its error" [ 0.0; 2.0; 400.0 ]
            <| fun (kappa: float) ->
                let groups = groups 3UL kappa 20
                let struct (entropy, without) = PlanarSpinEntropy.ofGroups groups
                let n = 20.0
                let centre = Array.average without

                let error =
                    sqrt ((n - 1.0) / n * (without |> Array.sumBy (fun w -> (w - centre) ** 2.0)))

                let exact = VonMises.entropy kappa
                // 200,000 spins. ln p of uniform spins does not scatter; what is left of the bias of 4,096 bins is (m/n)²/12 = 4e-5, of rare bins as much.
                Expecting.inRange
                    entropy
                    (exact - 4.0 * error - 2e-4)
                    (exact + 4.0 * error + 2e-4)
                    "the entropy is that of the law"

                Expecting.inRange error 1e-6 5e-3 "its error is small"

            testTheory "Few spins are counted in wide bins" [ 0.0; 2.0; 400.0 ]
            <| fun (kappa: float) ->
                // 1,600 spins would leave most of 4,096 bins empty or with one.
                let snapshots = (groups 5UL kappa 1).[0].[..3]

                let struct (entropy, _) =
                    snapshots |> Array.map Array.singleton |> PlanarSpinEntropy.ofGroups
                // ln p scatters by 0 to 0.7: four errors of 1,600 spins; bins and their correction are good to some 0.01.
                Expecting.inRange (entropy - VonMises.entropy kappa) (-0.08) 0.08 "the entropy is about that of the law"

            test "What is left without a group is the entropy of the others" {
                let groups = groups 4UL 5.0 4
                let struct (_, without) = PlanarSpinEntropy.ofGroups groups

                for i in 0..3 do
                    let struct (others, _) = PlanarSpinEntropy.ofGroups (Array.removeAt i groups)
                    Expecting.decimals 12 without[i] others "it is the entropy of the others"
            }
        ]
