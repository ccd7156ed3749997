module Mice.Information.Tests.MutualInformationTests

open Expecto
open System
open System.IO
open System.Threading
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

let private options = MutualInformationOptions.defaults

let private run options x y =
    MutualInformation.estimate options { Run.quiet with Threads = 2 } x y

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
    Expect.isTrue (away <= errors * float e.StandardError) $"{e} is not within {errors} errors of {expected}"

let private isRefused (why: string) result =
    Expecting.single (messages result) why |> ignore

[<Tests>]
let tests =
    testList
        "MutualInformationTests"
        [
            test "two columns with few rows are left to nearest neighbours" {
                let struct (x, y) = normal 3UL 390 [ 0.75 ]
                let r = run options x y |> ok
                Expect.equal r.Method "ksg" "nearest neighbours are chosen"

                Expect.equal (r.Estimates |> List.map (fun e -> e.Method)) [ "ksg"; "copula" ] "these two were compared"

                near (exact [ 0.75 ]) 4.0 r

                for c in r.Checks do
                    Expect.isTrue c.Passed c.Detail

                Expect.isTrue
                    (r.Reliability.TrainTestGap.IsNone && not r.Reliability.Saturated)
                    "nothing was trained and nothing is saturated"
            }

            test "Gaussian columns end with the copula, others with critics" {
                // Four and four columns: what critics see beyond the Gaussian is noise.
                let correlations = [ 0.7; 0.5; 0.0; 0.0 ]
                let struct (x, y) = normal 4UL 1000 correlations
                let gaussian = run options x y |> ok
                Expect.equal gaussian.Method "copula" "the copula is chosen"
                near (exact correlations) 4.0 gaussian
                Expect.isTrue gaussian.Reliability.TrainTestGap.IsNone "nothing that was trained is in the result"

                let lower = gaussian.Estimates |> List.find (fun e -> e.Method = "infonce")
                Expect.equal lower.Estimate.Direction Direction.LowerBound "InfoNCE is a lower bound"
                Expect.isNonEmpty lower.Curves "its training curves are kept"

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
                Expect.equal critics.Method "infonce-centred" "critics are chosen"

                Expect.isTrue
                    (critics.MutualInformation.Value > 1.0<nat>)
                    $"most of the information is left: {critics.MutualInformation}"
                // Half of what training rows gain, and what is missing where the second half of the rows changed so much and the rest falls as N^(−½),
                // are part of the error.
                let gap = critics.Reliability.TrainTestGap.Value.Value

                let change =
                    critics.Reliability.Extrapolation.Value.Value - critics.MutualInformation.Value

                let missing = change / (sqrt 2.0 - 1.0)
                let systematic = sqrt (0.25 * gap * gap + missing * missing)

                Expect.isTrue
                    (critics.MutualInformation.StandardError >= systematic)
                    $"the error {critics.MutualInformation.StandardError} holds the systematic one, {systematic}"

                Expect.isTrue
                    (critics.Reliability.TrainTestGap.IsSome && critics.Reliability.EffectivePairs.Value > 100.0)
                    "critics have a training gap and enough effective pairs"
            }

            test "strictly increasing maps of single columns change nothing" {
                let struct (x, y) = normal 6UL 300 [ 0.6; 0.2 ]
                let plain = run { options with Method = "ksg" } x y |> ok

                let mapped =
                    run
                        { options with Method = "ksg" }
                        (x |> Sample.mapColumns (fun _ v -> Array.map exp v))
                        (y |> Sample.mapColumns (fun c v -> v |> Array.map (fun t -> t ** 3.0 + float c)))
                    |> ok

                Expect.equal mapped.MutualInformation plain.MutualInformation "mapped columns have the same estimate"
            }

            test "nearest neighbours give 0 on average for independent columns" {
                // 60 draws of 400 rows, each with a scatter of about 0.04: 0.005 for the mean. On the regular margins of plain normal scores it is −0.03.
                let values =
                    Array.init 60 (fun seed ->
                        let struct (x, y) = normal (100UL + uint64 seed) 400 [ 0.0 ]

                        let r =
                            MutualInformation.estimate
                                { options with Method = "ksg" }
                                (Run.seeded (uint64 seed) Run.quiet)
                                x
                                y
                            |> ok

                        float r.MutualInformation.Value)

                let mean, error = Statistics.mean values, Statistics.standardError values
                Expect.isTrue (abs mean <= 3.0 * error) $"the mean is {mean} ± {error}"
                Expect.exists values (fun v -> v < 0.0) "some estimates are negative"
            }

            testTheory "nearest neighbours at sharp edges have errors that hold the bias of few rows" [ 120; 240 ]
            <| fun (rows: int) ->
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
                Expect.isTrue (List.average deviations < -0.3) report
                // Nine of ten is what two errors hold; eight leaves one to chance.
                Expect.isTrue ((deviations |> List.filter (fun d -> abs d <= 2.0) |> List.length) >= 8) report

            test "labels are recognised, counted, and limited by their entropy" {
                let g = Key.ofSeed 7UL |> Key.generator
                let labels = Array.init 2000 (fun _ -> float (g.NextInt 3))

                let noisy =
                    labels |> Array.map (fun l -> if g.NextFloat() < 0.1 then float (g.NextInt 3) else l)

                let counted = run options (Sample.ofColumn labels) (Sample.ofColumn noisy) |> ok

                Expect.equal
                    (counted.KindX, counted.KindY)
                    (VariableKind.Discrete, VariableKind.Discrete)
                    "both are recognised as labels"

                Expect.equal counted.Method "grassberger" "labels are counted"
                // ln 3 − H(noise), noise: 14/15 right, 1/30 for each other label.
                let expected =
                    log 3.0 + 14.0 / 15.0 * log (14.0 / 15.0) + 2.0 / 30.0 * log (1.0 / 30.0)

                near expected 4.0 counted

                Expect.isTrue
                    (counted.Reliability.EntropyLimit.Value.Value > counted.MutualInformation.Value)
                    "the limit is above the estimate"

                let shifted = labels |> Array.map (fun l -> 3.0 * l + g.NextNormal())

                let mixed =
                    run { options with Method = "ross" } (Sample.ofColumn labels) (Sample.ofColumn shifted) |> ok

                Expect.equal
                    (mixed.KindX, mixed.KindY)
                    (VariableKind.Discrete, VariableKind.Continuous)
                    "labels against numbers"

                Expecting.inRange
                    (float mixed.MutualInformation.Value)
                    0.6
                    (log 3.0)
                    "the information on a label is below ln 3"

                let declared =
                    { options with
                        Method = "ksg"
                        KindX = Some VariableKind.Continuous
                        KindY = Some VariableKind.Continuous
                    }

                let tied = run declared (Sample.ofColumn labels) (Sample.ofColumn noisy) |> ok

                Expect.exists
                    tied.Checks
                    (fun c -> c.Name = "few equal values" && not c.Passed)
                    "labels declared continuous are found by their ties"
            }

            testCase "memory from row to row is found"
            <| fun () ->
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
                Expecting.inRange r.Reliability.EffectiveRows (3000.0 / 80.0) (3000.0 / 20.0) "the effective rows"

                Expect.exists
                    r.Checks
                    (fun c -> c.Name = "rows are nearly independent" && not c.Passed)
                    "the check of independent rows fails"

            test "every fault of options and data is one line" {
                let struct (x, y) = normal 9UL 100 [ 0.5 ]

                let wrong =
                    { options with
                        Method = "dvv"
                        BlockRows = Some 0
                    }

                let idle = { Run.quiet with Threads = 0 }

                Expect.equal
                    (messages (MutualInformation.estimate wrong idle x y) |> List.length)
                    3
                    "two options and the threads are wrong"

                isRefused "fewer rows of Y" (run options x (Sample.choose [| 0..98 |] y))
                isRefused "a constant column" (run options (Sample.ofColumn (Array.create 100 2.5)) y)
                isRefused "a method that is not offered" (run { options with Method = "dv" } x y)
                isRefused "a method for labels" (run { options with Method = "nsb" } x y)
                let few = Array.init 49 id

                Expect.equal
                    (messages (run options (Sample.choose few x) (Sample.choose few y)) |> List.length)
                    2
                    "both variables have too few rows"
            }

            testCase "a stopped estimate goes on to the same number"
            <| fun () ->
                let struct (x, y) = normal 10UL 400 [ 0.6; 0.6 ]

                let wanted = { options with Method = "infonce" }
                let whole = run wanted x y |> ok
                let folder = Directory.CreateTempSubdirectory "mice-mi-"

                try
                    let kept =
                        { Run.quiet with
                            Threads = 1
                            Store = Some(RunStore.at folder.FullName)
                        }

                    use source = new CancellationTokenSource()
                    let reports = ref 0

                    let stopSoon _ =
                        reports.Value <- reports.Value + 1

                        if reports.Value = 4 then
                            source.Cancel()

                    Expecting.throwsAny<OperationCanceledException>
                        (fun () ->
                            MutualInformation.estimate
                                wanted
                                { kept with
                                    Progress = stopSoon
                                    Cancel = source.Token
                                }
                                x
                                y
                            |> ignore)
                        "a cancelled estimate throws"
                    |> ignore

                    let resumed = MutualInformation.estimate wanted kept x y |> ok

                    Expect.equal
                        resumed.MutualInformation
                        whole.MutualInformation
                        "the resumed estimate is that of the whole run"

                    match MutualInformation.estimate wanted (Run.seeded 2UL kept) x y with
                    | Error [ MiceError.Mismatch _ ] -> ()
                    | other -> failtest $"another seed: {other}"
                finally
                    folder.Delete true
        ]
