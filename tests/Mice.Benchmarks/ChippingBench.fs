namespace Mice.Benchmarks

open Mice
open Mice.Samplers
open Mice.Testing.Measuring

/// Chipping and aggregation in continuous time, one thread, against the same algorithm in Numba.
[<RequireQualifiedAccess>]
module ChippingBench =
    /// Events per second and core that are wanted.
    let private goal = 1e7

    let private turns, private sites, private duration = 5, 256, 20000

    /// Seconds per unit of time, and the events in one: (1 + w) of every occupied site.
    let private ours (model: ChippingModel) =
        let kernel = ChippingChain.kernel ChippingStart.Scattered (float duration) model
        let key = Key.ofSeed 1UL
        let mutable masses = kernel.Init(Key.named "start" key)
        let mutable steps, occupied = 0, 0

        let step () =
            masses <- kernel.Step (Key.item steps key) masses
            steps <- steps + 1
            occupied <- occupied + (masses |> Array.filter (fun m -> m > 0) |> Array.length)

        let seconds () = Machine.seconds step / float duration

        let events () =
            (1.0 + model.HopRate) * float occupied / float steps

        struct (seconds, events)

    let private row (hopRate: float) : struct (string list * float) =
        let model = ChippingModel.unitDensity sites hopRate
        let peer = Peer.start "chipping.py" [ string sites; Number.text hopRate ]
        let struct (seconds, events) = ours model

        let struct (own, theirs, ratio) =
            Peer.alternate turns seconds (fun () -> Peer.ask peer "ring" duration)

        Peer.stop peer
        let speed = events () / own

        struct ([
                    $"L = {sites}, w = {hopRate:F2}"
                    $"{speed:E1}"
                    $"{events () / theirs:E1}"
                    $"{1.0 / ratio:F1}"
                    $"{goal:E0}"
                    Goal.met (speed >= goal)
                ],
                speed)

    let private run () =
        let rows = [ 0.0; 1.0 / 3.0; 1.0 ] |> List.map row

        {
            Markdown =
                Table.markdown
                    [ "events per second, one core"; "Mice"; "Numba"; "Mice / Numba"; "goal"; "" ]
                    (rows |> List.map (fun (struct (row, _)) -> row))
                + $"\n\nRings of unit density, medians of {turns} turns of {duration} units of time taken alternately. Both draw a waiting time, an occupied site with a side, and the move for every event."
            Passed = rows |> List.forall (fun (struct (_, speed)) -> speed >= goal)
        }

    /// `bench chipping`.
    let measurement: Measurement =
        {
            Name = "chipping"
            Title = "Chipping and aggregation on a ring"
            Run = run
        }
