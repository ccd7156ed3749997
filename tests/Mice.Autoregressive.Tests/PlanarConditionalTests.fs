module Mice.Autoregressive.Tests.PlanarConditionalTests

open Expecto
open System
open System.Numerics
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference
open Mice.Autoregressive.Tests.PlanarTwin

let private stiffness = 2.0

let private unitVector (angle: float) =
    Vector2(float32 (cos angle), float32 (sin angle))

let private randomAngles seed sites =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init sites (fun _ -> 2.0 * Math.PI * generator.NextFloat())

let private options =
    { SpinConditionalOptions.defaults with
        Deep = 1
        Wide = 2
        Width = 16
    }

/// An untrained law of a torus, with parameters larger than at the start of training, so that spins depend on each other.
let private law symmetric rows columns =
    let law = PlanarConditional.create options symmetric stiffness [| rows; columns |]
    law, SpinConditional.initial (Key.ofSeed 3UL) law |> Params.scale 2.0

let private surprise (law, parameters) (angles: float[]) =
    SpinConditional.surpriseOf law parameters (Array.map unitVector angles)

/// −ln q of one site of some snapshots given what comes before it.
let private conditional (law: SpinConditional<Vector2>, parameters) site (snapshots: float[][]) =
    let arrays =
        law.Widths |> Array.map (fun width -> Array.zeroCreate<float32>(width * snapshots.Length))

    snapshots
    |> Array.iteri (fun row angles -> law.Describe (Array.map unitVector angles) site row arrays)

    Tensor.scope (fun () ->
        Array.map2 (fun width array -> Tensor.ofArray [ snapshots.Length; width ] array) law.Widths arrays
        |> law.Surprise parameters
        |> Tensor.toFloats)

/// Periodic trapezoids; densities here have κ below 30, for which the error of 128 points is below rounding.
let private grid = Array.init 128 (fun i -> 2.0 * Math.PI * float i / 128.0)

let private training =
    { options with
        Steps = 300
        BatchSites = 512
        LearningRate = 1e-2
    }

/// A trained law's −ln q per site on other snapshots.
let private trained options symmetric stiffness (training: float[][]) (held: float[][]) rows columns =
    let law = PlanarConditional.create options symmetric stiffness [| rows; columns |]
    let vectors = Array.map (Array.map unitVector)

    let parameters =
        SpinConditional.train options law None (vectors training) (Run.seeded 7UL Run.quiet) |> ok |> _.Best

    vectors held
    |> Array.map (fun spins -> SpinConditional.surpriseOf law parameters spins / float spins.Length)
    |> Statistics.estimate Direction.UpperBound

/// Rows of angles that are independent of each other, with independent steps from spin to spin.
let private walks seed count rows columns (step: Generator -> float) =
    let generator = Key.ofSeed seed |> Key.generator

    Array.init count (fun _ ->
        Array.init rows (fun _ ->
            Array.init (columns - 1) (fun _ -> step generator)
            |> Array.scan (+) (2.0 * Math.PI * generator.NextFloat()))
        |> Array.concat)

let private vonMises kappa (generator: Generator) =
    let struct (c, s) = VonMises.sample generator kappa
    atan2 s c

[<Tests>]
let tests =
    testList
        "PlanarConditionalTests"
        [
            testTheory "The density of a spin given those before it integrates to one" [ true; false ]
            <| fun (symmetric: bool) ->
                let law = law symmetric 3 4
                let angles = randomAngles 5UL 12

                for site in [ 0; 1; 6; 11 ] do
                    let values =
                        grid |> Array.map (fun angle -> Array.updateAt site angle angles) |> conditional law site

                    // Networks are computed in single precision.
                    Expecting.decimals
                        5
                        (2.0 * Math.PI * (values |> Array.averageBy (fun s -> exp -s)))
                        1.0
                        "the density integrates to one"

                    if site > 0 then
                        // A law that says something.
                        Expect.isTrue (Array.max values - Array.min values > 1.0) "the law is far from uniform"

            testTheory "A snapshot's surprise is that of its spins, none of which sees a later one" [ true; false ]
            <| fun (symmetric: bool) ->
                let law = law symmetric 3 4
                let angles = randomAngles 7UL 12
                let others = randomAngles 8UL 12
                let each = Array.init 12 (fun site -> (conditional law site [| angles |])[0])

                for site in 0..11 do
                    let changed = Array.append angles[..site] others[site + 1 ..]
                    let again = conditional law site [| changed |]
                    Expect.equal again[0] each[site] "later spins do not matter"

                // Sums of twelve numbers in single precision.
                Expecting.decimals 4 (surprise law angles) (Array.sum each) "the surprise is the sum over the spins"

            testTheory "The law of two spins is normalised" [ true, 1, 2; false, 1, 2; false, 2, 1 ]
            <| fun (symmetric: bool, rows, columns) ->
                let law = law symmetric rows columns
                let coarse = Array.init 24 (fun i -> 2.0 * Math.PI * float i / 24.0)

                let density =
                    Array.allPairs coarse coarse |> Array.averageBy (fun (a, b) -> exp -(surprise law [| a; b |]))

                // κ is about 4 here: the error of 24 points is below 1e-6.
                Expecting.decimals 4 (4.0 * Math.PI * Math.PI * density) 1.0 "the law integrates to one"

            testTheory "Configurations of two spins are drawn as often as the law says" [ true; false ]
            <| fun (symmetric: bool) ->
                let law, parameters = law symmetric 1 2
                let count = 20000

                let drawn =
                    SpinConditional.sample law parameters 2 count (Run.seeded 23UL Run.quiet)

                let coarse = Array.init 24 (fun i -> 2.0 * Math.PI * float i / 24.0)

                let expected moment =
                    Array.allPairs coarse coarse
                    |> Array.averageBy (fun (a, b) ->
                        4.0 * Math.PI * Math.PI * moment a b * exp -(surprise (law, parameters) [| a; b |]))

                let angle (u: Vector2) = atan2 (float u.Y) (float u.X)

                for moment in
                    [
                        fun a b -> cos (a - b)
                        fun a b -> sin (a - b)
                        fun a _ -> cos a
                        fun a _ -> sin a
                        fun _ b -> cos b
                        fun a b -> cos (2.0 * b + a)
                    ] do
                    let found =
                        drawn
                        |> Array.map (fun spins -> moment (angle spins[0]) (angle spins[1]))
                        |> Statistics.estimate Direction.Exact

                    Expecting.inRange
                        (found.Value - expected moment)
                        (-4.0 * found.StandardError)
                        (4.0 * found.StandardError)
                        "the moment of the draws is that of the law"

            test "A law without a field does not change when all spins are rotated" {
                let symmetric, other = law true 4 5, law false 4 5
                let angles = randomAngles 9UL 20
                let rotated by = Array.map ((+) by) angles

                for by in [ 0.3; 1.7; -2.6 ] do
                    // Unit vectors in single precision, κ of some ten, 20 spins.
                    Expecting.decimals
                        3
                        (surprise symmetric (rotated by))
                        (surprise symmetric angles)
                        "rotated they are as likely"

                    Expect.isTrue
                        (abs (surprise other angles - surprise other (rotated by)) > 0.1)
                        "with a field they are not"
            }

            test "The first spin is uniform without a field alone" {
                let values symmetric =
                    let law = law symmetric 3 3
                    grid |> Array.map (fun angle -> Array.create 9 angle) |> conditional law 0

                for s in values true do
                    Expecting.decimals 5 s (log (2.0 * Math.PI)) "without a field all directions are as likely"

                let other = values false
                Expect.isGreaterThan (Array.max other - Array.min other) 0.1 "with a field they are not"
            }

            testTheory "A mixture of von Mises laws is what it says" [ true; false ]
            <| fun (symmetric: bool) ->
                let law, parameters = law symmetric 4 4
                let window = SpinWindow.create [| options.Deep; options.Wide |] [| 4; 4 |]

                for seed in 1UL .. 5UL do
                    let angles = randomAngles seed 16

                    for site in [ 0; 1; 7; 15 ] do
                        let found = (conditional (law, parameters) site [| angles |])[0]
                        // Single precision of exponents up to 20.
                        Expecting.decimals
                            4
                            found
                            (twin symmetric stiffness window parameters angles site)
                            "the law agrees with its slow twin"

            test "Training finds the entropy of von Mises steps along the rows" {
                let kappa = 3.0
                let snapshots = walks 5UL 768 2 12 (vonMises kappa)
                // One uniform spin in a row, and eleven steps; rows are not joined.
                let exact = (log (2.0 * Math.PI) + 11.0 * VonMises.entropy kappa) / 12.0
                let found = trained training true 1.2 snapshots[..511] snapshots[512..] 2 12
                // An upper bound in expectation; 300 steps come within 0.02 nats.
                Expecting.inRange
                    found.Value
                    (exact - 4.0 * found.StandardError)
                    (exact + 0.02 + 4.0 * found.StandardError)
                    "the bound is just above the exact entropy"
            }

            test
                "Training finds that of independent spins in a field, and where nothing tells directions apart it cannot" {
                let kappa = 2.0
                let generator = Key.ofSeed 6UL |> Key.generator

                let snapshots =
                    Array.init 512 (fun _ -> Array.init 12 (fun _ -> vonMises kappa generator))

                let exact = VonMises.entropy kappa
                let few = { training with Steps = 150 }

                let bound symmetric =
                    trained few symmetric 1.0 snapshots[..255] snapshots[256..] 3 4

                let found, blind = bound false, bound true
                // 256 training snapshots of 12 spins and a law of some 1,000 numbers: within 0.05 nats.
                Expecting.inRange
                    found.Value
                    (exact - 4.0 * found.StandardError)
                    (exact + 0.05 + 4.0 * found.StandardError)
                    "the bound is just above the exact entropy"
                // The first of 12 spins alone costs (ln 2π − S)/12.
                Expect.isGreaterThan
                    blind.Value
                    (exact + (log (2.0 * Math.PI) - exact) / 12.0)
                    "without a field the first spin costs more"
            }
        ]
