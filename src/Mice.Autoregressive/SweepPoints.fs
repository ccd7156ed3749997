namespace Mice.Autoregressive

open System
open Mice
open Mice.Atoms

/// <summary>Points of random sweeps in one snapshot that lie outside the cores of the atoms behind them.</summary>
type SweepPlaces =
    {
        /// The snapshot.
        Snapshot: int
        /// [3 · points], Å.
        Positions: float[]
        /// [points]: the operation of each; the sweep runs along its last axis.
        Operations: float[][]
        /// Points that were tried: those here and those within a core.
        Tried: int
    }

    /// Points that are here.
    member this.Rows = this.Operations.Length

/// <summary>Points of random sweeps: what atoms, or uniform noise points, see behind them.</summary>
type SweepPoints =
    {
        /// [points · size of the basis], row-major: density of the past around each point.
        Features: float32[]
        /// Rows in Features.
        Rows: int
        /// Points that were tried: those in Features and those that lie within the core of an atom behind them.
        Tried: int
    }

/// <summary>Draws points of sweeps: a snapshot, a direction and a point, all at random.</summary>
/// <remarks>
/// A sweep moves a plane through the system along the last axis of a random operation of the symmetry; the past of a point is
/// all atoms behind the plane through it. Points within the core radius of a past atom are dropped here: no atom ever
/// came so near to another one, and the intensity there is set apart. Mutable scratch, for one thread.
/// </remarks>
[<Sealed>]
type SweepSampler(snapshots: ScanSnapshots, basis: DensityBasis, core: float) =
    let density = PastDensity basis
    let size = DensityBasis.size basis
    let last = snapshots.Dimension - 1

    /// Nearer than 1e-9 Å is the point itself: an atom is not its own past.
    let isOther (table: NeighbourTable) e = table.SquaredDistances[e] > 1e-18

    /// The past of some points within a radius; the sweep of each runs along the last axis of its operation.
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

        let isInCore i =
            let mutable found = false

            for e in table.Offsets[i] .. table.Offsets[i + 1] - 1 do
                if isOther table e then
                    found <- true

            found

        let kept =
            [|
                for i in 0 .. operations.Length - 1 do
                    if not (isInCore i) then
                        i
            |]

        let chosen = Array.zeroCreate (3 * kept.Length)
        kept |> Array.iteri (fun k i -> Array.blit points (3 * i) chosen (3 * k) 3)
        chosen, kept |> Array.map (fun i -> operations[i])

    let operationsFor (generator: Generator) n =
        Array.init n (fun _ -> Symmetry.operation snapshots.Dimension snapshots.Symmetry generator)

    /// A few points at a time: the table of a whole round would not stay in the cache.
    let describe (places: SweepPlaces) (rowOf: int -> int) (features: float32[]) =
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

    let points (places: SweepPlaces) =
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
    member _.AtomPlaces (generator: Generator) (snapshot: int) (chosen: int[]) : SweepPlaces =
        atomPlaces generator snapshot chosen

    /// <summary>Uniform places in one snapshot, each with a random direction.</summary>
    member _.UniformPlaces (generator: Generator) (snapshot: int) (tries: int) : SweepPlaces =
        uniformPlaces generator snapshot tries

    /// <summary>Writes what places see behind them into rows of an array.</summary>
    /// <param name="places">The places.</param>
    /// <param name="rowOf">The row of each place; a negative one for none.</param>
    /// <param name="features">[rows · size of the basis], row-major.</param>
    member _.Describe (places: SweepPlaces) (rowOf: int -> int) (features: float32[]) : unit =
        describe places rowOf features

    /// <summary>Chosen atoms of one snapshot, each seen in a random direction.</summary>
    member _.Atoms (generator: Generator) (snapshot: int) (chosen: int[]) : SweepPoints =
        atomPlaces generator snapshot chosen |> points

    /// <summary>Uniform points of one snapshot, each seen in a random direction.</summary>
    member _.Uniform (generator: Generator) (snapshot: int) (tries: int) : SweepPoints =
        uniformPlaces generator snapshot tries |> points

    /// <summary>The share of uniform points that lie outside the cores of the past.</summary>
    member _.OpenShare (generator: Generator) (tries: int) : float =
        let n = ScanSnapshots.count snapshots
        let each = (tries + n - 1) / n

        let kept = Seq.init n (fun s -> (uniformPlaces generator s each).Rows) |> Seq.sum

        float kept / float (n * each)
