namespace Mice.Samplers

open Mice

/// <summary>Metropolis sweeps of one configuration: a proposal draws a site at random and turns its spin over with probability
/// min(1, exp(−ΔE/T)), ΔE = 2s(J Σ neighbours + H). A sweep is as many proposals as there are sites.</summary>
/// <remarks>Sites are drawn at random and not visited in order: a sweep then satisfies detailed balance, which is more than leaving the Boltzmann law
/// invariant. Ergodic for every lattice and T, except for J = H = 0, where every proposal is accepted and the number of up spins is even and odd in turn.
/// Source: N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953), doi:10.1063/1.1699114.</remarks>
[<RequireQualifiedAccess>]
module Metropolis =
    /// Acceptance probabilities, [2(z + 1)]: first for a spin down, then for a spin up, each for the sums −z, −z + 2, …, z over the neighbours.
    let private table (model: IsingModel) : float[] =
        let z = Lattice.coordination model.Lattice

        Array.init (2 * (z + 1)) (fun i ->
            let spin = if i > z then 1.0 else -1.0
            let around = float (2 * (i % (z + 1)) - z)
            let cost = 2.0 * spin * (model.Coupling * around + model.Field)
            exp (-(max 0.0 cost) / model.Temperature))

    /// Index of a site's acceptance probability in the table.
    let inline private entry (neighbours: int[]) z (spins: sbyte[]) site =
        let up = (IsingModel.neighbourSum neighbours z spins site + z) / 2
        if spins[site] > 0y then z + 1 + up else up

    /// The probability that a proposal to turn a site over is accepted: the same table as in the sweeps.
    let internal acceptance (model: IsingModel) : sbyte[] -> int -> float =
        let accepted, z = table model, Lattice.coordination model.Lattice
        let neighbours = IsingModel.neighbours model
        fun spins site -> accepted[entry neighbours z spins site]

    /// <summary>Sweeps of one configuration; the given configuration is not changed.</summary>
    /// <param name="model">The model, without faults.</param>
    /// <returns>A function of the number of sweeps, the key and the configuration, [rows·columns], ±1. It returns the configuration after the sweeps and the
    /// number of accepted proposals.</returns>
    let sweeps (model: IsingModel) : int -> Key -> sbyte[] -> struct (sbyte[] * int64) =
        let accepted, z = table model, Lattice.coordination model.Lattice
        let neighbours = IsingModel.neighbours model

        fun count key spins ->
            let next = Array.copy spins
            let generator = Key.generator key
            let mutable turned = 0L

            for _ in 1L .. int64 count * int64 next.Length do
                let site = generator.NextInt next.Length
                let probability = accepted[entry neighbours z next site]

                if probability >= 1.0 || generator.NextFloat() < probability then
                    next[site] <- -next[site]
                    turned <- turned + 1L

            struct (next, turned)
