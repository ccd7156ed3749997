namespace Mice.Benchmarks

open System
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Tensors
open Mice.Learning
open Mice.Testing.Measuring

/// Points and training of the scan entropy against the same algorithm in PyTorch and SciPy.
module ScanBench =
    let private steps = 160

    let private file phase =
        Repository.path [ "docs"; "data"; "na"; $"{phase}.dump.gz" ]

    let private snapshots phase =
        match Trajectory.read (file phase) with
        | Ok trajectory -> trajectory.Snapshots
        | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat " ")

    /// Seconds from snapshots in memory to a trained network on one core, as the peer measures.
    let private ours symmetry (snapshots: Snapshot[]) =
        let run = { Run.quiet with Threads = 1 }
        let options = IntensityOptions.defaults

        let training =
            { IntensityTrainingOptions.defaults with
                Steps = steps
            }

        Machine.seconds (fun () ->
            let cutoff = 2.3 * Snapshot.meanDistance 3 snapshots
            let chosen = Array.truncate (snapshots.Length * 3 / 4) snapshots
            let ready = ScanSnapshots.prepare 3 symmetry cutoff chosen
            let intensity = Intensity.create run.Key options cutoff ready
            let plan = IntensityTraining.plan "network" training

            let objective =
                { IntensityTraining.objective training intensity ready (fun _ -> nan) run with
                    Held = None
                }

            Training.run plan objective (IntensityTraining.start plan intensity run) run |> ignore)

    let private peers phase symmetry =
        let answer = Peer.text "scan_entropy.py" [ file phase; string steps; "1"; symmetry ]

        use json = JsonDocument.Parse answer

        let seconds (name: string) =
            json.RootElement.GetProperty(name).GetDouble()

        struct (seconds "points_s", seconds "steps_s")

    let private cells name mine points training =
        let theirs = points + training

        [
            name
            $"{mine:F1}"
            $"{theirs:F1} ({points:F1} + {training:F1})"
            $"{theirs / mine:F1}"
        ]

    let private measure phase symmetry =
        let data = snapshots phase
        ours symmetry data |> ignore // warms up the compiler
        let mine = Array.init 3 (fun _ -> ours symmetry data) |> Array.sort |> Array.item 1
        let struct (points, training) = peers phase (Symmetry.name symmetry)
        struct (mine, points, training)

    let private run () =
        let struct (a, pointsA, trainingA) = measure "liquid" Symmetry.Isotropic
        let struct (b, pointsB, trainingB) = measure "solid" Symmetry.Cubic

        let rows =
            [
                cells $"liquid sodium, {steps} steps" a pointsA trainingA
                cells $"solid sodium, {steps} steps" b pointsB trainingB
                cells "both" (a + b) (pointsA + pointsB) (trainingA + trainingB)
            ]

        let header =
            [ "one core"; "Mice, s"; "PyTorch + SciPy, s (points + training)"; "ratio" ]

        {
            Markdown =
                Table.markdown header rows
                + "\n\nData preparation and training together; features, network, noise and batches are the same. Goal: 5 times faster."
            Passed = true
        }

    let measurement =
        {
            Name = "scan"
            Title = "Scan entropy: points and training"
            Run = run
        }
