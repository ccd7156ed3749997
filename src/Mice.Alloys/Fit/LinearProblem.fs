namespace Mice.Alloys

open MathNet.Numerics.LinearAlgebra
open MathNet.Numerics.LinearAlgebra.Factorization
open Mice

/// Rows of numbers with targets and weights: y ≈ X·j.
[<NoEquality; NoComparison>]
type internal LinearProblem =
    {
        /// [n][k].
        Rows: float[][]
        /// [n].
        Targets: float[]
        /// [n], above 0, with mean 1.
        Weights: float[]
        /// [k]: whether a column may be shrunk.
        Shrinks: bool[]
    }

/// A solution that is linear in the targets.
[<NoEquality; NoComparison>]
type internal LinearSolution =
    {
        /// [k].
        Coefficients: float[]
        /// [n]: the diagonal of the matrix that takes targets to fitted values.
        Leverages: float[]
        /// [k]: standard errors, from the spread of the residuals.
        StandardErrors: float[]
    }

/// Least squares and ridge regression.
[<RequireQualifiedAccess>]
module internal LinearProblem =
    let columns (p: LinearProblem) = p.Shrinks.Length

    /// Some of the rows.
    let select (rows: int[]) (p: LinearProblem) : LinearProblem =
        let pick (values: 'v[]) = rows |> Array.map (fun i -> values[i])

        { p with
            Rows = pick p.Rows
            Targets = pick p.Targets
            Weights = pick p.Weights
        }

    /// Some of the columns.
    let withColumns (kept: int[]) (p: LinearProblem) : LinearProblem =
        { p with
            Rows = p.Rows |> Array.map (fun row -> kept |> Array.map (fun k -> row[k]))
            Shrinks = kept |> Array.map (fun k -> p.Shrinks[k])
        }

    /// X·j for one row.
    let predict (coefficients: float[]) (row: float[]) : float =
        Array.fold2 (fun sum j x -> sum + j * x) 0.0 coefficients row

    /// √(Σ e²/n).
    let rootMeanSquare (errors: float[]) : float =
        sqrt (errors |> Array.averageBy (fun e -> e * e))

    let residuals (coefficients: float[]) (p: LinearProblem) : float[] =
        Array.map2 (fun y row -> y - predict coefficients row) p.Targets p.Rows

    /// Rows times √w, below them one row √λ for each column that is shrunk.
    let private augmented (strength: float) (p: LinearProblem) : Matrix<float> =
        let shrunk =
            [| 0 .. columns p - 1 |] |> Array.filter (fun k -> strength > 0.0 && p.Shrinks[k])

        Matrix.Build.Dense(
            p.Rows.Length + shrunk.Length,
            columns p,
            fun i k ->
                if i < p.Rows.Length then sqrt p.Weights[i] * p.Rows[i][k]
                elif shrunk[i - p.Rows.Length] = k then sqrt strength
                else 0.0
        )

    /// The first column that is a combination of those before it, when there is one.
    let dependentColumn (strength: float) (p: LinearProblem) : int option =
        let matrix = augmented strength p

        if matrix.RowCount < matrix.ColumnCount then
            Some matrix.RowCount
        else
            let diagonal = matrix.QR(QRMethod.Thin).R.Diagonal().PointwiseAbs()
            let lengths = matrix.ColumnNorms 2.0

            Seq.init matrix.ColumnCount id
            |> Seq.tryFind (fun k -> not (diagonal[k] > 1e-9 * max lengths[k] 1e-12))

    let private errorsOf
        (strength: float)
        (p: LinearProblem)
        (inverse: Matrix<float>)
        (leverages: float[])
        coefficients
        =
        let freedom = float p.Rows.Length - Array.sum leverages

        let spread =
            Array.map2 (fun w e -> w * e * e) p.Weights (residuals coefficients p)
            |> Array.sum
            |> fun sum -> sum / freedom

        let data =
            Matrix.Build.Dense(p.Rows.Length, columns p, (fun i k -> sqrt p.Weights[i] * p.Rows[i][k]))

        let covariance =
            if strength > 0.0 then
                inverse * data.TransposeThisAndMultiply data * inverse
            else
                inverse

        Array.init (columns p) (fun k ->
            if freedom > 1e-9 then
                sqrt (spread * covariance[k, k])
            else
                nan)

    /// <summary>Minimises Σ w (y − X·j)² + λ Σ j², the second sum over columns that are shrunk; by a QR factorisation of the rows with those of the penalty below.</summary>
    /// <remarks>Columns have to be independent (<c>dependentColumn</c>). Errors: σ²·A⁻¹XᵀWX A⁻¹ with A = XᵀWX + λ, σ² = Σ w e²/(n − tr H); without a bias term for the shrinking.</remarks>
    let solve (strength: float) (p: LinearProblem) : LinearSolution =
        let matrix = augmented strength p
        let qr = matrix.QR QRMethod.Thin

        let targets =
            Vector.Build.Dense(
                matrix.RowCount,
                fun i ->
                    if i < p.Rows.Length then
                        sqrt p.Weights[i] * p.Targets[i]
                    else
                        0.0
            )

        let coefficients = qr.Solve(targets).ToArray()
        let rInverse = qr.R.Inverse()

        // h = w·xᵀ A⁻¹ x with A = RᵀR.
        let leverages =
            Array.map2
                (fun w (row: float[]) ->
                    let turned = rInverse.LeftMultiply(Vector.Build.Dense row)
                    w * turned.DotProduct turned)
                p.Weights
                p.Rows

        {
            Coefficients = coefficients
            Leverages = leverages
            StandardErrors = errorsOf strength p (rInverse * rInverse.Transpose()) leverages coefficients
        }

    /// Errors of the prediction of each row by the fit to all others: e/(1 − h).
    let leaveOneOut (p: LinearProblem) (s: LinearSolution) : float[] =
        Array.map2 (fun e h -> e / (1.0 - h)) (residuals s.Coefficients p) s.Leverages
