namespace Mice.Entropy

open System
open Mice

/// <summary>The sites of a block, wherever on the lattice it is laid: offsets (row, column) from the upper left corner of the
/// smallest rectangle around them.</summary>
type BlockShape =
    internal
        {
            /// Distinct offsets row by row, [sites]; site i is bit i of a pattern, set where the spin is up.
            Offsets: (struct (int * int))[]
        }

    /// Number of sites.
    member shape.Sites = shape.Offsets.Length

    /// Rows of the smallest rectangle around the sites.
    member shape.Rows =
        1 + (shape.Offsets |> Array.fold (fun most (struct (row, _)) -> max most row) -1)

    /// Columns of the smallest rectangle around the sites.
    member shape.Columns =
        1 + (shape.Offsets |> Array.fold (fun most (struct (_, column)) -> max most column) -1)

/// A horizontal run of neighbouring sites of a block.
[<Struct>]
type internal BlockRun =
    {
        /// Row of the run.
        Row: int
        /// Column of its first site.
        Column: int
        /// Its sites.
        Length: int
        /// The bit of its first site.
        Bit: int
    }

/// Making shapes and relating them.
[<RequireQualifiedAccess>]
module BlockShape =
    /// Most sites of a block whose patterns are counted: 2²⁰ counts.
    [<Literal>]
    let MostSites = 20

    /// <summary>The shape of any set of sites; sites given twice count once, and only differences of offsets matter.</summary>
    /// <param name="offsets">(row, column) of every site.</param>
    let ofOffsets (offsets: (struct (int * int)) seq) : BlockShape =
        let sites = offsets |> Seq.distinct |> Seq.toArray

        let least part =
            sites |> Array.fold (fun least site -> min least (part site)) Int32.MaxValue

        let top, left =
            least (fun (struct (row, _)) -> row), least (fun (struct (_, column)) -> column)

        {
            Offsets = sites |> Array.map (fun (struct (row, column)) -> struct (row - top, column - left)) |> Array.sort
        }

    /// <summary>All sites of a rectangle.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    let rectangle (rows: int) (columns: int) : BlockShape =
        ofOffsets (
            seq {
                for row in 0 .. rows - 1 do
                    for column in 0 .. columns - 1 do
                        struct (row, column)
            }
        )

    /// What keeps the patterns of a block from being counted on a torus.
    let internal faults (rows: int) (columns: int) (shape: BlockShape) : MiceError list =
        [
            if shape.Sites < 1 || shape.Sites > MostSites then
                MiceError.OutOfRange("the number of sites of a block", string shape.Sites, $"1 to {MostSites}")

            for name, extent, side in [ "rows", shape.Rows, rows; "columns", shape.Columns, columns ] do
                if extent > side then
                    MiceError.OutOfRange(
                        $"the number of {name} of the lattice",
                        string side,
                        $"{extent} or more, as many as the block has"
                    )
        ]

    /// The runs that make up the shape.
    let internal runs (shape: BlockShape) : BlockRun[] =
        let follows bit =
            let struct (row, column) = shape.Offsets[bit]
            bit > 0 && shape.Offsets[bit - 1] = struct (row, column - 1)

        let starts = [| 0 .. shape.Sites - 1 |] |> Array.filter (follows >> not)

        Array.append (Array.tail starts) [| shape.Sites |]
        |> Array.map2
            (fun bit next ->
                let struct (row, column) = shape.Offsets[bit]

                {
                    Row = row
                    Column = column
                    Length = next - bit
                    Bit = bit
                })
            starts

    /// Where the sites of a part lie in the whole: bit i of the part is bit result[i] of the whole; None when the part fits nowhere.
    let internal bitsIn (whole: BlockShape) (part: BlockShape) : int[] option =
        let places down right =
            part.Offsets
            |> Array.map (fun (struct (row, column)) ->
                Array.IndexOf(whole.Offsets, struct (row + down, column + right)))

        Seq.allPairs [ 0 .. whole.Rows - part.Rows ] [ 0 .. whole.Columns - part.Columns ]
        |> Seq.map (fun (down, right) -> places down right)
        |> Seq.tryFind (Array.forall (fun bit -> bit >= 0))
