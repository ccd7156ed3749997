module Mice.Tensors.Tests.GradTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

let private matrix c low high =
    uniform c.Seed low high [ c.Rows; c.Columns ]

/// Operators of one matrix, with a range of arguments on which they are smooth.
let internal smooth: (string * float * float * (Tensor -> Tensor)) list =
    [
        "add number", -2.0, 2.0, (fun x -> x + 1.5)
        "subtract from number", -2.0, 2.0, (fun x -> 1.5 - x)
        "multiply by itself", -2.0, 2.0, (fun x -> x * x)
        "divide", 0.5, 2.0, (fun x -> 1.0 / x + x / 3.0)
        "negate", -2.0, 2.0, (fun x -> -x)
        "power", 0.5, 2.0, (fun x -> x ** 2.5)
        "exp", -2.0, 2.0, Tensor.exp
        "expm1", -2.0, 2.0, Tensor.expm1
        "log", 0.5, 2.0, Tensor.log
        "log1p", -0.4, 2.0, Tensor.log1p
        "sqrt", 0.5, 2.0, Tensor.sqrt
        "rsqrt", 0.5, 2.0, Tensor.rsqrt
        "square", -2.0, 2.0, Tensor.square
        "abs", 0.5, 2.0, Tensor.abs
        "reciprocal", 0.5, 2.0, Tensor.reciprocal
        "sin", -2.0, 2.0, Tensor.sin
        "cos", -2.0, 2.0, Tensor.cos
        "tan", -1.0, 1.0, Tensor.tan
        "erf", -2.0, 2.0, Tensor.erf
        "besselI0Scaled", 0.1, 20.0, Tensor.besselI0Scaled
        "lgamma", 0.5, 3.0, Tensor.lgamma
        "atan2", 0.5, 2.0, (fun x -> Tensor.atan2 x (Tensor.onesLike x))
        "maximum", 0.5, 2.0, (fun x -> Tensor.maximum x (Tensor.zerosLike x))
        "minimum", 0.5, 2.0, (fun x -> Tensor.minimum x (Tensor.zerosLike x))
        "clamp", -0.9, 0.9, Tensor.clamp -1.0 1.0
        "sum", -2.0, 2.0, Tensor.sum
        "sumOver", -2.0, 2.0, Tensor.sumOver [ 0 ]
        "sumKeeping", -2.0, 2.0, Tensor.sumKeeping [ 1 ]
        "mean", -2.0, 2.0, Tensor.mean
        "meanOver", -2.0, 2.0, Tensor.meanOver [ 1 ]
        "meanKeeping", -2.0, 2.0, Tensor.meanKeeping [ 0 ]
        "variance", -2.0, 2.0, Tensor.varianceOver [ 1 ] 0
        // Beside a row of its own of zeros, so that a single row has a spread too.
        "stdOver", 0.5, 2.0, (fun x -> Tensor.pad [ 0; 0; 0; 1 ] 0.0 x |> Tensor.stdOver [ 0 ] 1)
        "prod", 0.5, 2.0, Tensor.prod
        "min", -2.0, 2.0, Tensor.min
        "max", -2.0, 2.0, Tensor.max
        "maxOver", -2.0, 2.0, Tensor.maxOver [ 1 ]
        "minOver", -2.0, 2.0, Tensor.minOver [ 0 ]
        "maxKeeping", -2.0, 2.0, Tensor.maxKeeping [ 0 ]
        "logsumexp", -2.0, 2.0, Tensor.logsumexp [ 1 ]
        "logsumexpKeeping", -2.0, 2.0, Tensor.logsumexpKeeping [ 0; 1 ]
        "cumsum", -2.0, 2.0, Tensor.cumsum 1
        "norm", 0.5, 2.0, Tensor.norm
        "normOver", 0.5, 2.0, Tensor.normOver [ 1 ]
        "reshape", -2.0, 2.0, Tensor.reshape [ -1 ]
        "flatten", -2.0, 2.0, Tensor.flatten 0
        "permute", -2.0, 2.0, Tensor.permute [ 1; 0 ]
        "transpose", -2.0, 2.0, Tensor.transpose 0 1
        "unsqueeze, expand", -2.0, 2.0, (fun x -> Tensor.unsqueeze 0 x |> Tensor.expand [ 3; -1; -1 ])
        "squeeze", -2.0, 2.0, Tensor.squeeze 0
        "repeat", -2.0, 2.0, Tensor.repeat [ 2; 3 ]
        "cat", -2.0, 2.0, (fun x -> Tensor.cat 1 [ x; x * 2.0 ])
        "stack", -2.0, 2.0, (fun x -> Tensor.stack 0 [ x; x * 2.0 ])
        "split", -2.0, 2.0, (fun x -> (Tensor.split 1 [ 1; x.Shape[1] - 1 ] x)[0])
        "unbind", -2.0, 2.0, (fun x -> (Tensor.unbind 0 x)[0])
        "slice", -2.0, 2.0, Tensor.slice 1 0 5 2
        "select", -2.0, 2.0, Tensor.select 0 0
        "flip", -2.0, 2.0, Tensor.flip [ 0; 1 ]
        "roll", -2.0, 2.0, Tensor.roll 1 1
        "pad", -2.0, 2.0, Tensor.pad [ 1; 2; 0; 1 ] 0.5
        "contiguous", -2.0, 2.0, (fun x -> Tensor.transpose 0 1 x |> Tensor.contiguous)
        "diagonal", -2.0, 2.0, Tensor.diagonal
        "tril", -2.0, 2.0, Tensor.tril 0
        "triu", -2.0, 2.0, Tensor.triu 0
        "indexSelect", -2.0, 2.0, (fun x -> Tensor.indexSelect 1 (Tensor.ofArray [ 3 ] [| 0; 0; 0 |]) x)
        "gather", -2.0, 2.0, (fun x -> Tensor.gather 1 (Tensor.argsort 1 true (Tensor.detach x)) x)
        "scatterAdd",
        -2.0,
        2.0,
        (fun x -> Tensor.scatterAdd 1 (Tensor.zeros Kind.int64 (List.ofArray x.Shape)) x (Tensor.zerosLike x))
        "indexAdd", -2.0, 2.0, (fun x -> Tensor.indexAdd 0 (Tensor.arange x.Shape[0]) (x * 2.0) x)
        "maskedFill", 0.5, 2.0, (fun x -> Tensor.maskedFill (Tensor.isAbove 1.0 (Tensor.detach x)) 3.0 x)
        "where", 0.5, 2.0, (fun x -> Tensor.where (Tensor.isAbove 1.0 (Tensor.detach x)) x (x * x))
        "sort", -2.0, 2.0, (fun x -> let struct (v, _) = Tensor.sort 1 true x in v)
        "topk", -2.0, 2.0, (fun x -> let struct (v, _) = Tensor.topk 1 1 x in v)
        "matmul", -2.0, 2.0, (fun x -> Tensor.matmul x (Tensor.transpose 0 1 x))
        "addmm", -2.0, 2.0, (fun x -> Tensor.addmm (Tensor.sum x |> Tensor.reshape [ 1 ]) x (Tensor.transpose 0 1 x))
        "baddbmm",
        -2.0,
        2.0,
        (fun x ->
            let b = Tensor.unsqueeze 0 x
            Tensor.baddbmm (Tensor.sum x) b (Tensor.transpose 1 2 b))
        "outer", -2.0, 2.0, (fun x -> let v = Tensor.reshape [ -1 ] x in Tensor.outer v (v * 2.0))
        "einsum", -2.0, 2.0, (fun x -> Tensor.einsum "ij,kj->ik" [ x; x ])
        "relu", 0.5, 2.0, Nn.relu
        "leakyRelu", -2.0, -0.5, Nn.leakyRelu 0.1
        "elu", -2.0, -0.5, Nn.elu
        "silu", -2.0, 2.0, Nn.silu
        "gelu", -2.0, 2.0, Nn.gelu
        "tanh", -2.0, 2.0, Nn.tanh
        "sigmoid", -2.0, 2.0, Nn.sigmoid
        "softplus", -2.0, 2.0, Nn.softplus
        "logSigmoid", -2.0, 2.0, Nn.logSigmoid
        "softmax", -2.0, 2.0, Nn.softmax 1
        "logSoftmax", -2.0, 2.0, Nn.logSoftmax 1
        "embedding", -2.0, 2.0, (fun x -> Nn.embedding x (Tensor.ofArray [ 2; 2 ] [| 0; 0; 0; 0 |]))
        "dropout", -2.0, 2.0, Nn.dropout (Key.ofSeed 3UL) 0.4
    ]

[<Tests>]
let tests =
    testList
        "GradTests"
        [
            testList
                "gradient equals central differences"
                [
                    for name, low, high, f in smooth ->
                        test name { forCases 20 (fun c -> checkGradient f (matrix c low high)) }
                ]

            test "a second derivative is the derivative of the derivative" {
                forCases 20 (fun c ->
                    matrix c 0.5 2.0 |> checkGradient (Grad.grad (fun x -> Tensor.sum (x * x * x + Tensor.exp x))))
            }

            test "products with the Jacobian agree with the Jacobian" {
                forCases 30 (fun c ->
                    let w = uniform (c.Seed + 1) -1.0 1.0 [ c.Columns; c.Depth ]

                    let f x =
                        Nn.tanh (Tensor.matmul x w) * Tensor.sum x

                    let x = matrix c -1.0 1.0
                    let v = uniform (c.Seed + 2) -1.0 1.0 [ c.Rows; c.Columns ]
                    let u = uniform (c.Seed + 3) -1.0 1.0 [ c.Rows; c.Depth ]
                    let j = Grad.jacobian f x
                    let struct (_, forward) = Grad.jvp f x v
                    let struct (_, back) = Grad.vjp f x u
                    let flat (t: Tensor) = Tensor.reshape [ -1 ] t
                    // Sums of at most 20 products of numbers of order one in float64.
                    close 1e-12 (Tensor.matmul j (flat v) |> Tensor.toArray) (flat forward |> Tensor.toArray)
                    close 1e-12 (Tensor.matmul (flat u) j |> Tensor.toArray) (flat back |> Tensor.toArray))
            }

            test "the product with the Jacobian of a linear or constant function is right" {
                let x, v = uniform 1 -1.0 1.0 [ 3 ], uniform 2 -1.0 1.0 [ 3 ]
                let struct (_, linear) = Grad.jvp (fun x -> x * 3.0) x v
                close 1e-15 (Tensor.toArray (v * 3.0)) (Tensor.toArray linear)
                let struct (_, constant) = Grad.jvp (fun x -> Tensor.onesLike x) x v
                close 0.0 [| 0.0; 0.0; 0.0 |] (Tensor.toArray constant)
            }

            test "parameters that play no part have gradient zero" {
                let p =
                    Params.node
                        [
                            "a", Params.Leaf(uniform 1 0.0 1.0 [ 2 ])
                            "b", Params.Leaf(uniform 2 0.0 1.0 [ 3 ])
                        ]

                let struct (value, g) =
                    Grad.valueAndGradient (fun p -> Tensor.sum (Params.tensor "a" p)) p

                Expect.equal
                    (Tensor.item value)
                    (Params.tensor "a" p |> Tensor.sum |> Tensor.item)
                    "value equals tensor of p"

                close 0.0 [| 1.0; 1.0 |] (Params.tensor "a" g |> Tensor.toArray)
                close 0.0 [| 0.0; 0.0; 0.0 |] (Params.tensor "b" g |> Tensor.toArray)
            }

            test "differentiating changes nothing that it was given" {
                let x = uniform 1 0.0 1.0 [ 3 ]
                let before = Tensor.toArray<float> x
                let g = Grad.grad (fun x -> Tensor.sum (x * x)) x
                close 0.0 before (Tensor.toArray x)
                close 1e-15 (before |> Array.map ((*) 2.0)) (Tensor.toArray g)
            }

            test "a function of more than one number has no gradient" {
                let e =
                    Expecting.throws<TensorException>
                        (fun () -> Grad.grad (fun x -> x * 2.0) (uniform 1 0.0 1.0 [ 3 ]) |> ignore)
                        "grad of uniform 1 throws TensorException"

                Expect.stringContains e.Message "[3] float64" "e message contains [3] float64"

                Expecting.throws<TensorException>
                    (fun () -> Grad.grad Tensor.sum (Tensor.arange 3) |> ignore)
                    "grad of sum throws TensorException"
                |> ignore
            }
        ]
