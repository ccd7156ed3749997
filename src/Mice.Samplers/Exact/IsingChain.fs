namespace Mice.Samplers

open Mice

/// A chain of Ising spins, E = −J Σ sᵢsᵢ₊₁ − H Σ sᵢ.
type IsingChain =
    {
        /// Spins of a ring, 2 or more (a ring of two has its bond twice); none for an infinite chain.
        Ring: int option
        /// J.
        Coupling: float
        /// H.
        Field: float
        /// T > 0.
        Temperature: float
    }

/// <summary>Exact averages of the chain from the eigenvalues of its transfer matrix,
/// λ± = exp(K)[cosh B ± √(sinh² B + exp(−4K))], K = J/T, B = H/T.
/// Source: E. Ising, Z. Phys. 31, 253 (1925), doi:10.1007/BF02980577; R. J. Baxter, Exactly Solved Models in Statistical
/// Mechanics (1982), chapter 2.</summary>
[<RequireQualifiedAccess>]
module IsingChain =
    /// <summary>Every fault of a chain, none for a sound one.</summary>
    /// <param name="chain">The chain.</param>
    let faults (chain: IsingChain) : MiceError list =
        [
            match chain.Ring with
            | Some n when n < 2 -> MiceError.OutOfRange("ring", string n, "2 or more")
            | _ -> ()

            yield!
                IsingModel.faults
                    { IsingModel.square 2 chain.Temperature with
                        Coupling = chain.Coupling
                        Field = chain.Field
                    }
        ]

    /// ln λ₊ and λ₋/λ₊ as functions of β. Hyperbolic functions are divided by exp|B|, and by exp(−2K) where K < 0.
    let private eigenvalues (chain: IsingChain) : struct (Jet * Jet) =
        let beta = 1.0 / chain.Temperature
        let k = Jet.linear (beta * chain.Coupling) chain.Coupling
        let b = Jet.linear (beta * abs chain.Field) (abs chain.Field)
        let down: Jet = exp (-2.0 * b)
        let one = Jet.constant 1.0
        let cosh: Jet = 0.5 * (one + down)
        let sinh: Jet = 0.5 * (one - down)

        if chain.Coupling >= 0.0 then
            let root: Jet = sqrt (sinh * sinh + down * exp (-4.0 * k))
            struct (k + b + log (cosh + root), (cosh - root) / (cosh + root))
        else
            let scale: Jet = exp (2.0 * k)
            let root: Jet = sqrt (sinh * sinh * (scale * scale) + down)
            let cosh: Jet = cosh * scale
            struct (b - k + log (cosh + root), (cosh - root) / (cosh + root))

    /// m = ⟨s⟩ of the infinite chain: sinh B/√(sinh² B + exp(−4K)).
    let private infiniteMagnetisation (chain: IsingChain) =
        let b = chain.Field / chain.Temperature

        if b = 0.0 then
            0.0
        else
            // 1/√(1 + exp(−4K)/sinh² B) with the sign of B.
            let logRatio =
                -4.0 * chain.Coupling / chain.Temperature - 2.0 * (abs b + log (0.5 * (1.0 - exp (-2.0 * abs b))))

            float (sign b) / sqrt (1.0 + exp logRatio)

    /// ⟨s₀ s_r⟩: with the eigenvalue ratio q and c = m, [c²(1 + qᴺ) + (1 − c²)(qʳ + qᴺ⁻ʳ)]/(1 + qᴺ) on a ring.
    let private spinCorrelation (chain: IsingChain) (distance: int) =
        let struct (_, ratio) = eigenvalues chain
        let q = ratio.Value
        let c = infiniteMagnetisation chain

        match chain.Ring with
        | None -> c * c + (1.0 - c * c) * pown q distance
        | Some n ->
            let r = distance % n
            c * c + (1.0 - c * c) * (pown q r + pown q (n - r)) / (1.0 + pown q n)

    let private checkedChain (chain: IsingChain) (compute: unit -> 'a) : Result<'a, MiceError list> =
        match faults chain with
        | [] -> Ok(compute ())
        | faults -> Error faults

    /// <summary>ln Z/N = ln λ₊ + ln(1 + (λ₋/λ₊)^N)/N and its derivatives: u, s, C/N and ⟨s⟩; no second term for the infinite
    /// chain.</summary>
    /// <param name="chain">The chain; T/|J| ≥ 0.02 for the accuracy of 1e-12.</param>
    /// <returns>Faults of the chain.</returns>
    let averages (chain: IsingChain) : Result<ThermalAverages, MiceError list> =
        checkedChain chain (fun () ->
            let struct (logLargest, ratio) = eigenvalues chain
            let infinite = infiniteMagnetisation chain

            match chain.Ring with
            | None -> ThermalAverages.ofLogPartition (1.0 / chain.Temperature) infinite logLargest
            | Some n ->
                let power = Jet.power n ratio
                let ring: Jet = 1.0 / float n * log (Jet.constant 1.0 + power)

                ThermalAverages.ofLogPartition
                    (1.0 / chain.Temperature)
                    (infinite * (1.0 - power.Value) / (1.0 + power.Value))
                    (logLargest + ring))

    /// <summary>⟨s₀ s_r⟩, not connected; (tanh K)ʳ for the infinite chain without a field.</summary>
    /// <param name="distance">r, 0 or more.</param>
    /// <param name="chain">The chain.</param>
    /// <returns>Faults of the chain; a negative distance.</returns>
    let correlation (distance: int) (chain: IsingChain) : Result<float, MiceError list> =
        if distance < 0 then
            Error [ MiceError.OutOfRange("distance", string distance, "0 or more") ]
        else
            checkedChain chain (fun () -> spinCorrelation chain distance)

    /// <summary>Mutual information of two neighbouring spins; in the infinite chain also of any two adjacent pieces, by the
    /// Markov property. Without a field there: ln 2 − h((1 + tanh K)/2), h the binary entropy.</summary>
    /// <param name="chain">The chain.</param>
    /// <returns>Faults of the chain.</returns>
    let neighbourInformation (chain: IsingChain) : Result<float<nat>, MiceError list> =
        averages chain
        |> Result.map (fun a -> PairInformation.ofSpins a.Magnetisation (spinCorrelation chain 1))
