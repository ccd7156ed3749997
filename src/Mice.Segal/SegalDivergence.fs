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
    let private parts = 4

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

    /// The part of a range that conditions lie in, and its middle.
    let private partOf (r: ConditionRange) (c: Conditions) : struct (int * int) =
        let part (low: float, high: float) x =
            if high > low then
                int (float parts * (x - low) / (high - low)) |> max 0 |> min (parts - 1)
            else
                0

        let low, high = r.Temperature
        struct (part (log low, log high) (log c.Temperature), part r.Field c.Field)

    let private middle (r: ConditionRange) (struct (t: int, b: int)) : Conditions =
        let at (low: float, high: float) i =
            low + (high - low) * (float i + 0.5) / float parts

        let low, high = r.Temperature

        {
            Temperature = exp (at (log low, log high) t)
            Field = at r.Field b
        }

    /// <summary>The divergence in parts of the range, and over all of it.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="snapshots">Snapshots in equilibrium.</param>
    /// <param name="n">The network.</param>
    /// <returns>The mean over all conditions, and 4 by 4 parts of the range, in as many as have snapshots.</returns>
    let create (run: Run) (snapshots: ThermalSnapshots) (n: SegalNetwork) : struct (Estimate<1> * SegalDivergence[]) =
        let sites = n.System.Sites
        let chosen = [| 0 .. snapshots.Conditions.Length - 1 |]
        run.Key |> Key.named "chosen" |> Key.generator |> (fun generator -> generator.Shuffle chosen)

        let chosen =
            chosen
            |> Array.truncate most
            |> Array.filter (fun i -> ConditionRange.contains snapshots.Conditions[i] n.Range)

        let conditions = chosen |> Array.map (Array.get snapshots.Conditions)

        let states =
            chosen |> Array.collect (fun i -> Array.sub snapshots.States (i * sites) sites)

        let drawn: MaskedSamples = SegalNetwork.draw run n conditions

        let differences =
            SegalNetwork.passing n states
            |> SegalNetwork.drawnLogarithms run n conditions
            |> potentials n conditions states
            |> Array.map2 (-) (potentials n conditions drawn.States drawn.Logarithms)

        let cells =
            Array.zip conditions differences
            |> Array.groupBy (fst >> partOf n.Range)
            |> Array.filter (fun (_, own) -> own.Length > 1)
            |> Array.sortBy fst
            |> Array.map (fun (part, own) ->
                {
                    Conditions = middle n.Range part
                    Divergence = own |> Array.map snd |> Statistics.estimate Direction.Exact
                })

        struct (Statistics.estimate Direction.Exact differences, cells)
