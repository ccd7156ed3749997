namespace Mice.Alloys

open System
open System.Numerics
open System.Threading.Tasks
open Mice

/// <summary>The Walsh–Hadamard transform in place: X(z) = Σₘ (−1)^|m ∧ z| x(m), over all 2ⁿ indices.</summary>
/// <remarks>n·2ⁿ additions: the levels of blocks that fit into the cache are done together, those above two at a time. Source: B. J. Fino, V. R. Algazi, IEEE Trans. Comput. C-25, 1142
/// (1976), doi:10.1109/TC.1976.1674569.</remarks>
[<RequireQualifiedAccess>]
module WalshHadamard =
    /// Numbers of a block that is transformed at once, log2: 128 KiB.
    [<Literal>]
    let private BlockBits = 14

    let inline private load (s: Span<float>) (i: int) =
        Vector<float>(s.Slice(i, Vector<float>.Count))

    /// a, b → a + b, a − b.
    let private butterfly (a: Span<float>) (b: Span<float>) =
        let width = Vector<float>.Count
        let mutable i = 0

        while i <= a.Length - width do
            let x, y = load a i, load b i
            (x + y).CopyTo(a.Slice i)
            (x - y).CopyTo(b.Slice i)
            i <- i + width

        while i < a.Length do
            let x, y = a[i], b[i]
            a[i] <- x + y
            b[i] <- x - y
            i <- i + 1

    /// Two levels at once, for whole vectors: a, b, c, d are a stride apart.
    let private butterfly4 (a: Span<float>) (b: Span<float>) (c: Span<float>) (d: Span<float>) =
        let width = Vector<float>.Count
        let mutable i = 0

        while i <= a.Length - width do
            let x, y, z, w = load a i, load b i, load c i, load d i
            let p, q, r, s = x + y, x - y, z + w, z - w
            (p + r).CopyTo(a.Slice i)
            (q + s).CopyTo(b.Slice i)
            (p - r).CopyTo(c.Slice i)
            (q - s).CopyTo(d.Slice i)
            i <- i + width

    /// All levels within a block.
    let private block (values: float[]) (first: int) (length: int) =
        let mutable stride = 1

        while stride < length do
            let mutable at = first

            while at < first + length do
                butterfly (Span(values, at, stride)) (Span(values, at + stride, stride))
                at <- at + 2 * stride

            stride <- 2 * stride

    let private parallelFor (run: Run) (count: int) (work: int -> unit) =
        let settings =
            ParallelOptions(MaxDegreeOfParallelism = run.Threads, CancellationToken = run.Cancel)

        Parallel.For(0, count, settings, work) |> ignore

    /// One level, or two, above the blocks; pieces of a block's length are the tasks.
    let private above (run: Run) (values: float[]) (piece: int) (stride: int) (levels: int) =
        let span = stride <<< levels
        let perSpan = stride / piece
        let tasks = values.Length / span * perSpan

        parallelFor run tasks (fun task ->
            let at = task / perSpan * span + task % perSpan * piece
            let first = Span(values, at, piece)
            let second = Span(values, at + stride, piece)

            if levels = 1 then
                butterfly first second
            else
                butterfly4 first second (Span(values, at + 2 * stride, piece)) (Span(values, at + 3 * stride, piece)))

    /// <summary>Transforms in place.</summary>
    /// <param name="run">Threads and cancellation.</param>
    /// <param name="values">[2ⁿ]; changed.</param>
    /// <exception cref="T:System.ArgumentException">The number of values is no power of 2.</exception>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let transform (run: Run) (values: float[]) : unit =
        if not (BitOperations.IsPow2 values.Length) then
            invalidArg (nameof values) "The number of values is no power of 2."

        let piece = min values.Length (1 <<< BlockBits)
        parallelFor run (values.Length / piece) (fun i -> block values (i * piece) piece)
        let mutable stride = piece

        while stride < values.Length do
            let levels = if int64 stride * 4L <= int64 values.Length then 2 else 1
            above run values piece stride levels
            stride <- stride <<< levels
