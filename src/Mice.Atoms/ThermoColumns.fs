namespace Mice.Atoms

open System
open Mice

/// Names of columns: those that Mice looks for, and what LAMMPS and its users call them.
[<RequireQualifiedAccess>]
module internal ThermoColumns =
    /// What Mice looks for, the keyword of thermo_style custom for it, and names that mean it. The computes thermo_pe, thermo_temp and
    /// thermo_press exist in every run of LAMMPS; v_ stands before the name of a variable.
    let private known =
        [
            "step", "step", [ "Step"; "TimeStep" ]
            "U_eV", "pe", [ "PotEng"; "pe"; "c_thermo_pe"; "v_pe"; "v_U_eV" ]
            "V_A3", "vol", [ "Volume"; "vol"; "v_vol"; "v_V_A3" ]
            "T_K", "temp", [ "Temp"; "c_thermo_temp"; "v_temp"; "v_T_K" ]
            "P_bar", "press", [ "Press"; "c_thermo_press"; "v_press"; "v_P_bar" ]
        ]

    /// A name that Mice looks for, with the keyword of thermo_style custom that makes LAMMPS write it.
    let hint (name: string) : string =
        known
        |> List.tryPick (fun (own, keyword, _) -> if own = name then Some keyword else None)
        |> Option.map (fun keyword -> $"{name} (in a LAMMPS log: {keyword} of thermo_style custom)")
        |> Option.defaultValue name

    /// Columns that have another name than Mice looks for: the name in the file, the name here. Two that mean one thing are an error.
    let private translations (columns: string[]) : Result<(string * string) list, string> =
        let means names (column: string) =
            names |> List.exists (fun name -> column.Equals(name, StringComparison.OrdinalIgnoreCase))

        let found =
            known
            |> List.filter (fun (own, _, _) -> not (Array.contains own columns))
            |> List.map (fun (own, _, names) -> own, Array.filter (means names) columns)

        match found |> List.tryFind (fun (_, columns) -> columns.Length > 1) with
        | Some(own, columns) ->
            let names = String.concat " and " columns
            Error $"the columns {names} could both be {own}; leave one of them"
        | None ->
            Ok
                [
                    for own, columns in found |> List.filter (snd >> Array.isEmpty >> not) -> columns[0], own
                ]

    /// <summary>Gives columns the names that Mice looks for.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="saysUnits">The file says that its numbers are in LAMMPS' units metal: eV, Å³, K and bar. Where it does not, a sentence
    /// says how its columns were taken.</param>
    /// <param name="rows">The table.</param>
    let named (path: string) (saysUnits: bool) (rows: ThermoRows) : Result<ThermoRows, MiceError> =
        match translations rows.Columns with
        | Error text -> Error(MiceError.BadFile(path, None, None, text))
        | Ok translations ->
            let names = Map translations

            // The name of a variable is its user's choice, whatever the units are.
            let isCertain (theirs: string, own: string) =
                own = "step" || (saysUnits && not (theirs.StartsWith("v_", StringComparison.OrdinalIgnoreCase)))

            let guessed =
                translations
                |> List.filter (isCertain >> not)
                |> List.map (fun (theirs, own) -> $"{theirs} as {own}")

            Ok
                { rows with
                    Columns = rows.Columns |> Array.map (fun c -> names |> Map.tryFind c |> Option.defaultValue c)
                    Warnings =
                        [
                            yield! rows.Warnings

                            if not guessed.IsEmpty then
                                let list = String.concat ", " guessed
                                $"{path}: the file does not say its units; taken as those of the whole box in LAMMPS' units metal: {list}."
                        ]
                }
