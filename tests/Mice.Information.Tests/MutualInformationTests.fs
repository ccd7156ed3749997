module Mice.Information.Tests.MutualInformationTests

open System
open System.IO
open System.Threading
open Xunit
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private options =
    { MutualInformationOptions.defaults with
        Threads = 2
    }

let private run options x y =
    MutualInformation.estimate options None ignore CancellationToken.None x y

/// Standard normal x and y with the correlation of each column.
let private normal seed rows (correlations: float list) =
    let g = Key.ofSeed seed |> Key.generator
    let x = Array.init (rows * correlations.Length) (fun _ -> g.NextNormal())
    let r = Array.ofList correlations

    let y =
        x
        |> Array.mapi (fun i v ->
            let c = r[i % r.Length]
            c * v + sqrt (1.0 - c * c) * g.NextNormal())

    let sample values =
        Sample.create rows r.Length values |> ok

    struct (sample x, sample y)

let private exact (correlations: float list) =
    correlations |> List.sumBy (fun r -> -0.5 * log (1.0 - r * r))

let private near (expected: float) (errors: float) (r: MutualInformationResult) =
    let e = r.MutualInformation
    let away = abs (float e.Value - expected)
    Assert.True(away <= errors * float e.StandardError, $"{e} is not within {errors} errors of {expected}")

[<Fact>]
let ``two columns with few rows are left to nearest neighbours`` () =
    let struct (x, y) = normal 3UL 390 [ 0.75 ]
    let r = run options x y |> ok
    Assert.Equal("ksg", r.Method)
    Assert.Equal<string list>([ "ksg"; "copula" ], r.Estimates |> List.map (fun e -> e.Method))
    near (exact [ 0.75 ]) 4.0 r
    Assert.All(r.Checks, fun c -> Assert.True(c.Passed, c.Detail))
    Assert.True(r.Reliability.TrainTestGap.IsNone && not r.Reliability.Saturated)

[<Fact>]
let ``Gaussian columns end with the copula, others with critics`` () =
    // Four and four columns: what critics see beyond the Gaussian is noise.
    let correlations = [ 0.7; 0.5; 0.0; 0.0 ]
    let struct (x, y) = normal 4UL 1000 correlations
    let gaussian = run options x y |> ok
    Assert.Equal("copula", gaussian.Method)
    near (exact correlations) 4.0 gaussian
    Assert.True gaussian.Reliability.TrainTestGap.IsNone

    let lower = gaussian.Estimates |> List.find (fun e -> e.Method = "infonce")
    Assert.Equal(Direction.LowerBound, lower.Estimate.Direction)
    Assert.NotEmpty lower.Curves

    // The sign of y is mixed: no correlation is left, most of the information is.
    let g = Key.ofSeed 5UL |> Key.generator
    let struct (x, y) = normal 11UL 1500 [ 0.95; 0.95 ]

    let mixed =
        { y with
            Values =
                y.Values
                |> Array.chunkBySize 2
                |> Array.collect (fun row -> if g.NextFloat() < 0.5 then row else Array.map (~-) row)
        }

    let critics = run options x mixed |> ok
    Assert.Equal("infonce-centred", critics.Method)
    Assert.True(critics.MutualInformation.Value > 1.0<nat>)
    // Half of what training rows gain, and what the second half of the rows changed, are part of the error.
    let gap = critics.Reliability.TrainTestGap.Value.Value

    let change =
        critics.Reliability.Extrapolation.Value.Value - critics.MutualInformation.Value

    let systematic = sqrt (0.25 * gap * gap + change * change)
    Assert.True(critics.MutualInformation.StandardError >= systematic)
    Assert.True(critics.Reliability.TrainTestGap.IsSome && critics.Reliability.EffectivePairs.Value > 100.0)

[<Fact>]
let ``strictly increasing maps of single columns change nothing`` () =
    let struct (x, y) = normal 6UL 300 [ 0.6; 0.2 ]
    let plain = run { options with Method = "ksg" } x y |> ok

    let mapped =
        run
            { options with Method = "ksg" }
            (x |> Sample.mapColumns (fun _ v -> Array.map exp v))
            (y |> Sample.mapColumns (fun c v -> v |> Array.map (fun t -> t ** 3.0 + float c)))
        |> ok

    Assert.Equal(plain.MutualInformation, mapped.MutualInformation)

[<Fact>]
let ``nearest neighbours give 0 on average for independent columns`` () =
    // 60 draws of 400 rows, each with a scatter of about 0.04: 0.005 for the mean. On the regular margins of plain normal scores it is −0.03.
    let values =
        Array.init 60 (fun seed ->
            let struct (x, y) = normal (100UL + uint64 seed) 400 [ 0.0 ]

            let r =
                run
                    { options with
                        Method = "ksg"
                        Seed = uint64 seed
                    }
                    x
                    y
                |> ok

            float r.MutualInformation.Value)

    let mean, error = Statistics.mean values, Statistics.standardError values
    Assert.True(abs mean <= 3.0 * error, $"{mean} ± {error}")
    Assert.Contains(values, fun v -> v < 0.0)

[<Theory>]
[<InlineData(120)>]
[<InlineData(240)>]
let ``nearest neighbours at sharp edges have errors that hold the bias of few rows`` (rows: int) =
    // x in (0, 1) and y = x + noise in (0, w): I = w/2 − ln w, of which few rows find too little.
    let width = 0.05
    let exact = width / 2.0 - log width

    let deviations =
        [
            for seed in 1UL .. 10UL do
                let g = Key.ofSeed (60UL + seed) |> Key.generator
                let x = Array.init rows (fun _ -> g.NextFloat())
                let y = x |> Array.map (fun v -> v + width * g.NextFloat())

                let r =
                    run options (Sample.create rows 1 x |> ok) (Sample.create rows 1 y |> ok) |> ok

                let ksg = r.Estimates |> List.find (fun e -> e.Method = "ksg")
                (float ksg.Estimate.Value - exact) / float ksg.Estimate.StandardError
        ]

    let report = deviations |> List.map (sprintf "%.2f") |> String.concat " "
    Assert.True(List.average deviations < -0.3, report)
    // Nine of ten is what two errors hold; eight leaves one to chance.
    Assert.True((deviations |> List.filter (fun d -> abs d <= 2.0) |> List.length) >= 8, report)

[<Fact>]
let ``labels are recognised, counted, and limited by their entropy`` () =
    let g = Key.ofSeed 7UL |> Key.generator
    let labels = Array.init 2000 (fun _ -> float (g.NextInt 3))

    let noisy =
        labels |> Array.map (fun l -> if g.NextFloat() < 0.1 then float (g.NextInt 3) else l)

    let counted = run options (Sample.ofColumn labels) (Sample.ofColumn noisy) |> ok
    Assert.Equal((VariableKind.Discrete, VariableKind.Discrete), (counted.KindX, counted.KindY))
    Assert.Equal("grassberger", counted.Method)
    // ln 3 − H(noise), noise: 14/15 right, 1/30 for each other label.
    let expected =
        log 3.0 + 14.0 / 15.0 * log (14.0 / 15.0) + 2.0 / 30.0 * log (1.0 / 30.0)

    near expected 4.0 counted
    Assert.True(counted.Reliability.EntropyLimit.Value.Value > counted.MutualInformation.Value)

    let shifted = labels |> Array.map (fun l -> 3.0 * l + g.NextNormal())

    let mixed =
        run { options with Method = "ross" } (Sample.ofColumn labels) (Sample.ofColumn shifted) |> ok

    Assert.Equal((VariableKind.Discrete, VariableKind.Continuous), (mixed.KindX, mixed.KindY))
    Assert.InRange(float mixed.MutualInformation.Value, 0.6, log 3.0)

    let declared =
        { options with
            Method = "ksg"
            KindX = Some VariableKind.Continuous
            KindY = Some VariableKind.Continuous
        }

    let tied = run declared (Sample.ofColumn labels) (Sample.ofColumn noisy) |> ok
    Assert.Contains(tied.Checks, fun c -> c.Name = "few equal values" && not c.Passed)

[<Fact>]
let ``memory from row to row is found`` () =
    let g = Key.ofSeed 8UL |> Key.generator

    let series () =
        let mutable v = 0.0

        Array.init 3000 (fun _ ->
            v <- 0.95 * v + g.NextNormal()
            v)

    let r =
        run { options with Method = "copula" } (Sample.ofColumn (series ())) (Sample.ofColumn (series ()))
        |> ok
    // Statistical inefficiency (1 + 0.95)/(1 − 0.95) = 39; the window's estimate scatters by a third.
    Assert.InRange(r.Reliability.EffectiveRows, 3000.0 / 80.0, 3000.0 / 20.0)
    Assert.Contains(r.Checks, fun c -> c.Name = "rows are nearly independent" && not c.Passed)

[<Fact>]
let ``every fault of options and data is one line`` () =
    let struct (x, y) = normal 9UL 100 [ 0.5 ]

    let wrong =
        { options with
            Method = "dvv"
            BlockRows = Some 0
            Threads = 0
        }

    Assert.Equal(3, messages (run wrong x y) |> List.length)
    Assert.Single(messages (run options x (Sample.choose [| 0..98 |] y))) |> ignore
    Assert.Single(messages (run options (Sample.ofColumn (Array.create 100 2.5)) y)) |> ignore
    Assert.Single(messages (run { options with Method = "dv" } x y)) |> ignore
    Assert.Single(messages (run { options with Method = "nsb" } x y)) |> ignore
    let few = Array.init 49 id
    Assert.Equal(2, messages (run options (Sample.choose few x) (Sample.choose few y)) |> List.length)

[<Fact>]
let ``a stopped estimate goes on to the same number`` () =
    let struct (x, y) = normal 10UL 400 [ 0.6; 0.6 ]

    let wanted =
        { options with
            Method = "infonce"
            Threads = 1
        }

    let whole = run wanted x y |> ok
    let folder = Directory.CreateTempSubdirectory "mice-mi-"

    try
        let store () =
            MutualInformation.checkpoints wanted x y folder.FullName |> ok

        use source = new CancellationTokenSource()
        let reports = ref 0

        let stopSoon _ =
            reports.Value <- reports.Value + 1

            if reports.Value = 4 then
                source.Cancel()

        Assert.ThrowsAny<OperationCanceledException>(fun () ->
            MutualInformation.estimate wanted (Some(store ())) stopSoon source.Token x y |> ignore)
        |> ignore

        let resumed =
            MutualInformation.estimate wanted (Some(store ())) ignore CancellationToken.None x y |> ok

        Assert.Equal(whole.MutualInformation, resumed.MutualInformation)

        match MutualInformation.checkpoints { wanted with Seed = 2UL } x y folder.FullName with
        | Error [ MiceError.Mismatch _ ] -> ()
        | other -> Assert.Fail $"another seed: {other}"
    finally
        folder.Delete true
