namespace Mice.Tensors

open TorchSharp

/// Linear algebra on matrices, and on batches of them in the last two axes. A singular or non-positive matrix is a
/// TensorException.
[<RequireQualifiedAccess>]
module Linalg =

    let private square (name: string) (x: Tensor) =
        let shape = x.Shape

        if shape.Length < 2 || shape[shape.Length - 1] <> shape[shape.Length - 2] then
            raise (TensorException $"{name} of {x}: the matrix must be square.")

    /// A⁻¹.
    let inverse (a: Tensor) : Tensor =
        square "inverse" a
        unary "linalg_inv" torch.linalg.inv a

    /// The x with A x = b; b [n] or [n; k].
    let solve (a: Tensor) (b: Tensor) : Tensor =
        square "solve" a
        binary "linalg_solve" (fun s t -> torch.linalg.solve (s, t, true)) a b

    /// The lower triangular L with L Lᵀ = A, A symmetric and positive definite.
    let cholesky (a: Tensor) : Tensor =
        square "cholesky" a
        unary "linalg_cholesky" torch.linalg.cholesky a

    /// Determinant.
    let det (a: Tensor) : Tensor =
        square "det" a
        unary "linalg_det" torch.linalg.det a

    /// Sign and logarithm of the absolute value of the determinant.
    let slogdet (a: Tensor) : struct (Tensor * Tensor) =
        square "slogdet" a
        couple "linalg_slogdet" a torch.linalg.slogdet

    /// Eigenvalues, smallest first, and eigenvectors (columns) of a symmetric matrix.
    let eigh (a: Tensor) : struct (Tensor * Tensor) =
        square "eigh" a
        couple "linalg_eigh" a (fun t -> torch.linalg.eigh (t, 'L'))

    /// U, singular values (largest first) and Vᵀ with A = U diag(s) Vᵀ; A [n; m], U [n; k], Vᵀ [k; m], k = min(n, m).
    let svd (a: Tensor) : struct (Tensor * Tensor * Tensor) =
        let factors () =
            let struct (u, s, vt) = torch.linalg.svd (a.Native, false)
            [| u; s; vt |]

        match several "linalg_svd" [ a ] factors with
        | [| u; s; vt |] -> struct (u, s, vt)
        | _ -> invalidOp "three factors became another number"

    /// Q with orthonormal columns and upper triangular R with A = Q R.
    let qr (a: Tensor) : struct (Tensor * Tensor) =
        couple "linalg_qr" a (fun t -> torch.linalg.qr (t, torch.linalg.QRMode.Reduced))
