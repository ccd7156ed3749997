namespace Mice.Plots

open Mice
open Mice.Atoms

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

/// <summary>Table and report of a run of molecular dynamics.</summary>
[<RequireQualifiedAccess>]
module MdReport =

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
    let result (snapshots: Snapshot[]) (table: ThermoTable) : Result<MdResult, MiceError list> =
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

    /// <summary>The means of a run: headings, then rows of quantity, value with its standard error in brackets, unit.</summary>
    let numbers (r: MdResult) : string list * string list list =
        [ "Mean over the run"; "Value"; "Unit" ],
        [
            for series in [ r.Temperature; r.Pressure; r.PotentialEnergy; r.Enthalpy; r.Volume ] do
                [ series.Name; Estimate.format series.Mean; series.Unit ]
        ]

    let private answer (r: MdResult) =
        $"The mean potential energy is {Words.estimate r.PotentialEnergy.Unit r.PotentialEnergy.Mean} at a mean temperature of "
        + $"{Words.estimate r.Temperature.Unit r.Temperature.Mean} and a volume of {Words.estimate r.Volume.Unit r.Volume.Mean}."

    /// <summary>The report of a run.</summary>
    /// <param name="title">What was simulated, for example <c>Liquid Na at 350 K</c>.</param>
    /// <param name="versions">Programs and their versions.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="r">The run.</param>
    let create
        (title: string)
        (versions: (string * string) list)
        (settings: (string * string) list)
        (g: PairDistribution)
        (r: MdResult)
        : Report =
        let headings, rows = numbers r

        let duration =
            match r.Time with
            | [||] -> 0.0
            | time -> Array.last time

        {
            Title = title
            Answer = answer r
            Checks = []
            Subtitle = $"{r.Atoms} atoms, {r.Snapshots} snapshots in {duration:F0} ps"
            Sections =
                [
                    {
                        Heading = "Along the run"
                        Blocks =
                            [
                                Block.Figures
                                    [
                                        MdFigures.againstTime r.Time r.Temperature
                                        MdFigures.againstTime r.Time r.PotentialEnergy
                                        MdFigures.againstTime r.Time r.Volume
                                        ScanFigures.pairs [ Style.solid "" Colour.blue, g ]
                                    ]
                            ]
                    }
                    {
                        Heading = "Means"
                        Blocks =
                            [
                                Block.Paragraph
                                    "One standard error of the last digits in brackets, by blocking of the time series. Temperature and pressure are \
                                     instantaneous values, kinetic and virial; the enthalpy contains the kinetic energy."
                                Old.table (headings, rows)
                            ]
                    }
                    ScanReport.settings settings versions
                ]
        }
