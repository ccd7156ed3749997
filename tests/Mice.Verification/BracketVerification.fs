namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Testing.Measuring

/// Entropies of lattices of spins between two bounds.
[<RequireQualifiedAccess>]
module BracketVerification =
    let private critical = 2.269185314
    let private isingTemperatures = [ 1.5; 2.0; critical; 2.5; 3.0; 4.0 ]
    let private xyTemperatures = [ 0.4; 0.7; 0.9; 1.1; 1.5 ]

    /// A bracket, and what is known: a value with its error.
    type private Case =
        {
            Name: string
            Goal: float
            Bracket: EntropyBracket
            Known: float
            Error: float
        }

    let private width (c: Case) =
        float (c.Bracket.Upper.Value - c.Bracket.Lower.Value)

    /// The interval of 95 %, with the error of what is known.
    let private isInside (c: Case) =
        let beyond (e: Estimate<nat / site>) =
            1.96 * sqrt (float e.StandardError ** 2.0 + c.Error ** 2.0)

        float c.Bracket.Lower.Value - beyond c.Bracket.Lower <= c.Known
        && c.Known <= float c.Bracket.Upper.Value + beyond c.Bracket.Upper

    let private row (c: Case) : string list =
        let b = c.Bracket
        let low, high = Bracket.interval b

        [
            c.Name
            $"{b.Conditions.Temperature}"
            Estimate.format b.Lower
            Estimate.format b.Upper
            $"{width c:E1}"
            $"{c.Goal}"
            (if width c <= c.Goal then "met" else "NOT MET")
            $"{float low:F5} to {float high:F5}"
            (if c.Error = 0.0 then
                 $"{c.Known:F6}"
             else
                 $"{c.Known:F5}({c.Error:F5})")
            (if isInside c then "inside" else "OUTSIDE")
            $"{b.EffectiveSampleSize:F3}"
        ]

    let private ising (run: Run) (size: int) (goal: float) : Case list =
        let model = IsingModel.square size 1.0

        MultiscaleBracket.ising run MultiscaleBracket.defaults model isingTemperatures
        |> ok
        |> List.map (fun b ->
            let exact =
                ExactIsing.tryFind
                    { model with
                        Temperature = b.Conditions.Temperature
                    }

            {
                Name = $"Ising {size}×{size}"
                Goal = goal
                Bracket = b
                Known = float (Option.get exact).Averages.Entropy
                Error = 0.0
            })

    let private xy (size: int) (goal: float) : Case list =
        let model = XYModel.square size 1.0

        let known =
            XYIntegration.entropies
                XYIntegrationOptions.defaults
                (Run.named "integration" Run.quiet)
                model
                xyTemperatures
            |> ok

        MultiscaleBracket.xy Run.console MultiscaleBracket.defaults model xyTemperatures
        |> ok
        |> List.map2
            (fun (k: IntegratedEntropy) b ->
                {
                    Name = $"XY {size}×{size}"
                    Goal = goal
                    Bracket = b
                    Known = float k.EntropyPerSite.Value
                    Error = float k.EntropyPerSite.StandardError
                })
            known

    /// ln Z/N of 32 × 32 sites at the critical temperature; F/N = −T ln Z/N.
    let private freeEnergy () : struct (string * bool) =
        let model = IsingModel.square 32 critical

        let b =
            MultiscaleBracket.ising Run.console MultiscaleBracket.defaults model [ critical ] |> ok |> List.head

        let exact =
            ExactIsing.tryFind model |> Option.get |> (fun e -> float e.Averages.LogPartitionFunction)

        let off (e: Estimate<1>) = -critical * (float e.Value - exact)
        let low, high = off b.LogPartitionUpper, off b.LogPartitionLower
        let error = critical * float b.LogPartitionLower.StandardError
        let isNear = max (abs low) (abs high) <= 1e-5

        struct ($"F/N of 32×32 sites at T_c less Kaufman's: at least {low:E1}, at most {high:E1}, error {error:E1}; goal 1e-5, "
                + Goal.met isNear
                + $"; NESS {b.EffectiveSampleSize:F2}.",
                isNear)

    let private timed (work: unit -> Case list) : Case list * string =
        let clock = Stopwatch.StartNew()
        let found = work ()
        found, $"{found.Head.Name} {clock.Elapsed.TotalMinutes:F0} minutes"

    /// The same, where it goes on if it was stopped.
    let private timedInParts (name: string) (work: Run -> Case list) : Case list * string =
        let struct (run, isNew) = Checkpoints.run name
        let found, minutes = timed (fun () -> work run)
        Checkpoints.forget name
        found, (if isNew then minutes else $"{found.Head.Name} in parts")

    let private table (parts: (Case list * string) list) (more: string) : string * bool =
        let found = parts |> List.collect fst
        let inside = found |> List.filter isInside |> List.length
        let times = parts |> List.map snd |> String.concat ", "

        Table.markdown
            [
                "system"
                "T"
                "at least"
                "at most"
                "width"
                "goal"
                ""
                "95 %"
                "known"
                ""
                "NESS"
            ]
            (found |> List.map row)
        + $"\n\nEntropy per site in nats, of the XY model relative to dθ; default settings, every law from coarse to fine learned from 2,048 snapshots. Known: Kaufman's formula; for the XY model thermodynamic integration with its error. {inside} of {found.Length} intervals of 95 %% hold what is known. With training and chains: {times}.{more}",
        // One of twenty intervals may miss.
        inside >= found.Length - 1 && found |> List.forall (fun c -> width c <= c.Goal)

    let private small () =
        let struct (critical, isNear) = freeEnergy ()

        let markdown, passed =
            table [ timed (fun () -> ising Run.console 16 1e-3); timed (fun () -> xy 16 5e-3) ] $" {critical}"

        {
            Markdown = markdown
            Passed = passed && isNear
        }

    let private large () =
        let markdown, passed =
            table [ timedInParts "bracket-large" (fun run -> ising run 64 3e-3) ] ""

        { Markdown = markdown; Passed = passed }

    /// `verify bracket`.
    let measurement: Measurement =
        {
            Name = "bracket"
            Title = "Entropies of lattices of spins between two bounds"
            Run = small
        }

    /// `verify bracket-large`.
    let largeMeasurement: Measurement =
        {
            Name = "bracket-large"
            Title = "Entropies of a large Ising model between two bounds"
            Run = large
        }
