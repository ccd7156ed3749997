/// Slow obvious twins of the pass, and small systems to try it on.
module Mice.Autoregressive.Tests.Reference

open Mice
open Mice.Atoms
open Mice.Autoregressive

let generator (seed: uint64) = Key.generator (Key.ofSeed seed)

/// A cell whose vectors are far from orthogonal.
let triclinic: Cell =
    Cell.create [| 7.0; 0.4; -0.3; 2.1; 6.2; 0.5; -1.4; 1.9; 6.6 |] [| -1.0; 0.5; 2.0 |] [| true; true; true |]
    |> Result.defaultWith failwith

/// Uniform positions in a cell.
let uniformSnapshot (seed: uint64) (cell: Cell) (atoms: int) : Snapshot =
    let g = generator seed

    Cell.cartesian cell (Array.init (3 * atoms) (fun _ -> g.NextFloat()))
    |> Snapshot.ofPositions "A" cell

/// Row-major 3×3 matrix times vector.
let apply (matrix: float[]) (v: float[]) : float[] =
    Array.init 3 (fun i -> matrix[3 * i] * v[0] + matrix[3 * i + 1] * v[1] + matrix[3 * i + 2] * v[2])

/// A snapshot whose atoms and box are turned together.
let turned (matrix: float[]) (snapshot: Snapshot) : Snapshot =
    let turn = Array.chunkBySize 3 >> Array.collect (apply matrix)

    { snapshot with
        Positions = turn snapshot.Positions
        Cell =
            { snapshot.Cell with
                Vectors = turn snapshot.Cell.Vectors
                Origin = turn snapshot.Cell.Origin
            }
    }

/// Displacements, in the frame of the pass, of all images behind a point and within a distance; ±4 cells are tried.
let past (cell: Cell) (positions: float[]) (operation: float[]) (dimension: int) (distance: float) (point: float[]) =
    let range axis =
        if cell.Periodic[axis] then [ -4 .. 4 ] else [ 0 ]

    [|
        for a in 0 .. positions.Length / 3 - 1 do
            for i in range 0 do
                for j in range 1 do
                    for k in range 2 do
                        let d =
                            Array.init 3 (fun c ->
                                positions[3 * a + c]
                                + float i * cell.Vectors[c]
                                + float j * cell.Vectors[3 + c]
                                + float k * cell.Vectors[6 + c]
                                - point[c])

                        let r = sqrt (Array.sumBy (fun v -> v * v) d)
                        let inFrame = apply operation d

                        if r > 1e-9 && r <= distance && inFrame[dimension - 1] < 0.0 then
                            inFrame
    |]

/// Displacements turned and reflected around the pass so that the nearest lies at y = 0, x ≥ 0 and the second nearest at y ≥ 0; in two
/// dimensions reflected so that the nearest lies at x ≥ 0.
let aligned (dimension: int) (displacements: float[][]) : float[][] =
    let byDistance =
        displacements |> Array.sortBy (fun d -> Array.sumBy (fun v -> v * v) d)

    let flip axis (d: float[]) =
        Array.mapi (fun i v -> if i = axis then -v else v) d

    match dimension, byDistance with
    | 2, _ when byDistance.Length > 0 && byDistance[0][0] < 0.0 -> byDistance |> Array.map (flip 0)
    | 3, _ when byDistance.Length > 0 ->
        let angle = atan2 (byDistance[0][1]) (byDistance[0][0])
        let c, s = cos angle, sin angle

        let turned =
            byDistance |> Array.map (apply [| c; s; 0.0; -s; c; 0.0; 0.0; 0.0; 1.0 |])

        if turned.Length > 1 && turned[1][1] < 0.0 then
            turned |> Array.map (flip 1)
        else
            turned
    | _ -> displacements

/// Sum of the basis functions over displacements, and the sum of their absolute values.
let density (basis: DensityBasis) (displacements: float[][]) : float[] * float[] =
    let size = DensityBasis.size basis
    let values, sizes = Array.zeroCreate size, Array.zeroCreate size

    for d in displacements do
        // One and two dimensions: the pass runs along the last of the coordinates that count.
        DensityBasis.evaluate basis d
        |> Array.iteri (fun i v ->
            values[i] <- values[i] + v
            sizes[i] <- sizes[i] + abs v)

    values, sizes

/// Largest difference in units of the tolerance 2e-5 (1 + Σ|B|): float32 carries 6e-8; the recurrences to degree 8 and the exponent
/// (r − μ)²/2w², of terms up to 30 times their result, lose a factor of some 100.
let deviation (expected: float[], sizes: float[]) (found: float32[]) : float =
    Array.map3 (fun e s (f: float32) -> abs (e - float f) / (2e-5 * (1.0 + s))) expected sizes found
    |> Array.max

/// Rows of pass points.
let rows (points: PassPoints) : float32[][] =
    if points.Rows = 0 then
        [||]
    else
        Array.chunkBySize (points.Features.Length / points.Rows) points.Features

/// χ² of how often each configuration is drawn from a law against what the law says of it; the degrees of freedom are one fewer than all
/// configurations.
let chiSquaredOfDraws (law: SpinConditional<'spin>) parameters count (configurations: 'spin[] seq) : float =
    let sites = (Seq.head configurations).Length

    let observed =
        SpinConditional.sample law parameters sites count (Run.seeded 21UL Run.quiet)
        |> Array.countBy List.ofArray
        |> dict

    configurations
    |> Seq.sumBy (fun spins ->
        let expected = float count * exp -(SpinConditional.surpriseOf law parameters spins)
        let found = observed.TryGetValue(List.ofArray spins) |> snd |> float
        (found - expected) ** 2.0 / expected)
