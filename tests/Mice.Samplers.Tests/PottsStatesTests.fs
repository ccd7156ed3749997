module Mice.Samplers.Tests.PottsStatesTests

open Expecto
open System.Numerics
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

/// g(m) of all configurations, one after the other.
let private counted q rows columns =
    let shape = [| rows; columns |]
    let bonds = PottsReference.bonds shape
    let density = Array.create (bonds.Length + 1) BigInteger.Zero

    for n in 0 .. pown q (rows * columns) - 1 do
        let struct (m, _) =
            PottsReference.configuration q (rows * columns) n |> PottsReference.counts bonds

        density[m] <- density[m] + BigInteger.One

    density

/// How many configurations of q colours have no equal neighbours: the trace of a power of the matrix that says which columns fit.
let private colourings q rows columns =
    let proper =
        Array.init (pown q rows) (PottsReference.configuration q rows)
        |> Array.filter (fun column ->
            Seq.forall (fun i -> column[i] <> column[(i + 1) % rows]) (seq { 0 .. rows - 1 }))

    let fits =
        proper |> Array.map (fun a -> proper |> Array.map (fun b -> Array.forall2 (<>) a b))

    let step (counts: BigInteger[]) =
        fits
        |> Array.map (fun row -> Array.fold2 (fun sum fits count -> if fits then sum + count else sum) 0I row counts)

    proper
    |> Array.mapi (fun start _ ->
        let unit = Array.init proper.Length (fun i -> if i = start then 1I else 0I)
        (Seq.fold (fun counts _ -> step counts) unit (seq { 1..columns }))[start])
    |> Array.sum

[<Tests>]
let tests =
    testList
        "PottsStatesTests"
        [
            testTheory
                "The density of states counts every configuration"
                [
                    3, 2, 2
                    3, 3, 2
                    3, 3, 3
                    3, 4, 2
                    4, 3, 2
                    4, 2, 3
                    5, 2, 2
                    2, 3, 4
                    2, 2, 7
                ]
            <| fun (q: int, rows: int, columns: int) ->
                Expect.equal (ok (PottsStates.densityOfStates q rows columns)) (counted q rows columns) "g(m)"

            test "The density of states is that of enumeration on 3 × 5" {
                let enumerated = Array.create 31 BigInteger.Zero

                for level in ok (PottsEnumeration.densityOfStates 3 [| 5; 3 |]) do
                    let m = level.SatisfiedBonds
                    enumerated[m] <- enumerated[m] + BigInteger level.States

                Expect.equal (ok (PottsStates.densityOfStates 3 5 3)) enumerated "g(m)"
            }

            test "Two states are an Ising model of half the coupling, in closed form and with either sign" {
                for columns in [ 4; 6; 10 ] do
                    let density = ok (PottsStates.densityOfStates 2 4 columns)

                    for coupling in [ 1.0; -1.0 ] do
                        for temperature in [ 0.2; 0.9; 1.1; 4.0; 50.0 ] do
                            let potts =
                                { PottsModel.square 4 2 temperature with
                                    Shape = [| 4; columns |]
                                    Coupling = coupling
                                }

                            let ising =
                                { IsingModel.square 4 temperature with
                                    Columns = columns
                                    Coupling = coupling / 2.0
                                }

                            let exact = Option.get (ExactIsing.tryFind ising)

                            // Two bonds per site, of J/2 each.
                            ok (PottsStates.averagesOf density potts)
                            |> sameAverages
                                1e-11
                                { exact.Averages with
                                    Energy = exact.Averages.Energy - coupling
                                    LogPartitionFunction =
                                        exact.Averages.LogPartitionFunction + coupling / temperature * 1.0<nat / site>
                                }
            }

            testTheory
                "All states are counted, alike with rows and columns exchanged; ordered and colourful ones are known"
                [ 3, 4, 4; 10, 4, 4; 4, 4, 6; 3, 3, 20; 256, 2, 5 ]
            <| fun (q: int, rows: int, columns: int) ->
                let density = ok (PottsStates.densityOfStates q rows columns)
                let total = BigInteger.Pow(BigInteger q, rows * columns)
                Expect.equal (Array.sum density) total "q^N states"
                Expect.equal density (ok (PottsStates.densityOfStates q columns rows)) "exchanged"
                Expect.equal (Array.last density) (BigInteger q) "q ordered states"

                if q <= 4 then
                    Expect.equal density[0] (colourings q rows columns) "states without equal neighbours"

            test "Averages have their limits at high and low temperature" {
                let density = ok (PottsStates.densityOfStates 10 4 4)

                let at coupling temperature =
                    { PottsModel.square 4 10 temperature with
                        Coupling = coupling
                    }
                    |> PottsStates.averagesOf density
                    |> ok

                for coupling in [ 1.0; -1.0 ] do
                    // A bond is satisfied in a tenth of all states; corrections are of order 1/T in u and 1/T² in s.
                    let hot = at coupling 1e6
                    close 1e-11 (log 10.0) (float hot.Entropy)
                    close 1e-6 (-coupling * 0.2) hot.Energy
                    close 1e-15 0.0 hot.Magnetisation

                // Gaps are J·4 and J·1: exp(−40) and less is left of the other levels.
                let ordered, mixed = at 1.0 0.02, at -1.0 0.02
                close 1e-12 (log 10.0 / 16.0) (float ordered.Entropy)
                close 1e-12 -2.0 ordered.Energy
                close 1e-12 (BigInteger.Log density[0] / 16.0) (float mixed.Entropy)
                close 1e-12 0.0 mixed.Energy
            }

            test "The heat capacity is the slope of the energy" {
                let density = ok (PottsStates.densityOfStates 3 4 4)

                for coupling in [ 1.0; -1.0 ] do
                    let at temperature =
                        { PottsModel.square 4 3 temperature with
                            Coupling = coupling
                        }
                        |> PottsStates.averagesOf density
                        |> ok

                    let slope = ((at 0.9001).Energy - (at 0.8999).Energy) / 2e-4
                    // The third derivative of u is of order 100: 1e-8·100/6.
                    close 1e-6 slope (float (at 0.9).HeatCapacity)
            }

            test "Sizes and models are checked" {
                isFault (PottsStates.densityOfStates 1 3 3)
                isFault (PottsStates.densityOfStates 3 5 5)
                isFault (PottsStates.densityOfStates 3 4 33)
                isFault (PottsStates.densityOfStates 3 1 4)
                let sound = PottsModel.square 3 3 1.0
                ok (PottsStates.averages sound) |> ignore
                isFault (PottsStates.averages { sound with Field = 0.1 })
                isFault (PottsStates.averages { sound with Shape = [| 2; 2; 2 |] })
                isFault (PottsStates.averages { sound with Temperature = nan })
                isFault (PottsStates.averagesOf (ok (PottsStates.densityOfStates 3 2 3)) sound)
            }
        ]
