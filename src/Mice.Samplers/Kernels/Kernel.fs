namespace Mice.Samplers

open Mice

/// <summary>A Markov chain as two pure functions. All randomness comes from the key, so the same key gives the same state. A step leaves the Boltzmann law of
/// the model invariant.</summary>
[<NoEquality; NoComparison>]
type Kernel<'state> =
    {
        /// The state that a chain starts from.
        Init: Key -> 'state
        /// The state after one step, as a new value; the state before is not changed.
        Step: Key -> 'state -> 'state
    }
