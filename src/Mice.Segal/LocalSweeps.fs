namespace Mice.Segal

open Mice

/// What updates of single sites did to a configuration.
[<Struct>]
type internal LocalChange =
    {
        /// How many were taken.
        Taken: int
        /// What they added to E.
        Energy: float
        /// What they added to Σ charge.
        Charge: float
    }

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
    let run
        (s: SemiGrandSystem)
        (c: Conditions)
        (generator: Generator)
        (tries: int)
        (states: byte[])
        (first: int)
        : LocalChange =
        let change = s.Change |> Option.defaultValue (twice s)
        let thermal = s.Boltzmann * c.Temperature
        let mutable taken = 0
        let mutable energy = 0.0
        let mutable charge = 0.0

        for _ in 1..tries do
            let site = generator.NextInt s.Sites
            let own = int states[first + site]
            let state = (own + 1 + generator.NextInt(s.States - 1)) % s.States
            let higher = change states first site state
            let more = s.Charges[state] - s.Charges[own]
            let cost = (higher - c.Field * more) / thermal

            if cost <= 0.0 || generator.NextFloat() < exp -cost then
                states[first + site] <- byte state
                taken <- taken + 1
                energy <- energy + higher
                charge <- charge + more

        {
            Taken = taken
            Energy = energy
            Charge = charge
        }
