namespace Mice.Alloys

open System
open Mice

/// What is held fixed besides the temperature.
[<RequireQualifiedAccess>]
type AlloyEnsemble =
    /// Δμ, eV: the chemical potential of the first species minus that of the second. Sites turn over one by one.
    | SemiGrand of difference: float
    /// x, the fraction of sites in state 1, rounded to whole atoms. Sites in different states are exchanged.
    | Canonical of composition: float

/// Where an alloy is sampled.
type AlloyConditions =
    {
        /// T, K.
        Temperature: float
        /// What else is fixed.
        Ensemble: AlloyEnsemble
        /// k_B, eV/K; <c>float Mice.Units.boltzmann</c>.
        Boltzmann: float
    }

/// Conditions and their faults.
[<RequireQualifiedAccess>]
module AlloyConditions =
    /// <summary>The semi-grand canonical ensemble with the CODATA value of k_B.</summary>
    /// <param name="temperature">T, K.</param>
    /// <param name="difference">Δμ, eV.</param>
    let semiGrand (temperature: float) (difference: float) : AlloyConditions =
        {
            Temperature = temperature
            Ensemble = AlloyEnsemble.SemiGrand difference
            Boltzmann = float boltzmann
        }

    /// <summary>The canonical ensemble with the CODATA value of k_B.</summary>
    /// <param name="temperature">T, K.</param>
    /// <param name="composition">x.</param>
    let canonical (temperature: float) (composition: float) : AlloyConditions =
        { semiGrand temperature 0.0 with
            Ensemble = AlloyEnsemble.Canonical composition
        }

    /// <summary>What stands against conditions.</summary>
    /// <param name="c">The conditions.</param>
    let faults (c: AlloyConditions) : MiceError list =
        [
            yield! Validate.positive "the temperature" c.Temperature
            yield! Validate.positive "Boltzmann's constant" c.Boltzmann

            match c.Ensemble with
            | AlloyEnsemble.SemiGrand d -> yield! Validate.that "the difference Δμ" "a finite number" Double.IsFinite d
            | AlloyEnsemble.Canonical x ->
                yield! Validate.that "the composition" "0 to 1" (fun x -> x >= 0.0 && x <= 1.0) x
        ]
