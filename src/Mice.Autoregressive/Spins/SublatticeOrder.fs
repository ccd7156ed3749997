namespace Mice.Autoregressive

open Mice
open Mice.Samplers

/// Sites of a torus that are drawn together, given all that were drawn before.
type SublatticeClass =
    internal
        {
            /// The sites.
            Sites: int[]
            /// What each of them sees: the nearest sites of earlier classes.
            Window: SpinWindow
            /// Whether each of them has all its neighbours in earlier classes, and none in its own.
            SeesNeighbours: bool
        }

/// <summary>Orders of the sites of a square torus from coarse to fine: a lattice of spacing 2s is completed to one of spacing s by its centres and then by its edges, for s from half of the torus
/// down to 1.</summary>
/// <remarks>Every site but the first few has known sites on all sides, at distances like that to the nearest of them, so that windows tell nearly everything, there are no borders, and all sites of a class have the
/// same law. Half of all sites come last, with all neighbours known. Centres and edges are drawn as four classes each, so that sites of one class are far apart.</remarks>
[<RequireQualifiedAccess>]
module SublatticeOrder =
    /// Most sites of the coarsest lattice, which are drawn one by one.
    let private mostCoarse = 64

    /// The largest power of two that divides a number.
    let private evenPart (n: int) = n &&& -n

    /// Sites of a lattice of a spacing that begins at a place.
    let private lattice (shape: int[]) (spacing: int) (row: int, column: int) =
        [|
            for r in row..spacing .. shape[0] - 1 do
                for c in column..spacing .. shape[1] - 1 do
                    r * shape[1] + c
        |]

    /// A lattice of a spacing in classes of twice the spacing; site by site where an odd number of sites stands in a row.
    let private coloured (shape: int[]) (spacing: int) (row: int, column: int) : int[] list =
        let isOdd side = side / spacing % 2 = 1

        if Array.exists isOdd shape then
            lattice shape spacing (row, column) |> Array.map Array.singleton |> List.ofArray
        else
            [ 0, 0; spacing, spacing; 0, spacing; spacing, 0 ]
            |> List.map (fun (r, c) -> lattice shape (2 * spacing) (row + r, column + c))

    /// Classes that complete a lattice of spacing 2s to one of spacing s.
    let private level (shape: int[]) (s: int) : int[] list =
        let edges = [ 0, s; s, 0 ]

        coloured shape (2 * s) (s, s)
        @ (if s = 1 then
               [ edges |> List.map (lattice shape 2) |> Array.concat |> Array.sort ]
           else
               edges |> List.collect (coloured shape (2 * s)))

    /// The shortest way from one site to another.
    let private offsetsOf (shape: int[]) (from: int) (into: int) =
        Array.map3
            (fun side there here -> SpinWindow.shortest side (there - here))
            shape
            (LatticeShape.place shape into)
            (LatticeShape.place shape from)

    let private length2 (offset: int[]) = offset |> Array.sumBy (fun o -> o * o)

    /// What the sites of a class see, and whether these are all their neighbours.
    let private classOf (seen: int) (shape: int[]) (ranks: int[]) (rank: int) (sites: int[]) : SublatticeClass =
        let known =
            [| 0 .. ranks.Length - 1 |]
            |> Array.filter (fun site -> ranks[site] < rank)
            |> Array.map (offsetsOf shape sites[0])
            |> Array.sortBy (length2)

        let nearest =
            if known.Length <= seen then
                known
            else
                // Sites at the same distance are seen together.
                let furthest = length2 known[seen - 1]
                known |> Array.takeWhile (fun offset -> length2 offset <= furthest)

        let neighbours = known |> Array.takeWhile (fun offset -> length2 offset = 1)
        let isLast = neighbours.Length = 4

        {
            Sites = sites
            Window = SpinWindow.known shape (if isLast then neighbours else nearest)
            SeesNeighbours = isLast
        }

    /// <summary>The classes of a torus in the order in which they are drawn.</summary>
    /// <param name="seen">Known sites that a site sees, at least, where there are so many.</param>
    /// <param name="shape">Rows and columns of the torus, both 4 or more.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let create (seen: int) (shape: int[]) : Result<SublatticeClass[], MiceError list> =
        let coarse = shape |> Array.map evenPart |> Array.min
        let first = lattice shape coarse (0, 0)

        validate {
            let! () = Validate.atLeast 4 "sites that a site sees" seen

            let! () =
                Validate.that
                    "sides of the torus"
                    $"rows and columns of 4 or more that a power of two divides into {mostCoarse} blocks or fewer, such as 16, 24 or 64"
                    (fun _ ->
                        shape.Length = 2 && Array.forall (fun side -> side >= 4) shape && first.Length <= mostCoarse)
                    (LatticeShape.text shape)

            let classes =
                (first |> Array.map Array.singleton |> List.ofArray)
                @ (List.unfold (fun s -> if s < 1 then None else Some(level shape s, s / 2)) (coarse / 2)
                   |> List.concat)
                |> Array.ofList

            let ranks = Array.zeroCreate<int>(LatticeShape.sites shape)

            classes
            |> Array.iteri (fun rank sites ->
                for site in sites do
                    ranks[site] <- rank)

            return classes |> Array.mapi (classOf seen shape ranks)
        }
