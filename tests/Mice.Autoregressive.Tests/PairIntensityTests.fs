module Mice.Autoregressive.Tests.PairIntensityTests

open Expecto
open System
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

let private cutoff = 6.0
let private basis = DensityBasis.create 3 4 3.0 1.5 cutoff

/// A table whose entries are a smooth function of distance and angle.
let private smooth (r: float) (c: float) = 0.3 * sin r - 0.2 * c * r / 6.0

let private tabulated constant : PairIntensity =
    {
        Cutoff = cutoff
        Constant = constant
        Table =
            Array.init (PairIntensity.Radii * PairIntensity.Angles) (fun i ->
                smooth
                    ((float (i / PairIntensity.Angles) + 0.5) / float PairIntensity.Radii * cutoff)
                    ((float (i % PairIntensity.Angles) + 0.5) / float PairIntensity.Angles))
    }

[<Tests>]
let tests =
    testList
        "PairIntensityTests"
        [
            test "The ratio is the exponential of the sum over the atoms behind the pass" {
                let snapshot = uniformSnapshot 71UL triclinic 12
                let grid = Neighbours.build triclinic snapshot.Positions cutoff
                let pair = tabulated -0.4
                let g = generator 4UL

                for _ in 1..20 do
                    let point = Cell.cartesian triclinic (Array.init 3 (fun _ -> g.NextFloat()))

                    let operation = Symmetry.operation 3 Symmetry.Isotropic g
                    let normal = Array.sub operation 6 3

                    let table =
                        Neighbours.queryOn
                            1
                            { Neighbours.all grid with
                                Behind = Some normal
                            }
                            grid
                            point

                    let seen = past triclinic snapshot.Positions operation 3 cutoff point

                    let expected =
                        seen
                        |> Array.sumBy (fun d ->
                            let r = sqrt (Array.sumBy (fun v -> v * v) d)
                            smooth r (-d[2] / r))

                    let found = PairIntensity.ratio pair (ReadOnlySpan normal) table 0 |> log
                    // Half a cell in r and in cos θ for each atom: 0.3 · 0.012 + 0.2 · 0.016 = 0.007.
                    Expecting.within
                        (0.007 * float (max 1 seen.Length))
                        found
                        (expected - 0.4)
                        "ln of the ratio is the sum plus the constant"
            }

            test "The fit finds the intensity of hard rods, which knows no more than contact" {
                // ρa = 0.4 on a line; outside the cores λ/ρ = 1/(1 − 0.4).
                let atoms, length = 200, 600.0
                let g = generator 5UL

                let rods _ =
                    let gaps = Array.init atoms (fun _ -> -log(1.0 - g.NextFloat()))
                    let free = 0.6 * length / Array.sum gaps

                    gaps
                    |> Array.scan (fun x gap -> x + free * gap + 1.2) 0.0
                    |> Array.take atoms
                    |> Array.collect (fun x -> [| x; 0.0; 0.0 |])
                    |> Snapshot.ofPositions "A" (Cell.orthorhombic [| length; 1.0; 1.0 |])

                let system = Array.init 12 rods |> ScanSnapshots.prepare 1 Symmetry.Isotropic cutoff

                let model =
                    Intensity.create (Key.ofSeed 6UL) IntensityOptions.defaults cutoff system

                let sampling = IntensityEvaluation.prepare (Key.ofSeed 9UL) model system

                let sampler = PassSampler(system, model.Basis, model.Core)
                let along = sampler.Operation(generator 7UL)
                let thinned = sampler.Thinned (generator 8UL) sampling.Pair along 0 20000
                // Points are kept with probability (λ₀/ρ)/10: the inverse of their weight.
                let ratios = thinned.Weights |> Array.map (fun w -> 10.0 / w)
                // 8,192 atoms and some twenty coefficients: the fit errs by √(20/8192) = 5 %; single points by some times that.
                Expecting.inRange
                    (Array.average ratios)
                    (1.0 / 0.6 - 0.1)
                    (1.0 / 0.6 + 0.1)
                    "the mean ratio is that of hard rods"

                Expecting.inRange (Array.min ratios) 1.2 1.7 "no ratio is far below"
                Expecting.inRange (Array.max ratios) 1.6 2.4 "no ratio is far above"
            }

            test "Thinned points stand for all uniform ones" {
                let snapshot = uniformSnapshot 72UL (Cell.cubic 18.0) 216

                let sampler =
                    PassSampler(ScanSnapshots.prepare 3 Symmetry.Cubic cutoff [| snapshot |], basis, 1.5)

                let along = sampler.Operation(generator 1UL)
                let tries = 35 * 35 * 35
                let thinned = sampler.Thinned (generator 2UL) (tabulated 1.0) along 0 tries
                let share = float (tries - thinned.InCore) / float tries
                Expect.equal thinned.Tried tries "all points were tried"

                Expect.equal thinned.Weights.Length thinned.Points.Rows "each point has its weight"

                Expecting.inRange
                    thinned.Points.Rows
                    1
                    (tries - thinned.InCore - 1)
                    "some points are kept and some are dropped"

                let error =
                    sqrt (thinned.Weights |> Array.sumBy (fun w -> w * (w - 1.0))) / float tries
                // The weights of those kept count the ones dropped; four errors of the thinning.
                Expecting.within
                    (4.0 * error)
                    (Array.sum thinned.Weights / float tries)
                    share
                    "the weights count all points outside the cores"

                // And a feature that differs from place to place has the same mean as over points that nothing was done to.
                let first (points: PassPoints) =
                    rows points |> Array.map (fun row -> float row[0])

                let all =
                    Array.init 40 (fun i ->
                        sampler.Thinned
                            (generator (uint64 (100 + i)))
                            { tabulated 50.0 with
                                Table = Array.zeroCreate (PairIntensity.Radii * PairIntensity.Angles)
                            }
                            along
                            0
                            1000)

                // λ₀ far above the cap: nothing is dropped.
                for t in all do
                    Expect.equal t.Points.Rows (1000 - t.InCore) "all points outside the cores are kept"

                let plain = all |> Array.collect (fun t -> first t.Points)
                let weighted = Array.map2 (*) thinned.Weights (first thinned.Points)

                let mean = Array.sum weighted / float tries

                let spread = sqrt (weighted |> Array.sumBy (fun v -> v * v)) / float tries

                Expecting.within
                    (4.0 * spread)
                    mean
                    (share * Array.average plain)
                    "the weighted mean is that over all points"
            }

            test "Spread over a grid and kept in turn, points scatter less than by dice" {
                let snapshot = uniformSnapshot 73UL (Cell.cubic 18.0) 216

                let sampler =
                    PassSampler(ScanSnapshots.prepare 3 Symmetry.Cubic cutoff [| snapshot |], basis, 1.5)

                let along = sampler.Operation(generator 1UL)

                let sums, dice =
                    Array.init 40 (fun i ->
                        let thinned =
                            sampler.Thinned (generator (uint64 (200 + i))) (tabulated 1.0) along 0 8000

                        Array.sum thinned.Weights, thinned.Weights |> Array.sumBy (fun w -> w * (w - 1.0)))
                    |> Array.unzip
                // The variance of 40 sums is known to 22 %; dice would make it 1.
                Expecting.inRange
                    (Statistics.variance sums / Array.average dice)
                    0.0
                    0.5
                    "the variance is at most half that of dice"
            }
        ]
