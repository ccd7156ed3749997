namespace Mice.Atoms

/// What the atoms have in one column.
[<RequireQualifiedAccess>]
type ColumnValues =
    /// Finite numbers.
    | Reals of float[]
    /// Whole numbers.
    | Integers of int64[]
    /// Flags.
    | Booleans of bool[]
    /// Words without blanks.
    | Texts of string[]

/// A property of the atoms of one snapshot beside species and positions.
type AtomColumn =
    {
        /// How many values each atom has: 3 for forces, 1 for charges.
        Width: int
        /// [n; Width], row-major: the values of each atom in turn.
        Values: ColumnValues
    }

/// What follows from an <see cref="T:Mice.Atoms.AtomColumn"/>.
[<RequireQualifiedAccess>]
module AtomColumn =
    /// The number of values: atoms times width.
    let length (column: AtomColumn) : int =
        match column.Values with
        | ColumnValues.Reals values -> values.Length
        | ColumnValues.Integers values -> values.Length
        | ColumnValues.Booleans values -> values.Length
        | ColumnValues.Texts values -> values.Length

    /// <summary>The values of some atoms.</summary>
    /// <param name="atoms">Numbers of atoms from 0, in the order wanted.</param>
    /// <param name="column">A column.</param>
    let select (atoms: int[]) (column: AtomColumn) : AtomColumn =
        let width = column.Width

        let pick (values: 'v[]) =
            Array.init (width * atoms.Length) (fun k -> values[width * atoms[k / width] + k % width])

        { column with
            Values =
                match column.Values with
                | ColumnValues.Reals values -> ColumnValues.Reals(pick values)
                | ColumnValues.Integers values -> ColumnValues.Integers(pick values)
                | ColumnValues.Booleans values -> ColumnValues.Booleans(pick values)
                | ColumnValues.Texts values -> ColumnValues.Texts(pick values)
        }
