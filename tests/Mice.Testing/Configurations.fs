namespace Mice.Testing

/// Configurations of a few Ising spins by number, so that tests can go through all of them.
[<AutoOpen>]
module Configurations =
    /// The configuration with a number: bit i is set for spin i up.
    let spinsOf (sites: int) (number: int) : sbyte[] =
        Array.init sites (fun i -> if (number >>> i) &&& 1 = 1 then 1y else -1y)

    /// The number of a configuration.
    let numberOf (spins: sbyte[]) : int =
        Seq.sum (seq { for i in 0 .. spins.Length - 1 -> if spins[i] > 0y then 1 <<< i else 0 })
