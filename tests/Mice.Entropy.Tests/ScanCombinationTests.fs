module Mice.Entropy.Tests.ScanCombinationTests

open Xunit
open Mice
open Mice.Entropy

let private held network entropy ratio =
    {
        Step = 0L
        Network = network
        Entropy = entropy
        MeanRatio = ratio
        Sweeps = [| struct (entropy, entropy) |]
    }

let private control values mean error : ControlVariate =
    {
        Values = values
        Mean = Estimate.create (mean * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.Exact
    }

let private noise seed n =
    let g = Key.generator (Key.ofSeed seed)
    Array.init n (fun _ -> g.NextNormal())

[<Fact>]
let ``A control variate takes out the noise that it shares with the entropies`` () =
    let thermal = noise 1UL 40 |> Array.map (fun v -> 0.5 * v)
    let own = noise 2UL 40 |> Array.map (fun v -> 0.001 * v)

    let snapshots =
        Array.map2 (fun t o -> t + o) thermal own |> Array.mapi (fun i v -> held (i / 10) (-3.0 + v) 1.0)

    let values = thermal |> Array.map (fun t -> 7.0 + t)
    let plain = ScanCombination.total None snapshots

    let controlled = ScanCombination.total (Some(control values 7.0 0.0002)) snapshots

    // 0.5/√40 = 0.08 for the snapshots and as much again for the spread of the networks; 0.001/√40 = 0.00016 and the mean's 0.0002 after it.
    Assert.InRange(float plain.StandardError, 0.05, 0.2)
    Assert.InRange(float controlled.StandardError, 0.0002, 0.0006)
    // Five such errors.
    Assert.Equal(-3.0, float controlled.Value, 0.002)
    Assert.Equal(Direction.UpperBound, controlled.Direction)

[<Fact>]
let ``The mean of the control variate enters one for one`` () =
    let snapshots = Array.init 8 (fun i -> held (i / 4) (-3.0 + float i) 1.0)
    let values = Array.init 8 float
    // Nothing but the control's own error is left; rounding only.
    let total = ScanCombination.total (Some(control values 2.0 0.25)) snapshots
    Assert.Equal(-1.0, float total.Value, 1e-12)
    Assert.Equal(0.25, float total.StandardError, 1e-12)

[<Fact>]
let ``Errors of snapshots, networks and control add in quadrature`` () =
    let entropies = noise 3UL 24
    let snapshots = entropies |> Array.mapi (fun i v -> held (i / 8) v 1.0)

    let networks = entropies |> Array.chunkBySize 8 |> Array.map Array.average

    let sampling, spread =
        Statistics.blocking entropies, Statistics.standardError networks

    let expected = sqrt (sampling ** 2.0 + spread ** 2.0 + 0.01)
    let zero = control (Array.zeroCreate 24) 0.0 0.1
    // Rounding only.
    Assert.Equal(expected, float (ScanCombination.total (Some zero) snapshots).StandardError, 1e-12)

    let byNetwork = ScanCombination.byNetwork None snapshots
    Assert.Equal<float[]>(networks, byNetwork |> Array.map (fun e -> float e.Value))

[<Fact>]
let ``Networks are told apart by their number, not by their place`` () =
    let snapshots = [| held 1 5.0 1.0; held 0 1.0 1.0; held 1 7.0 1.0; held 0 3.0 1.0 |]

    let values =
        ScanCombination.byNetwork None snapshots |> Array.map (fun e -> float e.Value)

    Assert.Equal<float[]>([| 2.0; 6.0 |], values)

[<Fact>]
let ``Calibration is the mean ratio and promises nothing`` () =
    let snapshots =
        [| 0.9; 1.1; 1.0; 1.2 |] |> Array.mapi (fun i r -> held (i / 2) 0.0 r)

    let calibration = ScanCombination.calibration snapshots
    Assert.Equal(1.05, calibration.Value, 1e-12)
    Assert.Equal(Direction.NoBound, calibration.Direction)
    // √(0.0166…/4) of the snapshots and √(0.005/2) of the networks 1.0 and 1.1.
    Assert.Equal(sqrt (0.05 / 3.0 / 4.0 + 0.0025), calibration.StandardError, 1e-12)

/// Snapshots of which each sweep has the thermal part of its snapshot, an own part, and noise of the two sets of points; networks differ by a constant.
let private sweeps seed own common pointNoise =
    let g = Key.generator (Key.ofSeed seed)
    let thermal = Array.init 20 (fun _ -> 0.2 * g.NextNormal())

    let snapshots =
        thermal
        |> Array.mapi (fun i t ->
            let shared = common * g.NextNormal()

            let sweep _ =
                let value = -3.0 + 0.1 * float (i / 5) + t + shared + own * g.NextNormal()
                let noisy () = value + pointNoise * g.NextNormal()
                struct (noisy (), noisy ())

            { held (i / 5) -3.0 1.0 with
                Sweeps = Array.init 6 sweep
            })

    snapshots, control thermal 0.0 0.001

[<Fact>]
let ``The looseness is half the variance of the likelihood, whatever the points in the integral and the networks add``
    ()
    =
    let own, common, pointNoise = 0.012, 0.006, 0.03
    let exact = 0.5 * 1000.0 * (own * own + common * common)

    let found =
        Array.init 200 (fun i ->
            let snapshots, control = sweeps (uint64 (300 + i)) own common pointNoise
            ScanCombination.looseness 1000 control snapshots)

    let values = found |> Array.map (fun e -> float e.Value)
    let error = Statistics.standardError values
    // Four errors of the mean of 200 sets; without the second set of points it would be 0.45 too large.
    Assert.Equal(exact, Array.average values, 4.0 * error)
    // The jackknife's error is the scatter of the sets, within the 10 % that 200 sets and its own bias allow.
    let scatter = error * sqrt 200.0

    let jackknife =
        found |> Array.averageBy (fun e -> float e.StandardError ** 2.0) |> sqrt

    Assert.InRange(jackknife / scatter, 0.8, 1.3)

[<Fact>]
let ``A network with a single snapshot tells nothing of the looseness, two tell no error`` () =
    let snapshots, control = sweeps 1UL 0.01 0.01 0.0

    let part indices =
        ScanCombination.looseness
            1000
            { control with
                Values = indices |> Array.map (fun i -> control.Values[i])
            }
            (indices |> Array.map (fun i -> snapshots[i]))

    Assert.True(System.Double.IsNaN(float (part [| 0; 5; 10 |]).Value))
    let two = part [| 0; 1; 5 |]
    Assert.True(System.Double.IsFinite(float two.Value))
    Assert.True(System.Double.IsNaN(float two.StandardError))

[<Fact>]
let ``A corrected entropy carries the errors of its parts and a quarter of the correction, and bounds nothing`` () =
    let bound = Estimate.create -3.4<kB / atom> 0.01<kB / atom> Direction.UpperBound

    let looseness = Estimate.create 0.12<kB / atom> 0.02<kB / atom> Direction.NoBound

    let corrected = Looseness.correct bound looseness
    // Rounding only.
    Assert.Equal(-3.52, float corrected.Value, 1e-12)
    Assert.Equal(sqrt (0.01 ** 2.0 + 0.02 ** 2.0 + 0.03 ** 2.0), float corrected.StandardError, 1e-12)
    Assert.Equal(Direction.NoBound, corrected.Direction)
