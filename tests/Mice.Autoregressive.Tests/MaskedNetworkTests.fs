module Mice.Autoregressive.Tests.MaskedNetworkTests

open System
open System.IO
open System.Text.Json
open Expecto
open Mice
open Mice.Autoregressive
open Mice.Testing

let private run = { Run.quiet with Threads = 2 }

/// ln of the probabilities of all states of all sites of a sample, layer by layer, all sites anew.
let private plain (network: MaskedNetwork) (conditions: float[]) (states: int[]) : float[][] =
    let shape = network.Shape
    let offsets = MaskedShape.offsets shape

    let hot =
        Array.init (shape.Sites * shape.States) (fun i ->
            if states[i / shape.States] = i % shape.States then
                1.0
            else
                0.0)

    let layer (values: float[]) (l: int) =
        let input = Array.append conditions values
        let rows = MaskedShape.rows shape l

        let outputs =
            Array.init (shape.Sites * rows) (fun row ->
                let site, r = row / rows, row % rows
                let columns = MaskedShape.columns shape l site

                Seq.sum (
                    seq {
                        for c in 0 .. columns - 1 ->
                            float network.Weights[offsets[l][site] + r * columns + c] * input[c]
                    }
                ))

        if l = MaskedShape.layers shape - 1 then
            outputs
        else
            outputs
            |> Array.map (fun x ->
                match shape.Activation with
                | MaskedActivation.Tanh -> tanh x
                | MaskedActivation.Sigmoid -> 1.0 / (1.0 + exp -x))

    [ 0 .. MaskedShape.layers shape - 1 ]
    |> List.fold layer hot
    |> Array.chunkBySize shape.States
    |> Array.map (fun logits ->
        let whole = logits |> Array.sumBy exp |> log
        logits |> Array.map (fun x -> x - whole))

let private logarithm network conditions (states: int[]) =
    Array.map2 (fun (logs: float[]) s -> logs[s]) (plain network conditions states) states |> Array.sum

let private shape: MaskedShape =
    {
        Sites = 5
        States = 3
        Conditions = 2
        Widths = [| 3; 4 |]
        Activation = MaskedActivation.Tanh
    }

/// Weights larger than at the start, so that probabilities differ.
let private network =
    let start = MaskedNetwork.create (Key.ofSeed 3UL) shape |> ok

    { start with
        Weights = start.Weights |> Array.map (fun w -> 3.0f * w)
    }

let private conditions (n: int) =
    Array.init (2 * n) (fun i -> float32 (sin (float i)))

let private under (values: float32[]) =
    {
        Values = values
        Scales = None
        Prior = None
    }

let private random (n: int) =
    let generator = Key.ofSeed 8UL |> Key.generator
    Array.init (n * shape.Sites) (fun _ -> byte (generator.NextInt 3))

let private sampleOf (states: byte[]) (i: int) =
    Array.init shape.Sites (fun s -> int states[i * shape.Sites + s])

let private conditionsOf (all: float32[]) (i: int) =
    [| float all[2 * i]; float all[2 * i + 1] |]

[<Tests>]
let tests =
    testList
        "MaskedNetwork"
        [
            test "probabilities are those of the plain layers" {
                for n in [ 1; 31; 32; 70 ] do
                    let given, states = conditions n, random n
                    let found = MaskedNetwork.logarithms run network (under given) states

                    for i in 0 .. n - 1 do
                        // 32-bit numbers: 1e-6 for each of five sites.
                        let expected = logarithm network (conditionsOf given i) (sampleOf states i)
                        Expecting.within 5e-6 (found[i]) expected $"sample {i} of {n}"
            }

            test "what is known without the network is added to it, and outputs are multiplied" {
                let given, states = conditions 40, random 40

                let prior (sample: int) (all: byte[]) first site state =
                    if site = 0 then
                        0.1f * float32 state
                    else
                        0.2f * float32 state * float32 all[first + site - 1] - 0.01f * float32 sample

                let scale i = 0.5f + 0.05f * float32 i

                let known =
                    { under given with
                        Scales = Some(Array.init 40 scale)
                        Prior =
                            Some(fun () ->
                                MaskedPrior(fun all sample count site numbers ->
                                    for i in 0 .. count - 1 do
                                        for state in 0..2 do
                                            numbers[32 * state + i] <-
                                                prior (sample + i) all ((sample + i) * shape.Sites) site state))
                    }

                let found = MaskedNetwork.logarithms run network known states

                for i in 0..39 do
                    let logs = plain network (conditionsOf given i) (sampleOf states i)

                    let expected =
                        logs
                        |> Array.mapi (fun site own ->
                            let shifted =
                                own
                                |> Array.mapi (fun s x ->
                                    float (scale i) * x + float (prior i states (i * shape.Sites) site s))

                            shifted[int states[i * shape.Sites + site]] - log (shifted |> Array.sumBy exp))
                        |> Array.sum

                    Expecting.within 5e-6 (found[i]) expected $"sample {i}"
            }

            test "probabilities of all states add up to 1" {
                let all =
                    [|
                        for code in 0..242 do
                            for site in 0..4 -> byte (code / int (3.0 ** float site) % 3)
                    |]

                let given = Array.init (2 * 243) (fun i -> if i % 2 = 0 then 0.3f else -0.7f)

                Expecting.within
                    1e-5
                    (MaskedNetwork.logarithms run network (under given) all |> Array.sumBy exp)
                    1.0
                    "sum"
            }

            test "samples come as often as their probabilities, and know them" {
                let n = 40_000
                let given = Array.init (2 * n) (fun i -> if i % 2 = 0 then 0.3f else -0.7f)
                let found = MaskedNetwork.sample run network (under given)
                let again = MaskedNetwork.logarithms run network (under given) found.States
                Array.iter2 (fun a b -> Expecting.within 1e-6 a b "ln q") found.Logarithms again

                let counts = Array.init n (fun i -> sampleOf found.States i) |> Array.countBy id

                // χ² of the states that are expected ten times or more: its mean is their number, its deviation √(2·number); five of these.
                let terms =
                    [
                        for states, count in counts do
                            let expected =
                                float n * exp (logarithm network [| float 0.3f; float -0.7f |] states)

                            if expected >= 10.0 then
                                (float count - expected) ** 2.0 / expected
                    ]

                let number = float terms.Length
                Expect.isGreaterThan number 50.0 "states"
                Expect.isLessThan (abs (List.sum terms - number)) (5.0 * sqrt (2.0 * number)) "χ²"
            }

            test "samples do not depend on the number of threads" {
                let draw threads =
                    MaskedNetwork.sample { run with Threads = threads } network (under (conditions 100))

                Expect.equal (draw 1) (draw 2) "samples"
            }

            test "the gradient is that of differences" {
                let n = 45
                let given, states = conditions n, random n
                let c = Array.init n (fun i -> cos (float i))
                let scale i = 0.6f + 0.02f * float32 i

                let under =
                    { under given with
                        Scales = Some(Array.init n scale)
                    }

                let struct (found, logarithms) = MaskedNetwork.gradient run network under states c
                Expect.equal logarithms (MaskedNetwork.logarithms run network under states) "ln q"

                let ofSample weights i =
                    let states = sampleOf states i

                    plain { network with Weights = weights } (conditionsOf given i) states
                    |> Array.mapi (fun site logs ->
                        let scaled = logs |> Array.map (fun x -> float (scale i) * x)
                        scaled[states[site]] - log (scaled |> Array.sumBy exp))
                    |> Array.sum

                let value (weights: float32[]) =
                    Seq.sum (seq { for i in 0 .. n - 1 -> c[i] * ofSample weights i })

                for w in 0..7 .. network.Weights.Length - 1 do
                    let at (shift: float32) =
                        let weights = Array.copy network.Weights
                        weights[w] <- weights[w] + shift
                        value weights

                    let step = 1.0f / 256.0f
                    let expected = (at step - at -step) / (2.0 * float step)
                    // Third derivatives and 32-bit sums over 45 samples.
                    Expecting.within (2e-4 * (1.0 + abs expected)) (float found[w]) expected $"weight {w}"
            }

            test "weights of the published networks give their log-probabilities" {
                for name in [ "cuau16"; "agpd27" ] do
                    let file = Repository.needsReference [ "segal"; $"weights_{name}.json" ]
                    let document = (JsonDocument.Parse(File.ReadAllText file)).RootElement
                    let sites = document.GetProperty("sites").GetInt32()

                    let layers =
                        [|
                            for layer in document.GetProperty("layers").EnumerateArray() ->
                                [|
                                    for row in layer.EnumerateArray() ->
                                        [| for w in row.EnumerateArray() -> w.GetSingle() |]
                                |]
                        |]

                    let shape =
                        {
                            Sites = sites
                            States = 2
                            Conditions = 2
                            Widths = Array.create (layers.Length - 1) 2
                            Activation = MaskedActivation.Sigmoid
                        }

                    let weights =
                        [|
                            for l in 0 .. layers.Length - 1 do
                                for row in 0 .. 2 * sites - 1 do
                                    yield! Array.truncate (MaskedShape.columns shape l (row / 2)) (layers[l][row])
                        |]

                    let network = { Shape = shape; Weights = weights }

                    let rows =
                        Path.Combine(Path.GetDirectoryName file, $"logprob_{name}.csv")
                        |> File.ReadAllLines
                        |> Array.skip 1
                        |> Array.map _.Split(',')

                    let temperature = document.GetProperty("temperature_scale").GetSingle()
                    let field = document.GetProperty("field_scale").GetSingle()

                    let real (text: string) =
                        Double.Parse(text, Globalization.CultureInfo.InvariantCulture)

                    let given =
                        rows
                        |> Array.collect (fun r -> [| float32 (real r[0]) * temperature; float32 (real r[1]) * field |])

                    let states =
                        rows |> Array.collect (fun r -> r[2].ToCharArray() |> Array.map (fun c -> byte c - byte '0'))

                    let found = MaskedNetwork.logarithms run network (under given) states

                    rows
                    |> Array.iteri (fun i r ->
                        let expected = real r[3]
                        let own = Array.init sites (fun site -> int states[i * sites + site])
                        let slow = logarithm network [| float given[2 * i]; float given[2 * i + 1] |] own

                        Expecting.within
                            (1e-6 * (1.0 + abs expected))
                            slow
                            expected
                            $"{name}, row {i}, by the plain layers"
                        // 32-bit numbers, as above: 3e-7 for each of the sites.
                        Expecting.within (3e-7 * float sites) (found[i]) expected $"{name}, row {i}")
            }

            test "shapes without sites, states, conditions or units are refused" {
                for wrong in
                    [
                        { shape with Sites = 0 }
                        { shape with States = 1 }
                        { shape with Conditions = 0 }
                        { shape with Widths = [| 0 |] }
                    ] do
                    Expect.isError (MaskedNetwork.create (Key.ofSeed 1UL) wrong) $"%A{wrong}"
            }
        ]
