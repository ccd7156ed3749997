namespace Mice.Segal

open System
open MathNet.Numerics.LinearAlgebra
open Mice

/// Samples of several distributions, all put together.
type MbarSamples =
    {
        /// How many samples are of each, 1 or more; those of the first distribution come first. Shape [distributions].
        Counts: int[]
        /// f = −ln Z of each density where it is known, 0 for one that is normalised; None where it is to be found. Shape [distributions].
        Known: float option[]
        /// ln of the unnormalised density of every sample, whatever it was drawn from: −u by the reduced potential u. Shape [distributions][samples].
        LogDensities: float[][]
        /// Samples with the same number are of one chain and may be correlated; those with different ones are independent. A chain belongs to one distribution. Shape [samples].
        Chains: int[]
    }

/// Where a search is.
[<NoEquality; NoComparison>]
type internal MbarTrial =
    {
        F: float[]
        Below: float[]
        Parts: float[][]
        // [unknown]: ln of Σ shares over N, which stays finite where shares are too small for a number.
        LogRatios: float[]
    }

/// Free energies that are not known, from samples of several distributions.
[<RequireQualifiedAccess>]
module internal MbarEquations =
    /// The largest residual, and the most steps.
    let private tolerance, private most = 1e-9, 1000

    /// Numbers of the largest table: 1 GiB.
    let private largest = 134_217_728L

    /// What stands against so many numbers.
    let tableFaults (distributions: int) (samples: int) : MiceError list =
        if int64 distributions * int64 samples > largest then
            [
                MiceError.OutOfRange(
                    "distributions times samples",
                    $"{distributions} × {samples}",
                    $"{largest} or fewer: ask for fewer temperatures and fields at once, or draw fewer samples"
                )
            ]
        else
            []

    /// What stands against samples.
    let faults (s: MbarSamples) : MiceError list =
        let total = Array.sum s.Counts
        let isWrong length = length <> s.Counts.Length

        [
            yield! Validate.atLeast 1 "the number of distributions" s.Counts.Length

            for count in s.Counts do
                yield! Validate.atLeast 1 "the samples of a distribution" count

            if isWrong s.Known.Length || isWrong s.LogDensities.Length then
                MiceError.Mismatch(
                    "known values, densities and distributions",
                    $"{s.Known.Length}, {s.LogDensities.Length}",
                    string s.Counts.Length
                )

            if s.Chains.Length <> total || s.LogDensities |> Array.exists (fun l -> l.Length <> total) then
                MiceError.Mismatch("densities, chains and samples", "other numbers", string total)

            yield! tableFaults s.Counts.Length total
        ]

    /// ln Σ exp of a number for each index.
    let logSum (count: int) (at: int -> float) : float =
        let mutable top = -infinity

        for i in 0 .. count - 1 do
            top <- max top (at i)

        let mutable sum = 0.0

        for i in 0 .. count - 1 do
            sum <- sum + exp (at i - top)

        if top = -infinity then top else top + log sum

    let private denominators (s: MbarSamples) (f: float[]) : float[] =
        let shifts = Array.map2 (fun (n: int) f -> log (float n) + f) s.Counts f

        Array.init s.Chains.Length (fun n -> logSum f.Length (fun k -> shifts[k] + s.LogDensities[k][n]))

    /// Shares of the unknown distributions in every sample.
    let private sharesOf (s: MbarSamples) (unknown: int[]) (f: float[]) (below: float[]) : float[][] =
        unknown
        |> Array.map (fun k ->
            let shift = log (float s.Counts[k]) + f[k]
            Array.map2 (fun l d -> exp (shift + l - d)) s.LogDensities[k] below)

    let dot (a: float[]) (b: float[]) : float =
        let mutable sum = 0.0

        for i in 0 .. a.Length - 1 do
            sum <- sum + a[i] * b[i]

        sum

    /// Derivatives of Σ shares − N by the unknown f.
    let curvature (shares: float[][]) : Matrix<float> =
        Matrix<float>
            .Build.Dense(
                shares.Length,
                shares.Length,
                fun i j -> (if i = j then Array.sum shares[i] else 0.0) - dot shares[i] shares[j]
            )

    let private trial (s: MbarSamples) (unknown: int[]) (f: float[]) : MbarTrial =
        let below = denominators s f
        let parts = sharesOf s unknown f below

        {
            F = f
            Below = below
            Parts = parts
            LogRatios =
                unknown
                |> Array.map (fun k -> f[k] + logSum below.Length (fun n -> s.LogDensities[k][n] - below[n]))
        }

    let residual (t: MbarTrial) : float =
        t.LogRatios |> Array.fold (fun worst r -> max worst (abs r)) 0.0

    let private moved (unknown: int[]) (t: MbarTrial) (change: int -> float) : float[] =
        let f = Array.copy t.F
        unknown |> Array.iteri (fun i k -> f[k] <- f[k] + change i)
        f

    /// One step: Newton's, or that of the fixed point where it leaves a smaller residual.
    let private step (s: MbarSamples) (unknown: int[]) (t: MbarTrial) : MbarTrial =
        let plain = moved unknown t (fun i -> -t.LogRatios[i]) |> trial s unknown

        let gradient =
            Vector<float>.Build.Dense(unknown.Length, fun i -> float s.Counts[unknown[i]] * (exp t.LogRatios[i] - 1.0))

        let newton = (curvature t.Parts).Solve gradient

        if newton |> Seq.forall Double.IsFinite then
            let other = moved unknown t (fun i -> -newton[i]) |> trial s unknown
            // Written so that NaN fails.
            if residual other <= residual plain then other else plain
        else
            plain

    /// <summary>Solves the equations.</summary>
    /// <param name="s">The samples.</param>
    /// <param name="unknown">The distributions whose f is to be found; that of the others is what is known, or 0.</param>
    /// <returns>Where the search ended, and after how many steps.</returns>
    let search (s: MbarSamples) (unknown: int[]) : struct (MbarTrial * int) =
        let start = s.Known |> Array.map (Option.defaultValue 0.0) |> trial s unknown

        let rec go (count: int) (t: MbarTrial) =
            let left = residual t

            if count = most || left <= tolerance || not (Double.IsFinite left) then
                struct (t, count)
            else
                step s unknown t |> go (count + 1)

        go 0 start
