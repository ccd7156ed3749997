namespace Mice.Samplers

open System
open MathNet.Numerics.LinearAlgebra
open Mice

/// The XY ferromagnet at low temperature: E ≈ E₀ + ½ Σ_k λ_k |θ_k|² with λ_k = 2J(2 − cos k_x − cos k_y) + H, J > 0, H ≥ 0.
/// Good while angles between neighbours are small: no vortices, T well below J (or below H). The relative error of
/// entropies is of order T/J.
[<RequireQualifiedAccess>]
module XYHarmonic =
    let private faults (model: XYModel) =
        [
            yield! XYModel.faults model

            if not (model.Coupling > 0.0) then
                MiceError.OutOfRange("coupling", string model.Coupling, "above 0 in the harmonic approximation")

            if not (model.Field >= 0.0) then
                MiceError.OutOfRange("field", string model.Field, "0 or more in the harmonic approximation")
        ]

    /// λ of the mode with the given wave numbers.
    let private stiffness (model: XYModel) row column =
        let wave n side =
            cos (2.0 * Math.PI * float n / float side)

        2.0 * model.Coupling * (2.0 - wave row model.Rows - wave column model.Columns) + model.Field

    let private modes (model: XYModel) =
        [|
            for row in 0 .. model.Rows - 1 do
                for column in 0 .. model.Columns - 1 do
                    if row + column > 0 then
                        struct (row, column)
        |]

    /// <summary>Entropy per site of a torus in the harmonic approximation,
    /// s = (1/N) [½ Σ_{k ≠ 0} ln(2πeT/λ_k) + ½ ln N + S_Θ]. The uniform mode √N Θ is kept as the angle that it is: Θ is a
    /// von Mises angle with κ = NH/T, S_Θ = ln 2π at H = 0 and ½ ln(2πeT/NH) for NH ≫ T.</summary>
    /// <param name="model">The model, J > 0 and H ≥ 0.</param>
    /// <returns>Nats per site relative to dθ, or the faults of the model.</returns>
    let entropyPerSite (model: XYModel) : Result<float<nat / site>, MiceError list> =
        match faults model with
        | [] ->
            let n = float (XYModel.sites model)

            let waves =
                modes model
                |> Array.sumBy (fun (struct (row, column)) ->
                    0.5 * log (2.0 * Math.PI * Math.E * model.Temperature / stiffness model row column))

            let uniform = 0.5 * log n + VonMises.entropy (n * model.Field / model.Temperature)

            Ok(LanguagePrimitives.FloatWithMeasure((waves + uniform) / n))
        | found -> Error found

    /// Σ_{k ≠ 0} (T/N) cos(k·r)/λ_k for r = (row, column), the covariance of angles less that of the uniform mode,
    /// [rows][columns]. Both axes are even in k, so the cosine of the sum is a product, summed one axis at a time.
    let private covariances (model: XYModel) =
        let rows, columns = model.Rows, model.Columns

        let wave side =
            Array.init side (fun n -> cos (2.0 * Math.PI * float n / float side))

        let rowWave, columnWave = wave rows, wave columns

        let inverse =
            Array2D.init rows columns (fun p q -> if p + q = 0 then 0.0 else 1.0 / stiffness model p q)

        let half =
            Array2D.init rows columns (fun p c ->
                Seq.init columns (fun q -> inverse[p, q] * columnWave[q * c % columns]) |> Seq.sum)

        Array2D.init rows columns (fun r c ->
            let sum = Seq.init rows (fun p -> half[p, c] * rowWave[p * r % rows]) |> Seq.sum
            model.Temperature * sum / float (rows * columns))

    /// Entropy of the angles of some sites. With a field they are Gaussian. Without one their common angle is uniform and
    /// the differences from the first site are Gaussian: a change of variables with unit Jacobian, free of the uniform mode.
    let private blockEntropy (model: XYModel) (covariance: float[,]) (block: int[]) =
        let between i j =
            let rows = abs (i / model.Columns - j / model.Columns)
            let columns = abs (i % model.Columns - j % model.Columns)
            covariance[rows, columns]

        let gaussian (matrix: float[,]) =
            let logDeterminant =
                if matrix.Length = 0 then
                    0.0
                else
                    (Matrix.Build.DenseOfArray matrix).Cholesky().DeterminantLn

            0.5 * (float (matrix.GetLength 0) * log (2.0 * Math.PI * Math.E) + logDeterminant)

        let n = block.Length

        if model.Field > 0.0 then
            let uniform = model.Temperature / (model.Field * float (XYModel.sites model))

            gaussian (Array2D.init n n (fun a b -> between block[a] block[b] + uniform))
        else
            let first = block[0]

            let difference a b =
                let i, j = block[a + 1], block[b + 1]
                between i j - between i first - between first j + between first first

            log (2.0 * Math.PI) + gaussian (Array2D.init (n - 1) (n - 1) difference)

    /// <summary>Mutual information of two blocks of sites in the harmonic approximation. With a field
    /// I = ½ ln(det C_A det C_B / det C_AB), C the covariances of the angles, at any T alike; it needs NH ≫ T, since the
    /// uniform mode is then Gaussian. Without a field every block has a common angle, uniform on the circle, and Gaussian
    /// differences: I = ln 2π − ½ ln 2πe + ½ ln(det D_A det D_B / det D_AB), D the covariances of the differences from
    /// one site of the block, which grows as ½ ln(1/T).</summary>
    /// <param name="model">The model, J > 0 and H ≥ 0.</param>
    /// <param name="a">Sites of one block, one or more, each once.</param>
    /// <param name="b">Sites of the other, none of them in a.</param>
    /// <returns>Nats, or what is wrong with the model or the blocks.</returns>
    let mutualInformation (model: XYModel) (a: int[]) (b: int[]) : Result<float<nat>, MiceError list> =
        let both = Array.append a b

        let found =
            [
                yield! faults model

                if Array.isEmpty a || Array.isEmpty b then
                    MiceError.TooFewData("sites of a block", 0, 1, "Give each block a site.")

                for site in both do
                    if site < 0 || site >= XYModel.sites model then
                        MiceError.OutOfRange("site", string site, $"0 to {XYModel.sites model - 1}")

                if (Array.distinct both).Length < both.Length then
                    MiceError.OutOfRange("sites", "named twice", "each site in one of the blocks, once")
            ]

        if List.isEmpty found then
            let entropy = blockEntropy model (covariances model)
            Ok(LanguagePrimitives.FloatWithMeasure(entropy a + entropy b - entropy both))
        else
            Error found
