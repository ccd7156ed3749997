namespace Mice.Entropy

open System
open Mice

/// <summary>A quantity of each snapshot that fluctuates with its entropy and whose ensemble mean is known better than from the snapshots.</summary>
/// <remarks>For a thermal system at constant pressure −ln p of a snapshot, relative to the ideal gas, is β(U + PV) − N ln V up to a
/// constant, so β(U + PV)/N − ln(V/N) takes all thermal noise out of the entropies of snapshots.</remarks>
type ControlVariate =
    {
        /// Its values, in the order of the snapshots; k_B per atom.
        Values: float[]
        /// Its ensemble mean, from more data than these snapshots.
        Mean: Estimate<kB / atom>
    }

/// <summary>From held-out values of snapshots to one bound with its error.</summary>
[<RequireQualifiedAccess>]
module ScanCombination =
    let private square (x: float) = x * x

    let private bound value error : Estimate<kB / atom> =
        Estimate.create (value * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.UpperBound

    /// The entropies, with the noise of the control variate taken out when there is one.
    let private values (control: ControlVariate option) (snapshots: SnapshotEntropy[]) =
        match control with
        | None -> snapshots |> Array.map (fun s -> s.Entropy)
        | Some c -> Array.map2 (fun s v -> s.Entropy - v + float c.Mean.Value) snapshots c.Values

    /// The bound of each network: the mean of the snapshots that were held out from it.
    let byNetwork (control: ControlVariate option) (snapshots: SnapshotEntropy[]) : Estimate<kB / atom>[] =
        Array.zip snapshots (values control snapshots)
        |> Array.groupBy (fun (s, _) -> s.Network)
        |> Array.sortBy fst
        |> Array.map (fun (_, members) ->
            let entropies = members |> Array.map snd
            bound (Array.average entropies) (Statistics.standardError entropies))

    /// <summary>The bound from all snapshots.</summary>
    /// <remarks>Errors in quadrature: blocking over the snapshots in time order, the spread of the networks over √networks, the
    /// control variate's mean. The spread contains some of the noise of the snapshots again: the error is rather too large.</remarks>
    let total (control: ControlVariate option) (snapshots: SnapshotEntropy[]) : Estimate<kB / atom> =
        let entropies = values control snapshots
        let networks = byNetwork control snapshots |> Array.map (fun e -> float e.Value)
        let sampling = Statistics.blocking entropies
        let spread = Statistics.standardError networks

        let mean =
            control |> Option.map (fun c -> float c.Mean.StandardError) |> Option.defaultValue 0.0

        bound (Array.average entropies) (sqrt (square sampling + square spread + square mean))

    /// <summary>The mean of λ/ρ over uniform points; a quantity near 1, not a bound.</summary>
    let calibration (snapshots: SnapshotEntropy[]) : Estimate<1> =
        let ratios = snapshots |> Array.map (fun s -> s.MeanRatio)

        let networks =
            snapshots
            |> Array.groupBy (fun s -> s.Network)
            |> Array.map (fun (_, m) -> m |> Array.averageBy (fun s -> s.MeanRatio))

        Estimate.create
            (Array.average ratios)
            (sqrt (square (Statistics.standardError ratios) + square (Statistics.standardError networks)))
            Direction.NoBound
