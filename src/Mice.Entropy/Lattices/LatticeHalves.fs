namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers

/// Two equal halves of a block of a lattice, side by side.
type LatticeHalves =
    {
        /// Sites of a half along each axis.
        Sides: int[]
        /// The axis across the cut: one half follows the other along it.
        Axis: int
        /// Whether the block closes around the torus, so that there are two cuts.
        Closes: bool
    }

/// What a symmetry allows of a block: found once, for blocks are drawn by the million.
type internal HalfOrientations =
    {
        /// Axes may be exchanged.
        Transposes: bool
        /// The block may be reflected along its cut.
        Reflects: bool
    }

/// Where the sites of two halves are: a site is the place across the cut and the place along it, added.
type internal HalfPlaces =
    {
        /// Along the cut, of the first half, [length].
        First: int[]
        /// Along the cut, of the second half, which is turned round, [length].
        Second: int[]
        /// Across the cut, of the first half, from the cut on, [depth].
        Before: int[]
        /// Across the cut, of the second half, from the cut on, [depth].
        Behind: int[]
    }

/// Taking halves out of snapshots.
[<RequireQualifiedAccess>]
module LatticeHalves =
    /// Sites of one half.
    let volume (halves: LatticeHalves) : int = LatticeShape.sites halves.Sides

    /// Sites of a half across the cut.
    let depth (halves: LatticeHalves) : int = halves.Sides[halves.Axis]

    /// Sides of the cut.
    let cut (halves: LatticeHalves) : int[] = Array.removeAt halves.Axis halves.Sides

    /// Sites of a half at one cut.
    let length (halves: LatticeHalves) : int = LatticeShape.sites (cut halves)

    /// Bonds cut along the axis across, in lattice constants: the sites at the cut, twice those when the block closes around the torus.
    let interfaceArea (halves: LatticeHalves) : float =
        float (length halves * (if halves.Closes then 2 else 1))

    /// Depth×length, as tables and curves name them; in more dimensions depth×side×side.
    let name (halves: LatticeHalves) : string =
        LatticeShape.text (Array.append [| depth halves |] (cut halves))

    /// The halves as results name them.
    let describe (halves: LatticeHalves) : Halves =
        {
            Name = name halves
            Volume = float (volume halves)
            InterfaceArea = interfaceArea halves
        }

    /// <summary>The halves of all blocks from a counted one up to the whole torus, smallest first; each doubling joins two blocks across
    /// their shortest side, across the first axis or the last when sides are equal.</summary>
    /// <param name="block">Side of the counted cube: a square on two axes.</param>
    /// <param name="shape">Sites along each axis of the torus, each block times a power of two.</param>
    /// <param name="firstAxis">Whether a cube is doubled along its first axis, or along its last.</param>
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

    /// The axis across the cut, then those along it, of a block in any orientation that is allowed.
    let private directions (orientations: HalfOrientations) (generator: Generator) axes (halves: LatticeHalves) =
        if orientations.Transposes then
            let left = ResizeArray(List.init axes (fun a -> axes - 1 - a))

            Array.init axes (fun n ->
                let axis = left[if left.Count > 1 then generator.NextInt left.Count else 0]
                left.Remove axis |> ignore
                // Those along the cut come in the order of the axes where nothing else is drawn.
                if n = 0 then
                    left.Reverse()

                axis)
        else
            Array.append [| halves.Axis |] (Array.removeAt halves.Axis [| 0 .. axes - 1 |])

    /// <summary>Where the sites of two halves are, as seen from the cut: place across·length + along, the second
    /// half turned round, so that both look alike. The block lies anywhere and in any orientation that is allowed.</summary>
    /// <param name="orientations">Those that the symmetry allows.</param>
    /// <param name="generator">Place and orientation.</param>
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

        // Around the torus at most once, for no half is longer than it.
        let at axis step =
            let place = origin[axis] + step

            let around =
                if place >= shape[axis] then place - shape[axis]
                elif place < 0 then place + shape[axis]
                else place

            around * strides[axis]

        /// All sums of one entry for each direction along the cut.
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

    /// Calls back with the place in a half and the sites of both halves there.
    let inline private visit (places: HalfPlaces) ([<InlineIfLambda>] pair: int -> int -> int -> unit) : unit =
        let length = places.First.Length

        for across in 0 .. places.Before.Length - 1 do
            for along in 0 .. length - 1 do
                pair
                    (across * length + along)
                    (places.Before[across] + places.First[along])
                    (places.Behind[across] + places.Second[along])

    /// <summary>Copies two halves of a block of Ising spins to rows of two arrays.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function of the randomness (place, orientation, sign), a snapshot, the halves, the row to
    /// write to, and the arrays of first and of second halves, [·; volume].</returns>
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
    /// <param name="symmetry">Of the law of the snapshots.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function of the same arguments as the one of <c>draw</c>; the arrays are [·; 2·volume].</returns>
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

    /// A random order of the states, and every state by its own name where they are not alike.
    let private names alike (generator: Generator) states =
        let names = Array.init states id

        if alike then
            for i in states - 1 .. -1 .. 1 do
                let j = generator.NextInt(i + 1)
                let held = names[i]
                names[i] <- names[j]
                names[j] <- held

        names

    /// <summary>Copies two halves of a block of spins with states to rows of two arrays: 1 for the state that a site is in, 0 for the others, all sites of one state
    /// before those of the next.</summary>
    /// <param name="states">q, how many states there are.</param>
    /// <param name="symmetry">Of the law of the snapshots; its flip renames states.</param>
    /// <param name="shape">Sites along each axis of the torus.</param>
    /// <returns>A function of the same arguments as the one of <c>draw</c>; the arrays are [·; q·volume].</returns>
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
