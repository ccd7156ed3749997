module Mice.Entropy.Tests.SnapshotEntropiesTests

open Expecto
open Mice
open Mice.Entropy

let private held network entropy =
    {
        Step = 0L
        Network = network
        Entropy = entropy
        Passes = [| struct (entropy, entropy) |]
    }

let private control values mean error : ControlVariate =
    {
        Values = values
        Mean = Estimate.create (mean * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.Exact
    }

let private noise seed n =
    let g = Key.generator (Key.ofSeed seed)
    Array.init n (fun _ -> g.NextNormal())

/// Snapshots of which each pass has the thermal part of its snapshot, an own part, and noise of the two sets of points; networks differ by a constant.
let private passes seed own common pointNoise =
    let g = Key.generator (Key.ofSeed seed)
    let thermal = Array.init 20 (fun _ -> 0.2 * g.NextNormal())

    let snapshots =
        thermal
        |> Array.mapi (fun i t ->
            let shared = common * g.NextNormal()

            let pass _ =
                let value = -3.0 + 0.1 * float (i / 5) + t + shared + own * g.NextNormal()
                let noisy () = value + pointNoise * g.NextNormal()
                struct (noisy (), noisy ())

            let found = Array.init 6 pass

            { held (i / 5) (found |> Array.averageBy (fun struct (a, b) -> 0.5 * (a + b))) with
                Passes = found
            })

    snapshots, control thermal 0.0 0.001

[<Tests>]
let tests =
    testList
        "SnapshotEntropiesTests"
        [
            test "A control variate takes out the noise that it shares with the entropies" {
                let thermal = noise 1UL 40 |> Array.map (fun v -> 0.5 * v)
                let own = noise 2UL 40 |> Array.map (fun v -> 0.001 * v)

                let snapshots =
                    Array.map2 (fun t o -> t + o) thermal own |> Array.mapi (fun i v -> held (i / 10) (-3.0 + v))

                let values = thermal |> Array.map (fun t -> 7.0 + t)
                let plain = SnapshotEntropies.total None snapshots

                let controlled = SnapshotEntropies.total (Some(control values 7.0 0.0002)) snapshots

                // 0.5/√40 = 0.08 for the snapshots and as much again for the spread of the networks; 0.001/√40 = 0.00016 and the mean's 0.0002 after it.
                Expecting.inRange
                    (float plain.StandardError)
                    0.05
                    0.2
                    "without a control the error is that of the noise"

                Expecting.inRange (float controlled.StandardError) 0.0002 0.0006 "with one that of the rest"

                // Five such errors.
                Expecting.within 0.002 (float controlled.Value) (-3.0) "the value is the true one"
                Expect.equal controlled.Direction Direction.UpperBound "it stays an upper bound"
            }

            test "The mean of the control variate enters one for one" {
                let snapshots = Array.init 8 (fun i -> held (i / 4) (-3.0 + float i))
                let values = Array.init 8 float
                // Nothing but the control's own error is left; rounding only.
                let total = SnapshotEntropies.total (Some(control values 2.0 0.25)) snapshots
                Expecting.within 1e-12 (float total.Value) (-1.0) "the mean of the control is added"
                Expecting.within 1e-12 (float total.StandardError) 0.25 "so is its error"
            }

            test "Errors of snapshots, networks and control add in quadrature" {
                let entropies = noise 3UL 24
                let snapshots = entropies |> Array.mapi (fun i v -> held (i / 8) v)

                let networks = entropies |> Array.chunkBySize 8 |> Array.map Array.average

                let sampling, spread =
                    Statistics.blocking entropies, Statistics.standardError networks

                let expected = sqrt (sampling ** 2.0 + spread ** 2.0 + 0.01)
                let zero = control (Array.zeroCreate 24) 0.0 0.1
                // Rounding only.
                Expecting.within
                    1e-12
                    (float (SnapshotEntropies.total (Some zero) snapshots).StandardError)
                    expected
                    "three errors add in quadrature"

                let byNetwork = SnapshotEntropies.byNetwork None snapshots
                Expect.equal (byNetwork |> Array.map (fun e -> float e.Value)) networks "each network has its mean"
            }

            test "Networks are told apart by their number, not by their place" {
                let snapshots = [| held 1 5.0; held 0 1.0; held 1 7.0; held 0 3.0 |]

                let values =
                    SnapshotEntropies.byNetwork None snapshots |> Array.map (fun e -> float e.Value)

                Expect.equal values [| 2.0; 6.0 |] "snapshots belong to their network"
            }

            test "Calibration is the mean ratio and promises nothing" {
                let ratios = [| 0.9; 1.1; 1.0; 1.2 |]
                let snapshots = Array.init 4 (fun i -> held (i / 2) 0.0)

                let calibration = ScanChecks.calibration snapshots ratios
                Expecting.within 1e-12 calibration.Value 1.05 "it is the mean ratio"
                Expect.equal calibration.Direction Direction.NoBound "it is no bound"
                // √(0.0166…/4) of the snapshots and √(0.005/2) of the networks 1.0 and 1.1.
                Expecting.within
                    1e-12
                    calibration.StandardError
                    (sqrt (0.05 / 3.0 / 4.0 + 0.0025))
                    "snapshots and networks add to its error"
            }

            test
                "The looseness is half the variance of the likelihood, whatever the points in the integral and the networks add" {
                let own, common, pointNoise = 0.012, 0.006, 0.03
                let exact = 0.5 * 1000.0 * (own * own + common * common)

                let found =
                    Array.init 200 (fun i ->
                        let snapshots, control = passes (uint64 (300 + i)) own common pointNoise
                        SnapshotEntropies.looseness 1000 control snapshots)

                let values = found |> Array.map (fun e -> float e.Value)
                let error = Statistics.standardError values
                // Four errors of the mean of 200 sets; without the second set of points it would be 0.45 too large.
                Expecting.within (4.0 * error) (Array.average values) exact "the mean is half the variance"
                // The jackknife's error is the scatter of the sets, within the 10 % that 200 sets and its own bias allow.
                let scatter = error * sqrt 200.0

                let jackknife =
                    found |> Array.averageBy (fun e -> float e.StandardError ** 2.0) |> sqrt

                Expecting.inRange (jackknife / scatter) 0.8 1.3 "the error is the scatter"
            }

            test "What passes lie above the bound is no part of its looseness" {
                let snapshots, control = passes 1UL 0.012 0.006 0.0

                let lowered =
                    snapshots |> Array.map (fun s -> { s with Entropy = s.Entropy - 0.01 })

                let value s =
                    float (SnapshotEntropies.looseness 1000 control s).Value

                // Rounding only.
                Expecting.within 1e-12 (value lowered) (value snapshots - 0.01) "the bound is tighter than its passes"
            }

            test "A network with a single snapshot tells nothing of the looseness, two tell no error" {
                let snapshots, control = passes 1UL 0.01 0.01 0.0

                let part indices =
                    SnapshotEntropies.looseness
                        1000
                        { control with
                            Values = indices |> Array.map (fun i -> control.Values[i])
                        }
                        (indices |> Array.map (fun i -> snapshots[i]))

                Expect.isTrue (System.Double.IsNaN(float (part [| 0; 5; 10 |]).Value)) "single snapshots tell nothing"

                let two = part [| 0; 1; 5 |]
                Expect.isTrue (System.Double.IsFinite(float two.Value)) "two tell something"

                Expect.isTrue (System.Double.IsNaN(float two.StandardError)) "but no error"
            }

            test
                "A corrected entropy carries the errors of its parts and a quarter of the correction, and bounds nothing" {
                let bound = Estimate.create -3.4<kB / atom> 0.01<kB / atom> Direction.UpperBound

                let looseness = Estimate.create 0.12<kB / atom> 0.02<kB / atom> Direction.NoBound

                let corrected = Looseness.correct bound looseness
                // Rounding only.
                Expecting.within 1e-12 (float corrected.Value) (-3.52) "the looseness is taken off"

                Expecting.within
                    1e-12
                    (float corrected.StandardError)
                    (sqrt (0.01 ** 2.0 + 0.02 ** 2.0 + 0.03 ** 2.0))
                    "three errors add in quadrature"

                Expect.equal corrected.Direction Direction.NoBound "it is no bound"
            }
        ]
