/// The dense fluid of hard spheres, whose entropy is known nearly as well as that of the ideal gas.
module Mice.Testing.Systems.HardSphereFluid

open System
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Testing.Systems.ScanSystems

/// Spheres in a cube, and which of them lie in each cell of a grid whose cells are no smaller than a sphere.
[<Sealed>]
type private Fluid(edge: float, diameter: float, positions: float[]) =
    /// No more centres than this lie in a cell: its edge is below 1.2 diameters.
    let capacity = 16

    let side = int (edge / diameter)
    let filled = Array.zeroCreate<int>(side * side * side)
    let members = Array.zeroCreate<int>(filled.Length * capacity)

    let along (x: float) =
        min (side - 1) (int (x / edge * float side))

    let cellOf x y z =
        (along x * side + along y) * side + along z

    let enter cell i =
        members[cell * capacity + filled[cell]] <- i
        filled[cell] <- filled[cell] + 1

    let leave cell i =
        let place = Array.IndexOf(members, i, cell * capacity, filled[cell])
        filled[cell] <- filled[cell] - 1
        members[place] <- members[cell * capacity + filled[cell]]

    let wrap x = x - edge * floor (x / edge)

    let nearest d = d - edge * Math.Round(d / edge)

    let overlaps i x y z =
        let a, b, c = along x, along y, along z
        let mutable found = false

        for n in 0..26 do
            let at (k: int) shift = (k + shift + side) % side

            let cell =
                (at a (n / 9 - 1) * side + at b (n / 3 % 3 - 1)) * side + at c (n % 3 - 1)

            for m in cell * capacity .. cell * capacity + filled[cell] - 1 do
                let j = members[m]
                let dx = nearest (x - positions[3 * j])
                let dy = nearest (y - positions[3 * j + 1])
                let dz = nearest (z - positions[3 * j + 2])

                if j <> i && dx * dx + dy * dy + dz * dz < diameter * diameter then
                    found <- true

        found

    do
        for i in 0 .. positions.Length / 3 - 1 do
            enter (cellOf positions[3 * i] positions[3 * i + 1] positions[3 * i + 2]) i

    /// As many moves as there are spheres, each by up to `step` along every axis.
    member _.Pass (g: Generator) (step: float) =
        for _ in 1 .. positions.Length / 3 do
            let i = g.NextInt(positions.Length / 3)

            let moved axis =
                wrap (positions[3 * i + axis] + step * (2.0 * g.NextFloat() - 1.0))

            let x, y, z = moved 0, moved 1, moved 2

            if not (overlaps i x y z) then
                leave (cellOf positions[3 * i] positions[3 * i + 1] positions[3 * i + 2]) i
                positions[3 * i] <- x
                positions[3 * i + 1] <- y
                positions[3 * i + 2] <- z
                enter (cellOf x y z) i

/// Passes that melt the lattice of the start. At η = 0.43 a sphere diffuses by its own diameter in some hundred.
[<Literal>]
let private MeltingSweeps = 6000

/// Passes between snapshots.
[<Literal>]
let private SweepsBetween = 500

/// <summary>The fluid of hard spheres at packing fraction η ≤ 0.49: s_ex = −(4η − 3η²)/(1 − η)².</summary>
/// <remarks>2·side³ spheres, Monte Carlo from a body-centred lattice, which no fluid of hard spheres stays on. The formula is
/// N. Carnahan and K. Starling's (J. Chem. Phys. 51, 635 (1969)), within 0.3 % of simulations up to freezing.</remarks>
let hardSphereFluid (packing: float) (side: int) (count: int) (seed: uint64) : KnownSystem =
    let atoms = 2 * side * side * side
    let cell = box 3 atoms
    let edge = cell.Vectors[0]
    let diameter = MeanDistance * (packing * 6.0 / Math.PI) ** (1.0 / 3.0)
    let spacing = edge / float side

    let positions = bodyCentred side spacing
    let g = Key.ofSeed seed |> Key.generator
    let fluid = Fluid(edge, diameter, positions)
    // About a third of the moves are accepted at either end of the fluid's dense half.
    let step = 0.25 * (spacing * sqrt 0.75 - diameter) + 0.06 * diameter

    for _ in 1..MeltingSweeps do
        fluid.Pass g step

    let snapshot n =
        for _ in 1..SweepsBetween do
            fluid.Pass g step

        { Snapshot.ofPositions "A" cell (Array.copy positions) with
            Step = int64 n
        }

    {
        Name = $"fluid of hard spheres, η = {packing}"
        Dimension = 3
        Symmetry = Symmetry.Isotropic
        Exact = -(4.0 * packing - 3.0 * packing * packing) / ((1.0 - packing) * (1.0 - packing))
        Control = Mice.Entropy.ControlVariate.athermal count
        Snapshots = Array.init count snapshot
    }
