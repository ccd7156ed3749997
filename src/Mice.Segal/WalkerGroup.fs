namespace Mice.Segal

open Mice
open Mice.Alloys

/// Configurations that are swept together, on one thread at a time.
type internal WalkerGroup =
    /// Sweeps each at conditions of its own; random numbers are those of the key and of the number that each has among all walkers, the first of the group being given.
    abstract Sweep: key: Key * first: int * sweeps: int * conditions: Conditions[] -> unit
    /// E of a configuration.
    abstract Energy: walker: int -> float
    /// Σ charge of a configuration.
    abstract Charge: walker: int -> float
    /// The states of a configuration.
    abstract States: walker: int -> byte[]

/// Groups of walkers.
[<RequireQualifiedAccess>]
module internal WalkerGroup =
    /// Walkers of a group.
    let Width: int = AlloyReplicas.Width

    /// Walkers of any system, one after the other.
    let private ofAny (s: SemiGrandSystem) (starts: byte[][]) : WalkerGroup =
        let states = starts |> Array.map Array.copy
        let energies = states |> Array.map (fun own -> s.Energy own 0)

        let charges = states |> Array.map (fun own -> SemiGrandSystem.charge s own 0)

        { new WalkerGroup with
            member _.Sweep(key, first, sweeps, conditions) =
                for i in 0 .. states.Length - 1 do
                    let generator = key |> Key.item (first + i) |> Key.generator

                    let change =
                        LocalSweeps.run s conditions[i] generator (sweeps * s.Sites) states[i] 0

                    energies[i] <- energies[i] + change.Energy
                    charges[i] <- charges[i] + change.Charge

            member _.Energy walker = energies[walker]
            member _.Charge walker = charges[walker]
            member _.States walker = Array.copy states[walker]
        }

    let private ofAlloy (s: SemiGrandSystem) (table: FigureTable) (starts: byte[][]) : WalkerGroup =
        let replicas = AlloyReplicas(table, starts)

        { new WalkerGroup with
            member _.Sweep(key, first, sweeps, conditions) =
                let betas = conditions |> Array.map (fun c -> 1.0 / (s.Boltzmann * c.Temperature))

                let turns =
                    conditions |> Array.mapi (fun i _ -> key |> Key.named "turns" |> Key.item (first + i))

                replicas.Sweep(Key.named "sites" key, turns, sweeps, betas, conditions |> Array.map _.Field)
                |> ignore

            member _.Energy walker = replicas.Energies[walker]
            member _.Charge walker = float replicas.Ones[walker]
            member _.States walker = replicas.States walker
        }

    /// <summary>Walkers in groups.</summary>
    /// <param name="s">The system.</param>
    /// <param name="starts">Their states at the start, [walkers][sites].</param>
    /// <returns>Groups of <c>Width</c> walkers, the last one of those that are left.</returns>
    let create (s: SemiGrandSystem) (starts: byte[][]) : WalkerGroup[] =
        let group =
            match s.Origin with
            | SystemOrigin.Alloy(expansion, supercell) -> FigureTable.create expansion supercell |> ofAlloy s
            | SystemOrigin.Ising _
            | SystemOrigin.Own -> ofAny s

        starts |> Array.chunkBySize Width |> Array.map group
