module Mice.Samplers.Tests.XYExactTests

open System
open Xunit
open Mice
open Mice.Samplers

let private at coupling field temperature =
    { XYModel.square 2 temperature with
        Coupling = coupling
        Field = field
    }

/// The pair law on a plain grid of n² angles: ln Z, ⟨E⟩, S(a), I.
let private pairOnGrid n coupling field temperature =
    let angle i = 2.0 * Math.PI * float i / float n
    let cell = 2.0 * Math.PI / float n

    let energy =
        Array2D.init n n (fun i k -> -coupling * cos (angle i - angle k) - field * (cos (angle i) + cos (angle k)))

    let ground = energy |> Seq.cast<float> |> Seq.min
    let weight = energy |> Array2D.map (fun e -> exp ((ground - e) / temperature))
    let z = weight |> Seq.cast<float> |> Seq.sum
    let p = weight |> Array2D.map (fun w -> w / z / (cell * cell))
    let spin = Array.init n (fun i -> cell * Array.sum p[i, *])
    let xlogx x = if x > 0.0 then x * log x else 0.0
    let joint = -cell * cell * (p |> Seq.cast<float> |> Seq.sumBy xlogx)
    let marginal = -cell * Array.sumBy xlogx spin

    let mean =
        cell * cell * Seq.sum (Seq.map2 (*) (Seq.cast<float> p) (Seq.cast<float> energy))

    struct (log (z * cell * cell) - ground / temperature, mean, marginal, 2.0 * marginal - joint)

[<Theory>]
[<InlineData(1.0, 0.0, 1.0)>]
[<InlineData(1.0, 0.5, 0.7)>]
[<InlineData(-1.0, 0.5, 0.4)>]
[<InlineData(0.3, -2.0, 0.5)>]
[<InlineData(0.0, 1.0, 3.0)>]
[<InlineData(-0.5, 1.0, 0.25)>] // |J e^{ia} + H| as small as ½
[<InlineData(1.0, 1.0, 0.05)>]
[<InlineData(-1.0, 1.0, 0.1)>] // the field of a spin vanishes at one angle of the other
let ``Two spins agree with a plain grid`` (coupling: float) (field: float) (temperature: float) =
    let law = XYExact.pair (at coupling field temperature)
    // The coldest law has width 0.16 in an angle, five cells: exp(−2π² 5²) is far below rounding.
    let struct (logPartition, energy, spin, information) =
        pairOnGrid 200 coupling field temperature

    Assert.Equal(logPartition, law.LogPartition, 10)
    Assert.Equal(energy, law.Energy, 10)
    Assert.Equal(spin, float law.SpinEntropy, 10)
    Assert.Equal(information, float law.MutualInformation, 10)
    Assert.Equal(2.0 * spin - information, float law.Entropy, 10)

[<Fact>]
let ``Two cold spins are Gaussian, two hot ones independent`` () =
    // Precisions (J + H, −J; −J, J + H)/T: I = ½ ln((J + H)²/((J + H)² − J²)); corrections of order T.
    let cold = XYExact.pair (at 1.0 1.0 0.01)
    Assert.InRange(float cold.MutualInformation, 0.5 * log (4.0 / 3.0) - 0.002, 0.5 * log (4.0 / 3.0) + 0.002)
    let gaussian = log (2.0 * Math.PI * Math.E * 0.01) - 0.5 * log 3.0
    Assert.InRange(float cold.Entropy, gaussian - 0.02, gaussian + 0.02)
    let coldest = XYExact.pair (at 1.0 1.0 1e-6)
    Assert.Equal(0.5 * log (4.0 / 3.0), float coldest.MutualInformation, 6)
    // One bond at T ≫ J carries J²/(4T²).
    let hot = XYExact.pair (at 1.0 0.0 100.0)
    Assert.Equal(0.25e-4, float hot.MutualInformation, 8)
    Assert.Equal(2.0 * log (2.0 * Math.PI), float (XYExact.pair (at 1.0 0.0 1e9)).Entropy, 12)

[<Fact>]
let ``A chain is made of independent bonds of two spins`` () =
    for temperature in [ 0.01; 0.3; 1.0; 20.0 ] do
        for coupling in [ 1.0; -1.0 ] do
            let chain = XYExact.chain (at coupling 0.0 temperature)
            let pair = XYExact.pair (at coupling 0.0 temperature)
            // Two spins are one bond and one free angle.
            Assert.Equal(pair.LogPartition - log (2.0 * Math.PI), chain.LogPartitionPerSite, 9)
            Assert.Equal(pair.Energy, chain.EnergyPerSite, 10)
            Assert.Equal(float pair.Entropy - log (2.0 * Math.PI), float chain.EntropyPerSite, 9)

[<Fact>]
let ``The series of the square lattice is consistent`` () =
    let law temperature =
        XYExact.squareAtHighTemperature (at 1.0 0.0 temperature)

    let beta, h = 0.4, 1e-3
    let f b = (law (1.0 / b)).LogPartitionPerSite
    Assert.Equal(-(f (beta + h) - f (beta - h)) / (2.0 * h), (law (1.0 / beta)).EnergyPerSite, 5)
    let entropy = (law 2.5).LogPartitionPerSite + 0.4 * (law 2.5).EnergyPerSite
    Assert.Equal(entropy, float (law 2.5).EntropyPerSite, 12)
