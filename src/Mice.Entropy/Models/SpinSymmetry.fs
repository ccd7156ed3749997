namespace Mice.Entropy.Models

open System
open Mice.Samplers
open Mice.Entropy

/// <summary>Symmetries of the law of snapshots besides translations: rotations and reflections of the lattice about a site, and one change of all spins
/// together (flip, rotation or renaming). A symmetry does not change the probability of any configuration.</summary>
/// <remarks>A symmetry is a statement about the law of the snapshots: snapshots that all have one sign of the magnetisation, as
/// from local moves in the ordered phase, break the flip, and to declare it adds up to ln 2 to the entropy of every block.</remarks>
type SpinSymmetry =
    internal
        {
            /// Linear maps of offsets along the axes, the identity among them; a group.
            Maps: (int[] -> int[])[]
            /// Whether all spins of a snapshot may be changed together: ±1 flipped, angles rotated, states renamed.
            Flip: bool
        }

/// Symmetries of models, and what they do to the patterns of a block.
[<RequireQualifiedAccess>]
module SpinSymmetry =
    /// <summary>Translations, with or without the change of all spins together: the symmetry of any law that is the same everywhere.</summary>
    /// <param name="flip">Whether all spins of a snapshot may be changed together: ±1 flipped, angles rotated, states renamed.</param>
    let translations (flip: bool) : SpinSymmetry = { Maps = [| id |]; Flip = flip }

    /// Translations alone.
    let none: SpinSymmetry = translations false

    /// <summary>Whether all spins may be changed together: flipped, rotated or renamed.</summary>
    /// <param name="symmetry">A symmetry.</param>
    let together (symmetry: SpinSymmetry) : bool = symmetry.Flip

    /// <summary>A symmetry with the same maps of the lattice, with or without the change of all spins together.</summary>
    /// <param name="flip">Whether all spins of a snapshot may be changed together, as for <c>translations</c>.</param>
    /// <param name="symmetry">A symmetry.</param>
    let withTogether (flip: bool) (symmetry: SpinSymmetry) : SpinSymmetry = { symmetry with Flip = flip }

    let private unit axes axis =
        Array.init axes (fun a -> if a = axis then 1 else 0)

    /// The linear map of offsets that takes the unit vectors to the given images.
    let private linear (images: int[][]) (offset: int[]) =
        Array.fold2
            (fun sum step image -> Array.map2 (fun s i -> s + step * i) sum image)
            (Array.zeroCreate offset.Length)
            offset
            images

    /// All lists of a given length whose elements are among the entries.
    let rec private lists count (entries: 'a list) : 'a list list =
        if count = 0 then
            [ [] ]
        else
            [
                for rest in lists (count - 1) entries do
                    for entry in entries -> entry :: rest
            ]

    /// Offsets of the neighbours of a site.
    let private neighbours (lattice: Lattice) axes : int[] list =
        match lattice with
        | Lattice.Triangular -> [ for struct (r, c) in Lattice.offsets lattice -> [| r; c |] ]
        | Lattice.Square ->
            [
                for axis in 0 .. axes - 1 do
                    unit axes axis
                    Array.map (~-) (unit axes axis)
            ]

    /// The linear maps that take neighbours to neighbours and the torus onto itself.
    let private pointGroup (lattice: Lattice) (shape: int[]) =
        let all = neighbours lattice shape.Length

        let keepsTorus map =
            shape
            |> Array.mapi (fun axis side -> unit shape.Length axis |> Array.map ((*) side))
            |> Array.forall (fun period -> Array.forall2 (fun c side -> c % side = 0) (map period) shape)

        [|
            for images in lists shape.Length all do
                let map = linear (Array.ofList images)

                if Set.ofList (List.map map all) = Set.ofList all && keepsTorus map then
                    map
        |]

    /// <summary>The point group of a lattice: 8 maps for the square, 12 for the triangular and 48 for the cubic lattice. Maps that do not take a torus with
    /// different sides onto itself are left out.</summary>
    /// <param name="lattice">The lattice. Square stands for neighbours along every axis, whatever the number of axes; the triangular lattice has two
    /// axes.</param>
    /// <param name="flip">Whether all spins of a snapshot may be changed together, as for <c>translations</c>.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    let ofLattice (lattice: Lattice) (flip: bool) (shape: int[]) : SpinSymmetry =
        {
            Maps = pointGroup lattice shape
            Flip = flip
        }

    /// <summary>Symmetries of an Ising model: those of its lattice, and the flip when the field is 0.</summary>
    /// <param name="model">The model.</param>
    let ofModel (model: IsingModel) : SpinSymmetry =
        ofLattice model.Lattice (model.Field = 0.0) [| model.Rows; model.Columns |]

    /// Text that identifies a symmetry, for the identity of a calculation: the images of the unit vectors under every map, and the flip.
    let internal describe (axes: int) (symmetry: SpinSymmetry) : string =
        let places =
            symmetry.Maps
            |> Array.map (fun map ->
                [ 0 .. axes - 1 ]
                |> List.collect (unit axes >> map >> List.ofArray)
                |> List.map string
                |> String.concat " ")
            |> Array.sort

        String.Join(", ", places) + (if symmetry.Flip then "; flip" else "")

    let private holds axes image (symmetry: SpinSymmetry) =
        let places = List.init axes (unit axes)

        symmetry.Maps
        |> Array.exists (fun map -> places |> List.forall (fun place -> map place = image place))

    /// Whether the symmetry has every exchange of two axes.
    let internal transposes (axes: int) (symmetry: SpinSymmetry) : bool =
        let exchanged a (offset: int[]) =
            offset |> Array.updateAt a offset[a + 1] |> Array.updateAt (a + 1) offset[a]

        // Exchanges of neighbouring axes generate all exchanges.
        axes > 1 && [ 0 .. axes - 2 ] |> List.forall (fun a -> holds axes (exchanged a) symmetry)

    /// Whether the symmetry has the reflection along each axis.
    let internal reflects (axes: int) (symmetry: SpinSymmetry) : bool =
        [ 0 .. axes - 1 ]
        |> List.forall (fun a -> holds axes (fun offset -> Array.updateAt a -offset[a] offset) symmetry)

    /// Maps that take a block onto itself, as permutations of its sites: site i goes to site p[i].
    let internal permutations (shape: BlockShape) (symmetry: SpinSymmetry) : int[][] =
        let number = shape.Offsets |> Array.mapi (fun i offset -> offset, i) |> Map.ofArray

        symmetry.Maps
        |> Array.choose (fun map ->
            let images = shape.Offsets |> Array.map map
            let least = images |> Array.reduce (Array.map2 min)

            let sites =
                images |> Array.map (fun image -> Map.tryFind (Array.map2 (-) image least) number)

            if Array.forall Option.isSome sites then
                Some(Array.map Option.get sites)
            else
                None)

    /// A permutation of sites as tables, [parts][states^sites]: each part is a run of consecutive sites with at most 256 values together, and its table has
    /// the image of each value.
    let private partImages states (permutation: int[]) =
        let together = int (floor (log 256.5 / log (float states))) |> max 1
        let power n = pown states n

        permutation
        |> Array.chunkBySize together
        |> Array.map (fun images ->
            Array.init (power images.Length) (fun value ->
                images |> Array.mapi (fun i image -> value / power i % states * power image) |> Array.sum))

    /// The smallest pattern that renaming of states can make of a pattern: states are numbered by their first occurrence, from the last site backwards.
    let private renamed states sites (names: int[]) pattern =
        Array.Fill(names, -1)
        let mutable next, result, rest = 0, 0, pown states (sites - 1)

        for _ in 1..sites do
            let state = pattern / rest % states

            if names[state] < 0 then
                names[state] <- next
                next <- next + 1

            result <- result * states + names[state]
            rest <- max 1 (rest / states)

        result

    /// <summary>The orbit of each pattern, [states^sites]: an orbit is named by the smallest pattern that the symmetry can make of its patterns.</summary>
    /// <param name="states">States of a site.</param>
    /// <param name="shape">The block; site i of a pattern counts states^i.</param>
    /// <param name="symmetry">The symmetry; its flip renames states.</param>
    let internal orbits (states: int) (shape: BlockShape) (symmetry: SpinSymmetry) : int[] =
        let count = pown states shape.Sites
        let names = Array.zeroCreate states

        let least pattern =
            if not symmetry.Flip then pattern
            elif states = 2 then min pattern (count - 1 - pattern)
            else renamed states shape.Sites names pattern

        let orbits = Array.init count least

        for permutation in permutations shape symmetry do
            let parts = partImages states permutation

            for pattern in 0 .. count - 1 do
                let mutable image, rest = 0, pattern

                for part in parts do
                    image <- image + part[rest % part.Length]
                    rest <- rest / part.Length

                orbits[pattern] <- min orbits[pattern] (least image)

        orbits
