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

    let follow (x: float[], before: float, total: float[]) sigma =
        let tau = sqrt (sigma * sigma - before * before)
        let w = normals ()
        let y = Array.map2 (fun x w -> x + tau * w) x w

        let found =
            y |> Array.map (fun y -> share * sigma * y / (sigma * sigma + Width * Width))

        let total = Array.map2 (fun t w -> t + tau * w) total w

        let explained =
            (Array.map2 (fun t e -> e * (2.0 * t / sigma - e)) total found |> Array.sum) / float Atoms

        struct (square (Array.map2 (fun w e -> w - tau / sigma * e) w found), square w, explained), (y, sigma, total)

    let steps, (final, last, _) =
        Array.mapFold follow (start, 0.0, Array.zeroCreate start.Length) sigmas

    struct ({
                Left = steps |> Array.map (fun struct (left, _, _) -> left)
                Added = steps |> Array.map (fun struct (_, added, _) -> added)
                Explained = steps |> Array.map (fun struct (_, _, explained) -> explained)
                Earlier = steps |> Array.map (fun struct (_, _, explained) -> [| 0.5 * explained |])
                End = normal (last * last + Width * Width) final / float Atoms
            },
            normal (Width * Width) start / float Atoms)

let private network = NoiseLevelsTests.network

/// Paths of 400 snapshots, and how far what they give lies above −ln p of each, nats per atom.
let private differences steps share seed =
    let generator = Key.ofSeed seed |> Key.generator

    let sigmas =
        Array.init steps (fun k -> 0.02 * 200.0 ** (float k / float (steps - 1)))

    let drawn = Array.init 400 (fun _ -> path sigmas share generator)

    drawn
    |> Array.map (fun struct (path, _) -> [| path |])
    |> NoisePaths.entropies network sigmas
    |> Array.map2
        (fun struct (_, exact) found ->
            {
                Likelihood = found[0].Likelihood - exact
                Bound = found[0].Bound - exact
            })
        drawn

/// How far paths lie above the entropy, by their mean and by half the variance of ln p − ln q, with the errors of both; nats per atom.
let private gap steps share seed =
    let likelihoods = differences steps share seed |> Array.map _.Likelihood
    let half = 0.5 * float Atoms * Statistics.variance likelihoods

    Estimate.create (Array.average likelihoods) (Statistics.standardError likelihoods) Direction.UpperBound,
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

            test "The bound is the integral of what is found, whatever the steps, and has little noise" {
                for share in [ 1.0; 0.9; 0.7 ] do
                    // ∫ 3 (1 − share)² σ²/(σ² + 1) d ln σ is missing, to the largest noise of 4.
                    let exact = 1.5 * (1.0 - share) ** 2.0 * log (1.0 + 16.0)

                    for steps in [ 20; 60 ] do
                        let above = differences steps share 7UL |> Array.map _.Bound
                        let error = Statistics.standardError above
                        // Four errors; the rule of the integral and what lies below the smallest noise, 3e-4 each.
                        Expecting.within
                            (4.0 * error + 1e-3)
                            (Array.average above)
                            exact
                            $"{steps} steps, share {share}"
                        // −ln p of the snapshots alone scatters by √(1.5/200), over √400 of them.
                        Expect.isLessThan error (sqrt (1.5 / 200.0 / 400.0)) "little noise"
            }

            test "What an earlier stage lacks is the integral of the difference" {
                let sigmas = [| 0.1; 0.2; 0.4; 0.8; 1.6 |]
                let struct (path, _) = path sigmas 1.0 (Key.ofSeed 1UL |> Key.generator)
                let exact = Array.map2 (*) (NoiseLevels.weights sigmas) path.Explained |> Array.sum
                // Rounding only.
                Expecting.within 1e-12 (NoisePaths.above sigmas 0 path) (0.5 * exact) "half of all"
            }
        ]
