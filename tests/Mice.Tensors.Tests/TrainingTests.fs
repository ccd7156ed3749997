module Mice.Tensors.Tests.TrainingTests

open Expecto
open System
open System.Diagnostics
open System.IO
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

/// Adam by its definition, one number at a time.
let private adamTwin (o: AdamOptions) decoupled (gradients: float[][]) (start: float[]) =
    let p, m, v =
        Array.copy start, Array.map (fun _ -> 0.0) start, Array.map (fun _ -> 0.0) start

    gradients
    |> Array.iteri (fun t g ->
        let rate = o.LearningRate(int64 t + 1L)

        for i in 0 .. p.Length - 1 do
            let gradient = if decoupled then g[i] else g[i] + o.WeightDecay * p[i]

            if decoupled then
                p[i] <- p[i] * (1.0 - rate * o.WeightDecay)

            m[i] <- o.Beta1 * m[i] + (1.0 - o.Beta1) * gradient
            v[i] <- o.Beta2 * v[i] + (1.0 - o.Beta2) * gradient * gradient

            let mHat, vHat =
                m[i] / (1.0 - o.Beta1 ** float (t + 1)), v[i] / (1.0 - o.Beta2 ** float (t + 1))

            p[i] <- p[i] - rate * mHat / (sqrt vHat + o.Epsilon))

    p

let private run (optimiser: Optimiser) (gradients: float[][]) (start: float[]) =
    let leaf (x: float[]) =
        Params.node [ "x", Params.Leaf(Tensor.ofArray [ x.Length ] x) ]

    let mutable p = leaf start
    let mutable s = optimiser.Init p

    for g in gradients do
        let struct (p', s') = optimiser.Update (leaf g) s p
        p <- p'
        s <- s'

    Params.tensor "x" p |> Tensor.toArray<float>

let private randomGradients n steps =
    Array.init steps (fun t -> uniform (t + 5) -1.0 1.0 [ n ] |> Tensor.toArray<float>)

let private network = Layer.mlp Nn.silu [ 2; 16; 16; 1 ]

let private train (seed: uint64) steps =
    let key = Key.ofSeed seed
    let x = Tensor.randn (Key.named "x" key) Kind.float32 [ 256; 2 ]
    let y = Tensor.sumKeeping [ 1 ] (x * x)

    let optimiser =
        Optimiser.adam
            { AdamOptions.defaults with
                LearningRate = Schedule.constant 1e-2
            }

    let first = network.Init(Key.named "network" key)

    let round (struct (_, p, s)) _ =
        Optimiser.step optimiser (fun p -> Tensor.mean (Tensor.square (network.Apply Mode.Evaluation p x - y))) p s

    Tensor.fold round (struct (nan, first, optimiser.Init first)) [ 1..steps ]

let private tree =
    lazy
        (Params.node
            [
                "first",
                Params.node
                    [
                        "weight", Params.Leaf(uniform 1 -1.0 1.0 [ 3; 2 ])
                        "bias", Params.Leaf(Tensor.ofArray [ 2 ] [| 1.5f; -2.5f |])
                    ]
                "count", Params.Leaf(Tensor.ofArray [] [| 7L |])
                "mask", Params.Leaf(Tensor.ofArray [ 3 ] [| true; false; true |])
                "none", Params.Leaf(Tensor.zeros Kind.float32 [ 0; 4 ])
            ])

/// Runs only where python3 is installed.
let needsPython () =
    let paths = (Environment.GetEnvironmentVariable "PATH").Split ':'

    if paths |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, "python3"))) |> not then
        skiptest "python3 is not installed"

let private readInPython =
    """
import json, struct, sys
data = open(sys.argv[1], 'rb').read()
n = struct.unpack('<Q', data[:8])[0]
header = json.loads(data[8:8 + n])
a, b = header['first.bias']['data_offsets']
print(header['first.bias']['dtype'], header['first.bias']['shape'], struct.unpack('<2f', data[8 + n + a:8 + n + b]))
a, b = header['count']['data_offsets']
print(struct.unpack('<q', data[8 + n + a:8 + n + b])[0], header['__metadata__']['note'])
"""

[<Tests>]
let tests =
    testList
        "TrainingTests"
        [
            testTheory "Adam and AdamW follow their definitions" [ false; true ]
            <| fun (decoupled: bool) ->
                let o =
                    { AdamOptions.defaults with
                        WeightDecay = 0.1
                        LearningRate = Schedule.cosine 0.1 0.01 7L
                    }

                let start, gradients = [| 0.5; -1.0; 2.0; 0.0; 3.0 |], randomGradients 5 7
                let optimiser = if decoupled then Optimiser.adamW o else Optimiser.adam o
                // Seven steps of order 0.1 in float64.
                close 1e-14 (adamTwin o decoupled gradients start) (run optimiser gradients start)

            test "SGD with momentum and RMSprop follow their definitions" {
                let start, gradients = [| 0.5; -1.0; 2.0 |], randomGradients 3 6
                let sgd, b = Array.copy start, Array.zeroCreate 3
                let rms, v = Array.copy start, Array.zeroCreate 3

                for g in gradients do
                    for i in 0..2 do
                        b[i] <- 0.9 * b[i] + g[i]
                        sgd[i] <- sgd[i] - 0.01 * b[i]
                        v[i] <- 0.99 * v[i] + 0.01 * g[i] * g[i]
                        rms[i] <- rms[i] - 0.01 * g[i] / (sqrt v[i] + 1e-8)

                close
                    1e-14
                    sgd
                    (run
                        (Optimiser.sgd
                            { SgdOptions.defaults with
                                Momentum = 0.9
                            })
                        gradients
                        start)

                close 1e-14 rms (run (Optimiser.rmsProp RmsPropOptions.defaults) gradients start)
            }

            test "clipping scales the whole gradient to the norm allowed" {
                let kept: float list ref = ref []

                let inner: Optimiser =
                    {
                        Init = fun _ -> { Step = 0L; Moments = Params.empty }
                        Update =
                            fun g s p ->
                                kept.Value <- Params.globalNorm g :: kept.Value
                                struct (p, s)
                    }

                let clipped = Optimiser.clipByGlobalNorm 2.0 inner

                let tree (x: float) =
                    Params.node
                        [
                            "a", Params.Leaf(Tensor.full Kind.float64 [ 2; 2 ] x)
                            "b", Params.Leaf(Tensor.full Kind.float64 [ 5 ] x)
                        ]

                clipped.Update (tree 1.0) (clipped.Init(tree 0.0)) (tree 0.0) |> ignore
                clipped.Update (tree 0.1) (clipped.Init(tree 0.0)) (tree 0.0) |> ignore
                close 1e-14 [| 0.3; 2.0 |] (List.toArray kept.Value)
            }

            test "schedules start, end and warm up where they should" {
                let cosine = Schedule.cosine 1.0 0.1 11L
                close 1e-15 [| 1.0; 0.55; 0.1; 0.1 |] (Array.map cosine [| 1L; 6L; 11L; 100L |])
                close 1e-15 [| 1.0; 0.5; 0.25 |] (Array.map (Schedule.exponential 1.0 0.5 10L) [| 1L; 11L; 21L |])
                close 1e-15 [| 0.25; 1.0; 1.0; 0.55 |] (Array.map (Schedule.warmUp 4L cosine) [| 1L; 4L; 5L; 10L |])
            }

            test "the average of weights follows its definition" {
                let leaf (x: float) =
                    Params.Leaf(Tensor.full Kind.float64 [ 1 ] x)

                let averaged = Ema.update 0.9 (leaf 1.0) (leaf 2.0)
                close 1e-15 [| 1.1 |] (Params.tensor "" averaged |> Tensor.toArray)
            }

            test "a small network learns" {
                let struct (loss, _, _) = train 1UL 400
                Expect.isTrue (loss < 0.05) $"loss {loss}, variance of the target about 4"
            }

            test "the same seed trains to the same numbers" {
                let weights seed =
                    let struct (_, p, _) = train seed 50
                    Params.tensors p |> Array.collect Tensor.toFloats

                Expect.equal (weights 3UL) (weights 3UL) "one seed, the same weights"
                Expect.notEqual (weights 4UL) (weights 3UL) "weights 4UL differs from weights 3UL"
            }

            test "a tree survives saving and loading" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "a.safetensors")
                    Safetensors.save path [ "note", "α \"quoted\"" ] tree.Value

                    match Safetensors.load path with
                    | Error e -> failwith (MiceError.message e)
                    | Ok(loaded, notes) ->
                        Expect.equal notes [ "note", "α \"quoted\"" ] "notes equal quoted"

                        for name, a, b in Params.zip tree.Value loaded do
                            Expect.isTrue (a.DType = b.DType) name
                            Expect.equal b.Shape a.Shape "b shape equals a shape"
                            Expect.equal (Tensor.toFloats b) (Tensor.toFloats a) "to floats of b equal to floats of a")
            }

            test "every truncated file is refused" {
                let bytes = Safetensors.toBytes [] tree.Value

                for length in 0 .. bytes.Length - 1 do
                    match Safetensors.ofBytes "x" bytes[.. length - 1] with
                    | Error(MiceError.BadFile _) -> ()
                    | other -> failwith $"{length} of {bytes.Length} bytes: {other}"

                Expect.isTrue
                    (Safetensors.ofBytes "x" (Array.append bytes [| 0uy |]) |> Result.isError)
                    "safetensors of bytes x append bytes 0 uy result is holds"
            }

            test "foreign and damaged files are refused with a MiceError" {
                let bytes = Safetensors.toBytes [] tree.Value
                let random = (Key.ofSeed 5UL |> Key.generator)

                for _ in 1..3000 do
                    let damaged = Array.copy bytes

                    for _ in 0 .. random.NextInt 4 do
                        damaged[random.NextInt 300] <- byte (random.NextInt 256)

                    match Safetensors.ofBytes "x" damaged with
                    | Ok _ // damage in a name or a number goes unseen
                    | Error(MiceError.BadFile _) -> ()
                    | Error other -> failwith $"{other}"

                for foreign in [ "PK\003\004 a zip archive or so"; "{\"a\": 1}"; "" ] do
                    Expect.isTrue
                        (Safetensors.ofBytes "x" (Text.Encoding.UTF8.GetBytes foreign) |> Result.isError)
                        "safetensors of bytes x text encoding UTF 8 get bytes holds"

                match Safetensors.load "/does/not/exist" with
                | Error(MiceError.MissingFile _) -> ()
                | other -> failwith $"{other}"
            }

            testCase "Python reads what was saved"
            <| fun () ->
                needsPython ()

                inFolder (fun folder ->
                    let path, script =
                        Path.Combine(folder, "a.safetensors"), Path.Combine(folder, "read.py")

                    Safetensors.save path [ "note", "hello" ] tree.Value
                    File.WriteAllText(script, readInPython)

                    let start =
                        ProcessStartInfo("python3", [ script; path ], RedirectStandardOutput = true)

                    use python = Process.Start start
                    let output = python.StandardOutput.ReadToEnd()
                    python.WaitForExit()
                    Expect.equal output "F32 [2] (1.5, -2.5)\n7 hello\n" "Python reads names, shapes, numbers")

            test "L-BFGS finds the minimum of Rosenbrock's valley and of a quadratic" {
                let rosenbrock p =
                    let x, y = Params.tensor "x" p, Params.tensor "y" p
                    Tensor.sum (Tensor.square (1.0 - x) + 100.0 * Tensor.square (y - x * x))

                let leaf (x: float[]) =
                    Params.Leaf(Tensor.ofArray [ x.Length ] x)

                let start = Params.node [ "x", leaf [| -1.2; 0.5 |]; "y", leaf [| 1.0; 2.0 |] ]
                let found = Lbfgs.minimise LbfgsOptions.defaults rosenbrock start
                Expect.isTrue found.Converged $"after {found.Iterations} iterations the gradient is {found.Gradient}"
                // The gradient is below 1e-6 and the smallest curvature there is 0.4.
                close 1e-5 [| 1.0; 1.0; 1.0; 1.0 |] (Params.tensors found.Parameters |> Array.collect Tensor.toFloats)
                Expect.isTrue (found.Iterations < 100) "found.Iterations < 100"

                let stopped =
                    Lbfgs.minimise
                        { LbfgsOptions.defaults with
                            Iterations = 3
                        }
                        rosenbrock
                        start

                Expect.isFalse stopped.Converged "not: stopped.Converged"
                Expect.equal stopped.Iterations 3 "stopped iterations are 3"
            }
        ]
