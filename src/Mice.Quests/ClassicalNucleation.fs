namespace Mice.Quests

open System
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
