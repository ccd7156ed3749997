/// All pairs of many rows in memory that grows as the rows.
module Mice.Information.Tests.LinearMemoryTests

open System.IO
open Mice
open Mice.Tensors
open Mice.Information
open Xunit

let private key = Key.ofSeed 11UL

/// The process's largest resident memory so far, bytes.
let private peakMemory () =
    File.ReadLines "/proc/self/status"
    |> Seq.pick (fun line ->
        if line.StartsWith "VmHWM:" then
            Some(1024.0 * float (line.Split([| ' '; '\t' |], System.StringSplitOptions.RemoveEmptyEntries)[1]))
        else
            None)

[<Fact>]
let ``16,384 rows with all their pairs take less than 1 GB`` () =
    Tensor.scope (fun () ->
        let n = 16384

        let x, y =
            Tensor.randn key Kind.float32 [ n; 8 ], Tensor.randn (Key.named "y" key) Kind.float32 [ n; 8 ]

        let encoder = Encoder.mlp Nn.tanh [ 8; 64; 64; 16 ]
        let critic = Critic.separable encoder encoder
        let before = peakMemory ()

        let struct (value, gradient, _) =
            ChunkedScores.valueAndGradient
                (ChunkedScores.rowsPerChunk critic n)
                Surrogate.donskerVaradhan
                nan
                Mode.Evaluation
                critic
                (critic.Init key)
                x
                y

        Assert.True(System.Double.IsFinite value && Params.globalNorm gradient > 0.0)
        // The matrix alone would be 1.07 GB.
        let more = peakMemory () - before
        Assert.True(more < 1e9, $"{more / 1e6:F0} MB more"))
