namespace Mice.Alloys

open System
open MathNet.Numerics.LinearAlgebra

/// What relevance determination gave.
[<NoEquality; NoComparison>]
type internal Relevance =
    {
        /// [k]: posterior means; 0 where the column is of no relevance.
        Coefficients: float[]
        /// [k]: posterior standard deviations; 0 where the coefficient is.
        Deviations: float[]
        /// The noise of the targets.
        Noise: float
        /// Whether it came to rest.
        Converged: bool
    }

/// <summary>Automatic relevance determination: each column that may be shrunk has a Gaussian prior of its own width, and the widths and the noise maximise the evidence.</summary>
/// <remarks>Fixed-point iteration γ = 1 − αΣ, α = γ/j², σ² = Σ w e²/(n − Σγ); columns whose α grows beyond all bounds are dropped. Sources: D. J. C. MacKay, Neural Comput. 4, 415 (1992),
/// doi:10.1162/neco.1992.4.3.415; M. E. Tipping, J. Mach. Learn. Res. 1, 211 (2001).</remarks>
[<RequireQualifiedAccess>]
module internal RelevanceDetermination =
    [<Literal>]
    let private Iterations = 5_000

    /// A prior this many times narrower than the noise in the data makes a column irrelevant.
    [<Literal>]
    let private Irrelevant = 1e8

    /// Posterior mean and covariance of the columns that are left.
    let private posterior (data: Matrix<float>) (targets: Vector<float>) (alphas: float[]) (beta: float) =
        let precision = beta * data.TransposeThisAndMultiply data
        alphas |> Array.iteri (fun k a -> precision[k, k] <- precision[k, k] + a)
        let covariance = precision.Inverse()
        struct (covariance * (beta * data.TransposeThisAndMultiply targets), covariance)

    let private scaled (p: LinearProblem) (kept: int[]) =
        Matrix.Build.Dense(p.Rows.Length, kept.Length, (fun i k -> sqrt p.Weights[i] * p.Rows[i][kept[k]]))

    /// The state of the iteration: columns left, their α (0 where nothing is shrunk), and β = 1/σ².
    [<NoEquality; NoComparison>]
    type private State =
        {
            Kept: int[]
            Alphas: float[]
            Beta: float
            Change: float
        }

    let private advance (p: LinearProblem) (targets: Vector<float>) (limit: float) (s: State) : State =
        let data = scaled p s.Kept
        let struct (mean, covariance) = posterior data targets s.Alphas s.Beta
        let shrinks = s.Kept |> Array.map (fun k -> p.Shrinks[k])

        let known =
            Array.init s.Kept.Length (fun k ->
                if shrinks[k] then
                    1.0 - s.Alphas[k] * covariance[k, k]
                else
                    1.0)

        let alphas =
            Array.init s.Kept.Length (fun k ->
                if shrinks[k] then
                    max known[k] 1e-12 / (mean[k] * mean[k] + 1e-300)
                else
                    0.0)

        let left = targets - data * mean
        let freedom = max 1e-3 (float p.Rows.Length - Array.sum known)
        let beta = freedom / max (left.DotProduct left) (freedom * limit)

        let stays =
            [| 0 .. s.Kept.Length - 1 |] |> Array.filter (fun k -> alphas[k] < Irrelevant * beta)

        let change =
            stays
            |> Array.map (fun k ->
                if shrinks[k] then
                    abs (log (alphas[k] / s.Alphas[k]))
                else
                    0.0)
            |> Array.fold max (abs (log (beta / s.Beta)))

        {
            Kept = stays |> Array.map (fun k -> s.Kept[k])
            Alphas = stays |> Array.map (fun k -> alphas[k])
            Beta = beta
            Change = if stays.Length < s.Kept.Length then infinity else change
        }

    let solve (p: LinearProblem) : Relevance =
        let targets =
            Vector.Build.Dense(Array.map2 (fun w y -> sqrt w * y) p.Weights p.Targets)

        let mean = Seq.average targets

        let variance =
            max 1e-24 (targets |> Seq.averageBy (fun y -> (y - mean) * (y - mean)))

        let all = [| 0 .. LinearProblem.columns p - 1 |]

        let start =
            {
                Kept = all
                Alphas = all |> Array.map (fun k -> if p.Shrinks[k] then 1.0 / variance else 0.0)
                Beta = 10.0 / variance
                Change = infinity
            }

        let mutable state, round = start, 0

        while state.Change > 1e-6 && round < Iterations do
            state <- advance p targets (1e-10 * variance) state
            round <- round + 1

        let struct (means, covariance) =
            posterior (scaled p state.Kept) targets state.Alphas state.Beta

        let spread (value: int -> float) =
            let values = Array.zeroCreate all.Length
            state.Kept |> Array.iteri (fun i k -> values[k] <- value i)
            values

        {
            Coefficients = spread (fun i -> means[i])
            Deviations = spread (fun i -> sqrt covariance[i, i])
            Noise = 1.0 / sqrt state.Beta
            Converged = state.Change <= 1e-6
        }
