namespace Mice.Information

open Mice

/// Mutual information of a discrete and a continuous variable by nearest neighbours.
[<RequireQualifiedAccess>]
module MixedInformation =
    /// For every row the distance to its k-th neighbour of the same label, min(k, rows of the label − 1), and that k.
    let private withinLabels (k: int) (groups: int[][]) (sample: Sample) =
        let radii = Array.zeroCreate sample.Rows
        let used = Array.zeroCreate sample.Rows

        for group in groups do
            let members = Sample.choose group sample
            let k = min k (group.Length - 1)

            let neighbours =
                members |> SampleNeighbours.create |> SampleNeighbours.nearest k members

            group
            |> Array.iteri (fun i row ->
                // Takes in the k-th neighbour; the row itself is counted in its stead below.
                radii[row] <- neighbours.Radii[i]
                used[row] <- k)

        struct (radii, used)

    /// Rows whose label occurs more than once.
    let private repeated (labels: int[]) =
        let counts = labels |> Array.countBy id |> dict

        Array.init labels.Length id |> Array.filter (fun row -> counts[labels[row]] > 1)

    let internal value (k: int) (labels: int[]) (sample: Sample) : float =
        let kept = repeated labels

        if kept.Length = 0 then
            nan
        else
            let sample = Sample.choose kept sample
            let labels = kept |> Array.map (fun row -> labels[row])

            let groups =
                Array.init labels.Length id |> Array.groupBy (fun row -> labels[row]) |> Array.map snd

            let struct (radii, used) = withinLabels k groups sample
            // Rows nearer than the k-th neighbour of the label, the row itself included: Ross's m, which has the k-th
            // neighbour and not the row.
            let counts =
                sample |> SampleNeighbours.create |> SampleNeighbours.countBelow radii sample

            let digammas = Polygamma.digammas sample.Rows
            let n = float sample.Rows

            digammas[sample.Rows] + Array.averageBy (fun k -> digammas[k]) used
            - Array.sumBy (fun (group: int[]) -> float group.Length / n * digammas[group.Length]) groups
            - Array.averageBy (fun count -> digammas[max 1 count]) counts

    /// <summary>I(L; X) = ψ(N) + ⟨ψ(k)⟩ − ⟨ψ(N_l)⟩ − ⟨ψ(m)⟩ in nats for labels l and continuous x: N_l rows share a row's
    /// label, the k-th of them in x is at distance d, and m rows of any label are within d. No bound. Source: B. C. Ross,
    /// PLoS ONE 9, e87357 (2014), doi:10.1371/journal.pone.0087357.</summary>
    /// <remarks>Labels with k rows or fewer use all of their other rows; rows whose label occurs once have no neighbour and
    /// are left out. Error and ties as for <c>Kraskov.mutualInformation</c>.</remarks>
    /// <param name="options">Neighbours, blocks, key.</param>
    /// <param name="labels">The discrete variable, [N].</param>
    /// <param name="x">X, [N; d], N at least 50.</param>
    /// <returns>Mismatch of row counts, TooFewData (also when no label occurs twice), or OutOfRange for bad options, a
    /// single label, NaN, infinite numbers and constant columns.</returns>
    let estimate (options: NeighbourOptions) (labels: int[]) (x: Sample) : Result<NeighbourEstimate, MiceError list> =
        let faults =
            [
                if labels.Length <> x.Rows then
                    MiceError.Mismatch("Row counts", $"{labels.Length} labels", $"{x.Rows} rows of X")
                elif labels.Length > 0 && labels |> Array.forall (fun l -> l = labels[0]) then
                    MiceError.OutOfRange("the label", $"constant ({labels[0]})", "at least two different labels")
                elif labels.Length > 0 && Array.isEmpty (repeated labels) then
                    MiceError.TooFewData("rows that share their label", 0, 2, "Give fewer labels or more rows.")
            ]

        if List.isEmpty faults then
            NearestNeighbours.estimate options [ "X", x ] (fun rows samples ->
                value options.Neighbours (rows |> Array.map (fun row -> labels[row])) samples.Head)
        else
            Error faults
