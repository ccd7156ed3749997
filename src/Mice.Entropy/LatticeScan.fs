namespace Mice.Entropy

open System
open System.Diagnostics
open System.Threading
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive

/// What the scan found out about one set of snapshots of a lattice system.
type LatticeScanResult =
    {
        /// Entropy per site; an upper bound.
        EntropyPerSite: Estimate<nat / site>
        /// A lower bound, from configurations drawn from the networks: ln Z ≥ ⟨−βE − ln q⟩ over them. None without the Hamiltonian.
        LowerBound: Estimate<nat / site> option
        /// How far the upper bound lies above the entropy: by Bennett's acceptance ratio where the Hamiltonian is known and the networks overlap with the
        /// snapshots, by the scatter of −ln q − βE otherwise; None without energies.
        Looseness: Estimate<nat / site> option
        /// EntropyPerSite less Looseness: the best estimate; unbiased by the acceptance ratio, no bound by the scatter.
        Corrected: Estimate<nat / site> option
        /// βF/N = β⟨E⟩/N − S/N from the best estimate; None without energies.
        ReducedFreeEnergyPerSite: Estimate<1 / site> option
        /// −ln q of every snapshot, nats, by the network that has not seen it.
        Surprise: float[]
        /// Training curves of the two networks: step, cross-entropy in nats per site since the last entry.
        Training: struct (int * float)[][]
        /// What the two networks learned, a branch for each, for a neighbouring temperature to start from.
        Parameters: Params
        /// Wall-clock time, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
    }

/// <summary>Entropy of lattice systems by the chain rule, site by site: S ≤ ⟨−ln q⟩ for every law q of the torus, here the product of learned
/// conditional laws of a spin given those before it.</summary>
/// <remarks>In equilibrium −ln q − βE fluctuates much less than −ln q, so S ≤ ⟨−ln q − βE⟩ + β⟨E⟩ with ⟨E⟩ from a longer run; what is left of
/// its scatter tells how loose the bound is. Where the Hamiltonian is known, configurations drawn from q and the snapshots together give ln Z without
/// bias, and S = β⟨E⟩ + ln Z; the drawn configurations alone give S ≥ β⟨E⟩ + ⟨−βE − ln q⟩_q, so that the two bounds hold the entropy between
/// them, whatever the networks have learned.</remarks>
[<RequireQualifiedAccess>]
module LatticeScan =
    let private perSite (e: Estimate<1>) : Estimate<nat / site> = Estimate.scale 1.0<nat / site> e

    /// A network, and what it says of the half of the snapshots that it has not seen.
    type private Held =
        {
            Likelihoods: HeldLikelihoods
            Losses: float[]
            Parameters: Params
        }

    let private overfitting sites (halves: Held[]) =
        let training =
            halves |> Array.averageBy (fun h -> Array.average h.Losses[h.Losses.Length * 9 / 10 ..])

        let surprise = halves |> Array.collect _.Likelihoods.Surprise
        let held = Array.average surprise / float sites
        let error = Statistics.standardError surprise / float sites

        {
            Name = "the networks say the same of snapshots they have not seen"
            Passed = held - training < max 0.005 (5.0 * error)
            Detail =
                $"cross-entropy at the end of training {training:F4}, on held-out snapshots {held:F4} nats per site; else more snapshots"
        }

    /// Trains one network on one half of the snapshots and asks it for the other.
    let private runHalf
        (options: SpinConditionalOptions)
        (cancel: CancellationToken)
        tell
        key
        law
        first
        energies
        (weight: ('spin[] -> float) option)
        (training: 'spin[][])
        (held: 'spin[][])
        =
        Engine.setThreads 1
        let losses = Array.create options.Steps nan

        let told step loss =
            losses[step] <- loss
            tell (0.7 * float (step + 1) / float options.Steps) loss

        let parameters =
            SpinConditional.train options cancel told (Key.named "training" key) law first training

        let last = Array.last losses

        let surprise first =
            Array.mapi (fun i spins ->
                cancel.ThrowIfCancellationRequested()
                tell (first + 0.1 * float (i + 1) / float held.Length) last
                SpinConditional.surpriseOf law parameters spins)

        let drawn weight =
            let told share = tell (0.8 + 0.1 * share) last

            let configurations =
                SpinConditional.sample cancel told (Key.named "drawn" key) law parameters held[0].Length held.Length

            Array.map2 (fun s c -> s - weight c) (surprise 0.9 configurations) configurations

        {
            Likelihoods =
                {
                    Surprise = surprise 0.7 held
                    Energies = energies
                    Drawn = Option.map drawn weight
                }
            Losses = losses
            Parameters = parameters
        }

    let private result sites groupSnapshots energies seconds (halves: Held[]) =
        let bounds =
            halves |> Array.map _.Likelihoods |> LatticeScanBounds.estimate sites groupSnapshots energies

        let freeEnergy (e: LatticeEnergies) (c: Estimate<1>) =
            // The error of ⟨E⟩ is in both and cancels: βF is known better than S.
            let own =
                c.StandardError ** 2.0 - (e.Beta * e.MeanPerSite.StandardError) ** 2.0 |> max 0.0 |> sqrt

            let value = e.Beta * e.MeanPerSite.Value - c.Value
            Estimate.create (value * 1.0< / site>) (own * 1.0< / site>) c.Direction

        {
            EntropyPerSite = perSite bounds.Upper
            LowerBound = Option.map perSite bounds.Lower
            Looseness = Option.map perSite bounds.Looseness
            Corrected = Option.map perSite bounds.Best
            ReducedFreeEnergyPerSite = Option.map2 freeEnergy energies bounds.Best
            Surprise = halves |> Array.rev |> Array.collect _.Likelihoods.Surprise
            Training = halves |> Array.map (fun h -> TrainingCurve.ofSteps h.Losses)
            Parameters = halves |> Array.mapi (fun i h -> string i, h.Parameters) |> Params.Node
            Seconds = seconds
            Checks = overfitting sites halves :: bounds.Checks
        }

    /// <summary>Two networks, each learned on one half of the snapshots and evaluated on the other.</summary>
    /// <param name="options">Sizes, steps.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="key">All randomness.</param>
    /// <param name="spins">Their kind.</param>
    /// <param name="groupSnapshots">Neighbouring snapshots that may be correlated, as those of one chain.</param>
    /// <param name="first">Networks to start from, as a result's Parameters; random ones where it has none.</param>
    /// <param name="energies">In equilibrium; None otherwise.</param>
    /// <param name="hamiltonian">E of any configuration, the one that the energies are from; None where it is not known.</param>
    /// <param name="snapshots">16 or more.</param>
    /// <returns>TooFewData, Mismatch of energies and snapshots, the faults of the spins.</returns>
    let estimate
        (options: SpinConditionalOptions)
        (threads: int)
        (cancel: CancellationToken)
        (progress: Progress -> unit)
        (key: Key)
        (spins: LatticeSpins<'spin>)
        (groupSnapshots: int)
        (first: Params)
        (energies: LatticeEnergies option)
        (hamiltonian: ('spin[] -> float) option)
        (snapshots: LatticeSnapshots<'spin>)
        : Result<LatticeScanResult, MiceError list> =
        match LatticeEnergies.faults spins groupSnapshots energies snapshots with
        | [] ->
            let watch = Stopwatch.StartNew()
            let law = spins.Law options snapshots

            let weight =
                Option.map2 (fun (e: LatticeEnergies) energy -> fun spins -> e.Beta * energy spins) energies hamiltonian
            // On a border between chains.
            let half = max 1 (snapshots.Sites.Length / groupSnapshots / 2) * groupSnapshots
            let shares = [| 0.0; 0.0 |]
            let networks = Map.ofArray (Params.branches first)

            let work network =
                let tell share loss =
                    shares[network] <- share

                    progress
                        {
                            Phase = "scan"
                            Fraction = Array.average shares
                            Message = $"network {network + 1} of 2, {loss:F3} nats per site"
                        }

                let parts = snapshots.Sites |> Array.splitAt half
                let training, held = if network = 0 then parts else snd parts, fst parts

                let heldEnergies =
                    energies
                    |> Option.map (fun e ->
                        if network = 0 then
                            e.Values[half..]
                        else
                            e.Values[.. half - 1])

                runHalf
                    options
                    cancel
                    tell
                    (Key.item network key)
                    law
                    (Map.tryFind (string network) networks)
                    heldEnergies
                    weight
                    training
                    held
                |> Ok

            ParallelJobs.run threads cancel work [| 0; 1 |]
            |> Result.map (fun halves ->
                halves
                |> result (snapshots.Rows * snapshots.Columns) groupSnapshots energies watch.Elapsed.TotalSeconds)
        | faults -> Error faults
