/// All pairs of many rows in memory that grows as the rows.
module Mice.Information.Tests.LinearMemoryTests

open Expecto
open System.IO
open Mice
open Mice.Tensors
open Mice.Information

let private key = Key.ofSeed 11UL

/// Makes the memory of now the largest so far (proc(5), clear_refs).
let private forgetPeak () =
    File.WriteAllText("/proc/self/clear_refs", "5")

/// The process's largest resident memory so far, bytes.
let private peakMemory () =
    File.ReadLines "/proc/self/status"
    |> Seq.pick (fun line ->
        if line.StartsWith "VmHWM:" then
            Some(1024.0 * float (line.Split([| ' '; '\t' |], System.StringSplitOptions.RemoveEmptyEntries)[1]))
        else
            None)

[<Tests>]
let tests =
    // Memory is that of the process: no other test may run beside this one.
    testSequenced
    <| testList
        "LinearMemoryTests"
        [
            test "16,384 rows with all their pairs take less than 1 GB" {
                Tensor.scope (fun () ->
                    let n = 16384

                    let x, y =
                        Tensor.randn key Kind.float32 [ n; 8 ], Tensor.randn (Key.named "y" key) Kind.float32 [ n; 8 ]

                    let encoder = Encoder.mlp Nn.tanh [ 8; 64; 64; 16 ]
                    let critic = Critic.separable encoder encoder
                    forgetPeak ()
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

                    Expect.isTrue
                        (System.Double.IsFinite value && Params.globalNorm gradient > 0.0)
                        "there are a finite value and a gradient"
                    // The matrix alone would be 1.07 GB.
                    let more = peakMemory () - before
                    Expect.isTrue (more < 1e9) $"{more / 1e6:F0} MB more")
            }
        ]
