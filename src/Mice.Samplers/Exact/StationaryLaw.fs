namespace Mice.Samplers

/// Stationary laws of Markov processes with few states.
[<RequireQualifiedAccess>]
module internal StationaryLaw =
    /// <summary>π with Σᵢ πᵢ q(i, j) = πⱼ Σᵢ q(j, i) by elimination of one state after the other. Nothing is subtracted, so that every πᵢ is right to a
    /// relative error of rounding, however small it is. Source: W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33, 1107 (1985),
    /// doi:10.1287/opre.33.5.1107.</summary>
    /// <param name="rates">q(i, j) from i to j, [n][n], of a process that comes from every state to every other; the diagonal is not looked at. Changed.</param>
    let eliminate (rates: float[][]) : float[] =
        let n = rates.Length

        for last in n - 1 .. -1 .. 1 do
            let away = rates[last]
            let mutable leaving = 0.0

            for j in 0 .. last - 1 do
                leaving <- leaving + away[j]

            for i in 0 .. last - 1 do
                let row = rates[i]
                let share = row[last] / leaving
                row[last] <- share

                // Paths through the state that goes.
                if share > 0.0 then
                    for j in 0 .. last - 1 do
                        row[j] <- row[j] + share * away[j]

        let law = Array.zeroCreate n
        law[0] <- 1.0

        for j in 1 .. n - 1 do
            for i in 0 .. j - 1 do
                law[j] <- law[j] + law[i] * rates[i][j]

        let total = Array.sum law
        law |> Array.map (fun p -> p / total)
