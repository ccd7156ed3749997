module Mice.Atoms.Tests.PairDistributionTests

open System
open System.IO
open Xunit
open Mice
open Mice.Atoms
open Mice.Atoms.Tests.Reference

let private table () =
    File.ReadLines(Path.Combine(tables.Value, "na", "gr.csv"))
    |> Seq.skip 1
    |> Seq.map (fun line -> line.Split ',' |> Array.map float)
    |> Array.ofSeq

let private snapshots phase =
    (Trajectory.read (sodiumFile $"{phase}.dump.gz") |> get).Snapshots

[<TablesFact>]
let ``The histogram of sodium is the tabulated one`` () =
    for column, phase in [ 1, "solid"; 2, "liquid" ] do
        let g = PairDistribution.histogram 0.05 16.0 (snapshots phase) |> get
        let expected = table ()
        Assert.Equal(expected.Length, g.Values.Length)

        for j in 0 .. expected.Length - 1 do
            Assert.Equal(expected[j][0], g.Radii[j], 9)
            // The table has 5 digits behind the point.
            Assert.InRange(g.Values[j] - expected[j][column], -6e-6, 6e-6)

[<SodiumFact>]
let ``Pair entropies of sodium are the tabulated ones`` () =
    // Values of the description that ships with the trajectories. It leaves open where the kernel is cut off and how the grid begins:
    // 2e-3 makes room for that, a tenth of the spread over snapshots.
    for phase, perSnapshot, averaged in [ "solid", -3.764, -3.759; "liquid", -2.675, -2.671 ] do
        let all = snapshots phase

        let s2 (some: Snapshot[]) =
            let density = some |> Array.averageBy Snapshot.density
            float (PairDistribution.smoothed 0.1 6.5 some |> get |> PairDistribution.entropy density 6.5)

        Assert.InRange((all |> Array.averageBy (fun s -> s2 [| s |])) - perSnapshot, -2e-3, 2e-3)
        Assert.InRange(s2 all - averaged, -2e-3, 2e-3)

[<Fact>]
let ``An ideal gas has g = 1 and no pair entropy`` () =
    let random = Random 3
    let cell = Cell.orthorhombic [| 20.0; 25.0; 30.0 |]

    let gas =
        Array.init 20 (fun _ ->
            let fractions = Array.init 6000 (fun _ -> random.NextDouble())
            Snapshot.ofPositions "X" cell (Cell.cartesian cell fractions))

    let g = PairDistribution.histogram 0.5 9.0 gas |> get

    for r, value in Array.zip g.Radii g.Values do
        // Pairs per bin: 20·2000·ρ·4πr²·0.5/2; five errors of a Poisson count, fixed seed. N − 1 instead of N neighbours: 5e-4.
        let pairs = 20.0 * 2000.0 * (2000.0 / 15000.0) * 4.0 * Math.PI * r * r * 0.5 / 2.0
        Assert.InRange(value - 1.0, -5e-4 - 5.0 / sqrt pairs, 5.0 / sqrt pairs)

[<Fact>]
let ``Bad arguments are reported, all of them`` () =
    match PairDistribution.histogram -1.0 nan [||] with
    | Error errors -> Assert.Equal(3, errors.Length)
    | Ok _ -> failwith "accepted"
