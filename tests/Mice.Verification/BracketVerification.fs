namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Testing.Measuring

/// Entropies of an Ising model between two bounds.
[<RequireQualifiedAccess>]
module BracketVerification =
    let private size = 16
    let private temperatures = [ 1.5; 2.0; 2.269185314; 2.5; 3.0; 4.0 ]
    let private goal = 1e-3

    let private bracket (network: SegalNetwork) (t: float) : KnownBracket =
        let c: Conditions = { Temperature = t; Field = 0.0 }
        let o = Bracket.defaults
        let run = Run.named (Number.text t) Run.quiet

        let equilibrium =
            Equilibrium.create (Run.named "chains" run) o.Batches o.Rounds network.System c |> ok

        let exact = SemiGrandExact.create run network.System |> ok

        {
            Bracket = Bracket.create (Run.named "weights" run) o c equilibrium network |> ok
            Exact = Some (exact c |> ok).Entropy
        }

    let private row (k: KnownBracket) : string list * bool * bool =
        let b = k.Bracket
        let low, high = Bracket.interval b
        let exact = Option.get k.Exact
        let width = float (b.Upper.Value - b.Lower.Value)
        let isIn = low <= exact && exact <= high

        [
            $"{b.Conditions.Temperature}"
            Estimate.format b.Lower
            Estimate.format b.Upper
            $"{width:E1}"
            $"{float low:F5} to {float high:F5}"
            $"{float exact:F5}"
            (if isIn then "inside" else "OUTSIDE")
            $"{b.EffectiveSampleSize:F3}"
        ],
        isIn,
        width <= goal

    let private run () =
        let clock = Stopwatch.StartNew()
        let system = IsingModel.square size 2.0 |> SemiGrandSystem.ising |> ok

        let start =
            SegalNetwork.create
                (Key.ofSeed 1UL)
                SegalNetwork.form
                {
                    Temperature = List.min temperatures, List.max temperatures
                    Field = 0.0, 0.0
                }
                system
            |> ok

        let struct (network, _) =
            SegalTraining.train
                Run.console
                { SegalTraining.defaults with
                    Steps = 2000
                }
                start
            |> ok

        let minutes = clock.Elapsed.TotalMinutes
        let found = temperatures |> List.map (bracket network >> row)
        let inside = found |> List.filter (fun (_, isIn, _) -> isIn) |> List.length

        let verdict =
            if found |> List.forall (fun (_, _, narrow) -> narrow) then
                "met"
            else
                "NOT met"

        {
            Markdown =
                Table.markdown
                    [ "T"; "at least"; "at most"; "width"; "95 %"; "exact"; ""; "NESS" ]
                    (found |> List.map (fun (cells, _, _) -> cells))
                + $"\n\nEntropy per site of a {size} × {size} Ising model in zero field, nats. Goal: 1e-3 wide at every temperature, {verdict}; {inside} of {found.Length} intervals of 95 %% hold the exact value (Kaufman). One network, 2,000 steps, {minutes:F1} minutes of training; 200 batches of 1,000 samples."
            // One of twenty intervals may miss.
            Passed = inside >= found.Length - 1
        }

    /// `verify bracket`.
    let measurement: Measurement =
        {
            Name = "bracket"
            Title = "Entropies of an Ising model between two bounds"
            Run = run
        }
