/// Invariances of bounds on random score matrices, and how product pairs are made.
module Mice.Information.Tests.BoundInvarianceTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.JointTable

// Sums of at most 49 terms below e⁴ in double precision.
let private tiny = 1e-10

let private shifted (c: int -> int -> float) (f: float[,]) = Array2D.mapi (fun x y v -> v + c x y) f

/// Random square score matrices.
let private matrices =
    gen {
        let! size = Gen.choose (3, 7)
        let! seed = Gen.choose (0, 1_000_000)
        return size, seed
    }

let private forMatrices count (check: float[,] -> float[] -> unit) =
    let property =
        Prop.forAll (Arb.fromGen matrices) (fun (size, seed) ->
            let generator = Key.ofSeed (uint64 seed) |> Key.generator
            let scores = Array2D.init size size (fun _ _ -> 8.0 * generator.NextFloat() - 4.0)
            let second = Array.init size (fun _ -> 4.0 * generator.NextFloat() - 2.0)
            Tensor.scope (fun () -> check scores second))

    Expecting.holds count property

let private all =
    [
        Bound.donskerVaradhan
        Bound.nwj
        Bound.nwjJs
        Bound.uba
        Bound.tuba
        Bound.infoNce
        Bound.interpolated 0.3
        Bound.jensenShannon
        Bound.smile 2.0
        Bound.flo
        Bound.club
        Bound.differenceOfEntropies
        Bound.barberAgakov 1.0<nat>
    ]

[<Tests>]
let tests =
    testList
        "BoundInvarianceTests"
        [
            test "a matrix gives what its joint and off-diagonal pairs give" {
                forMatrices 50 (fun f second ->
                    let second = Some(vector second)
                    let square = matrix f |> Scores.ofMatrix second

                    let off =
                        [|
                            for i in 0 .. square.Count - 1 do
                                for j in 0 .. square.Count - 1 do
                                    if i <> j then
                                        f[i, j]
                        |]

                    Expect.equal
                        (Scores.product square |> Tensor.toArray<float>)
                        off
                        "the product pairs are the elements off the diagonal"

                    let pairs = Scores.ofPairs second square.Joint (Scores.product square)

                    for bound in all do
                        equal tiny (value bound square) (value bound pairs) bound.Name)
            }

            test "the average over all pairs is the mean of those over the K − 1 rolls" {
                forMatrices 50 (fun f _ ->
                    let n = Array2D.length1 f

                    let averageOf (order: int[]) =
                        Array.init n (fun i -> exp f[i, order[i]]) |> Array.average

                    let rolls =
                        [ for shift in 1 .. n - 1 -> averageOf (Derangement.roll shift n) ] |> List.average

                    let scores = matrix f |> Scores.ofMatrix None
                    let joint = Seq.init n (fun i -> f[i, i]) |> Seq.average
                    equal tiny (value Bound.donskerVaradhan scores) (joint - log rolls) "DV")
            }

            test "shifts leave DV and InfoNCE as they are, relabelling leaves every bound" {
                forMatrices 50 (fun f second ->
                    let n = Array2D.length1 f

                    let scores f =
                        matrix f |> Scores.ofMatrix (Some(vector second))

                    let constant = shifted (fun _ _ -> second[0]) f
                    let byRow = shifted (fun i _ -> second[i]) f

                    equal
                        tiny
                        (value Bound.donskerVaradhan (scores constant))
                        (value Bound.donskerVaradhan (scores f))
                        "DV(f + c)"

                    equal
                        tiny
                        (value Bound.infoNce (scores byRow))
                        (value Bound.infoNce (scores f))
                        "InfoNCE(f + c(x))"

                    equal tiny (value Bound.uba (scores byRow)) (value Bound.uba (scores f)) "UBA(f + c(x))"
                    let order = Derangement.cycle (Key.ofSeed 5UL) n
                    let moved = Array2D.init n n (fun i j -> f[order[i], order[j]])
                    let movedSecond = Array.init n (fun i -> second[order[i]])

                    for bound in Bound.leaveOneOut :: all do
                        let relabelled =
                            matrix moved |> Scores.ofMatrix (Some(vector movedSecond)) |> value bound

                        equal tiny relabelled (value bound (scores f)) bound.Name

                    for bound in [ Bound.donskerVaradhan; Bound.nwj; Bound.smile 2.0; Bound.jensenShannon ] do
                        equal
                            tiny
                            (value bound (Scores.transpose (scores f)))
                            (value bound (scores f))
                            $"{bound.Name} swapped")
            }

            test "InfoNCE never exceeds ln K, and one row gives 0" {
                forMatrices 100 (fun f _ ->
                    let n = Array2D.length1 f
                    let large = Array2D.map (fun v -> 30.0 * v) f
                    atMost tiny (matrix large |> Scores.ofMatrix None |> value Bound.infoNce) (log (float n)) "InfoNCE")

                equal
                    1e-12
                    (matrix (array2D [ [ 3.7 ] ]) |> Scores.ofMatrix None |> value Bound.infoNce)
                    0.0
                    "InfoNCE of one row"
            }

            test "I_α is TUBA at α = 0 and InfoNCE with one partner left out at α = 1" {
                forMatrices 50 (fun f second ->
                    let n = Array2D.length1 f
                    let scores = matrix f |> Scores.ofMatrix (Some(vector second))
                    equal tiny (value (Bound.interpolated 0.0) scores) (value Bound.tuba scores) "I_0"

                    let without i j =
                        let kept =
                            [
                                for k in 0 .. n - 1 do
                                    if k <> j then
                                        exp f[i, k]
                            ]

                        f[i, i] - log (List.average kept)

                    let expected =
                        [
                            for i in 0 .. n - 1 do
                                for j in 0 .. n - 1 do
                                    if i <> j then
                                        without i j
                        ]
                        |> List.average

                    // ln(1 − e^d) of differences d down to 1e-14 costs digits.
                    equal 1e-8 (value (Bound.interpolated 1.0) scores) expected "I_1")
            }

            test "the product pairs of a derangement are no joint pairs" {
                for n in 2..20 do
                    let order = Derangement.cycle (Key.ofSeed (uint64 n)) n
                    Expect.equal (Array.sort order) [| 0 .. n - 1 |] $"a cycle of {n} has every row once"

                    for i, j in Array.indexed order do
                        Expect.notEqual j i $"a cycle of {n} leaves no row in its place"

                    for i, j in Array.indexed (Derangement.roll -1 n) do
                        Expect.notEqual j i $"a roll of {n} leaves no row in its place"

                Expect.equal (Derangement.roll 2 5) [| 2; 3; 4; 0; 1 |] "a roll by two"
                Expect.equal (Derangement.roll -1 5) [| 4; 0; 1; 2; 3 |] "a roll by one backwards"

                Expecting.throws<TensorException>
                    (fun () -> Derangement.roll 6 3 |> ignore)
                    "three rows cannot be rolled by six"
                |> ignore

                Expecting.throws<TensorException>
                    (fun () -> Derangement.cycle (Key.ofSeed 1UL) 1 |> ignore)
                    "one row has no derangement"
                |> ignore
            }

            test "every cycle is equally likely" {
                let draws = 3000

                let counts =
                    Array.init draws (fun i -> Key.ofSeed 6UL |> Key.item i |> fun key -> Derangement.cycle key 4)
                    |> Array.countBy List.ofArray
                    |> Array.map (fun (_, count) -> float count)

                // Four elements have 3! cycles; χ² of 5 degrees of freedom exceeds 20.5 with a probability of 0.1 %.
                Expect.equal counts.Length 6 "every cycle occurs"
                let expected = float draws / 6.0

                Expect.isTrue
                    (counts |> Array.sumBy (fun c -> (c - expected) ** 2.0 / expected) < 20.5)
                    "χ² is that of equally likely cycles"
            }

            test "promises map to directions" {
                Expect.equal (Promise.direction Bound.nwj.Promise) Direction.LowerBound "NWJ is a lower bound"

                Expect.equal (Promise.direction Bound.club.Promise) Direction.UpperBound "CLUB is an upper bound"

                Expect.equal (Promise.direction (Bound.smile 5.0).Promise) Direction.NoBound "SMILE is no bound"
            }
        ]
