module Mice.Samplers.Tests.IsingChainTests

open Expecto
open Mice.Samplers
open Mice.Samplers.Tests.ExactReference

let private chains =
    [
        for coupling in [ 1.0; -0.8; 0.0 ] do
            for field in [ 0.0; 0.3; -1.2 ] do
                for temperature in [ 0.3; 1.0; 100.0 ] do
                    {
                        Ring = None
                        Coupling = coupling
                        Field = field
                        Temperature = temperature
                    }
    ]

/// All states of a ring with their energies.
let private ring (chain: IsingChain) (n: int) =
    Array.init (1 <<< n) (fun state ->
        let s = spinsOf n state |> Array.map float

        let energy =
            Seq.init n (fun i -> -chain.Coupling * s[i] * s[(i + 1) % n] - chain.Field * s[i]) |> Seq.sum

        s, energy)

[<Tests>]
let tests =
    testList
        "IsingChainTests"
        [
            test "Rings agree with the sum over their states" {
                for chain in chains do
                    for n in [ 2; 3; 8 ] do
                        let beta, sites = 1.0 / chain.Temperature, float n
                        let states = ring chain n
                        let lowest = states |> Array.map snd |> Array.min
                        let weights = states |> Array.map (fun (_, e) -> exp (-beta * (e - lowest)))
                        let z = Array.sum weights

                        let mean f =
                            Array.fold2 (fun sum state w -> sum + w / z * f state) 0.0 states weights

                        let u = mean snd
                        let logZ = (log z - beta * lowest) / sites
                        let found = ok (IsingChain.averages { chain with Ring = Some n })
                        close 1e-12 logZ (float found.LogPartitionFunction)
                        close 1e-12 (u / sites) found.Energy
                        close 1e-11 (logZ + beta * u / sites) (float found.Entropy)

                        close
                            1e-11
                            (beta * beta * mean (fun (_, e) -> (e - u) ** 2.0) / sites)
                            (float found.HeatCapacity)

                        close 1e-12 (mean (fun (s, _) -> s[0])) found.Magnetisation

                        for r in 0 .. n - 1 do
                            close
                                1e-12
                                (mean (fun (s, _) -> s[0] * s[r]))
                                (ok (IsingChain.correlation r { chain with Ring = Some n }))
            }

            test "A long ring is the infinite chain" {
                for chain in chains do
                    // The second eigenvalue is tanh(1/0.3) = 0.9974 of the first at most: 0.9974^20000 = 1e-22.
                    let long = { chain with Ring = Some 20000 }
                    sameAverages 1e-12 (ok (IsingChain.averages chain)) (ok (IsingChain.averages long))
                    close 1e-12 (ok (IsingChain.correlation 3 chain)) (ok (IsingChain.correlation 3 long))
            }

            test "Without a field the chain is elementary" {
                for temperature in [ 0.4; 1.0; 3.0 ] do
                    let chain =
                        {
                            Ring = None
                            Coupling = -1.0
                            Field = 0.0
                            Temperature = temperature
                        }

                    let t = tanh (1.0 / temperature)
                    let averages = ok (IsingChain.averages chain)
                    close 1e-13 (log (2.0 * cosh (1.0 / temperature))) (float averages.LogPartitionFunction)
                    close 1e-13 -t averages.Energy
                    close 1e-13 -(t ** 3.0) (ok (IsingChain.correlation 3 chain))
                    let p = 0.5 * (1.0 + t)
                    let information = log 2.0 + p * log p + (1.0 - p) * log (1.0 - p)
                    close 1e-13 information (float (ok (IsingChain.neighbourInformation chain)))
            }

            test "Neighbours in a field share what their joint law says" {
                let chain =
                    {
                        Ring = Some 6
                        Coupling = 0.9
                        Field = 0.4
                        Temperature = 1.3
                    }

                let states = ring chain 6
                let z = states |> Array.sumBy (fun (_, e) -> exp (-e / 1.3))

                let law = states |> Array.map (fun (s, e) -> Array.map sbyte s, exp (-e / 1.3) / z)

                let expected =
                    entropyOf law (fun s -> s[0]) + entropyOf law (fun s -> s[1]) - entropyOf law (fun s -> s[0], s[1])

                close 1e-12 expected (float (ok (IsingChain.neighbourInformation chain)))
            }

            test "Faults of chains are told" {
                let chain =
                    {
                        Ring = Some 1
                        Coupling = 1.0
                        Field = nan
                        Temperature = -1.0
                    }

                Expect.equal ((IsingChain.faults chain).Length) 3 "every fault is told"
                isFault (IsingChain.averages chain)

                isFault (
                    IsingChain.correlation
                        -1
                        { chain with
                            Ring = None
                            Field = 0.0
                            Temperature = 1.0
                        }
                )
            }
        ]
