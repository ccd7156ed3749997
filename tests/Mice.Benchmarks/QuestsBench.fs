namespace Mice.Benchmarks

open System
open System.Diagnostics
open System.Globalization
open System.IO
open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Testing.Measuring

/// Descriptors and sums over pairs of environments against the published implementation, and sets larger than memory.
[<RequireQualifiedAccess>]
module QuestsBench =
    let private bandwidth = 0.057

    /// Copper at 3.61 Å with every coordinate moved by 0.1 Å, root mean square: 4·side³ atoms.
    let private copper (seed: int) (side: int) : Snapshot =
        let generator = Key.ofSeed (uint64 seed) |> Key.generator
        let sites = [| 0.0; 0.0; 0.0; 0.5; 0.5; 0.0; 0.5; 0.0; 0.5; 0.0; 0.5; 0.5 |]
        let a = 3.61

        let positions =
            Array.init (12 * side * side * side) (fun i ->
                let cell, site, axis = i / 12, i % 12 / 3, i % 3
                let corner = [| cell / (side * side); cell / side % side; cell % side |][axis]
                a * (float corner + sites[3 * site + axis]) + 0.1 * generator.NextNormal())

        { Snapshot.ofPositions "Cu" (Cell.cubic (a * float side)) positions with
            Step = int64 seed
        }

    let private on threads = { Run.quiet with Threads = threads }

    let private describe run snapshot =
        Environments.ofSnapshots run EnvironmentOptions.defaults [| snapshot |] |> ok

    /// A task: its name, the peer's name for it, its goal in seconds on one thread, what the peer took on another machine with its best and its default batch,
    /// and the work, which gives a number to compare.
    type private Task =
        {
            Name: string
            Peer: string
            Goal: float
            Before: float * float
            Work: Run -> float
        }

    let private tasks (atoms: Snapshot) (test: PointSet) (reference: PointSet) : Task list =
        let entropy count =
            let set = PointSet.choose [| 0 .. count - 1 |] test
            fun run -> (Bandwidth.sweep run [| bandwidth |] set |> ok |> Array.head |> float)

        [
            {
                Name = "descriptors of 32,000 atoms"
                Peer = "descriptors"
                Goal = 0.3
                Before = 1.55, nan
                Work = fun run -> (describe run atoms).Points |> PointSet.rows |> Array.sum
            }
            {
                Name = "H of 10,000 environments"
                Peer = "entropy10000"
                Goal = 0.36
                Before = 1.08, 2.81
                Work = entropy 10_000
            }
            {
                Name = "H of 20,000 environments"
                Peer = "entropy20000"
                Goal = 1.5
                Before = 4.55, 14.0
                Work = entropy 20_000
            }
            {
                Name = "δH of 100,000 with respect to 4,224"
                Peer = "delta"
                Goal = 2.0
                Before = 4.78, 7.95
                Work =
                    fun run ->
                        -(KernelSums.over run [| bandwidth |] reference test |> ok |> Array.head |> Array.average)
            }
        ]

    /// Bytes that work allocates in all, in MB.
    let private allocated (work: unit -> float) : float =
        let before = GC.GetTotalAllocatedBytes true
        work () |> ignore
        float (GC.GetTotalAllocatedBytes true - before) / 1e6

    let private row (peer: Peer option) (task: Task) : string list * bool =
        let timed threads () =
            Machine.seconds (fun () -> task.Work(on threads) |> ignore)

        let fixed' (x: float) =
            if Double.IsNaN x then "" else $"{x:F2}"

        // On the first calls the runtime compiles.
        for _ in 1..4 do
            timed 2 () |> ignore

        let one, best, usual, ratio, agrees =
            match peer with
            | None ->
                let one = Array.init 5 (fun _ -> timed 1 ()) |> Array.sort |> Array.item 2
                let best, usual = task.Before
                one, best, usual, nan, true
            | Some peer ->
                let ask name () = Peer.ask peer name 1
                let struct (one, best, ratio) = Peer.alternate 5 (timed 1) (ask task.Peer)

                let usual =
                    if Double.IsNaN(snd task.Before) then
                        nan
                    else
                        ask $"{task.Peer}-default" ()

                let mine, theirs = task.Work(on 1), Peer.ask peer $"value:{task.Peer}" 1
                one, best, usual, 1.0 / ratio, abs (mine - theirs) <= 1e-9 * max 1.0 (abs mine)

        let two = Array.init 5 (fun _ -> timed 2 ()) |> Array.sort |> Array.item 2
        let memory = allocated (fun () -> task.Work(on 1))
        printfn "%s: %.3f s, peer %.3f s" task.Name one best

        [
            task.Name
            $"{one:F3}"
            $"{task.Goal}"
            $"{two:F3}"
            $"{one / two:F2}"
            fixed' best
            fixed' usual
            fixed' ratio
            $"{memory:F0}"
        ],
        agrees

    let private runSpeed () =
        let atoms = copper 1 20
        let all = (describe Run.quiet atoms).Points
        let test = PointSet.choose (Array.init 100_000 (fun i -> i % all.Count)) all
        let reference = PointSet.choose [| 0..4223 |] all

        let measure (peer: Peer option) =
            tasks atoms test reference |> List.map (row peer)

        let rows, source =
            match Environment.GetEnvironmentVariable "MICE_PEER_QUESTS" with
            | null
            | "" ->
                measure None,
                "The peer's figures are those measured before on one thread of another machine; give the folder of the package as MICE_PEER_QUESTS to measure it here (with an optimised BLAS behind NumPy)."
            | package ->
                inFolder (fun folder ->
                    let at name = Path.Combine(folder, name)
                    Trajectory.write TrajectoryFormat.ExtendedXyz (at "atoms.xyz") [ atoms ]
                    DescriptorFile.writeNumPy (at "test.npy") test
                    DescriptorFile.writeNumPy (at "reference.npy") reference

                    let peer =
                        Peer.start "quests.py" [ package; at "atoms.xyz"; at "test.npy"; at "reference.npy" ]

                    let rows = measure (Some peer)
                    Peer.stop peer

                    rows,
                    "Mice and the published package (one thread, its compilation left out) took turns; their results agree within 1e-9.")

        {
            Markdown =
                Table.markdown
                    [
                        "k = 32, 63 components, h = 0.057"
                        "Mice, one thread, s"
                        "goal, s"
                        "two threads, s"
                        "gain"
                        "peer, its best batch, s"
                        "peer, its default batch, s"
                        "ratio to its best"
                        "MB allocated in all"
                    ]
                    (List.map fst rows)
                + $"\n\n{source} Sums are in double precision; allocations include the result."
            Passed = rows |> List.forall snd
        }

    /// `bench quests`.
    let speed: Measurement =
        {
            Name = "quests"
            Title = "Environments against the published implementation"
            Run = runSpeed
        }

    /// The work of a process of its own: δH of so many frames of 108,000 atoms. Prints atoms, seconds, and the most memory it took, MB.
    let stream (frames: int) : unit =
        let reference =
            (describe Run.quiet (copper 0 11)).Points |> PointSet.choose [| 0..4223 |]

        let watch = Stopwatch.StartNew()

        let found =
            EnvironmentComparison.ofFrames
                Run.quiet
                EnvironmentOptions.defaults
                [||]
                bandwidth
                EnvironmentComparison.threshold
                (KernelIndex.exact reference)
                (Seq.init frames (fun f -> Ok(copper (f + 1) 30)))
                (fun _ _ -> ())
            |> ok

        let seconds = watch.Elapsed.TotalSeconds
        use own = Process.GetCurrentProcess()
        let invariant = CultureInfo.InvariantCulture

        printfn
            "%d %s %s"
            found.Environments
            (seconds.ToString invariant)
            ((float own.PeakWorkingSet64 / 1e6).ToString invariant)

    let private started (frames: int) : float[] =
        let info =
            ProcessStartInfo("dotnet", RedirectStandardOutput = true, UseShellExecute = false)

        for argument in
            [
                "exec"
                Environment.GetCommandLineArgs()[0]
                "serve"
                "quests"
                string frames
            ] do
            info.ArgumentList.Add argument

        use running = Process.Start info
        let line = running.StandardOutput.ReadToEnd()
        running.WaitForExit()

        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map (fun field -> Double.Parse(field, CultureInfo.InvariantCulture))

    let private runStream () =
        let found = [ 1; 10; 93 ] |> List.map started

        let row (f: float[]) =
            [ $"{f[0]:N0}"; $"{f[1]:F1}"; $"{f[1] / f[0] * 1e6:F1}"; $"{f[2]:F0}" ]

        {
            Markdown =
                Table.markdown
                    [
                        "environments, frames of 108,000 atoms"
                        "s, both threads"
                        "µs per environment"
                        "most memory of the process, MB"
                    ]
                    (List.map row found)
                + "\n\nδH with respect to 4,224 environments, descriptors included; the frames are made while they are needed (copper, moved by 0.1 Å). Goals: time per environment flat, 256 MB for ten million."
            Passed = (List.last found)[2] <= 256.0
        }

    /// `bench quests-stream`.
    let streaming: Measurement =
        {
            Name = "quests-stream"
            Title = "Environments of sets larger than memory"
            Run = runStream
        }

    // ---- Large references of different structures -------------------------------------------------------------------

    /// Environments of eight crystals of different density, moved by 0.05 Å.
    let private crystals (seed: int) (side: int) : PointSet =
        [| 0..7 |]
        |> Array.map (fun kind ->
            let snapshot = copper (10 * seed + kind) side
            let factor = 0.92 + 0.04 * float kind

            let smaller =
                Snapshot.ofPositions
                    "Cu"
                    (Cell.cubic (factor * 3.61 * float side))
                    (snapshot.Positions |> Array.map (fun x -> factor * x))

            (describe Run.quiet smaller).Points)
        |> PointSet.concat

    let private runIndex () =
        let reference, asked = crystals 1 13, crystals 2 8
        let exact = KernelIndex.exact reference

        let ask (index: KernelIndex) =
            let struct (logarithms, share) =
                KernelIndex.over Run.quiet [| Bandwidth.Standard |] index asked |> ok

            logarithms[0], share

        let timed work =
            work () |> ignore

            let best =
                Array.init 3 (fun _ -> Machine.seconds (fun () -> work () |> ignore)) |> Array.min

            best, work ()

        let whole, (truth, _) = timed (fun () -> ask exact)

        let rows =
            [
                for tolerance in [ 0.1; 1e-3; 1e-6 ] do
                    let build, index =
                        timed (fun () -> KernelIndex.build Run.quiet tolerance reference |> ok)

                    let seconds, (found, share) = timed (fun () -> ask index)
                    let above = Array.map2 (-) truth found |> Array.max

                    [
                        Number.text tolerance
                        $"{above:E1}"
                        $"{100.0 * share:F0} %%"
                        $"{seconds:F3}"
                        $"{whole / seconds:F1}"
                        $"{build:F2}"
                    ],
                    above <= tolerance + 1e-9
            ]

        {
            Markdown =
                Table.markdown
                    [
                        "tolerance, nats"
                        "δH too large by at most"
                        "pairs computed"
                        "s"
                        "times faster than all pairs"
                        "s to build, once"
                    ]
                    (List.map fst rows)
                + $"\n\nδH of {asked.Count:N0} environments with respect to {reference.Count:N0}, of eight crystals of different density each, h = 0.015; all pairs take {whole:F2} s. Both threads."
            Passed = rows |> List.forall snd
        }

    /// `bench quests-index`.
    let index: Measurement =
        {
            Name = "quests-index"
            Title = "Environments with respect to a large reference"
            Run = runIndex
        }
