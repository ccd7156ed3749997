namespace Mice.Samplers

open Mice

/// Two spins of one magnetisation.
[<RequireQualifiedAccess>]
module internal PairInformation =
    /// <summary>Mutual information of two spins ±1 with ⟨s⟩ = ⟨s′⟩ = m and ⟨ss′⟩ = c: p(s, s′) = (1 + m(s + s′) + c ss′)/4. For m = 0 the mutual information
    /// is ln 2 − h((1 + c)/2), h the binary entropy.</summary>
    /// <param name="magnetisation">m, between −1 and 1.</param>
    /// <param name="correlation">c, between 2|m| − 1 and 1.</param>
    let ofSpins (magnetisation: float) (correlation: float) : float<nat> =
        let m, c = magnetisation, correlation

        let term weight p product =
            if p > 0.0 then weight * p * log (p / product) else 0.0

        let up, down = (1.0 + m) / 2.0, (1.0 - m) / 2.0

        term 1.0 ((1.0 + 2.0 * m + c) / 4.0) (up * up)
        + term 1.0 ((1.0 - 2.0 * m + c) / 4.0) (down * down)
        + term 2.0 ((1.0 - c) / 4.0) (up * down)
        |> fun i -> max 0.0 i * 1.0<nat>
