namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// How far a network is from equilibrium in a part of its range.
type SegalDivergence =
    {
        /// Middle of the part.
        Conditions: Conditions
        /// KL(q‖p) + KL(p‖q) of whole configurations, nats.
        Divergence: Estimate<1>
    }

/// <summary>Both Kullback–Leibler divergences between a network q and equilibrium p, added up: ⟨ln q + H/k_BT⟩ over samples of the network less that over snapshots, at the same temperatures and
/// fields.</summary>
/// <remarks>ln Z cancels. Samples show what the network draws and equilibrium does not, snapshots what the network has forgotten, which effective sample sizes cannot see. For weights with a normal ln w it is
/// their variance, and NESS is exp of minus that.</remarks>
[<RequireQualifiedAccess>]
module SegalDivergence =
    /// Parts of the range along temperature and field.
    let private side = 4

    /// Snapshots that are looked at, at most.
    let private most = 4096

    /// ln q + (E − BΣ charge)/k_BT of a sample, nats.
    let internal potential
        (n: SegalNetwork)
        (c: Conditions)
        (energy: float)
        (charge: float)
        (logarithm: float)
        : float =
        logarithm + energy / (n.System.Boltzmann * c.Temperature) - SegalNetwork.chargeWeight n c charge

    /// <summary>ln q + (E − BΣ charge)/k_BT of samples, nats.</summary>
    let internal potentials (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) (logarithms: float[]) =
        let struct (energies, charges) = SemiGrandSystem.sums n.System states
        Array.init conditions.Length (fun i -> potential n conditions[i] energies[i] charges[i] logarithms[i])

    /// <summary>ln q + H/k_BT of one sample of the network each less that of some snapshots, at their conditions.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="snapshots">The snapshots.</param>
    /// <param name="chosen">Which of them.</param>
    /// <param name="n">The network.</param>
    let internal differences (run: Run) (snapshots: ThermalSnapshots) (chosen: int[]) (n: SegalNetwork) : float[] =
        let sites = n.System.Sites
        let conditions = chosen |> Array.map (Array.get snapshots.Conditions)

        let states =
            chosen |> Array.collect (fun i -> Array.sub snapshots.States (i * sites) sites)

        let drawn: MaskedSamples = SegalNetwork.draw run n conditions

        SegalNetwork.passing n states
        |> SegalNetwork.drawnLogarithms run n conditions
        |> potentials n conditions states
        |> Array.map2 (-) (potentials n conditions drawn.States drawn.Logarithms)

    /// <summary>Random snapshots.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="snapshots">All snapshots.</param>
    let internal choose (key: Key) (count: int) (snapshots: ThermalSnapshots) : int[] =
        let all = [| 0 .. snapshots.Conditions.Length - 1 |]
        (Key.generator key).Shuffle all
        Array.truncate count all

    /// <summary>The divergence in parts of the range, and over all of it.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="snapshots">Snapshots in equilibrium.</param>
    /// <param name="n">The network.</param>
    /// <returns>The mean over all conditions, and 4 by 4 parts of the range by shares, those that have snapshots.</returns>
    let create (run: Run) (snapshots: ThermalSnapshots) (n: SegalNetwork) : struct (Estimate<1> * SegalDivergence[]) =
        let width = SemiGrandSystem.turningField n.System

        let chosen =
            choose (Key.named "chosen" run.Key) most snapshots
            |> Array.filter (fun i -> ConditionRange.contains snapshots.Conditions[i] n.Range)

        let found = differences run snapshots chosen n

        let parts =
            Array.zip chosen found
            |> Array.groupBy (fun (i, _) -> ConditionRange.part side width n.Range snapshots.Conditions[i])
            |> Array.filter (fun (_, own) -> own.Length > 1)
            |> Array.sortBy fst
            |> Array.map (fun (part, own) ->
                {
                    Conditions = ConditionRange.within side width n.Range part (struct (0.5, 0.5))
                    Divergence = own |> Array.map snd |> Statistics.estimate Direction.Exact
                })

        struct (Statistics.estimate Direction.Exact found, parts)
