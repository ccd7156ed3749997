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
        /// How far the bound lies above the entropy, by the scatter of −ln q − βE; None without energies.
        Looseness: Estimate<nat / site> option
        /// EntropyPerSite less Looseness: the best estimate, no bound.
        Corrected: Estimate<nat / site> option
        /// βF/N = β⟨E⟩/N − S/N from the best estimate; None without energies.
        ReducedFreeEnergyPerSite: Estimate<1 / site> option
        /// −ln q of every snapshot, nats, by the network that has not seen it.
        Surprise: float[]
        /// Training curves of the two networks: step, cross-entropy in nats per site since the last entry.
        Training: struct (int * float)[][]
        /// What the two networks learned, for a neighbouring temperature to start from.
        Parameters: Params[]
        /// Wall-clock time, s.
        Seconds: float
        /// Checks that the estimate made of itself.
        Checks: Check list
    }

/// <summary>Entropy of lattice systems by the chain rule, site by site: S ≤ ⟨−ln q⟩ for every law q of the torus, here the product of learned
/// conditional laws of a spin given those before it.</summary>
/// <remarks>In equilibrium −ln q − βE fluctuates much less than −ln q, so S ≤ ⟨−ln q − βE⟩ + β⟨E⟩ with ⟨E⟩ from a longer run; what is left of
/// its scatter tells how loose the bound is.</remarks>
[<RequireQualifiedAccess>]
module LatticeScan =
    /// Groups of neighbouring snapshots that errors are taken from.
    [<Literal>]
    let private MostGroups = 128

    let private perSite (e: Estimate<1>) : Estimate<nat / site> = Estimate.scale 1.0<nat / site> e

    /// Values in groups of neighbours, so that snapshots of one chain stay together.
    let private grouped (groupSnapshots: int) (values: float[]) =
        let size = max groupSnapshots ((values.Length + MostGroups - 1) / MostGroups)
        values |> Array.chunkBySize size

    /// What one network says of the half of the snapshots that it has not seen.
    type private Held =
        {
            Surprise: float[]
            Energies: float[] option
            Losses: float[]
            Parameters: Params
        }

    /// −ln q, or −ln q − βE.
    let private reduced (energies: LatticeEnergies option) (held: Held) =
        match energies, held.Energies with
        | Some e, Some values -> Array.map2 (fun s energy -> s - e.Beta * energy) held.Surprise values
        | _ -> held.Surprise

    /// The mean of −ln q, or of −ln q − βE and β⟨E⟩, per site.
    let private bound sites groupSnapshots (energies: LatticeEnergies option) (halves: Held[]) =
        let values = halves |> Array.map (reduced energies)

        let groups =
            values |> Array.collect (grouped groupSnapshots) |> Array.map Array.average

        let mean =
            Estimate.create
                (Array.average (Array.concat values) / float sites)
                (Statistics.standardError groups / float sites)
                Direction.UpperBound

        match energies with
        | None -> mean
        | Some e -> Estimate.add mean (Estimate.scale e.Beta e.MeanPerSite)

    let private loosenessOf sites groupSnapshots energies (halves: Held[]) =
        halves
        |> Array.map (reduced energies >> grouped groupSnapshots >> Looseness.ofScatter)
        |> Array.reduce Estimate.add
        |> Estimate.scale (1.0 / float (halves.Length * sites))

    let private overfitting sites (halves: Held[]) =
        let training =
            halves |> Array.averageBy (fun h -> Array.average h.Losses[h.Losses.Length * 9 / 10 ..])

        let surprise = halves |> Array.collect _.Surprise
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
        (training: 'spin[][])
        held
        =
        Engine.setThreads 1
        let losses = Array.create options.Steps nan

        let told step loss =
            losses[step] <- loss
            tell (0.85 * float (step + 1) / float options.Steps) loss

        let parameters = SpinConditional.train options cancel told key law first training

        let surprise =
            held
            |> Array.mapi (fun i spins ->
                cancel.ThrowIfCancellationRequested()
                tell (0.85 + 0.15 * float (i + 1) / float (Array.length held)) (Array.last losses)
                SpinConditional.surpriseOf law parameters spins)

        {
            Surprise = surprise
            Energies = energies
            Losses = losses
            Parameters = parameters
        }

    let private result sites groupSnapshots energies seconds (halves: Held[]) =
        let entropy = bound sites groupSnapshots energies halves

        let looseness =
            energies |> Option.map (fun _ -> loosenessOf sites groupSnapshots energies halves)

        let corrected = looseness |> Option.map (Looseness.correct entropy)

        let freeEnergy (e: LatticeEnergies) (c: Estimate<1>) =
            // The error of ⟨E⟩ is in both and cancels: βF is known better than S.
            let own =
                c.StandardError ** 2.0 - (e.Beta * e.MeanPerSite.StandardError) ** 2.0 |> max 0.0 |> sqrt

            let value = e.Beta * e.MeanPerSite.Value - c.Value
            Estimate.create (value * 1.0< / site>) (own * 1.0< / site>) Direction.NoBound

        {
            EntropyPerSite = perSite entropy
            Looseness = looseness |> Option.map perSite
            Corrected = corrected |> Option.map perSite
            ReducedFreeEnergyPerSite = Option.map2 freeEnergy energies corrected
            Surprise = halves |> Array.rev |> Array.collect _.Surprise
            Training = halves |> Array.map (fun h -> TrainingCurve.ofSteps h.Losses)
            Parameters = halves |> Array.map _.Parameters
            Seconds = seconds
            Checks = [ overfitting sites halves ]
        }

    /// <summary>Two networks, each learned on one half of the snapshots and evaluated on the other.</summary>
    /// <param name="options">Sizes, steps.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <param name="progress">Told the share done and a line for people.</param>
    /// <param name="key">All randomness.</param>
    /// <param name="spins">Their kind.</param>
    /// <param name="groupSnapshots">Neighbouring snapshots that may be correlated, as those of one chain.</param>
    /// <param name="first">Parameters of the two networks to start from; None for random ones.</param>
    /// <param name="energies">In equilibrium; None otherwise.</param>
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
        (first: Params[] option)
        (energies: LatticeEnergies option)
        (snapshots: LatticeSnapshots<'spin>)
        : Result<LatticeScanResult, MiceError list> =
        match LatticeEnergies.faults spins groupSnapshots energies snapshots with
        | [] ->
            let watch = Stopwatch.StartNew()
            let law = spins.Law options snapshots
            // On a border between chains.
            let half = max 1 (snapshots.Sites.Length / groupSnapshots / 2) * groupSnapshots
            let shares = [| 0.0; 0.0 |]

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
                    (first |> Option.map (Array.item network))
                    heldEnergies
                    training
                    held
                |> Ok

            ParallelJobs.run threads cancel work [| 0; 1 |]
            |> Result.map (fun halves ->
                halves
                |> result (snapshots.Rows * snapshots.Columns) groupSnapshots energies watch.Elapsed.TotalSeconds)
        | faults -> Error faults
