namespace Mice.Benchmarks

open System
open System.IO
open System.Runtime.InteropServices
open Mice
open Mice.Alloys
open Mice.Testing.Measuring

/// Monte Carlo of cluster expansions, one thread, against the same rule in Numba.
[<RequireQualifiedAccess>]
module AlloysBench =
    /// Site updates per second and core that are wanted.
    let private goal = 1e7

    let private turns, private temperature = 5, 900.0

    let private boltzmann = float Units.boltzmann

    type private Case = { Name: string; Table: FigureTable }

    let private case (name: string) (expansion: ClusterExpansion) (n1, n2, n3) : Case =
        {
            Name = name
            Table = Supercell.multiples expansion.Lattice n1 n2 n3 |> ok |> FigureTable.create expansion
        }

    let private peerOf (folder: string) (c: Case) : Peer =
        let terms = c.Table.Polynomial.Terms |> Array.filter (fun t -> t.Sites.Length > 0)

        let write name (values: 'a[]) =
            File.WriteAllBytes(Path.Combine(folder, name), MemoryMarshal.AsBytes(ReadOnlySpan<'a> values).ToArray())

        write "coefficients.bin" (terms |> Array.map _.Coefficient)
        write "starts.bin" (terms |> Array.scan (fun start t -> start + t.Sites.Length) 0)
        write "members.bin" (terms |> Array.collect _.Sites)

        Peer.start "alloys.py" [ folder; string c.Table.Sites; Number.text (1.0 / (boltzmann * temperature)) ]

    /// Seconds of a sweep of all replicas.
    let private ours (c: Case) =
        let width = AlloyReplicas.Width
        let generator = Key.ofSeed 1UL |> Key.generator

        let starts =
            Array.init width (fun _ -> Array.init c.Table.Sites (fun _ -> byte (generator.NextInt 2)))

        let replicas = AlloyReplicas(c.Table, starts)
        let betas = Array.create width (1.0 / (boltzmann * temperature))
        let mutable turn = 0

        let sweep count =
            turn <- turn + 1
            let key = Key.ofSeed (uint64 turn)
            let turns = Array.init width (fun i -> key |> Key.named "turns" |> Key.item i)

            replicas.Sweep(Key.named "sites" key, turns, count, betas, Array.zeroCreate width) |> ignore

        fun count -> Machine.seconds (fun () -> sweep count) / float count

    let private row (c: Case) : struct (string list * float) =
        let folder = Directory.CreateTempSubdirectory "mice-bench-"

        try
            let peer = peerOf folder.FullName c
            let sweep = ours c

            let struct (own, theirs, _) =
                Peer.alternate turns (fun () -> sweep 1000) (fun () -> Peer.ask peer "metropolis" 1000)

            Peer.stop peer
            let sites = float c.Table.Sites
            let speed = sites * float AlloyReplicas.Width / own

            struct ([
                        c.Name
                        $"{speed:E1}"
                        $"{sites / theirs:E1}"
                        $"{speed * theirs / sites:F1}"
                        $"{goal:E0}"
                        Goal.met (speed >= goal)
                    ],
                    speed)
        finally
            folder.Delete true

    let private run () =
        let rows =
            [
                case "CuAu-128, 11 interactions" (PublishedAlloys.copperGold ()) (8, 4, 4)
                case "AgPd-125, 45 interactions" (PublishedAlloys.silverPalladium ()) (5, 5, 5)
            ]
            |> List.map row

        {
            Markdown =
                Table.markdown
                    [
                        "site updates per second, one core"
                        "Mice"
                        "Numba"
                        "Mice / Numba"
                        "goal"
                        ""
                    ]
                    (rows |> List.map (fun (struct (row, _)) -> row))
                + $"\n\nSingle turns by Metropolis' rule at 900 K and equal chemical potentials, medians of {turns} turns taken alternately. Mice updates {AlloyReplicas.Width} alloys side by side, Numba one; both sum all terms of the energy through a site at every try."
            Passed = rows |> List.forall (fun (struct (_, speed)) -> speed >= goal)
        }

    /// `bench alloys`.
    let measurement: Measurement =
        {
            Name = "alloys"
            Title = "Monte Carlo of cluster expansions"
            Run = run
        }
