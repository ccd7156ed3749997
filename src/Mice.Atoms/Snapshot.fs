namespace Mice.Atoms

open System
open Mice

/// <summary>One stored configuration of atoms.</summary>
/// <remarks>Readers move positions into the cell along its periodic directions, and sort atoms by id where the file has ids.
/// Values and Columns are empty unless a reader was asked for them with <c>Keep.Everything</c>.</remarks>
type Snapshot =
    {
        /// The time step that the file gives, or the number of the frame, from 0, where it gives none.
        Step: int64
        /// The box of this snapshot; under constant pressure it differs from snapshot to snapshot.
        Cell: Cell
        /// [n]: for each atom the index of its species in SpeciesNames.
        Species: int[]
        /// Chemical symbols, or LAMMPS types ("1", "2", …) where the file has no symbols.
        SpeciesNames: string[]
        /// [3n], row-major: x, y, z of each atom, Å.
        Positions: float[]
        /// What the file says of the frame beside box and step, by its keys: energy, stress, config_type, …
        Values: Map<string, FrameValue>
        /// What the file says of the atoms beside species and positions, by the names of the columns: forces, charges, tags, …
        Columns: Map<string, AtomColumn>
    }

/// <summary>What follows from a <see cref="T:Mice.Atoms.Snapshot"/>.</summary>
/// <remarks>Names of values and columns are found as they are written, or else whatever their case. Extended XYZ has eV and Å by convention;
/// a dump of LAMMPS has the units of its run, metal units being eV and Å, and mostly does not say which.</remarks>
[<RequireQualifiedAccess>]
module Snapshot =
    /// The number of atoms.
    let count (snapshot: Snapshot) : int = snapshot.Species.Length

    /// The volume per atom, Å³.
    let volumePerAtom (snapshot: Snapshot) : float =
        Cell.volume snapshot.Cell / float (count snapshot)

    /// The number of atoms per volume, 1/Å³.
    let density (snapshot: Snapshot) : float =
        float (count snapshot) / Cell.volume snapshot.Cell

    /// <summary>The snapshot in fewer dimensions: coordinates beyond them are 0, in a box of length 1 that does not repeat there, so that its volume is
    /// that of the dimensions that count.</summary>
    /// <param name="dimension">1, 2 or 3: the first so many coordinates count.</param>
    /// <param name="snapshot">A snapshot; in three dimensions it is given back as it is.</param>
    let inDimensions (dimension: int) (snapshot: Snapshot) : Snapshot =
        let cell = snapshot.Cell

        let along i =
            let row, column = i / 3, i % 3

            if row < dimension && column < dimension then
                cell.Vectors[i]
            elif row = column then
                1.0
            else
                0.0

        if dimension = 3 then
            snapshot
        else
            { snapshot with
                Positions = snapshot.Positions |> Array.mapi (fun i x -> if i % 3 < dimension then x else 0.0)
                Cell =
                    {
                        Vectors = Array.init 9 along
                        Origin = cell.Origin |> Array.mapi (fun i x -> if i < dimension then x else -0.5)
                        Periodic = cell.Periodic |> Array.mapi (fun i p -> i < dimension && p)
                    }
            }

    /// <summary>The mean distance ρ^(−1/d) of the atoms, from the mean volume per atom of snapshots.</summary>
    /// <param name="dimension">d: 1, 2 or 3, the first so many coordinates count.</param>
    /// <param name="snapshots">One or more.</param>
    /// <returns>Å.</returns>
    let meanDistance (dimension: int) (snapshots: Snapshot[]) : float =
        let volume = snapshots |> Array.averageBy (inDimensions dimension >> volumePerAtom)

        volume ** (1.0 / float dimension)

    /// <summary>A snapshot of one species at step 0.</summary>
    /// <param name="name">The name of the species.</param>
    /// <param name="cell">The box.</param>
    /// <param name="positions">[3n], row-major, Å; moved into the cell along its periodic directions.</param>
    let ofPositions (name: string) (cell: Cell) (positions: float[]) : Snapshot =
        {
            Step = 0L
            Cell = cell
            Species = Array.zeroCreate (positions.Length / 3)
            SpeciesNames = [| name |]
            Positions = Cell.wrap cell positions
            Values = Map.empty
            Columns = Map.empty
        }

    /// The items whose names are one of these, whatever their case; of one name, the item that is written so.
    let private named (names: string list) (items: Map<string, 'v>) : (string * 'v) list =
        let ofName (name: string) =
            match Map.tryFind name items with
            | Some item -> [ name, item ]
            | None ->
                items
                |> Map.toList
                |> List.filter (fun (key, _) -> key.Equals(name, StringComparison.OrdinalIgnoreCase))

        names |> List.collect ofName |> List.distinctBy fst

    /// The fault of an item that is not there.
    let private missing (kind: string) (name: string) (items: Map<string, 'v>) (snapshot: Snapshot) =
        let remedy =
            if Map.isEmpty items then
                $"The snapshot has no {kind}s; readers keep those of a file with Keep.Everything (everything: true in C#)."
            else
                let known = items |> Map.keys |> String.concat ", "
                $"The snapshot has: {known}."

        MiceError.Unavailable($"the {kind} '{name}' of the snapshot of step {snapshot.Step}", remedy)

    /// The one item of a snapshot that has one of these names.
    let private item (kind: string) (names: string list) (items: Map<string, 'v>) (snapshot: Snapshot) =
        match named names items with
        | [ _, found ] -> Ok found
        | [] -> Error(missing kind (List.head names) items snapshot)
        | several ->
            let given = several |> List.map fst |> String.concat " and "
            Error(MiceError.OutOfRange($"the {kind} of the snapshot of step {snapshot.Step}", given, "one of these"))

    /// The fault of an item that is there and is something else than asked for.
    let private unfit (kind: string) (names: string list) (given: string) (allowed: string) (snapshot: Snapshot) =
        MiceError.OutOfRange($"the {kind} '{List.head names}' of the snapshot of step {snapshot.Step}", given, allowed)

    /// <summary>The value of a key.</summary>
    /// <param name="name">The key.</param>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>Errors: Unavailable; OutOfRange, where several keys fit.</returns>
    let value (name: string) (snapshot: Snapshot) : Result<FrameValue, MiceError> =
        item "value" [ name ] snapshot.Values snapshot

    let private numberOf (names: string list) (snapshot: Snapshot) : Result<float, MiceError> =
        item "value" names snapshot.Values snapshot
        |> Result.bind (function
            | FrameValue.Real x -> Ok x
            | FrameValue.Integer n -> Ok(float n)
            | _ -> Error(unfit "value" names "no number" "a number" snapshot))

    /// <summary>The number under a key.</summary>
    /// <param name="name">The key.</param>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>Errors: as of <c>value</c>, and OutOfRange for what is no finite number.</returns>
    let number (name: string) (snapshot: Snapshot) : Result<float, MiceError> = numberOf [ name ] snapshot

    /// The potential energy of the box under the key energy, or Potential_energy as LAMMPS names it, eV. Errors: as of <c>number</c>.
    let energy (snapshot: Snapshot) : Result<float, MiceError> =
        numberOf [ "energy"; "potential_energy" ] snapshot

    /// The free energy of the box under the key free_energy (of electrons that are smeared over their levels), eV. Errors: as of <c>number</c>.
    let freeEnergy (snapshot: Snapshot) : Result<float, MiceError> = number "free_energy" snapshot

    /// <summary>The nine numbers of a tensor: of a 3×3 matrix, of nine numbers in a row, or of six in the order xx, yy, zz, yz, xz, xy.</summary>
    /// <returns>[9], row-major; nothing for anything else.</returns>
    let internal tensorOf (value: FrameValue) : float[] option =
        match value with
        | FrameValue.Matrix m when Array2D.length1 m = 3 && Array2D.length2 m = 3 ->
            Some(Array.init 9 (fun i -> m[i / 3, i % 3]))
        | FrameValue.Vector v when v.Length = 9 -> Some(Array.copy v)
        | FrameValue.Vector [| xx; yy; zz; yz; xz; xy |] -> Some [| xx; xy; xz; xy; yy; yz; xz; yz; zz |]
        | _ -> None

    /// <summary>The stress tensor under the key stress.</summary>
    /// <remarks>Not under Stress, which LAMMPS writes in its own units of pressure: <c>value</c> finds that.</remarks>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>[9], row-major, eV/Å³. Errors: as of <c>value</c>, and OutOfRange for what is no tensor.</returns>
    let stress (snapshot: Snapshot) : Result<float[], MiceError> =
        match Map.tryFind "stress" snapshot.Values |> Option.map tensorOf with
        | Some(Some tensor) -> Ok tensor
        | Some None -> Error(unfit "value" [ "stress" ] "no tensor" "3×3, nine or six numbers" snapshot)
        | None -> Error(missing "value" "stress" snapshot.Values snapshot)

    /// <summary>A column of the atoms.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>Errors: as of <c>value</c>.</returns>
    let column (name: string) (snapshot: Snapshot) : Result<AtomColumn, MiceError> =
        item "column" [ name ] snapshot.Columns snapshot

    /// Real or whole numbers of a column of this width.
    let private numbers (names: string list) (width: int) (snapshot: Snapshot) : Result<float[], MiceError> =
        item "column" names snapshot.Columns snapshot
        |> Result.bind (fun column ->
            match column.Values with
            | ColumnValues.Reals values when column.Width = width -> Ok values
            | ColumnValues.Integers values when column.Width = width -> Ok(Array.map float values)
            | _ -> Error(unfit "column" names "something else" $"{width} numbers an atom" snapshot))

    /// <summary>The forces on the atoms: the column forces or force, or fx, fy and fz of a dump.</summary>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>[3n], row-major, eV/Å. Errors: as of <c>value</c>, and OutOfRange for what is not three numbers an atom.</returns>
    let forces (snapshot: Snapshot) : Result<float[], MiceError> =
        let along name = numbers [ name ] 1 snapshot

        match named [ "forces"; "force" ] snapshot.Columns, along "fx", along "fy", along "fz" with
        | [], Ok x, Ok y, Ok z -> Ok(Array.collect (fun i -> [| x[i]; y[i]; z[i] |]) [| 0 .. x.Length - 1 |])
        | _ -> numbers [ "forces"; "force" ] 3 snapshot

    /// <summary>The charges of the atoms: the column charges, charge or q.</summary>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>[n], elementary charges. Errors: as of <c>value</c>, and OutOfRange for what is not one number an atom.</returns>
    let charges (snapshot: Snapshot) : Result<float[], MiceError> =
        numbers [ "charges"; "charge"; "q" ] 1 snapshot
