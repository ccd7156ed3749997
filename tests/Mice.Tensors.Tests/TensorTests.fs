module Mice.Tensors.Tests.TensorTests

open Expecto
open System
open System.Threading
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

type private Held =
    {
        Kept: Tensor
        Others: (string * Tensor option) list
    }

[<Tests>]
let tests =
    testList
        "TensorTests"
        [
            test "numbers survive the way in and out, in every element type" {
                let comesBack (shape: int list) (sent: 'a[]) =
                    let received = Tensor.ofArray shape sent |> Tensor.toArray<'a>
                    // Equals takes NaN for equal to NaN.
                    Expect.isTrue
                        (Array.forall2 (fun (a: 'a) b -> a.Equals b) received sent)
                        $"%A{sent} comes back as it was"

                comesBack [ 2 ] [| 1.5f; -2.0f |]
                comesBack [ 2; 1 ] [| 1.5; nan |]
                comesBack [ 2 ] [| 1L; Int64.MaxValue |]
                comesBack [ 1; 2 ] [| true; false |]

                Expect.equal
                    (Tensor.ofArray [ 2 ] [| 7; -1 |] |> Tensor.toArray)
                    [| 7L; -1L |]
                    "int comes back as int64"

                Expect.isEmpty
                    (Tensor.zeros Kind.float32 [ 0; 3 ] |> Tensor.toArray<float32>)
                    "no numbers are in an empty tensor"

                Expect.equal ((Tensor.zeros Kind.float32 [ 0; 3 ]).Shape) [| 0; 3 |] "an empty tensor has its shape"
            }

            test "a transposed tensor comes out row-major" {
                let x =
                    Tensor.ofArray [ 2; 3 ] [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |] |> Tensor.transpose 0 1

                Expect.equal x.Shape [| 3; 2 |] "the axes are swapped"
                Expect.equal (Tensor.toArray x) [| 1.0; 4.0; 2.0; 5.0; 3.0; 6.0 |] "row-major after the swap"
            }

            test "broadcast arithmetic equals loops" {
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
            }

            test "matmul and logsumexp equal loops" {
                forCases 100 (fun c ->
                    let x = uniform c.Seed -2.0 2.0 [ c.Rows; c.Depth ]
                    let y = uniform (c.Seed + 1) -2.0 2.0 [ c.Depth; c.Columns ]
                    let a, b = Tensor.toArray<float> x, Tensor.toArray<float> y

                    let product =
                        Array.init (c.Rows * c.Columns) (fun i ->
                            Seq.sum (
                                seq {
                                    for k in 0 .. c.Depth - 1 ->
                                        a[i / c.Columns * c.Depth + k] * b[k * c.Columns + i % c.Columns]
                                }
                            ))

                    let sums =
                        Array.init c.Rows (fun i ->
                            log (Seq.sum (seq { for k in 0 .. c.Depth - 1 -> exp a[i * c.Depth + k] })))

                    close 1e-14 product (Tensor.toArray (Tensor.matmul x y))
                    close 1e-14 sums (Tensor.toArray (Tensor.logsumexp [ 1 ] x)))
            }

            test "a shape error names the operation and both shapes" {
                let x, y = Tensor.zeros Kind.float32 [ 2; 3 ], Tensor.zeros Kind.float32 [ 4 ]

                let e =
                    Expecting.throws<TensorException> (fun () -> x + y |> ignore) "the result throws TensorException"

                Expect.stringContains e.Message "add" "e message contains add"
                Expect.stringContains e.Message "[2; 3] float32" "e message contains [2; 3] float32"
                Expect.stringContains e.Message "[4] float32" "e message contains [4] float32"
                Expecting.stringLacks e.Message "\n" "the message is one line"
            }

            test "a type error names the operation and both types" {
                let x, y = Tensor.zeros Kind.float32 [ 2 ], Tensor.zeros Kind.float64 [ 2 ]

                let e =
                    Expecting.throws<TensorException> (fun () -> x * y |> ignore) "the result throws TensorException"

                Expect.stringContains
                    e.Message
                    "mul of [2] float32 and [2] float64"
                    "e message contains mul of [2] float32 and [2] float64"

                Expecting.throws<TensorException>
                    (fun () -> Tensor.arange 3 + 0.5 |> ignore)
                    "arange throws TensorException"
                |> ignore
            }

            test "CUDA that is not there is one clear error" {
                match Device.tryCuda 99 with
                | Error(MiceError.Unavailable(what, _)) ->
                    Expect.stringContains what "CUDA device 99" "what contains CUDA device 99"
                | other -> failwith $"{other}"
            }

            test "using a disposed tensor is an exception, disposing twice is not" {
                let x = Tensor.ones Kind.float32 [ 3 ]
                x.Dispose()
                x.Dispose()

                Expecting.throws<ObjectDisposedException>
                    (fun () -> x + x |> ignore)
                    "the result throws ObjectDisposedException"
                |> ignore

                Expecting.throws<ObjectDisposedException>
                    (fun () -> Tensor.toArray<float32> x |> ignore)
                    "x throws ObjectDisposedException"
                |> ignore

                Expecting.throws<ObjectDisposedException>
                    (fun () -> Tensor.cat 0 [ Tensor.ones Kind.float32 [ 3 ]; x ] |> ignore)
                    "cat 0 throws ObjectDisposedException"
                |> ignore

                Expecting.throws<ObjectDisposedException>
                    (fun () -> Grad.grad Tensor.sum x |> ignore)
                    "grad of sum throws ObjectDisposedException"
                |> ignore

                Expect.equal (string x) "disposed tensor" "x is disposed tensor"
            }

            testCase "disposing from many threads while computing never crashes"
            <| fun () ->
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

                    Expect.equal unexpected 0 "unexpected is 0"
                    Expect.isTrue x.IsDisposed $"round {round}"

            testCase "a scope frees what does not leave it"
            <| fun () ->
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

                Expecting.throws<ObjectDisposedException>
                    (fun () -> inside + 1.0 |> ignore)
                    "inside throws ObjectDisposedException"
                |> ignore

                Expect.equal (Tensor.toArray held.Kept) [| 2.0f; 2.0f |] "the kept tensor lives"

                Expect.equal
                    (held.Others |> List.head |> snd |> Option.get |> Tensor.toArray)
                    [| 3.0f; 3.0f |]
                    "the others live"

            testCase "a scope that fails frees everything"
            <| fun () ->
                let mutable inside = Unchecked.defaultof<Tensor>

                Expecting.throws<InvalidOperationException>
                    (fun () ->
                        Tensor.scope (fun () ->
                            inside <- Tensor.ones Kind.float32 [ 2 ]
                            invalidOp "planned")
                        |> ignore)
                    "scope throws InvalidOperationException"
                |> ignore

                Expect.isTrue inside.IsDisposed "inside.IsDisposed"

            test "fold frees earlier states and nothing else" {
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
                Expect.equal (Tensor.item x) 10.0 "x is 10.0"
                Expect.equal (Tensor.item same) 0.0 "same is 0.0"

                Expect.equal
                    [ for t in seen -> t.IsDisposed ]
                    [ false; true; true; true ]
                    "seen and t is disposed equals false and true"
            }

            test "one key gives the same numbers, another key others" {
                let draw seed =
                    Tensor.randn (Key.ofSeed seed) Kind.float64 [ 100 ] |> Tensor.toArray<float>

                Expect.equal (draw 1UL) (draw 1UL) "one key, the same numbers"
                Expect.notEqual (draw 2UL) (draw 1UL) "draw 2UL differs from draw 1UL"
            }

            test "the threads of an operator can be set" {
                let before = Engine.threads ()
                Engine.setThreads 1
                Expect.equal (Engine.threads ()) 1 "threads are 1"
                Engine.setThreads before

                Expecting.throws<TensorException> (fun () -> Engine.setThreads 0) "set threads 0 throws TensorException"
                |> ignore

                Expect.stringStarts (Engine.version ()) "2.10" "version starts with 2.10"
                Expect.equal (Engine.load ()) (Ok()) "the library is loaded"
            }

            test "many results come through" {
                let parts = Tensor.arange 50 |> Tensor.unbind 0
                Expect.equal [ for p in parts -> Tensor.item p ] [ for i in 0..49 -> float i ] "fifty parts in order"
            }

            test "sort, topk, gather and scatter do as they say" {
                let x = Tensor.ofArray [ 2; 3 ] [| 3.0; 1.0; 2.0; 4.0; 6.0; 5.0 |]
                let struct (sorted, order) = Tensor.sort 1 false x
                Expect.equal (Tensor.toArray sorted) [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |] "rows are sorted"

                Expect.equal
                    (Tensor.gather 1 order x |> Tensor.toArray)
                    (Tensor.toArray<float> sorted)
                    "gather of order equals sorted"

                let struct (top, _) = Tensor.topk 2 1 x
                Expect.equal (Tensor.toArray top) [| 3.0; 2.0; 6.0; 5.0 |] "the largest of each row, largest first"
                let added = Tensor.scatterAdd 1 order (Tensor.onesLike sorted) (Tensor.zerosLike x)
                Expect.equal (Tensor.toArray added) (Array.create 6 1.0) "added equals create 6"
            }
        ]
