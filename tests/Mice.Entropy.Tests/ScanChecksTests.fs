module Mice.Entropy.Tests.ScanChecksTests

open Expecto
open Mice
open Mice.Entropy

let private bound value error =
    Estimate.create (value * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.UpperBound

let private failed (networks: float list) total calibration rows =
    let networks = networks |> List.map (fun value -> bound value 0.01) |> Array.ofList

    ScanChecks.all networks total calibration rows
    |> List.filter (fun c -> not c.Passed)
    |> List.map _.Name

let private calibrated = Estimate.create 1.002 0.004 Direction.NoBound

[<Tests>]
let tests =
    testList
        "ScanChecksTests"
        [
            test "Results of sodium pass" {
                Expect.isEmpty (failed [ -3.43; -3.42; -3.44 ] (bound -3.43 0.006) calibrated [||]) "the liquid"
                let sharp = Estimate.create 0.9 0.04 Direction.NoBound

                Expect.isEmpty
                    (failed [ -4.37; -4.42; -4.39 ] (bound -4.4 0.014) sharp [||])
                    "the solid, trained quickly"
            }

            test "Networks that are far from one another do not agree, however large the error" {
                // An ideal gas of which every snapshot was there twice.
                Expect.equal
                    (failed [ -11.1; -9.8; -6.5 ] (bound -9.3 1.5) calibrated [||])
                    [ "the networks agree" ]
                    "the spread is three errors, and 4.6 k_B"

                Expect.equal
                    (failed [ -3.59; -3.3; -3.45 ] (bound -3.45 0.06) calibrated [||])
                    []
                    "0.29 k_B are allowed"

                Expect.equal
                    (failed [ -3.61; -3.3; -3.45 ] (bound -3.45 1.0) calibrated [||])
                    [ "the networks agree" ]
                    "0.31 k_B are not"

                Expect.equal
                    (failed [ -3.43; -3.42; nan ] (bound -3.43 0.006) calibrated [||])
                    [ "the networks agree" ]
                    "what is no number agrees with nothing"
            }

            test "An intensity far from its calibration is not calibrated, however large the error" {
                for mean, error in [ 1.16, 0.5; 0.8, 0.2; 1.04, 0.01; nan, 0.01; 1.0, nan ] do
                    let names =
                        failed
                            [ -3.43; -3.42; -3.44 ]
                            (bound -3.43 0.006)
                            (Estimate.create mean error Direction.NoBound)
                            [||]

                    Expect.equal names [ "the intensity is calibrated" ] $"{mean}({error})"
            }

            test "A cut-off that still lowers the bound is too short" {
                let row cutoff value =
                    {
                        Cutoff = cutoff * 1.0<Angstrom>
                        ExcessEntropy = bound value 0.01
                    }

                let names last =
                    failed
                        [ -3.43; -3.42; -3.44 ]
                        (bound -3.43 0.006)
                        calibrated
                        [| row 6.0 -3.2; row 8.0 -3.4; row 10.0 last |]

                Expect.isEmpty (names -3.44) "0.04 k_B less"
                Expect.equal (names -3.46) [ "the cut-off is long enough" ] "0.06 k_B less"
            }
        ]
