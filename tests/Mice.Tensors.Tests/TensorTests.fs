module Mice.Tensors.Tests.TensorTests

open System
open System.Threading
open Mice
open Mice.Tensors
open Xunit
open Mice.Tensors.Tests.Numeric

[<Fact>]
let ``numbers survive the way in and out, in every element type`` () =
    Assert.Equal<float32[]>([| 1.5f; -2.0f |], Tensor.ofArray [ 2 ] [| 1.5f; -2.0f |] |> Tensor.toArray)
    Assert.Equal<float[]>([| 1.5; nan |], Tensor.ofArray [ 2; 1 ] [| 1.5; nan |] |> Tensor.toArray)
    Assert.Equal<int64[]>([| 1L; Int64.MaxValue |], Tensor.ofArray [ 2 ] [| 1L; Int64.MaxValue |] |> Tensor.toArray)
    Assert.Equal<int64[]>([| 7L; -1L |], Tensor.ofArray [ 2 ] [| 7; -1 |] |> Tensor.toArray)
    Assert.Equal<bool[]>([| true; false |], Tensor.ofArray [ 1; 2 ] [| true; false |] |> Tensor.toArray)
    Assert.Empty(Tensor.zeros Kind.float32 [ 0; 3 ] |> Tensor.toArray<float32>)
    Assert.Equal<int[]>([| 0; 3 |], (Tensor.zeros Kind.float32 [ 0; 3 ]).Shape)

[<Fact>]
let ``a transposed tensor comes out row-major`` () =
    let x =
        Tensor.ofArray [ 2; 3 ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |] |> Tensor.transpose 0 1

    Assert.Equal<int[]>([| 3; 2 |], x.Shape)
    Assert.Equal<float[]>([| 1.0; 4.0; 2.0; 5.0; 3.0; 6.0 |], Tensor.toArray x)

[<Fact>]
let ``broadcast arithmetic equals loops`` () =
    forCases 100 (fun c ->
        let x = uniform c.Seed -2.0 2.0 [ c.Rows; c.Columns ]
        let y = uniform (c.Seed + 1) 0.5 2.0 [ c.Columns ]
        let a, b = Tensor.toArray<float> x, Tensor.toArray<float> y

        let twin f =
            Array.init a.Length (fun i -> f a[i] b[i % c.Columns])

        close 0.0 (twin (+)) (Tensor.toArray (x + y))
        close 0.0 (twin (-)) (Tensor.toArray (x - y))
        close 0.0 (twin (*)) (Tensor.toArray (x * y))
        close 0.0 (twin (/)) (Tensor.toArray (x / y))
        close 1e-15 (a |> Array.map (fun v -> 2.0 - v / 3.0 * 1.5)) (Tensor.toArray (2.0 - x / 3.0 * 1.5)))

[<Fact>]
let ``matmul and logsumexp equal loops`` () =
    forCases 100 (fun c ->
        let x = uniform c.Seed -2.0 2.0 [ c.Rows; c.Depth ]
        let y = uniform (c.Seed + 1) -2.0 2.0 [ c.Depth; c.Columns ]
        let a, b = Tensor.toArray<float> x, Tensor.toArray<float> y

        let product =
            Array.init (c.Rows * c.Columns) (fun i ->
                Seq.sum (
                    seq {
                        for k in 0 .. c.Depth - 1 -> a[i / c.Columns * c.Depth + k] * b[k * c.Columns + i % c.Columns]
                    }
                ))

        let sums =
            Array.init c.Rows (fun i -> log (Seq.sum (seq { for k in 0 .. c.Depth - 1 -> exp a[i * c.Depth + k] })))

        close 1e-14 product (Tensor.toArray (Tensor.matmul x y))
        close 1e-14 sums (Tensor.toArray (Tensor.logsumexp [ 1 ] x)))

[<Fact>]
let ``a shape error names the operation and both shapes`` () =
    let x, y = Tensor.zeros Kind.float32 [ 2; 3 ], Tensor.zeros Kind.float32 [ 4 ]
    let e = Assert.Throws<TensorException>(fun () -> x + y |> ignore)
    Assert.Contains("add", e.Message)
    Assert.Contains("[2; 3] float32", e.Message)
    Assert.Contains("[4] float32", e.Message)
    Assert.DoesNotContain("\n", e.Message)

[<Fact>]
let ``a type error names the operation and both types`` () =
    let x, y = Tensor.zeros Kind.float32 [ 2 ], Tensor.zeros Kind.float64 [ 2 ]
    let e = Assert.Throws<TensorException>(fun () -> x * y |> ignore)
    Assert.Contains("mul of [2] float32 and [2] float64", e.Message)
    Assert.Throws<TensorException>(fun () -> Tensor.arange 3 + 0.5 |> ignore) |> ignore

[<Fact>]
let ``CUDA that is not there is one clear error`` () =
    match Device.tryCuda 99 with
    | Error(MiceError.Unavailable(what, _)) -> Assert.Contains("CUDA device 99", what)
    | other -> failwith $"{other}"

[<Fact>]
let ``using a disposed tensor is an exception, disposing twice is not`` () =
    let x = Tensor.ones Kind.float32 [ 3 ]
    x.Dispose()
    x.Dispose()
    Assert.Throws<ObjectDisposedException>(fun () -> x + x |> ignore) |> ignore
    Assert.Throws<ObjectDisposedException>(fun () -> Tensor.toArray<float32> x |> ignore) |> ignore

    Assert.Throws<ObjectDisposedException>(fun () -> Tensor.cat 0 [ Tensor.ones Kind.float32 [ 3 ]; x ] |> ignore)
    |> ignore

    Assert.Throws<ObjectDisposedException>(fun () -> Grad.grad Tensor.sum x |> ignore) |> ignore
    Assert.Equal("disposed tensor", string x)

[<Fact>]
let ``disposing from many threads while computing never crashes`` () =
    for round in 1..200 do
        let x = Tensor.ones Kind.float32 [ 100 ]
        let start = new Barrier 4
        let mutable unexpected = 0

        let threads =
            [
                for i in 0..3 ->
                    Thread(fun () ->
                        start.SignalAndWait()

                        try
                            if i < 2 then
                                x.Dispose()
                            else
                                for _ in 1..20 do
                                    use y = x * 2.0
                                    y.Count |> ignore
                        with
                        | :? ObjectDisposedException -> ()
                        | _ -> Interlocked.Increment &unexpected |> ignore)
            ]

        for t in threads do
            t.Start()

        for t in threads do
            t.Join()

        Assert.Equal(0, unexpected)
        Assert.True(x.IsDisposed, $"round {round}")

type private Held =
    {
        Kept: Tensor
        Others: (string * Tensor option) list
    }

[<Fact>]
let ``a scope frees what does not leave it`` () =
    let mutable inside = Unchecked.defaultof<Tensor>

    let held =
        Tensor.scope (fun () ->
            inside <- Tensor.ones Kind.float32 [ 2 ]
            let inner = Tensor.scope (fun () -> struct (inside + 1.0, [| inside + 2.0 |]))
            let struct (a, b) = inner

            {
                Kept = a
                Others = [ "b", Some b[0]; "c", None ]
            })

    Assert.Throws<ObjectDisposedException>(fun () -> inside + 1.0 |> ignore) |> ignore
    Assert.Equal<float32[]>([| 2.0f; 2.0f |], Tensor.toArray held.Kept)
    Assert.Equal<float32[]>([| 3.0f; 3.0f |], held.Others |> List.head |> snd |> Option.get |> Tensor.toArray)

[<Fact>]
let ``a scope that fails frees everything`` () =
    let mutable inside = Unchecked.defaultof<Tensor>

    Assert.Throws<InvalidOperationException>(fun () ->
        Tensor.scope (fun () ->
            inside <- Tensor.ones Kind.float32 [ 2 ]
            invalidOp "planned")
        |> ignore)
    |> ignore

    Assert.True inside.IsDisposed

[<Fact>]
let ``fold frees earlier states and nothing else`` () =
    let first = Tensor.zeros Kind.float64 [ 1 ]
    let seen = ResizeArray<Tensor>()

    let last =
        Tensor.fold
            (fun struct (x: Tensor, same: Tensor) i ->
                seen.Add x
                struct (x + float i, same))
            struct (first, first)
            [ 1..4 ]

    let struct (x, same) = last
    Assert.Equal(10.0, Tensor.item x)
    Assert.Equal(0.0, Tensor.item same)
    Assert.Equal<bool list>([ false; true; true; true ], [ for t in seen -> t.IsDisposed ])

[<Fact>]
let ``one key gives the same numbers, another key others`` () =
    let draw seed =
        Tensor.randn (Key.ofSeed seed) Kind.float64 [ 100 ] |> Tensor.toArray<float>

    Assert.Equal<float[]>(draw 1UL, draw 1UL)
    Assert.NotEqual<float[]>(draw 1UL, draw 2UL)

[<Fact>]
let ``the threads of an operator can be set`` () =
    let before = Engine.threads ()
    Engine.setThreads 1
    Assert.Equal(1, Engine.threads ())
    Engine.setThreads before
    Assert.Throws<TensorException>(fun () -> Engine.setThreads 0) |> ignore
    Assert.StartsWith("2.10", Engine.version ())
    Assert.Equal(Ok(), Engine.load ())

[<Fact>]
let ``many results come through`` () =
    let parts = Tensor.arange 50 |> Tensor.unbind 0
    Assert.Equal<float list>([ for i in 0..49 -> float i ], [ for p in parts -> Tensor.item p ])

[<Fact>]
let ``sort, topk, gather and scatter do as they say`` () =
    let x = Tensor.ofArray [ 2; 3 ] [| 3.0; 1.0; 2.0; 4.0; 6.0; 5.0 |]
    let struct (sorted, order) = Tensor.sort 1 false x
    Assert.Equal<float[]>([| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |], Tensor.toArray sorted)
    Assert.Equal<float[]>(Tensor.toArray<float> sorted, Tensor.gather 1 order x |> Tensor.toArray)
    let struct (top, _) = Tensor.topk 2 1 x
    Assert.Equal<float[]>([| 3.0; 2.0; 6.0; 5.0 |], Tensor.toArray top)
    let added = Tensor.scatterAdd 1 order (Tensor.onesLike sorted) (Tensor.zerosLike x)
    Assert.Equal<float[]>(Array.create 6 1.0, Tensor.toArray added)
