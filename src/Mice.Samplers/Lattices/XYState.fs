namespace Mice.Samplers

open System
open Mice

/// Planar spins of unit length, in the form in which chains move them: site i is (Cosines[i], Sines[i]).
type XYState =
    {
        /// cos θᵢ, [rows·columns].
        Cosines: float[]
        /// sin θᵢ, [rows·columns].
        Sines: float[]
    }

/// Making states, and reading their angles.
[<RequireQualifiedAccess>]
module XYState =
    /// <summary>The state of given angles.</summary>
    /// <param name="angles">θᵢ in radians, [rows·columns].</param>
    let ofAngles (angles: float[]) : XYState =
        {
            Cosines = Array.map cos angles
            Sines = Array.map sin angles
        }

    /// <summary>Wraps an angle to (−π, π]; an angle in this interval does not change.</summary>
    /// <param name="angle">Any finite angle in radians.</param>
    let wrapped (angle: float) : float =
        let turned = Math.IEEERemainder(angle, Math.Tau)
        if turned <= -Math.PI then Math.PI else turned

    /// <summary>The angles of a state, θᵢ in (−π, π].</summary>
    /// <param name="state">A state.</param>
    let angles (state: XYState) : float[] =
        Array.map2
            (fun (s: float) c ->
                let angle = atan2 s c
                // atan2 of a sine of −0 gives −π, which is π.
                if angle = -Math.PI then Math.PI else angle)
            state.Sines
            state.Cosines

    /// <summary>Independent spins, uniform on the circle: the state at T = ∞.</summary>
    /// <param name="sites">How many.</param>
    /// <param name="key">Randomness.</param>
    let random (sites: int) (key: Key) : XYState =
        let generator = Key.generator key
        ofAngles (Array.init sites (fun _ -> Math.PI * (1.0 - 2.0 * generator.NextFloat())))

    /// <summary>An independent copy.</summary>
    /// <param name="state">A state.</param>
    let internal copy (state: XYState) : XYState =
        {
            Cosines = Array.copy state.Cosines
            Sines = Array.copy state.Sines
        }
