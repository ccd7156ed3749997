/// Potts models on small tori from their definition.
module Mice.Samplers.Tests.PottsReference

open Mice
open Mice.Samplers

/// The configuration with a number, whose digits in base q are the spins.
let configuration (q: int) (sites: int) (number: int) : byte[] =
    Array.init sites (fun i -> byte (number / pown q i % q))

/// The number of a configuration.
let numberOf (q: int) (spins: byte[]) : int =
    Seq.sum (seq { for i in 0 .. spins.Length - 1 -> int spins[i] * pown q i })

/// The two ends of every bond, from coordinates.
let bonds (shape: int[]) : struct (int * int)[] =
    let strides = Array.scanBack (*) shape 1

    [|
        for site in 0 .. Array.reduce (*) shape - 1 do
            for axis in 0 .. shape.Length - 1 do
                let stride = strides[axis + 1]
                let x = site / stride % shape[axis]
                struct (site, site + ((x + 1) % shape[axis] - x) * stride)
    |]

/// m and the number of sites in state 0.
let counts (bonds: struct (int * int)[]) (spins: byte[]) : struct (int * int) =
    let satisfied =
        bonds |> Array.sumBy (fun (struct (a, b)) -> if spins[a] = spins[b] then 1 else 0)

    struct (satisfied, spins |> Array.sumBy (fun s -> if s = 0uy then 1 else 0))

/// E of all configurations, by number.
let energies (model: PottsModel) : float[] =
    let sites, bonds = Array.reduce (*) model.Shape, bonds model.Shape

    Array.init (pown model.States sites) (fun n ->
        let struct (satisfied, favoured) =
            configuration model.States sites n |> counts bonds

        -model.Coupling * float satisfied - model.Field * float favoured)

/// Boltzmann probabilities of all configurations, by number.
let boltzmann (model: PottsModel) : float[] =
    let weights = energies model |> Array.map (fun e -> exp (-e / model.Temperature))
    let total = Array.sum weights
    weights |> Array.map (fun w -> w / total)

/// The configurations that a kernel leads to from one start, by number, with one key each.
let visits (q: int) (kernel: Key -> byte[] -> byte[]) count key (start: byte[]) : int[] =
    let visits = Array.zeroCreate (pown q start.Length)

    for i in 0 .. count - 1 do
        let n = kernel (Key.item i key) start |> numberOf q
        visits[n] <- visits[n] + 1

    visits

let private torus shape states temperature =
    { PottsModel.square 2 states temperature with
        Shape = shape
    }

/// Models that between them use every branch of the kernels.
let ferromagnets: PottsModel list =
    [
        torus [| 2; 2 |] 3 0.9
        { torus [| 2; 2 |] 3 0.9 with
            Field = 0.4
        }
        { torus [| 2; 3 |] 2 1.3 with
            Field = -0.6
        }
        torus [| 5 |] 4 0.7
        // So many states that the heat bath does not tabulate the laws of all patterns of neighbours.
        { torus [| 2; 2 |] 7 0.8 with
            Field = 0.3
        }
        torus [| 2; 2; 2 |] 2 1.9
    ]

let antiferromagnets: PottsModel list =
    [
        { torus [| 2; 3 |] 3 0.8 with
            Coupling = -1.0
        }
        { torus [| 2; 2 |] 7 0.8 with
            Coupling = -0.7
            Field = -0.2
        }
        { torus [| 2; 2; 2 |] 2 2.5 with
            Coupling = -1.0
            Field = 0.5
        }
    ]
