namespace Mice.Alloys

open Mice

/// What a fit of effective cluster interactions gave.
[<NoEquality; NoComparison>]
type EciFitResult =
    {
        /// The cluster expansion.
        Expansion: ClusterExpansion
        /// [k]: standard errors of the interactions, eV per site. LASSO: those of least squares on the interactions that are not 0. Relevance determination: posterior standard
        /// deviations. 0 for interactions that are 0 by choice; NaN with no more structures than interactions. They do not know of the choice itself.
        StandardErrors: float[]
        /// λ; NaN where the method has none.
        Strength: float
        /// Interactions that are not 0.
        Used: int
        /// √(Σ e²/n) over the structures as fitted, eV per site.
        TrainingError: float
        /// √(Σ e²/n) of predictions of structures left out, eV per site. A strength that was chosen by it makes it a little too small.
        ValidationError: float
        /// [n]: energies of the structures by the fit, eV per site.
        Fitted: float[]
        /// [n]: energies of the structures as predicted when they were left out, eV per site.
        Predicted: float[]
        /// Whether iterations came to rest.
        Checks: Check list
    }

/// <summary>Fits effective cluster interactions to energies of structures.</summary>
[<RequireQualifiedAccess>]
module EciFit =
    /// Coefficients of a fit to some rows.
    type private Fitter = LinearProblem -> Iterated

    let private weights (o: FitWeights) (set: AlloyTrainingSet) : Result<float[], MiceError list> =
        match o with
        | FitWeights.Uniform -> Ok(Array.create set.Structures.Length 1.0)
        | FitWeights.NearHull width ->
            set.Structures
            |> Array.map (fun s -> struct (Configuration.composition s.Configuration, s.EnergyPerSite))
            |> ConvexHull.distances
            |> Result.map (fun above ->
                let raw = above |> Array.map (fun d -> exp (-d / width))
                let mean = Array.average raw
                // A structure far above the hull keeps a weight that squares can be taken of.
                raw |> Array.map (fun w -> max 1e-12 (w / mean)))

    let private problem (set: AlloyTrainingSet) (o: EciFitOptions) =
        validate {
            let! struct (orbits, rows) = AlloyTrainingSet.correlations set
            and! weights = weights o.Weights set

            return
                struct (orbits,
                        {
                            Rows = rows
                            Targets = set.Structures |> Array.map _.EnergyPerSite
                            Weights = weights
                            Shrinks = orbits |> Array.map (fun orbit -> orbit.Size > 0)
                        })
        }

    /// Least squares needs independent columns, the other methods only those that are not shrunk.
    let private independent (method: FitMethod) (orbits: ClusterOrbit[]) (p: LinearProblem) : MiceError list =
        let kept =
            match method with
            | FitMethod.LeastSquares -> [| 0 .. orbits.Length - 1 |]
            | _ -> [| 0 .. orbits.Length - 1 |] |> Array.filter (fun k -> not p.Shrinks[k])

        if p.Rows.Length < kept.Length then
            [
                MiceError.TooFewData(
                    "structures",
                    p.Rows.Length,
                    kept.Length,
                    "Give more structures, lower the cut-offs, or fit by ridge, LASSO or relevance determination."
                )
            ]
        else
            match LinearProblem.withColumns kept p |> LinearProblem.dependentColumn 0.0 with
            | Some k ->
                [
                    MiceError.OutOfRange(
                        $"the correlation of {orbits[kept[k]].Name} over the structures",
                        "a combination of those before it",
                        "independent correlations: give other structures, lower the cut-offs, or fit by ridge, LASSO or relevance determination"
                    )
                ]
            | None -> []

    /// The rows that are predicted together.
    let private folds (key: Key) (validation: CrossValidation) (n: int) : int[][] =
        match validation with
        | CrossValidation.LeaveOneOut -> Array.init n Array.singleton
        | CrossValidation.Folds k ->
            let order = Array.init n id
            (Key.named "folds" key |> Key.generator).Shuffle order
            Array.splitInto k order

    /// Predictions of rows left out, by several fits at once: [fits][n].
    let private leftOut (run: Run) (folds: int[][]) (fits: LinearProblem -> Iterated[]) (p: LinearProblem) =
        let all = [| 0 .. p.Rows.Length - 1 |]

        let work _ (out: int[]) =
            LinearProblem.select (Array.except out all) p |> fits |> Ok

        Run.jobs (fun _ -> 1.0) work folds run
        |> Result.map (fun found ->
            Array.init found[0].Length (fun f ->
                let predicted = Array.zeroCreate all.Length

                Array.iter2
                    (fun (out: int[]) (fit: Iterated[]) ->
                        for i in out do
                            predicted[i] <- LinearProblem.predict fit[f].Coefficients p.Rows[i])
                    folds
                    found

                predicted))

    let private errorOf (p: LinearProblem) (predicted: float[]) =
        Array.map2 (-) p.Targets predicted |> LinearProblem.rootMeanSquare

    let private linear (strength: float) : Fitter =
        fun p ->
            {
                Coefficients = (LinearProblem.solve strength p).Coefficients
                Converged = true
            }

    /// Predictions of rows left out by least squares or ridge, for each strength.
    let private linearLeftOut (run: Run) (o: EciFitOptions) (strengths: float[]) (p: LinearProblem) =
        match o.Validation with
        | CrossValidation.LeaveOneOut ->
            strengths
            |> Array.map (fun s -> LinearProblem.solve s p |> LinearProblem.leaveOneOut p |> Array.map2 (-) p.Targets)
            |> Ok
        | validation ->
            let parts = folds run.Key validation p.Rows.Length
            leftOut run parts (fun part -> strengths |> Array.map (fun s -> linear s part)) p

    /// 41 strengths from the largest down over so many decades.
    let private grid (largest: float) (decades: float) =
        Array.init 41 (fun i -> largest * 10.0 ** (-decades * float i / 40.0))

    /// A method's answer: coefficients, errors, strength, predictions of rows left out, and whether it converged.
    [<NoEquality; NoComparison>]
    type private Answer =
        {
            Solution: float[]
            Errors: float[]
            Lambda: float
            LeftOut: float[]
            Rested: bool
        }

    let private best (p: LinearProblem) (predicted: float[][]) =
        [| 0 .. predicted.Length - 1 |] |> Array.minBy (fun i -> errorOf p predicted[i])

    let private byLinear (run: Run) o (strengths: float[]) (p: LinearProblem) =
        linearLeftOut run o strengths p
        |> Result.map (fun predicted ->
            let i = best p predicted
            let solution = LinearProblem.solve strengths[i] p

            {
                Solution = solution.Coefficients
                Errors = solution.StandardErrors
                Lambda = if strengths[i] > 0.0 then strengths[i] else nan
                LeftOut = predicted[i]
                Rested = true
            })

    /// Standard errors of least squares on the columns that are not 0.
    let private errorsOfUsed (coefficients: float[]) (p: LinearProblem) =
        let used =
            [| 0 .. coefficients.Length - 1 |]
            |> Array.filter (fun k -> coefficients[k] <> 0.0 || not p.Shrinks[k])

        let few = LinearProblem.withColumns used p
        let errors = Array.zeroCreate coefficients.Length

        let ofUsed =
            if (LinearProblem.dependentColumn 0.0 few).IsSome then
                Array.create used.Length nan
            else
                (LinearProblem.solve 0.0 few).StandardErrors

        Array.iter2 (fun k error -> errors[k] <- error) used ofUsed
        errors

    let private byLasso (run: Run) (o: EciFitOptions) strength (p: LinearProblem) =
        let largest = Lasso.largestStrength p

        // A path of falling strengths leads to one that is given, too.
        let strengths =
            match strength with
            | FitStrength.CrossValidated -> grid largest 4.0
            | FitStrength.Fixed s -> Array.append (grid largest 4.0 |> Array.filter (fun g -> g > s)) [| s |]

        leftOut run (folds run.Key o.Validation p.Rows.Length) (Lasso.path strengths) p
        |> Result.map (fun predicted ->
            let i =
                match strength with
                | FitStrength.CrossValidated -> best p predicted
                | FitStrength.Fixed _ -> strengths.Length - 1

            let fit = (Lasso.path strengths p)[i]

            {
                Solution = fit.Coefficients
                Errors = errorsOfUsed fit.Coefficients p
                Lambda = strengths[i]
                LeftOut = predicted[i]
                Rested = fit.Converged
            })

    let private byRelevance (run: Run) (o: EciFitOptions) (p: LinearProblem) =
        let fits part =
            let found = RelevanceDetermination.solve part

            [|
                {
                    Coefficients = found.Coefficients
                    Converged = found.Converged
                }
            |]

        leftOut run (folds run.Key o.Validation p.Rows.Length) fits p
        |> Result.map (fun predicted ->
            let found = RelevanceDetermination.solve p

            {
                Solution = found.Coefficients
                Errors = found.Deviations
                Lambda = nan
                LeftOut = predicted[0]
                Rested = found.Converged
            })

    let private answer (run: Run) (o: EciFitOptions) (p: LinearProblem) =
        match o.Method with
        | FitMethod.LeastSquares -> byLinear run o [| 0.0 |] p
        | FitMethod.Ridge(FitStrength.Fixed s) -> byLinear run o [| s |] p
        | FitMethod.Ridge FitStrength.CrossValidated -> byLinear run o (grid (10.0 * float p.Rows.Length) 10.0) p
        | FitMethod.Lasso strength -> byLasso run o strength p
        | FitMethod.RelevanceDetermination -> byRelevance run o p

    let private collect (p: LinearProblem) (expansion: ClusterExpansion) (a: Answer) : EciFitResult =
        let fitted = p.Rows |> Array.map (LinearProblem.predict a.Solution)

        {
            Expansion = expansion
            StandardErrors = a.Errors
            Strength = a.Lambda
            Used = a.Solution |> Array.filter (fun j -> j <> 0.0) |> Array.length
            TrainingError = errorOf p fitted
            ValidationError = errorOf p a.LeftOut
            Fitted = fitted
            Predicted = a.LeftOut
            Checks =
                [
                    {
                        Name = "the iteration came to rest"
                        Passed = a.Rested
                        Detail =
                            if a.Rested then
                                "converged"
                            else
                                "not converged: raise the strength, or fit by ridge"
                    }
                ]
        }

    /// <summary>Fits the interactions of all orbits within the cut-offs. Same key, same result, on any number of threads.</summary>
    /// <remarks>Energies may be formation energies or total ones: the expansion is of what is given.</remarks>
    /// <param name="options">Method, test and weights.</param>
    /// <param name="run">Threads and so on; its key deals structures into folds.</param>
    /// <param name="set">Structures with energies.</param>
    /// <returns>Errors: of the options, the run and the set; TooFewData for more interactions than structures in least squares; OutOfRange for correlations that depend on each other.</returns>
    let fit (options: EciFitOptions) (run: Run) (set: AlloyTrainingSet) : Result<EciFitResult, MiceError list> =
        validate {
            let! () = EciFitOptions.faults set.Structures.Length options
            and! () = AlloyTrainingSet.faults set
            and! () = Run.faults run
            let! struct (orbits, problem) = problem set options
            let! () = independent options.Method orbits problem
            let! answer = answer run options problem

            let interactions =
                Array.map2 (fun (o: ClusterOrbit) j -> o.Name, j) orbits answer.Solution |> Map.ofArray

            let! expansion =
                ClusterExpansion.create set.Lattice set.Species set.Cutoffs interactions

            return collect problem expansion answer
        }
