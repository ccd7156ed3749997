module Mice.Information.Tests.NemenmanShafeeBialekTests

open Expecto
open System
open MathNet.Numerics
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

/// Slopes of digamma by central differences.
let private slope (f: float -> float) x =
    let h = 1e-4 * x
    (f (x + h) - f (x - h)) / (2.0 * h)

/// Posterior moments for two symbols by a double sum over u = ln β and t = ln p/(1 − p), from the joint density alone:
/// p^(n₁ + β) (1 − p)^(n₂ + β)/B(β, β) · dξ/du in these variables.
let private byQuadrature n1 n2 =
    let mutable weight, first, second = 0.0, 0.0, 0.0

    for i in -300 .. 300 do
        let u = 0.1 * float i
        let beta = exp u

        let xi b =
            SpecialFunctions.DiGamma(2.0 * b + 1.0) - SpecialFunctions.DiGamma(b + 1.0)

        let prior =
            beta * slope xi beta
            / exp (2.0 * SpecialFunctions.GammaLn beta - SpecialFunctions.GammaLn(2.0 * beta))

        if beta < 300.0 then
            for j in -1500 .. 1500 do
                let t = 0.02 * float j
                let p, q = 1.0 / (1.0 + exp -t), 1.0 / (1.0 + exp t)
                let w = prior * exp ((n1 + beta) * log p + (n2 + beta) * log q)
                let h = -p * log p - q * log q
                weight <- weight + w
                first <- first + w * h
                second <- second + w * h * h

    let mean = first / weight
    struct (mean, sqrt (second / weight - mean * mean))

/// Standard gamma variates: Marsaglia and Tsang (2000), with the power of a uniform for small shapes, as logarithms.
let rec private logGamma (generator: Generator) (shape: float) =
    if shape < 1.0 then
        logGamma generator (shape + 1.0) + log (1.0 - generator.NextFloat()) / shape
    else
        let d = shape - 1.0 / 3.0
        let c = 1.0 / sqrt (9.0 * d)

        let rec draw () =
            let x = generator.NextNormal()
            let v = (1.0 + c * x) ** 3.0

            if v > 0.0 && log (1.0 - generator.NextFloat()) < 0.5 * x * x + d - d * v + d * log v then
                log (d * v)
            else
                draw ()

        draw ()

[<Tests>]
let tests =
    testList
        "NemenmanShafeeBialekTests"
        [
            test "Trigamma and ratios of gamma functions have their known values" {
                Expecting.decimals 13 (Polygamma.trigamma 1.0) (Math.PI ** 2.0 / 6.0) "ψ′(1) = π²/6"
                Expecting.decimals 13 (Polygamma.trigamma 0.5) (Math.PI ** 2.0 / 2.0) "ψ′(½) = π²/2"

                Expecting.decimals
                    12
                    (Polygamma.trigamma 0.3)
                    (1.0 / 0.09 + Polygamma.trigamma 1.3)
                    "ψ′(x) = 1/x² + ψ′(x + 1)"

                for x in [ 0.7; 5.0; 40.0 ] do
                    Expecting.decimals
                        6
                        1.0
                        (slope SpecialFunctions.DiGamma x / Polygamma.trigamma x)
                        $"ψ′({x}) is the slope of ψ"

                for x, n in [ 1e-3, 30.0; 2.5, 17.0; 900.0, 100.0; 1100.0, 100.0; 5e3, 1e4; 1e9, 50.0 ] do
                    let product = Seq.init (int n) (fun j -> log (x + float j)) |> Seq.sum

                    Expecting.decimals
                        11
                        (Polygamma.logRisingFactorial x n / product)
                        1.0
                        $"ln Γ({x} + {n})/Γ({x}) over its sum of logarithms"
            }

            test "Digammas by recurrence are digammas" {
                let table = Polygamma.digammas 2_000

                for n in [ 1; 2; 3; 10; 500; 2_000 ] do
                    Expecting.decimals 11 table[n] (SpecialFunctions.DiGamma(float n)) $"ψ({n})"
            }

            testTheory "Two symbols: mean and deviation equal a double integral" [ 3, 1; 2, 2; 12, 5 ]
            <| fun (n1: int, n2: int) ->
                let struct (mean, deviation) = NemenmanShafeeBialek.posterior 2L [| n1; n2 |]
                let struct (expected, expectedDeviation) = byQuadrature (float n1) (float n2)
                // The twin stops at β = 300, beyond which lies a weight of about 1/300 times the density there: a few 1e-4.
                Expecting.decimals 3 mean expected "the posterior mean"
                Expecting.decimals 3 deviation expectedDeviation "the posterior deviation"

            test "One symbol has no entropy, and many draws have the plug-in's" {
                let struct (none, noDeviation) = NemenmanShafeeBialek.posterior 1L [| 7 |]
                Expect.equal none 0.0 "one symbol has no entropy"
                Expect.equal noDeviation 0.0 "and no error"
                let counts = [| 400_000; 300_000; 200_000; 100_000 |]
                let p = counts |> Array.map (fun n -> float n / 1e6)
                let struct (mean, deviation) = NemenmanShafeeBialek.posterior 4L counts
                // Bias of the plug-in 3/(2N) = 1.5e-6; error √(Var ln p/N).
                let h = entropyOf p
                let variance = p |> Array.sumBy (fun x -> x * (-log x - h) ** 2.0)
                Expecting.decimals 5 mean h "the mean of many draws is the plug-in's"

                Expecting.decimals
                    3
                    1.0
                    (sqrt (variance / 1e6) / deviation)
                    "the deviation of many draws is the plug-in's"
            }

            test "Huge alphabets and few draws stay finite" {
                let struct (mean, deviation) =
                    NemenmanShafeeBialek.posterior (1L <<< 60) [| 1; 1; 1; 1; 1; 1; 1; 1; 1; 1 |]
                // Ten different draws say little: the entropy lies between ln 10 and 60 ln 2 with a wide error.
                Expecting.inRange mean 3.0 (60.0 * log 2.0) "the entropy of ten different draws"
                Expecting.inRange deviation 1.0 20.0 "its error is wide"

                let struct (few, _) =
                    NemenmanShafeeBialek.posterior (1L <<< 60) (Array.create 10 1000)

                Expecting.inRange few 2.25 2.35 "ten symbols with a thousand draws each have about ln 10"
            }

            testCase "The error bar is calibrated over laws drawn from the prior"
            <| fun () ->
                let m, draws, laws = 20, 30, 1_000

                let xi b =
                    SpecialFunctions.DiGamma(float m * b + 1.0) - SpecialFunctions.DiGamma(b + 1.0)

                let scores =
                    Array.init laws (fun i ->
                        let generator = Key.ofSeed 5UL |> Key.item i |> Key.generator
                        let target = generator.NextFloat() * log (float m)
                        let mutable low, high = -60.0, 60.0

                        for _ in 1..80 do
                            let middle = 0.5 * (low + high)

                            if xi (exp middle) < target then
                                low <- middle
                            else
                                high <- middle

                        let logs = Array.init m (fun _ -> logGamma generator (exp low))
                        let top = Array.max logs
                        let p = logs |> Array.map (fun l -> exp (l - top))
                        let p = p |> Array.map (fun x -> x / Array.sum p)
                        let law = cumulative p
                        let counts = Array.zeroCreate m

                        for _ in 1..draws do
                            let symbol = min (m - 1) (drawFrom law generator)
                            counts[symbol] <- counts[symbol] + 1

                        let struct (mean, deviation) = NemenmanShafeeBialek.posterior (int64 m) counts
                        struct (entropyOf p - mean, deviation))

                // Under the prior the posterior mean is unbiased and its squared error is the posterior variance on average.
                scores |> Array.map (fun struct (d, _) -> d) |> meanIs 4.0 0.0
                scores |> Array.map (fun struct (d, s) -> d * d - s * s) |> meanIs 4.0 0.0
        ]
