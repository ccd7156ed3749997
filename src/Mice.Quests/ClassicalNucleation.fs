namespace Mice.Quests

open System
open MathNet.Numerics.LinearAlgebra
open Mice

/// What classical nucleation theory needs of a material.
type NucleationConditions =
    {
        /// γ, energy of the interface between the phases, J/m².
        InterfaceEnergy: float
        /// T_m, K.
        MeltingTemperature: float<K>
        /// ΔH_m, latent heat, kJ/mol.
        LatentHeat: float<kJ / mol>
        /// T, K; below T_m.
        Temperature: float<K>
        /// V, Å³ per atom of the nucleus.
        VolumePerAtom: float
    }

/// The nucleus that is as likely to grow as to shrink.
type CriticalNucleus =
    {
        /// r*, Å.
        Radius: float<Angstrom>
        /// n* = 4πr*³/3V, atoms.
        Atoms: float
        /// ΔG* = 4πγr*²/3, eV.
        Barrier: float<eV>
    }

/// What sizes of nuclei say of the interface and of the phase that grows.
type NucleationFit =
    {
        /// γ, energy of the interface, J/m².
        InterfaceEnergy: Estimate<1>
        /// Δμ, what an atom gains by joining a nucleus, eV; negative where nuclei are not the stable phase.
        Gain: Estimate<eV>
        /// Sizes that were used.
        Sizes: int
    }

/// <summary>Classical nucleation theory: spheres whose surface costs γ and whose volume gains ΔH_m (T_m − T)/T_m.</summary>
/// <remarks>Source: arXiv:2404.12367, Methods (r* = 2γT_m/(ΔH_m ΔT), ΔH_m per volume).</remarks>
[<RequireQualifiedAccess>]
module ClassicalNucleation =
    /// One J/m² in eV/Å².
    let private eVPerSquareAngstrom = 1.0 / 16.02176634

    /// <summary>The critical nucleus.</summary>
    /// <param name="c">The conditions.</param>
    /// <returns>Errors: OutOfRange for numbers that are not above 0, and for a temperature that is not below T_m.</returns>
    let critical (c: NucleationConditions) : Result<CriticalNucleus, MiceError list> =
        let faults =
            [
                yield! Validate.positive "the energy of the interface" c.InterfaceEnergy
                yield! Validate.positive "the melting temperature" (float c.MeltingTemperature)
                yield! Validate.positive "the latent heat" (float c.LatentHeat)
                yield! Validate.positive "the temperature" (float c.Temperature)
                yield! Validate.positive "the volume per atom" c.VolumePerAtom

                if not (c.Temperature < c.MeltingTemperature) then
                    MiceError.OutOfRange("the temperature", $"{float c.Temperature} K", "below the melting temperature")
            ]

        if List.isEmpty faults then
            let undercooling = (c.MeltingTemperature - c.Temperature) / c.MeltingTemperature
            // eV/Å³ that a nucleus gains.
            let gain = float (c.LatentHeat / kJPerMolPerEV) * undercooling / c.VolumePerAtom
            let cost = c.InterfaceEnergy * eVPerSquareAngstrom
            let radius = 2.0 * cost / gain

            Ok
                {
                    Radius = radius * 1.0<Angstrom>
                    Atoms = 4.0 * Math.PI / 3.0 * radius ** 3.0 / c.VolumePerAtom
                    Barrier = 4.0 * Math.PI / 3.0 * cost * radius * radius * 1.0<eV>
                }
        else
            Error faults

    /// <summary>γ and Δμ from the sizes of nuclei in equilibrium, which come as often as exp(−ΔG(n)/k_BT) with ΔG = γ (36π)^⅓ V^⅔ n^⅔ − Δμ n.</summary>
    /// <remarks>The logarithms of how often each size was seen are fitted, each with the weight of its number of nuclei. Nuclei of a few atoms are no spheres: choose the
    /// smallest size that counts. A nucleus counts in every frame, so that errors are too small where frames are close in time.</remarks>
    /// <param name="temperature">T, K.</param>
    /// <param name="volumePerAtom">V of the nucleus, Å³ per atom.</param>
    /// <param name="least">Smallest size that counts, atoms.</param>
    /// <param name="sizes">The sizes of all nuclei of all frames.</param>
    /// <returns>Errors: OutOfRange (temperature, volume), TooFewData (fewer than four sizes).</returns>
    let fit
        (temperature: float<K>)
        (volumePerAtom: float)
        (least: int)
        (sizes: int[])
        : Result<NucleationFit, MiceError list> =
        let counts = sizes |> Array.filter (fun n -> n >= least) |> Array.countBy id

        let faults =
            [
                yield! Validate.positive "the temperature" (float temperature)
                yield! Validate.positive "the volume per atom" volumePerAtom

                if counts.Length < 4 then
                    MiceError.TooFewData(
                        $"different sizes of nuclei from {least} atoms",
                        counts.Length,
                        4,
                        "Give more frames, or count smaller ones."
                    )
            ]

        if List.isEmpty faults then
            // ln count = a − γ·surface + Δμ·n/k_BT, each row times √count.
            let energy = float (boltzmann * temperature * 1.0<kB>)

            let surface =
                Math.Cbrt(36.0 * Math.PI * volumePerAtom * volumePerAtom) * eVPerSquareAngstrom

            let design =
                counts
                |> Array.map (fun (n, count) ->
                    let w, n = sqrt (float count), float n
                    [| w; -w * surface * Math.Cbrt(n * n) / energy; w * n / energy |])
                |> Matrix.Build.DenseOfRowArrays

            let values =
                counts
                |> Array.map (fun (_, count) -> sqrt (float count) * log (float count))
                |> Vector.Build.DenseOfArray

            let normal = (design.Transpose() * design).Inverse()
            let found = normal * (design.Transpose() * values)
            let error i = sqrt normal[i, i]

            Ok
                {
                    InterfaceEnergy = Estimate.create found[1] (error 1) Direction.NoBound
                    Gain = Estimate.create (found[2] * 1.0<eV>) (error 2 * 1.0<eV>) Direction.NoBound
                    Sizes = counts.Length
                }
        else
            Error faults
