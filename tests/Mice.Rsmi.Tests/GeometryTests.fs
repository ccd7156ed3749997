module Mice.Rsmi.Tests.GeometryTests

open Expecto
open FsCheck
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

/// Chebyshev distance of a site from the block at a corner, by looking at all sites of the block.
let private distance (lattice: SiteLattice) block (corner: int[]) site =
    let along axis a b =
        let side = lattice.Shape[axis]
        let d = abs (a - b) % side

        if lattice.Periodic[axis] then
            min d (side - d)
        else
            abs (a - b)

    let place = LatticeShape.place lattice.Shape site

    [|
        for inside in 0 .. LatticeShape.sites lattice.Shape - 1 do
            let other = LatticeShape.place lattice.Shape inside

            let isInside =
                Array.forall2 (fun c p -> p >= c && p < c + block) corner other
                || lattice.Periodic[0]
                   && Array.map3 (fun c p side -> ((p - c) % side + side) % side) corner other lattice.Shape
                      |> Array.forall (fun step -> step < block)

            if isInside then
                Array.init place.Length (fun axis -> along axis place[axis] other[axis]) |> Array.max
    |]
    |> Array.min

let private lattice shape periodic channels : SiteLattice =
    {
        Shape = shape
        Periodic = Array.create (Array.length shape) periodic
        Channels = channels
    }

let private geometry block buffer environment : BlockGeometry =
    {
        Block = block
        Buffer = buffer
        Environment = environment
        Stride = 1
    }

let private agrees (lattice: SiteLattice) (g: BlockGeometry) =
    let found = BlockGeometry.regions lattice g |> ok
    let sites = LatticeShape.sites lattice.Shape

    Array.forall2
        (fun (visible: int[]) (environment: int[]) ->
            let corner = LatticeShape.place lattice.Shape visible[0]

            let wanted low high =
                [| 0 .. sites - 1 |]
                |> Array.filter (fun site ->
                    let d = distance lattice g.Block corner site
                    d >= low && d <= high)
                |> Array.collect (fun site -> Array.init lattice.Channels (fun c -> c * sites + site))
                |> Array.sort

            let last = g.Environment |> Option.map ((+) g.Buffer) |> Option.defaultValue 1000

            Array.sort visible = wanted 0 0 && Array.sort environment = wanted (g.Buffer + 1) last)
        found.Visible
        found.Environment

[<Tests>]
let tests =
    testList
        "Geometry"
        [
            test "regions of a torus are those of the distances" {
                for block, buffer, environment in [ 2, 1, Some 2; 3, 0, Some 1; 1, 2, None; 2, 0, None ] do
                    Expect.isTrue
                        (agrees (lattice [| 8; 9 |] true 2) (geometry block buffer environment))
                        $"block {block}, buffer {buffer}, environment {environment}"
            }

            test "regions between borders are those of the distances" {
                for block, buffer, environment in [ 2, 1, Some 2; 1, 0, Some 3 ] do
                    let found = lattice [| 9; 10 |] false 1
                    Expect.isTrue (agrees found (geometry block buffer environment)) $"block {block}, buffer {buffer}"
            }

            test "one axis and three axes" {
                Expect.isTrue (agrees (lattice [| 11 |] true 1) (geometry 3 2 (Some 2))) "a ring"
                Expect.isTrue (agrees (lattice [| 5; 5; 6 |] true 1) (geometry 1 1 None)) "a cube"
            }

            test "the published geometry has 16 and 880 sites" {
                let found =
                    BlockGeometry.regions (lattice [| 64; 64 |] true 1) BlockGeometry.defaults |> ok

                Expect.equal found.Visible[0].Length 16 "block"
                Expect.equal found.Environment[0].Length (32 * 32 - 12 * 12) "environment"
                Expect.equal found.Visible.Length 4096 "positions"
            }

            test "the block is in the order of its sites, whatever its size" {
                let found =
                    BlockGeometry.regions (lattice [| 12; 12 |] true 2) (geometry 5 1 (Some 2)) |> ok

                let sites =
                    [|
                        for row in 0..4 do
                            for column in 0..4 -> 12 * row + column
                    |]

                Expect.equal found.Visible[0] (Array.append sites (Array.map ((+) 144) sites)) "at the first corner"
            }

            test "too large blocks are refused" {
                for block, buffer, environment in [ 8, 0, None; 4, 2, None; 2, 1, Some 3; 0, 0, None; 1, -1, None ] do
                    BlockGeometry.faults (lattice [| 8; 8 |] true 1) (geometry block buffer environment)
                    |> fun faults -> Expect.isNonEmpty faults $"{block}, {buffer}, {environment}"
            }

            test "lattices without axes or numbers, and configurations of another size, are faults" {
                for shape, channels in [ [||], 1; [| 8; 8 |], 0; [| 8; 8 |], -1 ] do
                    let found = lattice shape true channels
                    Expect.isNonEmpty (BlockGeometry.faults found (geometry 2 1 (Some 1))) $"{shape}, {channels}"

                    Array.create 20 [| 0.5f; 1.0f |]
                    |> RsmiSource.ofArrays found 1 []
                    |> RsmiSource.faults
                    |> fun faults -> Expect.isNonEmpty faults $"{shape}, {channels}"

                Array.create 20 [| 0.5f; 1.0f |]
                |> RsmiSource.ofArrays (lattice [| 8; 8 |] true 1) 1 []
                |> RsmiSource.faults
                |> fun faults -> Expect.isNonEmpty faults "two numbers on 64 sites"
            }

            test "a buffer of any width is told, and regions that no memory holds are" {
                for buffer, environment in [ System.Int32.MaxValue, Some 1; 1, Some System.Int32.MaxValue ] do
                    BlockGeometry.faults (lattice [| 8; 8 |] true 1) (geometry 2 buffer environment)
                    |> fun faults -> Expect.hasLength faults 1 $"{buffer}, {environment}"

                let large = lattice [| 100000; 100000 |] true 1
                Expect.isNonEmpty (BlockGeometry.faults large (geometry 2 1 (Some 1))) "10¹⁰ positions"

                Expect.isNonEmpty
                    (BlockGeometry.faults (lattice [| 1024; 1024 |] true 1) (geometry 2 1 None))
                    "10⁶ positions with 10⁶ sites each"

                Expect.isEmpty
                    (BlockGeometry.faults (lattice [| 1024; 1024 |] true 1) BlockGeometry.defaults)
                    "the published geometry on 1024 × 1024 sites"

                Expect.isEmpty
                    (BlockGeometry.faults (lattice [| 1024; 1024 |] true 1) { geometry 2 1 None with Stride = 64 })
                    "256 positions"
            }

            test "a ball of a ring is a block of the ring" {
                let neighbours = Array.init 12 (fun i -> [| (i + 1) % 12; (i + 11) % 12 |])
                let found = Regions.ball neighbours 3 1 2 (Some 1)
                Expect.equal (Array.sort found.Visible[0]) [| 2; 3; 4 |] "block"
                Expect.equal (Array.sort found.Environment[0]) [| 7; 11 |] "environment"
            }
        ]
