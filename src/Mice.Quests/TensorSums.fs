namespace Mice.Quests

open Mice
open Mice.Tensors

/// Sums of kernels by the tensor engine, for a CUDA device: squared distances by products of matrices, their kernels by log-sum-exp, in double precision.
[<RequireQualifiedAccess>]
module internal TensorSums =
    /// Points and reference points of a block: its distances take 256 MB.
    let private rows, columns = 4096, 8192

    /// First and next of each block of so many.
    let private blocks (size: int) (count: int) : (int * int)[] =
        [| for first in 0..size .. count - 1 -> first, min count (first + size) |]

    /// The points, [n; d], and their squares, [n; 1].
    let private onto (device: Device) (set: PointSet) : struct (Tensor * Tensor) =
        let x =
            Tensor.ofArray [ set.Count; set.Dimension ] (PointSet.rows set) |> Tensor.onto device

        struct (x, Tensor.sumKeeping [ 1 ] (x * x))

    /// ln Σ exp(−d²/2h²) over a block of the reference, for every bandwidth.
    let private ofBlock (bandwidths: float[]) (x: Tensor) (xx: Tensor) (y: Tensor) (yy: Tensor) : Tensor[] =
        let products = Tensor.matmul x (Tensor.transpose 0 1 y)
        let squared = Nn.relu (xx + Tensor.transpose 0 1 yy - 2.0 * products)
        bandwidths |> Array.map (fun h -> Tensor.logsumexp [ 1 ] (-0.5 / (h * h) * squared))

    /// <summary>ln S of every point over a reference set, for several bandwidths.</summary>
    /// <param name="device">Where.</param>
    /// <param name="run">Progress, cancellation.</param>
    /// <param name="bandwidths">h.</param>
    /// <param name="reference">yⱼ.</param>
    /// <param name="points">x.</param>
    /// <returns>[bandwidths][points]</returns>
    let over (device: Device) (run: Run) (bandwidths: float[]) (reference: PointSet) (points: PointSet) : float[][] =
        let ofRows (y: Tensor) (yy: Tensor) (first: int, next: int) (x: Tensor) (xx: Tensor) : float[][] =
            Run.stopIfCancelled run
            let cut first next = Tensor.slice 0 first next 1

            let parts =
                blocks columns reference.Count
                |> Array.map (fun (from, upTo) ->
                    Tensor.scope (fun () ->
                        ofBlock bandwidths (cut first next x) (cut first next xx) (cut from upTo y) (cut from upTo yy)))

            Run.tell "kernel sums" (float next / float points.Count) "sums over pairs" run

            Array.init bandwidths.Length (fun b ->
                parts
                |> Array.map (fun p -> p[b])
                |> List.ofArray
                |> Tensor.stack 1
                |> Tensor.logsumexp [ 1 ]
                |> Tensor.toFloats)

        Tensor.scope (fun () ->
            let struct (x, xx) = onto device points
            let struct (y, yy) = onto device reference

            let found =
                blocks rows points.Count |> Array.map (fun block -> Tensor.scope (fun () -> ofRows y yy block x xx))

            Array.init bandwidths.Length (fun b -> found |> Array.collect (fun f -> f[b])))
