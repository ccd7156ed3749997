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
    let private ours (steps: int) (snapshots: Snapshot[]) =
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
                    Steps = steps
                }

        let objective =
            { DenoiserTraining.objective network training (fun _ -> nan) run with
                Held = None
            }

        let before = processor ()
        Training.run plan objective (DenoiserTraining.start plan network run) run |> ignore
        (processor () - before) / float steps

    /// How often the box is repeated along each edge, and steps with so many atoms.
    let private sizes = [ 1, 60; 2, 10; 3, 5; 4, 3 ]

    /// A liquid in a box so many times as long.
    let private repeated (times: int) (s: Snapshot) : Snapshot =
        let edges = Cell.heights s.Cell

        let positions =
            [|
                for i in 0 .. times * times * times - 1 do
                    let shift = [| i % times; i / times % times; i / times / times |]

                    for a in 0 .. s.Positions.Length - 1 -> s.Positions[a] + float shift[a % 3] * edges[a % 3]
            |]

        { s with
            Cell = edges |> Array.map (fun x -> float times * x) |> Cell.orthorhombic
            Positions = positions
            Species = Array.replicate (times * times * times) s.Species |> Array.concat
        }

    /// Atoms, processor seconds of a step for 1,024 of them, and the most memory that the process has taken so far.
    let private bySize (snapshots: Snapshot[]) : string list list =
        [
            for times, steps in sizes do
                let few = snapshots |> Array.truncate 4 |> Array.map (repeated times)
                let seconds = ours steps few
                use own = Process.GetCurrentProcess()

                [
                    string (Snapshot.count few[0])
                    $"{seconds:F2}"
                    $"{seconds / float (times * times * times):F3}"
                    $"{float own.PeakWorkingSet64 / 1e9:F1}"
                ]
        ]

    let private run () =
        let snapshots = (Trajectory.read file |> ok).Snapshots
        ours ourSteps snapshots |> ignore // warms up the compiler

        let mine =
            Array.init 3 (fun _ -> ours ourSteps snapshots) |> Array.sort |> Array.item 1

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
                + "\n\n"
                + Table.markdown
                    [
                        "atoms, the same liquid repeated"
                        "processor seconds of a step"
                        "for each 1,024 atoms"
                        "most memory of the process, GB"
                    ]
                    (bySize snapshots)
                + $"\n\nThe same network (but for equal steps of distance in the radial tables of PyTorch), noise, neighbours and optimiser. Goal: {Goal} times less. One network at a time; with more than 4,000 atoms layers are computed anew for derivatives."
            Passed = theirs >= Goal * mine
        }

    /// `bench denoising-training`.
    let measurement: Measurement =
        {
            Name = "denoising-training"
            Title = "Training of the denoising network against PyTorch"
            Run = run
        }
