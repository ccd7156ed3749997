/// Operators of several tensors or axes against the same thing in plain loops.
module Mice.Tensors.Tests.FurtherTwinTests

open Expecto
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

/// Sums of at most a few hundred products of numbers below two: rounding of 1e-16 each.
let private tolerance = 1e-12

let private values (x: Tensor) : float[] = Tensor.toArray x

/// The element of a row-major array at indices.
let private at (shape: int list) (data: float[]) (indices: int list) =
    data[List.fold2 (fun offset length index -> offset * length + index) 0 shape indices]

/// All indices of a shape in row-major order.
let rec private indices (shape: int list) : int list list =
    match shape with
    | [] -> [ [] ]
    | length :: rest ->
        [
            for i in 0 .. length - 1 do
                for r in indices rest -> i :: r
        ]

/// What a function of the indices gives, row-major.
let private build (shape: int list) (f: int list -> float) : float[] =
    indices shape |> List.map f |> List.toArray

let private windows (lengths: int list) (sizes: int list) (position: int list) =
    // The window of adaptive pooling runs from ⌊i L/S⌋ to ⌈(i + 1) L/S⌉.
    List.zip3 lengths sizes position
    |> List.map (fun (length, size, i) -> [ i * length / size .. ((i + 1) * length + size - 1) / size - 1 ])

let private product (lists: int list list) =
    List.foldBack
        (fun list tails ->
            [
                for i in list do
                    for t in tails -> i :: t
            ])
        lists
        [ [] ]

/// Cross-correlation with zeros around, stride 1 and an odd kernel.
let private correlate (sides: int list) (x: float[]) (w: float[]) (b: float[]) batch inputs outputs =
    let inside = List.forall2 (fun length i -> 0 <= i && i < length) sides
    let kernel = sides |> List.map (fun _ -> 3)

    build (batch :: outputs :: sides) (fun position ->
        let n, o, place = position[0], position[1], List.skip 2 position

        b[o]
        + List.sum
            [
                for c in 0 .. inputs - 1 do
                    for k in indices kernel do
                        let source = List.map2 (fun p k -> p + k - 1) place k

                        if inside source then
                            at (batch :: inputs :: sides) x (n :: c :: source)
                            * at (outputs :: inputs :: kernel) w (o :: c :: k)
            ])

let private convolution name sides (apply: Tensor -> Tensor option -> Tensor -> Tensor) =
    test name {
        let kernel = sides |> List.map (fun _ -> 3)

        let x, w =
            uniform 1 -1.0 1.0 (2 :: 3 :: sides), uniform 2 -1.0 1.0 (4 :: 3 :: kernel)

        let b = uniform 3 -1.0 1.0 [ 4 ]
        close tolerance (correlate sides (values x) (values w) (values b) 2 3 4) (apply w (Some b) x |> values)
        close tolerance (correlate sides (values x) (values w) (Array.zeroCreate 4) 2 3 4) (apply w None x |> values)
    }

let private pooling name (lengths: int list) (sizes: int list) reduce (apply: Tensor -> Tensor) =
    test name {
        let shape = 2 :: 3 :: lengths
        let x = uniform 4 -1.0 1.0 shape

        let twin =
            build (2 :: 3 :: sizes) (fun position ->
                windows lengths sizes (List.skip 2 position)
                |> product
                |> List.map (fun place -> at shape (values x) (List.take 2 position @ place))
                |> reduce)

        close tolerance twin (apply x |> values)
    }

/// e^−|x| I₀(x) by its series Σ (x/2)^2k / k!².
let private besselI0Scaled x =
    let mutable term, sum = 1.0, 1.0

    for k in 1..200 do
        term <- term * (x / 2.0) ** 2.0 / float (k * k)
        sum <- sum + term

    sum * exp -(abs x)

let private products =
    [
        test "matmul and baddbmm" {
            let c, x, y =
                uniform 1 -1.0 1.0 [ 2; 3; 5 ], uniform 2 -1.0 1.0 [ 2; 3; 4 ], uniform 3 -1.0 1.0 [ 2; 4; 5 ]

            let sums =
                build [ 2; 3; 5 ] (fun p ->
                    List.sum
                        [
                            for k in 0..3 ->
                                at [ 2; 3; 4 ] (values x) [ p[0]; p[1]; k ]
                                * at [ 2; 4; 5 ] (values y) [ p[0]; k; p[2] ]
                        ])

            close tolerance sums (Tensor.matmul x y |> values)
            close tolerance (Array.map2 (+) (values c) sums) (Tensor.baddbmm c x y |> values)
        }
        test "gather and scatterAdd" {
            let x = uniform 1 -1.0 1.0 [ 3; 4 ]
            let chosen = [| 0; 3; 1; 1; 2; 2 |]
            let index = Tensor.ofArray [ 3; 2 ] chosen

            let gathered =
                build [ 3; 2 ] (fun p -> at [ 3; 4 ] (values x) [ p[0]; chosen[2 * p[0] + p[1]] ])

            close tolerance gathered (Tensor.gather 1 index x |> values)
            let source = uniform 2 -1.0 1.0 [ 3; 2 ]
            let added = values x

            for p in indices [ 3; 2 ] do
                let target = 4 * p[0] + chosen[2 * p[0] + p[1]]
                added[target] <- added[target] + at [ 3; 2 ] (values source) p

            close tolerance added (Tensor.scatterAdd 1 index source x |> values)
        }
        test "logAddExp and besselI0Scaled" {
            let x, y = uniform 1 -20.0 20.0 [ 50 ], uniform 2 -20.0 20.0 [ 50 ]

            close
                tolerance
                (Array.map2 (fun a b -> log (exp a + exp b)) (values x) (values y))
                (Tensor.logAddExp x y |> values)

            close
                tolerance
                [| 1000.0 + log 2.0 |]
                (Tensor.logAddExp (Tensor.full Kind.float64 [ 1 ] 1000.0) (Tensor.full Kind.float64 [ 1 ] 1000.0)
                 |> values)

            close tolerance (Array.map besselI0Scaled (values x)) (Tensor.besselI0Scaled x |> values)
        }
        test "argsort and logical operators" {
            let x = uniform 1 -1.0 1.0 [ 2; 6 ]
            let sorted = Tensor.gather 1 (Tensor.argsort 1 true x) x |> values
            close 0.0 (values x |> Array.chunkBySize 6 |> Array.collect Array.sortDescending) sorted
            let positive, small = Tensor.isAbove 0.0 x, Tensor.isBelow 0.5 x

            let truth f =
                values x |> Array.map (fun v -> f (v > 0.0) (v < 0.5))

            Expect.equal (Tensor.logicalAnd positive small |> Tensor.toArray<bool>) (truth (&&)) "both are true"
            Expect.equal (Tensor.logicalOr positive small |> Tensor.toArray<bool>) (truth (||)) "one is true"
            Expect.isTrue (Tensor.any positive) "some are positive"
            Expect.isFalse (Tensor.all positive) "not all are positive"
        }
    ]

let private overAxes name (axes: int list) (reduce: float list -> float) (apply: int list -> Tensor -> Tensor) =
    test $"{name} over axes {axes}" {
        let shape = [ 2; 3; 4 ]
        let x = uniform 1 0.5 2.0 shape
        let counted = axes |> List.map (fun axis -> (axis + 3) % 3)
        let rest = [ 0..2 ] |> List.except counted

        let twin =
            build (rest |> List.map (fun axis -> shape[axis])) (fun kept ->
                indices shape
                |> List.filter (fun p -> List.forall2 (fun axis i -> p[axis] = i) rest kept)
                |> List.map (at shape (values x))
                |> reduce)

        close tolerance twin (apply axes x |> values)
    }

let private deviation correction (v: float list) =
    let mean = List.average v
    sqrt ((v |> List.sumBy (fun a -> (a - mean) ** 2.0)) / float (v.Length - correction))

let private reductions =
    [
        for axes in [ [ 0 ]; [ -1 ]; [ 0; 2 ]; [ 1; -1 ]; [ 2; 0 ] ] do
            overAxes "sum" axes List.sum Tensor.sumOver
            overAxes "sumKeeping" axes List.sum Tensor.sumKeeping
            overAxes "meanKeeping" axes List.average Tensor.meanKeeping
            overAxes "maxKeeping" axes List.max Tensor.maxKeeping
            overAxes "logsumexp" axes (List.sumBy exp >> log) Tensor.logsumexp
            overAxes "logsumexpKeeping" axes (List.sumBy exp >> log) Tensor.logsumexpKeeping
            overAxes "norm" axes (List.sumBy (fun v -> v * v) >> sqrt) Tensor.normOver

            if axes.Length = 2 then
                overAxes "std with correction 2" axes (deviation 2) (fun axes -> Tensor.stdOver axes 2)

                overAxes "variance with correction 1" axes (deviation 1 >> fun s -> s * s) (fun axes ->
                    Tensor.varianceOver axes 1)
        test "axes that are kept stay where they were" {
            let x = uniform 1 0.5 2.0 [ 2; 3; 4 ]
            Expect.equal (Tensor.logsumexpKeeping [ 2; 0 ] x).Shape [| 1; 3; 1 |] "the axes stay with length 1"
            Expect.equal (Tensor.sumKeeping [ -2 ] x).Shape [| 2; 1; 4 |] "the axis stays with length 1"
        }
    ]

let private networks =
    [
        convolution "conv2d" [ 4; 5 ] (Nn.conv2d 1 1)
        convolution "conv3d" [ 3; 4; 5 ] (Nn.conv3d 1 1)
        pooling "adaptiveMaxPool2d" [ 5; 7 ] [ 2; 3 ] List.max (Nn.adaptiveMaxPool2d 2 3)
        pooling "adaptiveMaxPool2d to the size that is there" [ 4; 3 ] [ 4; 3 ] List.max (Nn.adaptiveMaxPool2d 4 3)
        pooling "adaptiveMaxPool3d" [ 5; 7; 4 ] [ 2; 3; 3 ] List.max (Nn.adaptiveMaxPool3d 2 3 3)
        pooling "adaptiveMaxPool3d in depth alone" [ 5; 7; 4 ] [ 2; 7; 4 ] List.max (Nn.adaptiveMaxPool3d 2 7 4)
        pooling "maxPool3d" [ 4; 6; 2 ] [ 2; 3; 1 ] List.max (Nn.maxPool3d 2)
        pooling "averagePool3d" [ 4; 6; 2 ] [ 2; 3; 1 ] List.average (Nn.averagePool3d 2)
        test "groupNorm" {
            let x, scale = uniform 1 -1.0 1.0 [ 2; 4; 3 ], uniform 2 0.5 1.5 [ 4 ]

            let twin =
                build [ 2; 4; 3 ] (fun p ->
                    let group =
                        [
                            for c in 0..1 do
                                for i in 0..2 -> at [ 2; 4; 3 ] (values x) [ p[0]; p[1] / 2 * 2 + c; i ]
                        ]

                    let s = sqrt (deviation 0 group ** 2.0 + 1e-5)
                    let factor = (values scale)[p[1]]
                    (at [ 2; 4; 3 ] (values x) p - List.average group) / s * factor + factor)

            close tolerance twin (Nn.groupNorm 2 scale scale x |> values)
        }
    ]

[<Tests>]
let tests =
    testList
        "FurtherTwinTests"
        [
            testList "products" products
            testList "reductions" reductions
            testList "networks" networks
        ]
