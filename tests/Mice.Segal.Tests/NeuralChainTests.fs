module Mice.Segal.Tests.NeuralChainTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

let private options =
    { NeuralChain.defaults with
        Chains = 32
        Rounds = 300
    }

let private ofIsing (c: Conditions) =
    let averages =
        { model with
            Temperature = c.Temperature
            Field = c.Field
        }
        |> Enumeration.averages
        |> ok

    averages.Energy + c.Field * averages.Magnetisation, averages.Magnetisation, float averages.HeatCapacity

let private ofAlloy (c: Conditions) =
    let _, energy, charge, capacity = SmallAlloy.exact c
    energy, charge, capacity

/// A network that does not even know the energy: its samples are nearly those of no temperature at all.
let private ignorant =
    SegalNetwork.create
        (Key.ofSeed 1UL)
        { SegalNetwork.form with
            KnowsEnergy = false
        }
        range
        system
    |> ok

/// Four errors: exceeded once in 16,000 times, for Gaussian errors.
let private agrees (found: NeuralChain) (energy, charge, capacity) (name: string) =
    Expecting.withinErrors 4.0 found.Energy energy $"energy, {name}"
    Expecting.withinErrors 4.0 found.Charge charge $"charge, {name}"
    Expecting.withinErrors 4.0 found.HeatCapacity capacity $"heat capacity, {name}"

[<Tests>]
let tests =
    testList
        "NeuralChain"
        [
            test "a network that has learned nothing proposes to chains with the exact averages" {
                for c in [ at 2.0 0.0; at 2.269 0.1; at 3.5 -0.4 ] do
                    let found = NeuralChain.create run options c network |> ok
                    agrees found (ofIsing c) $"T = {c.Temperature}, B = {c.Field}"
                    Expecting.inRange found.Acceptance 0.001 0.9 "acceptance"
                    Expect.isTrue (found.Checks |> List.forall _.Passed) $"%A{found.Checks}"

                let found = NeuralChain.create run options (at 2.5 0.1) ignorant |> ok
                agrees found (ofIsing (at 2.5 0.1)) "a network that does not know the energy"

                for c in [ at 500.0 0.05; at 300.0 -0.1 ] do
                    let found = NeuralChain.create run options c SmallAlloy.network |> ok
                    agrees found (ofAlloy c) $"T = {c.Temperature}, Δμ = {c.Field}"
            }

            test "proposals alone, and proposals moved by operations, have the exact averages" {
                let c = at 3.0 0.1

                for o in
                    [
                        { options with
                            Sweeps = 0
                            Rounds = 2000
                        }
                        { options with Operations = 4 }
                    ] do
                    let found = NeuralChain.create run o c network |> ok
                    agrees found (ofIsing c) $"{o.Sweeps} sweeps, {o.Operations} operations"
            }

            test "an energy of a user's own needs no changes" {
                let own =
                    { SmallAlloy.network with
                        System = { SmallAlloy.system with Change = None }
                    }

                let c = at 500.0 0.05
                let found = NeuralChain.create run options c own |> ok
                let other = NeuralChain.create run options c SmallAlloy.network |> ok
                Expecting.within 1e-9 found.Energy.Value other.Energy.Value "the same chains"
            }

            test "changes are differences of energies" {
                let generator = Key.ofSeed 7UL |> Key.generator

                let side2 = SemiGrandSystem.ising (IsingModel.square 2 1.0) |> ok

                for s in [ system; side2; SmallAlloy.system ] do
                    let change = Option.get s.Change
                    let states = Array.init (2 * s.Sites) (fun _ -> byte (generator.NextInt 2))

                    for site in 0 .. s.Sites - 1 do
                        for state in 0..1 do
                            let after = Array.copy states
                            after[s.Sites + site] <- byte state

                            Expecting.within
                                1e-12
                                (change states s.Sites site state)
                                (s.Energy after s.Sites - s.Energy states s.Sites)
                                $"{s.Name}, site {site}"
            }

            test "chains that stick fail a check" {
                let found =
                    NeuralChain.create
                        run
                        { options with
                            Sweeps = 0
                            Rounds = 100
                        }
                        (at 1.5 0.0)
                        ignorant
                    |> ok

                Expect.isFalse (found.Checks |> List.forall _.Passed) "checks"
                Expect.isGreaterThan found.LongestStay 25 "longest stay"
            }

            test "same key, same chains, on any number of threads" {
                let chain threads =
                    NeuralChain.create { run with Threads = threads } { options with Rounds = 40 } (at 2.0 0.1) network
                    |> ok

                Expect.equal (chain 1).States (chain 2).States "states"
                Expect.hasLength (chain 1).States (32 * 32 * 16) "chains, kept, sites"
            }

            test "wrong options are refused" {
                for wrong in
                    [
                        { options with Chains = 3 }
                        { options with Rounds = 1 }
                        { options with Kept = 301 }
                        { options with Sweeps = -1 }
                        { options with Operations = 0 }
                    ] do
                    Expect.isError (NeuralChain.create run wrong (at 2.0 0.0) network) $"%A{wrong}"

                Expect.isError (NeuralChain.create run options (at 1.0 0.0) network) "temperature"
            }
        ]
