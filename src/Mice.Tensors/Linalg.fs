namespace Mice.Tensors

/// Linear algebra on matrices, and on batches of them in the last two axes. A singular or non-positive matrix is a
/// TensorException.
[<RequireQualifiedAccess>]
module Linalg =

    let private op name = Operator("aten::linalg_" + name, "")
    let inline private handle (x: Tensor) = Arg.Handle x.Handle

    let private opInverse, opSolve, opCholesky = op "inv", op "solve", op "cholesky"
    let private opDet, opSlogdet, opEigh = op "det", op "slogdet", op "eigh"
    let private opSvd, opQr = op "svd", op "qr"

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
        Operator.call opInverse [| handle a |]

    /// The x with A x = b; b [n] or [n; k].
    let solve (a: Tensor) (b: Tensor) : Tensor =
        square "solve" a
        Tensor.Binary(opSolve, a, b)

    /// The lower triangular L with L Lᵀ = A, A symmetric and positive definite.
    let cholesky (a: Tensor) : Tensor =
        square "cholesky" a
        Operator.call opCholesky [| handle a |]

    /// Determinant.
    let det (a: Tensor) : Tensor =
        square "det" a
        Operator.call opDet [| handle a |]

    /// Sign and logarithm of the absolute value of the determinant.
    let slogdet (a: Tensor) : struct (Tensor * Tensor) =
        square "slogdet" a
        two opSlogdet [| handle a |]

    /// Eigenvalues, smallest first, and eigenvectors (columns) of a symmetric matrix.
    let eigh (a: Tensor) : struct (Tensor * Tensor) =
        square "eigh" a
        two opEigh [| handle a; Arg.Text "L" |]

    /// U, singular values (largest first) and Vᵀ with A = U diag(s) Vᵀ; A [n; m], U [n; k], Vᵀ [k; m], k = min(n, m).
    let svd (a: Tensor) : struct (Tensor * Tensor * Tensor) =
        match Operator.callMany opSvd [| handle a; Arg.Bool false |] with
        | [| u; s; vt |] -> struct (u, s, vt)
        | other -> raise (TensorException $"svd: returned {other.Length} tensors instead of 3")

    /// Q with orthonormal columns and upper triangular R with A = Q R.
    let qr (a: Tensor) : struct (Tensor * Tensor) =
        two opQr [| handle a; Arg.Text "reduced" |]
