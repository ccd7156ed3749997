module Mice.Autoregressive.Tests.PassTests

open Expecto
open System
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

let private basis = DensityBasis.create 3 3 3.0 1.5 6.0

/// A core so small that no point lies in it, Å.
[<Literal>]
let private Point = 1e-6

let private sampler symmetry core snapshot =
    PassSampler(ScanSnapshots.prepare 3 symmetry 6.0 [| snapshot |], basis, core)

/// Atoms in random order: which atom is where must not matter.
let private shuffled seed (snapshot: Snapshot) =
    let order = Array.init (Snapshot.count snapshot) id
    (generator seed).Shuffle order

    let positions =
        order |> Array.collect (fun a -> Array.sub snapshot.Positions (3 * a) 3)

    order, { snapshot with Positions = positions }

let private assertSame (expected: float32[][]) (found: float32[][]) =
    Expect.equal found.Length expected.Length "there are as many rows"

    Array.iter2
        (fun e f ->
            // The same float32 sums in another order; up to 40 terms below 3.
            Array.iter2 (fun (a: float32) (b: float32) -> Expect.isTrue (abs (a - b) < 3e-4f) $"{a} and {b}") e f)
        expected
        found

[<Tests>]
let tests =
    testList
        "PassTests"
        [
            test "An atom sees exactly the images behind it, and never itself" {
                // A cell smaller than the cut-off: the atom sees images of itself, which are other atoms.
                let snapshot = uniformSnapshot 21UL triclinic 12
                let every = Array.init 12 id

                for symmetry in [ Symmetry.None; Symmetry.Cubic; Symmetry.Isotropic ] do
                    let points = (sampler symmetry Point snapshot).Atoms (generator 3UL) 0 every
                    let g = generator 3UL
                    let operations = every |> Array.map (fun _ -> Symmetry.operation 3 symmetry g)

                    Array.iteri2
                        (fun i operation row ->
                            let point = Array.sub snapshot.Positions (3 * i) 3

                            let seen = past triclinic snapshot.Positions operation 3 6.0 point
                            let isFree = symmetry = Symmetry.Isotropic
                            let error = deviation (density basis (if isFree then aligned 3 seen else seen)) row

                            Expect.isTrue (error <= 1.0) $"{Symmetry.name symmetry}, atom {i}: {error:F2} tolerances")
                        operations
                        (rows points)
            }

            test "The pass works in one and two dimensions and ignores the other coordinates" {
                for dimension in 1..2 do
                    let lengths = [| 9.0; (if dimension > 1 then 8.0 else 40.0); 30.0 |]
                    let box = Cell.orthorhombic lengths
                    let snapshot = uniformSnapshot 22UL box 10
                    let flat = DensityBasis.create dimension 4 3.0 0.5 4.0

                    let points =
                        PassSampler(ScanSnapshots.prepare dimension Symmetry.None 4.0 [| snapshot |], flat, Point).Atoms
                            (generator 1UL)
                            0
                            [| 0..9 |]

                    let projected =
                        snapshot.Positions |> Array.mapi (fun i x -> if i % 3 < dimension then x else 0.0)

                    let open' =
                        { box with
                            Periodic = Array.init 3 (fun i -> i < dimension)
                        }

                    let identity = Array.init 9 (fun i -> if i % 4 = 0 then 1.0 else 0.0)

                    rows points
                    |> Array.iteri (fun i row ->
                        let point = Array.sub projected (3 * i) 3

                        let error =
                            deviation (density flat (past open' projected identity dimension 4.0 point)) row

                        Expect.isTrue (error <= 1.0) $"dimension {dimension}, atom {i}: {error:F2} tolerances")
            }

            test "Points are dropped exactly when an atom behind them is nearer than the core" {
                let snapshot = uniformSnapshot 23UL triclinic 12
                let core = 1.4
                let one = sampler Symmetry.Cubic core snapshot
                let points = one.Uniform (generator 7UL) 0 400
                let g = generator 7UL

                let at =
                    Cell.cartesian triclinic (Array.init 1200 (fun _ -> g.NextFloat())) |> Array.chunkBySize 3

                let operations = at |> Array.map (fun _ -> Symmetry.operation 3 Symmetry.Cubic g)

                let expected =
                    Array.zip at operations
                    |> Array.filter (fun (p, o) -> Array.isEmpty (past triclinic snapshot.Positions o 3 core p))

                Expect.equal points.Tried 400 "all points were tried"
                Expect.equal points.Rows expected.Length "the points with a free core are left"
                Expecting.inRange points.Rows 1 399 "some points are dropped, and not all"

                Array.iter2
                    (fun (p, o) row ->
                        let error =
                            deviation (density basis (past triclinic snapshot.Positions o 3 6.0 p)) row

                        Expect.isTrue (error <= 1.0) $"{error:F2} tolerances")
                    expected
                    (rows points)
            }

            test "The open share of an ideal gas is the chance of an empty half ball" {
                let cell = Cell.cubic 30.0
                let snapshots = Array.init 8 (fun i -> uniformSnapshot (uint64 (30 + i)) cell 1000)
                let core = 2.4

                let one =
                    PassSampler(ScanSnapshots.prepare 3 Symmetry.Isotropic 6.0 snapshots, basis, core)

                let volume = 2.0 / 3.0 * Math.PI * core ** 3.0
                let exact = (1.0 - volume / Cell.volume cell) ** 1000.0
                let share = one.OpenShare (generator 9UL) 40000
                // Binomial error of 40,000 points 0.0025; the 8,000 atoms themselves add about as much. Four errors together.
                Expecting.within 0.014 share exact "the open share is that of the ideal gas"
            }

            test "Renumbering the atoms changes nothing" {
                let snapshot = uniformSnapshot 24UL triclinic 12
                let order, other = shuffled 5UL snapshot

                let original =
                    (sampler Symmetry.Isotropic 0.8 snapshot).Atoms (generator 2UL) 0 order

                let renumbered =
                    (sampler Symmetry.Isotropic 0.8 other).Atoms (generator 2UL) 0 [| 0..11 |]

                assertSame (rows original) (rows renumbered)

                let uniform s =
                    (sampler Symmetry.Isotropic 0.8 s).Uniform (generator 2UL) 0 50

                assertSame (rows (uniform snapshot)) (rows (uniform other))
            }

            test "Moving all atoms together changes nothing" {
                let snapshot = uniformSnapshot 25UL triclinic 12
                let shift = [| 2.3; -11.7; 5.1 |]

                let moved =
                    snapshot.Positions |> Array.mapi (fun i x -> x + shift[i % 3]) |> Snapshot.ofPositions "A" triclinic

                let seen s =
                    (sampler Symmetry.Isotropic 0.8 s).Atoms (generator 2UL) 0 [| 0..11 |]

                assertSame (rows (seen snapshot)) (rows (seen moved))
            }

            test "Turning the system by an operation of its symmetry only exchanges the directions" {
                let snapshot = uniformSnapshot 26UL triclinic 12
                let operation = [| 0.0; -1.0; 0.0; 0.0; 0.0; 1.0; 1.0; 0.0; 0.0 |]

                let views s =
                    rows ((sampler Symmetry.Cubic Point s).Atoms (generator 8UL) 0 (Array.create 600 3))

                let isIn (set: float32[][]) (row: float32[]) =
                    set
                    |> Array.exists (fun other -> Array.forall2 (fun (a: float32) b -> abs (a - b) < 3e-4f) row other)

                // 600 draws miss one of the 48 directions with probability 48·exp(−12.6) = 2e-4; fixed seed.
                let before, after = views snapshot, views (turned operation snapshot)

                for row in before do
                    Expect.isTrue (isIn after row) "each view is there after the turn"

                for row in after do
                    Expect.isTrue (isIn before row) "each view was there before the turn"

                Expect.isFalse
                    (isIn (views (uniformSnapshot 27UL triclinic 12)) before[0])
                    "another system has other views"
            }

            test "A turned system looks the same in all directions of an isotropic pass" {
                let snapshot = uniformSnapshot 28UL triclinic 12
                let rotation = Symmetry.operation 3 Symmetry.Isotropic (generator 77UL)
                let n = 6000

                let moments seed s =
                    let seen =
                        rows ((sampler Symmetry.Isotropic Point s).Atoms (generator seed) 0 (Array.create n 3))

                    Array.init (DensityBasis.size basis) (fun k ->
                        let values = seen |> Array.map (fun row -> float row[k])
                        Statistics.mean values, Statistics.standardError values)

                Array.iter2
                    (fun (a, ea) (b, eb) ->
                        // Independent directions: 4.5 errors for some sixty features, fixed seeds; 1e-4 where float32 noise is all there is.
                        Expect.isTrue (abs (a - b) < 4.5 * sqrt (ea * ea + eb * eb) + 1e-4) $"{a} and {b}")
                    (moments 1UL snapshot)
                    (moments 2UL (turned rotation snapshot))
            }
        ]
