namespace Mice.Benchmarks

open System
open System.Globalization
open System.IO
open System.Runtime.InteropServices
open Mice.Atoms
open Mice.Testing.Measuring

/// Reading of trajectories, and neighbour search against scipy.
module AtomsBench =
    let private data name =
        Repository.path [ "docs"; "data"; "na"; name ]

    let private snapshots () =
        match Trajectory.read (data "liquid.dump.gz") with
        | Ok t -> t.Snapshots
        | Error errors -> failwith $"%A{errors}"

    let private runReading () =
        inFolder (fun folder ->
            let some = snapshots ()
            let frames = Seq.init 1000 (fun i -> some[i % some.Length])

            let row (name: string) (format: TrajectoryFormat) (file: string) =
                let path = Path.Combine(folder, file)
                Trajectory.write format path frames

                let seconds =
                    Machine.medianSeconds 5 (fun () ->
                        if (Trajectory.frames path |> Seq.length) <> 1000 then
                            failwith "Not all frames were read.")

                let size = float (FileInfo path).Length / 1e6
                let perSecond = size / seconds
                [ name; $"{size:F1}"; $"{seconds:F3}"; $"{perSecond:F0}" ]

            {
                Markdown =
                    Table.markdown
                        [ "1,000 frames of 1,024 atoms"; "MB"; "s"; "MB/s, one core" ]
                        [
                            row "LAMMPS dump" TrajectoryFormat.LammpsDump "a.dump"
                            row "LAMMPS dump, gzip" TrajectoryFormat.LammpsDump "a.dump.gz"
                            row "extended XYZ" TrajectoryFormat.ExtendedXyz "a.xyz"
                        ]
                Passed = true
            })

    /// Reading speed; the goal is 100 MB/s for the first line.
    let reading =
        {
            Name = "reading"
            Title = "Reading trajectories"
            Run = runReading
        }

    let private toFile (path: string) (numbers: float[]) =
        File.WriteAllBytes(path, MemoryMarshal.AsBytes(ReadOnlySpan<float> numbers).ToArray())

    let private numbers (line: string) =
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map (fun field -> Double.Parse(field, CultureInfo.InvariantCulture))

    let private runNeighbours () =
        let k, snapshot = 100, (snapshots ())[0]
        let edge = Math.Cbrt(Cell.volume snapshot.Cell)
        let random = Random 1
        let points = Array.init 300_000 (fun _ -> edge * random.NextDouble())

        let theirs =
            inFolder (fun folder ->
                let atomFile, pointFile =
                    Path.Combine(folder, "atoms"), Path.Combine(folder, "points")

                toFile atomFile snapshot.Positions
                toFile pointFile points
                let edge = edge.ToString("R", CultureInfo.InvariantCulture)
                Peer.text "neighbours.py" [ atomFile; pointFile; edge; string k ] |> numbers)

        let mutable last = nan

        let ours threads =
            Machine.medianSeconds 5 (fun () ->
                let grid = Neighbours.build snapshot.Cell snapshot.Positions 14.0

                let table =
                    Neighbours.queryOn
                        threads
                        { Neighbours.all grid with
                            Most = Some k
                        }
                        grid
                        points

                last <- Seq.init 100_000 (fun i -> sqrt table.SquaredDistances[k * i + k - 1]) |> Seq.average)

        let one, all = ours 1, ours -1

        let row (name: string) (mine: float) (query: float) (withVectors: float) =
            [
                name
                $"{mine:F3}"
                $"{query:F3}"
                $"{withVectors:F3}"
                $"{query / mine:F1}"
                $"{withVectors / mine:F1}"
            ]

        {
            Markdown =
                Table.markdown
                    [
                        "100 nearest of 1,024 atoms, 100,000 points"
                        "Mice (with displacements), s"
                        "cKDTree, s"
                        "cKDTree and displacements, s"
                        "ratio"
                        "ratio with displacements"
                    ]
                    [
                        row "one thread" one theirs[0] theirs[2]
                        row "all cores" all theirs[1] theirs[3]
                    ]
                + $"\n\nMean distance of the 100th neighbour: {last:F9} Å, by cKDTree {theirs[4]:F9} Å."
            Passed = abs (last - theirs[4]) < 1e-9
        }

    /// Neighbour search; the goal is five times the speed of scipy.
    let neighbours =
        {
            Name = "neighbours"
            Title = "Neighbour search against scipy's cKDTree"
            Run = runNeighbours
        }
