module Mice.Rsmi.Tests.FilterTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private options =
    { RsmiOptions.defaults with
        Samples = 8192
    }

let private estimate seed temperature =
    let law = ising temperature
    let samples = RsmiSamples.create (opposite 1) (source seed 8192 law) |> ok
    let result = Rsmi.estimate options (Run.quiet |> Run.seeded seed) samples |> ok
    struct (result, exact law)

[<Tests>]
let tests =
    testList
        "Filters"
        [
            for temperature in [ 1.5; 2.5 ] do
                test $"the best filter of the 4×4 torus at T = {temperature}" {
                    let struct (result, system) = estimate 5UL temperature
                    let exact = ExactRsmi.ofGrainer result.Best system
                    let best = bestOfFilters 3 system
                    // Four errors: p = 6e-5, fixed seed.
                    Expecting.withinErrors 4.0 result.Information exact "certificate of this filter"
                    Expecting.withinErrors 4.0 result.Certificate.Counted exact "counted"
                    // Filters within 0.001 nats of the best one are as good as it is with 8,192 samples.
                    Expect.isGreaterThan exact (best - 0.001) $"best of all filters {best}"
                    Expect.isTrue (result.Checks |> List.forall _.Passed) $"{result.Checks}"
                }

            test "certificates of bad filters stay below their information" {
                let law = ising 2.5
                let samples = RsmiSamples.create (opposite 1) (source 11UL 8192 law) |> ok
                let split = RsmiSamples.split 8192 (Key.ofSeed 3UL) samples
                let system = exact law

                for filter in
                    [
                        [| 1.0; 0.0; 0.0; 0.0 |]
                        [| 1.0; -1.0; -1.0; 1.0 |]
                        [| 2.0; 1.0; -1.0; -1.5 |]
                    ] do
                    let grainer = CoarseGrainer.create (CoarseVariable.Binary 1) [| filter |]

                    let found =
                        Certificate.create options samples split grainer (Run.quiet |> Run.seeded 4UL) |> ok

                    let exact = ExactRsmi.ofGrainer grainer system

                    for estimate in [ found.RetrainedBound; found.Counted ] do
                        Expect.equal estimate.Direction Direction.LowerBound "direction"
                        // Four errors: p = 3e-5, fixed seeds. Where nothing is known the error is as small as the value: 0.002 nats are 1/(2n) of 2,458 test
                        // samples in ten classes.
                        Expect.isLessThan
                            (float estimate.Value)
                            (exact + 4.0 * float estimate.StandardError + 0.002)
                            $"%A{filter}"

                    // A critic of 16 environments learns all but a hundredth of a nat.
                    Expect.isGreaterThan
                        (float found.RetrainedBound.Value)
                        (exact - 0.01 - 4.0 * float found.RetrainedBound.StandardError)
                        $"%A{filter}"
            }

            test "coins beside the spins of a block get no weight" {
                let law = ising 2.5
                let generator = Key.ofSeed 12UL |> Key.generator

                let coin () =
                    if generator.NextInt 2 = 0 then 1.0f else -1.0f

                let spins = source 13UL 8192 law

                let withCoins =
                    { spins with
                        Lattice = { spins.Lattice with Channels = 2 }
                        Configurations =
                            spins.Configurations
                            |> Array.map (fun c -> Array.append c (Array.init 16 (fun _ -> coin ())))
                        Origins = [| 0.0; 0.0 |]
                    }

                let samples = RsmiSamples.create (opposite 2) withCoins |> ok

                let result =
                    Rsmi.estimate { options with Seeds = 4 } (Run.quiet |> Run.seeded 14UL) samples |> ok

                let filter = result.Best.Filters |> Array.exactlyOne
                let ofCoins = filter[4..] |> Array.sumBy (fun w -> w * w)
                // A coin that is lighter than the smallest sum of the spins changes no sign: the four of them together may keep up to a quarter of that sum
                // each. A filter that does not know them from spins has 0.5 here.
                Expect.isLessThan ofCoins 0.1 "the weight on coins"

                // P(h | v) of the spins alone, averaged over the 16 throws.
                let system = exact law

                let labels =
                    system.Blocks
                    |> Array.chunkBySize 4
                    |> Array.map (fun block ->
                        let throws =
                            Array.init 16 (fun n ->
                                Array.append
                                    block
                                    (Array.init 4 (fun j -> if (n >>> j) &&& 1 = 0 then 1.0f else -1.0f)))

                        let laws = CoarseGrainer.labels result.Best (Array.concat throws)
                        Array.init 2 (fun h -> laws |> Array.averageBy (Array.item h)))

                let exact = ExactRsmi.information labels system
                Expecting.withinErrors 4.0 result.Information exact "certificate of this filter"
                // As much as samples of this size tell apart, a hundredth of the best.
                Expect.isGreaterThan exact (0.99 * bestOfFilters 3 system) "information"
            }

            test "the best filter of dimers on the 4×4 torus" {
                let law = dimers infinity
                let samples = RsmiSamples.create (opposite 2) (source 15UL 16384 law) |> ok

                let result =
                    Rsmi.estimate
                        { options with
                            Samples = 16384
                            Seeds = 4
                        }
                        (Run.quiet |> Run.seeded 16UL)
                        samples
                    |> ok

                let system = exact law
                let found = ExactRsmi.ofGrainer result.Best system
                // Four errors: p = 6e-5, fixed seed.
                Expecting.withinErrors 4.0 result.Information found "certificate of this filter"
                // Filters within a hundredth of the best one are as good as it is with so many samples.
                Expect.isGreaterThan found (0.99 * bestOfFilters 2 system) "best of all filters"
            }

            test "filters that were stopped on their way go on to the same numbers" {
                let source = source 17UL 1024 (ising 2.0)

                let geometry: BlockGeometry =
                    {
                        Block = 1
                        Buffer = 0
                        Environment = Some 1
                        Stride = 1
                    }

                let work run =
                    RsmiScan.ofSource
                        { options with
                            Samples = 1024
                            Seeds = 2
                            Steps = 60
                            CertificateSteps = 60
                        }
                        run
                        [ geometry ]
                        nan
                        source
                    |> ok
                    |> List.map (fun p -> p.Result.Information, p.Result.Best, p.Result.Certificate)

                for share in [ 0.2; 0.8 ] do
                    let run = Run.quiet |> Run.seeded 18UL
                    Expect.equal (Stopping.goneOn share run work) (work run) $"stopped at {share}"
            }

            test "same key, same result" {
                let struct (first, _) = estimate 7UL 2.5
                let struct (again, _) = estimate 7UL 2.5
                Expect.equal first.Information again.Information "information"
                Expect.equal first.Best.Filters again.Best.Filters "filters"
            }
        ]
