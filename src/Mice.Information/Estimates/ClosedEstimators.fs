namespace Mice.Information

open Mice

/// An estimator that trains nothing.
type internal ClosedEstimator =
    {
        /// Name, as in options.
        Name: string
        /// A few words about the estimator, for reports.
        Remark: string
        /// The estimate; None where the data are of a kind that the estimator does not handle.
        Estimate: Key -> PreparedPair -> Result<Estimate<nat>, MiceError list> option
    }

/// Estimators without critics, by name.
[<RequireQualifiedAccess>]
module internal ClosedEstimators =
    let private continuous name remark (estimate: Key -> Sample -> Sample -> Result<Estimate<nat>, MiceError list>) =
        {
            Name = name
            Remark = remark
            Estimate =
                fun key pair ->
                    match pair.X, pair.Y with
                    | Scores x, Scores y -> Some(estimate key x y)
                    | _ -> None
        }

    let private neighbours key =
        { NeighbourOptions.defaults with
            Key = key
        }

    let private scattered name key sample =
        Sample.randomNormalScores (Key.named name key) sample

    /// Nearest neighbours lose as the rows thin out, at sharp edges of a law of two columns as N^−½. With that, (I(N) − I(N/m))/(√m − 1) is all that is
    /// still missing, and it joins the error: of four parts of the rows, of two where quarters would be too few. Source of the rate N^(−1/d) in
    /// d columns: W. Gao, S. Oh, P. Viswanath, IEEE Trans. Inf. Theory 64, 5629 (2018).
    let private countingParts (rows: int) (estimate: int[] -> Result<Estimate<nat>, MiceError list>) =
        let ofRows first count =
            Array.init count (fun i -> first + i) |> estimate

        let ofParts parts =
            let size = rows / parts

            Array.init parts (fun i -> ofRows (i * size) size) |> Array.choose Result.toOption

        let parts =
            [ 4; 2 ] |> List.tryFind (fun parts -> rows / parts >= Sample.MinimumRows)

        match ofRows 0 rows, parts with
        | Ok whole, Some parts ->
            let found = ofParts parts

            if found.Length = parts then
                let lost = whole.Value - Array.averageBy _.Value found
                Ok(Estimate.widen (lost / (sqrt (float parts) - 1.0)) whole)
            else
                Ok whole
        | whole, _ -> whole

    let private kraskov variant key (x: Sample) (y: Sample) =
        countingParts x.Rows (fun rows ->
            let scores name sample =
                Sample.choose rows sample |> scattered name key

            Kraskov.mutualInformation variant (neighbours key) (scores "x" x) (scores "y" y)
            |> Result.map (fun found -> found.Estimate))

    let private ofLabels key (labels: int[]) (sample: Sample) =
        countingParts sample.Rows (fun rows ->
            Sample.choose rows sample
            |> scattered "x" key
            |> MixedInformation.estimate (neighbours key) (rows |> Array.map (fun row -> labels[row]))
            |> Result.map (fun found -> found.Estimate))

    let private discrete name remark method =
        {
            Name = name
            Remark = remark
            Estimate =
                fun _ pair ->
                    match pair.X, pair.Y with
                    | Symbols(x, _), Symbols(y, _) ->
                        JointCounts.ofSymbols [ x; y ]
                        |> Result.bind (DiscreteInformation.mutualInformation method)
                        |> Some
                    | _ -> None
        }

    let private ross =
        {
            Name = "ross"
            Remark = "nearest neighbours among rows of one symbol"
            Estimate =
                fun key pair ->
                    match pair.X, pair.Y with
                    | Symbols(labels, _), Scores sample
                    | Scores sample, Symbols(labels, _) -> Some(ofLabels key labels sample)
                    | _ -> None
        }

    /// All of them.
    let all: ClosedEstimator list =
        [
            continuous "ksg" "nearest neighbours, KSG-1, k = 3, on random normal scores" (kraskov KraskovVariant.First)
            continuous
                "ksg2"
                "nearest neighbours, KSG-2, k = 3, on random normal scores"
                (kraskov KraskovVariant.Second)
            continuous "copula" "Gaussian copula: exact where normal scores are jointly Gaussian" (fun _ x y ->
                GaussianInformation.copula x y)
            ross
            discrete "grassberger" "entropies after Grassberger" EntropyMethod.Grassberger
            discrete "plug-in" "entropies of the observed frequencies; biased up" EntropyMethod.MaximumLikelihood
            discrete "miller-madow" "plug-in with the Miller–Madow correction" EntropyMethod.MillerMadow
            discrete "jackknife" "jackknife of the plug-in" EntropyMethod.Jackknife
            discrete "chao-shen" "entropies after Chao and Shen" EntropyMethod.ChaoShen
            discrete "james-stein" "frequencies shrunk towards equal ones" EntropyMethod.JamesStein
            discrete "nsb" "Nemenman, Shafee, Bialek" EntropyMethod.NemenmanShafeeBialek
        ]

    /// The estimator of a name.
    let tryFind (name: string) : ClosedEstimator option =
        all |> List.tryFind (fun e -> e.Name = name)

    /// min(H(X), H(Y)) over the discrete ones of both, Grassberger's estimate.
    let entropyLimit (pair: PreparedPair) : Estimate<nat> option =
        [ pair.X; pair.Y ]
        |> List.choose (function
            | Symbols(symbols, _) ->
                let counts = symbols |> Array.countBy id |> Array.map snd
                DiscreteEntropy.estimate EntropyMethod.Grassberger (int64 counts.Length) counts |> Result.toOption
            | Scores _ -> None)
        |> function
            | [] -> None
            | entropies -> Some(List.minBy (fun (e: Estimate<nat>) -> e.Value) entropies)

    /// Share of the rows whose pair of symbols occurs once; 0 unless both are discrete.
    let singletons (pair: PreparedPair) : float =
        match pair.X, pair.Y with
        | Symbols(x, _), Symbols(y, _) ->
            let once = Array.zip x y |> Array.countBy id |> Array.filter (fun (_, n) -> n = 1)
            float once.Length / float x.Length
        | _ -> 0.0
