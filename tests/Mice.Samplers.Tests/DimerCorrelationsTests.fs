module Mice.Samplers.Tests.DimerCorrelationsTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Samplers.Tests
open Mice.Samplers.Tests.ExactReference

let private options =
    {
        Chains = 32
        Snapshots = 200
        Equilibrate = 20
        Every = 4
    }

/// Σ exp(−E/T) over the coverings of the 4×4 torus, of all sites but some.
let private partition temperature (holes: int list) =
    let model = DimerModel.square 4 temperature
    let around = DimerModel.neighbours model

    let rec sum (covering: byte[]) =
        match Array.tryFindIndex ((=) 255uy) covering with
        | None -> exp (float (DimerReference.parallelPairs model covering) / temperature)
        | Some site ->
            [ 0uy .. 3uy ]
            |> List.sumBy (fun direction ->
                let partner = around[4 * site + int direction]

                if covering[partner] = 255uy then
                    covering
                    |> Array.updateAt site direction
                    |> Array.updateAt partner (DimerModel.opposite direction)
                    |> sum
                else
                    0.0)

    // Sites without a dimer have a direction that is none.
    sum (Array.init 16 (fun site -> if List.contains site holes then 254uy else 255uy))

[<Tests>]
let tests =
    testList
        "DimerCorrelationsTests"
        [
            test "Monomers of the 4×4 torus have the exact partition functions" {
                for temperature in [ infinity; 1.0 ] do
                    let model = DimerModel.square 4 temperature
                    let found = DimerCorrelations.monomers options Run.quiet model |> ok
                    let z = partition temperature []

                    for site in 1..15 do
                        // Four errors: p = 4e-4 (Student, 31 d.o.f.) each, for sixteen that are not 0, with fixed seeds.
                        Expecting.withinErrors
                            4.0
                            found[site]
                            (partition temperature [ 0; site ] / z)
                            $"Z(r)/Z at T = {temperature}, site {site}"
            }

            test "Neighbouring monomers at T = ∞ are a dimer that was taken away" {
                let model = DimerModel.square 16 infinity
                let found = DimerCorrelations.monomers options Run.quiet model |> ok

                for site in [ 1; 15; 16; 240 ] do
                    // Four errors, as above; by symmetry a bond is occupied in a quarter of all coverings.
                    Expecting.withinErrors 4.0 found[site] 0.25 "1/4"
            }

            test "Dimers of the 4×4 torus have the exact correlations" {
                for temperature in [ infinity; 1.0 ] do
                    let model = DimerModel.square 4 temperature
                    let sample = DimerChain.sample options Run.quiet model |> ok
                    let law = DimerReference.boltzmann temperature

                    for axis in [ 0; 1 ] do
                        let found = DimerCorrelations.dimers model axis sample |> ok
                        Expect.equal found.Length 3 "r = 0, 1, 2"

                        for r in 0..2 do
                            let other = if axis = 0 then 4 * r else r

                            let exact =
                                law |> Array.sumBy (fun (c, p) -> if c[0] = 0uy && c[other] = 0uy then p else 0.0)

                            // Four errors, as above, for twelve comparisons.
                            Expecting.withinErrors 4.0 found[r] exact $"axis {axis}, r = {r}, T = {temperature}"
            }

            test "Another axis, other sizes and faulty models are refused" {
                let model = DimerModel.square 4 1.0
                let sample = DimerChain.sample { options with Chains = 2 } Run.quiet model |> ok
                DimerCorrelations.dimers model 2 sample |> isFault
                DimerCorrelations.dimers (DimerModel.square 6 1.0) 0 sample |> isFault
                DimerCorrelations.monomers { options with Every = 0 } Run.quiet model |> isFault
                DimerCorrelations.monomers options Run.quiet (DimerModel.square 5 1.0) |> isFault
            }
        ]
