namespace Mice.Entropy

open Mice
open Mice.Atoms

/// <summary>−ln p of each snapshot per atom, up to a constant, and its ensemble mean, known better than from the snapshots.</summary>
/// <remarks>It takes the thermal noise out of the entropies of snapshots, and what is left of their scatter tells how loose a bound is.</remarks>
type ControlVariate =
    {
        /// Value of each snapshot, in the order of the snapshots; k_B per atom.
        Values: float[]
        /// Ensemble mean of the values, from more data than these snapshots.
        Mean: Estimate<kB / atom>
    }

/// From thermo tables, or from nothing where all configurations are equally likely.
[<RequireQualifiedAccess>]
module ControlVariate =
    /// <summary>Control variate of bodies that only exclude one another, in a fixed volume: all allowed configurations are equally likely.</summary>
    /// <param name="snapshots">How many snapshots.</param>
    let athermal (snapshots: int) : ControlVariate =
        {
            Values = Array.zeroCreate snapshots
            Mean = Estimate.exact 0.0<kB / atom>
        }

    /// Why the rows that belong to the snapshots are unknown.
    let private stepFaults (snapshots: Snapshot[]) (table: ThermoTable) (steps: float[]) : MiceError list =
        let bad text =
            MiceError.BadFile(table.Path, None, None, text)

        let twice values =
            values |> Array.countBy id |> Array.tryFind (fun (_, n) -> n > 1) |> Option.map fst

        let known = Set steps

        let there =
            if Array.isEmpty steps then
                "it has no rows"
            else
                $"it has {steps.Length} rows with steps {Array.min steps} to {Array.max steps}"

        [
            match twice steps with
            | Some step ->
                bad $"step {step} stands in two rows; leave only the rows of the run that the snapshots are from"
            | None -> ()

            match snapshots |> Array.map _.Step |> twice with
            | Some step -> bad $"two snapshots have step {step}, so the rows that belong to them are unknown"
            | None -> ()

            match snapshots |> Array.tryFind (fun s -> not (known.Contains(float s.Step))) with
            | Some s -> bad $"there is no row with step {s.Step}, which a snapshot has; {there}"
            | None -> ()
        ]

    /// <summary>Control variate of a thermal system at constant temperature and pressure: −ln p of a snapshot relative to the ideal gas is β(U + pV) − N ln V
    /// up to a constant, so per atom β(U + pV)/N − ln(V/N). At constant volume the formula holds too, since V is a constant.</summary>
    /// <param name="conditions">Temperature and pressure of the run.</param>
    /// <param name="snapshots">One or more, with the same atoms.</param>
    /// <param name="table">Thermo table of the same run, with columns step, U_eV and V_A3; the mean is over all rows.</param>
    /// <returns>Errors: OutOfRange (the conditions), Mismatch (different atoms), the faults of missing columns, BadFile when the step of a snapshot has no
    /// row, or when two rows or two snapshots have the same step.</returns>
    let thermal
        (conditions: ThermalConditions)
        (snapshots: Snapshot[])
        (table: ThermoTable)
        : Result<ControlVariate, MiceError list> =
        let column name = ThermoTable.column name table
        let columns = [ column "step"; column "U_eV"; column "V_A3" ]

        let missing =
            columns
            |> List.choose (function
                | Error e -> Some e
                | Ok _ -> None)

        let changing = Composition.faults "values per atom from a thermo table" snapshots

        match ThermalConditions.faults conditions @ missing @ changing, columns with
        | [], [ Ok steps; Ok energies; Ok volumes ] ->
            let atoms = float (Snapshot.count snapshots[0])
            let beta = 1.0 / float (boltzmann * conditions.Temperature)

            let values =
                Array.map2
                    (fun u v ->
                        let enthalpy = u + float (conditions.Pressure * eVPerCubicAngstromPerBar) * v
                        beta * enthalpy / atoms - log (v / atoms))
                    energies
                    volumes

            match stepFaults snapshots table steps with
            | [] ->
                let rowOf = Array.zip steps values |> Map.ofArray
                let mean = Statistics.mean values * 1.0<kB / atom>
                let error = Statistics.blocking values * 1.0<kB / atom>

                Ok
                    {
                        Values = snapshots |> Array.map (fun s -> rowOf[float s.Step])
                        Mean = Estimate.create mean error Direction.Exact
                    }
            | faults -> Error faults
        | faults, _ -> Error faults
