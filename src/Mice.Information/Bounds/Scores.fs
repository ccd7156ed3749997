namespace Mice.Information

open Mice
open Mice.Tensors

/// <summary>Scores f(x, y) of a batch: on its joint pairs, and on product pairs, of which row i shares xᵢ.</summary>
/// <remarks>Made by <c>Scores.ofMatrix</c> or <c>Scores.ofPairs</c>. A joint pair is never among the product pairs: it would cap
/// every estimate near ln K (N. Letizia et al., NeurIPS 2024, arXiv:2305.20025).</remarks>
type Scores =
    private
        {
            JointScores: Tensor
            PartnerScores: Tensor
            IsMatrix: bool
            SecondScores: Tensor option
        }

    /// f(xᵢ, yᵢ), [n].
    member scores.Joint = scores.JointScores

    /// The second critic's value for each joint pair, [n], where the bound has one: ln a(xᵢ), u(xᵢ, yᵢ) or ln r(yᵢ).
    member scores.Auxiliary = scores.SecondScores

    /// Joint pairs, n.
    member scores.Count = scores.JointScores.Shape[0]

    /// Product pairs in each row.
    member scores.Partners =
        scores.PartnerScores.Shape[1] - (if scores.IsMatrix then 1 else 0)

/// A range of rows of the scores: what bounds are computed from. Excluded marks the joint pairs among the partners.
type internal ScoreRows =
    {
        Joint: Tensor
        Partners: Tensor
        Excluded: Tensor option
        Count: int
        Auxiliary: Tensor option
    }

/// Reductions over the partners of each row; the term is applied to the scores before.
[<RequireQualifiedAccess>]
module internal ScoreRows =
    let masked (value: float) (rows: ScoreRows) (x: Tensor) =
        match rows.Excluded with
        | Some mask -> Tensor.maskedFill mask value x
        | None -> x

    /// ln Σ_{j ≠ i} exp(term f_ij), [rows].
    let logSumExp (term: Tensor -> Tensor) (rows: ScoreRows) : Tensor =
        term rows.Partners |> masked -infinity rows |> Tensor.logsumexp [ 1 ]

    /// ln of the mean of exp f_ij over the partners of each row, [rows].
    let logMeanExp (rows: ScoreRows) : Tensor =
        logSumExp id rows - log (float rows.Count)

    /// Σ_{j ≠ i} term f_ij, [rows].
    let sum (term: Tensor -> Tensor) (rows: ScoreRows) : Tensor =
        term rows.Partners |> masked 0.0 rows |> Tensor.sumOver [ 1 ]

    /// ln(e^{f_ii} + Σ_{j ≠ i} e^{f_ij}), [rows].
    let logSumExpWithJoint (rows: ScoreRows) : Tensor =
        match rows.Excluded with
        | Some _ -> Tensor.logsumexp [ 1 ] rows.Partners
        | None -> Tensor.cat 1 [ Tensor.unsqueeze 1 rows.Joint; rows.Partners ] |> Tensor.logsumexp [ 1 ]

    /// True at the joint pair of each of the rows first … last − 1 of an n × n matrix, [last − first; n].
    let jointMask (device: Device) first last n =
        let all = Tensor.arange n |> Tensor.onto device
        Tensor.equal (Tensor.slice 0 first last 1 all |> Tensor.unsqueeze 1) (Tensor.unsqueeze 0 all)

    /// The rows first … of an n × n matrix, given as a block [rows; n].
    let ofBlock (auxiliary: Tensor option) first (block: Tensor) : ScoreRows =
        let rows, n = block.Shape[0], block.Shape[1]
        let last = first + rows

        {
            Joint = Tensor.slice 1 first last 1 block |> Tensor.diagonal
            Partners = block
            Excluded = Some(jointMask block.Device first last n)
            Count = n - 1
            Auxiliary = auxiliary |> Option.map (Tensor.slice 0 first last 1)
        }

/// Making scores.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Scores =
    let private bug message = raise (TensorException message)

    let private checkAuxiliary (joint: Tensor) (auxiliary: Tensor option) =
        match auxiliary with
        | Some second when second.Shape <> joint.Shape ->
            bug $"scores: the second critic gave {second} for joint scores {joint}"
        | _ -> ()

    /// <summary>All pairs of a batch: f(xᵢ, yⱼ) in row i, column j. The diagonal holds the joint pairs, all K(K − 1) others are
    /// product pairs.</summary>
    /// <param name="auxiliary">The second critic's values, [K], where the bound has one.</param>
    /// <param name="matrix">[K; K].</param>
    /// <exception cref="T:Mice.Tensors.TensorException">The shapes do not fit.</exception>
    let ofMatrix (auxiliary: Tensor option) (matrix: Tensor) : Scores =
        if matrix.Rank <> 2 || matrix.Shape[0] <> matrix.Shape[1] then
            bug $"scores of all pairs: {matrix} is not square"

        let joint = Tensor.diagonal matrix
        checkAuxiliary joint auxiliary

        {
            JointScores = joint
            PartnerScores = matrix
            IsMatrix = true
            SecondScores = auxiliary
        }

    /// <summary>Scores of joint pairs and of separately drawn product pairs.</summary>
    /// <param name="auxiliary">The second critic's values, [n], where the bound has one.</param>
    /// <param name="joint">f(xᵢ, yᵢ), [n].</param>
    /// <param name="product">[n; m]; row i holds f(xᵢ, y) for m values of y other than yᵢ.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">The shapes do not fit.</exception>
    let ofPairs (auxiliary: Tensor option) (joint: Tensor) (product: Tensor) : Scores =
        if joint.Rank <> 1 || product.Rank <> 2 || product.Shape[0] <> joint.Shape[0] then
            bug $"scores of pairs: joint {joint} with product {product}; [n] with [n; m] are needed"

        checkAuxiliary joint auxiliary

        {
            JointScores = joint
            PartnerScores = product
            IsMatrix = false
            SecondScores = auxiliary
        }

    /// <summary>f(xᵢ, y) for all product pairs, [n; m]; the diagonal of a matrix is left out, so m = K − 1.</summary>
    /// <param name="scores">The scores.</param>
    let product (scores: Scores) : Tensor =
        if not scores.IsMatrix then
            scores.PartnerScores
        else
            let n = scores.Count
            // Row-major, the n² − 1 numbers after the first are n − 1 runs of n off-diagonal ones and one diagonal one.
            let flat = Tensor.reshape [ -1 ] scores.PartnerScores |> Tensor.slice 0 1 (n * n) 1

            Tensor.reshape [ n - 1; n + 1 ] flat |> Tensor.slice 1 0 n 1 |> Tensor.reshape [ n; n - 1 ]

    /// <summary>Scores with the same values that derivatives treat as constants.</summary>
    /// <param name="scores">The scores.</param>
    let detach (scores: Scores) : Scores =
        { scores with
            JointScores = Tensor.detach scores.JointScores
            PartnerScores = Tensor.detach scores.PartnerScores
            SecondScores = Option.map Tensor.detach scores.SecondScores
        }

    /// <summary>Another critic f(yᵢ, xⱼ) from the same scores: rows become columns. Pairs stay as they are: there, row i
    /// must hold product pairs that share what the bound holds fixed.</summary>
    /// <param name="scores">The scores.</param>
    let transpose (scores: Scores) : Scores =
        if scores.IsMatrix then
            { scores with
                PartnerScores = Tensor.transpose 0 1 scores.PartnerScores
            }
        else
            scores

    let internal rows (scores: Scores) : ScoreRows =
        {
            Joint = scores.JointScores
            Partners = scores.PartnerScores
            Excluded =
                if scores.IsMatrix then
                    Some(ScoreRows.jointMask scores.PartnerScores.Device 0 scores.Count scores.Count)
                else
                    None
            Count = scores.Partners
            Auxiliary = scores.SecondScores
        }

/// Permutations without fixed points: they turn joint pairs into product pairs.
[<RequireQualifiedAccess>]
module internal Derangement =
    /// <summary>i → i + shift modulo n.</summary>
    /// <param name="shift">Not a multiple of n.</param>
    /// <param name="n">2 or more.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">The shift would leave every pair in place.</exception>
    let roll (shift: int) (n: int) : int[] =
        if n < 2 || shift % n = 0 then
            raise (TensorException $"a roll of {n} by {shift} has fixed points")

        Array.init n (fun i -> (i + shift % n + n) % n)

    /// <summary>A random permutation that is one cycle through all n, so that nothing stays in place; every such cycle is
    /// equally likely. Source: S. Sattolo, Inf. Process. Lett. 22, 315 (1986).</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="n">2 or more.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">n is below 2.</exception>
    let cycle (key: Key) (n: int) : int[] =
        if n < 2 then
            raise (TensorException $"a permutation of {n} has fixed points")

        let generator = Key.generator key
        let order = Array.init n id

        for i in n - 1 .. -1 .. 1 do
            let j = generator.NextInt i
            let held = order[i]
            order[i] <- order[j]
            order[j] <- held

        order
