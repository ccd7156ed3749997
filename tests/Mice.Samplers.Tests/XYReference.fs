/// Small tori of the XY model by plain quadrature, in which nothing of the library is used.
module Mice.Samplers.Tests.XYReference

open System

/// Exact means of a torus.
type Means =
    {
        Energy: float
        EnergySquared: float
        /// |Σ (cos θ, sin θ)|.
        Magnetisation: float
        /// Σ cos θ.
        Along: float
        LogPartition: float
    }

let private points count =
    Array.init count (fun i -> 2.0 * Math.PI * float i / float count)

/// The 2×2 torus, whose four pairs of neighbours are joined by two bonds each, on a grid of count⁴ angles (count³ without a
/// field, when the first angle is 0 and Along is 0 by symmetry). Periodic trapezoid sums of exp(κ cos) with κ ≤ 6 are exact
/// to 1e-12 with 24 points, since the error is I₂₄(6)/I₀(6).
let twoByTwo count (coupling: float) (field: float) (temperature: float) : Means =
    let c, s = points count |> Array.map cos, points count |> Array.map sin
    let sums = Array.zeroCreate<float> 5

    for a in 0 .. (if field = 0.0 then 0 else count - 1) do
        for b in 0 .. count - 1 do
            for d in 0 .. count - 1 do
                for e in 0 .. count - 1 do
                    let x, y = c[a] + c[b] + c[d] + c[e], s[a] + s[b] + s[d] + s[e]
                    // a b / d e: each of a, e is a neighbour of b and of d.
                    let bonds = (c[a] + c[e]) * (c[b] + c[d]) + (s[a] + s[e]) * (s[b] + s[d])
                    let energy = -2.0 * coupling * bonds - field * x
                    let weight = exp (-energy / temperature)
                    sums[0] <- sums[0] + weight
                    sums[1] <- sums[1] + weight * energy
                    sums[2] <- sums[2] + weight * energy * energy
                    sums[3] <- sums[3] + weight * sqrt (x * x + y * y)
                    sums[4] <- sums[4] + weight * x

    let cells = if field = 0.0 then 3.0 else 4.0

    {
        Energy = sums[1] / sums[0]
        EnergySquared = sums[2] / sums[0]
        Magnetisation = sums[3] / sums[0]
        Along = if field = 0.0 then 0.0 else sums[4] / sums[0]
        LogPartition =
            log sums[0]
            + cells * log (2.0 * Math.PI / float count)
            + (if field = 0.0 then log (2.0 * Math.PI) else 0.0)
    }

/// ln Z of the torus of three rows and two columns at inverse temperature beta: the trace of the third power of the transfer
/// matrix of rows, symmetric in its two rows, on count² angles.
let private threeByTwoLogPartition count (coupling: float) (field: float) (beta: float) =
    let c = points count |> Array.map cos
    let cosine a b = c[(a - b + count) % count]
    let states = count * count

    let within i =
        2.0 * coupling * cosine (i / count) (i % count) + field * (c[i / count] + c[i % count])

    let transfer =
        MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(
            states,
            states,
            fun i j ->
                let between = cosine (i / count) (j / count) + cosine (i % count) (j % count)
                exp (beta * (0.5 * (within i + within j) + coupling * between))
        )

    let square = transfer * transfer

    log (square.PointwiseMultiply(transfer).RowSums().Sum()) + 6.0 * log (2.0 * Math.PI / float count)

/// ⟨E⟩ of that torus, −d ln Z/dβ by a central difference of fourth order (error 1e-8 at these temperatures).
let threeByTwoEnergy count coupling field temperature : float =
    let beta, h = 1.0 / temperature, 0.01

    let f n =
        threeByTwoLogPartition count coupling field (beta + float n * h)

    -(8.0 * (f 1 - f -1) - (f 2 - f -2)) / (12.0 * h)
