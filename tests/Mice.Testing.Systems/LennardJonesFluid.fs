/// The Lennard-Jones fluid, truncated and shifted at 2.5 σ, by Monte Carlo and by an equation of state.
module Mice.Testing.Systems.LennardJonesFluid

open System
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.ScanSystems

/// The equation of state of M. Thol et al., Int. J. Thermophys. 36, 25 (2015), in units of ε, σ and k_B.
module EquationOfState =
    let private criticalTemperature, private criticalDensity = 1.086, 0.319

    /// n τᵗ δᵈ times exp(−δˡ) for l > 0, times exp(−η(δ − ε)² − β(τ − γ)²): n, t, d, l, η, β, γ, ε.
    let private terms =
        [
            0.0156060840, 1.000, 4.0, 0.0, 0.00, 0.00, 0.0, 0.00
            1.7917527000, 0.304, 1.0, 0.0, 0.00, 0.00, 0.0, 0.00
            -1.9613228000, 0.583, 1.0, 0.0, 0.00, 0.00, 0.0, 0.00
            1.3045604000, 0.662, 2.0, 0.0, 0.00, 0.00, 0.0, 0.00
            -1.8117673000, 0.870, 2.0, 0.0, 0.00, 0.00, 0.0, 0.00
            0.1548399700, 0.870, 3.0, 0.0, 0.00, 0.00, 0.0, 0.00
            -0.4751098200, 1.286, 1.0, 1.0, 0.00, 0.00, 0.0, 0.00
            -0.5842280700, 1.960, 1.0, 2.0, 0.00, 0.00, 0.0, 0.00
            -0.5060736400, 2.400, 3.0, 2.0, 0.00, 0.00, 0.0, 0.00
            0.1163964400, 1.700, 2.0, 1.0, 0.00, 0.00, 0.0, 0.00
            -0.2009241200, 3.000, 2.0, 2.0, 0.00, 0.00, 0.0, 0.00
            -0.0948852040, 1.250, 5.0, 1.0, 0.00, 0.00, 0.0, 0.00
            0.0094333106, 3.600, 1.0, 0.0, 4.70, 20.0, 1.0, 0.55
            0.3044462800, 2.080, 1.0, 0.0, 1.92, 0.77, 0.5, 0.70
            -0.0010820946, 5.240, 2.0, 0.0, 2.70, 0.50, 0.8, 2.00
            -0.0996933910, 0.960, 3.0, 0.0, 1.49, 0.80, 1.5, 1.14
            0.0091193522, 1.360, 3.0, 0.0, 0.65, 0.40, 0.7, 1.20
            0.1297054300, 1.655, 2.0, 0.0, 1.73, 0.43, 1.6, 1.31
            0.0230360300, 0.900, 1.0, 0.0, 3.70, 8.00, 1.3, 1.14
            -0.0826710730, 0.860, 2.0, 0.0, 1.90, 3.30, 0.6, 0.53
            -2.2497821000, 3.950, 3.0, 0.0, 13.20, 114.0, 1.3, 0.96
        ]

    /// Excess free energy over T, and excess energy over T, per atom.
    let private excess (temperature: float) (density: float) : struct (float * float) =
        let tau, delta = criticalTemperature / temperature, density / criticalDensity

        let each =
            terms
            |> List.map (fun (n, t, d, l, eta, beta, gamma, epsilon) ->
                let cut = if l > 0.0 then delta ** l else 0.0
                let bell = eta * (delta - epsilon) ** 2.0 + beta * (tau - gamma) ** 2.0
                let value = n * tau ** t * delta ** d * exp (-cut - bell)
                value, value * (t - 2.0 * beta * tau * (tau - gamma)))

        struct (List.sumBy fst each, List.sumBy snd each)

    /// Excess energy per atom.
    let energy (temperature: float) (density: float) : float =
        let struct (_, u) = excess temperature density
        temperature * u

    /// Excess entropy per atom.
    let entropy (temperature: float) (density: float) : float =
        let struct (a, u) = excess temperature density
        u - a

/// Atoms in a cube of an edge in units of σ.
[<Sealed>]
type private Fluid(edge: float, temperature: float, positions: float[]) =
    let atoms = positions.Length / 3

    let ofSquare (r2: float) =
        let s = 1.0 / (r2 * r2 * r2)
        4.0 * (s * s - s)

    let shift = ofSquare 6.25

    /// Energy of an atom at a place with all others.
    let at i x y z =
        let mutable sum = 0.0

        for j in 0 .. atoms - 1 do
            let dx = x - positions[3 * j]
            let dy = y - positions[3 * j + 1]
            let dz = z - positions[3 * j + 2]
            let dx = dx - edge * Math.Round(dx / edge)
            let dy = dy - edge * Math.Round(dy / edge)
            let dz = dz - edge * Math.Round(dz / edge)
            let r2 = dx * dx + dy * dy + dz * dz

            if r2 < 6.25 && j <> i then
                sum <- sum + ofSquare r2 - shift

        sum

    let own i =
        at i positions[3 * i] positions[3 * i + 1] positions[3 * i + 2]

    /// As many moves as there are atoms, each by up to `step` along every axis.
    member _.Pass (g: Generator) (step: float) =
        for _ in 1..atoms do
            let i = g.NextInt atoms

            let moved axis =
                positions[3 * i + axis] + step * (2.0 * g.NextFloat() - 1.0)

            let x, y, z = moved 0, moved 1, moved 2

            if g.NextFloat() < exp ((own i - at i x y z) / temperature) then
                positions[3 * i] <- x
                positions[3 * i + 1] <- y
                positions[3 * i + 2] <- z

    /// Energy per atom.
    member _.Energy = 0.5 * Seq.averageBy own (seq { 0 .. atoms - 1 })

    /// A copy of the positions.
    member _.Positions = Array.copy positions

/// Passes that melt the lattice of the start: an atom of a dense liquid diffuses by its own diameter in some hundred.
[<Literal>]
let private MeltingPasses = 2000

/// Passes between snapshots.
[<Literal>]
let private PassesBetween = 300

/// Passes between two looks at the energy.
[<Literal>]
let private PassesPerLook = 10

/// About a third of the moves are accepted in dense liquids.
[<Literal>]
let private Step = 0.12

/// <summary>The fluid at a temperature and a density, 2·side³ atoms from a body-centred lattice; s_ex by the equation of state.</summary>
/// <param name="temperature">k_B T/ε.</param>
/// <param name="density">ρσ³.</param>
/// <param name="side">The box has to be five σ long: 4 or more for dense liquids.</param>
/// <param name="count">Snapshots.</param>
/// <param name="seed">Randomness.</param>
let lennardJonesFluid (temperature: float) (density: float) (side: int) (count: int) (seed: uint64) : KnownSystem =
    let atoms = 2 * side * side * side
    let edge = (float atoms / density) ** (1.0 / 3.0)
    let angstrom = MeanDistance * density ** (1.0 / 3.0)

    let g = Key.ofSeed seed |> Key.generator
    let fluid = Fluid(edge, temperature, bodyCentred side (edge / float side))

    for _ in 1..MeltingPasses do
        fluid.Pass g Step

    let look _ =
        for _ in 1..PassesPerLook do
            fluid.Pass g Step

        fluid.Energy / temperature

    let snapshot n =
        let energies = Array.init (PassesBetween / PassesPerLook) look

        { Snapshot.ofPositions "A" (box 3 atoms) (fluid.Positions |> Array.map (fun x -> angstrom * x)) with
            Step = int64 n
        },
        energies

    let drawn = Array.init count snapshot
    let energies = drawn |> Array.collect snd

    {
        Name = $"Lennard-Jones fluid, T = {temperature}, ρ = {density}"
        Dimension = 3
        Symmetry = Symmetry.Isotropic
        Exact = EquationOfState.entropy temperature density
        Snapshots = Array.map fst drawn
        Control =
            {
                Values = drawn |> Array.map (snd >> Array.last)
                Mean =
                    Estimate.create
                        (Statistics.mean energies * 1.0<kB / atom>)
                        (Statistics.blocking energies * 1.0<kB / atom>)
                        Direction.Exact
            }
    }
