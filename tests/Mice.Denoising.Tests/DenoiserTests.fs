module Mice.Denoising.Tests.DenoiserTests

open System
open Expecto
open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Tensors

let private options =
    { DenoiserOptions.defaults with
        Channels = 16
        Stages = 2
    }

let private network =
    DensityModes.create 3 2.4 [| EdgesTests.gas 30 1UL |]
    |> Baseline.Fluid
    |> Denoiser.create options 3 3.0 [| "A"; "B" |] EdgesTests.soft

/// Parameters whose predictions are not 0.
let private parameters =
    Denoiser.init network (Key.ofSeed 1UL)
    |> Params.map (fun t ->
        0.1 * Tensor.randn (Key.ofSeed 2UL |> Key.item t.Count) Kind.float32 (List.ofArray t.Shape) + t)

let private species = Array.init 64 (fun i -> i % 2)

let private cell = Cell.cubic 12.0

let private positions =
    let generator = Key.ofSeed 3UL |> Key.generator
    Array.init 192 (fun _ -> 12.0 * generator.NextFloat())

let private noise = NoisyAtoms.noise 3 64 (Key.ofSeed 4UL)

/// The last prediction, three numbers for each atom.
let private predict (species: int[]) (positions: float[]) =
    let found =
        NoisyAtoms.withNoise cell positions 0.4 (Array.zeroCreate positions.Length)
        |> fun atoms -> Denoiser.predict network species atoms parameters
        |> List.last
        |> Tensor.toArray<float32>

    Array.init positions.Length (fun i -> float found[(i % 3) * species.Length + i / 3])

let private near message (a: float[]) (b: float[]) =
    // Four layers in single precision, and distances that move from one entry of a table to the next by rounding.
    Array.iter2 (fun x y -> Expecting.within 2e-4 x y message) a b

[<Tests>]
let tests =
    testList
        "DenoiserTests"
        [
            test
                "Predictions turn with the configuration, are the same wherever it is, and do not depend on the order of the atoms" {
                let plain = predict species positions
                Expect.isGreaterThan (plain |> Array.map abs |> Array.max) 0.01 "there is a prediction"
                // (x, y, z) → (y, −z, x) maps the cube onto itself.
                let turn (v: float[]) =
                    Array.init v.Length (fun i ->
                        match i % 3 with
                        | 0 -> v[i + 1]
                        | 1 -> -v[i + 1]
                        | _ -> v[i - 2])

                near "turned" (predict species (turn positions)) (turn plain)
                near "moved" (predict species (positions |> Array.map (fun x -> x + 5.0))) plain

                let reversed (v: float[]) =
                    v |> Array.chunkBySize 3 |> Array.rev |> Array.concat

                near "reversed" (predict (Array.rev species) (reversed positions)) (reversed plain)
            }

            test "Predictions depend on the species" {
                let other = predict (Array.create 64 0) positions
                let plain = predict species positions
                Expect.isGreaterThan (Array.map2 (fun a b -> abs (a - b)) other plain |> Array.max) 0.01 "they differ"
            }

            test "The first parameters predict little of small noise, and what the waves say of large" {
                let first = Denoiser.init network (Key.ofSeed 1UL)

                let largest sigma =
                    Denoiser.predict network species (NoisyAtoms.withNoise cell positions sigma noise) first
                    |> List.last
                    |> Tensor.toArray<float32>
                    |> Array.map abs
                    |> Array.max

                // The features of noise are bumps that overlap: e^−8 of what is far away.
                Expect.isGreaterThan (largest 2.4) (10.0f * largest 0.1) "more of large noise"
            }

            test "Each number that cannot be is a fault" {
                let wrong =
                    {
                        Channels = 24
                        Stages = 0
                        Layers = 0
                        CutoffInMeanDistances = Double.NaN
                        Smallest = -1.0
                        Largest = -2.0
                    }

                match DenoiserOptions.check wrong with
                | Ok _ -> failtest "nothing was found"
                | Error faults -> Expect.equal faults.Length 6 "one fault for each field"
            }
        ]
