module Mice.Autoregressive.Tests.IntensityTests

open System.Threading
open Xunit
open Mice
open Mice.Atoms
open Mice.Tensors
open Mice.Autoregressive
open Mice.Autoregressive.Tests.Reference

let private snapshots =
    Array.init 3 (fun i -> uniformSnapshot (uint64 (50 + i)) (Cell.cubic 12.0) 64)
    |> ScanSnapshots.prepare 3 Symmetry.Isotropic 5.0

let private small =
    { IntensityOptions.defaults with
        Degree = 2
        Width = 16
        Depth = 1
    }

let private training =
    {
        Steps = 24
        BatchPoints = 64
        LearningRate = 2e-3
    }

let private model = lazy (Intensity.create (Key.ofSeed 1UL) small 5.0 snapshots)

let private trainWatched progress cancel first =
    IntensityTraining.run
        (Key.ofSeed 2UL)
        Device.cpu
        training
        small.NoisePerAtom
        model.Value
        snapshots
        (fun _ -> 0.25)
        progress
        cancel
        first

let private train cancel first = trainWatched ignore cancel first

let private start () =
    IntensityTraining.start (Key.ofSeed 2UL) Device.cpu training model.Value

[<Fact>]
let ``The shortest distance is the brute-force one`` () =
    let box = Cell.cubic 12.0
    let one = uniformSnapshot 50UL box 64

    let closest =
        Seq.min (
            seq {
                for i in 0..63 do
                    for j in 0 .. i - 1 do
                        let d =
                            Array.init 3 (fun k ->
                                let x = one.Positions[3 * i + k] - one.Positions[3 * j + k]
                                x - 12.0 * round (x / 12.0))

                        sqrt (Array.sumBy (fun v -> v * v) d)
            }
        )

    let found =
        ScanSnapshots.closestDistance (ScanSnapshots.prepare 3 Symmetry.None 5.0 [| one |])
    // Rounding only.
    Assert.Equal(closest, found, 1e-9)

[<Fact>]
let ``Every atom of the training snapshots lies outside the cores`` () =
    let sampler = SweepSampler(snapshots, model.Value.Basis, model.Value.Core)

    for s in 0..2 do
        let points = sampler.Atoms (generator 1UL) s [| 0..63 |]
        Assert.Equal(points.Tried, points.Rows)

[<Fact>]
let ``A state in training survives as bytes, and others are refused`` () =
    let state = train CancellationToken.None (start ())
    let bytes = TrainingCheckpoint.toBytes state
    let again = TrainingCheckpoint.ofBytes "state" Device.cpu bytes |> get
    Assert.Equal<byte[]>(bytes, TrainingCheckpoint.toBytes again)
    Assert.Equal<struct (int * float * float)[]>(state.Curve, again.Curve)
    Assert.Equal(24L, again.Optimiser.Step)

    for broken in [ bytes[.. bytes.Length - 5]; [||]; "not a checkpoint of any kind"B ] do
        match TrainingCheckpoint.ofBytes "state" Device.cpu broken with
        | Error(MiceError.BadFile("state", _, _, _)) -> ()
        | other -> Assert.Fail $"{other}"

[<Fact>]
let ``Training goes on from a checkpoint to the same bytes`` () =
    use stop = new CancellationTokenSource()
    let mutable last = None

    let straight = train CancellationToken.None (start ()) |> TrainingCheckpoint.toBytes

    let keep (state: TrainingState) =
        if state.Optimiser.Step = 8L then
            last <- Some(TrainingCheckpoint.toBytes state)
            stop.Cancel()

    Assert.ThrowsAny<System.OperationCanceledException>(fun () -> trainWatched keep stop.Token (start ()) |> ignore)
    |> ignore

    let resumed =
        TrainingCheckpoint.ofBytes "state" Device.cpu last.Value |> get |> train CancellationToken.None

    Assert.Equal<byte[]>(straight, TrainingCheckpoint.toBytes resumed)

[<Fact>]
let ``The bound of equal scores is the chain rule with the best constant factor`` () =
    let scores =
        [| 0.5, 1.1; 0.7, 0.9; 0.3, 1.3 |]
        |> Array.map (fun (log, ratio) ->
            // The two values of the integral are equally far from its mean.
            [|
                {
                    MeanLogRatio = log
                    MeanRatios = struct (ratio - 0.2, ratio + 0.2)
                }
            |])

    let bound =
        IntensityEvaluation.entropies scores
        |> Array.concat
        |> Array.averageBy (fun struct (a, b) -> 0.5 * (a + b))

    // Per atom, −⟨ln cλ/ρ⟩ + c⟨λ/ρ⟩ − 1 at its smallest over the factor c.
    let plain c = -0.5 - log c + c * 1.1 - 1.0
    let best = Seq.init 20001 (fun i -> plain (0.5 + float i * 5e-5)) |> Seq.min
    // The grid misses the minimum by at most 2.5e-5, in a parabola of curvature 1.2.
    Assert.Equal(best, bound, 1e-8)
