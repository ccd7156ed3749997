/// An estimator of mutual information that does no work.
module Mice.Cli.Tests.FakeInformation

open Mice
open Mice.Cli
open Mice.Information

let private reliability: Reliability =
    {
        TrainTestGap = Some(Estimate.create 0.02<nat> 0.01<nat> Direction.NoBound)
        ProductPairs = Some 1e6
        EffectivePairs = Some 5e4
        Saturated = false
        ShuffleBaseline = Estimate.create -0.001<nat> 0.002<nat> Direction.NoBound
        Extrapolation = None
        Disagreement = Some(struct ("ksg", "nwj", 1.5))
        EntropyLimit = None
        Ties =
            {
                Columns = [ "column 1 of X" ]
                TiedFraction = 0.25
                Jitter = 1e-9
            }
        EffectiveRows = 55.5
    }

/// An estimator that says what it was asked.
let saying (passed: bool) : Estimators =
    { Estimators.standard with
        MutualInformation =
            fun options run x y ->
                Run.tell "critic 1 of 1" 0.5 "half" run

                let kind (chosen: VariableKind option) =
                    Option.defaultValue VariableKind.Continuous chosen

                Ok
                    {
                        MutualInformation = Estimate.create 0.5<nat> 0.01<nat> Direction.LowerBound
                        Method = "nwj"
                        Estimates =
                            [
                                {
                                    Method = "nwj"
                                    Estimate = Estimate.create 0.5<nat> 0.01<nat> Direction.LowerBound
                                    Seconds = 1.0
                                    Remark = "a critic"
                                    Curves = []
                                }
                                {
                                    Method = "ksg"
                                    Estimate = Estimate.create 0.52<nat> 0.02<nat> Direction.NoBound
                                    Seconds = 0.1
                                    Remark = "nearest neighbours"
                                    Curves = []
                                }
                            ]
                        Reliability = reliability
                        Checks =
                            [
                                {
                                    Name = "sound"
                                    Passed = passed
                                    Detail = "it was asked"
                                }
                            ]
                        KindX = kind options.KindX
                        KindY = kind options.KindY
                        Rows = x.Rows
                        ColumnsX = x.Columns
                        ColumnsY = y.Columns
                        Notes = [ "a note" ]
                        Settings = [ "method", options.Method; "block_rows", string options.BlockRows ]
                        Seconds = 1.1
                    }
        Versions = fun () -> [ "mice", "0.0.0" ]
    }
