namespace Mice.Entropy

open System
open Mice

/// <summary>A melting calculation as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module MeltingDescription =
    let private estimate unit key label e = ResultRow.estimate key label unit e
    let private molar key label (e: Estimate<kJ / mol>) = estimate "kJ/mol" key label e

    let private capacity key label (e: Estimate<kJ / mol / K>) = estimate "kJ/(mol K)" key label e

    let private kelvin key label (e: Estimate<K>) = estimate "K" key label e

    let private entropy key label (e: Estimate<kB / atom>) =
        estimate BoundDescription.entropyUnit key label e

    /// Differences, liquid minus solid, and what follows from them.
    let private differences (r: MeltingResult) : ResultRow list =
        [
            r.DeltaEntropy
            |> ResultRow.principal "delta_entropy_kb_per_atom" "Entropy of melting Δs" BoundDescription.entropyUnit
            entropy "delta_entropy_of_bounds_kb_per_atom" "– from the bounds as they stand" r.DeltaEntropyOfBounds
            molar "delta_enthalpy_kj_per_mol" "Enthalpy of melting Δh" r.DeltaEnthalpy
            molar "delta_gibbs_kj_per_mol" $"Free energy of melting Δg at {float r.Temperature} K" r.DeltaGibbs
            kelvin "melting_temperature_kelvin" "Melting temperature Tₘ, linear" r.MeltingTemperature
            r.MeltingTemperatureCorrected
            |> kelvin "melting_temperature_heat_capacity_corrected_kelvin" "Melting temperature Tₘ, with Δcₚ"
            capacity "delta_heat_capacity_kj_per_mol_kelvin" "Heat-capacity difference Δcₚ" r.DeltaHeatCapacity
            ResultRow.number "temperature_kelvin" "Temperature of the runs" "K" 6 (float r.Temperature)
            ResultRow.number "pressure_bar" "Pressure of the runs" "bar" 6 (float r.Pressure)
            BoundDescription.caveatRow
        ]

    let private phase (key: string) (title: string) (found: ParticleEntropy) (t: PhaseThermodynamics) : ResultRow list =
        [
            ResultRow.record
                key
                title
                [
                    yield! ParticleDescription.rows found
                    estimate "Å³" "thermo_volume_per_atom_angstrom3" "Volume per atom in the table" t.Volume
                    molar "configurational_enthalpy_kj_per_mol" "Configurational enthalpy, u + pv" t.Enthalpy
                    t.HeatCapacity
                    |> capacity "configurational_heat_capacity_kj_per_mol_kelvin" "Configurational heat capacity"
                ]
            // Beside the differences too, where scripts look for them.
            ResultRow.record
                ""
                ""
                [
                    entropy $"excess_entropy_{key}_kb_per_atom" "" found.Bound.ExcessEntropy
                    ResultRow.text
                        $"excess_entropy_{key}_direction"
                        ""
                        (Direction.name found.Bound.ExcessEntropy.Direction)
                ]
        ]

    let private gibbs (r: MeltingResult) : ResultRow =
        [
            for p in r.GibbsCurve ->
                [
                    ResultRow.number "temperature_kelvin" "Temperature" "K" 6 (float p.Temperature)
                    molar "delta_gibbs_linear_kj_per_mol" "Δg, linear" p.Linear
                    molar "delta_gibbs_heat_capacity_corrected_kj_per_mol" "Δg, with Δcₚ" p.Corrected
                ]
        ]
        |> ResultRow.curve "gibbs_curve" "Free energy of melting"

    let private answer (r: MeltingResult) =
        let entropy = Words.estimate BoundDescription.entropyUnit r.DeltaEntropy

        let enthalpy = Words.estimate "kJ/mol" r.DeltaEnthalpy
        let found = $"an entropy of melting of {entropy} and an enthalpy of {enthalpy}"

        if Double.IsFinite(float r.MeltingTemperature.Value) then
            $"""The melting temperature is {Words.estimate "K" r.MeltingTemperature}, from {found}."""
        else
            $"These numbers have no melting temperature: {found}."

    /// <summary>The description of a melting calculation: differences liquid minus solid, Δg(T) and both phases.</summary>
    /// <param name="r">The calculation.</param>
    let create (r: MeltingResult) : ResultDescription =
        {
            Answer = answer r
            Meaning = BoundDescription.meaning
            Sections =
                [
                    ResultRow.record "" "Melting" (differences r)
                    yield! phase "solid" "Solid" r.Solid r.SolidThermodynamics
                    yield! phase "liquid" "Liquid" r.Liquid r.LiquidThermodynamics
                    gibbs r
                ]
            Checks = r.Checks
            Notes = []
            Settings = r.Settings
        }
