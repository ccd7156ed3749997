namespace Mice.Information

open Mice

/// Mutual information of discrete variables from joint counts, nats: sums of entropies, each by the same method.
[<RequireQualifiedAccess>]
module DiscreteInformation =
    /// One entropy of a sum: its sign and the variables whose joint entropy it is.
    [<Struct>]
    type private Term = { Sign: float; Axes: int list }

    /// Entropy of a margin, and its delete-one entropies by joint cell, [cells].
    let private marginEntropies (method: EntropyMethod) (joint: JointCounts) (axes: int list) =
        let struct (counts, cells, alphabet) = joint |> JointCounts.margin axes
        let prints = DiscreteEntropy.fingerprint counts
        let resampled = DiscreteEntropy.resampled method

        let deleted =
            prints
            |> Array.map (fun struct (n, _) ->
                n, prints |> DiscreteEntropy.without n |> DiscreteEntropy.value resampled alphabet)
            |> dict

        struct (DiscreteEntropy.value method alphabet prints, cells |> Array.map (fun cell -> deleted[counts[cell]]))

    /// Posterior standard deviation of the joint entropy for NemenmanShafeeBialek; 0 for other methods.
    let private posteriorDeviation (method: EntropyMethod) (joint: JointCounts) =
        match method with
        | EntropyMethod.NemenmanShafeeBialek ->
            let struct (counts, _, alphabet) =
                joint |> JointCounts.margin [ 0 .. joint.Axes - 1 ]

            let struct (_, deviation) = NemenmanShafeeBialek.posterior alphabet counts
            deviation
        | _ -> 0.0

    let private estimate (method: EntropyMethod) (joint: JointCounts) (terms: Term list) : Estimate<nat> =
        let entropies =
            terms |> List.map (fun t -> t.Sign, marginEntropies method joint t.Axes)

        let value = entropies |> List.sumBy (fun (sign, struct (h, _)) -> sign * h)

        let deletions =
            joint.Counts
            |> Array.mapi (fun cell n ->
                struct (float n, entropies |> List.sumBy (fun (sign, struct (_, without)) -> sign * without[cell])))

        let error =
            DiscreteEntropy.jackknifeError deletions |> max (posteriorDeviation method joint)

        Estimate.create (value * 1.0<nat>) (error * 1.0<nat>) Direction.NoBound

    let private wrongAxes (needed: int) (joint: JointCounts) =
        Error
            [
                MiceError.Mismatch("Joint counts and estimator", $"{joint.Axes} variables", $"{needed} needed")
            ]

    /// <summary>I(X; Y) = H(X) + H(Y) − H(X, Y). The plug-in is 0 or more, and in expectation too high by about
    /// (m_x − 1)(m_y − 1)/(2N); the corrected ones can be negative and are shown so.</summary>
    /// <remarks>The error is the delete-one jackknife's; of the plug-in for <c>Grassberger</c> and <c>Jackknife</c>,
    /// and for <c>NemenmanShafeeBialek</c> the larger of the plug-in's and the posterior standard deviation of H(X, Y). It holds for
    /// independent draws, see <c>EffectiveSampleSize</c> for others.</remarks>
    /// <param name="method">The estimator of the three entropies.</param>
    /// <param name="joint">Counts of two variables.</param>
    /// <returns>Mismatch for another number of variables.</returns>
    let mutualInformation (method: EntropyMethod) (joint: JointCounts) : Result<Estimate<nat>, MiceError list> =
        if joint.Axes <> 2 then
            wrongAxes 2 joint
        else
            [
                { Sign = 1.0; Axes = [ 0 ] }
                { Sign = 1.0; Axes = [ 1 ] }
                { Sign = -1.0; Axes = [ 0; 1 ] }
            ]
            |> estimate method joint
            |> Ok

    /// <summary>I(X; Y | Z) = H(X, Z) + H(Y, Z) − H(X, Y, Z) − H(Z); errors as for <c>mutualInformation</c>.</summary>
    /// <param name="method">The estimator of the four entropies.</param>
    /// <param name="joint">Counts of three variables, in the order X, Y, Z.</param>
    /// <returns>Mismatch for another number of variables.</returns>
    let conditional (method: EntropyMethod) (joint: JointCounts) : Result<Estimate<nat>, MiceError list> =
        if joint.Axes <> 3 then
            wrongAxes 3 joint
        else
            [
                { Sign = 1.0; Axes = [ 0; 2 ] }
                { Sign = 1.0; Axes = [ 1; 2 ] }
                { Sign = -1.0; Axes = [ 0; 1; 2 ] }
                { Sign = -1.0; Axes = [ 2 ] }
            ]
            |> estimate method joint
            |> Ok
