namespace Mice.Verification

open Mice
open Mice.Information
open Mice.Information.Tests
open Mice.Information.Tests.BenchmarkTasks
open Mice.Testing.Measuring

/// <c>MutualInformation.estimate</c> with "auto" on laws whose mutual information is known.
[<RequireQualifiedAccess>]
module MutualInformationVerification =
    let private seeds = 5
    let private rows = 10_000

    /// Mean seconds of an estimate, on two cores.
    let private slowest = 60.0

    let private estimated (task: BenchmarkTask) count seed : MutualInformationResult =
        let struct (x, y) =
            task.Draw (Key.ofSeed 1_000UL |> Key.named task.Name |> Key.item seed) count

        let result =
            MutualInformation.estimate MutualInformationOptions.defaults (Run.seeded (uint64 seed) Run.quiet) x y
            |> ok

        printfn
            "%-42s seed %d: %s by %s, exact %.4f, %.1f s"
            task.Name
            seed
            (Estimate.formatWithDirection result.MutualInformation)
            result.Method
            task.Exact
            result.Seconds

        result

    let private nats (e: Estimate<nat>) = float e.Value
    let private value (r: MutualInformationResult) = nats r.MutualInformation
    let private error (r: MutualInformationResult) = float r.MutualInformation.StandardError

    let private isCovered errors exact (r: MutualInformationResult) =
        abs (value r - exact) <= errors * error r

    /// How often each method was chosen.
    let private chosen (results: MutualInformationResult[]) =
        match results |> Array.countBy _.Method |> List.ofArray with
        | [ only, _ ] -> only
        | several ->
            several
            |> List.sortByDescending snd
            |> List.map (fun (name, count) -> $"{name} {count}×")
            |> String.concat ", "

    /// The method whose lower bounds are the largest on average over all results.
    let private bestLowerBound (results: MutualInformationResult[]) =
        results
        |> Array.collect (fun r ->
            r.Estimates |> List.filter (fun e -> e.Estimate.Direction = Direction.LowerBound) |> List.toArray)
        |> Array.groupBy _.Method
        |> Array.filter (fun (_, found) -> found.Length = results.Length)
        |> Array.map (fun (name, found) -> found |> Array.averageBy (fun e -> nats e.Estimate), name)
        |> Array.sortDescending
        |> Array.tryHead

    let private verdict isMet = if isMet then "met" else "NOT MET"

    let private header =
        [
            "task"
            "exact"
            "mean"
            "bias"
            "spread over seeds"
            "mean reported error"
            "within 2 errors"
            "method"
            "best lower bound"
            "seconds"
        ]

    /// The cells of a task, in the order of the header.
    let private cells (task: BenchmarkTask) (results: MutualInformationResult[]) =
        let values = results |> Array.map value
        let covered = results |> Array.filter (isCovered 2.0 task.Exact) |> Array.length

        [
            task.Name
            $"{task.Exact:F4}"
            $"{Statistics.mean values:F4}"
            $"{Statistics.mean values - task.Exact:F4}"
            $"{sqrt (Statistics.variance values):F4}"
            $"{results |> Array.averageBy error:F4}"
            $"{covered} of {results.Length}"
            chosen results
            (match bestLowerBound results with
             | Some(bound, name) -> $"{bound:F4} ({name})"
             | None -> "none")
            $"{results |> Array.averageBy _.Seconds:F1}"
        ]

    let private bias (task: BenchmarkTask) results =
        (results |> Array.averageBy value) - task.Exact

    let private runAll (tasks: BenchmarkTask list) =
        tasks |> List.map (fun task -> task, Array.init seeds (fun i -> estimated task rows (i + 1)))

    /// The share of all results whose two errors reach the truth.
    let private coverage (found: (BenchmarkTask * MutualInformationResult[]) list) =
        found
        |> Seq.collect (fun (task, results) ->
            results |> Seq.map (fun r -> if isCovered 2.0 task.Exact r then 1.0 else 0.0))
        |> Seq.average

    /// Largest bias for the tasks of the benchmark, in their order.
    let private allowed = [ 0.03; 0.03; 0.03; 0.03; 0.10; 0.06; 0.10; 0.03 ]

    let private runBenchmark () =
        let found = runAll BenchmarkTasks.benchmark

        let judged =
            List.zip found allowed
            |> List.map (fun ((task, results), limit) ->
                let isMet =
                    abs (bias task results) <= limit
                    && Array.averageBy (fun (r: MutualInformationResult) -> r.Seconds) results <= slowest

                isMet, cells task results @ [ $"{limit:F2}"; verdict isMet ])

        let covered = coverage found

        {
            Markdown =
                Table.markdown (header @ [ "bias, at most"; "goal" ]) (List.map snd judged)
                + $"\n\nN = {rows:N0}, {seeds} seeds, `auto`, nats. Two reported errors reach the exact value in {covered:P0} of the estimates; "
                + $"goal 90 %%: {verdict (covered >= 0.9)}. At most {slowest:F0} s for one estimate. The best lower bound is the largest mean over "
                + "seeds of those that promise not to exceed the mutual information."
            Passed = covered >= 0.9 && List.forall fst judged
        }

    let private runFurther () =
        let found = runAll BenchmarkTasks.further

        {
            Markdown =
                Table.markdown header (found |> List.map (fun (task, results) -> cells task results))
                + $"\n\nAs above; no setting was chosen by these laws, and nothing was promised. Within two errors: {coverage found:P0}."
            Passed = true
        }

    // ---- Independent data -----------------------------------------------------------------------------------------------------------------

    let private independentRows = 2_000
    let private independentSeeds = 20

    /// Seconds after which a law gets no further seed, once it has had a quarter of them.
    let private patience = 240.0

    let private whileCheap (task: BenchmarkTask) =
        let rec go seed spent results =
            if seed > independentSeeds || (spent > patience && 4 * seed > independentSeeds) then
                List.rev results |> Array.ofList
            else
                let result = estimated task independentRows seed
                go (seed + 1) (spent + result.Seconds) (result :: results)

        go 1 0.0 []

    let private independentRow (task: BenchmarkTask) =
        let results = whileCheap task
        let values = results |> Array.map value
        let mean = Statistics.mean values * 1.0<nat>
        let scatter = Statistics.standardError values * 1.0<nat>
        let near = results |> Array.filter (isCovered 3.0 0.0) |> Array.length
        let isMet = abs mean <= 3.0 * scatter && near = results.Length

        isMet,
        [
            task.Name
            string results.Length
            Estimate.format (Estimate.create mean scatter Direction.NoBound)
            $"{Array.min values:F4}"
            $"{Array.max values:F4}"
            string (values |> Array.filter (fun v -> v < 0.0) |> Array.length)
            $"{results |> Array.averageBy error:F4}"
            $"{near} of {results.Length}"
            chosen results
            $"{results |> Array.averageBy _.Seconds:F1}"
            verdict isMet
        ]

    let private runIndependent () =
        let judged = BenchmarkTasks.independent |> List.map independentRow

        {
            Markdown =
                Table.markdown
                    [
                        "law"
                        "seeds"
                        "mean(its error)"
                        "smallest"
                        "largest"
                        "below 0"
                        "mean reported error"
                        "within 3 errors of 0"
                        "method"
                        "seconds"
                        "goal"
                    ]
                    (List.map snd judged)
                + $"\n\nN = {independentRows:N0}, `auto`, nats, nothing cut off at 0; fewer seeds where an estimate takes long. Goal: the mean and every "
                + "estimate within three errors of 0."
            Passed = List.forall fst judged
        }

    /// `verify mi`.
    let benchmark: Measurement =
        {
            Name = "mi"
            Title = "Mutual information: the tasks of the BMI benchmark"
            Run = runBenchmark
        }

    /// `verify mi-further`.
    let further: Measurement =
        {
            Name = "mi-further"
            Title = "Mutual information: further laws"
            Run = runFurther
        }

    /// `verify mi-independent`.
    let independent: Measurement =
        {
            Name = "mi-independent"
            Title = "Mutual information of independent data"
            Run = runIndependent
        }
