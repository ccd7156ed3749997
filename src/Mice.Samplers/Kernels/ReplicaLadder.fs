namespace Mice.Samplers

open Mice

/// A system whose replicas at several temperatures are moved and exchanged.
type ReplicaSystem<'state> =
    {
        /// A state to start from.
        Start: Key -> 'state
        /// A kernel that leaves the Boltzmann law of a temperature invariant. It is called once with each temperature, and the returned function with keys and
        /// states.
        Move: float -> Key -> 'state -> 'state
        /// E of a state, in the units of the temperatures (k_B = 1).
        Energy: 'state -> float
    }

/// Systems that the library has kernels for.
[<RequireQualifiedAccess>]
module ReplicaSystem =
    /// <summary>An Ising model moved by Metropolis sweeps, from random spins.</summary>
    /// <param name="sweeps">Sweeps of a replica between exchanges.</param>
    /// <param name="model">The model, without faults; its temperature is not used.</param>
    let metropolis (sweeps: int) (model: IsingModel) : ReplicaSystem<sbyte[]> =
        {
            Start = fun key -> IsingModel.random key model
            Move =
                fun temperature ->
                    let run = Metropolis.sweeps { model with Temperature = temperature } sweeps

                    fun key spins ->
                        let struct (next, _) = run key spins
                        next
            Energy = IsingModel.energy model
        }

/// States of one ladder by temperature, with the number of the replica that is at each temperature.
type internal ReplicaLadder<'state> =
    {
        States: 'state[]
        Energies: float[]
        Replicas: int[]
    }

/// Where a replica is on its way from the lowest temperature to the highest and back.
[<RequireQualifiedAccess; Struct>]
type internal Way =
    | Unknown
    | Up
    | Down

/// Moving and exchanging the replicas of one ladder.
[<RequireQualifiedAccess>]
module internal ReplicaLadder =
    /// Replicas that each start by themselves.
    let start (system: ReplicaSystem<'state>) (count: int) (key: Key) : ReplicaLadder<'state> =
        let states = Key.split count key |> Array.map system.Start

        {
            States = states
            Energies = Array.map system.Energy states
            Replicas = Array.init count id
        }

    /// The probability that states of energies E at β and E′ at β′ are swapped.
    let swapAcceptance (beta: float) (energy: float) (otherBeta: float) (otherEnergy: float) : float =
        exp (min 0.0 ((beta - otherBeta) * (energy - otherEnergy)))

    /// Swaps the pairs (i, i + 1), i = first, first + 2, …; which of them were swapped, [temperatures − 1].
    let private swap
        (betas: float[])
        first
        key
        (ladder: ReplicaLadder<'state>)
        : struct (ReplicaLadder<'state> * bool[]) =
        let generator = Key.generator key
        let energies = ladder.Energies
        let swapped = Array.zeroCreate (betas.Length - 1)

        for i in first..2 .. betas.Length - 2 do
            swapped[i] <- generator.NextFloat() < swapAcceptance betas[i] energies[i] betas[i + 1] energies[i + 1]

        let from i =
            if i < swapped.Length && swapped[i] then i + 1
            elif i > 0 && swapped[i - 1] then i - 1
            else i

        let exchanged (items: 'item[]) =
            Array.init items.Length (fun i -> items[from i])

        struct ({
                    States = exchanged ladder.States
                    Energies = exchanged energies
                    Replicas = exchanged ladder.Replicas
                },
                swapped)

    /// One round: moves all replicas, then swaps the pairs from the first one on.
    let round
        (energy: 'state -> float)
        (moves: (Key -> 'state -> 'state)[])
        (betas: float[])
        (first: int)
        (key: Key)
        (ladder: ReplicaLadder<'state>)
        : struct (ReplicaLadder<'state> * bool[]) =
        let keys = Key.named "moves" key

        let states =
            Array.mapi2 (fun i move state -> move (Key.item i keys) state) moves ladder.States

        swap
            betas
            first
            (Key.named "swaps" key)
            { ladder with
                States = states
                Energies = Array.map energy states
            }

    /// Counts a round trip for a replica that comes back to the lowest temperature.
    let travel (ways: Way[]) (replicas: int[]) : int =
        let lowest, highest = replicas[0], replicas[replicas.Length - 1]
        let arrived = ways[lowest] = Way.Down
        ways[lowest] <- Way.Up

        if ways[highest] = Way.Up then
            ways[highest] <- Way.Down

        if arrived then 1 else 0
