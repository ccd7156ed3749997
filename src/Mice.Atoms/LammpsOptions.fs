namespace Mice.Atoms

open System
open System.Globalization
open Mice

/// The phase that a molecular-dynamics run prepares.
[<RequireQualifiedAccess>]
type Phase =
    /// The perfect lattice, warmed up.
    | Solid
    /// The lattice molten well above the melting point, then cooled down.
    | Liquid

/// The lattice that a run starts from.
[<RequireQualifiedAccess>]
type CrystalLattice =
    /// Body-centred cubic: 2 atoms per cube.
    | Bcc
    /// Face-centred cubic: 4 atoms per cube.
    | Fcc

/// How the forces are computed. The numbers are the same.
[<RequireQualifiedAccess>]
type PotentialRoute =
    /// The OpenKIM model through LAMMPS' pair style kim.
    | Kim
    /// The embedded-atom table of the OpenKIM model, copied out of its library into the run's folder at run time, and LAMMPS' own
    /// pair style eam/fs/opt: 1.8 times faster.
    | Table

/// <summary>One phase at constant number of atoms, pressure and temperature. Start from <c>LammpsOptions.sodium</c> or
/// <c>LammpsOptions.aluminium</c> and change fields with { … with … }.</summary>
type LammpsOptions =
    {
        /// Chemical symbol, as the OpenKIM model knows it.
        Element: string
        /// g/mol
        Mass: float
        Lattice: CrystalLattice
        /// Edge of the cube that repeats, Å.
        LatticeConstant: float
        /// Cubes along each edge of the box.
        Side: int
        /// The extended KIM-ID of the potential.
        Model: string
        Route: PotentialRoute
        Phase: Phase
        Temperature: float<K>
        Pressure: float<bar>
        /// Where the liquid is made; a perfect crystal superheats, so it has to be far above the melting point.
        MeltTemperature: float<K>
        /// Steps at the melting temperature, and again from there down to Temperature; liquid only.
        MeltSteps: int
        /// Steps at the final temperature before the first snapshot.
        EquilibrationSteps: int
        /// Steps between two snapshots; 2,500 are 5 ps.
        SnapshotEvery: int
        Snapshots: int
        /// Steps between two rows of the thermo table; SnapshotEvery is a multiple of it.
        ThermoEvery: int
        TimeStep: float<ps>
        /// 1 to 900,000,000, what LAMMPS takes.
        Seed: int
        /// Processor threads; None: all, where this LAMMPS has its package OPENMP, and 1 otherwise. A run may go on with another number.
        Threads: int option
    }

/// Ready-made options, and their check.
[<RequireQualifiedAccess>]
module LammpsOptions =
    /// Sodium, 1,024 atoms, 350 K, 1 bar, 60 snapshots 5 ps apart. Potential: Wilson, Gunawardana, Mendelev, J. Chem. Phys. 142, 134705 (2015).
    let sodium (phase: Phase) : LammpsOptions =
        {
            Element = "Na"
            Mass = 22.98977
            Lattice = CrystalLattice.Bcc
            LatticeConstant = 4.32
            Side = 8
            Model = "EAM_Dynamo_Mendelev_2015_Na__MO_094065024556_000"
            Route = PotentialRoute.Table
            Phase = phase
            Temperature = 350.0<K>
            Pressure = 1.0<bar>
            MeltTemperature = 900.0<K>
            MeltSteps = 5000
            EquilibrationSteps = (if phase = Phase.Liquid then 15000 else 10000)
            SnapshotEvery = 2500
            Snapshots = 60
            ThermoEvery = 250
            TimeStep = 0.002<ps>
            Seed = 1
            Threads = None
        }

    /// Aluminium, 2,048 atoms, 900 K, 1 bar, 60 snapshots 5 ps apart. Potential: Mendelev et al., Phil. Mag. 88, 1723 (2008).
    let aluminium (phase: Phase) : LammpsOptions =
        { sodium phase with
            Element = "Al"
            Mass = 26.98154
            Lattice = CrystalLattice.Fcc
            LatticeConstant = 4.12
            Model = "EAM_Dynamo_MendelevKramerBecker_2008_Al__MO_106969701023_005"
            Temperature = 900.0<K>
            MeltTemperature = 2000.0<K>
            MeltSteps = 3000
            EquilibrationSteps = (if phase = Phase.Liquid then 5000 else 4000)
        }

    /// The number of atoms.
    let atoms (o: LammpsOptions) : int =
        o.Side * o.Side * o.Side * (if o.Lattice = CrystalLattice.Bcc then 2 else 4)

    /// Steps before the first one that counts.
    let preparationSteps (o: LammpsOptions) : int =
        o.EquilibrationSteps + (if o.Phase = Phase.Liquid then 2 * o.MeltSteps else 0)

    /// Steps from which snapshots are taken.
    let productionSteps (o: LammpsOptions) : int64 =
        int64 o.Snapshots * int64 o.SnapshotEvery

    /// Every setting by name that decides what is simulated, as reports and folders state them; the number of threads is not among them.
    let describe (o: LammpsOptions) : (string * string) list =
        [
            "element", o.Element
            "mass_gram_per_mol", string o.Mass
            "lattice", string o.Lattice
            "lattice_constant_angstrom", string o.LatticeConstant
            "side", string o.Side
            "model", o.Model
            "route", string o.Route
            "phase", string o.Phase
            "temperature_kelvin", string (float o.Temperature)
            "pressure_bar", string (float o.Pressure)
            "melt_temperature_kelvin", string (float o.MeltTemperature)
            "melt_steps", string o.MeltSteps
            "equilibration_steps", string o.EquilibrationSteps
            "snapshot_every_steps", string o.SnapshotEvery
            "snapshots", string o.Snapshots
            "thermo_every_steps", string o.ThermoEvery
            "time_step_ps", string (float o.TimeStep)
            "seed", string o.Seed
        ]

    let private isName (text: string) =
        text <> "" && text |> Seq.forall (fun c -> Char.IsAsciiLetterOrDigit c || c = '_' || c = '-')

    /// Every field that is out of range.
    let check (o: LammpsOptions) : MiceError list =
        let text (x: float) = x.ToString CultureInfo.InvariantCulture

        let number name (value: float) low high =
            if not (value > low && value <= high) then
                [
                    MiceError.OutOfRange(name, text value, $"above {text low}, at most {text high}")
                ]
            else
                []

        let count name value low high =
            if value < low || value > high then
                [ MiceError.OutOfRange(name, string value, $"{low} to {high}") ]
            else
                []

        [
            if not (isName o.Element) then
                MiceError.OutOfRange(nameof o.Element, o.Element, "a chemical symbol")
            if not (isName o.Model) then
                MiceError.OutOfRange(nameof o.Model, o.Model, "the extended KIM-ID of a model")
            yield! number (nameof o.Mass) o.Mass 0.0 1000.0
            yield! number (nameof o.LatticeConstant) o.LatticeConstant 0.5 100.0
            yield! count (nameof o.Side) o.Side 1 1000
            yield! number (nameof o.Temperature) (float o.Temperature) 0.0 1e5
            yield! number (nameof o.Pressure) (float o.Pressure) -1e8 1e8
            yield! number (nameof o.MeltTemperature) (float o.MeltTemperature) 0.0 1e5
            yield! count (nameof o.MeltSteps) o.MeltSteps 1 100_000_000
            yield! count (nameof o.EquilibrationSteps) o.EquilibrationSteps 1 100_000_000
            yield! count (nameof o.SnapshotEvery) o.SnapshotEvery 1 100_000_000
            yield! count (nameof o.Snapshots) o.Snapshots 1 1_000_000
            yield! count (nameof o.ThermoEvery) o.ThermoEvery 1 100_000_000
            if o.ThermoEvery >= 1 && o.SnapshotEvery % o.ThermoEvery <> 0 then
                let allowed = $"a divisor of SnapshotEvery ({o.SnapshotEvery})"
                MiceError.OutOfRange(nameof o.ThermoEvery, string o.ThermoEvery, allowed)
            yield! number (nameof o.TimeStep) (float o.TimeStep) 0.0 0.1
            yield! count (nameof o.Seed) o.Seed 1 900_000_000
            yield! count (nameof o.Threads) (Option.defaultValue 1 o.Threads) 1 1024
        ]
