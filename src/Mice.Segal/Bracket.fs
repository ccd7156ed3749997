namespace Mice.Segal

open Mice

/// How an entropy is bracketed.
type BracketOptions =
    {
        /// Samples of the network in a batch, 2 or more; the bracket closes as they grow.
        Batch: int
        /// Batches, each with an equilibrium configuration of its own, 2 or more.
        Batches: int
        /// Rounds of the chains that give the mean energy.
        Rounds: int
        /// Operations of the symmetry of the lattice that samples are moved by.
        Operations: int
    }

/// A two-sided bracket of an entropy.
type EntropyBracket =
    {
        Conditions: Conditions
        /// S/N is at least this.
        Lower: Estimate<nat / site>
        /// S/N is at most this.
        Upper: Estimate<nat / site>
        /// ln Z/N is at least this.
        LogPartitionLower: Estimate<1>
        /// ln Z/N is at most this.
        LogPartitionUpper: Estimate<1>
        /// (E − BΣ charge)/k_BT per site, which both bounds of S have in common, and its error with them.
        ReducedEnthalpy: Estimate<1>
        /// Normalised effective sample size of the network's samples.
        EffectiveSampleSize: float
        /// Whether the chains were in equilibrium, and whether the bounds are in their order.
        Checks: Check list
    }

/// <summary>What a bracket needs of a normalised law q(s) of a system: weights w = exp(−H/k_BT)/q.</summary>
[<NoEquality; NoComparison>]
type LawWeights =
    {
        /// N.
        Sites: int
        /// ln w of so many new samples of q.
        Draw: Run -> int -> float[]
        /// ln w of configurations in equilibrium.
        Equilibrium: float[]
        /// ⟨H⟩/k_BT of the whole system.
        ReducedEnthalpy: Estimate<1>
        /// Whether configurations and energies are from equilibrium.
        Checks: Check list
    }

/// <summary>Entropy between two bounds from one network: S = (⟨H⟩ + k_BT ln Z)/T with ln Z between two stochastic bounds, H = E − BΣ charge.</summary>
/// <remarks>With weights w = exp(−H/k_BT)/q of K samples of the network, ⟨ln((1/K) Σ w)⟩ ≤ ln Z by Jensen's inequality; with an equilibrium configuration in the place of one of the samples,
/// ⟨ln((1/K)(w(x) + Σ w))⟩ ≥ ln Z. Both hold in expectation for every network and every K, and their distance is about the variance of w over K. K = 1 gives the variational free energy and the
/// cross-entropy. Sources: Y. Burda, R. Grosse, R. Salakhutdinov, ICLR (2016); R. B. Grosse, Z. Ghahramani, R. P. Adams, arXiv:1511.02543 (bidirectional Monte Carlo).
/// The upper bound of S needs configurations in equilibrium, both need ⟨H⟩: chains that miss a part of the states are beyond what bounds can tell.</remarks>
[<RequireQualifiedAccess>]
module Bracket =
    /// 200 batches of 1,000 samples, 2,000 rounds, samples not moved.
    let defaults: BracketOptions =
        {
            Batch = 1000
            Batches = 200
            Rounds = 2000
            Operations = 1
        }

    let private faults (o: BracketOptions) : MiceError list =
        [
            yield! Validate.atLeast 2 "the samples of a batch" o.Batch
            yield! Validate.atLeast 2 "the number of batches" o.Batches
            yield! Validate.atLeast 1 "the number of rounds" o.Rounds
            yield! Validate.atLeast 1 "the number of operations" o.Operations
        ]

    /// ln w of configurations, ln q being given.
    let private logWeights (n: SegalNetwork) (c: Conditions) (states: byte[]) (logarithms: float[]) =
        SegalDivergence.potentials n (Array.create logarithms.Length c) states logarithms
        |> Array.map (fun v -> -v)

    let private nessOf (weights: float[]) =
        let struct (shares, _) = Samplers.ThermalAverages.weigh weights
        SemiGrandEstimate.normalisedEffectiveSize shares

    /// Two bounds of ln Z of one batch, and the normalised effective size of its samples.
    let private batch (weights: float[]) (exact: float) =
        let lower = SymmetricDrawing.logMean weights 0 weights.Length
        let exchanged = Array.append [| exact |] (Array.tail weights)
        let upper = SymmetricDrawing.logMean exchanged 0 weights.Length
        struct (lower, upper, nessOf weights)

    /// One configuration for each batch, evenly chosen; all where there are too few.
    let internal chosen (o: BracketOptions) (configurations: 'a[]) : 'a[] =
        if configurations.Length <= o.Batches then
            configurations
        else
            Array.init o.Batches (fun b -> configurations[b * configurations.Length / o.Batches])

    let private orderCheck (lower: Estimate<1>) (upper: Estimate<1>) : Check =
        let gap = float (upper.Value - lower.Value)

        let error =
            sqrt (float lower.StandardError ** 2.0 + float upper.StandardError ** 2.0)

        {
            Name = "order of the bounds"
            Passed = gap >= -3.0 * error
            Detail = $"the upper bound lies {gap:E1} nats per site above the lower one, error {error:E1}"
        }

    /// S/N from ln Z/N.
    let private entropyOf (enthalpy: Estimate<1>) (logPartition: Estimate<1>) : Estimate<nat / site> =
        logPartition
        |> Estimate.add
            { enthalpy with
                Direction = logPartition.Direction
            }
        |> Estimate.scale 1.0<nat / site>

    /// <summary>Brackets the entropy at one temperature and field with the weights of any normalised law that samples can be drawn from.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">How.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="law">The weights.</param>
    /// <returns>Errors: OutOfRange, TooFewData.</returns>
    let ofWeights
        (run: Run)
        (o: BracketOptions)
        (c: Conditions)
        (law: LawWeights)
        : Result<EntropyBracket, MiceError list> =
        validate {
            let! () = faults o
            let count = law.Equilibrium.Length

            let! () =
                if count < o.Batches then
                    [
                        MiceError.TooFewData(
                            "equilibrium configurations",
                            count,
                            o.Batches,
                            "Draw more, or use fewer batches."
                        )
                    ]
                else
                    []

            let exact = chosen o law.Equilibrium

            let one (run: Run) (b: int) =
                Ok(batch (law.Draw (Run.item b run) o.Batch) exact[b])

            let! parts =
                run |> Run.named "batches" |> Run.jobs (fun _ -> 1.0) one [| 0 .. o.Batches - 1 |]

            let bound direction (values: float[]) =
                values |> Statistics.estimate direction |> Estimate.scale (1.0 / float law.Sites)

            let lower =
                parts |> Array.map (fun (struct (l, _, _)) -> l) |> bound Direction.LowerBound

            let upper =
                parts |> Array.map (fun (struct (_, u, _)) -> u) |> bound Direction.UpperBound

            let enthalpy = law.ReducedEnthalpy |> Estimate.scale (1.0 / float law.Sites)
            let ofLower, ofUpper = entropyOf enthalpy lower, entropyOf enthalpy upper

            return
                {
                    Conditions = c
                    Lower = ofLower
                    Upper = ofUpper
                    LogPartitionLower = lower
                    LogPartitionUpper = upper
                    ReducedEnthalpy = enthalpy
                    EffectiveSampleSize = parts |> Array.averageBy (fun (struct (_, _, ness)) -> ness)
                    Checks = orderCheck lower upper :: law.Checks
                }
        }

    /// <summary>Brackets the entropy at one temperature and field.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">How.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="equilibrium">Configurations in equilibrium there, as many as batches or more.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange, TooFewData.</returns>
    let create
        (run: Run)
        (o: BracketOptions)
        (c: Conditions)
        (equilibrium: Equilibrium)
        (n: SegalNetwork)
        : Result<EntropyBracket, MiceError list> =
        validate {
            let! () = faults o

            let operations =
                SymmetricDrawing.operations (Key.named "group" run.Key) o.Operations n.System

            let draw (run: Run) samples =
                let drawn: Autoregressive.MaskedSamples =
                    SymmetricDrawing.draw run n operations (Array.create samples c)

                logWeights n c drawn.States drawn.Logarithms

            let states =
                equilibrium.States |> Array.chunkBySize n.System.Sites |> chosen o |> Array.concat

            let conditions = Array.create (states.Length / n.System.Sites) c

            return!
                ofWeights
                    run
                    o
                    c
                    {
                        Sites = n.System.Sites
                        Draw = draw
                        Equilibrium =
                            SymmetricDrawing.logarithms run n operations conditions states |> logWeights n c states
                        ReducedEnthalpy = equilibrium.ReducedEnthalpy
                        Checks = equilibrium.Checks
                    }
        }

    /// <summary>The interval that holds the entropy with 95 % or more: both bounds, each moved outwards by 1.96 of its standard errors. Less is enough only where the bounds are far apart;
    /// where they meet, the entropy may lie on either side of both.</summary>
    /// <param name="b">The bracket.</param>
    /// <returns>Nats per site.</returns>
    let interval (b: EntropyBracket) : float<nat / site> * float<nat / site> =
        b.Lower.Value - 1.96 * b.Lower.StandardError, b.Upper.Value + 1.96 * b.Upper.StandardError
