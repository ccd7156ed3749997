namespace Mice.Entropy

open Mice
open Mice.Samplers

/// <summary>The shape of a block: the offsets of its sites along each axis, from the lowest corner of the smallest box around the sites. A shape has no place
/// on the lattice.</summary>
type internal BlockShape =
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
        /// Place of the run along all axes but the last.
        Row: int[]
        /// Place of the first site of the run along the last axis.
        Column: int
        /// Number of sites in the run.
        Length: int
        /// Number, within the block, of the first site of the run.
        Site: int
    }

/// Making shapes and relating them.
[<RequireQualifiedAccess>]
module internal BlockShape =
    /// Most patterns of a block that are counted.
    [<Literal>]
    let MostPatterns = 1048576

    /// Largest number of sites, of so many states each, with no more patterns than a limit.
    let internal mostSites (limit: int) (states: int) : int =
        let rec go sites patterns =
            if patterns * states > limit then
                sites
            else
                go (sites + 1) (patterns * states)

        go 0 1

    /// <summary>The shape of a set of sites. A site that is given twice counts once; moving all sites together does not change the shape.</summary>
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
    /// <param name="sides">Sides of the box, 1 or more: rows and columns on two axes.</param>
    let box (sides: int[]) : BlockShape =
        {
            Offsets = Array.init (LatticeShape.sites sides) (LatticeShape.place sides)
        }

    /// Faults of counting a block on a torus: a block with too many patterns, or one that does not fit.
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

    /// Sites of a part as sites of the whole block: site i of the part is site result[i] of the whole. None when the part fits nowhere into the whole.
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
