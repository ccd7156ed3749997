module Mice.Entropy.Tests.TemperatureDerivativesTests

open Xunit
open Mice
open Mice.Samplers
open Mice.Entropy

let private estimate value error =
    Estimate.create value error Direction.UpperBound

let private level depth length estimator saturated m =
    {
        Depth = depth
        Length = length
        InterfaceLength = length
        MutualInformation = m
        Estimator = estimator
        TrainingGain = Some 0.01<nat>
        Saturated = saturated
    }

let private point method temperature entropy energy levels : LatticePoint =
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

[<Fact>]
let ``Slopes stand half-way with the errors of both values, in any order of the temperatures`` () =
    let values =
        [
            3.0, estimate 7.0 0.4
            1.0, estimate 1.0 0.0
            2.0, estimate 3.0 0.3
            2.0, estimate 9.0 9.0
        ]

    match TemperatureDerivatives.slopes values with
    | [ first; second ] ->
        Assert.Equal(1.5, first.Temperature)
        Assert.Equal(2.0, first.Value.Value, 12)
        Assert.Equal(0.3, first.Value.StandardError, 12)
        Assert.Equal(2.5, second.Temperature)
        Assert.Equal(4.0, second.Value.Value, 12)
        Assert.Equal(0.5, second.Value.StandardError, 12)
        Assert.Equal(Direction.NoBound, second.Value.Direction)
    | other -> failwith $"{other}"

    Assert.Empty(TemperatureDerivatives.slopes [ 1.0, estimate 1.0 0.1 ])
    // Twice as far apart is half as steep.
    let wide =
        TemperatureDerivatives.slopes [ 1.0, estimate 1.0 0.3; 3.0, estimate 2.0 0.4 ]

    Assert.Equal(0.5, wide.Head.Value.Value, 12)
    Assert.Equal(0.25, wide.Head.Value.StandardError, 12)

[<Fact>]
let ``Heat capacities from entropies and from energies are the exact one`` () =
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
    Assert.Equal("mice", method)
    Assert.Equal(2, capacities.Length)

    for entropic, energetic in List.zip capacities found.EnergyHeatCapacity do
        let exact = float (at entropic.Temperature).HeatCapacity
        Assert.Equal(exact, float entropic.Value.Value, 1e-4)
        Assert.Equal(exact, energetic.Value.Value, 1e-4)

    Assert.Empty found.Information

[<Fact>]
let ``The peak of a cubic is found, whatever the distances`` () =
    let peak temperatures =
        [ for t in temperatures -> t, estimate (cubic t) 0.0 ] |> TemperatureDerivatives.peak |> Option.get

    let even = peak [ 2.0; 2.1; 2.2; 2.3; 2.4; 2.5 ]
    // Equal distances shift all slopes of a parabola alike, so its vertex is exact; without errors only the grid is left.
    Assert.Equal(2.3, even.Value, 9)
    Assert.Equal(0.1 / sqrt 12.0, even.StandardError, 9)
    let uneven = peak [ 2.0; 2.15; 2.25; 2.38; 2.5; 2.7 ]
    Assert.Equal(2.3, uneven.Value, 0.02)

[<Fact>]
let ``A parabola through slopes at uneven places has its own vertex`` () =
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

    Assert.Equal(2.0, (Option.get peak).Value, 9)

[<Fact>]
let ``The error of the peak is the scatter of peaks with noise`` () =
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
    Assert.InRange(own / scatter, 0.9, 1.1)

[<Fact>]
let ``There is no peak at an end or with too few temperatures`` () =
    let peak temperatures =
        [ for t in temperatures -> t, estimate (cubic t) 0.01 ] |> TemperatureDerivatives.peak

    Assert.True((peak [ 2.3; 2.4; 2.5; 2.6 ]).IsNone)
    Assert.True((peak [ 2.0; 2.1; 2.2; 2.3 ]).IsNone)
    Assert.True((peak [ 2.0; 2.3; 2.6 ]).IsNone)
    Assert.True((peak []).IsNone)
    Assert.True((peak [ 2.1; 2.2; 2.4; 2.5 ]).IsSome)

[<Fact>]
let ``Only critics that are not saturated give slopes, size by size`` () =
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
    Assert.Equal<(int * int) list>([ 4, 8; 8, 8 ], found.Information |> List.map (fun i -> i.Depth, i.Length))
    Assert.Equal<int list>([ 3; 2 ], found.Information |> List.map _.Slopes.Length)
    Assert.Equal<bool list>([ true; false ], found.Information |> List.map _.Peak.IsSome)
    Assert.Equal<string list>([ "mice"; "naive" ], found.HeatCapacities |> List.map fst)
    // The sampler's energies stand with every method and count once.
    Assert.Equal(3, found.EnergyHeatCapacity.Length)
