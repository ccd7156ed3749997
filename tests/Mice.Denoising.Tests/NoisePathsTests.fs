module Mice.Denoising.Tests.NoisePathsTests

open System
open Expecto
open Mice
open Mice.Denoising

/// Displacements are independent, normal and of this width.
[<Literal>]
let private Width = 1.0

[<Literal>]
let private Atoms = 200

let private normal variance (x: float[]) =
    x |> Array.sumBy (fun xi -> 0.5 * (log (2.0 * Math.PI * variance) + xi * xi / variance))

/// A path of noise from a snapshot, with a denoiser that finds so much of what can be found, and −ln p of the snapshot, both per atom.
let private path (sigmas: float[]) share (generator: Generator) : struct (NoisePath * float) =
    let normals () =
        Array.init (3 * Atoms) (fun _ -> generator.NextNormal())

    let square x =
        Array.sumBy (fun xi -> xi * xi) x / float Atoms

    let start = normals () |> Array.map (fun e -> Width * e)

    let follow (x: float[], before: float) sigma =
        let tau = sqrt (sigma * sigma - before * before)
        let w = normals ()
        let y = Array.map2 (fun x w -> x + tau * w) x w

        let found =
            y |> Array.map (fun y -> share * sigma * y / (sigma * sigma + Width * Width))

        struct (square (Array.map2 (fun w e -> w - tau / sigma * e) w found), square w), (y, sigma)

    let steps, (final, last) = Array.mapFold follow (start, 0.0) sigmas

    struct ({
                Left = steps |> Array.map (fun struct (left, _) -> left)
                Added = steps |> Array.map (fun struct (_, added) -> added)
                End = normal (last * last + Width * Width) final / float Atoms
            },
            normal (Width * Width) start / float Atoms)

let private network = ExplainedNoiseTests.network

/// How far paths lie above the entropy, by their mean and by half the variance of ln p − ln q, with the errors of both; nats per atom.
let private gap steps share seed =
    let generator = Key.ofSeed seed |> Key.generator

    let sigmas =
        Array.init steps (fun k -> 0.02 * 200.0 ** (float k / float (steps - 1)))

    let drawn = Array.init 400 (fun _ -> path sigmas share generator)

    let differences =
        drawn
        |> Array.map (fun struct (path, _) -> [| path |])
        |> NoisePaths.entropies network
        |> Array.map2 (fun struct (_, exact) found -> found[0] - exact) drawn

    let half = 0.5 * float Atoms * Statistics.variance differences

    Estimate.create (Array.average differences) (Statistics.standardError differences) Direction.UpperBound,
    Estimate.create half (half * sqrt (2.0 / 400.0)) Direction.NoBound

[<Tests>]
let tests =
    testList
        "NoisePathsTests"
        [
            test
                "Half the variance is how far paths lie above the entropy, for denoisers that find nearly all, or too much" {
                for share in [ 1.0; 0.95; 1.05 ] do
                    let mean, half = gap 60 share 5UL
                    let error = Estimate.subtract mean half
                    // Four errors of both.
                    Expecting.within (4.0 * error.StandardError) half.Value mean.Value $"share {share}"
            }

            test "It is too little for denoisers that find too little: what never occurs has no variance" {
                let mean, half = gap 60 0.7 5UL
                Expecting.inRange (half.Value / mean.Value) 0.5 0.8 "two thirds"
            }

            test "Bad denoisers lie higher, and perfect ones come to the entropy with the steps" {
                let value steps share = (fst (gap steps share 6UL)).Value
                Expect.isGreaterThan (value 60 0.7) (value 60 0.9 + 0.01) "worse"
                // All directions are alike, so that steps of any size are right with the right variance: only the errors of 400 paths and variances are left.
                Expecting.within 0.002 (value 60 1.0) 0.0 "the entropy"
                Expecting.within 0.002 (value 15 1.0) 0.0 "the entropy by long steps"
            }

            test "Steps are close together where half of the noise is found" {
                let found level =
                    let sigma = ExplainedNoise.middle network level
                    3.0 * sigma * sigma / (sigma * sigma + 1.0)

                let sample =
                    Array.init (ExplainedNoise.levels network) (fun level ->
                        {
                            Sigma = ExplainedNoise.middle network level
                            Explained = found level
                            Earlier = [||]
                            Known = 0.0
                            Excess = 0.0
                        })

                let sigmas = NoisePaths.sigmas network 64 [| [| sample |] |]
                Expect.hasLength sigmas 64 "as many as wanted"
                Expecting.within 1e-9 sigmas[0] (0.008 * 3.0) "from the smallest"
                Expecting.within 1e-9 sigmas[63] (8.0 * Denoiser.largestNoise network) "to the largest"
                let ratios = sigmas |> Array.pairwise |> Array.map (fun (a, b) -> b / a)
                Expect.isTrue (ratios |> Array.forall (fun r -> r > 1.0)) "rising"
                let narrowest = ratios |> Array.indexed |> Array.minBy snd |> fst
                Expecting.within 0.5 (log sigmas[narrowest]) 0.0 "where σ is the width"
            }
        ]
