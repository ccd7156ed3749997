namespace Mice.Entropy

open System
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Atoms

/// <summary>Directories in which calculations keep what they need to go on after an interruption.</summary>
/// <remarks>A directory belongs to one calculation: to its settings and its data, of which it keeps a hash. The number of threads,
/// and for melting temperature and pressure, on which no network depends, may change.</remarks>
[<RequireQualifiedAccess>]
module Checkpoints =

    let private numbers (writer: BinaryWriter) (values: float[]) =
        writer.Write values.Length
        writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan values))

    let private names (writer: BinaryWriter) (values: string[]) =
        writer.Write values.Length
        values |> Array.iter writer.Write

    let private ofSnapshots (snapshots: Snapshot[]) : string =
        RunStore.digest (fun writer ->
            writer.Write snapshots.Length

            for snapshot in snapshots do
                writer.Write snapshot.Step
                numbers writer snapshot.Cell.Vectors
                numbers writer snapshot.Cell.Origin
                snapshot.Cell.Periodic |> Array.iter writer.Write
                names writer (snapshot.Species |> Array.map (fun i -> snapshot.SpeciesNames[i]))
                numbers writer snapshot.Positions)

    let private ofTable (table: ThermoTable) : string =
        RunStore.digest (fun writer ->
            names writer table.Columns
            table.Rows |> Array.iter (numbers writer))

    /// <summary>The directory of the scan of one phase, new or to be gone on with.</summary>
    /// <param name="options">The settings of the scan.</param>
    /// <param name="snapshots">Its snapshots.</param>
    /// <param name="directory">Made when it does not exist.</param>
    /// <returns>Errors: Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let scan (options: ScanOptions) (snapshots: Snapshot[]) (directory: string) : Result<RunStore, MiceError list> =
        ("calculation", "scan entropy")
        :: ("snapshots_sha256", ofSnapshots snapshots)
        :: ScanOptions.describe options
        |> RunStore.identity
        |> RunStore.openOrCreate directory

    /// <summary>The directories of both scans of a melting calculation, new or to be gone on with.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="input">Its data.</param>
    /// <param name="directory">Gets one directory for each phase.</param>
    /// <returns>Errors: Mismatch when the directory belongs to another calculation, BadFile when it cannot be used.</returns>
    let melting
        (options: MeltingOptions)
        (input: MeltingInput)
        (directory: string)
        : Result<MeltingStores, MiceError list> =
        let named phase scan =
            ScanOptions.describe scan |> List.map (fun (key, value) -> $"{phase}_{key}", value)

        let identity =
            RunStore.identity
                [
                    "calculation", "melting"
                    "solid_snapshots_sha256", ofSnapshots input.Solid
                    "liquid_snapshots_sha256", ofSnapshots input.Liquid
                    "solid_thermo_sha256", ofTable input.SolidThermo
                    "liquid_thermo_sha256", ofTable input.LiquidThermo
                    yield! named "solid" options.Solid
                    yield! named "liquid" options.Liquid
                ]

        let ofPhase name =
            RunStore.openOrCreate (Path.Combine(directory, name)) identity

        ofPhase "solid"
        |> Result.bind (fun solid ->
            ofPhase "liquid"
            |> Result.map (fun liquid ->
                {
                    Solid = Some solid
                    Liquid = Some liquid
                }))
