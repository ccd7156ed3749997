namespace Mice.Atoms

open Mice

/// <summary>A quantity along a run of molecular dynamics, intensive or per atom.</summary>
type MdSeries =
    {
        /// Its name.
        Name: string
        /// Its unit, in which values and mean are.
        Unit: string
        /// One value for each row of the thermo table.
        Values: float[]
        /// The mean over the run; its error is found by blocking.
        Mean: Estimate<1>
    }

/// <summary>What a run of molecular dynamics gave.</summary>
type MdResult =
    {
        /// Atoms in the box.
        Atoms: int
        /// Snapshots kept.
        Snapshots: int
        /// Times of the rows of the thermo table, ps.
        Time: float[]
        /// Instantaneous kinetic temperature, K.
        Temperature: MdSeries
        /// Instantaneous virial pressure, bar.
        Pressure: MdSeries
        /// Potential energy, eV per atom.
        PotentialEnergy: MdSeries
        /// Enthalpy with its kinetic part, at the target pressure, eV per atom.
        Enthalpy: MdSeries
        /// Volume, Å³ per atom.
        Volume: MdSeries
    }

/// <summary>Results of runs of molecular dynamics.</summary>
[<RequireQualifiedAccess>]
module MdResult =
    /// Rows of a simulation are correlated, so the error is found by blocking.
    let private series (name: string) (unit: string) (values: float[]) : MdSeries =
        {
            Name = name
            Unit = unit
            Values = values
            Mean = Estimate.create (Statistics.mean values) (Statistics.blocking values) Direction.Exact
        }

    /// <summary>Means and series of a run.</summary>
    /// <param name="snapshots">The snapshots of the run, at least one.</param>
    /// <param name="table">Its thermo table: time_ps, T_K, P_bar and, of the whole box, V_A3, U_eV, H_eV.</param>
    /// <returns>The result, or an <c>UnknownName</c> for every column that is missing.</returns>
    let create (snapshots: Snapshot[]) (table: ThermoTable) : Result<MdResult, MiceError list> =
        let names = [ "time_ps"; "T_K"; "P_bar"; "U_eV"; "H_eV"; "V_A3" ]
        let columns = names |> List.map (fun name -> ThermoTable.column name table)
        let atoms = Snapshot.count snapshots[0]
        let perAtom = Array.map (fun value -> value / float atoms)

        match columns with
        | [ Ok time; Ok temperature; Ok pressure; Ok energy; Ok enthalpy; Ok volume ] ->
            Ok
                {
                    Atoms = atoms
                    Snapshots = snapshots.Length
                    Time = time
                    Temperature = series "Temperature" "K" temperature
                    Pressure = series "Pressure" "bar" pressure
                    PotentialEnergy = series "Potential energy" "eV per atom" (perAtom energy)
                    Enthalpy = series "Enthalpy" "eV per atom" (perAtom enthalpy)
                    Volume = series "Volume" "Å³ per atom" (perAtom volume)
                }
        | _ ->
            Error
                [
                    for column in columns do
                        match column with
                        | Ok _ -> ()
                        | Error fault -> fault
                ]
