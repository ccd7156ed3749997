namespace Mice.Entropy

open Mice
open Mice.Samplers

/// <summary>The sites of a block, wherever on the lattice it is laid: offsets along each axis from the first corner of the
/// smallest box around them.</summary>
type BlockShape =
    internal
        {
            /// Distinct offsets in the order of the lattice's sites, [sites][axes]; site i of a pattern of q states counts q^i.
            Offsets: int[][]
        }

    /// Number of sites.
    member shape.Sites = shape.Offsets.Length

    /// Sides of the smallest box around the sites.
    member shape.Sides: int[] =
        if Array.isEmpty shape.Offsets then
            [||]
        else
            shape.Offsets |> Array.reduce (Array.map2 max) |> Array.map ((+) 1)

/// A run of neighbouring sites of a block along the last axis.
type internal BlockRun =
    {
        /// Its place along all axes but the last.
        Row: int[]
        /// Place of its first site along the last axis.
        Column: int
        /// Its sites.
        Length: int
        /// The number of its first site.
        Site: int
    }

/// Making shapes and relating them.
[<RequireQualifiedAccess>]
module BlockShape =
    /// Most patterns of a block that are counted.
    [<Literal>]
    let MostPatterns = 1048576

    /// Most sites of so many states whose patterns are not more than a limit.
    let internal mostSites (limit: int) (states: int) : int =
        let rec go sites patterns =
            if patterns * states > limit then
                sites
            else
                go (sites + 1) (patterns * states)

        go 0 1

    /// <summary>The shape of any set of sites; sites given twice count once, and only differences of offsets matter.</summary>
    /// <param name="offsets">Offsets of every site along each axis.</param>
    let ofOffsets (offsets: int[] seq) : BlockShape =
        match offsets |> Seq.distinct |> Seq.toArray with
        | [||] -> { Offsets = [||] }
        | sites ->
            let least = sites |> Array.reduce (Array.map2 min)

            {
                Offsets = sites |> Array.map (fun site -> Array.map2 (-) site least) |> Array.sort
            }

    /// <summary>All sites of a box.</summary>
    /// <param name="sides">Its sides, 1 or more: rows and columns on two axes.</param>
    let box (sides: int[]) : BlockShape =
        {
            Offsets = Array.init (LatticeShape.sites sides) (LatticeShape.place sides)
        }

    /// What keeps the patterns of a block from being counted on a torus.
    let internal faults (states: int) (torus: int[]) (shape: BlockShape) : MiceError list =
        let names = if torus.Length = 2 then [| "rows"; "columns" |] else [||]

        let nameOf axis =
            Array.tryItem axis names |> Option.defaultValue $"sites along axis {axis + 1}"

        [
            if shape.Sites < 1 || shape.Sites > mostSites MostPatterns states then
                MiceError.OutOfRange(
                    "the number of sites of a block",
                    string shape.Sites,
                    $"1 to {mostSites MostPatterns states}"
                )

            for axis in 0 .. torus.Length - 1 do
                let extent = Array.tryItem axis shape.Sides |> Option.defaultValue 0

                if extent > torus[axis] then
                    MiceError.OutOfRange(
                        $"the number of {nameOf axis} of the lattice",
                        string torus[axis],
                        $"{extent} or more, as many as the block has"
                    )
        ]

    let private rowOf (offset: int[]) = offset[.. offset.Length - 2]

    /// The runs that make up the shape.
    let internal runs (shape: BlockShape) : BlockRun[] =
        let follows site =
            site > 0
            && rowOf shape.Offsets[site - 1] = rowOf shape.Offsets[site]
            && Array.last shape.Offsets[site - 1] = Array.last shape.Offsets[site] - 1

        let starts = [| 0 .. shape.Sites - 1 |] |> Array.filter (follows >> not)

        Array.append (Array.tail starts) [| shape.Sites |]
        |> Array.map2
            (fun site next ->
                {
                    Row = rowOf shape.Offsets[site]
                    Column = Array.last shape.Offsets[site]
                    Length = next - site
                    Site = site
                })
            starts

    /// Where the sites of a part lie in the whole: site i of the part is site result[i] of the whole; None when the part fits nowhere.
    let internal sitesIn (whole: BlockShape) (part: BlockShape) : int[] option =
        let number = whole.Offsets |> Array.mapi (fun i offset -> offset, i) |> Map.ofArray
        let room = Array.map2 (fun w p -> w - p + 1) whole.Sides part.Sides

        if room |> Array.exists (fun places -> places < 1) then
            None
        else
            Seq.init (LatticeShape.sites room) (LatticeShape.place room)
            |> Seq.map (fun shift ->
                part.Offsets |> Array.map (fun offset -> Map.tryFind (Array.map2 (+) offset shift) number))
            |> Seq.tryFind (Array.forall Option.isSome)
            |> Option.map (Array.map Option.get)
