namespace Mice.Tensors

/// Linear algebra on matrices, and on batches of them in the last two axes. A singular or non-positive matrix is a
/// TensorException.
[<RequireQualifiedAccess>]
module Linalg =

    let private linalg name = op ("linalg_" + name)

    let private opInverse, opSolve, opCholesky =
        linalg "inv", linalg "solve", linalg "cholesky"

    let private opDet, opSlogdet, opEigh = linalg "det", linalg "slogdet", linalg "eigh"
    let private opSvd, opQr = linalg "svd", linalg "qr"

    let private square (name: string) (x: Tensor) =
        let shape = x.Shape

        if shape.Length < 2 || shape[shape.Length - 1] <> shape[shape.Length - 2] then
            raise (TensorException $"{name} of {x}: the matrix must be square.")

    let private two op args =
        match Operator.callMany op args with
        | [| a; b |] -> struct (a, b)
        | other -> raise (TensorException $"{op.ShortName}: returned {other.Length} tensors instead of 2")

    /// A⁻¹.
    let inverse (a: Tensor) : Tensor =
        square "inverse" a
        Operator.call opInverse [| Arg.tensor a |]

    /// The x with A x = b; b [n] or [n; k].
    let solve (a: Tensor) (b: Tensor) : Tensor =
        square "solve" a
        Tensor.Binary(opSolve, a, b)

    /// The lower triangular L with L Lᵀ = A, A symmetric and positive definite.
    let cholesky (a: Tensor) : Tensor =
        square "cholesky" a
        Operator.call opCholesky [| Arg.tensor a |]

    /// Determinant.
    let det (a: Tensor) : Tensor =
        square "det" a
        Operator.call opDet [| Arg.tensor a |]

    /// Sign and logarithm of the absolute value of the determinant.
    let slogdet (a: Tensor) : struct (Tensor * Tensor) =
        square "slogdet" a
        two opSlogdet [| Arg.tensor a |]

    /// Eigenvalues, smallest first, and eigenvectors (columns) of a symmetric matrix.
    let eigh (a: Tensor) : struct (Tensor * Tensor) =
        square "eigh" a
        two opEigh [| Arg.tensor a; Arg.Text "L" |]

    /// U, singular values (largest first) and Vᵀ with A = U diag(s) Vᵀ; A [n; m], U [n; k], Vᵀ [k; m], k = min(n, m).
    let svd (a: Tensor) : struct (Tensor * Tensor * Tensor) =
        match Operator.callMany opSvd [| Arg.tensor a; Arg.Bool false |] with
        | [| u; s; vt |] -> struct (u, s, vt)
        | other -> raise (TensorException $"svd: returned {other.Length} tensors instead of 3")

    /// Q with orthonormal columns and upper triangular R with A = Q R.
    let qr (a: Tensor) : struct (Tensor * Tensor) =
        two opQr [| Arg.tensor a; Arg.Text "reduced" |]
