namespace Mice.Atoms

open Mice

/// Writes the input of LAMMPS.
[<RequireQualifiedAccess>]
module LammpsScript =
    /// The file with the embedded-atom table, in the run's folder.
    let tableFile (o: LammpsOptions) : string = $"{o.Element}.eam.fs"

    let private header (o: LammpsOptions) =
        match o.Route with
        | PotentialRoute.Kim -> [ $"kim init {o.Model} metal" ]
        | PotentialRoute.Table -> [ "units metal"; "atom_style atomic" ]

    /// The style of a table on one thread has a variant for one, which is faster; on several LAMMPS takes its own by a switch.
    let private interactions (threads: int) (o: LammpsOptions) =
        match o.Route with
        | PotentialRoute.Kim -> [ $"kim interactions {o.Element}" ]
        | PotentialRoute.Table ->
            [
                if threads = 1 then
                    "pair_style eam/fs/opt"
                else
                    "pair_style eam/fs"
                $"pair_coeff * * {tableFile o} {o.Element}"
                "neighbor 1.0 bin"
            ]

    let private dynamics (o: LammpsOptions) =
        [
            "neigh_modify delay 5 every 1 check yes"
            $"timestep {Number.text (float o.TimeStep)}"
            "thermo 10000"
        ]

    let private crystal (o: LammpsOptions) =
        let lattice =
            match o.Lattice with
            | CrystalLattice.Bcc -> "bcc"
            | CrystalLattice.Fcc -> "fcc"

        [
            $"lattice {lattice} {Number.text o.LatticeConstant}"
            $"region box block 0 {o.Side} 0 {o.Side} 0 {o.Side}"
            "create_box 1 box"
            "create_atoms 1 box"
            $"mass 1 {Number.text o.Mass}"
        ]

    /// Constant pressure with the given relaxation time of the barostat, ps.
    let private barostat (o: LammpsOptions) (relaxation: float) =
        let p = Number.text (float o.Pressure)
        $"fix b all nph iso {p} {p} {Number.text relaxation}"

    /// Canonical at a temperature that moves from one value to another.
    let private thermostat (first: float<K>) (last: float<K>) (relaxation: float) (seed: int) =
        $"fix t all langevin {Number.text (float first)} {Number.text (float last)} {Number.text relaxation} {seed} zero yes"

    /// One stage of the preparation; LAMMPS would not take a second fix of the same name otherwise.
    let private stage (fixes: string list) (steps: int) =
        fixes @ [ $"run {steps}"; "unfix t"; "unfix b" ]

    let private preparation (o: LammpsOptions) =
        let start (temperature: float<K>) =
            $"velocity all create {Number.text (float temperature)} {o.Seed} mom yes rot no dist gaussian"

        let watch =
            $"fix watch all print {o.ThermoEvery} \"$(step)\" file preparation.csv screen no title \"step\""

        let settle =
            stage [ barostat o 1.0; thermostat o.Temperature o.Temperature 0.5 o.Seed ] o.EquilibrationSteps

        [
            match o.Phase with
            // Half of the kinetic energy of a perfect lattice goes into its vibrations.
            | Phase.Solid ->
                start (2.0 * o.Temperature)
                watch
            | Phase.Liquid ->
                start o.MeltTemperature
                watch
                yield! stage [ barostat o 1.0; thermostat o.MeltTemperature o.MeltTemperature 0.1 o.Seed ] o.MeltSteps
                yield! stage [ barostat o 1.0; thermostat o.MeltTemperature o.Temperature 0.2 o.Seed ] o.MeltSteps
            yield! settle
            "unfix watch"
            "reset_timestep 0"
        ]

    /// What runs from a given step to the end; files of this part carry its first step in their names. A different seed for each part: the
    /// thermostat of LAMMPS does not store the state of its random numbers.
    let private production (o: LammpsOptions) (first: int64) =
        let bar = Number.text (float eVPerCubicAngstromPerBar * float o.Pressure)
        let seed = 1 + (o.Seed - 1 + int (first / int64 o.SnapshotEvery)) % 900_000_000

        let row =
            "$(step),$(step*dt:%.3f),$(temp:%.4f),$(press:%.3f),$(vol:%.5f),$(pe:%.6f),"
            + $"$(pe+ke+vol*{bar}:%%.6f),$(step%%{o.SnapshotEvery}==0:%%.0f)"

        [
            barostat o 10.0
            thermostat o.Temperature o.Temperature 1.0 seed
            $"fix out all print {o.ThermoEvery} \"{row}\" file thermo.{first}.csv screen no "
            + "title \"step,time_ps,T_K,P_bar,V_A3,U_eV,H_eV,in_dump\""
            $"restart {o.SnapshotEvery} state.*"
            $"dump d all custom {o.SnapshotEvery} part.{first}.dump id type element x y z"
            $"dump_modify d sort id element {o.Element} format float %%.5f"
            $"run {LammpsOptions.productionSteps o - first}"
        ]

    let private lines = String.concat "\n" >> fun text -> text + "\n"

    /// <summary>The script of a run from its beginning: lattice, preparation, production.</summary>
    /// <remarks>Barostat: fix nph, 1 ps, in production 10 ps. Thermostat: fix langevin, 0.1 ps while melting, 0.2 ps while cooling, 0.5 ps
    /// before and 1 ps in production; together canonical. Velocities of a solid start at twice the temperature.</remarks>
    /// <param name="threads">Processor threads, 1 or more.</param>
    /// <param name="o">The options of the run.</param>
    let whole (threads: int) (o: LammpsOptions) : string =
        lines (header o @ crystal o @ interactions threads o @ dynamics o @ preparation o @ production o 0L)

    /// <summary>The script that goes on from a stored state of the production.</summary>
    /// <param name="threads">Processor threads, 1 or more.</param>
    /// <param name="o">The options of the run.</param>
    /// <param name="step">The step of the state, which is in the file state.STEP.</param>
    let rest (threads: int) (o: LammpsOptions) (step: int64) : string =
        lines (
            header o
            @ [ $"read_restart state.{step}" ]
            @ interactions threads o
            @ dynamics o
            @ production o step
        )
