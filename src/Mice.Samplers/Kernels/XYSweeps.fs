namespace Mice.Samplers

open Mice

/// Sweeps of the XY model: each site once, by heat bath or by over-relaxation. Kernels leave their arguments unchanged.
[<RequireQualifiedAccess>]
module internal XYSweeps =
    /// Visits all sites with even row + column, then all sites with odd row + column. Neighbours (except across the border of an odd side) are then not
    /// visited one after the other, and the processor overlaps the work of several sites. Valid on any torus.
    let inline private sweep rows columns ([<InlineIfLambda>] visit: int -> int -> int -> int -> int -> unit) =
        for parity in 0..1 do
            for row in 0 .. rows - 1 do
                let start = row * columns
                let up = (if row = 0 then rows - 1 else row - 1) * columns
                let down = (if row = rows - 1 then 0 else row + 1) * columns

                for half in 0 .. (columns - 1 - ((row + parity) &&& 1)) / 2 do
                    let column = 2 * half + ((row + parity) &&& 1)
                    let left = if column = 0 then columns - 1 else column - 1
                    let right = if column = columns - 1 then 0 else column + 1
                    visit (start + column) (start + left) (start + right) (up + column) (down + column)

    /// <summary>Heat bath: every spin is drawn anew from its law given its neighbours, von Mises with κ = |h|/T about the
    /// local field h = J Σ neighbours + (H, 0). Ergodic.</summary>
    /// <param name="model">The model, without faults.</param>
    /// <param name="sweeps">How many sweeps.</param>
    /// <param name="key">Randomness.</param>
    /// <param name="state">The state before.</param>
    let heatBath (model: XYModel) (sweeps: int) (key: Key) (state: XYState) : XYState =
        let next = XYState.copy state
        let c, s = next.Cosines, next.Sines
        let generator = Key.generator key
        let coupling, field = model.Coupling, model.Field
        let beta = 1.0 / model.Temperature

        for _ in 1..sweeps do
            sweep model.Rows model.Columns (fun site left right up down ->
                let x = coupling * (c[left] + c[right] + c[up] + c[down]) + field
                let y = coupling * (s[left] + s[right] + s[up] + s[down])
                let length = sqrt (x * x + y * y)
                let struct (along, across) = VonMises.sample generator (beta * length)

                if length > 0.0 then
                    c[site] <- (along * x - across * y) / length
                    s[site] <- (along * y + across * x) / length
                else
                    c[site] <- along
                    s[site] <- across)

        next

    /// <summary>Over-relaxation: every spin is reflected about its local field, which keeps the energy (to rounding) and moves
    /// far in state space; not ergodic alone. Source: M. Creutz, Phys. Rev. D 36, 515 (1987); for planar spins:
    /// R. Gupta et al., Phys. Rev. Lett. 61, 1996 (1988).</summary>
    /// <param name="model">The model, without faults.</param>
    /// <param name="sweeps">How many sweeps.</param>
    /// <param name="state">The state before.</param>
    let overRelaxation (model: XYModel) (sweeps: int) (state: XYState) : XYState =
        let next = XYState.copy state
        let c, s = next.Cosines, next.Sines
        let coupling, field = model.Coupling, model.Field

        for _ in 1..sweeps do
            sweep model.Rows model.Columns (fun site left right up down ->
                let x = coupling * (c[left] + c[right] + c[up] + c[down]) + field
                let y = coupling * (s[left] + s[right] + s[up] + s[down])
                let square = x * x + y * y

                if square > 0.0 then
                    let twice = 2.0 * (c[site] * x + s[site] * y) / square
                    c[site] <- twice * x - c[site]
                    s[site] <- twice * y - s[site])

        next
