namespace Mice.Entropy

open System
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Atoms

/// Hashes that stand for data of atoms in the identity of a calculation.
[<RequireQualifiedAccess>]
module internal AtomicDigests =
    let private numbers (writer: BinaryWriter) (values: float[]) =
        writer.Write values.Length
        writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan values))

    let private names (writer: BinaryWriter) (values: string[]) =
        writer.Write values.Length
        values |> Array.iter writer.Write

    /// Of snapshots: steps, cells, species, positions.
    let ofSnapshots (snapshots: Snapshot[]) : string =
        RunStore.digest (fun writer ->
            writer.Write snapshots.Length

            for snapshot in snapshots do
                writer.Write snapshot.Step
                numbers writer snapshot.Cell.Vectors
                numbers writer snapshot.Cell.Origin
                snapshot.Cell.Periodic |> Array.iter writer.Write
                names writer (snapshot.Species |> Array.map (fun i -> snapshot.SpeciesNames[i]))
                numbers writer snapshot.Positions)

    /// Of a thermo table: columns and rows.
    let ofTable (table: ThermoTable) : string =
        RunStore.digest (fun writer ->
            names writer table.Columns
            table.Rows |> Array.iter (numbers writer))
