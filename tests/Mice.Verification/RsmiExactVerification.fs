namespace Mice.Verification

open Mice
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing.Measuring
open Mice.Testing.Systems.KnownLaws

/// Real-space mutual information of small systems with default settings, against exact values.
[<RequireQualifiedAccess>]
module RsmiExactVerification =
    /// Independent data sets of each system, and configurations of each.
    let private sets, private configurations = 25, 131072

    /// Share of the best information that a filter may lack and still count as the best: data sets of this size do not tell such filters apart.
    let private alike = 0.01

    let private laws =
        [
            "Ising 4×4, T = 1.5", ising 1.5, 3
            "Ising 4×4, T = 2.5", ising 2.5, 3
            "dimers 4×4, T = ∞", dimers infinity, 2
            "dimers 4×4, T = 1", dimers 1.0, 2
        ]

    let private estimate (law: KnownLaw) (run: Run) (set: int) =
        RsmiSamples.create (opposite law.Lattice.Channels) (source (uint64 set + 100UL) configurations law)
        |> Result.bind (
            Rsmi.estimate
                { RsmiOptions.defaults with
                    Samples = configurations
                }
                (run |> Run.item set)
        )

    let private row (name: string, law: KnownLaw, largest: int) =
        let system = exact law
        let best = bestOfFilters largest system

        let found =
            Run.console |> Run.named name |> Run.jobs (fun _ -> 1.0) (estimate law) [| 0 .. sets - 1 |] |> ok

        let isBest grainer =
            ExactRsmi.ofGrainer grainer system >= best * (1.0 - alike)

        let seeds = found |> Array.collect _.Ensemble.Grainers
        let hits = seeds |> Array.filter isBest |> Array.length
        let chosen = found |> Array.filter (fun r -> isBest r.Best) |> Array.length

        let deviations =
            found
            |> Array.map (fun r ->
                let exact = ExactRsmi.ofGrainer r.Best system
                (float r.Information.Value - exact) / float r.Information.StandardError)

        let covered = deviations |> Array.filter (fun z -> abs z <= 1.96) |> Array.length
        let share count all = 100.0 * float count / float all

        let error = found |> Array.averageBy (fun r -> float r.Information.StandardError)

        [
            name
            $"{best:F5}"
            $"{ExactRsmi.whole system:F5}"
            $"{share hits seeds.Length:F1} %%"
            $"{share chosen sets:F0} %%"
            $"{error:F4}"
            $"{Array.average deviations:F2}"
            $"{share covered sets:F0} %%"
        ],
        hits,
        seeds.Length,
        covered

    let private run () =
        let rows = laws |> List.map row
        let total f = rows |> List.sumBy f

        let hits =
            float (total (fun (_, h, _, _) -> h)) / float (total (fun (_, _, n, _) -> n))

        let covered = float (total (fun (_, _, _, c) -> c)) / float (sets * rows.Length)

        let isMet = hits >= 0.95 && covered >= 0.9

        {
            Markdown =
                Table.markdown
                    [
                        "two opposite blocks of 2×2"
                        "best filter, nats"
                        "I(V : E)"
                        "seeds that found it"
                        "chosen filters"
                        "standard error"
                        "mean deviation, errors"
                        "intervals of 95 % that hold"
                    ]
                    (rows |> List.map (fun (cells, _, _, _) -> cells))
                + $"\n\n{sets} independent data sets of {configurations} configurations of each system, default settings, one component. A filter within {100.0 * alike} %% of the best one counts as found. All seeds: {100.0 * hits:F1} %% found it (goal 95 %%: {Goal.met (hits >= 0.95)}); all intervals: {100.0 * covered:F1} %% hold the exact value of the chosen filter (goal 90 %%: {Goal.met (covered >= 0.9)})."
            Passed = isMet
        }

    /// `verify rsmi-exact`.
    let measurement: Measurement =
        {
            Name = "rsmi-exact"
            Title = "Real-space mutual information of small systems against exact values"
            Run = run
        }
