namespace Mice.Entropy

open System
open Mice

/// <summary>Temperature and pressure of a run, or of both runs of a comparison.</summary>
type ThermalConditions =
    {
        /// Temperature; above 0.
        Temperature: float<K>
        /// Target pressure, finite.
        Pressure: float<bar>
    }

/// <summary>Conditions checked.</summary>
[<RequireQualifiedAccess>]
module ThermalConditions =

    /// <summary>All faults of the conditions; empty when they can be used.</summary>
    let faults (c: ThermalConditions) : MiceError list =
        [
            if not (c.Temperature > 0.0<K> && Double.IsFinite(float c.Temperature)) then
                MiceError.OutOfRange("temperature", $"{float c.Temperature} K", "a finite number above 0 K")
            if not (Double.IsFinite(float c.Pressure)) then
                MiceError.OutOfRange("pressure", $"{float c.Pressure} bar", "a finite number")
        ]
