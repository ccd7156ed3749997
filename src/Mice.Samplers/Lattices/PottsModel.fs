namespace Mice.Samplers

open System
open Mice

/// <summary>The q-state Potts model on a hypercubic torus: E = −J Σ_bonds δ(sᵢ, sⱼ) − H Σ_sites δ(sᵢ, 0) with sᵢ = 0, 1, …, q − 1 and
/// k_B = 1. Source: F. Y. Wu, Rev. Mod. Phys. 54, 235 (1982), doi:10.1103/RevModPhys.54.235.</summary>
/// <remarks>The model of two states is an Ising model, by δ(s, s′) = (1 + σσ′)/2 with σ = ±1. The Ising model has half of this J and half of this H, and its
/// energies are higher by J/2 per bond and H/2 per site.</remarks>
type PottsModel =
    {
        /// Sites along each axis, 2 or more each. Sites around a side of two are joined by two bonds.
        Shape: int[]
        /// q, from 2 to 256.
        States: int
        /// J: positive for a ferromagnet, negative for an antiferromagnet.
        Coupling: float
        /// H on state 0, in units of |J| = 1.
        Field: float
        /// T > 0, in units of |J|/k_B.
        Temperature: float
    }

/// Energies of Potts configurations.
[<RequireQualifiedAccess>]
module PottsModel =
    /// <summary>The ferromagnet J = 1 on a square torus without a field.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="states">q.</param>
    /// <param name="temperature">T.</param>
    let square (size: int) (states: int) (temperature: float) : PottsModel =
        {
            Shape = [| size; size |]
            States = states
            Coupling = 1.0
            Field = 0.0
            Temperature = temperature
        }

    /// <summary>The transition temperature of the ferromagnet on the infinite square lattice, T = J/ln(1 + √q): a continuous transition for q ≤ 4, one with a
    /// latent heat for q > 4. Sources: R. B. Potts, Proc. Camb. Phil. Soc. 48, 106 (1952); R. J. Baxter, J. Phys. C 6, L445 (1973).</summary>
    /// <param name="states">q.</param>
    /// <param name="coupling">J > 0.</param>
    let squareTransition (states: int) (coupling: float) : float =
        coupling / log (1.0 + sqrt (float states))

    /// <summary>Every fault of a model, none for a sound one: faults of the shape, q from 2 to 256, finite J and H, finite T above 0.</summary>
    /// <param name="model">The model.</param>
    let faults (model: PottsModel) : MiceError list =
        [
            yield! Torus.faults model.Shape
            yield! Validate.that "states" "2 to 256" (fun q -> q >= 2 && q <= 256) model.States
            yield! Validate.that "coupling" "any finite number" Double.IsFinite model.Coupling
            yield! Validate.that "field" "any finite number" Double.IsFinite model.Field
            yield! Validate.positive "temperature" model.Temperature
        ]

    /// <summary>N, the number of sites.</summary>
    /// <param name="model">The model.</param>
    let sites (model: PottsModel) : int = LatticeShape.sites model.Shape

    /// <summary>Independent spins, all states equally likely: the state at T = ∞.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="model">The model.</param>
    let random (key: Key) (model: PottsModel) : byte[] =
        let generator = Key.generator key
        Array.init (sites model) (fun _ -> byte (generator.NextInt model.States))

    /// <summary>m = Σ_bonds δ(sᵢ, sⱼ), each bond once: the satisfied bonds.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spins">One configuration, [sites].</param>
    let satisfiedBonds (model: PottsModel) (spins: byte[]) : int =
        let ahead = Array.zeroCreate spins.Length
        let equal = Array.zeroCreate (SiteBits.words spins.Length)
        let mutable sum = 0

        for axis in 0 .. model.Shape.Length - 1 do
            Torus.copyForward model.Shape axis spins ahead
            SiteBits.agreement spins ahead equal
            sum <- sum + SiteBits.count equal

        sum

    /// <summary>Σ_sites δ(sᵢ, 0): the sites in the state that the field favours for H > 0.</summary>
    /// <param name="spins">One configuration, [sites].</param>
    let favoured (spins: byte[]) : int =
        MemoryExtensions.Count(ReadOnlySpan spins, 0uy)

    /// <summary>E = −J Σ_bonds δ(sᵢ, sⱼ) − H Σ_sites δ(sᵢ, 0).</summary>
    /// <param name="model">The model.</param>
    /// <param name="spins">One configuration, [sites].</param>
    let energy (model: PottsModel) (spins: byte[]) : float =
        -model.Coupling * float (satisfiedBonds model spins) - model.Field * float (favoured spins)
