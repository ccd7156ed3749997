namespace Mice.Atoms

open System
open System.Collections.Generic

/// <summary>Whether two snapshots hold one configuration: equal boxes, and equal positions of each species up to whole vectors of the box
/// and the order of the atoms.</summary>
/// <remarks>Positions are equal within 1e-4 of the mean distance of the atoms, (V/N)^(1/3). That leaves room for the rounding of files
/// with five digits; an atom of a molecular dynamics moves ten times as far within a femtosecond.</remarks>
[<RequireQualifiedAccess>]
module internal SameConfiguration =
    [<Literal>]
    let private Tolerance = 1e-4

    /// The distance within which positions are equal, Å.
    let private length (s: Snapshot) : float =
        Tolerance * Math.Cbrt(Snapshot.volumePerAtom s)

    /// The most by which each fractional coordinate of equal positions differs.
    let private shares (s: Snapshot) : float[] =
        Cell.heights s.Cell |> Array.map (fun h -> length s / h)

    /// <summary>Three numbers that are nearly equal for equal configurations: the means of u²(1 − u)² over the atoms, u being a fractional
    /// coordinate, counted from the zero of the positions, less its whole part.</summary>
    /// <remarks>Steady where an atom leaves the box on one side and enters it on the other; the slope is below 0.2.</remarks>
    let fingerprint (s: Snapshot) : float[] =
        let fractions = Cell.fractional (Cell.atZero s.Cell) s.Positions
        let sums = Array.zeroCreate 3

        for i in 0 .. fractions.Length - 1 do
            let u = fractions[i] - Math.Floor fractions[i]
            let w = u * (1.0 - u)
            sums[i % 3] <- sums[i % 3] + w * w

        sums |> Array.map (fun sum -> sum / float (Snapshot.count s))

    /// The most by which the fingerprints of one configuration differ: the slope times the tolerance, with room for rounding.
    let window (s: Snapshot) : float = 0.22 * Array.max (shares s)

    /// Boxes of one configuration come from one line of text or from one state, so they differ by rounding alone.
    let private sameBox (a: Snapshot) (b: Snapshot) =
        let length = 1e-2 * length a

        a.Cell.Periodic = b.Cell.Periodic
        && Array.forall2 (fun x y -> abs (x - y) <= length) a.Cell.Vectors b.Cell.Vectors

    let private sameSpecies (a: Snapshot) (b: Snapshot) i j =
        a.SpeciesNames[a.Species[i]] = b.SpeciesNames[b.Species[j]]

    /// Whether two atoms are in one place: the box, fractional coordinates of all atoms, then the numbers of two of them.
    let private samePlace (cell: Cell) (length: float) (a: float[]) (b: float[]) i j =
        let d =
            Array.init 3 (fun k ->
                let d = a[3 * i + k] - b[3 * j + k]
                if cell.Periodic[k] then d - Math.Round d else d)

        Cell.norm (Cell.cartesian (Cell.atZero cell) d) <= length

    /// Whether something holds for each of the numbers below n.
    let private allOf (n: int) (holds: int -> bool) : bool =
        let mutable i = 0

        while i < n && holds i do
            i <- i + 1

        i = n

    /// Meshes along each direction of the mesh by which atoms are found again.
    [<Literal>]
    let private Meshes = 1024

    /// The meshes in which an atom lies that is in the place of the i-th one: mostly one, two in each direction where it is near an edge.
    let private meshes (periodic: bool[]) (shares: float[]) (fractions: float[]) i =
        let along k =
            let mesh (x: float) =
                let n = int (floor (x * float Meshes))
                if periodic[k] then ((n % Meshes) + Meshes) % Meshes else n

            let x = fractions[3 * i + k]
            List.distinct [ mesh (x - shares[k]); mesh (x + shares[k]) ]

        List.allPairs (along 0) (List.allPairs (along 1) (along 2))

    /// Whether every atom of one has an atom of its own in its place in the other.
    let private sameInAnyOrder shares periodic same (a: float[]) (b: float[]) =
        let atoms = a.Length / 3
        let places = Dictionary<int * (int * int), ResizeArray<int>>()
        let exactly = Array.zeroCreate<float> 3

        for j in 0 .. atoms - 1 do
            let mesh = List.head (meshes periodic exactly b j)

            match places.TryGetValue mesh with
            | true, there -> there.Add j
            | _ -> places[mesh] <- ResizeArray [ j ]

        let taken = Array.zeroCreate<bool> atoms

        /// Finds an atom in the place of the i-th one that no other atom has taken.
        let take i =
            meshes periodic shares a i
            |> Seq.collect (fun mesh ->
                match places.TryGetValue mesh with
                | true, there -> seq there
                | _ -> Seq.empty)
            |> Seq.tryFind (fun j -> not taken[j] && same i j)
            |> Option.map (fun j -> taken[j] <- true)
            |> Option.isSome

        allOf atoms take

    /// <summary>Whether two snapshots hold one configuration.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other; of any number of atoms.</param>
    let check (a: Snapshot) (b: Snapshot) : bool =
        let atoms = Snapshot.count a

        if atoms <> Snapshot.count b || not (sameBox a b) then
            false
        else
            let shares, length = shares a, length a

            let ofA, ofB =
                Cell.fractional a.Cell a.Positions, Cell.fractional a.Cell b.Positions

            let same i j =
                sameSpecies a b i j && samePlace a.Cell length ofA ofB i j

            // Most configurations that are not equal differ in the first atom already.
            allOf atoms (fun i -> same i i)
            || (not (allOf atoms (fun j -> not (same 0 j))) && sameInAnyOrder shares a.Cell.Periodic same ofA ofB)
