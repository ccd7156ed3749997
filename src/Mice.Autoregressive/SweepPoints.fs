namespace Mice.Autoregressive

open System
open Mice
open Mice.Atoms

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
    let describe snapshot (points: float[]) (operations: float[][]) =
        let features = GC.AllocateUninitializedArray(operations.Length * size)

        for first in 0..256 .. operations.Length - 1 do
            let n = min 256 (operations.Length - first)
            let seen = Array.sub operations first n
            let table = past basis.Cutoff snapshot (Array.sub points (3 * first) (3 * n)) seen

            for i in 0 .. n - 1 do
                expand seen[i] table i (Span<float32>(features, (first + i) * size, size))

        features

    let uniform (generator: Generator) snapshot n =
        let fractions =
            Array.init (3 * n) (fun i -> if i % 3 <= last then generator.NextFloat() else 0.5)

        Cell.cartesian snapshots.Cells[snapshot] fractions

    let atoms (chosen: int[]) snapshot =
        let positions = snapshots.Positions[snapshot]
        Array.init (3 * chosen.Length) (fun i -> positions[3 * chosen[i / 3] + i % 3])

    let points snapshot (at: float[]) (operations: float[][]) =
        let kept, operations' = outsideCores snapshot at operations

        {
            Features = describe snapshot kept operations'
            Rows = operations'.Length
            Tried = operations.Length
        }

    /// The functions that the density is expanded in.
    member _.Basis = basis

    /// The snapshots that points are drawn from.
    member _.Snapshots = snapshots

    /// <summary>Chosen atoms of one snapshot, each seen in a random direction.</summary>
    member _.Atoms (generator: Generator) (snapshot: int) (chosen: int[]) : SweepPoints =
        points snapshot (atoms chosen snapshot) (operationsFor generator chosen.Length)

    /// <summary>Uniform points of one snapshot, each seen in a random direction.</summary>
    member _.Uniform (generator: Generator) (snapshot: int) (tries: int) : SweepPoints =
        points snapshot (uniform generator snapshot tries) (operationsFor generator tries)

    /// <summary>The share of uniform points that lie outside the cores of the past.</summary>
    member _.OpenShare (generator: Generator) (tries: int) : float =
        let n = ScanSnapshots.count snapshots
        let each = (tries + n - 1) / n

        let kept =
            Seq.init n (fun s ->
                outsideCores s (uniform generator s each) (operationsFor generator each) |> snd |> Array.length)
            |> Seq.sum

        float kept / float (n * each)
