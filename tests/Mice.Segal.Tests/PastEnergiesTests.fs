module Mice.Segal.Tests.PastEnergiesTests

open System.IO
open Expecto
open Mice
open Mice.Segal
open Mice.Segal.Tests.SmallIsing
open Mice.Tensors

let private places =
    [
        network, [ at 2.0 0.1; at 1.5 -0.3 ]
        SmallAlloy.network, [ at 500.0 0.05; at 300.0 -0.2 ]
    ]

[<Tests>]
let tests =
    testList
        "PastEnergies"
        [
            test "energies that were kept give the same ln q and gradients as energies found anew" {
                for n, conditions in places do
                    let under = Array.init 70 (fun i -> conditions[i % 2])
                    let struct (drawn, past) = SegalNetwork.drawKeeping run n under
                    let anew = SegalNetwork.draw run n under
                    Expect.equal drawn.States anew.States "states"
                    Expect.equal drawn.Logarithms anew.Logarithms "ln q when drawn"
                    let known = SegalNetwork.know run n drawn.States

                    for c in conditions do
                        let at = Array.create 70 c

                        Expect.equal
                            (SegalNetwork.drawnLogarithms run n at known)
                            (SegalNetwork.passing n drawn.States |> SegalNetwork.drawnLogarithms run n at)
                            "ln q under other conditions"

                    let coefficients = Array.init 70 (fun i -> float i / 70.0 - 0.3)

                    Expect.equal
                        (SegalNetwork.gradient run n under drawn.States past coefficients)
                        (SegalNetwork.gradient run n under drawn.States PastEnergies.Passing coefficients)
                        "gradient"
            }

            test "moved samples under all conditions at once are those under one after the other" {
                for n, conditions in places do
                    let operations = SymmetricDrawing.operations (Key.ofSeed 4UL) 5 n.System

                    let states = SegalNetwork.sample run n (Array.create 40 conditions.Head)

                    let together =
                        SymmetricDrawing.logarithmsAtAll run n operations (Array.ofList conditions) states

                    for c, found in Seq.zip conditions together do
                        Expect.equal
                            (SymmetricDrawing.logarithms run n operations (Array.create 40 c) states)
                            found
                            "ln q"
            }

            test "energies of sites of many alloys are those of one after the other" {
                let s = SmallAlloy.system
                let before, create = Option.get s.Before, Option.get s.BeforeOfMany
                let worker, energies = create (), Array.zeroCreate 64

                // A whole block, a part of one, and a block again.
                for first, count in [ 0, 32; 100, 7; 150, 32 ] do
                    for site in 0..7 do
                        worker.Invoke(SmallAlloy.all, 8 * first, count, site, energies)

                        for i in 0 .. count - 1 do
                            for state in 0..1 do
                                Expect.equal
                                    energies[32 * state + i]
                                    (before SmallAlloy.all (8 * (first + i)) site state)
                                    $"configuration {first + i}, site {site}, state {state}"
            }

            test "energies of sites of an alloy are differences of its energy" {
                let s = SmallAlloy.system
                let before = Option.get s.Before

                for i in 0..255 do
                    for site in 0..7 do
                        let difference =
                            before SmallAlloy.all (8 * i) site 1 - before SmallAlloy.all (8 * i) site 0

                        let ahead =
                            Array.init 8 (fun j -> if j < site then SmallAlloy.all[8 * i + j] else 0uy)

                        let behind = Array.copy ahead
                        behind[site] <- 1uy
                        let none = Array.zeroCreate<byte> 8
                        let alone = Array.copy none
                        alone[site] <- 1uy

                        // A pair term in spins: E(a, 1) − E(a, 0) − (E(0, 1) − E(0, 0)) = what the sites before change.
                        let expected =
                            s.Energy behind 0 - s.Energy ahead 0 - (s.Energy alone 0 - s.Energy none 0)

                        let base0 = before none 0 site 1 - before none 0 site 0
                        Expecting.within 1e-12 (difference - base0) expected $"configuration {i}, site {site}"
            }

            test "the layers are told of the energy of the whole lattice by k_BT" {
                // Scaling energies, fields and k_B together changes nothing that is told.
                let scaled =
                    { system with
                        Boltzmann = 0.01
                        Energy = fun states first -> 0.01 * system.Energy states first
                        Before = system.Before |> Option.map (fun b -> fun s f i state -> 0.01 * b s f i state)
                    }

                let range =
                    { range with
                        Field = (0.01 * fst range.Field, 0.01 * snd range.Field)
                    }

                let other =
                    SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range scaled |> ok

                let states = SegalNetwork.sample run network (Array.create 20 (at 2.0 0.1))
                let one = SegalNetwork.logarithms run network (Array.create 20 (at 2.0 0.1)) states
                let two = SegalNetwork.logarithms run other (Array.create 20 (at 2.0 0.001)) states
                Array.iter2 (fun a b -> Expecting.within 1e-4 a b "ln q") one two
            }

            test "files of earlier forms are refused" {
                let path =
                    Path.Combine(Path.GetTempPath(), $"mice-{System.Guid.NewGuid()}.safetensors")

                let earlier (form: string) (n: SegalNetwork) =
                    SegalFile.write path n
                    let tree, notes = Safetensors.load path |> Result.mapError List.singleton |> ok

                    Safetensors.save
                        path
                        (notes |> List.map (fun (k, v) -> if k = "conditions" then k, form else k, v))
                        tree

                    SegalFile.read None path

                try
                    for form in [ "natural"; "natural 2" ] do
                        match earlier form network with
                        | Error [ fault ] -> Expect.stringContains (MiceError.message fault) "train it again" form
                        | other -> failtest $"%A{Result.isOk other}"
                finally
                    File.Delete path
            }
        ]
