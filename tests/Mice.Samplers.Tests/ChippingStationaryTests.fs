module Mice.Samplers.Tests.ChippingStationaryTests

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private ring sites mass hopRate =
    {
        Sites = sites
        Mass = mass
        HopRate = hopRate
    }

/// All numbers of a table agree to its eight decimals.
let private decimals (expected: float list) (actual: float[]) =
    Expect.equal actual.Length expected.Length "as many numbers"

    for wanted, found in Seq.zip expected actual do
        Expecting.within 1e-8 found wanted "the tabulated law"

/// The slow twin: powers of the matrix of a chain in discrete time, whose steps are so short that no state is left at once.
let private byPowers (rates: float[][]) =
    let n = rates.Length
    let leaving = rates |> Array.map Array.sum
    let step = 0.5 / Array.max leaving

    let advance (law: float[]) =
        Array.init n (fun j ->
            law[j] * (1.0 - step * leaving[j]) + step * Array.sum (Array.init n (fun i -> law[i] * rates[i][j])))

    let rec settle left (law: float[]) =
        if left = 0 then law else settle (left - 1) (advance law)

    settle 4000 (Array.create n (1.0 / float n))

/// Small rings with rates of hops up to those at which the mass is one heap.
let private smallRings =
    gen {
        let! sites = Gen.choose (2, 5)
        let! mass = Gen.choose (1, 5)
        let! hopRate = Gen.elements [ 0.0; 0.01; 0.1; 1.0 / 3.0; 1.0; 10.0 ]
        return ring sites mass hopRate
    }

[<Tests>]
let tests =
    testList
        "ChippingStationaryTests"
        [
            test "Rings of three and four sites have the laws that were found before" {
                let found sites hopRate =
                    let law = ok (ChippingStationary.law (ring sites sites hopRate))
                    ChippingStationary.siteLaw law, float (ChippingStationary.entropy law)

                let p, entropy = found 3 0.1
                decimals [ 0.41868512; 0.27681661; 0.19031142; 0.11418685 ] p
                Expecting.within 1e-8 entropy 2.29802934 "entropy"
                let p, entropy = found 3 1.0
                decimals [ 0.51612903; 0.16129032; 0.12903226; 0.19354839 ] p
                Expecting.within 1e-8 entropy 2.12529570 "entropy"
                let p, entropy = found 4 (1.0 / 3.0)
                decimals [ 0.4977994; 0.21929797; 0.12841601; 0.09407648; 0.06041014 ] p
                Expecting.within 1e-8 entropy 3.46937320 "entropy"
            }

            test "Without hops all configurations are equally likely" {
                for sites, mass, count in [ 3, 3, 10; 4, 4, 35; 6, 6, 462; 5, 2, 15; 2, 9, 10 ] do
                    let law = ok (ChippingStationary.law (ring sites mass 0.0))
                    Expect.equal law.Configurations.Length count "C(M + L − 1, M) configurations"

                    for p in law.Probabilities do
                        close 1e-14 (1.0 / float count) p

                    close 1e-12 (log (float count)) (float (ChippingStationary.entropy law))
            }

            test "Elimination finds the law of powers of the matrix" {
                for model in [ ring 3 4 0.5; ring 4 4 (1.0 / 3.0); ring 2 5 3.0; ring 5 3 1.0 ] do
                    let law = ok (ChippingStationary.law model)
                    let twin = ChippingStationary.rates model law.Configurations |> byPowers
                    // What decays slowest in these rings is gone after 4000 steps; rounding is left.
                    Array.iter2 (close 1e-13) twin law.Probabilities
            }

            testPropertyWithConfig (Expecting.cases 60) "Flows into every configuration and out of it are one"
            <| Prop.forAll (Arb.fromGen smallRings) (fun model ->
                let law = ok (ChippingStationary.law model)
                let rates = ChippingStationary.rates model law.Configurations
                close 1e-13 1.0 (Array.sum law.Probabilities)

                for j in 0 .. rates.Length - 1 do
                    let into =
                        Array.fold2 (fun sum p (row: float[]) -> sum + p * row[j]) 0.0 law.Probabilities rates

                    close 1e-13 (law.Probabilities[j] * Array.sum rates[j]) into)

            testPropertyWithConfig
                (Expecting.cases 60)
                "A site has the mean mass, and laws do not know where the ring begins"
            <| Prop.forAll (Arb.fromGen smallRings) (fun model ->
                let law = ok (ChippingStationary.law model)
                let p = ChippingStationary.siteLaw law
                close 1e-12 (ChippingModel.density model) (p |> Array.mapi (fun m x -> float m * x) |> Array.sum)

                for site in 0 .. model.Sites - 1 do
                    for mass in 0 .. model.Mass do
                        law
                        |> ChippingStationary.average (fun masses -> if masses[site] = mass then 1.0 else 0.0)
                        |> close 1e-13 p[mass])

            test "Two sites with two masses have the law found by hand" {
                // (1, 1) is left at rate 2(1 + w), (2, 0) to (1, 1) at rate 1 only: a whole hop leads to (0, 2). Balance of (1, 1):
                // 2(1 + w) π(1, 1) = 2 π(2, 0) and π(1, 1) + 2π(2, 0) = 1.
                for w in [ 0.0; 0.3; 2.0 ] do
                    let p = ring 2 2 w |> ChippingStationary.law |> ok |> ChippingStationary.siteLaw
                    close 1e-14 (1.0 / (3.0 + 2.0 * w)) p[1]
            }

            test "Rings that are too large are told" {
                // C(11, 5) = 462 is offered, C(15, 7) = 6435 is not; numbers beyond all integers are told too.
                Expect.isOk (ChippingStationary.law (ring 6 6 1.0)) "six of each"
                isFault (ChippingStationary.law (ring 8 8 1.0))
                isFault (ChippingStationary.law (ring 100_000 100_000 1.0))
                isFault (ChippingStationary.law (ring 1 6 1.0))
            }

            test "The mean field is normalised and has the mass of the fluid" {
                for w, density in [ 0.0, 1.0; 0.0, 3.0; 0.1, 1.0; 0.2, 1.0; 0.5, 0.3 ] do
                    let p = ok (ChippingMeanField.siteLaw w density 2000)
                    close 1e-10 1.0 (Array.sum p)
                    close 1e-8 density (p |> Array.mapi (fun m x -> float m * x) |> Array.sum)
            }

            test "The mean field without hops is geometric" {
                let p = ok (ChippingMeanField.siteLaw 0.0 2.0 40)
                p |> Array.iteri (fun m x -> close 1e-14 ((2.0 / 3.0) ** float m / 3.0) x)
            }

            test "The mean field falls exponentially below the transition and as m^(−5/2) above" {
                let w, density = 0.2, 1.0
                let s = ChippingMeanField.occupied w density
                let edge = (1.0 + 2.0 * w - 2.0 * sqrt (w + w * w)) / s
                let p = ok (ChippingMeanField.siteLaw w density 301)
                // z₋^−m m^(−3/2): the ratio of neighbours has corrections of order 1/(m²(z₋ − 1)), which 300 leave below 1e-3; z₋ is 1.05.
                close 1e-3 ((300.0 / 301.0) ** 1.5 / edge) (p[301] / p[300])
                let above = ok (ChippingMeanField.siteLaw 1.0 5.0 2000)
                // Corrections to the exponent are of order 1/m.
                close 0.02 2.5 (log (above[1000] / above[2000]) / log 2.0)
                Expect.equal above (ok (ChippingMeanField.siteLaw 1.0 1.0 2000)) "the fluid is that of the transition"
            }

            test "Every fault of the mean field is told" {
                match ChippingMeanField.siteLaw -1.0 0.0 0 with
                | Error faults -> Expect.equal faults.Length 3 "rate, density, mass"
                | Ok _ -> failtest "accepted"
            }
        ]
