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
    /// <param name="snapshots">The snapshots of the run, at least one, with the same atoms.</param>
    /// <param name="table">Its thermo table: time_ps, T_K, P_bar and, of the whole box, V_A3, U_eV, H_eV.</param>
    /// <returns>The result, or an <c>UnknownName</c> for every column that is missing, and a <c>Mismatch</c> for snapshots with different atoms.</returns>
    let create (snapshots: Snapshot[]) (table: ThermoTable) : Result<MdResult, MiceError list> =
        let column name =
            ThermoTable.column name table |> Result.mapError List.singleton

        let atoms = Snapshot.count snapshots[0]
        let perAtom = Array.map (fun value -> value / float atoms)

        validate {
            let! time = column "time_ps"
            and! temperature = column "T_K"
            and! pressure = column "P_bar"
            and! energy = column "U_eV"
            and! enthalpy = column "H_eV"
            and! volume = column "V_A3"
            and! () = Composition.faults "means per atom" snapshots

            return
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
        }

    let private files (run: LammpsRun) : ResultRow =
        ResultRow.record
            ""
            "Files"
            [
                ResultRow.text "trajectory" "Snapshots" run.Trajectory
                ResultRow.text "thermo" "Thermo table" run.Thermo
            ]

    let private mean (key: string) (series: MdSeries) : ResultRow =
        ResultRow.estimate key series.Name series.Unit series.Mean

    /// <summary>The description of a run: means with their errors, temperature in K, pressure in bar, energies in eV per atom, volume in Å³ per atom.</summary>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="run">Its files, where it left some.</param>
    /// <param name="r">What it gave.</param>
    let describe (settings: (string * string) list) (run: LammpsRun option) (r: MdResult) : ResultDescription =
        {
            Answer =
                $"The mean potential energy is {Words.estimate r.PotentialEnergy.Unit r.PotentialEnergy.Mean} at a mean temperature of "
                + $"{Words.estimate r.Temperature.Unit r.Temperature.Mean} and a volume of {Words.estimate r.Volume.Unit r.Volume.Mean}."
            Meaning =
                "One standard error of the last digits in brackets, by blocking of the time series. Temperature and pressure are instantaneous values, kinetic and virial; \
                 the enthalpy contains the kinetic energy."
            Sections =
                [
                    ResultRow.record
                        ""
                        "Means"
                        [
                            mean "temperature_kelvin" r.Temperature
                            mean "pressure_bar" r.Pressure
                            mean "potential_energy_ev_per_atom" r.PotentialEnergy
                            mean "enthalpy_ev_per_atom" r.Enthalpy
                            mean "volume_per_atom_angstrom3" r.Volume
                            ResultRow.count "atoms" "Atoms" r.Atoms
                            ResultRow.count "snapshots" "Snapshots" r.Snapshots
                            r.Time
                            |> Array.tryLast
                            |> Option.defaultValue 0.0
                            |> ResultRow.number "duration_picoseconds" "Duration" "ps" 0
                        ]
                    yield! run |> Option.map files |> Option.toList
                ]
            Checks = []
            Notes = []
            Settings = settings
        }
