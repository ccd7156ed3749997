namespace Mice.Verification

open System
open System.Diagnostics
open System.Globalization
open System.IO
open Mice
open Mice.Atoms
open Mice.Testing.Measuring

/// What a run gave.
type CopperRun =
    {
        Snapshots: Snapshot[]
        /// Mean potential energy, eV per atom.
        Energy: float<eV>
        /// Mean pressure, bar.
        Pressure: float<bar>
    }

/// Short runs of copper by LAMMPS with the potential of Y. Mishin et al., Phys. Rev. B 63, 224106 (2001), which Debian's lammps-data has.
[<RequireQualifiedAccess>]
module CopperRuns =
    let private potential = "Cu_mishin1.eam.alloy"

    let private folders = [ "/usr/share/lammps/potentials" ]

    /// A crystal of 1,372 or 1,458 atoms at a volume per atom.
    let private crystal (lattice: string) (volume: float) : string =
        let atoms, cells = if lattice = "fcc" then 4.0, 7 else 2.0, 9
        let edge = Math.Cbrt(atoms * volume)

        $"units metal\natom_style atomic\nlattice {lattice} {Number.text edge}\nregion box block 0 {cells} 0 {cells} 0 {cells}\ncreate_box 1 box\ncreate_atoms 1 box\nmass 1 63.546\npair_style eam/alloy\npair_coeff * * {potential} Cu\ntimestep 0.001\nthermo 1000\n"

    let private sampled =
        "fix means all ave/time 10 1 10 c_thermo_pe c_thermo_press ave running file means.txt\ndump d all custom 250 dump.lammpstrj id element x y z\ndump_modify d element Cu sort id first no\nrun 5000\n"

    /// 5 ps at constant volume after 3 ps, 20 frames.
    let atVolume (lattice: string) (volume: float) (kelvin: float) (seed: int) : string =
        crystal lattice volume
        + $"velocity all create {Number.text (2.0 * kelvin)} {seed}\nfix f all nvt temp {Number.text kelvin} {Number.text kelvin} 0.1\nrun 3000\n"
        + sampled

    let private atZeroPressure (from: float) (upTo: float) =
        $"fix f all npt temp {Number.text from} {Number.text upTo} 0.1 iso 0 0 1.0\n"

    /// 5 ps of the crystal at zero pressure after 5 ps.
    let solid (kelvin: float) (seed: int) : string =
        crystal "fcc" 12.4
        + $"velocity all create {Number.text (2.0 * kelvin)} {seed}\n"
        + atZeroPressure kelvin kelvin
        + "run 5000\n"
        + sampled

    /// 5 ps of the melt at zero pressure, after 10 ps at 2,400 K, 10 ps of cooling and 5 ps.
    let liquid (kelvin: float) (seed: int) : string =
        crystal "fcc" 13.5
        + $"velocity all create 4800 {seed}\n"
        + atZeroPressure 2400.0 2400.0
        + "run 10000\nunfix f\n"
        + atZeroPressure 2400.0 kelvin
        + "run 10000\nunfix f\n"
        + atZeroPressure kelvin kelvin
        + "run 5000\n"
        + sampled

    /// <summary>Frames and means of a run.</summary>
    /// <param name="script">Its input.</param>
    /// <exception cref="T:Mice.Testing.Measuring.NotHere">LAMMPS or the potential is missing.</exception>
    let run (script: string) : CopperRun =
        let program =
            match Lammps.find () with
            | Ok program -> program
            | Error fault -> raise (NotHere(MiceError.message fault))

        let potentials =
            match folders |> List.tryFind (fun f -> File.Exists(Path.Combine(f, potential))) with
            | Some folder -> folder
            | None -> raise (NotHere $"the potential {potential} is not here; Debian's package lammps-data has it")

        inFolder (fun folder ->
            File.WriteAllText(Path.Combine(folder, "in.run"), script)

            let info =
                ProcessStartInfo(
                    program,
                    [ "-in"; "in.run"; "-log"; "none" ],
                    WorkingDirectory = folder,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                )

            info.Environment["LAMMPS_POTENTIALS"] <- potentials
            info.Environment["OMP_NUM_THREADS"] <- "1"
            use started = Process.Start info
            let errors = started.StandardError.ReadToEndAsync()
            let text = started.StandardOutput.ReadToEnd()
            started.WaitForExit()

            if started.ExitCode <> 0 then
                failwith $"LAMMPS ended with {started.ExitCode}: {text} {errors.Result}"

            match Trajectory.read (Path.Combine(folder, "dump.lammpstrj")) with
            | Ok trajectory ->
                // Step, energy, pressure.
                let means =
                    File.ReadLines(Path.Combine(folder, "means.txt"))
                    |> Seq.last
                    |> _.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    |> Array.map (fun text -> Double.Parse(text, CultureInfo.InvariantCulture))

                {
                    Snapshots = trajectory.Snapshots
                    Energy = means[1] / float (Snapshot.count trajectory.Snapshots[0]) * 1.0<eV>
                    Pressure = means[2] * 1.0<bar>
                }
            | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat " "))
