module Mice.Samplers.Tests.XYExactTests

open Expecto
open System
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

[<Tests>]
let tests =
    testList
        "XYExactTests"
        [
            testTheory
                "Two spins agree with a plain grid"
                [
                    1.0, 0.0, 1.0
                    1.0, 0.5, 0.7
                    -1.0, 0.5, 0.4
                    0.3, -2.0, 0.5
                    0.0, 1.0, 3.0
                    -0.5, 1.0, 0.25 // |J e^{ia} + H| as small as ½
                    1.0, 1.0, 0.05
                    -1.0, 1.0, 0.1 // the field of a spin vanishes at one angle of the other
                ]
            <| fun (coupling: float, field: float, temperature: float) ->
                let law = XYExact.pair (at coupling field temperature)
                // The coldest law has width 0.16 in an angle, five cells: exp(−2π² 5²) is far below rounding.
                let struct (logPartition, energy, spin, information) =
                    pairOnGrid 200 coupling field temperature

                Expecting.decimals 10 law.LogPartition logPartition "ln Z"
                Expecting.decimals 10 law.Energy energy "the energy"
                Expecting.decimals 10 (float law.SpinEntropy) spin "the entropy of one spin"
                Expecting.decimals 10 (float law.MutualInformation) information "the mutual information"
                Expecting.decimals 10 (float law.Entropy) (2.0 * spin - information) "the joint entropy"

            test "Two cold spins are Gaussian, two hot ones independent" {
                // Precisions (J + H, −J; −J, J + H)/T: I = ½ ln((J + H)²/((J + H)² − J²)); corrections of order T.
                let cold = XYExact.pair (at 1.0 1.0 0.01)

                Expecting.inRange
                    (float cold.MutualInformation)
                    (0.5 * log (4.0 / 3.0) - 0.002)
                    (0.5 * log (4.0 / 3.0) + 0.002)
                    "information of cold spins"

                let gaussian = log (2.0 * Math.PI * Math.E * 0.01) - 0.5 * log 3.0

                Expecting.inRange (float cold.Entropy) (gaussian - 0.02) (gaussian + 0.02) "entropy of cold spins"

                let coldest = XYExact.pair (at 1.0 1.0 1e-6)

                Expecting.decimals 6 (float coldest.MutualInformation) (0.5 * log (4.0 / 3.0)) "information near T = 0"
                // One bond at T ≫ J carries J²/(4T²).
                let hot = XYExact.pair (at 1.0 0.0 100.0)
                Expecting.decimals 8 (float hot.MutualInformation) 0.25e-4 "information of hot spins"

                Expecting.decimals
                    12
                    (float (XYExact.pair (at 1.0 0.0 1e9)).Entropy)
                    (2.0 * log (2.0 * Math.PI))
                    "entropy of two free spins"
            }

            test "A chain is made of independent bonds of two spins" {
                for temperature in [ 0.01; 0.3; 1.0; 20.0 ] do
                    for coupling in [ 1.0; -1.0 ] do
                        let chain = XYExact.chain (at coupling 0.0 temperature)
                        let pair = XYExact.pair (at coupling 0.0 temperature)
                        // Two spins are one bond and one free angle.
                        Expecting.decimals
                            9
                            chain.LogPartitionPerSite
                            (pair.LogPartition - log (2.0 * Math.PI))
                            "ln Z of a bond"

                        Expecting.decimals 10 chain.EnergyPerSite pair.Energy "the energy of a bond"

                        Expecting.decimals
                            9
                            (float chain.EntropyPerSite)
                            (float pair.Entropy - log (2.0 * Math.PI))
                            "the entropy of a bond"
            }

            test "The series of the square lattice is consistent" {
                let law temperature =
                    XYExact.squareAtHighTemperature (at 1.0 0.0 temperature)

                let beta, h = 0.4, 1e-3
                let f b = (law (1.0 / b)).LogPartitionPerSite

                Expecting.decimals
                    5
                    ((law (1.0 / beta)).EnergyPerSite)
                    (-(f (beta + h) - f (beta - h)) / (2.0 * h))
                    "the energy is −d ln Z/dβ"

                let entropy = (law 2.5).LogPartitionPerSite + 0.4 * (law 2.5).EnergyPerSite
                Expecting.decimals 12 (float (law 2.5).EntropyPerSite) entropy "the entropy is ln Z + βu"
            }
        ]
