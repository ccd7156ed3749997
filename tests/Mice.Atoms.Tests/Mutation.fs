/// Damaged trajectories and tables.
module Mice.Atoms.Tests.Mutation

open System
open System.IO
open System.Text
open Mice
open Mice.Atoms

/// What is to be damaged: two frames of 40 atoms of a real trajectory in all forms that the readers know, a real thermo table, and what
/// LAMMPS writes.
type Seeds =
    {
        Trajectories: byte[][]
        Tables: byte[][]
    }

let seeds (trajectory: string) (thermo: string) : Seeds =
    let shortened (s: Snapshot) =
        { s with
            Species = Array.truncate 40 s.Species
            Positions = Array.truncate 120 s.Positions
        }

    let few =
        match Trajectory.read trajectory with
        | Ok t -> t.Snapshots |> Array.truncate 2 |> Array.map shortened
        | Error errors -> failwith $"%A{errors}"

    {
        Trajectories =
            [|
                for format in [ TrajectoryFormat.LammpsDump; TrajectoryFormat.ExtendedXyz ] do
                    for suffix in [ ""; ".gz" ] do
                        let path = Path.Combine(Path.GetTempPath(), $"mice-{Guid.NewGuid():N}{suffix}")
                        Trajectory.write format path few
                        File.ReadAllBytes path
                        File.Delete path
            |]
        Tables =
            [|
                File.ReadAllBytes thermo |> Array.truncate 3000

                for text in [ LogSamples.one; LogSamples.screen; LogSamples.yaml; LogSamples.averages ] do
                    Encoding.UTF8.GetBytes text
            |]
    }

/// Reads the i-th damaged file; gives the faults that were reported. Raises whatever the readers should not have raised or let through.
let readDamaged (random: Random) (seeds: Seeds) (path: string) (i: int) : MiceError list =
    let isThermo = i % 5 = 4

    let original =
        if isThermo then
            seeds.Tables[i / 5 % seeds.Tables.Length]
        else
            seeds.Trajectories[i % 5]

    File.WriteAllBytes(path, Damage.mutate random original)

    let faults =
        if isThermo then
            match ThermoTable.read path with
            | Error errors -> errors
            | Ok t when t.Rows |> Array.forall (Array.forall Double.IsFinite) -> []
            | Ok _ -> failwith $"Mutation {i} let a number through that is not finite."
        else
            match Trajectory.read path with
            | Error errors -> errors
            | Ok t when t.Snapshots |> Array.forall (fun s -> Array.forall Double.IsFinite s.Positions) -> []
            | Ok _ -> failwith $"Mutation {i} let a number through that is not finite."

    for fault in faults do
        let message = MiceError.message fault

        if message.Length > 500 || message.Contains '\n' then
            failwith $"Mutation {i} has a message that is not one short line: {message}"

    faults
