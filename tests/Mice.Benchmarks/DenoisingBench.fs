namespace Mice.Benchmarks

open System.Diagnostics
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Learning
open Mice.Testing.Measuring

/// Training of the denoising network against the same network in PyTorch and SciPy.
[<RequireQualifiedAccess>]
module DenoisingBench =
    /// Steps of Mice, and of the peer, which takes longer for each.
    let private ourSteps, theirSteps = 60, 6

    [<Literal>]
    let private Goal = 3.0

    let private file = Repository.path [ "docs"; "data"; "na"; "liquid.dump.gz" ]

    let private processor () =
        use own = Process.GetCurrentProcess()
        own.TotalProcessorTime.TotalSeconds

    /// Processor seconds of a step on one thread.
    let private ours (snapshots: Snapshot[]) =
        let run = { Run.quiet with Threads = 1 }
        let training = Array.truncate (snapshots.Length * 3 / 4) snapshots
        let distance = Snapshot.meanDistance 3 snapshots
        let options = DenoiserOptions.defaults

        let network =
            DensityModes.create 3 (options.Largest * distance) training
            |> Baseline.Fluid
            |> Denoiser.create options 3 distance snapshots[0].SpeciesNames (ShortestPairs.find distance training)

        let plan =
            DenoiserTraining.plan
                "network"
                { DenoiserTrainingOptions.defaults with
                    Steps = ourSteps
                }

        let objective =
            { DenoiserTraining.objective network training (fun _ -> nan) run with
                Held = None
            }

        let before = processor ()
        Training.run plan objective (DenoiserTraining.start plan network run) run |> ignore
        (processor () - before) / float ourSteps

    let private run () =
        let snapshots = (Trajectory.read file |> ok).Snapshots
        ours snapshots |> ignore // warms up the compiler
        let mine = Array.init 3 (fun _ -> ours snapshots) |> Array.sort |> Array.item 1

        use answer =
            JsonDocument.Parse(Peer.text "denoising.py" [ file; string theirSteps; "1" ])

        let theirs = answer.RootElement.GetProperty("step_s").GetDouble()

        {
            Markdown =
                Table.markdown
                    [
                        "a training step, 1,024 atoms of liquid sodium"
                        "Mice"
                        "PyTorch + SciPy"
                        "ratio"
                    ]
                    [
                        [
                            "processor seconds, one thread"
                            $"{mine:F3}"
                            $"{theirs:F3}"
                            $"{theirs / mine:F1}"
                        ]
                    ]
                + $"\n\nThe same network (but for equal steps of distance in the radial tables of PyTorch), noise, neighbours and optimiser. Goal: {Goal} times less."
            Passed = theirs >= Goal * mine
        }

    /// `bench denoising-training`.
    let measurement: Measurement =
        {
            Name = "denoising-training"
            Title = "Training of the denoising network against PyTorch"
            Run = run
        }
