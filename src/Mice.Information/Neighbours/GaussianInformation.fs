namespace Mice.Information

open System
open System.Numerics
open Mice

/// Mutual information of variables that are jointly Gaussian, or would be after a monotone map of each column.
[<RequireQualifiedAccess>]
module GaussianInformation =
    /// Blocks of the jackknife.
    [<Literal>]
    let private BlockCount = 20

    /// ln det of the leading block [first, first + size) of a symmetric matrix by Cholesky; None when it is singular.
    let private logDeterminant (matrix: float[,]) (first: int) (size: int) : float option =
        let factor = Array2D.zeroCreate size size
        let mutable sum = 0.0
        let mutable regular = true

        for j in 0 .. size - 1 do
            let mutable pivot = matrix[first + j, first + j]

            for l in 0 .. j - 1 do
                pivot <- pivot - factor[j, l] * factor[j, l]

            // Relative to the variance, what rounding leaves of a dependent column.
            if not (pivot > 1e-12 * matrix[first + j, first + j]) then
                regular <- false

            let root = sqrt pivot
            factor[j, j] <- root
            sum <- sum + log pivot

            for i in j + 1 .. size - 1 do
                let mutable value = matrix[first + i, first + j]

                for l in 0 .. j - 1 do
                    value <- value - factor[i, l] * factor[j, l]

                factor[i, j] <- value / root

        if regular then Some sum else None

    let private dot (a: float[]) (b: float[]) =
        let mutable lanes = Vector<float>.Zero
        let mutable i = 0

        while i + Vector<float>.Count <= a.Length do
            lanes <- lanes + Vector<float>(a, i) * Vector<float>(b, i)
            i <- i + Vector<float>.Count

        let mutable sum = Vector.Sum lanes

        while i < a.Length do
            sum <- sum + a[i] * b[i]
            i <- i + 1

        sum

    /// Sums of squares and products of centred columns over some rows, [d; d].
    let private scatter (sample: Sample) (rows: int[]) : float[,] =
        let centred =
            Array.init sample.Columns (fun c ->
                let values = rows |> Array.map (fun row -> sample.Values[row * sample.Columns + c])
                let mean = Statistics.mean values
                values |> Array.map (fun x -> x - mean))

        let products = Array2D.zeroCreate sample.Columns sample.Columns

        for i in 0 .. sample.Columns - 1 do
            for j in 0..i do
                products[i, j] <- dot centred[i] centred[j]
                products[j, i] <- products[i, j]

        products

    /// E ½ ln det of a Wishart matrix of n degrees of freedom and unit scale, up to what cancels: ½ Σ ψ((n + 1 − i)/2).
    let private wishart (freedom: int) (size: int) =
        0.5 * (Seq.init size (fun i -> Polygamma.digamma (0.5 * float (freedom - i))) |> Seq.sum)

    /// The estimate from some rows of the joint sample, whose first columns are X; None when a matrix is singular.
    let private value (columns: int) (joint: Sample) (rows: int[]) : float option =
        let matrix = scatter joint rows
        let others = joint.Columns - columns
        let freedom = rows.Length - 1

        match
            logDeterminant matrix 0 columns, logDeterminant matrix columns others, logDeterminant matrix 0 joint.Columns
        with
        | Some x, Some y, Some xy ->
            let bias =
                wishart freedom columns + wishart freedom others - wishart freedom joint.Columns

            Some(0.5 * (x + y - xy) - bias)
        | _ -> None

    let private tooFew (x: Sample) (y: Sample) =
        let needed = x.Columns + y.Columns + 2 + (x.Columns + y.Columns + 2) / 10

        [
            if x.Rows = y.Rows && x.Rows < needed then
                MiceError.TooFewData("rows", x.Rows, needed, "Covariances need more rows than X and Y have columns.")
        ]

    let private singular (x: Sample) (y: Sample) =
        let given = $"singular ({x.Columns} and {y.Columns} columns)"

        Error
            [
                MiceError.OutOfRange("the covariance of X and Y", given, "columns that are linearly independent")
            ]

    /// The checks, the value, and the jackknife over blocks for a statistic of some rows.
    let private estimate (direction: Direction) (x: Sample) (y: Sample) (statistic: Sample -> int[] -> float option) =
        match Sample.jointFaults [ "X", x; "Y", y ] @ tooFew x y with
        | [] ->
            let joint = Sample.join x y
            let all = Array.init joint.Rows id

            match statistic joint all with
            | None -> singular x y
            | Some value ->
                let error =
                    Blocks.jackknife BlockCount joint.Rows (fun first last ->
                        Array.append all[.. first - 1] all[last..] |> statistic joint |> Option.defaultValue nan)

                Ok(Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) direction)
        | faults -> Error faults

    /// <summary>I = ½ ln(det S_XX det S_YY/det S) in nats, less its exact bias for Gaussian data,
    /// ½ Σ over the three matrices of ± Σᵢ ψ((N − i)/2), i = 1 … d (about d_x d_y/(2N)). Unbiased for jointly Gaussian data
    /// of any N; for other data with the same covariance it can be too low or too high. Source: N. Misra, H. Singh,
    /// E. Demchuk, J. Multivar. Anal. 92, 324 (2005).</summary>
    /// <remarks>The error is the jackknife over 20 contiguous blocks of rows: covariances change smoothly with the rows, and
    /// a block jackknife assumes neither Gaussian data nor independent rows.</remarks>
    /// <param name="x">X, [N; d_x], N at least 50 and a tenth above d_x + d_y + 2.</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <returns>Mismatch of row counts, TooFewData, or OutOfRange for NaN, infinite numbers, constant or linearly dependent
    /// columns.</returns>
    let mutualInformation (x: Sample) (y: Sample) : Result<Estimate<nat>, MiceError list> =
        estimate Direction.NoBound x y (value x.Columns)

    /// <summary>Mutual information of a Gaussian copula: the estimate of <c>mutualInformation</c> after every column was replaced by its normal scores
    /// Φ⁻¹(rank/(N + 1)). Exact for Gaussian copulas with any margins, and unchanged by strictly increasing maps of single columns. For two variables of one
    /// column each the value is a lower bound, whatever their law: among laws with normal margins and a given correlation the Gaussian has the largest joint
    /// entropy. Source: R. A. A. Ince et al., Hum. Brain Mapp. 38, 1541 (2017), doi:10.1002/hbm.23471.</summary>
    /// <remarks>Rows of equal value share their mean rank. Ranks are taken anew for every block of the jackknife.</remarks>
    /// <param name="x">X, [N; d_x], N at least 50 and a tenth above d_x + d_y + 2.</param>
    /// <param name="y">Y, [N; d_y].</param>
    /// <returns>Faults as for <c>mutualInformation</c>.</returns>
    let copula (x: Sample) (y: Sample) : Result<Estimate<nat>, MiceError list> =
        let direction =
            if x.Columns = 1 && y.Columns = 1 then
                Direction.LowerBound
            else
                Direction.NoBound

        estimate direction x y (fun joint rows ->
            let scores = joint |> Sample.choose rows |> Sample.normalScores
            value x.Columns scores (Array.init scores.Rows id))
