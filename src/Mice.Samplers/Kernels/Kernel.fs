namespace Mice.Samplers

open Mice

/// <summary>A Markov chain as two pure functions: all randomness comes in through the key, so the same key gives the same state. Steps
/// leave the Boltzmann law of their model as it is.</summary>
[<NoEquality; NoComparison>]
type Kernel<'state> =
    {
        /// The state that a chain starts from.
        Init: Key -> 'state
        /// The state after one step; the state before stays what it is.
        Step: Key -> 'state -> 'state
    }
