module Mice.Information.Tests.NeighbourTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Information
open Mice.Information.Tests.Reference

/// Samples of 2 to 200 rows and 1 to 14 columns; some on a coarse lattice, so that many distances are equal.
let private samples =
    gen {
        let! rows = Gen.choose (2, 200)
        let! columns = Gen.choose (1, 14)
        let! lattice = Gen.elements [ 3; 20; 1_000_000 ]
        let! values = Gen.choose (-lattice, lattice) |> Gen.arrayOfLength (rows * columns)
        let! k = Gen.choose (1, min 12 (rows - 1))
        return k, ok (Sample.create rows columns (values |> Array.map (fun v -> float v / 7.0)))
    }
    |> Arb.fromGen

let private searches (sample: Sample) =
    [
        SearchMethod.Tree(NeighbourTree.Build sample)
        SearchMethod.BruteForce(Panels.ofRows (Array.init sample.Rows id) sample)
    ]

[<Tests>]
let tests =
    testList
        "NeighbourTests"
        [
            testPropertyWithConfig (Expecting.cases 200) "Tree and brute force find the distances of a full sort"
            <| Prop.forAll samples (fun (k, sample) ->
                let expected = radii k sample

                searches sample
                |> List.forall (fun search ->
                    let found = SampleNeighbours.nearest k sample search

                    // Which of equally distant rows is found is open; their distances are not.
                    let distances =
                        Array.init (sample.Rows * k) (fun i -> distance sample (i / k) found.Rows[i])

                    let sorted =
                        Array.init sample.Rows (fun row ->
                            ordered sample row |> Array.truncate k |> Array.map (distance sample row))

                    found.Radii = expected
                    && distances = Array.concat sorted
                    && (Seq.init sample.Rows (fun row -> found.Rows[row * k .. row * k + k - 1])
                        |> Seq.forall (fun rows -> Array.length (Array.distinct rows) = k))))

            testPropertyWithConfig (Expecting.cases 200) "Tree and brute force count what a loop counts"
            <| Prop.forAll samples (fun (k, sample) ->
                // Radii that are distances of other rows: the strict comparison decides.
                let limits = radii k sample

                let expected =
                    Array.init sample.Rows (fun row ->
                        others sample row (fun d -> d < limits[row]) + (if limits[row] > 0.0 then 1 else 0))

                searches sample
                |> List.forall (fun search -> SampleNeighbours.countBelow limits sample search = expected))

            test "Large samples agree between the two searches" {
                let x, y = gaussianPairs 7UL 3_000 3 0.6
                let sample = Sample.join x y
                let tree, bruteForce = (searches sample)[0], (searches sample)[1]
                let a = SampleNeighbours.nearest 5 sample tree
                let b = SampleNeighbours.nearest 5 sample bruteForce
                Expect.equal b.Radii a.Radii "both find the same radii"
                Expect.equal b.Rows a.Rows "both find the same rows"
                let wide = a.Radii |> Array.map (fun r -> 3.0 * r)

                Expect.equal
                    (SampleNeighbours.countBelow wide sample bruteForce)
                    (SampleNeighbours.countBelow wide sample tree)
                    "both count the same rows"
            }
        ]
