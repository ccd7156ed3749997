module Mice.Entropy.Tests.ScanOptionsTests

open Expecto
open Mice
open Mice.Autoregressive
open Mice.Entropy

[<Tests>]
let tests =
    testList
        "ScanOptionsTests"
        [
            test "Defaults and the quick preset pass their own checks" {
                for options in [ ScanOptions.defaults; ScanOptions.quick ] do
                    match ScanOptions.check options with
                    | Ok _ -> ()
                    | Error faults -> failtest $"{faults}"
            }

            test "Every fault is reported at once" {
                let wrong =
                    { ScanOptions.defaults with
                        Dimension = 4
                        Cutoff = Some -1.0<Angstrom>
                        Networks = 1
                        Network =
                            {
                                Degree = -1
                                Width = 0
                                Depth = 0
                                NoisePerAtom = 0
                            }
                        Training =
                            {
                                Steps = 0
                                BatchPoints = 1
                                LearningRate = nan
                            }
                        Passes = 0
                        IntegralPoints = 0
                        CutoffShares = [ 1.5; nan; 0.5 ]
                    }

                match ScanOptions.check wrong with
                | Ok _ -> failtest "accepted"
                | Error faults ->
                    // Dimension, cut-off, networks, four of the network, three of the training, directions, points, two shares.
                    Expect.equal faults.Length 14 "all are told"

                    Expect.equal
                        (faults |> List.map MiceError.message |> List.distinct |> List.length)
                        14
                        "each is told once"
            }

            test "A single fault is reported alone" {
                let faults options =
                    match ScanOptions.check options with
                    | Ok _ -> []
                    | Error faults -> faults

                for cutoff in [ 0.0<Angstrom>; nan * 1.0<Angstrom>; infinity * 1.0<Angstrom> ] do
                    Expecting.single
                        (faults
                            { ScanOptions.defaults with
                                Cutoff = Some cutoff
                            })
                        $"a cut-off of {cutoff} is one fault"
                    |> ignore

                Expecting.single
                    (faults
                        { ScanOptions.defaults with
                            Networks = 1
                        })
                    "one network is one fault"
                |> ignore
            }
        ]
