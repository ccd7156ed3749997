namespace Mice.Benchmarks

open System.Diagnostics
open System.Threading
open Mice
open Mice.Entropy
open Mice.Plots
open Mice.Samplers

/// Entropies of Ising models against exact values, at many temperatures.
[<RequireQualifiedAccess>]
module IsingVerification =
    let private options =
        { IsingEntropyOptions.defaults with
            Entropy =
                { LatticeEntropyOptions.defaults with
                    Methods = LatticeMethod.ofIsing
                }
        }

    /// What the paper's figure 1 compares, and our own baselines.
    let private shown =
        [ "mice"; "scan"; "naive"; "kikuchi"; "frontier_16"; "compression" ]

    let private deviation (p: LatticePoint) =
        p.Reference |> Option.map (fun r -> float (p.EntropyPerSite.Value - r.EntropyPerSite.Value))

    let private row (points: LatticePoint list) =
        let cell method =
            points
            |> List.tryFind (fun p -> p.Method = method)
            |> Option.bind (fun p -> deviation p |> Option.map (fun d -> p, d))
            |> Option.map (fun (p, d) -> $"%+.5f{d} ({float p.EntropyPerSite.StandardError:F5})")
            |> Option.defaultValue ""

        let first = points.Head

        let exact =
            first.Reference |> Option.map (fun r -> float r.EntropyPerSite.Value) |> Option.defaultValue nan

        let seconds = points |> List.distinctBy _.Seconds |> List.sumBy _.Seconds
        $"{first.Temperature:F4}" :: $"{exact:F6}" :: List.map cell shown @ [ $"{seconds:F0}" ]

    /// Largest deviation, and the share within three errors, of one method.
    let private summary (points: LatticePoint list) method =
        let own =
            points
            |> List.filter (fun p -> p.Method = method)
            |> List.choose (fun p ->
                deviation p |> Option.map (fun d -> abs d, abs d <= 3.0 * float p.EntropyPerSite.StandardError))

        let within = own |> List.filter snd |> List.length
        List.max (List.map fst own), float within / float own.Length

    let private run (model: IsingModel) (temperatures: float list) (miceGoal: float) (scanGoal: float) () =
        let watch = Stopwatch.StartNew()

        let points =
            match IsingEntropy.estimate options CancellationToken.None ignore None model temperatures with
            | Ok points -> points
            | Error faults -> failwithf "%A" (List.map MiceError.message faults)

        let table =
            Table.markdown
                ([ "T"; "exact s" ] @ (shown |> List.map (fun m -> $"{m} − exact (error)")) @ [ "seconds" ])
                (points |> List.groupBy _.Temperature |> List.map (snd >> row))

        let mice, miceHonest = summary points "mice"
        let scan, scanHonest = summary points "scan"
        let failed = LatticeReport.checks points |> List.filter (fun c -> not c.Passed)

        {
            Markdown =
                $"{model.Rows}×{model.Columns} sites, 2,048 snapshots at each temperature, default settings, nothing carried from one temperature to the next; \
                  {watch.Elapsed.TotalMinutes:F0} minutes in all, sampling included. s in nats per site; `scan` and `mice` are best estimates.\n\n{table}\n\n\
                  Largest deviation: MICE {mice:F5} (goal {miceGoal}), scan {scan:F5} (goal {scanGoal}). Within three errors: MICE {100.0 * miceHonest:F0} %%, \
                  scan {100.0 * scanHonest:F0} %% (goal 95 %%). Checks that failed: {failed.Length}."
            Passed = mice <= miceGoal && scan <= scanGoal && miceHonest >= 0.95 && scanHonest >= 0.95
        }

    /// `verify ising`.
    let ferromagnet: Measurement =
        {
            Name = "ising"
            Title = "Ising ferromagnet on the square lattice against Kaufman's torus"
            Run =
                run
                    (IsingModel.square 64 1.0)
                    [ 1.5; 1.8; 2.0; 2.15; 2.2; 2.269185314; 2.35; 2.5; 2.75; 3.0; 4.0; 6.0 ]
                    0.003
                    0.0005
        }

    /// `verify ising-triangular`.
    let antiferromagnet: Measurement =
        {
            Name = "ising-triangular"
            Title = "Ising antiferromagnet on the triangular lattice against the infinite lattice"
            Run =
                run
                    (IsingModel.triangularAntiferromagnet 64 1.0)
                    [ 0.5; 0.7; 1.0; 1.25; 1.5; 1.75; 2.0; 2.5; 3.0; 4.0; 6.0; 10.0 ]
                    0.003
                    0.0005
        }
