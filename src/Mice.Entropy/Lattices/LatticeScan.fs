namespace Mice.Entropy

open System.Diagnostics
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive

/// Result of the scan of one set of snapshots of a lattice system.
type internal LatticeScanResult =
    {
        /// Entropy per site; an upper bound.
        EntropyPerSite: Estimate<nat / site>
        /// A lower bound from configurations drawn from the networks: ln Z ≥ ⟨−βE − ln q⟩, averaged over drawn configurations. None without the Hamiltonian.
        LowerBound: Estimate<nat / site> option
        /// How far the upper bound lies above the entropy: by Bennett's acceptance ratio where the Hamiltonian is known and drawn configurations overlap with
        /// the snapshots, else by the scatter of −ln q − βE. None without energies.
        Looseness: Estimate<nat / site> option
        /// EntropyPerSite less Looseness: the best estimate. By the acceptance ratio it is unbiased; by the scatter it is no bound.
        Corrected: Estimate<nat / site> option
        /// βF/N = β⟨E⟩/N − S/N from the best estimate; None without energies.
        ReducedFreeEnergyPerSite: Estimate<1 / site> option
        /// −ln q of every snapshot, nats, by the network that was not trained on the snapshot.
        Surprise: float[]
        /// Training curves of the two networks; losses are cross-entropies, nats per site.
        Training: CurvePoint[][]
        /// Trained parameters, one branch for each of the two networks; networks at a neighbouring temperature may start from these.
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
module internal LatticeScan =
    let private perSite (e: Estimate<1>) : Estimate<nat / site> = Estimate.scale 1.0<nat / site> e

    /// One network, and its likelihoods of the half of the snapshots that it was not trained on.
    type private Held =
        {
            Likelihoods: HeldLikelihoods
            Training: TrainingState
        }

    /// Mean loss of the last tenth of the training.
    let private lastLoss (state: TrainingState) =
        let from = TrainingState.step state * 9 / 10

        state.Curve |> Array.filter (fun p -> p.Step > from) |> Array.averageBy _.Loss

    let private overfitting sites (halves: Held[]) =
        let training = halves |> Array.averageBy (fun h -> lastLoss h.Training)

        let surprise = halves |> Array.collect _.Likelihoods.Surprise
        let held = Array.average surprise / float sites
        let error = Statistics.standardError surprise / float sites

        {
            Name = "the networks say the same of snapshots they have not seen"
            Passed = held - training < max 0.005 (5.0 * error)
            Detail =
                $"cross-entropy at the end of training {training:F4}, on held-out snapshots {held:F4} nats per site; else more snapshots"
        }

    /// Trains one network on one half of the snapshots and evaluates the network on the other half.
    let private runHalf
        (options: SpinConditionalOptions)
        (run: Run)
        law
        (training: LatticeData<'spin>)
        (held: LatticeData<'spin>)
        =
        let spins = held.Snapshots.Sites

        let first =
            if Array.isEmpty (Params.branches training.First) then
                None
            else
                Some training.First

        let surprise (part: Run) parameters configurations =
            let told = Run.counter "evaluation" (int64 (Array.length configurations)) part

            configurations
            |> Array.map (fun spins ->
                Run.stopIfCancelled run
                told ()
                SpinConditional.surpriseOf law parameters spins)

        let drawn parameters weight =
            let configurations =
                Run.named "drawn" run
                |> Run.within 0.8 0.1 ""
                |> SpinConditional.sample law parameters spins[0].Length spins.Length

            Array.map2
                (fun s c -> s - weight c)
                (surprise (Run.within 0.9 0.1 "" run) parameters configurations)
                configurations

        let weight =
            Option.map2
                (fun (e: LatticeEnergies) energy -> fun spins -> e.Beta * energy spins)
                held.Energies
                held.Hamiltonian

        Run.named "training" run
        |> Run.within 0.0 0.7 ""
        |> SpinConditional.train options law first training.Snapshots.Sites
        |> Result.map (fun state ->
            {
                Likelihoods =
                    {
                        Surprise = surprise (Run.within 0.7 0.1 "" run) state.Best spins
                        Energies = held.Energies |> Option.map _.Values
                        Drawn = weight |> Option.map (drawn state.Best)
                    }
                Training = state
            })

    let private result sites groupSnapshots energies seconds (halves: Held[]) =
        let bounds =
            halves |> Array.map _.Likelihoods |> LatticeScanBounds.estimate sites groupSnapshots energies

        let freeEnergy (e: LatticeEnergies) (c: Estimate<1>) =
            // The error of ⟨E⟩ is part of both terms and cancels: βF has a smaller error than S.
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
            Training = halves |> Array.map _.Training.Curve
            Parameters = halves |> Array.mapi (fun i h -> string i, h.Training.Best) |> Params.Node
            Seconds = seconds
            Checks =
                (halves
                 |> Seq.mapi (fun i h -> $"network {i + 1}", h.Training.Outcome)
                 |> TrainingOutcome.stayedFinite)
                :: overfitting sites halves
                :: bounds.Checks
        }

    /// The snapshots first … last − 1 with their energies.
    let private part first last network (data: LatticeData<'spin>) =
        { data with
            Snapshots =
                { data.Snapshots with
                    Sites = data.Snapshots.Sites[first .. last - 1]
                }
            Energies =
                data.Energies
                |> Option.map (fun e ->
                    { e with
                        Values = e.Values[first .. last - 1]
                    })
            First =
                Params.branches data.First
                |> Array.tryFind (fst >> (=) (string network))
                |> Option.map snd
                |> Option.defaultValue Params.empty
        }

    /// <summary>Two networks, each learned on one half of the snapshots and evaluated on the other.</summary>
    /// <param name="options">Sizes, steps.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="data">The snapshots; networks start from a result's Parameters.</param>
    /// <returns>OutOfRange for options and run, TooFewData, Mismatch of energies and snapshots, the faults of the spins.</returns>
    let estimate
        (options: SpinConditionalOptions)
        (run: Run)
        (data: LatticeData<'spin>)
        : Result<LatticeScanResult, MiceError list> =
        validate {
            let! options = SpinConditionalOptions.check options
            and! () = LatticeData.faults data
            and! () = Run.faults run
            let watch = Stopwatch.StartNew()
            let snapshots = data.Snapshots
            let law = data.Spins.Treatment.Law options snapshots
            let count = snapshots.Sites.Length
            let half = GroupedSnapshots.half count data.GroupSnapshots

            let work job network =
                let own =
                    job
                    |> Run.within 0.0 1.0 $"network {network + 1} of 2"
                    |> Run.item network
                    |> Run.below (string network)

                let first, second = part 0 half network data, part half count network data

                if network = 0 then
                    runHalf options own law first second
                else
                    runHalf options own law second first

            let! halves = Run.jobs (fun _ -> 1.0) work [| 0; 1 |] run

            return
                halves
                |> result
                    (LatticeSnapshots.sites snapshots)
                    data.GroupSnapshots
                    data.Energies
                    watch.Elapsed.TotalSeconds
        }
