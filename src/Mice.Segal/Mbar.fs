namespace Mice.Segal

open MathNet.Numerics.LinearAlgebra
open Mice

/// All that samples of several distributions say of any distribution.
[<NoEquality; NoComparison>]
type Mbar =
    private
        {
            Samples: MbarSamples
            // [samples]: which of all chains, from 0, and [distributions]: how many chains are of each.
            ChainOf: int[]
            ChainCounts: int[]
            FreeEnergies: float[]
            Steps: int
            Left: float
            // [samples]: ln Σ N exp(f + l) over the distributions.
            Denominators: float[]
            // [unknown][samples]: the share of an unknown distribution in the density of a sample.
            Shares: float[][]
            // [unknown; unknown]: of the derivatives of Σ shares − N by the unknown f.
            Inverse: Matrix<float>
        }

    /// f = −ln Z. The first is 0 where none is known. Shape [distributions].
    member m.ReducedFreeEnergies: float[] = m.FreeEnergies
    /// Steps that the equations took.
    member m.Iterations: int = m.Steps
    /// The largest |ln(Σ shares/N)| that was left; 0 solves the equations.
    member m.Residual: float = m.Left

/// <summary>Multistate Bennett acceptance ratio (MBAR): samples of several distributions weighed together.</summary>
/// <remarks>f_k = −ln Σ_n exp(l_k(x_n))/Σ_j N_j exp(f_j + l_j(x_n)), l the logarithms of unnormalised densities; averages under any density have weights exp(l)/Σ_j N_j exp(f_j + l_j). Where densities
/// with known normalisation are among them (q of a network, f = 0), values are absolute. All sums are in logarithms. The equations are those of the minimum of a convex function: Newton's step is taken, or that of
/// the fixed point where it leaves a smaller gradient. Errors are those of the influence of every sample, summed over chains, spread about the mean of their distribution; they do not see states that no distribution draws.
/// Source: M. R. Shirts, J. D. Chodera, J. Chem. Phys. 129, 124105 (2008), doi:10.1063/1.2978177; known normalisations: E. Veach, L. J. Guibas, SIGGRAPH (1995).</remarks>
[<RequireQualifiedAccess>]
module Mbar =
    /// Every chain by a number from 0 in order, and how many there are of each distribution.
    let private chainsOf (s: MbarSamples) : struct (int[] * int[]) =
        let starts = s.Counts |> Array.scan (+) 0

        let own =
            Array.init s.Counts.Length (fun k -> s.Chains[starts[k] .. starts[k + 1] - 1] |> Array.distinct)

        let numbers = own |> Array.concat |> Array.mapi (fun i chain -> chain, i) |> dict

        struct (s.Chains |> Array.map (fun chain -> numbers[chain]), own |> Array.map _.Length)

    /// <summary>Solves for the reduced free energies that are not known.</summary>
    /// <param name="s">Samples of several distributions.</param>
    /// <returns>Errors: OutOfRange, Mismatch. Equations that could not be solved show in <c>Residual</c>.</returns>
    let solve (s: MbarSamples) : Result<Mbar, MiceError list> =
        match MbarEquations.faults s with
        | [] ->
            let anyKnown = s.Known |> Array.exists Option.isSome

            let unknown =
                [|
                    for k in 0 .. s.Counts.Length - 1 do
                        if s.Known[k].IsNone && (anyKnown || k > 0) then
                            k
                |]

            let struct (found, count) = MbarEquations.search s unknown

            let struct (chainOf, chainCounts) = chainsOf s

            Ok
                {
                    Samples = s
                    ChainOf = chainOf
                    ChainCounts = chainCounts
                    FreeEnergies = found.F
                    Steps = count
                    Left = MbarEquations.residual found
                    Denominators = found.Below
                    Shares = found.Parts
                    Inverse =
                        if unknown.Length = 0 then
                            Matrix<float>.Build.Dense(1, 1)
                        else
                            (MbarEquations.curvature found.Parts).PseudoInverse()
                }
        | faults -> Error faults

    /// √ of the variance of a sum over samples: chains of a distribution vary about its mean.
    let private spread (m: Mbar) (added: float[]) : float =
        let sums = Array.zeroCreate<float>(Array.sum m.ChainCounts)
        let mutable first, firstChain, variance = 0, 0, 0.0

        for k in 0 .. m.Samples.Counts.Length - 1 do
            let last, chains = first + m.Samples.Counts[k], m.ChainCounts[k]
            let mutable mean = 0.0

            for n in first .. last - 1 do
                mean <- mean + added[n] / float (last - first)

            for n in first .. last - 1 do
                sums[m.ChainOf[n]] <- sums[m.ChainOf[n]] + added[n] - mean

            let mutable squares = 0.0

            for chain in firstChain .. firstChain + chains - 1 do
                squares <- squares + sums[chain] * sums[chain]

            // One chain alone has no spread: NaN.
            variance <- variance + squares * float chains / float (chains - 1)
            first <- last
            firstChain <- firstChain + chains

        sqrt variance

    /// √ of the variance of the sum of what every sample adds to an estimate: directly, and by the unknown f with derivatives Σ weight · share.
    let private errorOf (m: Mbar) (direct: float[]) (derivatives: float[]) : float =
        let added =
            if m.Shares.Length = 0 then
                direct
            else
                let factors = m.Inverse * Vector<float>.Build.DenseOfArray derivatives

                Array.init direct.Length (fun n ->
                    let mutable sum = direct[n]

                    for k in 0 .. m.Shares.Length - 1 do
                        sum <- sum - factors[k] * m.Shares[k][n]

                    sum)

        spread m added

    /// w/Σw under a density, and f of it.
    let private weights (m: Mbar) (logDensity: float[]) : struct (float[] * float) =
        let logs = Array.map2 (-) logDensity m.Denominators
        let sum = MbarEquations.logSum logs.Length (Array.get logs)
        struct (logs |> Array.map (fun l -> exp (l - sum)), -sum)

    /// <summary>f = −ln Z of any density.</summary>
    /// <param name="m">What was solved.</param>
    /// <param name="logDensity">ln of the unnormalised density of every sample, [samples].</param>
    /// <returns>Relative to the first distribution where no f is known. The error is NaN where a distribution has one chain alone.</returns>
    let reducedFreeEnergy (m: Mbar) (logDensity: float[]) : Estimate<1> =
        let struct (w, f) = weights m logDensity

        Estimate.create
            f
            (errorOf m (w |> Array.map (fun x -> -x)) (m.Shares |> Array.map (MbarEquations.dot w)))
            Direction.NoBound

    /// <summary>f of one density less that of another, with the error of the difference.</summary>
    /// <param name="m">What was solved.</param>
    /// <param name="one">ln of the one, [samples].</param>
    /// <param name="other">ln of the other, which is taken away, [samples].</param>
    let difference (m: Mbar) (one: float[]) (other: float[]) : Estimate<1> =
        let struct (a, f) = weights m one
        let struct (b, g) = weights m other
        let both = Array.map2 (-) b a

        Estimate.create
            (f - g)
            (errorOf m both (m.Shares |> Array.map (fun p -> -(MbarEquations.dot both p))))
            Direction.NoBound

    /// <summary>The average of a quantity under a density.</summary>
    /// <param name="m">What was solved.</param>
    /// <param name="logDensity">ln of the density, [samples].</param>
    /// <param name="values">The quantity, [samples].</param>
    let average (m: Mbar) (logDensity: float[]) (values: float[]) : Estimate<1> =
        let struct (w, _) = weights m logDensity
        let mean = MbarEquations.dot w values
        let added = Array.map2 (fun p x -> p * (x - mean)) w values

        Estimate.create
            mean
            (errorOf m added (m.Shares |> Array.map (fun p -> -(MbarEquations.dot added p))))
            Direction.NoBound

    /// <summary>⟨x²⟩ − ⟨x⟩² under a density.</summary>
    /// <param name="m">What was solved.</param>
    /// <param name="logDensity">ln of the density, [samples].</param>
    /// <param name="values">x, [samples].</param>
    let variance (m: Mbar) (logDensity: float[]) (values: float[]) : Estimate<1> =
        // The mean moves it in second order alone.
        let mean = (average m logDensity values).Value
        values |> Array.map (fun x -> (x - mean) ** 2.0) |> average m logDensity

    /// <summary>(Σw)²/(nΣw²) of the weights under a density, from 1/n to 1.</summary>
    /// <param name="m">What was solved.</param>
    /// <param name="logDensity">ln of the density, [samples].</param>
    let effectiveSampleSize (m: Mbar) (logDensity: float[]) : float =
        let struct (w, _) = weights m logDensity
        1.0 / (float w.Length * MbarEquations.dot w w)
