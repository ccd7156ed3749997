namespace Mice.Segal

open Mice

/// <summary>Metropolis updates of single sites of any system.</summary>
/// <remarks>A site and another state of it are drawn at random, and taken with min(1, exp(−(ΔE − BΔΣ charge)/k_BT)). Source: N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953).</remarks>
[<RequireQualifiedAccess>]
module internal LocalSweeps =
    /// ΔE from the energies before and after.
    let private twice (s: SemiGrandSystem) (states: byte[]) (first: int) (site: int) (state: int) : float =
        let own = states[first + site]
        let before = s.Energy states first
        states[first + site] <- byte state
        let after = s.Energy states first
        states[first + site] <- own
        after - before

    /// <summary>Tries updates of one configuration, in place.</summary>
    /// <param name="s">The system.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="generator">The random numbers.</param>
    /// <param name="tries">How many.</param>
    /// <param name="states">States of configurations.</param>
    /// <param name="first">Where the configuration begins.</param>
    /// <returns>How many were taken.</returns>
    let run
        (s: SemiGrandSystem)
        (c: Conditions)
        (generator: Generator)
        (tries: int)
        (states: byte[])
        (first: int)
        : int =
        let change = s.Change |> Option.defaultValue (twice s)
        let thermal = s.Boltzmann * c.Temperature
        let mutable taken = 0

        for _ in 1..tries do
            let site = generator.NextInt s.Sites
            let own = int states[first + site]
            let state = (own + 1 + generator.NextInt(s.States - 1)) % s.States

            let cost =
                (change states first site state - c.Field * (s.Charges[state] - s.Charges[own])) / thermal

            if cost <= 0.0 || generator.NextFloat() < exp -cost then
                states[first + site] <- byte state
                taken <- taken + 1

        taken
