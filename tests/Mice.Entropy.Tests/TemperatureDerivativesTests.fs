module Mice.Entropy.Tests.TemperatureDerivativesTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Entropy

let private estimate value error =
    Estimate.create value error Direction.UpperBound

let private level depth length estimator saturated m =
    {
        Half = $"{depth}×{length}"
        Volume = float (depth * length)
        InterfaceArea = float length
        MutualInformation = m
        Estimator = estimator
        TrainingGain = Some 0.01<nat>
        Saturated = saturated
    }

let private point method temperature entropy energy levels : LatticeResult =
    {
        Temperature = temperature
        Method = method
        EntropyPerSite = entropy
        UpperBound = None
        LowerBound = None
        ReducedFreeEnergyPerSite = None
        EnergyPerSite = Some energy
        Reference = None
        Levels = levels
        Curves = []
        Checks = []
        Seconds = 0.0
    }

/// Steepest at T = 2.3: dM/dT = 1 − 10 (T − 2.3)².
let private cubic t =
    let x = t - 2.3
    x - 10.0 / 3.0 * x * x * x

[<Tests>]
let tests =
    testList
        "TemperatureDerivativesTests"
        [
            test "Slopes stand half-way with the errors of both values, in any order of the temperatures" {
                let values =
                    [
                        3.0, estimate 7.0 0.4
                        1.0, estimate 1.0 0.0
                        2.0, estimate 3.0 0.3
                        2.0, estimate 9.0 9.0
                    ]

                match TemperatureDerivatives.slopes values with
                | [ first; second ] ->
                    Expect.equal first.Temperature 1.5 "the first slope stands half-way"
                    Expecting.decimals 12 first.Value.Value 2.0 "the first slope"
                    Expecting.decimals 12 first.Value.StandardError 0.3 "has the errors of both values"
                    Expect.equal second.Temperature 2.5 "so does the second"
                    Expecting.decimals 12 second.Value.Value 4.0 "the second slope"
                    Expecting.decimals 12 second.Value.StandardError 0.5 "adds errors in quadrature"
                    Expect.equal second.Value.Direction Direction.NoBound "a slope is no bound"
                | other -> failwith $"{other}"

                Expect.isEmpty (TemperatureDerivatives.slopes [ 1.0, estimate 1.0 0.1 ]) "one temperature has no slope"
                // Twice as far apart is half as steep.
                let wide =
                    TemperatureDerivatives.slopes [ 1.0, estimate 1.0 0.3; 3.0, estimate 2.0 0.4 ]

                Expecting.decimals 12 wide.Head.Value.Value 0.5 "the slope is half as steep"
                Expecting.decimals 12 wide.Head.Value.StandardError 0.25 "so is its error"
            }

            test "Heat capacities from entropies and from energies are the exact one" {
                // Exact averages of the 4×4 torus: differences over ΔT miss c by ΔT²/24 times its second derivatives, about 1 per J², thus 1e-5.
                let at temperature =
                    (ExactIsing.tryFind (IsingModel.square 4 temperature) |> Option.get).Averages

                let points =
                    [
                        for t in [ 2.39; 2.41; 2.43 ] do
                            let averages = at t
                            point "mice" t (Estimate.exact averages.Entropy) (Estimate.exact averages.Energy) []
                    ]

                let found = TemperatureDerivatives.ofPoints points
                let method, capacities = List.exactlyOne found.HeatCapacities
                Expect.equal method "mice" "the method is named"
                Expect.equal capacities.Length 2 "three temperatures have two slopes"

                for entropic, energetic in List.zip capacities found.EnergyHeatCapacity do
                    let exact = float (at entropic.Temperature).HeatCapacity
                    Expecting.within 1e-4 (float entropic.Value.Value) exact "from entropies"
                    Expecting.within 1e-4 energetic.Value.Value exact "from energies"

                Expect.isEmpty found.Information "without levels there is no information"
            }

            test "The peak of a cubic is found, whatever the distances" {
                let peak temperatures =
                    [ for t in temperatures -> t, estimate (cubic t) 0.0 ] |> TemperatureDerivatives.peak |> Option.get

                let even = peak [ 2.0; 2.1; 2.2; 2.3; 2.4; 2.5 ]
                // Equal distances shift all slopes of a parabola alike, so its vertex is exact; without errors only the grid is left.
                Expecting.decimals 9 even.Value 2.3 "equal distances find the vertex"
                Expecting.decimals 9 even.StandardError (0.1 / sqrt 12.0) "with the error of the grid"
                let uneven = peak [ 2.0; 2.15; 2.25; 2.38; 2.5; 2.7 ]
                Expecting.within 0.02 uneven.Value 2.3 "unequal ones nearly"
            }

            test "A parabola through slopes at uneven places has its own vertex" {
                // M as sums of slopes 3 − (m − 2)² at the middles m between the temperatures 1, 1.4, 2.2, 3.4: the parabola is the slopes' own.
                let temperatures = [ 1.0; 1.4; 2.2; 3.4 ]
                let slope m = 3.0 - (m - 2.0) ** 2.0

                let values =
                    List.pairwise temperatures
                    |> List.map (fun (a, b) -> slope (0.5 * (a + b)) * (b - a))
                    |> List.scan (+) 0.0

                let peak =
                    List.zip temperatures values
                    |> List.map (fun (t, m) -> t, estimate m 0.0)
                    |> TemperatureDerivatives.peak

                Expecting.decimals 9 (Option.get peak).Value 2.0 "the vertex is found"
            }

            test "The error of the peak is the scatter of peaks with noise" {
                let temperatures, error = [ 2.0; 2.2; 2.35; 2.5; 2.7 ], 0.003

                let drawn noise =
                    [ for t in temperatures -> t, estimate (cubic t + error * noise ()) error ]
                    |> TemperatureDerivatives.peak
                    |> Option.get

                let normal = (Key.generator (Key.ofSeed 3UL)).NextNormal

                let scatter =
                    Array.init 2000 (fun _ -> (drawn normal).Value) |> Statistics.variance |> sqrt

                let claimed = (drawn (fun () -> 0.0)).StandardError
                let own = sqrt (claimed * claimed - 0.15 * 0.15 / 12.0)
                // 2,000 draws know a standard deviation to 1.6 %; the second order of noise of 3 % of the slopes' curvature adds a few per cent.
                Expecting.inRange (own / scatter) 0.9 1.1 "the claimed error is the scatter"
            }

            test "There is no peak at an end or with too few temperatures" {
                let peak temperatures =
                    [ for t in temperatures -> t, estimate (cubic t) 0.01 ] |> TemperatureDerivatives.peak

                Expect.isNone (peak [ 2.3; 2.4; 2.5; 2.6 ]) "steepest at the first"
                Expect.isNone (peak [ 2.0; 2.1; 2.2; 2.3 ]) "steepest at the last"
                Expect.isNone (peak [ 2.0; 2.3; 2.6 ]) "three temperatures are too few"
                Expect.isNone (peak []) "none are too few"
                Expect.isSome (peak [ 2.1; 2.2; 2.4; 2.5 ]) "four are enough"
            }

            test "Only critics that are not saturated give slopes, size by size" {
                let points =
                    [
                        for t in [ 2.0; 2.2; 2.4; 2.6 ] do
                            point
                                "mice"
                                t
                                (estimate 0.3<nat / site> 0.01<nat / site>)
                                (Estimate.exact -1.0)
                                [
                                    level 8 8 "critic" (t < 2.1) (estimate (2.0 * cubic t * 1.0<nat>) 0.02<nat>)
                                    level 4 8 "critic" false (estimate (cubic t * 1.0<nat>) 0.01<nat>)
                                    level 16 8 "area law" false (estimate 1.0<nat> 0.1<nat>)
                                ]

                            point "naive" t (estimate 0.4<nat / site> 0.01<nat / site>) (Estimate.exact -1.0) []
                    ]

                let found = TemperatureDerivatives.ofPoints points

                Expect.equal (found.Information |> List.map _.Half) [ "4×8"; "8×8" ] "critics' levels come by size"

                Expect.equal
                    (found.Information |> List.map _.Slopes.Length)
                    [ 3; 2 ]
                    "a saturated critic gives no slope"

                Expect.equal (found.Information |> List.map _.Peak.IsSome) [ true; false ] "two slopes have no peak"

                Expect.equal
                    (found.HeatCapacities |> List.map fst)
                    [ "mice"; "naive" ]
                    "every method has its heat capacities"
                // The sampler's energies stand with every method and count once.
                Expect.equal found.EnergyHeatCapacity.Length 3 "energies count once"
            }
        ]
