namespace Mice.Alloys

open Mice

/// How strongly interactions are held small.
[<RequireQualifiedAccess>]
type FitStrength =
    /// λ, above 0.
    | Fixed of float
    /// The λ of the lowest cross-validation error out of 41 on a logarithmic grid over ten decades (ridge) or four (LASSO).
    | CrossValidated

/// How interactions are found. That of no site, the mean of the energies, is never held small.
[<RequireQualifiedAccess>]
type FitMethod =
    /// Σ w (e − X·J)² is least.
    | LeastSquares
    /// Σ w (e − X·J)² + λ Σ J² is least.
    | Ridge of FitStrength
    /// ½ Σ w (e − X·J)²/n + λ Σ |J| is least; many interactions are 0.
    | Lasso of FitStrength
    /// Each interaction has a prior of its own width, and the evidence is largest; many interactions are 0.
    | RelevanceDetermination

/// How predictions are tested.
[<RequireQualifiedAccess>]
type CrossValidation =
    /// Each structure is predicted by a fit to all others; in closed form for least squares and ridge. The other methods fit as many times as there are
    /// structures: from some hundred structures on choose folds.
    | LeaveOneOut
    /// The structures are dealt into so many parts at random; each part is predicted by a fit to the others.
    | Folds of int

/// How much the structures count.
[<RequireQualifiedAccess>]
type FitWeights =
    /// All the same.
    | Uniform
    /// exp(−d/width) for a structure d above the convex hull of the set; width in eV per site. Stable structures are fitted best.
    | NearHull of float

/// How interactions are fitted. Start from EciFitOptions.defaults.
type EciFitOptions =
    {
        /// The method.
        Method: FitMethod
        /// How the cross-validation error is found, and strengths are chosen.
        Validation: CrossValidation
        /// How much the structures count; the weights are scaled to a mean of 1.
        Weights: FitWeights
    }

/// Defaults and checks of the options.
[<RequireQualifiedAccess>]
module EciFitOptions =
    /// Relevance determination, tested by leaving one out, all structures alike.
    let defaults: EciFitOptions =
        {
            Method = FitMethod.RelevanceDetermination
            Validation = CrossValidation.LeaveOneOut
            Weights = FitWeights.Uniform
        }

    /// <summary>What stands against options.</summary>
    /// <param name="structures">Structures of the set.</param>
    /// <param name="o">The options.</param>
    let faults (structures: int) (o: EciFitOptions) : MiceError list =
        [
            match o.Method with
            | FitMethod.Ridge(FitStrength.Fixed s)
            | FitMethod.Lasso(FitStrength.Fixed s) -> yield! Validate.positive "the strength" s
            | _ -> ()

            match o.Validation with
            | CrossValidation.Folds k when k < 2 || k > structures ->
                MiceError.OutOfRange("the number of folds", string k, $"2 to {structures}, the number of structures")
            | _ -> ()

            match o.Weights with
            | FitWeights.NearHull width -> yield! Validate.positive "the width of the weights" width
            | FitWeights.Uniform -> ()
        ]
