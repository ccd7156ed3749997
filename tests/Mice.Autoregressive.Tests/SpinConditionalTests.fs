module Mice.Autoregressive.Tests.SpinConditionalTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

/// The site at a place.
let private siteOf (shape: int[]) (place: int[]) =
    Array.fold2 (fun sum side p -> sum * side + p) 0 shape place

/// A law with random parameters, of a torus.
let private law symmetric rows columns =
    let options =
        { SpinConditionalOptions.defaults with
            Width = 16
        }

    let law = IsingConditional.create options symmetric [| rows; columns |]
    // Larger than at the start of training, so that spins depend on each other.
    law, SpinConditional.initial (Key.ofSeed 3UL) law |> Params.scale 2.5

let private surpriseBy (law, parameters) =
    fun spins -> SpinConditional.surpriseOf law parameters spins

[<Tests>]
let tests =
    testList
        "SpinConditionalTests"
        [
            testTheory
                "Probabilities of all configurations of a torus add up to one"
                [ true, 3, 3; false, 3, 3; true, 2, 4; false, 4, 3 ]
            <| fun (symmetric, rows, columns) ->
                // Which holds only when no conditional sees its own spin or a later one.
                let surprise = law symmetric rows columns |> surpriseBy
                let sites = rows * columns

                let total =
                    Seq.init (1 <<< sites) (fun n -> exp -(surprise (spinsOf sites n))) |> Seq.sum

                // Networks are computed in single precision.
                Expecting.decimals 5 total 1.0 "the probabilities add up to one"

            testTheory "Configurations are drawn as often as the law says" [ true; false ]
            <| fun (symmetric: bool) ->
                let law, parameters = law symmetric 2 3
                let chiSquared = Seq.init 64 (spinsOf 6) |> chiSquaredOfDraws law parameters 20000

                // 63 degrees of freedom: a mean of 63 and a standard deviation of 11.
                Expecting.inRange
                    chiSquared
                    (63.0 - 4.0 * 11.2)
                    (63.0 + 4.0 * 11.2)
                    "χ² is that of 63 degrees of freedom"

            test "A law without a field does not change when all spins turn over" {
                let surprise = law true 4 5 |> surpriseBy

                for n in 1000..37..5000 do
                    let spins = spinsOf 20 n

                    Expecting.decimals
                        4
                        (surprise (spins |> Array.map (~-)))
                        (surprise spins)
                        "turned over they are as likely"

                let other = law false 4 5 |> surpriseBy
                let spins = spinsOf 20 12345

                Expect.isTrue (abs (other spins - other (spins |> Array.map (~-))) > 0.1) "with a field they are not"
            }

            test "A spin sees all spins before it that are in its window, around the torus" {
                let options =
                    { SpinConditionalOptions.defaults with
                        Deep = 1
                        Wide = 1
                    }

                let law = IsingConditional.create options false [| 4; 4 |]
                let spins = Array.init 16 (fun i -> if i = 0 || i = 3 || i = 12 then 1y else -1y)

                let seen site =
                    let arrays = law.Widths |> Array.map Array.zeroCreate<float32>
                    law.Describe spins site 0 arrays
                    Array.sum arrays[0], arrays[0] |> Array.filter (fun f -> f <> 0.0f) |> Array.length

                // The first site sees nothing; the last one all of its eight neighbours, the corner (0, 0) and 3 and 12 among them.
                Expect.equal (seen 0) (0.0f, 0) "the first site sees nothing"
                Expect.equal (seen 15) (3.0f - 5.0f, 8) "the last site sees all its neighbours"
                // Row 1, column 1: the three above and the one to the left; the corner is up.
                Expect.equal (seen 5) (1.0f - 3.0f, 4) "row 1, column 1 sees four"
                // Row 0, column 3: to the left, and by the torus column 0 of row 0.
                Expect.equal (seen 3) (1.0f - 1.0f, 2) "row 0, column 3 sees two"
            }

            test "Every other site of a small torus is in the window once" {
                for shape in
                    [
                        [| 2; 2 |]
                        [| 4; 4 |]
                        [| 5; 4 |]
                        [| 13; 12 |]
                        [| 14; 20 |]
                        [| 2; 9; 3 |]
                        [| 5; 4; 8 |]
                        [| 11 |]
                    ] do
                    let reach = [| 2; 3; 6 |][3 - shape.Length ..]
                    let window = SpinWindow.create reach shape

                    let reached =
                        SpinWindow.offsets window
                        |> Array.map (fun offset ->
                            Array.map2 (fun o side -> (o + side) % side) offset shape |> siteOf shape)
                        |> Array.distinct

                    Expect.equal reached.Length (SpinWindow.size window) "no site is reached twice"
                    Expecting.none reached ((=) 0) "the site itself is not in its window"

                    Expect.equal
                        reached.Length
                        ((Array.map2 (fun r side -> min side (2 * r + 1)) reach shape |> Array.reduce (*)) - 1)
                        "all other sites are in the window"
            }

            test "Sites before a site are seen at their offsets, at borders and inside" {
                for shape in [ [| 5; 9 |]; [| 4; 3; 7 |] ] do
                    let options =
                        { SpinConditionalOptions.defaults with
                            Deep = 1
                            Wide = 1
                        }

                    let law = IsingConditional.create options false shape

                    let offsets =
                        SpinWindow.create (Array.create shape.Length 1) shape |> SpinWindow.offsets

                    let sites = LatticeShape.sites shape

                    for site in 0 .. sites - 1 do
                        let at =
                            offsets
                            |> Array.map (fun offset ->
                                Array.map3
                                    (fun p o side -> (p + o + side) % side)
                                    (LatticeShape.place shape site)
                                    offset
                                    shape
                                |> siteOf shape)

                        for turned in at do
                            let arrays = law.Widths |> Array.map Array.zeroCreate<float32>
                            let spins = Array.init sites (fun i -> if i = turned then -1y else 1y)
                            law.Describe spins site 0 arrays

                            let expected =
                                at
                                |> Array.map (fun other ->
                                    if other >= site then 0.0f
                                    elif other = turned then -1.0f
                                    else 1.0f)

                            Expect.sequenceEqual arrays[0] expected $"what site {site} sees"
            }

            test "Training finds the entropy rate of a two-state chain along the rows" {
                // Rows are independent rings; a spin equals its left neighbour with probability near 0.8 (ring closure is weak at 16 sites).
                let generator = Key.ofSeed 5UL |> Key.generator

                let snapshot () =
                    Array.init 4 (fun _ ->
                        let row = Array.create 16 1y
                        row[0] <- if generator.NextFloat() < 0.5 then 1y else -1y

                        for c in 1..15 do
                            row[c] <-
                                if generator.NextFloat() < 0.8 then
                                    row[c - 1]
                                else
                                    -row[c - 1]

                        row)
                    |> Array.concat

                let training = Array.init 512 (fun _ -> snapshot ())
                let held = Array.init 256 (fun _ -> snapshot ())

                let options =
                    { SpinConditionalOptions.defaults with
                        Deep = 2
                        Wide = 2
                        Width = 16
                        Steps = 400
                        BatchSites = 512
                        LearningRate = 1e-2
                    }

                let law = IsingConditional.create options true [| 4; 16 |]

                let parameters =
                    SpinConditional.train options law None training (Run.seeded 7UL Run.quiet) |> ok |> _.Best

                let exact = (log 2.0 - 15.0 * (0.8 * log 0.8 + 0.2 * log 0.2)) / 16.0

                let found =
                    held
                    |> Array.map (fun spins -> SpinConditional.surpriseOf law parameters spins / 64.0)
                    |> Statistics.estimate Direction.UpperBound

                // An upper bound in expectation; 400 steps come within 0.01 nats.
                Expecting.inRange
                    found.Value
                    (exact - 4.0 * found.StandardError)
                    (exact + 0.01 + 4.0 * found.StandardError)
                    "the bound is just above the exact entropy rate"
            }

            test "Where sites would be drawn too often, training keeps what describes snapshots it has not seen" {
                let generator = Key.ofSeed 9UL |> Key.generator

                let coins count =
                    Array.init count (fun _ -> Array.init 16 (fun _ -> if generator.NextFloat() < 0.5 then 1y else -1y))

                // 102,400 sites are drawn from 24 snapshots of 16: each of them 267 times, enough to learn them by heart.
                let options =
                    { SpinConditionalOptions.defaults with
                        Width = 32
                        Steps = 200
                        BatchSites = 512
                        LearningRate = 1e-2
                    }

                let law = IsingConditional.create options true [| 4; 4 |]
                let snapshots, held = coins 24, coins 64

                let entropy count =
                    let parameters =
                        SpinConditional.train
                            options
                            law
                            None
                            (Array.truncate count snapshots)
                            (Run.seeded 7UL Run.quiet)
                        |> ok
                        |> _.Best

                    held |> Array.averageBy (fun spins -> SpinConditional.surpriseOf law parameters spins / 16.0)

                // Coins have ln 2. Three watched snapshots tell when to stop to within some hundredths of a nat; 15 are too few to keep some back.
                Expecting.inRange (entropy 24) 0.68 0.80 "the law of 24 snapshots was stopped in time"
                Expect.isGreaterThan (entropy 15) 1.0 "the law of 15 snapshots knows them by heart"
            }
        ]
