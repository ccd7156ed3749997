namespace Mice.Segal

open Mice
open Mice.Autoregressive
open Mice.Samplers

/// How a network is asked.
type SemiGrandOptions =
    {
        /// Samples at each temperature and field, 2 or more.
        Samples: int
        /// Operations of the symmetry of the lattice that samples are moved by, a random part of the group where it is larger; 1 takes the network as it is.
        Operations: int
    }

/// What samples of a network say of a system at one temperature and field.
type SemiGrandEstimate =
    {
        Conditions: Conditions
        /// Samples.
        Samples: int
        /// Φ/N = −k_BT ln Z/N by importance sampling; no bound: its bias is of the order of its variance.
        GrandPotential: Estimate<1>
        /// Φ/N by the variational principle, an upper bound.
        Variational: Estimate<1>
        /// Normalised effective sample size (Σw)²/(nΣw²), from 1/n to 1.
        EffectiveSampleSize: float
        /// ⟨E⟩/N by importance sampling.
        Energy: Estimate<1>
        /// ⟨Σ charge⟩/N: the composition of an alloy, the magnetisation of an Ising model.
        Charge: Estimate<1>
        /// (⟨H²⟩ − ⟨H⟩²)/(k_BT²N), H = E − BΣ charge: the heat capacity at constant field, in units of k_B.
        HeatCapacity: Estimate<1>
        /// d(⟨Σ charge⟩/N)/dB = (⟨(Σ charge)²⟩ − ⟨Σ charge⟩²)/(k_BTN).
        Susceptibility: Estimate<1>
    }

    /// How many samples count, (Σw)²/Σw².
    member e.EffectiveSamples: float = e.EffectiveSampleSize * float e.Samples

/// Estimates at all fields of one temperature from the same samples.
[<NoEquality; NoComparison>]
type SemiGrandRow =
    {
        /// One for each field.
        Estimates: SemiGrandEstimate[]
        /// Free energies over Σ charge, and phases; None where sites have more than two states, or charges that are the same.
        Profile: ChargeProfile option
    }

/// <summary>Self-normalised importance sampling (SNIS): weights w = exp(−(E − BΣ charge)/k_BT)/q of samples of a network.</summary>
/// <remarks>ln Z = ln ⟨w⟩; standard error √((1/NESS − 1)/n) by the variance of the weights; averages Σ w O/Σ w with √(Σ w²(O − ⟨O⟩)²)/Σ w. Weights say nothing of states that the network never
/// draws. NESS is printed upside down in the paper (eq. 12). Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), eqs. 9 to 12.</remarks>
[<RequireQualifiedAccess>]
module SemiGrandEstimate =
    /// 20,000 samples, not moved.
    let defaults: SemiGrandOptions = { Samples = 20_000; Operations = 1 }

    /// Σ p O with its error, p = w/Σw.
    let private average (shares: float[]) (values: float[]) : Estimate<1> =
        let mean = Array.fold2 (fun sum p x -> sum + p * x) 0.0 shares values

        let error =
            sqrt (Array.fold2 (fun sum p x -> sum + (p * (x - mean)) ** 2.0) 0.0 shares values)

        Estimate.create mean error Direction.NoBound

    /// Σ p O² − (Σ p O)², from the mean and the mean square that every sample has.
    let private variance (shares: float[]) (means: float[]) (squares: float[]) : Estimate<1> =
        let mean = Array.fold2 (fun sum p x -> sum + p * x) 0.0 shares means

        let value =
            Array.fold2 (fun sum p x -> sum + p * x) 0.0 shares squares - mean * mean

        let mutable error = 0.0

        for i in 0 .. shares.Length - 1 do
            let influence = squares[i] - 2.0 * mean * means[i] + mean * mean - value
            error <- error + (shares[i] * influence) ** 2.0

        Estimate.create value (sqrt error) Direction.NoBound

    let private faults (o: SemiGrandOptions) (all: Conditions[]) (n: SegalNetwork) : MiceError list =
        Validate.atLeast 2 "the number of samples" o.Samples @ SymmetricDrawing.faults o.Operations all n

    /// (Σw)²/(nΣw²) of shares p = w/Σw.
    let internal normalisedEffectiveSize (shares: float[]) : float =
        1.0 / (float shares.Length * Array.sumBy (fun p -> p * p) shares)

    /// ln q + (E − BΣ charge)/k_BT of samples with their E and Σ charge at one temperature and field.
    let private potentials n c (struct (energies: float[], charges: float[])) (logarithms: float[]) : float[] =
        Array.map3 (SegalDivergence.potential n c) energies charges logarithms

    /// Estimates at conditions from samples with ln q + (E − BΣ charge)/k_BT, wherever they were drawn; the variational bound from those that were drawn there.
    let private weighed
        (n: SegalNetwork)
        (c: Conditions)
        (struct (energies: float[], charges: float[]))
        (values: float[])
        (own: float[])
        : SemiGrandEstimate =
        let struct (shares, logSum) =
            ThermalAverages.weigh (values |> Array.map (fun v -> -v))

        let sites, count = float n.System.Sites, float values.Length
        let ness = normalisedEffectiveSize shares
        let scale = n.System.Boltzmann * c.Temperature / sites

        let means = charges |> Array.map (SegalNetwork.meanCharge n c)
        let thermal = n.System.Boltzmann * c.Temperature
        let field = c.Field
        let enthalpies = Array.map2 (fun e m -> e - field * m) energies means

        let squares =
            Array.map3 (fun e m q -> e * e - 2.0 * e * field * m + field * field * q * q) energies means charges

        {
            Conditions = c
            Samples = values.Length
            GrandPotential =
                Estimate.create
                    (-scale * (logSum - log count))
                    (scale * sqrt (max 0.0 (1.0 / ness - 1.0) / count))
                    Direction.NoBound
            Variational = own |> Statistics.estimate Direction.UpperBound |> Estimate.scale scale
            EffectiveSampleSize = ness
            Energy = average shares energies |> Estimate.scale (1.0 / sites)
            Charge = average shares means |> Estimate.scale (1.0 / sites)
            HeatCapacity = variance shares enthalpies squares |> Estimate.scale (1.0 / (thermal * thermal * sites))
            Susceptibility =
                variance shares means (charges |> Array.map (fun q -> q * q))
                |> Estimate.scale (1.0 / (thermal * sites))
        }

    /// <summary>Draws samples and weighs them.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="o">How.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange (samples, operations, conditions outside the range that the network has learned).</returns>
    let create
        (run: Run)
        (o: SemiGrandOptions)
        (c: Conditions)
        (n: SegalNetwork)
        : Result<SemiGrandEstimate, MiceError list> =
        match faults o [| c |] n with
        | [] ->
            let conditions = Array.create o.Samples c

            let operations =
                SymmetricDrawing.operations (Key.named "group" run.Key) o.Operations n.System

            let drawn: MaskedSamples = SymmetricDrawing.draw run n operations conditions
            let sums = SemiGrandSystem.sums n.System drawn.States
            let values = potentials n c sums drawn.Logarithms
            Ok(weighed n c sums values values)
        | faults -> Error faults

    /// What the estimates say of each field, for the profile.
    let private placeOf (s: SemiGrandSystem) (e: SemiGrandEstimate) : ChargeProfile.Place =
        {
            Field = e.Conditions.Field
            LogPartition = -e.GrandPotential.Value * float s.Sites / (s.Boltzmann * e.Conditions.Temperature)
            Effective = e.EffectiveSamples
        }

    let private pooled (run: Run) (o: SemiGrandOptions) (all: Conditions[]) (n: SegalNetwork) =
        let operations =
            SymmetricDrawing.operations (Key.named "group" run.Key) o.Operations n.System

        let drawn: MaskedSamples =
            all |> Array.collect (Array.replicate o.Samples) |> SymmetricDrawing.draw run n operations

        // [fields][samples]
        let logarithms = SymmetricDrawing.logarithmsAtAll run n operations all drawn.States

        let struct (energies, charges) as sums = SemiGrandSystem.sums n.System drawn.States

        let mixed =
            Array.init (o.Samples * all.Length) (fun i ->
                SymmetricDrawing.logMean (logarithms |> Array.map (fun l -> l[i])) 0 all.Length)

        let estimates =
            all
            |> Array.mapi (fun k c ->
                let own = potentials n c sums logarithms[k]

                Array.sub own (k * o.Samples) o.Samples |> weighed n c sums (potentials n c sums mixed))

        ChargeProfile.create
            n
            {
                Temperature = all[0].Temperature
                Places = estimates |> Array.map (placeOf n.System)
                Energies = energies
                Charges = charges
                Logarithms = mixed
            }
        |> Result.map (fun profile ->
            {
                Estimates = estimates
                Profile = profile
            })

    /// <summary>Draws samples at several fields of one temperature, and weighs all of them at each.</summary>
    /// <remarks>The density of a sample is the mean of those at all fields (the balance heuristic of E. Veach, L. J. Guibas, SIGGRAPH 1995; multistate reweighting, M. R. Shirts, J. D. Chodera,
    /// J. Chem. Phys. 129, 124105 (2008), with known normalisations). A phase that the network forgets on its own side of a transition comes from the other side, and errors shrink where neighbours overlap. Every
    /// sample is passed through the network once for each field.</remarks>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="o">How; Samples are those of each field.</param>
    /// <param name="temperature">T.</param>
    /// <param name="fields">B, one or more.</param>
    /// <param name="n">The network.</param>
    /// <returns>An estimate for each field, whose Samples are those of all, and the free energy over Σ charge. Errors: OutOfRange.</returns>
    let row
        (run: Run)
        (o: SemiGrandOptions)
        (temperature: float)
        (fields: float[])
        (n: SegalNetwork)
        : Result<SemiGrandRow, MiceError list> =
        let all: Conditions[] =
            fields |> Array.map (fun b -> { Temperature = temperature; Field = b })

        match Validate.atLeast 1 "the number of fields" fields.Length @ faults o all n with
        | [] -> pooled run o all n
        | faults -> Error faults

    /// <summary>The estimates of <c>row</c>.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="o">How; Samples are those of each field.</param>
    /// <param name="temperature">T.</param>
    /// <param name="fields">B, one or more.</param>
    /// <param name="n">The network.</param>
    /// <returns>An estimate for each field, whose Samples are those of all. Errors: OutOfRange.</returns>
    let along
        (run: Run)
        (o: SemiGrandOptions)
        (temperature: float)
        (fields: float[])
        (n: SegalNetwork)
        : Result<SemiGrandEstimate[], MiceError list> =
        row run o temperature fields n |> Result.map _.Estimates
