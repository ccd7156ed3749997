module Mice.Autoregressive.Tests.MultiscaleTests

open System.Numerics
open Expecto
open Mice
open Mice.Autoregressive
open Mice.Samplers
open Mice.Testing.Results
open Mice.Autoregressive.Tests.Reference

let private options =
    { MultiscaleOptions.defaults with
        Seen = 6
        Width = 8
        Steps = 300
        BatchSites = 256
    }

let private shapes =
    [ [| 4; 4 |]; [| 8; 8 |]; [| 6; 10 |]; [| 12; 8 |]; [| 5; 7 |]; [| 16; 4 |] ]

/// The site that a window shows at an offset.
let private shown (shape: int[]) (c: SublatticeClass) (site: int) =
    SpinWindow.offsets c.Window |> Array.map (fun offset -> LatticeShape.siteAt shape offset site)

/// All configurations of 4 × 4 spins.
let private everything =
    Array.init 65536 (fun bits -> Array.init 16 (fun i -> if bits >>> i &&& 1 = 1 then 1y else -1y))

let private neighbours (shape: int[]) site =
    [ [| 1; 0 |]; [| -1; 0 |]; [| 0; 1 |]; [| 0; -1 |] ]
    |> List.map (fun offset -> LatticeShape.siteAt shape offset site)

[<Tests>]
let tests =
    testList
        "Multiscale"
        [
            test "classes hold every site once and see earlier classes alone" {
                for shape in shapes do
                    let classes = SublatticeOrder.create 12 shape |> ok
                    let sites = classes |> Array.collect _.Sites
                    Expect.equal (Array.sort sites) [| 0 .. LatticeShape.sites shape - 1 |] "every site once"

                    classes
                    |> Array.mapi (fun rank c ->
                        let earlier = classes |> Array.take rank |> Array.collect _.Sites |> Set.ofArray

                        for site in c.Sites do
                            let seen = shown shape c site
                            Expect.equal (Array.distinct seen).Length seen.Length "nothing twice"
                            Expect.isTrue (seen |> Array.forall earlier.Contains) $"{shape} class {rank}"

                            Expect.isGreaterThanOrEqual
                                seen.Length
                                (if c.SeesNeighbours then 4 else min earlier.Count 12)
                                "enough"

                            if c.SeesNeighbours then
                                Expect.equal (Set.ofArray seen) (Set.ofList (neighbours shape site)) "neighbours")
                    |> ignore

                    Expect.isTrue (Array.last classes).SeesNeighbours "the last have all neighbours"
            }

            test "half of the sites come last where sides are even" {
                let classes = SublatticeOrder.create 12 [| 8; 16 |] |> ok
                Expect.hasLength (Array.last classes).Sites 64 "half"
            }

            test "tori that cannot be halved to a few sites are refused" {
                for shape in [ [| 2; 2 |]; [| 9; 15 |]; [| 18; 34 |]; [| 4; 4; 4 |] ] do
                    Expect.isError (SublatticeOrder.create 12 shape) (LatticeShape.text shape)
            }

            test "the probabilities of all configurations add up to 1, and do not change when all spins are flipped" {
                for field in [ 0.0; 0.3 ] do
                    let law = MultiscaleLaw.ising options 0.4 field [| 4; 4 |] |> ok
                    let found = MultiscaleLaw.logarithms law everything
                    // Sums of 65,536 numbers in single precision.
                    Expecting.within 1e-4 (found |> Array.sumBy exp) 1.0 $"h = {field}"

                    if field = 0.0 then
                        Array.iter2 (fun (a: float) b -> Expecting.within 1e-5 a b "flipped") found (Array.rev found)
            }

            test "drawn configurations have the probabilities that the law gives them" {
                let law = MultiscaleLaw.ising options 0.4 0.2 [| 4; 4 |] |> ok
                let all = MultiscaleLaw.logarithms law everything
                let drawn = MultiscaleLaw.sample 4000 Run.quiet law |> MultiscaleLaw.logarithms law
                let entropy = -(all |> Array.sumBy (fun l -> l * exp l))
                let mean = -(Array.average drawn)
                // Four standard errors: one run in 16,000 exceeds them; the seed is fixed.
                Expecting.within (4.0 * Statistics.standardError drawn) mean entropy "entropy of the law"
            }

            test "training lowers the cross-entropy to near the entropy of the Ising model" {
                let model = IsingModel.square 4 2.5
                let exact = Enumeration.averages model |> ok

                let snapshots =
                    IsingSampling.draw
                        { IsingSamplingOptions.defaults with
                            Snapshots = 1024
                        }
                        Run.quiet
                        model
                    |> ok

                let law = MultiscaleLaw.ising options 0.4 0.0 [| 4; 4 |] |> ok
                let trained = MultiscaleLaw.train None snapshots.Snapshots.Sites Run.quiet law |> ok
                let logarithms = MultiscaleLaw.logarithms trained everything

                let cross =
                    everything
                    |> Array.mapi (fun i spins ->
                        -logarithms[i]
                        * exp (-IsingModel.energy model spins / 2.5 - 16.0 * float exact.LogPartitionFunction))
                    |> Array.sum

                let entropy = 16.0 * float exact.Entropy
                Expect.isGreaterThan cross (entropy - 1e-3) "an upper bound"
                // 300 steps of a small network.
                Expect.isLessThan cross (entropy + 0.2) "near"
            }

            test "planar laws are normalised" {
                let law = MultiscaleLaw.planar options 0.5 0.2 [| 4; 4 |] |> ok
                let drawn = MultiscaleLaw.sample 20000 Run.quiet law

                // E[u/q] = 1 for the uniform law u.
                let ratios =
                    MultiscaleLaw.logarithms law drawn
                    |> Array.map (fun l -> exp (-l - 16.0 * log (2.0 * System.Math.PI)))

                Expecting.within (5.0 * Statistics.standardError ratios) (Array.average ratios) 1.0 "mean weight"

                for spin: Vector2 in drawn[0] do
                    Expecting.within 1e-5 (float (spin.Length())) 1.0 "unit length"
            }
        ]
