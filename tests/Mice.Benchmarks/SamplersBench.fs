namespace Mice.Benchmarks

open Mice
open Mice.Samplers
open Mice.Testing.Measuring

/// Speed of the Ising kernels, one thread each, against the same algorithms in Numba.
[<RequireQualifiedAccess>]
module SamplersBench =
    [<Literal>]
    let private Size = 64

    let private temperature = Onsager.criticalTemperature 1.0
    let private model = IsingModel.square Size temperature

    let private heatBath key =
        let sweeps = MultiSpin.sweeps model

        let mutable state =
            MultiSpin.random key model |> sweeps 100 (Key.named "warm-up" key)

        let mutable turn = 0

        fun count ->
            turn <- turn + 1

            Machine.seconds (fun () -> state <- sweeps count (Key.item turn key) state) / float count

    let private clusters key =
        let sweeps = SwendsenWang.sweeps model
        let start = Array.create 1 (Array.create (Size * Size) 1y)
        let mutable spins = sweeps 200 (Key.named "warm-up" key) start
        let mutable turn = 0

        fun count ->
            turn <- turn + 1

            Machine.seconds (fun () -> spins <- sweeps count (Key.item turn key) spins) / float count

    let private run () =
        let peer = Peer.start "ising.py" [ string Size; string temperature ]
        let sites = float (Size * Size)
        let heatBath, clusters = heatBath (Key.ofSeed 1UL), clusters (Key.ofSeed 2UL)

        let struct (ours, theirs, _) =
            Peer.alternate 7 (fun () -> heatBath 500) (fun () -> Peer.ask peer "heat-bath" 2000)

        // One sweep of ours is of 256 chains.
        let flips = sites * float MultiSpin.Chains / ours

        let struct (cluster, peerCluster, ratio) =
            Peer.alternate 7 (fun () -> clusters 2000) (fun () -> Peer.ask peer "swendsen-wang" 2000)

        Peer.stop peer

        {
            Markdown =
                Table.markdown
                    [ "64×64, T_c, one thread"; "Mice"; "Numba"; "Mice / Numba"; "goal" ]
                    [
                        [
                            "heat bath, attempted flips per second"
                            $"{flips:E2}"
                            $"{sites / theirs:E2}"
                            $"{flips * theirs / sites:F0}"
                            "3E+009 flips per second"
                        ]
                        [
                            "Swendsen–Wang, sites per second"
                            $"{sites / cluster:E2}"
                            $"{sites / peerCluster:E2}"
                            $"{1.0 / ratio:F2}"
                            "3"
                        ]
                    ]
                + "\n\nMedians of 7 turns each, taken in turns. Mice updates 256 chains at once in the heat bath, Numba one."
            Passed = flips >= 3e9 && ratio <= 1.0 / 3.0
        }

    /// `bench samplers`.
    let measurement: Measurement =
        {
            Name = "samplers"
            Title = "Ising kernels"
            Run = run
        }
