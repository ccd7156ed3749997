namespace Mice.Rsmi

open MathNet.Numerics.LinearAlgebra
open Mice

/// <summary>Principal components of many filters: the directions that they lie in, whatever their signs.</summary>
type FilterEnsemble =
    {
        /// How many filters.
        Count: int
        /// Share of each principal component in the filters, largest first: eigenvalues of ⟨Λ Λᵀ⟩ of filters of length 1, which add up to 1.
        Spectrum: Estimate<1>[]
        /// The principal components, each of length 1, [components][v].
        Components: float[][]
    }

/// Principal components of filters.
[<RequireQualifiedAccess>]
module FilterEnsemble =
    [<Literal>]
    let private Resamples = 100

    let private moments (filters: float[][]) : Matrix<float> =
        let all = Matrix<float>.Build.DenseOfRowArrays filters
        (all.TransposeThisAndMultiply all) / float filters.Length

    /// Eigenvalues and eigenvectors, largest first.
    let private solved (filters: float[][]) : struct (float[] * float[][]) =
        let found = (moments filters).Evd Symmetricity.Symmetric
        let values = found.EigenValues.Real().ToArray()
        let vectors = found.EigenVectors.ToColumnArrays()
        struct (Array.rev values, Array.rev vectors)

    /// <summary>The principal components of filters. Errors are from resampled groups of filters.</summary>
    /// <param name="key">Randomness of the resampling.</param>
    /// <param name="groups">Filters of length 1 of each seed, one seed or more, [seeds][filters][v].</param>
    let create (key: Key) (groups: float[][][]) : FilterEnsemble =
        let filters = Array.concat groups
        let struct (values, vectors) = solved filters
        let generator = Key.generator (Key.named "ensemble" key)

        let resampled =
            Array.init Resamples (fun _ ->
                let struct (values, _) =
                    Array.init groups.Length (fun _ -> groups[generator.NextInt groups.Length])
                    |> Array.concat
                    |> solved

                values)

        {
            Count = filters.Length
            Spectrum =
                values
                |> Array.mapi (fun i value ->
                    let spread = resampled |> Array.map (Array.item i) |> Statistics.variance |> sqrt
                    Estimate.create (max 0.0 value) spread Direction.NoBound)
            Components = vectors
        }
