namespace Mice.Atoms

open Mice

/// <summary>A run of molecular dynamics as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module MdDescription =
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
    let create (settings: (string * string) list) (run: LammpsRun option) (r: MdResult) : ResultDescription =
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
