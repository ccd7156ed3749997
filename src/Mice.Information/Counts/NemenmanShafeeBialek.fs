namespace Mice.Information

/// The Bayesian entropy estimate of Nemenman, Shafee and Bialek: symmetric Dirichlet priors of all concentrations β,
/// weighted so that the prior of the entropy is nearly flat. Source: NIPS 14, 471 (2002), arXiv:physics/0108025; moments
/// at fixed β: D. H. Wolpert, D. R. Wolf, Phys. Rev. E 52, 6841 (1995).
[<RequireQualifiedAccess>]
module internal NemenmanShafeeBialek =
    /// Cells with the same count, the empty ones of the alphabet among them.
    [<Struct>]
    type private Group = { Count: float; Cells: float }

    let private groupsOf (alphabet: float) (counts: int[]) =
        let occupied = counts |> Array.filter (fun n -> n > 0)

        [|
            if alphabet > float occupied.Length then
                {
                    Count = 0.0
                    Cells = alphabet - float occupied.Length
                }
            for n, cells in Array.countBy id occupied do
                { Count = float n; Cells = float cells }
        |]

    /// ξ′(β) for the prior mean entropy ξ(β) = ψ(mβ + 1) − ψ(β + 1) of m cells.
    let private entropySlope (m: float) (beta: float) =
        if beta < 100.0 then
            m * Polygamma.trigamma (m * beta + 1.0) - Polygamma.trigamma (beta + 1.0)
        else
            // ψ′(z + 1) = 1/z − 1/(2z²) + 1/(6z³) − 1/(30z⁵) + …; the leading terms cancel.
            let r = 1.0 / beta

            r
            * r
            * (0.5 * (1.0 - 1.0 / m) - r / 6.0 * (1.0 - 1.0 / (m * m))
               + r * r * r / 30.0 * (1.0 - 1.0 / (m ** 4.0)))

    /// ln of the posterior density of u = ln β, without its constant: evidence times dξ/du.
    let private logDensity (m: float) (total: float) (groups: Group[]) (u: float) =
        let beta = exp u
        let mutable sum = -Polygamma.logRisingFactorial (m * beta) total

        for group in groups do
            sum <- sum + group.Cells * Polygamma.logRisingFactorial beta group.Count

        sum + log (entropySlope m beta) + u

    /// Posterior mean of H and of H² at fixed β.
    let private moments (m: float) (total: float) (groups: Group[]) (beta: float) =
        let a = total + m * beta
        let atTotal = Polygamma.digamma (a + 2.0)
        let slope = Polygamma.trigamma (a + 2.0)
        let mutable mean, cross, same, own = 0.0, 0.0, 0.0, 0.0

        for group in groups do
            let ai = group.Count + beta
            let psi = Polygamma.digamma (ai + 1.0)
            let f = psi - atTotal
            let next = psi + 1.0 / (ai + 1.0) - atTotal
            mean <- mean + group.Cells * ai / a * psi
            cross <- cross + group.Cells * ai / a * f
            same <- same + group.Cells * (ai / a) * (ai / a) * (f * f - slope)

            own <-
                own
                + group.Cells * (ai / a) * ((ai + 1.0) / a) * (next * next + Polygamma.trigamma (ai + 2.0) - slope)

        let pairs = cross * cross - slope - same
        struct (Polygamma.digamma (a + 1.0) - mean, (pairs + own) * a / (a + 1.0))

    /// Densities this far below their maximum are left out: e⁻⁴⁰ of the weight.
    [<Literal>]
    let private Negligible = 40.0

    /// The part of [low, high] where the density matters, found by scans that zoom in until nothing is cut off any more.
    let rec private support (density: float -> float) (low: float) (high: float) =
        let points = 100
        let step = (high - low) / float points

        let values = Array.init (points + 1) (fun i -> density (low + step * float i))

        let threshold = Array.max values - Negligible
        let first = values |> Array.findIndex (fun v -> v > threshold)
        let last = values |> Array.findIndexBack (fun v -> v > threshold)
        let newLow = low + step * float (max 0 (first - 1))
        let newHigh = low + step * float (min points (last + 1))

        if newHigh - newLow < 0.5 * (high - low) then
            support density newLow newHigh
        else
            struct (newLow, newHigh)

    /// <summary>Posterior mean and standard deviation of the entropy, nats. The integral over ln β is a trapezoidal sum,
    /// which converges exponentially for this analytic density; weights are kept as logarithms.</summary>
    /// <param name="alphabet">Number of possible symbols m, at least as many as occur, 1 or more.</param>
    /// <param name="counts">How often each symbol occurred; zeros may be left out.</param>
    let posterior (alphabet: int64) (counts: int[]) : struct (float * float) =
        let m = float alphabet
        let total = counts |> Array.sumBy float

        if alphabet = 1L then
            struct (0.0, 0.0)
        else
            let groups = groupsOf m counts
            let density = logDensity m total groups

            let struct (low, high) =
                support density (-50.0 - log m) (50.0 + 2.0 * log (total + 1.0))

            let points = 400

            let grid =
                Array.init (points + 1) (fun i -> low + (high - low) * float i / float points)

            let logs = grid |> Array.map density
            let top = Array.max logs
            let mutable weight, first, second = 0.0, 0.0, 0.0

            for i in 0..points do
                let w = exp (logs[i] - top)
                let struct (mean, square) = moments m total groups (exp grid[i])
                weight <- weight + w
                first <- first + w * mean
                second <- second + w * square

            let mean = first / weight
            struct (mean, sqrt (max 0.0 (second / weight - mean * mean)))
