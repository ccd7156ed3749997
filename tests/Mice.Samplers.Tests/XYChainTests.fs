module Mice.Samplers.Tests.XYChainTests

open System.Threading
open Xunit
open Mice
open Mice.Samplers

let private small =
    { XYChainOptions.defaults with
        Chains = 4
        Snapshots = 20
        Equilibrate = 30
        Every = 3
    }

let private get result =
    match result with
    | Ok value -> value
    | Error errors -> failwith (errors |> List.map MiceError.message |> String.concat "\n")

let private sample options cancel progress model =
    XYChain.sample (get (XYChainOptions.check options)) cancel progress (Key.ofSeed 1UL) model

[<Fact>]
let ``Snapshots are alike on any number of threads, and have the energies told`` () =
    let model =
        { XYModel.square 6 0.8 with
            Field = 0.2
        }

    let on threads =
        sample { small with Threads = threads } CancellationToken.None ignore model |> get

    let one, two = on 1, on 2
    Assert.Equal<float[][]>(one.Snapshots.Sites, two.Snapshots.Sites)
    Assert.Equal(one.EnergyPerSite, two.EnergyPerSite)
    Assert.Equal(80, one.Snapshots.Sites.Length)
    Assert.Equal((6, 6), (one.Snapshots.Rows, one.Snapshots.Columns))

    Array.iter2
        (fun angles (energy: float) -> Assert.Equal(energy, XYModel.energy model (XYState.ofAngles angles), 10))
        one.Snapshots.Sites
        one.Energies

[<Fact>]
let ``The energy at high temperature is that of the series`` () =
    let model = XYModel.square 8 3.0

    let found =
        sample { small with Snapshots = 100 } CancellationToken.None ignore model |> get

    let exact = (XYExact.squareAtHighTemperature model).EnergyPerSite
    let z = (found.EnergyPerSite.Value - exact) / found.EnergyPerSite.StandardError
    // The plaquettes alone contribute 0.017, a multiple of the error; what the series leaves out, of order (1/6)⁷, does not count.
    Assert.True(abs z < 4.0, $"z = {z:F2}")
    // 64 sites, cv = O(0.1), 1200 steps: between 0.001 and 0.01; hybrid steps are nearly independent.
    Assert.InRange(found.EnergyPerSite.StandardError, 0.0005, 0.005)
    Assert.InRange(found.AutocorrelationTime.Value, 0.3, 1.5)

[<Fact>]
let ``Chains in equilibrium with snapshots far apart pass their checks`` () =
    for seed in 1UL .. 5UL do
        let options =
            get (
                XYChainOptions.check
                    { small with
                        Chains = 2
                        Snapshots = 60
                    }
            )

        let found =
            XYChain.sample options CancellationToken.None ignore (Key.ofSeed seed) (XYModel.square 6 1.5) |> get
        // Differences of halves of 90 nearly independent steps each; the larger of two errors.
        Assert.All(found.Checks, (fun check -> Assert.True(check.Passed, check.Detail)))

[<Fact>]
let ``A quench that is still going on, and snapshots too close to each other, are noticed`` () =
    let slow =
        { small with
            Equilibrate = 0
            Every = 1
            Snapshots = 60
            OverRelaxations = 0
            Clusters = 0
        }

    let found = sample slow CancellationToken.None ignore (XYModel.square 24 0.5) |> get
    Assert.Equal<bool list>([ false; false ], found.Checks |> List.map _.Passed)

[<Fact>]
let ``Chains stop when told and say how far they are`` () =
    use source = new CancellationTokenSource()
    let mutable last = 0.0

    let progress (p: Progress) =
        last <- p.Fraction

        if p.Fraction > 0.5 then
            source.Cancel()

    let one = { small with Threads = 1 }

    Assert.ThrowsAny<System.OperationCanceledException>(fun () ->
        sample one source.Token progress (XYModel.square 4 1.0) |> ignore)
    |> ignore

    Assert.InRange(last, 0.5, 0.52)
    sample one CancellationToken.None progress (XYModel.square 4 1.0) |> get |> ignore
    Assert.Equal(1.0, last)

[<Fact>]
let ``Every bad option and every bad model is told`` () =
    let bad: XYChainOptions =
        {
            Chains = 0
            Snapshots = 0
            Equilibrate = -1
            Every = 0
            OverRelaxations = -1
            Clusters = -1
            Threads = 0
        }

    match XYChainOptions.check bad with
    | Error errors -> Assert.Equal(7, errors.Length)
    | Ok _ -> failwith "accepted"

    match sample small CancellationToken.None ignore (XYModel.square 1 0.0) with
    | Error errors -> Assert.Equal(3, errors.Length)
    | Ok _ -> failwith "accepted"
