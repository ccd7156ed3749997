namespace Mice.Atoms

open System
open System.IO
open Mice

/// <summary>Numbers over time that belong to a trajectory: a table with named columns.</summary>
type ThermoTable =
    {
        /// The file.
        Path: string
        /// The names of the columns. Those that Mice looks for are step, U_eV, V_A3, T_K and P_bar, of the whole box.
        Columns: string[]
        /// At least one row; each has one finite number for each column.
        Rows: float[][]
        /// One sentence for each thing that a reader should know, such as a last row that was cut off.
        Warnings: string list
    }

/// <summary>Reads tables of thermodynamic quantities.</summary>
/// <remarks>
/// <para>CSV with commas, semicolons or tabs; columns between blanks; files of fix ave/time of LAMMPS; logs of LAMMPS with thermo_style
/// one, custom or yaml. All of them plain or gzip, told apart by their content.</para>
/// <para>Columns of LAMMPS get the names that Mice uses: Step, PotEng, Volume, Temp and Press become step, U_eV, V_A3, T_K and P_bar, and
/// so do pe, vol, temp, press, c_thermo_pe and v_pe and their like. They are taken as those of units metal: a log that says otherwise is
/// refused, and where the file does not tell, a warning says so.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module ThermoTable =
    let private opened (path: string) (read: TextLines -> 'a) : 'a =
        use lines = TextLines.Open path
        read lines

    let private parse (path: string) : Result<ThermoTable, MiceError> =
        let bad text =
            Error(MiceError.BadFile(path, None, None, text))

        let struct (rows, saysUnits) =
            if opened path LammpsLog.isLog then
                opened path (LammpsLog.read path)
            else
                struct (opened path (ThermoText.read path), false)

        if rows.Columns.Length = 0 then
            bad "the file is empty"
        elif rows.Rows.Length = 0 then
            bad "the table has no complete row"
        else
            ThermoColumns.named path saysUnits rows
            |> Result.bind (ThermoRows.bySteps path)
            |> Result.map (fun rows ->
                {
                    Path = path
                    Columns = rows.Columns
                    Rows = rows.Rows
                    Warnings = rows.Warnings
                })

    /// <summary>Reads a table: CSV, columns between blanks, fix ave/time or a LAMMPS log; gzip or plain.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The table. A last line without a line feed may have been cut: it is left out with a warning, or used with a warning
    /// when the file is plain, the line has all of its numbers, and no run wrote it. A row that repeats the step and the values of an earlier
    /// one (the seam of a continued run) is left out with a warning. Anything else that is wrong is an <c>Error</c> with file and line; so
    /// are a step with different values, and a step behind a higher one.</returns>
    let read (path: string) : Result<ThermoTable, MiceError list> =
        try
            if not (File.Exists path) then
                Error [ MiceError.MissingFile path ]
            else
                parse path |> Result.mapError List.singleton
        with
        | FileFault(line, _, text) -> Error [ MiceError.BadFile(path, None, Some line, text) ]
        | :? IOException as e -> Error [ MiceError.BadFile(path, None, None, e.Message) ]
        | :? UnauthorizedAccessException as e -> Error [ MiceError.BadFile(path, None, None, e.Message) ]

    /// <summary>One column of a table.</summary>
    /// <param name="name">Its name, exactly as in the table.</param>
    /// <param name="table">The table.</param>
    /// <returns>One number for each row; an unknown name is an <c>Error</c> that lists the known ones.</returns>
    let column (name: string) (table: ThermoTable) : Result<float[], MiceError> =
        match Array.IndexOf(table.Columns, name) with
        | -1 ->
            Error(MiceError.UnknownName($"column of {table.Path}", ThermoColumns.hint name, List.ofArray table.Columns))
        | i -> Ok(table.Rows |> Array.map (fun row -> row[i]))
