module Mice.Samplers.Tests.PottsEnumerationTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

/// How many configurations have each pair of counts, one configuration after the other.
let private levels q shape =
    let sites, bonds = Array.reduce (*) shape, PottsReference.bonds shape

    Seq.init (pown q sites) (PottsReference.configuration q sites >> PottsReference.counts bonds)
    |> Seq.countBy id
    |> Seq.sort
    |> Array.ofSeq

let private torus shape states temperature =
    { PottsModel.square 2 states temperature with
        Shape = shape
    }

[<Tests>]
let tests =
    testList
        "PottsEnumerationTests"
        [
            test "The density of states counts every configuration" {
                for q, shape in
                    [
                        2, [| 2; 2; 2 |]
                        2, [| 4; 2; 2 |]
                        2, [| 2; 3; 2 |]
                        2, [| 7 |]
                        3, [| 2; 2 |]
                        3, [| 3; 3 |]
                        4, [| 3; 2 |]
                        5, [| 4 |]
                    ] do
                    let found =
                        ok (PottsEnumeration.densityOfStates q shape)
                        |> Array.map (fun l -> struct (l.SatisfiedBonds, l.Favoured), int l.States)

                    Expect.equal found (levels q shape) $"levels and states of {shape} with {q} states"
            }

            test "Averages are sums over configurations" {
                for model in PottsReference.ferromagnets @ PottsReference.antiferromagnets do
                    let sites, beta, q =
                        float (PottsModel.sites model), 1.0 / model.Temperature, model.States

                    let law, energies = PottsReference.boltzmann model, PottsReference.energies model

                    let mean quantity =
                        Array.fold2 (fun sum p x -> sum + p * quantity x) 0.0 law energies

                    let u = mean id
                    let entropy = law |> Array.sumBy (fun p -> -p * log p)

                    let favoured =
                        law
                        |> Array.mapi (fun n p ->
                            let spins = PottsReference.configuration q (int sites) n
                            p * float (PottsModel.favoured spins))
                        |> Array.sum

                    let averages = ok (PottsEnumeration.averages model)
                    // Rounding of at most 2401 terms.
                    close 1e-12 (u / sites) averages.Energy
                    close 1e-12 (entropy / sites) (float averages.Entropy)
                    close 1e-11 (mean (fun e -> (e - u) ** 2.0) * beta * beta / sites) (float averages.HeatCapacity)
                    close 1e-12 (float averages.Entropy - beta * averages.Energy) (float averages.LogPartitionFunction)
                    close 1e-12 ((float q * favoured / sites - 1.0) / float (q - 1)) averages.Magnetisation
            }

            test "Two states are an Ising model in a field" {
                for coupling, field in [ 1.0, 0.3; -1.0, 0.8; 0.5, 0.0 ] do
                    let ising =
                        { IsingModel.square 4 1.7 with
                            Rows = 3
                            Coupling = coupling
                            Field = field
                        }

                    let potts =
                        { torus [| 3; 4 |] 2 1.7 with
                            Coupling = 2.0 * coupling
                            Field = 2.0 * field
                        }

                    // Two bonds per site of J each, and H.
                    let shift = 2.0 * coupling + field
                    let expected = ok (Enumeration.averages ising)

                    ok (PottsEnumeration.averages potts)
                    |> sameAverages
                        1e-12
                        { expected with
                            Energy = expected.Energy - shift
                            LogPartitionFunction = expected.LogPartitionFunction + shift / 1.7 * 1.0<nat / site>
                        }
            }

            test "Three dimensions have the first terms of the series at high temperature, and ln 2 over N at T = 0" {
                let cube = torus [| 2; 3; 4 |] 2
                // Independent spins but for O(β): each of the three bonds per site is satisfied with 1/2 + J/(4T).
                let hot = ok (PottsEnumeration.averages (cube 1e5))
                close 1e-9 (log 2.0) (float hot.Entropy)
                // −β(⟨m²⟩ − ⟨m⟩²)/N: a quarter along each axis, but along the side of two, where both bonds of a pair agree, one half.
                close 1e-9 (-1.5 - (1.0 + 1.0 + 2.0) / 4.0 / 1e5) hot.Energy
                let cold = ok (PottsEnumeration.averages (cube 0.02))
                close 1e-12 (log 2.0 / 24.0) (float cold.Entropy)
                close 1e-12 -3.0 cold.Energy
            }

            test "Two to the power of 24 states are the most; models and densities are checked" {
                let levels = ok (PottsEnumeration.densityOfStates 4 [| 2; 2; 3 |])
                Expect.equal (levels |> Array.sumBy _.States) (pown 2L 24) "all states"
                isFault (PottsEnumeration.densityOfStates 2 [| 5; 5 |])
                isFault (PottsEnumeration.densityOfStates 256 [| 65536; 65536 |])
                isFault (PottsEnumeration.densityOfStates 1 [| 2; 2 |])
                isFault (PottsEnumeration.densityOfStates 3 [| 2; 1 |])
                isFault (PottsEnumeration.averages (torus [| 2; 2 |] 3 0.0))
                isFault (PottsEnumeration.averagesOf levels (torus [| 2; 2 |] 4 1.0))
            }
        ]
