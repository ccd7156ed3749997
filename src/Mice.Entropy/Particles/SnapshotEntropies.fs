namespace Mice.Entropy

open Mice

/// <summary>The held-out value of one snapshot: its entropy under a network that has not seen it.</summary>
type SnapshotEntropy =
    {
        /// Time step of the snapshot.
        Step: int64
        /// The network that it was held out from, counted from 0.
        Network: int
        /// Excess entropy, k_B per atom; its mean over snapshots is the bound.
        Entropy: float
        /// −ln q of the snapshot under models that together give Entropy (single passes of a scan, paths of noise), k_B per atom; two values of each that share
        /// everything but random numbers of their own, which belong to no model. Their mean may lie above Entropy.
        Passes: struct (float * float)[]
    }

/// <summary>From held-out values of snapshots to one bound with its error.</summary>
[<RequireQualifiedAccess>]
module internal SnapshotEntropies =
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

    /// ½N times the variance of the passes of snapshots around the control variate, without the noise of their random numbers.
    /// Each term takes two different snapshots of one network, and the two independent values of each, so that it is unbiased.
    let private halfVariance (atoms: int) (snapshots: (SnapshotEntropy * float)[]) =
        let means (s: SnapshotEntropy, control: float) =
            let average f =
                s.Passes |> Array.averageBy (fun struct (a, b) -> f (a - control) (b - control))

            struct (average (fun a _ -> a), average (fun _ b -> b), average (*))

        let terms =
            [|
                for _, members in Array.groupBy (fun (s: SnapshotEntropy, _) -> s.Network) snapshots do
                    let found = members |> Array.map means

                    for i in 1 .. found.Length - 1 do
                        for j in 0 .. i - 1 do
                            let struct (a1, b1, ab1) = found[i]
                            let struct (a2, b2, ab2) = found[j]
                            0.5 * (ab1 + ab2 - a1 * b2 - a2 * b1)
            |]

        if Array.isEmpty terms then
            nan
        else
            0.5 * float atoms * Array.average terms

    /// How far the mean of the passes lies above the bound.
    let private above (snapshots: SnapshotEntropy[]) =
        snapshots
        |> Array.averageBy (fun s -> (s.Passes |> Array.averageBy (fun struct (a, b) -> 0.5 * (a + b))) - s.Entropy)

    /// <summary>How far the bound lies above the entropy: the relative entropy of the system from the model, per atom, to second order.</summary>
    /// <remarks>With D = ln p − ln q of a snapshot of N atoms, ⟨e^−D⟩ = 1, so that ⟨D⟩ = ½ Var D − ⅙ κ₃(D) + …; the control variate knows −ln p up to a
    /// constant. What the passes lie above the bound is taken from that. The same expansion as in free-energy perturbation: R. W. Zwanzig, J. Chem. Phys. 22, 1420 (1954). It may come out below 0 by noise.
    /// The error is by jackknife over the snapshots.</remarks>
    /// <param name="atoms">N.</param>
    /// <param name="control">−ln p/N of the snapshots, up to a constant.</param>
    /// <param name="snapshots">Held-out snapshots, independent of one another, two or more of each network, with passes.</param>
    let looseness (atoms: int) (control: ControlVariate) (snapshots: SnapshotEntropy[]) : Estimate<kB / atom> =
        let pairs = Array.zip snapshots control.Values

        let measured pairs =
            halfVariance atoms pairs - above (Array.map fst pairs)

        let struct (_, error) = Statistics.jackknife measured pairs
        Estimate.create (measured pairs * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.NoBound
