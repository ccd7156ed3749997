namespace Mice.Atoms

open System

/// <summary>Atoms, and their periodic images near the cell, sorted into bins, ready to be asked for the neighbours of any point.
/// Make one with <see cref="M:Mice.Atoms.Neighbours.build"/>.</summary>
/// <remarks>Images are stored explicitly, so a query looks at plain rows of memory and knows nothing of boundaries. The bins of
/// one (y, z) form a row along x, whose atoms lie one behind the other. Immutable; safe to share between threads.</remarks>
type NeighbourGrid =
    internal
        {
            /// The longest distance that queries may ask for, Å.
            Reach: float
            /// Number of atoms, without images.
            Atoms: int
            /// Lattice vectors, reduced to short ones (rows), and their reciprocal; queries move points by these.
            Basis: float[]
            Dual: float[]
            Origin: float[]
            Periodic: bool[]
            /// Coordinates of atoms and images in the order of the bins, with Padding more numbers behind the last.
            X: float[]
            Y: float[]
            Z: float[]
            /// For each of these the index of the atom.
            Atom: int[]
            /// First entry of each bin (x runs fastest), and the number of entries behind the last.
            Starts: int[]
            Low: float[]
            /// Bins per Å along x, y, z.
            Inverse: float[]
            Bins: int[]
            /// Atoms per Å³, for a first guess of radii.
            Density: float
        }

    /// The longest distance that queries may ask for, Å.
    member this.Cutoff = this.Reach

[<RequireQualifiedAccess>]
module internal NeighbourGrid =
    /// Queries may load so many numbers behind the last one.
    [<Literal>]
    let Padding = 8

    /// The most atoms and images that a grid holds.
    let private most = 1 <<< 27

    /// Adds multiples of the other vectors to each one as long as that makes it shorter: the same lattice, nearly at right angles.
    let reduce (vectors: float[][]) : float[][] =
        let v = Array.map Array.copy vectors
        let n = v.Length

        let shorten i (m: float[]) =
            let candidate =
                Array.init 3 (fun k -> v[i][k] - Seq.sum (Seq.init n (fun j -> m[j] * v[j][k])))

            let isShorter = Cell.dot candidate candidate < Cell.dot v[i] v[i] * (1.0 - 1e-12)

            if isShorter then
                v[i] <- candidate

            isShorter

        let pair i j =
            i <> j
            && shorten
                i
                (Array.init n (fun l ->
                    if l = j then
                        Math.Round(Cell.dot v[i] v[j] / Cell.dot v[j] v[j])
                    else
                        0.0))

        let triple i =
            n = 3
            && List.exists
                (fun (a, b) ->
                    shorten
                        i
                        (Array.init 3 (fun l ->
                            if l = i then 0.0
                            elif l = (i + 1) % 3 then a
                            else b)))
                [ 1.0, 1.0; 1.0, -1.0; -1.0, 1.0; -1.0, -1.0 ]

        let mutable changed = true
        let mutable rounds = 0

        while changed && rounds < 1000 do
            changed <- false
            rounds <- rounds + 1

            for i in 0 .. n - 1 do
                for j in 0 .. n - 1 do
                    changed <- pair i j || changed

                changed <- triple i || changed

        v

    /// Three vectors: the reduced periodic ones first, then unit vectors at right angles to them and to each other.
    let private fullBasis (cell: Cell) : struct (float[][] * int) =
        let periodic =
            [| 0..2 |]
            |> Array.filter (fun i -> cell.Periodic[i])
            |> Array.map (fun i -> Cell.vector i cell)
            |> reduce

        let unit v =
            v |> Array.map (fun x -> x / Cell.norm v)

        let basis =
            match periodic with
            | [||] -> [| [| 1.0; 0.0; 0.0 |]; [| 0.0; 1.0; 0.0 |]; [| 0.0; 0.0; 1.0 |] |]
            | [| a |] ->
                let axis =
                    Array.init 3 (fun k ->
                        if k = Array.IndexOf(Array.map abs a, Array.min (Array.map abs a)) then
                            1.0
                        else
                            0.0)

                let b = unit (Cell.cross a axis)
                [| a; b; unit (Cell.cross a b) |]
            | [| a; b |] -> [| a; b; unit (Cell.cross a b) |]
            | three -> three

        struct (basis, periodic.Length)

    /// Moves a point by lattice vectors until its periodic fractions lie in [0, 1); the same arithmetic for atoms and queries.
    let wrapPoint (dual: float[]) (basis: float[]) (origin: float[]) (periodic: bool[]) (point: float[]) : unit =
        for i in 0..2 do
            if periodic[i] then
                let s =
                    dual[3 * i] * (point[0] - origin[0])
                    + dual[3 * i + 1] * (point[1] - origin[1])
                    + dual[3 * i + 2] * (point[2] - origin[2])

                let n = floor s

                if n <> 0.0 then
                    for k in 0..2 do
                        point[k] <- point[k] - n * basis[3 * i + k]

    /// All images whose periodic fractions are within margins of [0, 1]: coordinates [3m] and atom indices [m].
    let private images
        (dual: float[])
        (basis: float[])
        (origin: float[])
        (margins: float[])
        (periodic: bool[])
        (positions: float[])
        =
        let found, atoms = ResizeArray<float>(), ResizeArray<int>()
        let point = Array.zeroCreate<float> 3
        let first, last = Array.zeroCreate<int> 3, Array.zeroCreate<int> 3

        for a in 0 .. positions.Length / 3 - 1 do
            Array.blit positions (3 * a) point 0 3
            wrapPoint dual basis origin periodic point

            for i in 0..2 do
                if periodic[i] then
                    let s =
                        dual[3 * i] * (point[0] - origin[0])
                        + dual[3 * i + 1] * (point[1] - origin[1])
                        + dual[3 * i + 2] * (point[2] - origin[2])

                    first[i] <- int (ceil (-margins[i] - s))
                    last[i] <- int (floor (1.0 + margins[i] - s))

            for n0 in first[0] .. last[0] do
                for n1 in first[1] .. last[1] do
                    for n2 in first[2] .. last[2] do
                        for k in 0..2 do
                            point[k] + float n0 * basis[k] + float n1 * basis[3 + k] + float n2 * basis[6 + k]
                            |> found.Add

                        atoms.Add a

        struct (found.ToArray(), atoms.ToArray())

    /// Bins along each axis: about width Å each, but altogether at most about as many as there are entries.
    let private binning (extent: float[]) (width: float[]) (entries: int) : int[] =
        let wanted = Array.map2 (fun e w -> max 1.0 (ceil (e / w))) extent width
        let total = Array.fold (*) 1.0 wanted
        let allowed = 4.0 * float entries + 64.0

        let factor = if total > allowed then Math.Cbrt(allowed / total) else 1.0

        // Where an axis has one bin already the others have to give more; the cap on each keeps the product bounded.
        wanted |> Array.map (fun n -> int (min (max 1.0 (n * factor)) (sqrt allowed)))

    let private sortIntoBins (coordinates: float[]) (atoms: int[]) (low: float[]) (inverse: float[]) (bins: int[]) =
        let count = atoms.Length

        let bin k (x: float) =
            min (bins[k] - 1) (int ((x - low[k]) * inverse[k]))

        let binOf =
            Array.init count (fun e ->
                (bin 2 coordinates[3 * e + 2] * bins[1] + bin 1 coordinates[3 * e + 1]) * bins[0]
                + bin 0 coordinates[3 * e])

        let starts = Array.zeroCreate (bins[0] * bins[1] * bins[2] + 1)
        binOf |> Array.iter (fun b -> starts[b + 1] <- starts[b + 1] + 1)

        for b in 1 .. starts.Length - 1 do
            starts[b] <- starts[b] + starts[b - 1]

        let next = Array.copy starts

        let places =
            binOf
            |> Array.map (fun b ->
                next[b] <- next[b] + 1
                next[b] - 1)

        struct (starts, places)

    let private scatter (count: int) (places: int[]) (value: int -> float) : float[] =
        let result = Array.create (count + Padding) infinity
        places |> Array.iteri (fun e place -> result[place] <- value e)
        result

    let private checkArguments (positions: float[]) (cutoff: float) =
        if positions.Length = 0 || positions.Length % 3 <> 0 then
            invalidArg (nameof positions) "Positions are three numbers for each of at least one atom."

        if not (Array.forall Double.IsFinite positions) then
            invalidArg (nameof positions) "Positions have to be finite."

        if not (cutoff > 0.0 && Double.IsFinite cutoff) then
            invalidArg (nameof cutoff) $"The cut-off is {cutoff}; it has to be above 0 and finite."

    let build (cell: Cell) (positions: float[]) (cutoff: float) : NeighbourGrid =
        checkArguments positions cutoff
        let struct (basisVectors, periodicCount) = fullBasis cell
        let basis = Array.concat basisVectors
        let origin = cell.Origin
        let periodic = Array.init 3 (fun i -> i < periodicCount)

        let dual =
            Cell.reciprocal
                {
                    Vectors = basis
                    Origin = origin
                    Periodic = periodic
                }

        // 1e-9: atoms exactly on the edge of the reach stay in, whatever the rounding.
        let margins =
            Array.init 3 (fun i -> cutoff * Cell.norm (Array.sub dual (3 * i) 3) * (1.0 + 1e-9) + 1e-9)

        let estimate =
            (float positions.Length / 3.0, [ 0 .. periodicCount - 1 ])
            ||> List.fold (fun n i -> n * (1.0 + 2.0 * margins[i]))

        if estimate > float most then
            invalidArg (nameof cutoff) $"A cut-off of {cutoff} Å needs more than {most} periodic images in this cell."

        let struct (coordinates, atoms) =
            images dual basis origin margins periodic positions

        let count = atoms.Length

        let low, high = Array.create 3 infinity, Array.create 3 -infinity

        for e in 0 .. count - 1 do
            for k in 0..2 do
                low[k] <- min low[k] coordinates[3 * e + k]
                high[k] <- max high[k] coordinates[3 * e + k]

        let extent = Array.init 3 (fun k -> high[k] - low[k] + 1e-9)
        let volume = extent |> Array.fold (fun v e -> v * max e 1e-3) 1.0
        let spacing = Math.Cbrt(volume / float count)
        let bins = binning extent [| spacing; 1.25 * spacing; 1.25 * spacing |] count
        let inverse = Array.map2 (fun n e -> float n / e) bins extent
        let struct (starts, places) = sortIntoBins coordinates atoms low inverse bins
        let atom = Array.zeroCreate count
        places |> Array.iteri (fun e place -> atom[place] <- atoms[e])

        {
            Reach = cutoff
            Atoms = positions.Length / 3
            Basis = basis
            Dual = dual
            Origin = origin
            Periodic = periodic
            X = scatter count places (fun e -> coordinates[3 * e])
            Y = scatter count places (fun e -> coordinates[3 * e + 1])
            Z = scatter count places (fun e -> coordinates[3 * e + 2])
            Atom = atom
            Starts = starts
            Low = low
            Inverse = inverse
            Bins = bins
            Density =
                if periodicCount = 3 then
                    float (positions.Length / 3) / Cell.volume cell
                else
                    float count / volume
        }
