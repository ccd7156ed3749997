namespace Mice.Segal

open Mice

/// Configurations with the temperatures and fields at which they are in equilibrium.
type ThermalSnapshots =
    {
        /// Temperature and field of each.
        Conditions: Conditions[]
        /// [samples; sites], row-major.
        States: byte[]
        /// E of each.
        Energies: float[]
        /// Σ charge of each.
        TotalCharges: float[]
    }

/// Snapshots with their temperatures and fields.
[<RequireQualifiedAccess>]
module ThermalSnapshots =
    let private sizeFaults (s: SemiGrandSystem) (conditions: Conditions[]) (states: byte[]) : MiceError list =
        [
            if states.Length <> conditions.Length * s.Sites then
                MiceError.Mismatch(
                    "sites of all snapshots and those of the system",
                    string states.Length,
                    $"{conditions.Length} × {s.Sites}"
                )
        ]

    /// <summary>Snapshots of one's own.</summary>
    /// <param name="s">The system.</param>
    /// <param name="conditions">Temperature and field of each.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    /// <returns>Errors: OutOfRange, Mismatch.</returns>
    let create
        (s: SemiGrandSystem)
        (conditions: Conditions[])
        (states: byte[])
        : Result<ThermalSnapshots, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "the number of snapshots" conditions.Length

            let! () = sizeFaults s conditions states

            let! () =
                states
                |> Array.tryFindIndex (fun state -> int state >= s.States)
                |> Option.map (fun at ->
                    MiceError.OutOfRange(
                        $"the state of site {at % s.Sites + 1} of snapshot {at / s.Sites + 1}",
                        string states[at],
                        $"0 to {s.States - 1}"
                    ))
                |> Option.toList

            let struct (energies, charges) = SemiGrandSystem.sums s states

            return
                {
                    Conditions = conditions
                    States = states
                    Energies = energies
                    TotalCharges = charges
                }
        }

    /// <summary>What stands against learning from snapshots.</summary>
    /// <param name="r">What the network is to learn.</param>
    /// <param name="s">The system.</param>
    /// <param name="snapshots">The snapshots.</param>
    let internal givenFaults (r: ConditionRange) (s: SemiGrandSystem) (snapshots: ThermalSnapshots) : MiceError list =
        [
            yield! sizeFaults s snapshots.Conditions snapshots.States

            match snapshots.Conditions |> Array.tryFindIndex (fun c -> not (ConditionRange.contains c r)) with
            | None -> ()
            | Some at ->
                let c = snapshots.Conditions[at]

                MiceError.OutOfRange(
                    $"temperature and field of snapshot {at + 1}",
                    $"T = {Number.text c.Temperature}, B = {Number.text c.Field}",
                    "within the range that the network is to learn"
                )
        ]

    /// What snapshots are known by.
    let internal digest (snapshots: ThermalSnapshots) : string =
        RunStore.digest (fun writer ->
            for c in snapshots.Conditions do
                writer.Write c.Temperature
                writer.Write c.Field

            writer.Write snapshots.States)
