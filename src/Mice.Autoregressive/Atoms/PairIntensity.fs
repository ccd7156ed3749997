namespace Mice.Autoregressive

open System
open Mice.Atoms
open Mice.Tensors

/// <summary>A cheap first model of the intensity: ln(λ₀/ρ) = a + Σ f(r, cos θ) over the atoms behind the pass, one term for each.</summary>
/// <remarks>r is the distance of a past atom, θ its angle from the backward axis of the pass. Uniform points that are kept with a probability near λ₀ lie
/// where atoms are likely. Their density is known, so results do not depend on how good λ₀ is; only the noise of results does.</remarks>
type PairIntensity =
    {
        /// The longest distance of a past atom that counts, Å.
        Cutoff: float
        /// a.
        Constant: float
        /// f at the centres of Radii · Angles cells in r and cos θ, row-major.
        Table: float[]
    }

/// Fitting and evaluating pair intensities.
[<RequireQualifiedAccess>]
module PairIntensity =
    /// Cells of the table in r.
    [<Literal>]
    let Radii = 256

    /// Cells of the table in cos θ.
    [<Literal>]
    let Angles = 32

    /// Keeps coefficients of functions that hardly vary small; per atom, in units where every function has a spread of 1.
    [<Literal>]
    let private Ridge = 1e-3

    /// f of weights, at the centres of the cells.
    let private tabulate (basis: DensityBasis) (columns: int[]) (weights: float[]) =
        Array.init (Radii * Angles) (fun i ->
            let r = (float (i / Angles) + 0.5) / float Radii * basis.Cutoff
            let c = (float (i % Angles) + 0.5) / float Angles
            let across = r * sqrt (1.0 - c * c)

            let displacement =
                match basis.Dimension with
                | 3 -> [| across; 0.0; -c * r |]
                | 2 -> [| across; -c * r |]
                | _ -> [| -r |]

            let functions = DensityBasis.evaluate basis displacement
            Seq.fold2 (fun sum column weight -> sum + functions[column] * weight) 0.0 columns weights)

    /// Some columns of the features of all points.
    let private pick size (columns: int[]) (parts: PassPoints[]) =
        let rows = parts |> Array.sumBy (fun p -> p.Rows)
        let chosen = Array.zeroCreate (rows * columns.Length)
        let mutable next = 0

        for part in parts do
            for row in 0 .. part.Rows - 1 do
                for column in columns do
                    chosen[next] <- part.Features[row * size + column]
                    next <- next + 1

        Tensor.ofArray [ rows; columns.Length ] chosen

    /// <summary>Fits a pair intensity to atoms and uniform noise by logistic regression.</summary>
    /// <param name="basis">The functions that the features belong to.</param>
    /// <param name="offset">ln(ν/ρ) of the density ν of the noise.</param>
    /// <param name="atoms">What atoms see; one row or more.</param>
    /// <param name="noise">What noise points see.</param>
    let fit (basis: DensityBasis) (offset: float) (atoms: PassPoints[]) (noise: PassPoints[]) : PairIntensity =
        let size = DensityBasis.size basis
        let columns = DensityBasis.axialColumns basis

        Tensor.scope (fun () ->
            let raw = Tensor.cat 0 [ pick size columns atoms; pick size columns noise ]
            let n = atoms |> Array.sumBy (fun p -> p.Rows)
            let spread = Tensor.stdOver [ 0 ] 0 raw + 1e-3
            let mean = Tensor.meanOver [ 0 ] raw
            let inputs = (raw - mean) / spread

            let objective (parameters: Params) =
                let weights = Params.tensor "weights" parameters
                let z = Tensor.matmul inputs weights + Params.tensor "constant" parameters
                NoiseContrast.loss n z + Ridge * Tensor.sum (weights * weights)

            let start =
                Params.node
                    [
                        "weights", Params.Leaf(Tensor.zeros Kind.float32 [ columns.Length ])
                        "constant", Params.Leaf(Tensor.zeros Kind.float32 [])
                    ]

            let found =
                Lbfgs.minimise
                    { LbfgsOptions.defaults with
                        Iterations = 100
                        GradientTolerance = 1e-4
                    }
                    objective
                    start

            let scaled = Params.tensor "weights" found.Parameters / spread
            let shift = Tensor.sum (scaled * mean) |> Tensor.item

            {
                Cutoff = basis.Cutoff
                Constant = Tensor.item (Params.tensor "constant" found.Parameters) - shift + offset
                Table = tabulate basis columns (Tensor.toFloats scaled)
            })

    /// <summary>λ₀/ρ at one of the points of a table of past atoms.</summary>
    /// <param name="pair">The model.</param>
    /// <param name="normal">The direction of the pass at the point; [3], of length 1.</param>
    /// <param name="table">The atoms behind it, within the cut-off at least.</param>
    /// <param name="point">Which point of the table.</param>
    let ratio (pair: PairIntensity) (normal: ReadOnlySpan<float>) (table: NeighbourTable) (point: int) : float =
        let mutable sum = pair.Constant

        for e in table.Offsets[point] .. table.Offsets[point + 1] - 1 do
            let square = table.SquaredDistances[e]

            if square > 1e-18 && square < pair.Cutoff * pair.Cutoff then
                let r = sqrt square
                let d = table.Displacements

                let projection =
                    normal[0] * d[3 * e] + normal[1] * d[3 * e + 1] + normal[2] * d[3 * e + 2]

                let row = min (Radii - 1) (int (r / pair.Cutoff * float Radii))
                let column = max 0 (min (Angles - 1) (int (-projection / r * float Angles)))
                sum <- sum + pair.Table[row * Angles + column]

        exp sum
