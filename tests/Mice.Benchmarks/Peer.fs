namespace Mice.Benchmarks

open System
open System.Diagnostics
open System.Globalization

/// A script in tests/Mice.Benchmarks/peers that reads lines `task repeats` and answers each with seconds per repeat.
type Peer = private { Process: Process }

/// Measuring in turns with a peer, so that both see the same machine.
[<RequireQualifiedAccess>]
module Peer =
    let private run (script: string) (arguments: string list) =
        let path = Repository.path [ "tests"; "Mice.Benchmarks"; "peers"; script ]

        let info =
            ProcessStartInfo(
                "/usr/bin/python3",
                path :: arguments,
                RedirectStandardInput = true,
                RedirectStandardOutput = true
            )

        match Process.Start info with
        | null -> failwith "Python did not start."
        | started -> started

    /// <summary>Starts a script and waits until it is ready.</summary>
    /// <param name="script">Its file name.</param>
    /// <param name="arguments">Its arguments.</param>
    let start (script: string) (arguments: string list) : Peer =
        let started = run script arguments

        if started.StandardOutput.ReadLine() <> "ready" then
            failwith $"{script} did not start."

        { Process = started }

    /// <summary>What a script prints on its own, line by line while it runs; it is stopped when nobody reads on.</summary>
    /// <param name="script">Its file name.</param>
    /// <param name="arguments">Its arguments.</param>
    let lines (script: string) (arguments: string list) : string seq =
        seq {
            use started = run script arguments

            try
                yield!
                    Seq.initInfinite (fun _ -> started.StandardOutput.ReadLine() |> Option.ofObj)
                    |> Seq.takeWhile Option.isSome
                    |> Seq.choose id

                started.WaitForExit()

                if started.ExitCode <> 0 then
                    failwith $"{script} ended with exit code {started.ExitCode}."
            finally
                started.Kill()
        }

    /// All that a script prints, its lines joined.
    let text (script: string) (arguments: string list) : string =
        lines script arguments |> String.concat "\n"

    /// Seconds per repeat of a task on the peer's side.
    let ask (peer: Peer) (task: string) (repeats: int) : float =
        peer.Process.StandardInput.WriteLine $"{task} {repeats}"
        peer.Process.StandardInput.Flush()

        match peer.Process.StandardOutput.ReadLine() with
        | null -> failwith "The peer ended early."
        | line -> Double.Parse(line, CultureInfo.InvariantCulture)

    /// Ends it.
    let stop (peer: Peer) : unit =
        peer.Process.StandardInput.Close()
        peer.Process.WaitForExit()
        peer.Process.Dispose()

    let private median (xs: float[]) = (Array.sort xs)[xs.Length / 2]

    /// <summary>Alternating turns of both sides, after one of each that warms up.</summary>
    /// <param name="rounds">Turns of each.</param>
    /// <param name="ours">Seconds per repeat on our side.</param>
    /// <param name="theirs">Seconds per repeat on the peer's side.</param>
    /// <returns>Median seconds of ours and theirs, and the median ratio ours/theirs.</returns>
    let alternate (rounds: int) (ours: unit -> float) (theirs: unit -> float) : struct (float * float * float) =
        ours () |> ignore
        theirs () |> ignore
        let pairs = Array.init rounds (fun _ -> struct (ours (), theirs ()))
        let a = pairs |> Array.map (fun struct (a, _) -> a) |> median
        let b = pairs |> Array.map (fun struct (_, b) -> b) |> median
        struct (a, b, pairs |> Array.map (fun struct (a, b) -> a / b) |> median)
