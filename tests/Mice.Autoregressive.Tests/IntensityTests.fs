module Mice.Autoregressive.Tests.IntensityTests

open Expecto
open System
open System.Threading
open Mice
open Mice.Learning
open Mice.Atoms
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

let private run = Run.seeded 2UL Run.quiet
let private plan = IntensityTraining.plan "network" training

let private train (run: Run) =
    let objective =
        IntensityTraining.objective training model.Value snapshots (fun _ -> 0.25) run

    Training.run plan objective (IntensityTraining.start plan model.Value run) run

[<Tests>]
let tests =
    testList
        "IntensityTests"
        [
            test "The shortest distance is the brute-force one" {
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
                Expecting.within 1e-9 found closest "both find the closest pair"
            }

            test "Every atom of the training snapshots lies outside the cores" {
                let sampler = PassSampler(snapshots, model.Value.Basis, model.Value.Core)

                for s in 0..2 do
                    let points = sampler.Atoms (generator 1UL) s [| 0..63 |]
                    Expect.equal points.Rows points.Tried "no atom lies in a core"
            }

            test "All steps are made, in rounds that fit or not" {
                let state = train run |> ok
                Expect.equal (TrainingState.step state) 24 "the optimiser is at its last step"
                Expect.equal state.Outcome (Some TrainingOutcome.AllSteps) "all steps were made"
                Expect.equal (state.Curve |> Array.map _.Step) [| 8; 16; 24 |] "a look after every round"
            }

            testCase "Training goes on from a checkpoint to the same bytes"
            <| fun () ->
                let folder = IO.Directory.CreateTempSubdirectory "mice-intensity-"

                let kept () =
                    { run with
                        Store = Some(RunStore.at folder.FullName)
                    }
                    |> Run.claim "test" (fun () -> [])
                    |> ok

                try
                    let straight = train run |> ok |> TrainingState.toBytes
                    use stop = new CancellationTokenSource()

                    Expecting.throwsAny<OperationCanceledException>
                        (fun () ->
                            train
                                { kept () with
                                    Cancel = stop.Token
                                    Progress =
                                        fun p ->
                                            if p.Fraction > 0.3 then
                                                stop.Cancel()
                                }
                            |> ignore)
                        "training stops when it is cancelled"
                    |> ignore

                    Expect.isTrue
                        (train (kept ()) |> ok |> TrainingState.toBytes = straight)
                        "with a stop in between it ends at the same bytes"
                finally
                    folder.Delete true

            test "The bound of equal scores is the chain rule with the best constant factor" {
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
                Expecting.within 1e-8 bound best "the bound is the smallest of all factors"
            }
        ]
