/// Particle systems whose excess entropy is known, sampled exactly or by a Markov chain that decorrelates at once.
module Mice.Testing.Systems.ScanSystems

open System
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy

/// Snapshots and what their entropy has to be.
type KnownSystem =
    {
        Name: string
        Dimension: int
        Symmetry: Symmetry
        /// Excess entropy, k_B per atom.
        Exact: float
        Snapshots: Snapshot[]
        /// −ln p/N of the snapshots up to a constant, and its exact mean.
        Control: ControlVariate
    }

/// ρ^(−1/d) of all systems here, Å.
[<Literal>]
let MeanDistance = 3.0

/// A box of the given dimension for so many atoms; beyond the dimension its edge is 1 Å.
let box (dimension: int) (atoms: int) : Cell =
    let edge = MeanDistance * float atoms ** (1.0 / float dimension)
    Cell.orthorhombic (Array.init 3 (fun i -> if i < dimension then edge else 1.0))

/// [6·side³]: a body-centred lattice, where dense fluids start from.
let bodyCentred (side: int) (spacing: float) : float[] =
    [|
        for i in 0 .. side - 1 do
            for j in 0 .. side - 1 do
                for k in 0 .. side - 1 do
                    for half in [ 0.0; 0.5 ] do
                        for n in [ i; j; k ] do
                            (float n + half) * spacing
    |]

let private snapshots count seed (draw: Generator -> Snapshot) =
    Array.init count (fun i ->
        let generator = Key.ofSeed seed |> Key.item i |> Key.generator
        { draw generator with Step = int64 i })

let private uniform (cell: Cell) dimension (generator: Generator) =
    Array.init 3 (fun i ->
        if i < dimension then
            cell.Vectors[4 * i] * generator.NextFloat()
        else
            0.0)

/// The ideal gas: s_ex = 0.
let idealGas (dimension: int) (atoms: int) (count: int) (seed: uint64) : KnownSystem =
    let cell = box dimension atoms

    {
        Name = $"ideal gas, {dimension}D"
        Dimension = dimension
        Symmetry = Symmetry.Isotropic
        Exact = 0.0
        Snapshots =
            snapshots count seed (fun g ->
                Array.init atoms (fun _ -> uniform cell dimension g)
                |> Array.concat
                |> Snapshot.ofPositions "A" cell)
        Control = ControlVariate.athermal count
    }

/// <summary>Hard rods on a ring that cover a share of it: s_ex = ln(1 − ρa) per rod.</summary>
/// <remarks>Sampled exactly: the free length is split by uniform spacings, so all allowed configurations are equally likely. The canonical
/// ring has (1 − 1/N) ln(1 − ρa) (L. Tonks, Phys. Rev. 50, 955 (1936)).</remarks>
let hardRods (covered: float) (atoms: int) (count: int) (seed: uint64) : KnownSystem =
    let cell = box 1 atoms
    let length = cell.Vectors[0]

    let draw (g: Generator) =
        let gaps = Array.init atoms (fun _ -> -log(1.0 - g.NextFloat()))
        let free = (1.0 - covered) * length / Array.sum gaps
        let start = length * g.NextFloat()

        gaps
        |> Array.scan (fun x gap -> x + free * gap + covered * MeanDistance) start
        |> Array.take atoms
        |> Array.collect (fun x -> [| x; 0.0; 0.0 |])
        |> Snapshot.ofPositions "A" cell

    {
        Name = $"hard rods, {100.0 * covered:F0} %% covered"
        Dimension = 1
        Symmetry = Symmetry.Isotropic
        Exact = log (1.0 - covered)
        Snapshots = snapshots count seed draw
        Control = ControlVariate.athermal count
    }

/// s_ex = −Σ B_n ρ^(n−1)/(n − 1), n = 2 … 5, from x = B₂ρ and B_n/B₂^(n−1).
let private virial (x: float) (reduced: float list) =
    reduced |> List.mapi (fun i b -> b * x ** float (i + 1) / float (i + 1)) |> List.sum |> (~-)

/// Squared distance by the nearest image in a cube.
let private squaredDistance edge dimension (a: float[]) (b: float[]) =
    let mutable sum = 0.0

    for i in 0 .. dimension - 1 do
        let d = a[i] - b[i]
        let d = d - edge * Math.Round(d / edge)
        sum <- sum + d * d

    sum

/// <summary>Hard discs or spheres of low packing fraction η, against the virial series to the fifth coefficient.</summary>
/// <remarks>Sampled by moving single particles to uniform random places, accepted where there is no overlap: at these densities more than a
/// third are accepted, so 25 passes forget the random sequential start. B_n: discs B₂ = πσ²/2, B₃ … B₅ over powers of B₂ 0.782004, 0.532232,
/// 0.333556; spheres B₂ = 2πσ³/3, 0.625, 0.286950, 0.110252 (N. Clisby, B. McCoy, J. Stat. Phys. 122, 15 (2006)). The terms left out are below
/// 0.15 (B₂ρ)^5/5 in two and 0.04 (B₂ρ)^5/5 in three dimensions: under 1e-4 for η ≤ 0.1.</remarks>
let hardSpheres (dimension: int) (packing: float) (atoms: int) (count: int) (seed: uint64) : KnownSystem =
    let cell = box dimension atoms
    let edge = cell.Vectors[0]
    let ball = if dimension = 2 then Math.PI / 4.0 else Math.PI / 6.0
    let diameter = MeanDistance * (packing / ball) ** (1.0 / float dimension)

    let isFree (positions: float[][]) n skip place =
        let mutable i = 0

        while i < n && (i = skip || squaredDistance edge dimension positions[i] place >= diameter * diameter) do
            i <- i + 1

        i = n

    let draw (g: Generator) =
        let positions = Array.zeroCreate<float[]> atoms

        for i in 0 .. atoms - 1 do
            positions[i] <- uniform cell dimension g

            while not (isFree positions i -1 positions[i]) do
                positions[i] <- uniform cell dimension g

        for _ in 1 .. 25 * atoms do
            let i, place = g.NextInt atoms, uniform cell dimension g

            if isFree positions atoms i place then
                positions[i] <- place

        Snapshot.ofPositions "A" cell (Array.concat positions)

    {
        Name = $"""hard {(if dimension = 2 then "discs" else "spheres")}, η = {packing}"""
        Dimension = dimension
        Symmetry = Symmetry.Isotropic
        Exact =
            if dimension = 2 then
                virial (2.0 * packing) [ 1.0; 0.782004; 0.532232; 0.333556 ]
            else
                virial (4.0 * packing) [ 1.0; 0.625; 0.286950; 0.110252 ]
        Snapshots = snapshots count seed draw
        Control = ControlVariate.athermal count
    }

/// <summary>A simple cubic lattice, each atom displaced by its own Gaussian: s_ex = (3/2) ln(2πeσ²) − ln v − 1 per atom.</summary>
/// <remarks>The N! numberings of a configuration have the density Π g(x_i − R_i) up to exchanges over a whole spacing a, of weight
/// e^(−a²/4σ²); so S = N·(3/2) ln(2πeσ²), lengths in Å. The ideal gas of N unnumbered atoms in V has N ln V − ln N! = N (ln v + 1).</remarks>
let displacedLattice (sigma: float) (side: int) (count: int) (seed: uint64) : KnownSystem =
    let atoms = side * side * side
    let cell = box 3 atoms

    let sites =
        [|
            for i in 0 .. side - 1 do
                for j in 0 .. side - 1 do
                    for k in 0 .. side - 1 do
                        for site in [ i; j; k ] do
                            float site
        |]

    let draw (g: Generator) =
        sites
        |> Array.map (fun site -> MeanDistance * (site + sigma * g.NextNormal()))
        |> Snapshot.ofPositions "A" cell

    // Σ u²/2σ² of the displacements u; positions may have been wrapped.
    let exponent (s: Snapshot) =
        Array.map2
            (fun x site ->
                let u = x / MeanDistance - site
                (u - float side * round (u / float side)) / sigma)
            s.Positions
            sites
        |> Array.sumBy (fun u -> 0.5 * u * u)

    let drawn = snapshots count seed draw

    {
        Name = $"displaced lattice, σ = {sigma} spacings"
        Dimension = 3
        Symmetry = Symmetry.Cubic
        // In units of the spacing v = 1.
        Exact = 1.5 * log (2.0 * Math.PI * Math.E * sigma * sigma) - 1.0
        Snapshots = drawn
        Control =
            {
                Values = drawn |> Array.map (fun s -> exponent s / float atoms)
                Mean = Estimate.exact 1.5<kB / atom>
            }
    }

/// Small networks and few steps: a few seconds on one core for each system.
let small (steps: int) : ScanOptions =
    { ScanOptions.defaults with
        Networks = 2
        Network =
            { IntensityOptions.defaults with
                Degree = 4
                Width = 64
                Depth = 2
            }
        Training =
            { ScanOptions.defaults.Training with
                Steps = steps
                BatchPoints = 1024
            }
        Passes = 2
        IntegralPoints = 8
        CutoffShares = []
    }

/// The options for a system.
let optionsFor (system: KnownSystem) (options: ScanOptions) : ScanOptions =
    { options with
        Dimension = system.Dimension
        Symmetry = system.Symmetry
    }

/// The estimate for a system, without checkpoints.
let estimate (options: ScanOptions) (system: KnownSystem) : ScanResult =
    ScanEntropy.estimate (optionsFor system options) { Run.quiet with Threads = 2 } system.Snapshots
    |> ok
    |> ScanEntropy.withControl system.Control
