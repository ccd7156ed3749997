namespace Mice.Autoregressive

open System
open Mice
open Mice.Atoms

/// How uniform points are thinned; neither number moves any result but by noise.
module private Thinning =
    /// λ₀/ρ from which on every point is kept.
    [<Literal>]
    let Cap = 10.0

    /// Kept with this probability at least, wherever λ₀ is wrong.
    [<Literal>]
    let Least = 0.01

    /// Tries that are looked at together.
    [<Literal>]
    let Block = 1024

/// <summary>Draws points of passes: a snapshot, a direction and a point, all at random.</summary>
/// <remarks>
/// A pass moves a plane through the system along the last axis of a random operation of the symmetry; the past of a point is
/// all atoms behind the plane through it. Points within the core radius of a past atom are dropped here: no atom ever
/// came so near to another one, and the intensity there is set apart. Mutable scratch, for one thread.
/// </remarks>
[<Sealed>]
type PassSampler(snapshots: ScanSnapshots, basis: DensityBasis, core: float) =
    let density = PastDensity basis
    let size = DensityBasis.size basis
    let last = snapshots.Dimension - 1

    /// Nearer than 1e-9 Å is the point itself: an atom is not its own past.
    let isOther (table: NeighbourTable) e = table.SquaredDistances[e] > 1e-18

    /// The past of some points within a radius; the pass of each runs along the last axis of its operation.
    let past radius snapshot (points: float[]) (operations: float[][]) =
        let grid = snapshots.Grids[snapshot]

        let normals =
            Array.init (3 * operations.Length) (fun i -> operations[i / 3][3 * last + i % 3])

        Neighbours.queryOn
            1
            { Neighbours.all grid with
                Radius = radius
                Behind = Some normals
            }
            grid
            points

    let expand (r: float[]) (table: NeighbourTable) i (target: Span<float32>) =
        density.Clear()
        let d = table.Displacements

        for e in table.Offsets[i] .. table.Offsets[i + 1] - 1 do
            if isOther table e then
                let x, y, z = d[3 * e], d[3 * e + 1], d[3 * e + 2]

                let projection row =
                    float32 (r[3 * row] * x + r[3 * row + 1] * y + r[3 * row + 2] * z)

                match last with
                | 2 -> density.Add(projection 0, projection 1, projection 2)
                | 1 -> density.Add(projection 0, projection 1, 0.0f)
                | _ -> density.Add(projection 0, 0.0f, 0.0f)

        if snapshots.Symmetry = Symmetry.Isotropic then
            density.Align()

        density.Write target

    /// Keeps the points outside the cores of the past, with their operations.
    let outsideCores snapshot (points: float[]) (operations: float[][]) =
        let table = past core snapshot points operations

        let rec isOutside i e =
            e = table.Offsets[i + 1] || not (isOther table e) && isOutside i (e + 1)

        let kept =
            [|
                for i in 0 .. operations.Length - 1 do
                    if isOutside i table.Offsets[i] then
                        i
            |]

        let chosen = Array.zeroCreate (3 * kept.Length)
        kept |> Array.iteri (fun k i -> Array.blit points (3 * i) chosen (3 * k) 3)
        chosen, kept |> Array.map (fun i -> operations[i])

    /// Probabilities of keeping points that lie outside the cores: λ₀ over a cap, within bounds.
    let keeping (pair: PairIntensity) snapshot (points: float[]) (operations: float[][]) =
        operations
        |> Array.chunkBySize 32
        |> Array.mapi (fun block operations ->
            let table =
                past pair.Cutoff snapshot (Array.sub points (96 * block) (3 * operations.Length)) operations

            operations
            |> Array.mapi (fun i operation ->
                let normal = ReadOnlySpan<float>(operation, 3 * last, 3)
                PairIntensity.ratio pair normal table i / Thinning.Cap |> max Thinning.Least |> min 1.0))
        |> Array.concat

    let operation (generator: Generator) =
        Symmetry.operation snapshots.Dimension snapshots.Symmetry generator

    let operationsFor (generator: Generator) n =
        Array.init n (fun _ -> operation generator)

    /// A few points at a time: the table of a whole round would not stay in the cache.
    let describe (places: PassPlaces) (rowOf: int -> int) (features: float32[]) =
        for first in 0..32 .. places.Rows - 1 do
            // Points without a row are left out.
            let wanted =
                [| first .. min (first + 32) places.Rows - 1 |] |> Array.filter (fun i -> rowOf i >= 0)

            let positions =
                Array.init (3 * wanted.Length) (fun k -> places.Positions[3 * wanted[k / 3] + k % 3])

            let operations = wanted |> Array.map (fun i -> places.Operations[i])
            let table = past basis.Cutoff places.Snapshot positions operations

            for k in 0 .. wanted.Length - 1 do
                expand operations[k] table k (Span<float32>(features, rowOf wanted[k] * size, size))

    let uniform (generator: Generator) snapshot n =
        let fractions =
            Array.init (3 * n) (fun i -> if i % 3 <= last then generator.NextFloat() else 0.5)

        Cell.cartesian snapshots.Cells[snapshot] fractions

    let atoms (chosen: int[]) snapshot =
        let positions = snapshots.Positions[snapshot]
        Array.init (3 * chosen.Length) (fun i -> positions[3 * chosen[i / 3] + i % 3])

    let places snapshot (at: float[]) (operations: float[][]) =
        let kept, operations' = outsideCores snapshot at operations

        {
            Snapshot = snapshot
            Positions = kept
            Operations = operations'
            Tried = operations.Length
        }

    let atomPlaces generator snapshot (chosen: int[]) =
        places snapshot (atoms chosen snapshot) (operationsFor generator chosen.Length)

    let uniformPlaces generator snapshot tries =
        places snapshot (uniform generator snapshot tries) (operationsFor generator tries)

    /// One uniform point in each of side^dimension equal cells: those of the cells first … first + n − 1.
    let scattered (generator: Generator) snapshot side first n =
        let strides = [| 1; side; side * side |]

        let fractions =
            Array.init (3 * n) (fun i ->
                let axis = i % 3

                if axis <= last then
                    let cell = (first + i / 3) / strides[axis] % side
                    (float cell + generator.NextFloat()) / float side
                else
                    0.5)

        Cell.cartesian snapshots.Cells[snapshot] fractions

    /// Thins uniform points: a point is kept when the running sum of the probabilities passes a whole number. Each point is kept with its own probability, and
    /// the number and the places of the kept points scatter much less than with independent draws. Points are handled in small portions, for arrays of all of
    /// them would take longer than the work itself.
    let thin (generator: Generator) pair snapshot (along: float[]) wanted =
        let side = int (ceil (float wanted ** (1.0 / float (last + 1)) - 1e-9))
        let tries = pown side (last + 1)
        let positions, weights = ResizeArray<float>(), ResizeArray<float>()
        let mutable inCore = 0
        let mutable sum = generator.NextFloat()

        for first in 0 .. Thinning.Block .. tries - 1 do
            let n = min Thinning.Block (tries - first)

            let places =
                places snapshot (scattered generator snapshot side first n) (Array.replicate n along)

            let keeping = keeping pair snapshot places.Positions places.Operations
            inCore <- inCore + n - places.Rows

            for i in 0 .. places.Rows - 1 do
                sum <- sum + keeping[i]

                if sum >= 1.0 then
                    sum <- sum - 1.0
                    weights.Add(1.0 / keeping[i])

                    for axis in 0..2 do
                        positions.Add places.Positions[3 * i + axis]

        let found =
            {
                Snapshot = snapshot
                Positions = positions.ToArray()
                Operations = Array.replicate weights.Count along
                Tried = tries
            }

        struct (found, weights.ToArray(), inCore)

    let points (places: PassPlaces) =
        let features = GC.AllocateUninitializedArray(places.Rows * size)
        describe places id features

        {
            Features = features
            Rows = places.Rows
            Tried = places.Tried
        }

    /// The functions that the density is expanded in.
    member _.Basis = basis

    /// The snapshots that points are drawn from.
    member _.Snapshots = snapshots

    /// <summary>Places of chosen atoms of one snapshot, each with a random direction.</summary>
    member _.AtomPlaces (generator: Generator) (snapshot: int) (chosen: int[]) : PassPlaces =
        atomPlaces generator snapshot chosen

    /// <summary>Uniform places in one snapshot, each with a random direction.</summary>
    member _.UniformPlaces (generator: Generator) (snapshot: int) (tries: int) : PassPlaces =
        uniformPlaces generator snapshot tries

    /// <summary>Writes what places see behind them into rows of an array.</summary>
    /// <param name="places">The places.</param>
    /// <param name="rowOf">The row of each place; a negative one for none.</param>
    /// <param name="features">[rows · size of the basis], row-major.</param>
    member _.Describe (places: PassPlaces) (rowOf: int -> int) (features: float32[]) : unit =
        describe places rowOf features

    /// A random operation of the symmetry; a pass runs along its last axis.
    member _.Operation(generator: Generator) : float[] = operation generator

    /// <summary>All atoms of one snapshot as one pass along the last axis of an operation meets them.</summary>
    member _.AtomsAlong (along: float[]) (snapshot: int) : PassPoints =
        let every = Array.init snapshots.Atoms id

        places snapshot (atoms every snapshot) (Array.replicate snapshots.Atoms along) |> points

    /// <summary>Uniform points of one snapshot that one pass meets, thinned by a pair intensity.</summary>
    /// <param name="generator">Where the points come from.</param>
    /// <param name="pair">Decides where points are kept.</param>
    /// <param name="along">The operation whose last axis the pass runs along.</param>
    /// <param name="snapshot">Which snapshot.</param>
    /// <param name="wanted">Uniform points before any is dropped, at least; as many as fill a grid.</param>
    member _.Thinned
        (generator: Generator)
        (pair: PairIntensity)
        (along: float[])
        (snapshot: int)
        (wanted: int)
        : ThinnedPoints =
        let struct (found, weights, inCore) = thin generator pair snapshot along wanted

        {
            Points = points found
            Weights = weights
            InCore = inCore
            Tried = found.Tried
        }

    /// <summary>The share of uniform points that thinning by a pair intensity keeps.</summary>
    member _.KeptShare (generator: Generator) (pair: PairIntensity) (tries: int) : float =
        let n = ScanSnapshots.count snapshots
        let each = (tries + n - 1) / n

        let parts =
            Array.init n (fun s ->
                let struct (found, _, _) = thin generator pair s (operation generator) each
                found)

        float (parts |> Array.sumBy (fun p -> p.Rows)) / float (parts |> Array.sumBy (fun p -> p.Tried))

    /// <summary>Chosen atoms of one snapshot, each seen in a random direction.</summary>
    member _.Atoms (generator: Generator) (snapshot: int) (chosen: int[]) : PassPoints =
        atomPlaces generator snapshot chosen |> points

    /// <summary>Uniform points of one snapshot, each seen in a random direction.</summary>
    member _.Uniform (generator: Generator) (snapshot: int) (tries: int) : PassPoints =
        uniformPlaces generator snapshot tries |> points

    /// <summary>The share of uniform points that lie outside the cores of the past.</summary>
    member _.OpenShare (generator: Generator) (tries: int) : float =
        let n = ScanSnapshots.count snapshots
        let each = (tries + n - 1) / n

        let kept = Seq.init n (fun s -> (uniformPlaces generator s each).Rows) |> Seq.sum

        float kept / float (n * each)

    /// <summary>Random atoms and uniform points of all snapshots together.</summary>
    /// <param name="generator">Where they come from.</param>
    /// <param name="atoms">Atoms, about.</param>
    /// <param name="noisePerAtom">Uniform points outside the cores for each atom, about.</param>
    /// <returns>The share of uniform points outside the cores; what the atoms see and what the points see, by snapshot.</returns>
    member this.Probe
        (generator: Generator)
        (atoms: int)
        (noisePerAtom: float)
        : struct (float * PassPoints[] * PassPoints[]) =
        let n = ScanSnapshots.count snapshots
        let openShare = this.OpenShare generator (8 * atoms)
        let tries = int (ceil (float atoms * noisePerAtom / openShare / float n))

        let seen, noise =
            Array.init n (fun s ->
                let chosen = Array.init (atoms / n + 1) (fun _ -> generator.NextInt snapshots.Atoms)
                this.Atoms generator s chosen, this.Uniform generator s tries)
            |> Array.unzip

        struct (openShare, seen, noise)
