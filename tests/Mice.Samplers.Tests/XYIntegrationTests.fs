module Mice.Samplers.Tests.XYIntegrationTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Samplers

let private options =
    {
        Steps = 150
        Equilibrate = 30
        Chains = 8
    }

let private runOn threads options model temperatures =
    let run =
        { Run.seeded 11UL Run.quiet with
            Threads = threads
        }

    XYIntegration.entropies options run model temperatures

let private run options = runOn 2 options

/// Up to five inverse temperatures from 1e-3 to 20, and |J| from 1 to 3.
let private questions =
    let betas =
        Gen.choose (0, 4300) |> Gen.map (fun i -> 1e-3 * 10.0 ** (float i / 1000.0))

    Gen.zip (Gen.choose (10, 30) |> Gen.map (fun i -> float i / 10.0)) (betas |> Gen.nonEmptyListOf)
    |> Gen.map (fun (scale, betas) -> scale, betas |> List.truncate 5 |> Array.ofList)

/// The widest interval that is meant at an inverse temperature: 0.04/|J|, growing by 6 % of the way beyond 1.2/|J|.
let private widest scale beta =
    max (0.04 / scale) (0.06 * (beta - 1.2 / scale))

[<Tests>]
let tests =
    testList
        "XYIntegrationTests"
        [
            testPropertyWithConfig
                (Expecting.cases 500)
                "Grids are sorted, hold what is asked for and are fine enough everywhere"
            <| Prop.forAll (Arb.fromGen questions) (fun (scale, asked) ->
                let grid = XYIntegration.grid scale asked
                let gaps = Array.pairwise (Array.append [| 0.0 |] grid)

                let own =
                    grid |> Array.filter (fun b -> not (Array.contains b asked)) |> Set.ofArray

                // A point is left out where one that is asked for lies within 0.3 intervals: no gap is longer than 1.6 intervals.
                (gaps
                 |> Array.forall (fun (a, b) -> a < b && b - a <= 1.6 * widest scale b + 1e-12)
                 |> Prop.label $"{grid}")
                .&. (asked |> Array.forall (fun b -> Array.contains b grid) |> Prop.label "asked")
                .&. (Array.last grid = Array.max asked |> Prop.label "last")
                // Nothing is shorter than 0.3 intervals but between two that are asked for and where 1/T is small itself.
                .&. (gaps
                     |> Array.forall (fun (a, b) ->
                         not (own.Contains a || own.Contains b)
                         || b - a >= 0.29 * min (0.04 / scale) (Array.max asked / 6.0))
                     |> Prop.label "short")
                .&. (grid.Length >= 4 |> Prop.label "enough to integrate"))

            testTheory "Entropies of the 2×2 torus are those of quadrature" [ 1.0, 0.0; -1.0, 0.5 ]
            <| fun (coupling: float, field: float) ->
                let model =
                    { XYModel.square 2 1.0 with
                        Coupling = coupling
                        Field = field
                    }

                // Not in order, and one so hot that its 1/T is below an interval of the grid.
                let temperatures = [ 2.0; 0.8; 30.0; 1.2 ]
                let found = run options model temperatures |> ok

                for temperature, entropy in List.zip temperatures found do
                    // 20 points: the error is I₂₀(κ)/I₀(κ) with κ = 5 at most.
                    let exact = XYReference.twoByTwo 20 coupling field temperature
                    let expected = (exact.LogPartition + exact.Energy / temperature) / 4.0
                    let s = entropy.EntropyPerSite
                    // p = 6e-5 for each of eight; fixed seeds.
                    Expecting.withinErrors 4.0 s expected $"T = {temperature}"
                    Expecting.inRange (float s.StandardError) 1e-9 0.02 "the standard error"
                    Expect.equal entropy.Beta (1.0 / temperature) "β of the point"

            test "A large torus has the entropy of the high-temperature series" {
                let model = XYModel.square 8 1.0
                let s = (run options model [ 3.0 ] |> ok).Head.EntropyPerSite

                let expected =
                    float (XYExact.squareAtHighTemperature { model with Temperature = 3.0 }).EntropyPerSite

                // y = 0.164: loops of 8 bonds, those around the torus among them, are some 20 y⁸ = 1e-5 in ln Z, far below the error.
                Expecting.withinErrors 4.0 s expected "the entropy"
                Expecting.inRange (float s.StandardError) 1e-5 2e-3 "the standard error"
            }

            test "The result does not depend on the threads" {
                let few = { options with Steps = 20 }
                let model = XYModel.square 3 1.0
                let one, two = runOn 1 few model [ 2.0 ], run few model [ 2.0 ]
                Expect.equal (ok two) (ok one) "two threads and one"
            }

            test "What is wrong with model and temperatures is told once" {
                Expecting.single
                    (run
                        options
                        { XYModel.square 4 1.0 with
                            Field = nan
                        }
                        [ 1.0; 2.0 ]
                     |> messages)
                    "a bad field with two temperatures"
                |> ignore

                Expect.equal
                    ((run options (XYModel.square 4 1.0) [ -1.0; 1.0; nan ] |> messages).Length)
                    2
                    "both bad temperatures"
            }

            test "Chains that were not in equilibrium at higher temperatures are told" {
                let passed equilibrate seed =
                    let found =
                        XYIntegration.entropies
                            {
                                Steps = 20
                                Equilibrate = equilibrate
                                Chains = 16
                            }
                            (Run.seeded seed Run.quiet)
                            (XYModel.square 8 1.0)
                            [ 0.8 ]
                        |> ok

                    (Expecting.single found.Head.Checks "one check").Passed

                // From random angles the energy falls for a few steps, at each of 32 temperatures by less than four errors.
                Expect.allEqual [ for seed in 1UL .. 4UL -> passed 0 seed ] false "nothing discarded"
                // Four errors, 33 times in each of four: a false alarm in 120, but seeds are fixed.
                Expect.allEqual [ for seed in 1UL .. 4UL -> passed 40 seed ] true "forty steps discarded"
            }

            test "What is wrong with the options is told once, each of them" {
                Expecting.single (run { options with Steps = 1 } (XYModel.square 4 1.0) [ 1.0 ] |> messages) "one step"
                |> ignore

                // Three chains: Student's t with 2 degrees of freedom has no variance.
                Expecting.single
                    (run { options with Chains = 3 } (XYModel.square 4 1.0) [ 1.0 ] |> messages)
                    "few chains"
                |> ignore

                Expect.equal
                    ((run
                        { options with
                            Steps = 0
                            Equilibrate = -1
                            Chains = 0
                        }
                        (XYModel.square 4 1.0)
                        [ 1.0 ]
                      |> messages)
                        .Length)
                    3
                    "every fault of the options"
            }
        ]
