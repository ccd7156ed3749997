/// Crystals whose displacements are correlated normal numbers, with exact entropies.
module Mice.Testing.Systems.HarmonicCrystal

open System
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.ScanSystems

/// [side; side]: a real orthogonal basis of waves along an axis, cos + sin, in which springs between equal neighbours do not mix.
let private waves side =
    Array2D.init side side (fun x k ->
        let phase = 2.0 * Math.PI * float (k * x) / float side
        (cos phase + sin phase) / sqrt (float side))

/// A field on side³ sites from the strengths of its waves.
let private ofWaves (side: int) (strengths: float[]) : float[] =
    let basis = waves side

    let along (stride: int) (field: float[]) =
        Array.init field.Length (fun i ->
            let x = i / stride % side
            Seq.sum (seq { for k in 0 .. side - 1 -> basis[x, k] * field[i + (k - x) * stride] }))

    strengths |> along 1 |> along side |> along (side * side)

/// <summary>A simple cubic lattice with springs to the sites and between neighbours, which pull on each coordinate alone: u of wave k has the variance
/// σ²/D_k with D_k = pinning + 2 Σ_a (1 − cos k_a), so that s_ex = (3/2N) Σ_k ln(2πe σ²/D_k) − ln v − 1.</summary>
/// <param name="pinning">Springs to the sites over those between neighbours; the smaller, the farther displacements are alike.</param>
/// <param name="sigma">σ in units of the spacing.</param>
/// <param name="side">Sites along each edge.</param>
/// <param name="count">Snapshots.</param>
/// <param name="seed">Randomness.</param>
let springLattice (pinning: float) (sigma: float) (side: int) (count: int) (seed: uint64) : KnownSystem =
    let atoms = side * side * side
    let cell = box 3 atoms

    let stiffness =
        Array.init atoms (fun i ->
            let along k =
                2.0 * (1.0 - cos (2.0 * Math.PI * float k / float side))

            pinning + along (i % side) + along (i / side % side) + along (i / (side * side)))

    let draw i =
        let g = Key.ofSeed seed |> Key.item i |> Key.generator
        let normals = Array.init 3 (fun _ -> Array.init atoms (fun _ -> g.NextNormal()))

        let displacements =
            normals |> Array.map (Array.map2 (fun d n -> sigma * n / sqrt d) stiffness >> ofWaves side)

        let positions =
            Array.init (3 * atoms) (fun j ->
                let site = [| j / 3 / (side * side); j / 3 / side % side; j / 3 % side |]
                MeanDistance * (float site[j % 3] + displacements[j % 3][j / 3]))

        { Snapshot.ofPositions "A" cell positions with
            Step = int64 i
        },
        0.5 * (normals |> Array.sumBy (Array.sumBy (fun n -> n * n))) / float atoms

    let drawn = Array.init count draw

    {
        Name = $"springs between neighbours, pinning {pinning}"
        Dimension = 3
        Symmetry = Symmetry.Cubic
        // In units of the spacing v = 1.
        Exact =
            1.5 * (stiffness |> Array.averageBy (fun d -> log (2.0 * Math.PI * Math.E * sigma * sigma / d)))
            - 1.0
        Snapshots = Array.map fst drawn
        Control =
            {
                Values = Array.map snd drawn
                Mean = Estimate.exact 1.5<kB / atom>
            }
    }
