module Mice.Segal.Tests.MbarTests

open Expecto
open MathNet.Numerics.LinearAlgebra
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

/// Oscillators u = ½κ(x − x₀)², whose f is −½ ln(2π/κ).
let private oscillators = [| 1.0, 0.0; 2.0, 0.7; 4.0, 1.2; 1.5, 2.0 |]

let private exactF (k: float, _: float) = -0.5 * log (2.0 * System.Math.PI / k)
let private logDensity (k: float, x0: float) (x: float) = -0.5 * k * (x - x0) ** 2.0

let private draw (seed: uint64) (count: int) : float[] =
    let generator = Key.ofSeed seed |> Key.generator

    oscillators
    |> Array.collect (fun (k, x0) -> Array.init count (fun _ -> x0 + generator.NextNormal() / sqrt k))

let private samplesOf (known: float option[]) (count: int) (xs: float[]) : MbarSamples =
    {
        Counts = oscillators |> Array.map (fun _ -> count)
        Known = known
        LogDensities = oscillators |> Array.map (fun o -> Array.map (logDensity o) xs)
        Chains = Array.init xs.Length id
    }

let private none: float option[] = oscillators |> Array.map (fun _ -> None)

/// The fixed point from 0, ten thousand times, by plain sums.
let private slow (s: MbarSamples) : float[] =
    let weights = s.LogDensities |> Array.map (Array.map exp)
    let mutable f = s.Counts |> Array.map (fun _ -> 0.0)

    for _ in 1..10_000 do
        let below n =
            Seq.sum (seq { for k in 0 .. f.Length - 1 -> float s.Counts[k] * exp f[k] * weights[k][n] })

        let sums = Array.init s.Chains.Length below

        let next =
            weights |> Array.map (fun w -> -(log (Array.sum (Array.map2 (/) w sums))))

        f <- next |> Array.map (fun x -> x - next[0])

    f

/// Θ = Wᵀ(I − WNWᵀ)⁺W, eq. 8 of Shirts and Chodera, by all samples.
let private covariance (s: MbarSamples) (f: float[]) : Matrix<float> =
    let total = s.Chains.Length

    let weights =
        Matrix<float>
            .Build.Dense(
                total,
                f.Length,
                fun n k ->
                    exp (f[k] + s.LogDensities[k][n])
                    / Seq.sum (
                        seq { for j in 0 .. f.Length - 1 -> float s.Counts[j] * exp (f[j] + s.LogDensities[j][n]) }
                    )
            )

    let counts =
        Matrix<float>.Build.DiagonalOfDiagonalArray(s.Counts |> Array.map float)

    let inner =
        Matrix<float>.Build.DenseIdentity total - weights * counts * weights.Transpose()

    weights.Transpose() * inner.PseudoInverse() * weights

[<Tests>]
let tests =
    testList
        "Mbar"
        [
            test "free energies are those of plain sums, errors those of the published formula" {
                let s = draw 1UL 60 |> samplesOf none 60
                let found = Mbar.solve s |> ok
                let expected = slow s
                Array.iter2 (fun a b -> Expecting.within 1e-8 a b "f") found.ReducedFreeEnergies expected
                Expect.isLessThan found.Iterations 20 "Newton's steps"
                let theta = covariance s expected

                for k in 1..3 do
                    let difference = Mbar.difference found s.LogDensities[k] s.LogDensities[0]
                    Expecting.within 1e-8 difference.Value expected[k] "difference"
                    let error = sqrt (theta[k, k] + theta[0, 0] - 2.0 * theta[k, 0])
                    // They agree on average; 240 samples leave some percent.
                    Expecting.within (0.2 * error) difference.StandardError error $"error {k}"
            }

            test "oscillators have their free energies, averages and variances within errors that are right" {
                let repeats = 100

                let deviations =
                    [|
                        for seed in 1UL .. uint64 repeats do
                            let xs = draw seed 100
                            let known = [| Some(exactF oscillators[0]); None; None; None |]
                            let found = samplesOf known 100 xs |> Mbar.solve |> ok
                            // A density that nothing was drawn from.
                            let target = 3.0, 0.9
                            let density = Array.map (logDensity target) xs
                            let z (e: Estimate<1>) exact = (e.Value - exact) / e.StandardError

                            [|
                                z (Mbar.reducedFreeEnergy found density) (exactF target)
                                z
                                    (Mbar.reducedFreeEnergy found (Array.map (logDensity oscillators[3]) xs))
                                    (exactF oscillators[3])
                                z (Mbar.average found density xs) 0.9
                                z (Mbar.variance found density xs) (1.0 / 3.0)
                            |]
                    |]

                for q in 0..3 do
                    let z = deviations |> Array.map (fun d -> d[q])
                    // χ² of 100: standard deviation 0.14 of its mean; four of them, and some for errors that vary.
                    Expecting.inRange (Array.averageBy (fun x -> x * x) z) 0.4 1.7 $"χ² of quantity {q}"
                    Expecting.within 0.5 (Array.average z) 0.0 $"mean of quantity {q}"
            }

            test "normalised densities alone are the mean weight of samples" {
                let xs = draw 3UL 50
                let s = samplesOf (oscillators |> Array.map (exactF >> Some)) 50 xs
                let found = Mbar.solve s |> ok
                Expect.equal found.Iterations 0 "nothing to solve"
                let target = 2.5, 0.5

                let mean =
                    xs
                    |> Array.averageBy (fun x ->
                        exp (logDensity target x)
                        / (oscillators |> Array.averageBy (fun o -> exp (exactF o + logDensity o x))))

                Expecting.within
                    1e-10
                    (Mbar.reducedFreeEnergy found (Array.map (logDensity target) xs)).Value
                    -(log mean)
                    "f"
            }

            test "numbers far from 1 do no harm" {
                let shift = 5000.0
                let s = draw 4UL 60 |> samplesOf none 60
                let plain = Mbar.solve s |> ok

                let far =
                    Mbar.solve
                        { s with
                            LogDensities =
                                s.LogDensities |> Array.mapi (fun k l -> l |> Array.map (fun x -> x - shift * float k))
                        }
                    |> ok

                for k in 0..3 do
                    Expecting.within
                        1e-6
                        (far.ReducedFreeEnergies[k] - shift * float k)
                        plain.ReducedFreeEnergies[k]
                        $"f {k}"
            }

            test "configurations that stand in chains count as chains" {
                let xs = draw 5UL 50
                let s = samplesOf none 50 xs
                // Every sample twice in the same chain is no more than once.
                let twice (values: float[]) =
                    values |> Array.collect (fun x -> [| x; x |])

                let doubled =
                    {
                        Counts = s.Counts |> Array.map ((*) 2)
                        Known = none
                        LogDensities = s.LogDensities |> Array.map twice
                        Chains = s.Chains |> Array.collect (fun c -> [| c; c |])
                    }

                let error (s: MbarSamples) =
                    let m = Mbar.solve s |> ok
                    (Mbar.difference m s.LogDensities[2] s.LogDensities[0]).StandardError

                Expecting.within 1e-8 (error doubled) (error s) "error"
            }

            test "samples of an untrained network and chains give exact values at all places" {
                let o: SemiGrandOptions = { Samples = 1000; Operations = 1 }

                let chains =
                    { NeuralChain.defaults with
                        Chains = 32
                        Rounds = 200
                    }

                let all = [| at 2.0 0.0; at 2.269 0.1; at 3.5 -0.3 |]

                for given in [ None; Some chains ] do
                    let found = SemiGrandMbar.create run o given all network |> ok
                    Expect.isTrue (found.Checks |> List.forall _.Passed) $"%A{found.Checks}"

                    for e, c in Array.zip found.Estimates all do
                        let averages =
                            { model with
                                Temperature = c.Temperature
                                Field = c.Field
                            }
                            |> Enumeration.averages
                            |> ok

                        let name = $"T = {c.Temperature}, B = {c.Field}, chains: {given.IsSome}"

                        Expecting.withinErrors
                            4.0
                            e.GrandPotential
                            (-c.Temperature * float averages.LogPartitionFunction)
                            name

                        Expecting.withinErrors 4.0 e.Energy (averages.Energy + c.Field * averages.Magnetisation) name
                        Expecting.withinErrors 4.0 e.Charge averages.Magnetisation name
                        Expecting.withinErrors 4.0 e.HeatCapacity (float averages.HeatCapacity) name

                let places = [| at 300.0 -0.1; at 500.0 0.05; at 800.0 0.3 |]

                let ofAlloy =
                    SemiGrandMbar.create run { o with Operations = 4 } (Some chains) places SmallAlloy.network |> ok

                for e, c in Array.zip ofAlloy.Estimates places do
                    let potential, energy, charge, capacity = SmallAlloy.exact c
                    let name = $"alloy, T = {c.Temperature}, Δμ = {c.Field}"
                    Expecting.withinErrors 4.0 e.GrandPotential potential name
                    Expecting.withinErrors 4.0 e.Energy energy name
                    Expecting.withinErrors 4.0 e.Charge charge name
                    Expecting.withinErrors 4.0 e.HeatCapacity capacity name
            }

            test "what does not fit together is refused" {
                let s = draw 6UL 10 |> samplesOf none 10

                for wrong in
                    [
                        { s with Counts = [| 10; 10; 10; 0 |] }
                        { s with Known = [| None |] }
                        { s with Chains = [| 0 |] }
                        { s with
                            LogDensities = Array.truncate 3 s.LogDensities
                        }
                    ] do
                    Expect.isError (Mbar.solve wrong) "samples"

                let o: SemiGrandOptions = { Samples = 1000; Operations = 1 }
                Expect.isError (SemiGrandMbar.create run o None [||] network) "no places"
                Expect.isError (SemiGrandMbar.create run o None [| at 1.0 0.0 |] network) "outside"

                Expect.isError
                    (SemiGrandMbar.create run { o with Samples = 100_000_000 } None [| at 2.0 0.0 |] network)
                    "too many"
            }
        ]
