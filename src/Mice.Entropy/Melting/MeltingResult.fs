namespace Mice.Entropy

open System
open Mice
open Mice.Atoms

/// <summary>How a melting calculation is done. Start from <c>MeltingOptions.create</c> and change fields with { … with … }.</summary>
type MeltingOptions =
    {
        /// Temperature and pressure of both runs.
        Conditions: ThermalConditions
        /// How the solid's entropy is estimated.
        Solid: ParticleMethod
        /// How the liquid's entropy is estimated.
        Liquid: ParticleMethod
    }

/// <summary>What molecular dynamics gives: snapshots and a thermo table of each phase, from separate runs.</summary>
type MeltingInput =
    {
        /// Snapshots of the solid.
        Solid: Snapshot[]
        /// Snapshots of the liquid.
        Liquid: Snapshot[]
        /// Energies and volumes of the solid along its run.
        SolidThermo: ThermoTable
        /// Energies and volumes of the liquid along its run.
        LiquidThermo: ThermoTable
    }

/// <summary>Everything that a melting calculation found; differences are liquid minus solid.</summary>
type MeltingResult =
    {
        /// Excess entropy of the solid; an upper bound.
        Solid: ParticleEntropy
        /// Excess entropy of the liquid; an upper bound.
        Liquid: ParticleEntropy
        /// Enthalpy, volume and heat capacity of the solid.
        SolidThermodynamics: PhaseThermodynamics
        /// Enthalpy, volume and heat capacity of the liquid.
        LiquidThermodynamics: PhaseThermodynamics
        /// Temperature of the runs.
        Temperature: float<K>
        /// Pressure of the runs.
        Pressure: float<bar>
        /// Entropy of melting, Δs_ex + ln(v_l/v_s), from the corrected excess entropies of both phases where both are known, else from their
        /// bounds; no bound.
        DeltaEntropy: Estimate<kB / atom>
        /// Entropy of melting from the two upper bounds without a correction: too large when the bound of the liquid is the looser one. The error is
        /// statistical.
        DeltaEntropyOfBounds: Estimate<kB / atom>
        /// Enthalpy of melting.
        DeltaEnthalpy: Estimate<kJ / mol>
        /// Difference of the heat capacities.
        DeltaHeatCapacity: Estimate<kJ / mol / K>
        /// Δg = Δh − T Δs at the temperature of the runs.
        DeltaGibbs: Estimate<kJ / mol>
        /// Melting temperature by the linear form, Δh/Δs; NaN when there is none.
        MeltingTemperature: Estimate<K>
        /// Melting temperature by the heat-capacity-corrected form; NaN when there is none.
        MeltingTemperatureCorrected: Estimate<K>
        /// Δg(T) in both forms.
        GibbsCurve: GibbsPoint[]
        /// Checks of both entropies and of the comparison.
        Checks: Check list
        /// Settings of both entropies, temperature and pressure.
        Settings: (string * string) list
    }

/// <summary>Options made ready.</summary>
[<RequireQualifiedAccess>]
module MeltingOptions =

    /// <summary>A cubic solid and an isotropic liquid, everything else the same for both.</summary>
    /// <param name="method">How both entropies are estimated; the symmetry is set here.</param>
    /// <param name="conditions">Temperature and pressure of both runs.</param>
    let create (method: ParticleMethod) (conditions: ThermalConditions) : MeltingOptions =
        {
            Conditions = conditions
            Solid = ParticleMethod.withSymmetry Symmetry.Cubic method
            Liquid = ParticleMethod.withSymmetry Symmetry.Isotropic method
        }
