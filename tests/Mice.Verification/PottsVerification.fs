namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Testing.Measuring

/// Potts models: exact entropies of small tori, and scan and MICE against each other on a larger one.
[<RequireQualifiedAccess>]
module PottsVerification =
    /// Largest deviation of scan and MICE, nats per site: about twice what 2,048 snapshots leave of s of a small torus by the scan.
    [<Literal>]
    let private Goal = 0.003

    /// Side of the torus with exact entropies: the widest for which the clusters of its transfer matrix are counted.
    [<Literal>]
    let private Small = 4

    [<Literal>]
    let private Large = 32

    /// T/T_c: below the transition, at it, and above.
    let private ratios = [ 0.9; 1.0; 1.3 ]

    /// T_c of the square lattice, by duality.
    let private critical (states: int) = 1.0 / log (1.0 + sqrt (float states))

    let private estimate methods states side =
        let options =
            { LatticeEntropyOptions.defaults with
                Methods = methods
            }

        ratios
        |> List.map (fun ratio -> ratio * critical states)
        |> LatticeEntropy.estimate options Run.quiet (Potts.square states side)
        |> ok

    /// S(block)/sites is no less than s of the torus (J. Shearer's inequality for the translated blocks), within three errors. The other counting estimates
    /// bound s of the infinite lattice, and are only shown.
    let private isBound (points: LatticeResult list) =
        let naive =
            points |> List.filter (fun p -> p.Method = "naive") |> List.choose LatticeComparison.deviation

        naive.Length = ratios.Length && naive |> List.forall (fun d -> d.Value >= -3.0 * d.StandardError)

    let private small states =
        let points =
            estimate [ LatticeMethod.Scan; LatticeMethod.Mice; LatticeMethod.Counting ] states Small

        let table = LatticeComparison.table [ "mice"; "scan"; "naive"; "kikuchi" ] points

        $"q = {states}, {Small}×{Small}, T_c = {critical states:F4}, against the transfer matrix of clusters:\n\n{table}",
        LatticeComparison.areClose Goal [ "scan"; "mice" ] points && isBound points

    let private large () =
        let table, agree =
            estimate [ LatticeMethod.Scan; LatticeMethod.Mice ] 3 Large |> LatticeComparison.agreement Goal

        $"q = 3, {Large}×{Large}, where no exact value is known:\n\n{table}", agree

    let private run () =
        let watch = Stopwatch.StartNew()
        let found = [ small 3; small 10; large () ]
        let tables = found |> List.map fst |> String.concat "\n\n"

        {
            Markdown =
                $"Square lattice at 0.9, 1 and 1.3 T_c, default settings, 2,048 snapshots at each temperature; {watch.Elapsed.TotalMinutes:F1} minutes in all, sampling included. \
                  s in nats per site; `scan` and `mice` are best estimates.\n\n{tables}\n\n\
                  Goals: scan and MICE within three errors and {Goal} of the exact values and of each other, `naive` no more than three errors below the exact value, \
                  MICE within the bounds of the scan and three errors."
            Passed = found |> List.forall snd
        }

    /// `verify potts`.
    let measurement: Measurement =
        {
            Name = "potts"
            Title = "Potts ferromagnets of 3 and 10 states on the square lattice"
            Run = run
        }
