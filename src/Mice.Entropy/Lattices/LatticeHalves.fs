namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers
open Mice.Entropy.Halvings
open Mice.Entropy.Models

/// Two equal halves of a block of a lattice, side by side.
type internal LatticeHalves =
    {
        /// Sites of a half along each axis.
        Sides: int[]
        /// The axis across the cut: the second half lies behind the first half along this axis.
        Axis: int
        /// Whether the block closes around the torus, so that there are two cuts.
        Closes: bool
    }

/// Orientations of a block that a symmetry allows. They are found once, for millions of blocks are drawn.
type internal HalfOrientations =
    {
        /// Axes may be exchanged.
        Transposes: bool
        /// The block may be reflected along its cut.
        Reflects: bool
    }

/// Site numbers of two halves in parts: the number of a site is one entry for its place across the cut plus one entry for its place along the cut.
type internal HalfPlaces =
    {
        /// Entries along the cut, first half, [length].
        First: int[]
        /// Entries along the cut, second half, which is turned by 180°, [length].
        Second: int[]
        /// Entries across the cut, first half, from the cut outwards, [depth].
        Before: int[]
        /// Entries across the cut, second half, from the cut outwards, [depth].
        Behind: int[]
    }

/// Taking halves out of snapshots.
[<RequireQualifiedAccess>]
module internal LatticeHalves =
    /// Sites of one half.
    let volume (halves: LatticeHalves) : int = LatticeShape.sites halves.Sides

    /// Sites of a half across the cut.
    let depth (halves: LatticeHalves) : int = halves.Sides[halves.Axis]

    /// Sides of the cut.
    let cut (halves: LatticeHalves) : int[] = Array.removeAt halves.Axis halves.Sides

    /// Sites of a half at one cut.
    let length (halves: LatticeHalves) : int = LatticeShape.sites (cut halves)

    /// Bonds that are cut between the halves: one for each site at the cut, twice as many when the block closes around the torus and has two cuts.
    let interfaceArea (halves: LatticeHalves) : float =
        float (length halves * (if halves.Closes then 2 else 1))

    /// Name of a half: depth×length, such as 4×8; with more axes depth×side×side.
    let name (halves: LatticeHalves) : string =
        LatticeShape.text (Array.append [| depth halves |] (cut halves))

    /// The halves as results name them.
    let describe (halves: LatticeHalves) : Halves =
        {
            Name = name halves
            Volume = float (volume halves)
            InterfaceArea = interfaceArea halves
        }

    /// <summary>The halves of all blocks from the counted block up to the whole torus, smallest first. Each doubling joins two blocks across their shortest
    /// side.</summary>
    /// <param name="block">Side of the counted block, a square on two axes and a cube on three.</param>
    /// <param name="shape">Sites along each axis of the torus: the side of the block times a power of two, which may differ from axis to axis.</param>
    /// <param name="firstAxis">Among sides of equal length, whether the first axis is doubled first, or the last.</param>
    let doublings (block: int) (shape: int[]) (firstAxis: bool) : LatticeHalves list =
        let axes =
            if firstAxis then
                [ 0 .. shape.Length - 1 ]
            else
                [ shape.Length - 1 .. -1 .. 0 ]

        let grow (sides: int[]) =
            match axes |> List.filter (fun axis -> sides[axis] < shape[axis]) with
            | [] -> None
            | open' ->
                let axis = open' |> List.minBy (fun axis -> sides[axis])
                let doubled = Array.updateAt axis (2 * sides[axis]) sides

                Some(
                    {
                        Sides = sides
                        Axis = axis
                        Closes = doubled[axis] = shape[axis]
                    },
                    doubled
                )

        List.unfold grow (Array.create shape.Length block)

    let private orientationsOf axes (symmetry: SpinSymmetry) =
        {
            Transposes = SpinSymmetry.transposes axes symmetry
            Reflects = SpinSymmetry.reflects axes symmetry
        }

    /// The axis across the cut, followed by the axes along the cut, of a block in a random allowed orientation.
    let private directions (orientations: HalfOrientations) (generator: Generator) axes (halves: LatticeHalves) =
        if orientations.Transposes then
            let left = ResizeArray(List.init axes (fun a -> axes - 1 - a))

            Array.init axes (fun n ->
                let axis = left[if left.Count > 1 then generator.NextInt left.Count else 0]
                left.Remove axis |> ignore
                // The axes that are left, which lie along the cut, are put into rising order.
                if n = 0 then
                    left.Reverse()

                axis)
        else
            Array.append [| halves.Axis |] (Array.removeAt halves.Axis [| 0 .. axes - 1 |])

    /// <summary>Site numbers of two halves as seen from the cut, at a random place and in a random allowed orientation. The second half is turned by 180°, so
    /// that both halves look alike: entry across·length + along of either half.</summary>
    /// <param name="orientations">Orientations that the symmetry allows.</param>
    /// <param name="generator">Randomness of place and orientation.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <param name="halves">The halves.</param>
    let internal places
        (orientations: HalfOrientations)
        (generator: Generator)
        (shape: int[])
        (halves: LatticeHalves)
        : HalfPlaces =
        let axes = shape.Length
        let directions = directions orientations generator axes halves
        let sides = cut halves

        let mirrored =
            sides |> Array.map (fun _ -> orientations.Reflects && generator.NextInt 2 = 1)

        let origin = shape |> Array.map generator.NextInt
        let strides = LatticeShape.strides shape

        // A step leads around the torus at most once, for no half is longer than the torus.
        let at axis step =
            let place = origin[axis] + step

            let around =
                if place >= shape[axis] then place - shape[axis]
                elif place < 0 then place + shape[axis]
                else place

            around * strides[axis]

        /// Sums with one entry for each axis along the cut, over all sites of the cut.
        let along turned =
            Array.fold
                (fun sums n ->
                    let own =
                        Array.init sides[n] (fun p ->
                            at directions[n + 1] (if turned mirrored[n] then sides[n] - 1 - p else p))

                    sums |> Array.collect (fun sum -> own |> Array.map ((+) sum)))
                [| 0 |]
                [| 0 .. sides.Length - 1 |]

        {
            First = along id
            Second = along not
            Before = Array.init (depth halves) (fun p -> at directions[0] -p)
            Behind = Array.init (depth halves) (fun p -> at directions[0] (p + 1))
        }

    /// Calls pair for every place in a half: with the place, the site of the first half and the site of the second half.
    let inline private visit (places: HalfPlaces) ([<InlineIfLambda>] pair: int -> int -> int -> unit) : unit =
        let length = places.First.Length

        for across in 0 .. places.Before.Length - 1 do
            for along in 0 .. length - 1 do
                pair
                    (across * length + along)
                    (places.Before[across] + places.First[along])
                    (places.Behind[across] + places.Second[along])

    /// <summary>Copies two halves of a block of Ising spins to rows of two arrays.</summary>
    /// <param name="symmetry">Symmetries of the law of the snapshots.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function of: the randomness of place, orientation and sign; a snapshot; the halves; the row to write to; the arrays of first and of second
    /// halves, [·; volume].</returns>
    let draw
        (symmetry: SpinSymmetry)
        (shape: int[])
        : Generator -> sbyte[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit =
        let orientations = orientationsOf shape.Length symmetry

        fun generator spins halves row a b ->
            let sign =
                if symmetry.Flip && generator.NextInt 2 = 1 then
                    -1.0f
                else
                    1.0f

            let start = row * volume halves

            visit (places orientations generator shape halves) (fun place first second ->
                a[start + place] <- sign * float32 spins[first]
                b[start + place] <- sign * float32 spins[second])

    /// <summary>Copies two halves of a block of planar spins to rows of two arrays, x components before y components.</summary>
    /// <param name="symmetry">Symmetries of the law of the snapshots.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function with the arguments of the function of <c>draw</c>; the arrays are [·; 2·volume].</returns>
    let drawPlanar
        (symmetry: SpinSymmetry)
        (shape: int[])
        : Generator -> Vector2[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit =
        let orientations = orientationsOf shape.Length symmetry

        fun generator spins halves row a b ->
            let sites = volume halves
            let start = 2 * row * sites

            visit (places orientations generator shape halves) (fun place first second ->
                a[start + place] <- spins[first].X
                a[start + sites + place] <- spins[first].Y
                b[start + place] <- spins[second].X
                b[start + sites + place] <- spins[second].Y)

    /// A new name for each state: a random permutation where all states are alike, else the state itself.
    let private names alike (generator: Generator) states =
        let names = Array.init states id

        if alike then
            generator.Shuffle names

        names

    /// <summary>Copies two halves of a block of spins in q states to rows of two arrays. Each state has volume entries, 1 where a site is in the state and 0
    /// elsewhere; the states follow each other.</summary>
    /// <param name="states">q, the number of states.</param>
    /// <param name="symmetry">Symmetries of the law of the snapshots; the flip renames states.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function with the arguments of the function of <c>draw</c>; the arrays are [·; q·volume].</returns>
    let drawStates
        (states: int)
        (symmetry: SpinSymmetry)
        (shape: int[])
        : Generator -> byte[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit =
        let orientations = orientationsOf shape.Length symmetry

        fun generator spins halves row a b ->
            let sites = volume halves
            let start = states * row * sites
            let names = names symmetry.Flip generator states
            System.Array.Clear(a, start, states * sites)
            System.Array.Clear(b, start, states * sites)

            visit (places orientations generator shape halves) (fun place first second ->
                a[start + sites * names[int spins[first]] + place] <- 1.0f
                b[start + sites * names[int spins[second]] + place] <- 1.0f)
