module Mice.Rsmi.Tests.NetworkTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Tensors
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private numbers (seed: int) (count: int) (scale: float) =
    let generator = Key.ofSeed (uint64 seed) |> Key.generator
    Array.init count (fun _ -> scale * generator.NextNormal())

let private variables =
    [
        CoarseVariable.Binary 1
        CoarseVariable.Binary 3
        CoarseVariable.States 2
        CoarseVariable.States 5
    ]

/// P(h | v) by its definition.
let private lawOf (variable: CoarseVariable) (outputs: float[]) : float[] =
    match variable with
    | CoarseVariable.States _ ->
        let weights = outputs |> Array.map exp
        weights |> Array.map (fun w -> w / Array.sum weights)
    | CoarseVariable.Binary components ->
        Array.init (1 <<< components) (fun value ->
            Seq.init components (fun k -> 1.0 / (1.0 + exp (-(float (CoarseVariable.spin k value)) * outputs[k])))
            |> Seq.fold (*) 1.0)

/// H(p̄) + ⟨Σ_h p(h) ln q(h)⟩ of one seed, row by row.
let private objectiveOf (law: float[][]) (logPredicted: float[][]) : float =
    let mean = Array.init law[0].Length (fun h -> law |> Array.averageBy (Array.item h))

    let entropy = -(mean |> Array.sumBy (fun p -> if p > 0.0 then p * log p else 0.0))

    entropy
    + (Array.map2 (fun p q -> Array.map2 (*) p q |> Array.sum) law logPredicted |> Array.average)

/// The objective of one seed as the network computes it, in double precision.
let private objective (law: float[][]) (logPredicted: float[][]) : float =
    let tensor (rows: float[][]) =
        Array.concat rows |> Tensor.ofArray [ rows.Length; 1; rows[0].Length ]

    Tensor.scope (fun () -> FilterNetwork.objective (tensor law) (tensor logPredicted) |> Tensor.toFloats)
    |> Array.exactlyOne

let private logSoftmax (logits: float[]) =
    let total = logits |> Array.sumBy exp |> log
    logits |> Array.map (fun x -> x - total)

/// States that are all equally likely: laws P(h | v) of a filter, environments by number, and the exact information.
let private equallyLikely (channels: int) (origin: float) (states: float32[][]) (filter: float[]) =
    let regions = opposite channels
    let grainer = CoarseGrainer.create (CoarseVariable.Binary 1) [| filter |]

    let blocks =
        states |> Array.collect (fun s -> regions.Visible[0] |> Array.map (fun i -> s[i] - float32 origin))

    let environment (s: float32[]) =
        regions.Environment[0] |> Array.map (fun i -> s[i]) |> List.ofArray

    let weights = Array.create states.Length (1.0 / float states.Length)
    let law = CoarseGrainer.labels grainer blocks

    struct (law,
            states |> Array.map environment,
            ExactRsmi.ofGrainer grainer (ExactRsmi.create regions origin weights states))

/// ln p(h | e) of every row.
let private best (law: float[][]) (environments: float32 list[]) : float[][] =
    let known =
        Array.zip environments law
        |> Array.groupBy fst
        |> Array.map (fun (e, rows) ->
            // What never happens has no weight: any finite logarithm does.
            e, Array.init law[0].Length (fun h -> rows |> Array.averageBy (fun (_, p) -> p[h]) |> max 1e-30 |> log))
        |> dict

    environments |> Array.map (fun e -> known[e])

/// All coverings of the 4×4 torus, and configurations of the 4×4 Ising torus as they are drawn.
let private cases =
    lazy
        ([
            let dimers = dimers infinity
            2, origin dimers, dimers.States
            1, 0.0, (source 3UL 1000 (ising 2.5)).Configurations
        ])

[<Tests>]
let tests =
    testList
        "FilterNetwork"
        [
            testPropertyWithConfig (Expecting.cases 30) "ln P(h | v) is that of its definition"
            <| fun (seed: int) ->
                for variable in variables do
                    let rows, seeds, filters = 3, 2, CoarseVariable.filters variable
                    let outputs = numbers seed (rows * seeds * filters) 3.0

                    let found =
                        Tensor.scope (fun () ->
                            outputs
                            |> Array.map float32
                            |> Tensor.ofArray [ rows; seeds; filters ]
                            |> FilterNetwork.logLaw variable
                            |> Tensor.toFloats)

                    let wanted = outputs |> Array.chunkBySize filters |> Array.collect (lawOf variable)
                    Expect.hasLength found wanted.Length "rows · seeds · values"
                    // Single precision on sums of five logarithms of size 10 or so.
                    Array.iter2 (fun a (b: float) -> Expecting.within 2e-5 a (log b) $"{variable}") found wanted
                    Expecting.within 1e-5 (found |> Array.sumBy exp) (float (rows * seeds)) "laws add up to 1"

            testPropertyWithConfig (Expecting.cases 50) "the objective is that of its definition"
            <| fun (seed: int) ->
                let rows count scale =
                    numbers (seed + count) (7 * count) scale |> Array.chunkBySize count |> Array.map logSoftmax

                for count in [ 2; 5 ] do
                    let law, predicted = rows count 2.0 |> Array.map (Array.map exp), rows count 1.5
                    // The 1e-12 within the logarithm is all that differs.
                    Expecting.within 1e-10 (objective law predicted) (objectiveOf law predicted) $"{count} values"

            testPropertyWithConfig (Expecting.cases 20) "the best critic makes it I(H : E), and no critic makes it more"
            <| fun (seed: int) ->
                for channels, origin, states in cases.Value do
                    let struct (law, environments, exact) =
                        equallyLikely channels origin states (numbers seed (4 * channels) 1.0)

                    let best = best law environments
                    Expecting.within 1e-9 (objective law best) exact "q = p(h | e)"
                    let generator = Key.ofSeed (uint64 seed) |> Key.named "critics" |> Key.generator

                    for strength in [ 0.1; 1.0; 5.0 ] do
                        let logits =
                            Array.distinct environments
                            |> Array.map (fun e -> e, Array.init 2 (fun _ -> strength * generator.NextNormal()))
                            |> dict

                        let random = environments |> Array.map (fun e -> logSoftmax logits[e])
                        Expect.isLessThanOrEqual (objective law random) (exact + 1e-9) "any q"

                        // Near the best one too, where little is missing.
                        let near =
                            Array.map2
                                (fun e b -> Array.map2 (fun x y -> y + 0.1 * x) logits[e] b |> logSoftmax)
                                environments
                                best

                        Expect.isLessThanOrEqual (objective law near) (exact + 1e-9) "q near p(h | e)"

            test "the gain grows in equal ratios and stays" {
                let options =
                    { RsmiOptions.defaults with
                        Steps = 400
                        FirstGain = 0.5
                        LastGain = 8.0
                    }

                let gain = FilterTraining.gain options
                Expecting.within 1e-12 (gain 0) 0.5 "first"
                // 300 steps, of which each quarter doubles it.
                Expecting.within 1e-12 (gain 75) 1.0 "a quarter"
                Expecting.within 1e-12 (gain 150) 2.0 "half of them"

                for step in [ 300; 301; 400; 1000 ] do
                    Expecting.within 1e-12 (gain step) 8.0 "last"
            }
        ]
