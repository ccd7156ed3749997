module Mice.Entropy.Tests.ScanOptionsTests

open Xunit
open Mice
open Mice.Autoregressive
open Mice.Entropy

[<Fact>]
let ``Defaults and the quick preset pass their own checks`` () =
    for options in [ ScanOptions.defaults; ScanOptions.quick ] do
        match ScanOptions.check options with
        | Ok _ -> ()
        | Error faults -> Assert.Fail $"{faults}"

[<Fact>]
let ``Every fault is reported at once`` () =
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
            Sweeps = 0
            IntegralPoints = 0
            CutoffShares = [ 1.5; nan; 0.5 ]
            Threads = 0
        }

    match ScanOptions.check wrong with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults ->
        // Dimension, cut-off, networks, four of the network, three of the training, directions, points, two shares, threads.
        Assert.Equal(15, faults.Length)
        Assert.Equal(15, faults |> List.map MiceError.message |> List.distinct |> List.length)

[<Fact>]
let ``A single fault is reported alone`` () =
    let faults options =
        match ScanOptions.check options with
        | Ok _ -> []
        | Error faults -> faults

    for cutoff in [ 0.0<Angstrom>; nan * 1.0<Angstrom>; infinity * 1.0<Angstrom> ] do
        Assert.Single(
            faults
                { ScanOptions.defaults with
                    Cutoff = Some cutoff
                }
        )
        |> ignore

    Assert.Single(
        faults
            { ScanOptions.defaults with
                Networks = 1
            }
    )
    |> ignore
