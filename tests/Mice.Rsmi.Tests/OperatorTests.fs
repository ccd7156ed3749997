module Mice.Rsmi.Tests.OperatorTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing

let private lattice channels : SiteLattice =
    {
        Shape = [| 8; 8 |]
        Periodic = [| true; true |]
        Channels = channels
    }

let private named (name: string) (operators: FilterOperator list) =
    (operators |> List.find (fun o -> o.Name = name)).Weights

let private dot (a: float[]) (b: float[]) = Array.map2 (*) a b |> Array.sum

let private random (seed: int) (width: int) =
    let generator = Key.ofSeed (uint64 seed) |> Key.generator
    Array.init width (fun _ -> generator.NextNormal())

/// Filters of length 1 along two axes of a block, so many times each, with signs by turns.
let private planted (first: int) (second: int) : float[][][] =
    let axis j sign =
        Array.init 5 (fun i -> if i = j then sign else 0.0)

    Array.init (first + second) (fun i -> [| axis (if i < first then 1 else 3) (if i % 2 = 0 then 1.0 else -1.0) |])

let private shares (e: FilterEnsemble) =
    e.Spectrum |> Array.map (fun s -> float s.Value)

[<Tests>]
let operators =
    testList
        "FilterOperator"
        [
            testProperty "overlaps lie between 0 and 1, whatever signs and lengths"
            <| fun (seed: int) ->
                let a, b = random seed 6, random (seed + 1) 6
                let found = FilterOperator.overlap a b
                // Rounding of double precision.
                Expecting.inRange found 0.0 (1.0 + 1e-12) "range"
                Expecting.within 1e-12 (FilterOperator.overlap b (Array.map ((*) -3.0) a)) found "signs and lengths"
                Expecting.within 1e-12 (FilterOperator.overlap a (Array.map ((*) -2.0) a)) 1.0 "with itself"
                Expecting.within 1e-12 found (abs (dot a b) / sqrt (dot a a * dot b b)) "the formula"

            test "a filter without weights is like nothing" {
                Expect.equal (FilterOperator.overlap [| 0.0; 0.0 |] [| 1.0; 2.0 |]) 0.0 "overlap"
            }

            test "operators of dimers on an even block are orthogonal but for sums and their parts" {
                for block in [ 2; 4 ] do
                    let all = FilterOperator.ofDimers (lattice 2) block
                    let part kind = [ $"{kind}-right"; $"{kind}-down" ]
                    let plaquettes = [ "plaquette-sum"; "plaquette-difference" ]

                    for group in [ part "columnar"; plaquettes; part "staggered" ] do
                        Expect.equal (dot (named group[0] all) (named group[1] all)) 0.0 $"%A{group}"

                    for staggered in part "staggered" do
                        for other in part "columnar" @ plaquettes do
                            Expect.equal (dot (named staggered all) (named other all)) 0.0 $"{staggered}, {other}"

                    for columnar in part "columnar" do
                        for plaquette in plaquettes do
                            // 1/√2 up to rounding.
                            Expecting.within
                                1e-12
                                (FilterOperator.overlap (named columnar all) (named plaquette all))
                                (sqrt 0.5)
                                $"{columnar}, {plaquette}"

                    for operator in all do
                        Expect.equal (Array.sum operator.Weights) 0.0 $"{operator.Name} does not see the mean"
            }

            test "the four columnar coverings are the four corners of the two plaquette operators" {
                let model = DimerModel.square 8 1.0

                let regions =
                    BlockGeometry.regions
                        (lattice 2)
                        {
                            Block = 4
                            Buffer = 0
                            Environment = Some 1
                            Stride = 1
                        }
                    |> ok

                let operators = FilterOperator.ofDimers (lattice 2) 4

                let covering isHorizontal shift =
                    Array.init 64 (fun site ->
                        let place = (if isHorizontal then site % 8 else site / 8) + shift

                        match isHorizontal, place % 2 with
                        | true, 0 -> DimerModel.Right
                        | true, _ -> DimerModel.Left
                        | false, 0 -> DimerModel.Down
                        | false, _ -> DimerModel.Up)

                let found =
                    [
                        for isHorizontal in [ true; false ] do
                            for shift in [ 0; 1 ] do
                                let covering = covering isHorizontal shift
                                Expect.isTrue (DimerModel.isCovering model covering) "a covering"
                                let bonds = DimerModel.bonds covering |> Array.map float
                                let block = regions.Visible[0] |> Array.map (fun i -> bonds[i])

                                dot block (named "plaquette-sum" operators),
                                dot block (named "plaquette-difference" operators)
                    ]

                // Half of the 16 sites begin a dimer, all with one sign.
                Expect.equal (List.sort found) [ -8.0, -8.0; -8.0, 8.0; 8.0, -8.0; 8.0, 8.0 ] "corners"
            }

            test "operators of sites" {
                let names block =
                    FilterOperator.ofSites (lattice 1) block |> List.map _.Name

                Expect.equal (names 2) [ "uniform"; "staggered" ] "a block without an inside"
                Expect.equal (names 3) [ "uniform"; "staggered"; "boundary" ] "a block with one"
                let boundary = FilterOperator.ofSites (lattice 1) 3 |> named "boundary"
                Expect.equal boundary [| 1.0; 1.0; 1.0; 1.0; 0.0; 1.0; 1.0; 1.0; 1.0 |] "border"
            }
        ]

[<Tests>]
let ensembles =
    testList
        "FilterEnsemble"
        [
            test "two planted directions are found with their shares" {
                let found = FilterEnsemble.create (Key.ofSeed 1UL) (planted 30 10)
                Expect.equal found.Count 40 "filters"
                let shares = shares found
                Array.iter2 (fun s w -> Expecting.within 1e-12 s w "share") shares [| 0.75; 0.25; 0.0; 0.0; 0.0 |]
                Expecting.within 1e-12 (abs found.Components[0].[1]) 1.0 "the first direction"
                Expecting.within 1e-12 (abs found.Components[1].[3]) 1.0 "the second direction"
                // Of 40 filters drawn anew, shares of 0.75 have the error √(0.75·0.25/40) = 0.068; of 100 such errors a spread of a quarter is far off.
                Expecting.inRange (float found.Spectrum[0].StandardError) 0.05 0.09 "error"
            }

            testProperty "shares add up to 1, fall, and do not depend on signs"
            <| fun (seed: int) ->
                let generator = Key.ofSeed (uint64 seed) |> Key.generator

                let unit () =
                    let raw = Array.init 4 (fun _ -> generator.NextNormal())
                    raw |> Array.map (fun x -> x / sqrt (dot raw raw))

                let filters = Array.init 6 (fun _ -> [| unit (); unit () |])

                let turned =
                    filters
                    |> Array.map (
                        Array.map (fun f ->
                            let sign = if generator.NextInt 2 = 0 then 1.0 else -1.0
                            Array.map ((*) sign) f)
                    )

                let create = FilterEnsemble.create (Key.ofSeed 2UL) >> shares
                let found = create filters
                Expecting.within 1e-12 (Array.sum found) 1.0 "sum"
                Expect.equal found (Array.sortDescending found) "falling"
                Array.iter2 (fun a b -> Expecting.within 1e-12 a b "signs") found (create turned)
        ]
