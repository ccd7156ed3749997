namespace Mice.Tensors

open System

/// A learning rate for every training step; steps count from 1.
type Schedule = int64 -> float

/// Learning-rate schedules.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Schedule =
    /// Always the same rate.
    let constant (rate: float) : Schedule = fun _ -> rate

    /// Half a cosine from `start` at step 1 to `final` at step `steps`, constant afterwards.
    let cosine (start: float) (final: float) (steps: int64) : Schedule =
        fun step ->
            let passed = float (min step steps - 1L) / float (max 1L (steps - 1L))
            final + 0.5 * (start - final) * (1.0 + cos (Math.PI * passed))

    /// rate · decay^((step − 1)/every).
    let exponential (rate: float) (decay: float) (every: int64) : Schedule =
        fun step -> rate * decay ** (float (step - 1L) / float every)

    /// Grows in proportion to the step over the first `steps`, then follows another schedule, which starts there.
    let warmUp (steps: int64) (next: Schedule) : Schedule =
        fun step ->
            if step <= steps then
                next 1L * float step / float steps
            else
                next (step - steps)
