module Mice.Entropy.Tests.HalfCriticTests

open Expecto
open System
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Information
open Mice.Entropy

let private halves =
    {
        Sides = [| 3; 2 |]
        Axis = 1
        Closes = false
    }

let private sites = LatticeHalves.volume halves
let private depth, length = LatticeHalves.depth halves, LatticeHalves.length halves
let private stiffness = 2.5

/// Angles of n halves.
let private random seed n =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init n (fun _ -> Array.init sites (fun _ -> 2.0 * Math.PI * generator.NextFloat()))

let private rotated by = Array.map (Array.map ((+) by))

/// [n; 2·sites], x components before y components, in double precision.
let private tensor (angles: float[][]) =
    angles
    |> Array.collect (fun half -> Array.append (Array.map cos half) (Array.map sin half))
    |> Tensor.ofArray [ angles.Length; 2 * sites ]

/// Parameters in double precision, larger than at first; a lone number that starts at 0 becomes 0.3.
let private parameters (critic: Critic) =
    critic.Init(Key.ofSeed 5UL)
    |> Params.map (fun t ->
        let t = Tensor.convert DType.Float64 t
        if t.Count = 1 then t + 0.3 else t * 2.0)

let private scores (critic: Critic) a b =
    let p = parameters critic

    let u, v =
        critic.EncodeX Mode.Evaluation p (tensor a), critic.EncodeY Mode.Evaluation p (tensor b)

    p, u, v

let private pairs (critic: Critic) a b =
    Tensor.scope (fun () ->
        let p, u, v = scores critic a b
        critic.ScorePairs p u v |> Tensor.toFloats)

/// Row by row, [a·b].
let private all (critic: Critic) a b =
    Tensor.scope (fun () ->
        let p, u, v = scores critic a b
        critic.ScoreAll p u v |> Tensor.toFloats)

let private near (expected: float[]) (found: float[]) =
    // Double precision; 1e-12 under the root of |w|.
    Array.iter2 (fun (e: float) (f: float) -> Expecting.decimals 8 f e "the scores agree") expected found

let private a, b = random 1UL 4, random 2UL 5
let private everyA = Array.allPairs a b |> Array.map fst
let private everyB = Array.allPairs a b |> Array.map snd

/// The halves with one cut or two.
let private withCuts cuts = { halves with Closes = cuts = 2 }

/// Spins up to two rows deep and three sites to each side of a site of a cut, number after number; 0 beyond the half. From the second
/// cut the half is seen from its far side.
let private window (numbers: float[][]) second along =
    [|
        for number in numbers do
            for away in 0 .. depth - 1 do
                for other in along - 3 .. along + 3 do
                    let across = if second then depth - 1 - away else away

                    if other < 0 || other >= length then
                        0.0
                    else
                        number[across * length + other]
    |]

/// Which sites a score depends on when one spin of the first half is changed: the local part alone, all else being 0.
let private changes (halves: LatticeHalves) =
    let critic = HalfCritic.ising halves
    let sites = LatticeHalves.volume halves

    let parameters =
        critic.Init(Key.ofSeed 5UL)
        |> Params.branches
        |> Array.map (fun (name, branch) -> name, (if name = "weight" then Params.scale 0.0 branch else branch))
        |> List.ofArray
        |> Params.node

    let score (a: float[]) =
        let tensor (x: float[]) =
            Tensor.ofArray [ 1; sites ] (Array.map float32 x)

        critic.ScorePairs
            parameters
            (critic.EncodeX Mode.Evaluation parameters (tensor a))
            (critic.EncodeY Mode.Evaluation parameters (tensor (Array.create sites 1.0)))
        |> Tensor.toFloats
        |> Array.head

    let before = score (Array.create sites 1.0)

    Array.init sites (fun i -> abs (score (Array.init sites (fun j -> if i = j then -1.0 else 1.0)) - before) > 1e-6)

[<Tests>]
let tests =
    testList
        "HalfCriticTests"
        [
            test "On three axes local codes see the two layers next to the cut" {
                let halves closes =
                    {
                        Sides = [| 3; 2; 5 |]
                        Axis = 2
                        Closes = closes
                    }

                // Places are across·6 + along.
                let seen closes =
                    changes (halves closes) |> Array.chunkBySize 6 |> Array.map (Array.contains true)

                Expect.equal (seen false) [| true; true; false; false; false |] "one cut"
                Expect.equal (seen true) [| true; true; false; true; true |] "two cuts"
            }

            testTheory "Scores of all pairs are means over rotations of one half" [ 1; 2 ]
            <| fun (cuts: int) ->
                let critic = HalfCritic.rotated stiffness (withCuts cuts)
                let n = 64

                let mean =
                    Array.init n (fun i ->
                        rotated (2.0 * Math.PI * float i / float n) everyB |> pairs critic everyA |> Array.map exp)
                    |> Array.reduce (Array.map2 (+))
                    |> Array.map (fun sum -> log (sum / float n))

                // Which pairs are good depends on the angle between the halves.
                Expect.isTrue
                    (Array.exists2 (fun m s -> abs (m - s) > 0.5) mean (pairs critic everyA everyB))
                    "scores of pairs are not their means"

                near mean (all critic a b)

            test "Scores do not change when both halves are rotated, and those of all pairs when one is" {
                let critic = HalfCritic.rotated stiffness halves
                let before = pairs critic everyA everyB
                near before (pairs critic (rotated 1.3 everyA) (rotated 1.3 everyB))
                let other = pairs critic everyA (rotated 1.3 everyB)

                Expect.isTrue
                    (Array.forall2 (fun x y -> abs (x - y) > 1e-3) before other)
                    "rotating one half changes the score of every pair"

                near (all critic a b) (all critic a (rotated 1.3 b))
            }

            test "Halves may be exchanged" {
                for critic in
                    [
                        HalfCritic.rotated stiffness halves
                        HalfCritic.rotated stiffness (withCuts 2)
                        HalfCritic.planar stiffness halves
                    ] do
                    near (pairs critic everyA everyB) (pairs critic everyB everyA)
                    let there, back = all critic a b, all critic b a
                    near (Array.init 20 (fun i -> there[i])) (Array.init 20 (fun i -> back[4 * (i % 5) + i / 5]))
            }

            testTheory
                "In a field the score is a product of codes, the spins at the cut and a one, and of local codes that face each other"
                [ 1; 2 ]
            <| fun (cuts: int) ->
                let critic = HalfCritic.planar stiffness (withCuts cuts)
                let p = parameters critic
                let scale = sqrt stiffness
                let encoder = Layer.mlp Nn.silu [ 2 * sites; 64; 64; 16 ]
                let local = Layer.mlp Nn.silu [ 28; 32; 32; 8 ]

                let apply (layer: Layer) name (input: float[]) =
                    Tensor.scope (fun () ->
                        Tensor.ofArray [ 1; input.Length ] input
                        |> layer.Apply Mode.Evaluation (Params.find name p)
                        |> Tensor.toFloats)

                let numbers (half: float[]) =
                    [|
                        half |> Array.map (fun angle -> scale * cos angle)
                        half |> Array.map (fun angle -> scale * sin angle)
                    |]

                let codes (half: float[]) =
                    let own = numbers half

                    Array.concat
                        [
                            apply encoder "encoder" (Array.concat own)

                            for number in own do
                                number[.. length - 1]

                                if cuts = 2 then
                                    number[sites - length ..]

                            [| 1.0 |]
                        ]

                let product name size (u: float[]) (v: float[]) =
                    let weight = Tensor.toFloats (Params.tensor name p)
                    let mutable sum = 0.0

                    for i in 0 .. size - 1 do
                        for j in 0 .. size - 1 do
                            sum <- sum + 0.5 * (weight[size * i + j] + weight[size * j + i]) * u[i] * v[j]

                    sum

                let twin (x: float[]) (y: float[]) =
                    let near (half: float[]) second along =
                        window (numbers half) second along |> apply local "local"

                    let local =
                        Seq.sum (
                            seq {
                                for second in [ false; true ][.. cuts - 1] do
                                    for along in 0 .. length - 1 do
                                        product
                                            "local weight"
                                            8
                                            (near x second along)
                                            (near y second (length - 1 - along))
                            }
                        )

                    product "weight" (16 + 2 * cuts * length + 1) (codes x) (codes y) + local

                let expected = Array.map2 twin everyA everyB
                near expected (pairs critic everyA everyB)
                near expected (all critic a b)
                // Directions count in a field.
                Expect.isTrue
                    (Array.exists2
                        (fun x y -> abs (x - y) > 1e-3)
                        expected
                        (pairs critic (rotated 1.3 everyA) (rotated 1.3 everyB)))
                    "rotating both changes some score"

            test "Before training the score of stiff spins is as small as that of loose ones" {
                // The interaction across the cut is κ cos: weights that are not divided by κ would start at scores as large as κ.
                for make in [ HalfCritic.rotated; HalfCritic.planar ] do
                    let largest stiffness =
                        let critic: Critic = make stiffness halves

                        Tensor.scope (fun () ->
                            let p = critic.Init(Key.ofSeed 5UL)

                            let encoded =
                                tensor >> Tensor.convert DType.Float32 >> critic.EncodeX Mode.Evaluation p

                            critic.ScorePairs p (encoded everyA) (encoded everyB) |> Tensor.toFloats)
                        |> Array.map abs
                        |> Array.max

                    Expect.isTrue (largest 100.0 < 10.0 * largest 1.0 + 3.0) "scores of stiff spins are not far larger"
            }
        ]
