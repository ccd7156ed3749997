namespace Mice.Information

open MathNet.Numerics.LinearAlgebra
open Mice
open Mice.Tensors

/// <summary>The log density ratio of a Gaussian with the covariances of a sample, as a critic or as the fixed term of one.</summary>
/// <remarks>With canonical variables aᵢ, bᵢ of unit variance and canonical correlations rᵢ,
/// T(x, y) = Σᵢ [rᵢ aᵢ bᵢ − ½ rᵢ² (aᵢ² + bᵢ²)]/(1 − rᵢ²) − ½ ln(1 − rᵢ²). Source: H. Hotelling, Biometrika 28, 321 (1936).</remarks>
type internal GaussianTerm =
    private
        {
            /// Canonical variables of X, [d_x; m], and of Y, [d_y; m].
            LoadingsX: Tensor
            LoadingsY: Tensor
            MeansX: Tensor
            MeansY: Tensor
            Correlations: float[]
        }

    /// Canonical correlations above the noise, largest first.
    member term.Canonical = Array.copy term.Correlations

/// Fitting and using Gaussian terms.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module internal GaussianTerm =
    /// Columns of X and Y together beyond which decompositions cost more than they give.
    [<Literal>]
    let MostColumns = 400

    /// Added to variances, relative to them, so that columns that depend on each other do no harm.
    [<Literal>]
    let private Ridge = 1e-6

    /// <summary>Largest squared canonical correlation of N independent rows with p and q columns as N grows with them:
    /// [√(p(N − q)) + √(q(N − p))]²/N². Source: K. W. Wachter, Ann. Stat. 8, 937 (1980).</summary>
    let internal noiseEdge (p: int) (q: int) (n: int) : float =
        if p + q >= n then
            1.0
        else
            let p, q, n = float p, float q, float n
            let root = sqrt (p * (n - q)) + sqrt (q * (n - p))
            root * root / (n * n)

    let private centred (sample: Sample) =
        let means =
            Vector<float>.Build.Dense(sample.Columns, fun c -> Sample.column c sample |> Statistics.mean)

        let matrix =
            Matrix<float>
                .Build.Dense(sample.Rows, sample.Columns, fun i j -> sample.Values[i * sample.Columns + j] - means[j])

        struct (matrix, means)

    let private covariance (a: Matrix<float>) (b: Matrix<float>) =
        a.TransposeThisAndMultiply b / float a.RowCount

    /// The lower factor of a covariance matrix.
    let private factor (a: Matrix<float>) =
        let own = covariance a a
        let diagonal = own.Diagonal() * (1.0 + Ridge) + 1e-12
        own.SetDiagonal diagonal
        own.Cholesky().Factor

    let private tensor (matrix: Matrix<float>) =
        matrix.ToRowMajorArray()
        |> Array.map float32
        |> Tensor.ofArray [ matrix.RowCount; matrix.ColumnCount ]

    let private row (values: Vector<float>) = tensor (values.ToRowMatrix())

    let private none (x: Sample) (y: Sample) =
        {
            LoadingsX = Tensor.zeros Kind.float32 [ x.Columns; 0 ]
            LoadingsY = Tensor.zeros Kind.float32 [ y.Columns; 0 ]
            MeansX = Tensor.zeros Kind.float32 [ 1; x.Columns ]
            MeansY = Tensor.zeros Kind.float32 [ 1; y.Columns ]
            Correlations = [||]
        }

    /// <summary>Canonical correlations of a sample; those that independent columns would show as well are left out.</summary>
    /// <param name="x">X, [N; d_x].</param>
    /// <param name="y">Y, [N; d_y]. Without correlations above the noise, and beyond MostColumns columns, the term is 0.</param>
    let fit (x: Sample) (y: Sample) : GaussianTerm =
        let edge = noiseEdge x.Columns y.Columns x.Rows

        if x.Columns + y.Columns > MostColumns || edge >= 1.0 then
            none x y
        else
            let struct (a, meansX) = centred x
            let struct (b, meansY) = centred y
            let left, right = factor a, factor b
            // L_x⁻¹ S_xy L_y⁻ᵀ
            let whitened = right.Solve((left.Solve(covariance a b)).Transpose()).Transpose()
            let svd = whitened.Svd true

            let correlations =
                svd.S.ToArray() |> Array.filter (fun r -> r * r > edge) |> Array.map (min 0.999999)

            if correlations.Length = 0 then
                none x y
            else
                let kept = correlations.Length
                let u = svd.U.SubMatrix(0, x.Columns, 0, kept)
                let v = svd.VT.SubMatrix(0, kept, 0, y.Columns).Transpose()

                {
                    LoadingsX = tensor (left.Transpose().Solve u)
                    LoadingsY = tensor (right.Transpose().Solve v)
                    MeansX = row meansX
                    MeansY = row meansY
                    Correlations = correlations
                }

    let private vector (device: Device) (values: float[]) =
        values |> Array.map float32 |> Tensor.ofArray [ 1; values.Length ] |> Tensor.onto device

    /// T as a product of features: [c a; −½ Σ d a²; 1] and [b; 1; −½ Σ d b² − ½ Σ ln(1 − r²)], c = r/(1 − r²), d = r²/(1 − r²).
    let private features (term: GaussianTerm) =
        let ratio power =
            term.Correlations |> Array.map (fun r -> r ** power / (1.0 - r * r))

        let constant = term.Correlations |> Array.sumBy (fun r -> -0.5 * log (1.0 - r * r))

        let canonical (means: Tensor) (loadings: Tensor) (z: Tensor) =
            let z = Tensor.flatten 1 z
            Tensor.matmul (z - Tensor.onto z.Device means) (Tensor.onto z.Device loadings)

        let square (a: Tensor) =
            Tensor.sumKeeping [ 1 ] (Tensor.square a * vector a.Device (ratio 2.0)) * -0.5

        let ofX x =
            let a = canonical term.MeansX term.LoadingsX x
            let s = square a
            Tensor.cat 1 [ a * vector a.Device (ratio 1.0); s; Tensor.onesLike s ]

        let ofY y =
            let b = canonical term.MeansY term.LoadingsY y
            let s = square b
            Tensor.cat 1 [ b; Tensor.onesLike s; s + constant ]

        struct (ofX, ofY)

    /// <summary>The term as a critic without parameters.</summary>
    /// <param name="term">The term.</param>
    let critic (term: GaussianTerm) : Critic =
        let struct (ofX, ofY) = features term

        {
            Name = "Gaussian"
            Init = fun _ -> Params.empty
            EncodeX = fun _ _ x -> [| ofX x |]
            EncodeY = fun _ _ y -> [| ofY y |]
            PairSize = 1
            ScoreAll = fun _ u v -> Tensor.matmul u[0] (Tensor.transpose 0 1 v[0])
            ScorePairs = fun _ u v -> u[0] * v[0] |> Tensor.sumOver [ 1 ]
            Auxiliary = None
        }

    /// <summary>A critic that starts from the Gaussian and only learns what is not Gaussian.</summary>
    /// <param name="term">The term.</param>
    /// <param name="network">The critic to add it to.</param>
    let addTo (term: GaussianTerm) (network: Critic) : Critic =
        if term.Correlations.Length = 0 then
            network
        else
            let struct (ofX, ofY) = features term
            Critic.withFixedFeatures ofX ofY network
