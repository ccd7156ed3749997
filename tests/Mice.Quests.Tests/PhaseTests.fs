/// What environments say of phases and of models: boundaries, differences, errors by δH, sizes of nuclei.
module Mice.Quests.Tests.PhaseTests

open System
open Expecto
open Mice
open Mice.Quests

let private k = float (boltzmann * 1.0<kB>)

/// States of a phase with V = v₀ − 2·10⁻⁶ P + 10⁻⁴ T and F = f(V, T), at given entropies.
let private states (v0: float) (f: float -> float -> float) (entropy: float -> float) : PhaseState[] =
    [|
        for pressure in [ 1e5; 4e5; 8e5; 1.2e6 ] do
            for t in [ 800.0; 1000.0; 1200.0; 1500.0 ] do
                let volume = v0 - 2e-6 * pressure + 1e-4 * t

                {
                    Volume = volume
                    Temperature = t * 1.0<K>
                    Energy = (f volume t + k * t * entropy t) * 1.0<eV>
                    Pressure = pressure * 1.0<bar>
                    Entropy = Estimate.create (entropy t * 1.0<nat>) 0.01<nat> Direction.Exact
                }
    |]

let private free (shift: float) (volume: float) (t: float) =
    shift + 0.02 * (volume - 11.0) ** 2.0 - 3e-4 * t - 1e-8 * t * t

[<Tests>]
let boundaries =
    testList
        "PhaseBoundary"
        [
            test "finds where known surfaces cross, with the entropy of the transition" {
                // The second phase has more energy by 0.09 eV and more entropy by 0.09 eV/1,100 K.
                let second volume t = free 0.09 volume t - 0.09 / 1100.0 * t
                let one = states 12.0 (free 0.0) (fun _ -> 3.0)
                let other = states 12.0 second (fun t -> 4.0 + 1e-4 * t)

                let found = PhaseBoundary.create 1UL [| 2e5<bar>; 6e5<bar> |] one other |> ok

                Expect.hasLength found 2 "transitions"

                for transition in found do
                    Expecting.within 1e-3 (float transition.Temperature.Value) 1100.0 "T"
                    Expecting.within 1e-6 (float transition.Entropy) (0.09 / 1100.0 / k) "ΔS"
                    // Shifts of single states by 0.01 k_B move T by 0.01·k_B·T/(dΔG/dT)/√(some ten states).
                    Expect.isTrue
                        (float transition.Temperature.StandardError > 1.0
                         && float transition.Temperature.StandardError < 20.0)
                        $"error {transition.Temperature.StandardError}"
            }

            test "a difference in volume moves the transition with pressure" {
                let one = states 12.0 (fun v t -> free 0.0 v t) (fun _ -> 3.0)

                let smaller =
                    states 11.9 (fun v t -> free 0.09 (v + 0.1) t - 0.09 / 1100.0 * t) (fun _ -> 4.0)

                for transition in PhaseBoundary.create 1UL [| 3e5<bar>; 5e5<bar> |] one smaller |> ok do
                    // ΔG = 0.09 (1 − T/1,100 K) − 0.1 Å³ P.
                    let work = float transition.Pressure * float eVPerCubicAngstromPerBar * 0.1
                    Expecting.within 1e-2 (float transition.Temperature.Value) (1100.0 * (0.09 - work) / 0.09) "T"
            }

            test "no transition where none is, and none beyond the states" {
                let one, other =
                    states 12.0 (free 0.0) (fun _ -> 3.0), states 12.0 (free 0.5) (fun _ -> 3.0)

                Expect.isEmpty (PhaseBoundary.create 1UL [| 5e5<bar> |] one other |> ok) "one is always lower"
                let surface = PhaseBoundary.surface one |> ok
                Expect.isError (PhaseBoundary.gibbs surface 5e5<bar> 2000.0<K>) "temperature"
                Expect.isError (PhaseBoundary.gibbs surface 9e6<bar> 1000.0<K>) "volume"
            }

            test "too few states, and states in a line, are refused" {
                let all = states 12.0 (free 0.0) (fun _ -> 3.0)
                Expect.isError (PhaseBoundary.surface (Array.truncate 5 all)) "five"
                let line = all |> Array.filter (fun s -> s.Temperature = 1000.0<K>)
                Expect.isError (PhaseBoundary.surface (Array.append line line)) "one temperature"

                let wrong =
                    { all[0] with
                        Pressure = nan * 1.0<bar>
                    }

                Expect.isError (PhaseBoundary.surface (Array.append all [| wrong |])) "NaN"
            }
        ]

[<Tests>]
let differences =
    let run = { Run.quiet with Threads = 2 }

    let set (seed: uint64) (sizes: int list) (width: float) =
        let generator = Key.ofSeed seed |> Key.generator
        let n = List.sum sizes

        Array.init n (fun _ -> Array.init 4 (fun _ -> width * generator.NextNormal()))
        |> Reference.rows
        |> Environments.ofPoints (sizes |> List.scan (+) 0 |> Array.ofList)

    testList
        "EnvironmentEntropy.difference"
        [
            test "takes as many environments of each" {
                let struct (one, other, apart) =
                    EnvironmentEntropy.difference run 0.1 (set 1UL [ 50; 60; 70; 80 ] 0.2) (set 2UL [ 40; 90 ] 0.1)
                    |> ok

                Expect.equal (one.Environments, one.Frames) (80, 2) "first"
                Expect.equal (other.Environments, other.Frames) (80, 2) "second"

                Expecting.within
                    1e-12
                    (float apart.Value)
                    (float (one.Entropy.Value - other.Entropy.Value))
                    "difference"

                Expect.isGreaterThan (float apart.Value) 0.0 "the wider set has the larger entropy"
                Expect.equal apart.Direction Direction.NoBound "direction"
            }

            test "of a set with itself is 0" {
                let same = set 1UL [ 50; 50; 50 ] 0.2
                let struct (_, _, apart) = EnvironmentEntropy.difference run 0.1 same same |> ok
                Expecting.within 1e-12 (float apart.Value) 0.0 "difference"
            }
        ]

[<Tests>]
let errors =
    testList
        "ErrorCurve"
        [
            test "means of all within 0.75 lengths of the middle" {
                let generator = Key.ofSeed 5UL |> Key.generator
                let delta = Array.init 500 (fun _ -> 10.0 * generator.NextFloat())
                let wrong = delta |> Array.map (fun d -> 0.1 * d * d)

                let bins =
                    ErrorCurve.create 20 [| 200; 300 |] (delta |> Array.map (fun d -> d * 1.0<nat>)) wrong |> ok

                let low, high = Array.min delta, Array.max delta
                let length = (high - low) / 20.0
                Expect.hasLength bins 20 "bins"

                bins
                |> Array.iteri (fun b bin ->
                    let middle = low + (float b + 0.5) * length

                    let inside =
                        Array.zip delta wrong |> Array.filter (fun (d, _) -> abs (d - middle) <= 0.75 * length)

                    Expect.equal bin.Environments inside.Length "environments"
                    Expecting.within 1e-12 (float bin.Middle) middle "middle"
                    Expecting.within 1e-12 bin.Error.Value (inside |> Array.averageBy snd) "mean error"
                    Expect.isTrue (bin.Error.StandardError >= 0.0) "an error from two frames")
            }

            test "one bin where all δH are equal" {
                let bins =
                    ErrorCurve.create 20 [| 4 |] (Array.create 4 1.0<nat>) [| 1.0; 2.0; 3.0; 4.0 |] |> ok

                Expect.hasLength bins 1 "bins"
                Expect.equal bins[0].Error.Value 2.5 "mean"
                Expect.isTrue (Double.IsNaN bins[0].Error.StandardError) "no error from one frame"
            }

            test "refuses what cannot be errors" {
                let delta = Array.create 3 1.0<nat>
                Expect.isError (ErrorCurve.create 20 [| 3 |] delta [| 1.0; -1.0; 1.0 |]) "negative"
                Expect.isError (ErrorCurve.create 20 [| 3 |] delta [| 1.0; nan; 1.0 |]) "NaN"
                Expect.isError (ErrorCurve.create 20 [| 3 |] delta [| 1.0; 1.0 |]) "two for three"
                Expect.isError (ErrorCurve.create 0 [| 3 |] delta [| 1.0; 1.0; 1.0 |]) "no bins"
                Expect.isError (ErrorCurve.create 20 [||] [||] [||]) "none"
            }
        ]

[<Tests>]
let nucleation =
    testList
        "ClassicalNucleation.fit"
        [
            test "finds γ and Δμ behind the sizes of nuclei" {
                let t, volume, gamma, gain = 1000.0<K>, 12.0, 0.18, 0.02
                let surface = Math.Cbrt(36.0 * Math.PI * volume * volume) / 16.02176634

                let sizes =
                    [|
                        for n in 1..14 do
                            let free = gamma * surface * Math.Cbrt(float (n * n)) - gain * float n
                            yield! Array.create (int (round (exp (20.0 - free / (k * float t))))) n
                    |]

                let fit = ClassicalNucleation.fit t volume 5 sizes |> ok
                // Counts are rounded, which is less than their own scatter: two errors are enough.
                Expecting.within (2.0 * fit.InterfaceEnergy.StandardError) fit.InterfaceEnergy.Value gamma "γ"
                Expecting.within (2.0 * float fit.Gain.StandardError) (float fit.Gain.Value) gain "Δμ"
                Expect.isLessThan fit.InterfaceEnergy.StandardError 0.02 "error of γ"
                Expect.equal fit.Sizes 10 "sizes"
            }

            test "three sizes are too few" {
                Expect.isError (ClassicalNucleation.fit 1000.0<K> 12.0 1 [| 1; 1; 2; 3 |]) "sizes"
                Expect.isError (ClassicalNucleation.fit 0.0<K> 12.0 1 [| 1; 2; 3; 4; 5 |]) "temperature"
            }
        ]
