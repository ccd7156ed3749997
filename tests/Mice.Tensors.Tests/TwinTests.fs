/// Every operator against the same thing in a few plain lines.
module Mice.Tensors.Tests.TwinTests

open Expecto
open System
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

/// The elements of a matrix, row by row.
let private flat (x: float[,]) : float[] = x |> Seq.cast<float> |> Seq.toArray

let private rows (x: float[,]) =
    Array.init (Array2D.length1 x) (fun i -> x[i, *])

let private columns (x: float[,]) =
    Array.init (Array2D.length2 x) (fun j -> x[*, j])

let private each (f: float -> float) (x: float[,]) = flat x |> Array.map f

let private truth (b: bool) = if b then 1.0 else 0.0

/// The error function by its series, 2/√π Σ (−1)^n x^(2n+1)/(n! (2n+1)); |x| ≤ 2 takes some thirty terms.
let private erf x =
    let mutable term, sum = x, x

    for n in 1..60 do
        term <- -term * x * x / float n
        sum <- sum + term / float (2 * n + 1)

    2.0 / sqrt Math.PI * sum

let private spread correction (v: float[]) =
    let mean = Array.average v
    (v |> Array.sumBy (fun a -> (a - mean) * (a - mean))) / float (v.Length - correction)

let private softmax (v: float[]) =
    let total = v |> Array.sumBy exp
    v |> Array.map (fun a -> exp a / total)

let private normalised (v: float[]) =
    let mean, deviation = Array.average v, sqrt (spread 0 v + 1e-5)
    v |> Array.map (fun a -> (a - mean) / deviation)

let private float64 (x: Tensor) = Tensor.convert DType.Float64 x

/// Name, range of the elements, operator, twin.
let private twins: (string * float * float * (Tensor -> Tensor) * (float[,] -> float[])) list =
    let two = -2.0, 2.0

    let anywhere name f twin = name, fst two, snd two, f, twin

    let positive name f twin = name, 0.5, 2.0, f, twin

    /// Pooling over squares of two by two, of a matrix laid out four times.
    let pooled name (pool: Tensor -> Tensor) (reduce: float list -> float) =
        let enlarged (x: Tensor) =
            Tensor.repeat [ 2; 2 ] x |> Tensor.reshape [ 1; 1; 2 * x.Shape[0]; 2 * x.Shape[1] ]

        let twin (x: float[,]) =
            let n, m = Array2D.length1 x, Array2D.length2 x
            let at i j = x[i % n, j % m]

            [|
                for i in 0 .. n - 1 do
                    for j in 0 .. m - 1 do
                        reduce
                            [
                                for di in 0..1 do
                                    for dj in 0..1 -> at (2 * i + di) (2 * j + dj)
                            ]
            |]

        anywhere name (enlarged >> pool) twin

    [
        anywhere "negate" (fun x -> -x) (each (~-))
        positive "power" (fun x -> x ** 2.5) (each (fun a -> a ** 2.5))
        anywhere "exp" Tensor.exp (each exp)
        anywhere "expm1" Tensor.expm1 (each (fun a -> exp a - 1.0))
        positive "log" Tensor.log (each log)
        positive "log1p" Tensor.log1p (each (fun a -> log (1.0 + a)))
        positive "sqrt" Tensor.sqrt (each sqrt)
        positive "rsqrt" Tensor.rsqrt (each (fun a -> 1.0 / sqrt a))
        anywhere "square" Tensor.square (each (fun a -> a * a))
        anywhere "abs" Tensor.abs (each abs)
        anywhere "sign" Tensor.sign (each (sign >> float))
        positive "reciprocal" Tensor.reciprocal (each (fun a -> 1.0 / a))
        anywhere "sin" Tensor.sin (each sin)
        anywhere "cos" Tensor.cos (each cos)
        ("tan", -1.0, 1.0, Tensor.tan, each tan)
        anywhere "atan2" (fun x -> Tensor.atan2 x (Tensor.onesLike x)) (each atan)
        anywhere "erf" Tensor.erf (each erf)
        positive "lgamma" Tensor.lgamma (each MathNet.Numerics.SpecialFunctions.GammaLn)
        anywhere "floor" Tensor.floor (each floor)
        anywhere "ceil" Tensor.ceil (each ceil)
        anywhere "round" Tensor.round (each Math.Round)
        anywhere "maximum" (fun x -> Tensor.maximum x (x * x)) (each (fun a -> max a (a * a)))
        anywhere "minimum" (fun x -> Tensor.minimum x (x * x)) (each (fun a -> min a (a * a)))
        anywhere "clamp" (Tensor.clamp -1.0 0.5) (each (fun a -> min 0.5 (max -1.0 a)))
        anywhere "less" (fun x -> Tensor.less x (x * x) |> float64) (each (fun a -> truth (a < a * a)))
        anywhere "lessEqual" (fun x -> Tensor.lessEqual x x |> float64) (each (fun _ -> 1.0))
        anywhere "greater" (fun x -> Tensor.greater x (x * x) |> float64) (each (fun a -> truth (a > a * a)))
        anywhere "greaterEqual" (fun x -> Tensor.greaterEqual x (x + 1.0) |> float64) (each (fun _ -> 0.0))
        anywhere "equal" (fun x -> Tensor.equal x (Tensor.abs x) |> float64) (each (fun a -> truth (a >= 0.0)))
        anywhere "notEqual" (fun x -> Tensor.notEqual x (Tensor.abs x) |> float64) (each (fun a -> truth (a < 0.0)))
        anywhere "isBelow" (Tensor.isBelow 0.3 >> float64) (each (fun a -> truth (a < 0.3)))
        anywhere "isAbove" (Tensor.isAbove 0.3 >> float64) (each (fun a -> truth (a > 0.3)))
        anywhere "is" (Tensor.sign >> Tensor.is 1.0 >> float64) (each (fun a -> truth (a > 0.0)))
        anywhere
            "logical"
            (fun x ->
                let high, low = Tensor.isAbove 1.0 x, Tensor.isBelow -1.0 x
                Tensor.logicalAnd (Tensor.logicalOr high low) (Tensor.logicalNot low) |> float64)
            (each (fun a -> truth (a > 1.0)))
        anywhere "isFinite" (fun x -> Tensor.isFinite (x / Tensor.zerosLike x) |> float64) (each (fun _ -> 0.0))
        anywhere "sum" Tensor.sum (fun x -> [| Array.sum (flat x) |])
        anywhere "sumOver" (Tensor.sumOver [ 0 ]) (columns >> Array.map Array.sum)
        anywhere "mean" Tensor.mean (fun x -> [| Array.average (flat x) |])
        anywhere "meanOver" (Tensor.meanOver [ 1 ]) (rows >> Array.map Array.average)
        anywhere "varianceOver" (Tensor.varianceOver [ 1 ] 0) (rows >> Array.map (spread 0))
        anywhere "stdOver" (Tensor.stdOver [ 0 ] 0) (columns >> Array.map (spread 0 >> sqrt))
        anywhere "prod" Tensor.prod (fun x -> [| flat x |> Array.fold (*) 1.0 |])
        anywhere "max" Tensor.max (fun x -> [| Array.max (flat x) |])
        anywhere "min" Tensor.min (fun x -> [| Array.min (flat x) |])
        anywhere "maxOver" (Tensor.maxOver [ 1 ]) (rows >> Array.map Array.max)
        anywhere "minOver" (Tensor.minOver [ 0 ]) (columns >> Array.map Array.min)
        anywhere
            "argmax"
            (Tensor.argmax 1 >> float64)
            (rows >> Array.map (fun v -> Array.IndexOf(v, Array.max v) |> float))
        anywhere
            "argmin"
            (Tensor.argmin 0 >> float64)
            (columns >> Array.map (fun v -> Array.IndexOf(v, Array.min v) |> float))
        anywhere "logsumexp" (Tensor.logsumexp [ 0 ]) (columns >> Array.map (Array.sumBy exp >> log))
        anywhere "cumsum" (Tensor.cumsum 1) (rows >> Array.collect (Array.scan (+) 0.0 >> Array.tail))
        anywhere "norm" Tensor.norm (fun x -> [| flat x |> Array.sumBy (fun a -> a * a) |> sqrt |])
        anywhere "normOver" (Tensor.normOver [ 1 ]) (rows >> Array.map (Array.sumBy (fun a -> a * a) >> sqrt))
        anywhere "transpose" (Tensor.transpose 0 1) (columns >> Array.concat)
        anywhere "permute" (Tensor.permute [ 1; 0 ]) (columns >> Array.concat)
        anywhere "repeat" (Tensor.repeat [ 2; 1 ]) (fun x -> Array.append (flat x) (flat x))
        anywhere "expand" (Tensor.unsqueeze 0 >> Tensor.expand [ 2; -1; -1 ]) (fun x -> Array.append (flat x) (flat x))
        anywhere "cat" (fun x -> Tensor.cat 1 [ x; x ]) (rows >> Array.collect (fun v -> Array.append v v))
        anywhere "stack" (fun x -> Tensor.stack 0 [ x; -x ]) (fun x -> Array.append (flat x) (each (~-) x))
        anywhere "split" (fun x -> (Tensor.split 1 [ 1; x.Shape[1] - 1 ] x)[1]) (rows >> Array.collect Array.tail)
        anywhere
            "slice"
            (Tensor.slice 1 0 5 2)
            (rows >> Array.collect (fun v -> [| for j in 0..2 .. v.Length - 1 -> v[j] |]))
        anywhere "select" (Tensor.select 0 0) (rows >> Array.head)
        anywhere "flip" (Tensor.flip [ 1 ]) (rows >> Array.collect Array.rev)
        anywhere
            "roll"
            (Tensor.roll 1 1)
            (rows >> Array.collect (fun v -> Array.append [| Array.last v |] (Array.take (v.Length - 1) v)))
        anywhere
            "pad"
            (Tensor.pad [ 1; 2 ] 0.5)
            (rows >> Array.collect (fun v -> Array.concat [ [| 0.5 |]; v; [| 0.5; 0.5 |] ]))
        anywhere "diagonal" Tensor.diagonal (fun x ->
            Array.init (min (Array2D.length1 x) (Array2D.length2 x)) (fun i -> x[i, i]))
        anywhere "tril" (Tensor.tril 0) (Array2D.mapi (fun i j a -> if j <= i then a else 0.0) >> flat)
        anywhere "triu" (Tensor.triu 1) (Array2D.mapi (fun i j a -> if j > i then a else 0.0) >> flat)
        anywhere
            "indexSelect"
            (Tensor.indexSelect 1 (Tensor.ofArray [ 3 ] [| 0; 0; 0 |]))
            (rows >> Array.collect (fun v -> Array.create 3 v[0]))
        anywhere
            "indexAdd"
            (fun x -> Tensor.indexAdd 0 (Tensor.zeros Kind.int64 [ x.Shape[0] ]) x (Tensor.zerosLike x))
            (fun x -> Array.append (columns x |> Array.map Array.sum) (Array.zeroCreate (x.Length - Array2D.length2 x)))
        anywhere
            "maskedFill"
            (fun x -> Tensor.maskedFill (Tensor.isAbove 0.0 x) 3.0 x)
            (each (fun a -> if a > 0.0 then 3.0 else a))
        anywhere
            "maskedSelect"
            (fun x -> Tensor.maskedSelect (Tensor.isAbove 0.0 x) x)
            (flat >> Array.filter (fun a -> a > 0.0))
        anywhere
            "where"
            (fun x -> Tensor.where (Tensor.isAbove 0.0 x) x (x * x))
            (each (fun a -> if a > 0.0 then a else a * a))
        anywhere
            "sort"
            (fun x -> let struct (v, _) = Tensor.sort 1 true x in v)
            (rows >> Array.collect Array.sortDescending)
        anywhere "topk" (fun x -> let struct (v, _) = Tensor.topk 1 1 x in v) (rows >> Array.map Array.max)
        anywhere "addmm" (fun x -> Tensor.addmm (Tensor.ones Kind.float64 [ 1 ]) x (Tensor.transpose 0 1 x)) (fun x ->
            Array.allPairs (rows x) (rows x) |> Array.map (fun (a, b) -> 1.0 + Array.sum (Array.map2 (*) a b)))
        anywhere "einsum" (fun x -> Tensor.einsum "ij,kj->ik" [ x; x ]) (fun x ->
            Array.allPairs (rows x) (rows x) |> Array.map (fun (a, b) -> Array.sum (Array.map2 (*) a b)))
        anywhere "outer" (fun x -> let v = Tensor.reshape [ -1 ] x in Tensor.outer v v) (fun x ->
            Array.allPairs (flat x) (flat x) |> Array.map (fun (a, b) -> a * b))
        anywhere "relu" Nn.relu (each (max 0.0))
        anywhere "leakyRelu" (Nn.leakyRelu 0.1) (each (fun a -> if a > 0.0 then a else 0.1 * a))
        anywhere "elu" Nn.elu (each (fun a -> if a > 0.0 then a else exp a - 1.0))
        anywhere "silu" Nn.silu (each (fun a -> a / (1.0 + exp -a)))
        anywhere "gelu" Nn.gelu (each (fun a -> 0.5 * a * (1.0 + erf (a / sqrt 2.0))))
        anywhere "tanh" Nn.tanh (each tanh)
        anywhere "sigmoid" Nn.sigmoid (each (fun a -> 1.0 / (1.0 + exp -a)))
        anywhere "softplus" Nn.softplus (each (fun a -> log (1.0 + exp a)))
        anywhere "logSigmoid" Nn.logSigmoid (each (fun a -> -log(1.0 + exp -a)))
        anywhere "softmax" (Nn.softmax 1) (rows >> Array.collect softmax)
        anywhere "logSoftmax" (Nn.logSoftmax 1) (rows >> Array.collect (softmax >> Array.map log))
        anywhere
            "layerNorm"
            (fun x ->
                let one = Tensor.ones Kind.float64 [ x.Shape[1] ]
                Nn.layerNorm (one * 2.0) one x)
            (rows >> Array.collect (normalised >> Array.map (fun a -> 2.0 * a + 1.0)))
        anywhere
            "batchNorm"
            (fun x ->
                let one = Tensor.ones Kind.float64 [ x.Shape[1] ]
                Tensor.cat 0 [ x; -x ] |> Nn.batchNorm one one |> Tensor.slice 0 0 x.Shape[0] 1)
            (fun x ->
                let scales =
                    columns x |> Array.map (fun v -> sqrt (spread 0 (Array.append v (Array.map (~-) v)) + 1e-5))

                rows x |> Array.collect (Array.map2 (fun s a -> a / s + 1.0) scales))
        anywhere
            "embedding"
            (fun x -> Nn.embedding x (Tensor.ofArray [ 2 ] [| 0; 0 |]))
            (rows >> fun r -> Array.append r[0] r[0])
        pooled "maxPool2d" (Nn.maxPool2d 2) List.max
        pooled "averagePool2d" (Nn.averagePool2d 2) List.average
        anywhere
            "adaptiveMaxPool2d"
            (fun x -> Tensor.reshape [ 1; 1; x.Shape[0]; x.Shape[1] ] x |> Nn.adaptiveMaxPool2d 1 1)
            (fun x -> [| Array.max (flat x) |])
    ]

[<Tests>]
let tests =
    testList
        "TwinTests"
        [
            testList
                "an operator equals its twin"
                [
                    for name, low, high, f, twin in twins ->
                        test name {
                            forCases 30 (fun c ->
                                let x = uniform c.Seed low high [ c.Rows; c.Columns ]
                                let values = Tensor.toArray<float> x
                                let matrix = Array2D.init c.Rows c.Columns (fun i j -> values[i * c.Columns + j])
                                // Twenty numbers of order ten at most, through functions with errors of a few units in the
                                // last place; a norm of numbers that are all alike divides the rounding of their mean by
                                // sqrt(1e-5).
                                close 1e-12 (twin matrix) (f x |> Tensor.toArray))
                        }
                ]
        ]
