module Mice.Segal.Tests.ProfileTests

open System.IO
open Expecto
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

/// −k_BT ln Z(n)/N by all configurations of a lattice of two states, n = 0 … N.
let private exactly (s: SemiGrandSystem) (temperature: float) : float[] =
    let thermal = s.Boltzmann * temperature

    Array.init (1 <<< s.Sites) (fun number -> Array.init s.Sites (fun i -> byte (number >>> i &&& 1)))
    |> Array.groupBy (Array.sumBy int)
    |> Array.sortBy fst
    |> Array.map (fun (_, own) ->
        let sum = own |> Array.sumBy (fun states -> exp (-(s.Energy states 0) / thermal))
        -thermal * log sum / float s.Sites)

/// Neighbours n on the lower hull, by all pairs, between which N sites are k_BT or more above the straight line.
let private gaps (thermal: float) (free: float[]) =
    let last = free.Length - 1

    let above left right n =
        free[n] - free[left] - (free[right] - free[left]) * float (n - left) / float (right - left)

    [
        for left in 0..last do
            for right in left + 2 .. last do
                let isEdge =
                    [ 0..last ] |> List.forall (fun n -> n = left || n = right || above left right n > 0.0)

                let depth = [ left + 1 .. right - 1 ] |> List.map (above left right) |> List.max

                if isEdge && depth * float last >= thermal then
                    left, right
    ]

let private profile (samples: int) (temperature: float) (fields: float[]) (n: SegalNetwork) : ChargeProfile =
    (SemiGrandEstimate.row run { Samples = samples; Operations = 1 } temperature fields n |> ok).Profile
    |> Option.get

let private networkOf (range: ConditionRange) (system: SemiGrandSystem) =
    SegalNetwork.create (Key.ofSeed 2UL) SegalNetwork.form range system |> ok

/// A small alloy of nearest neighbours, like or unlike, down to low temperatures.
let private alloyOf (pair: float) =
    SmallAlloy.expansionOf pair
    |> SmallAlloy.systemOf
    |> networkOf
        { SmallAlloy.range with
            Temperature = 100.0, 900.0
        }

let private fields = [| -0.4; -0.2; 0.0; 0.2; 0.4 |]

[<Tests>]
let tests =
    testList
        "Profile"
        [
            test "free energies over the magnetisation and the composition are those of all configurations" {
                for n, temperatures in [ network, [ 1.5; 3.0 ]; alloyOf 0.03, [ 200.0; 900.0 ] ] do
                    for temperature in temperatures do
                        let found = profile 4000 temperature fields n
                        let exact = exactly n.System temperature
                        let last = exact.Length - 1

                        for i in 0..last do
                            let f = found.FreeEnergies[i]

                            if f.Direction <> Direction.LowerBound then
                                // 52 numbers: five errors are exceeded once in 30,000 runs. Rounding is that of float32 networks.
                                Expecting.within
                                    (5.0 * f.StandardError + 1e-6 * abs exact[i])
                                    f.Value
                                    exact[i]
                                    $"{n.System.Name} at {temperature}, {i}"

                        Expect.equal found.FreeEnergies[0].Direction Direction.Exact "one configuration"
                        Expect.equal found.FreeEnergies[last].Direction Direction.Exact "one configuration"
            }

            test "two phases are the gaps of the exact free energies" {
                for pair in [ 0.03; -0.03 ] do
                    for temperature in [ 100.0; 250.0; 900.0 ] do
                        let n = alloyOf pair
                        let found = profile 4000 temperature fields n
                        let thermal = n.System.Boltzmann * temperature
                        let exact = exactly n.System temperature

                        Expect.equal
                            [
                                for p in found.Pairs -> int (round (8.0 * p.Left)), int (round (8.0 * p.Right))
                            ]
                            (gaps thermal exact)
                            $"ends, {pair}, {temperature} K"

                        for p in found.Pairs do
                            let left, right = int (round (8.0 * p.Left)), int (round (8.0 * p.Right))
                            let slope = (exact[right] - exact[left]) / (p.Right - p.Left)
                            // A dozen slopes: five errors are exceeded once in 100,000 runs.
                            Expecting.within (5.0 * p.Field.StandardError + 1e-6) p.Field.Value slope "Δμ"
            }

            test "what was not found lies above its bound" {
                let bounds =
                    [
                        for seed in 1UL .. 40UL do
                            let n = alloyOf -0.03
                            let exact = exactly n.System 250.0

                            let row =
                                SemiGrandEstimate.row
                                    (Run.seeded seed run)
                                    { Samples = 20; Operations = 1 }
                                    250.0
                                    fields
                                    n
                                |> ok

                            for i, f in Array.indexed (Option.get row.Profile).FreeEnergies do
                                if f.Direction = Direction.LowerBound then
                                    exact[i] >= f.Value
                    ]

                Expect.isGreaterThan bounds.Length 40 "there are bounds"
                // Each holds with 95 %, those of one seed together: 10 % of 40 seeds are exceeded once in fifty.
                let held = bounds |> List.averageBy (fun isAbove -> if isAbove then 1.0 else 0.0)
                Expect.isGreaterThanOrEqual held 0.9 "held"
            }

            test "the published example, an Ising model with two wells, has its free energies" {
                let folder = Repository.needsReference [ "segal" ]

                let known =
                    File.ReadAllLines(Path.Combine(folder, "legendre_toy.csv"))
                    |> Array.skip 1
                    |> Array.map (fun line ->
                        let cells = line.Split ','
                        int cells[0], Option.get (Number.tryFinite cells[1]))

                let ising = IsingModel.square 5 2.0 |> SemiGrandSystem.ising |> ok

                let well depth middle m =
                    -depth * exp (-((m - middle) ** 2.0) / 0.25)

                let system =
                    { ising with
                        Name = "two wells"
                        Origin = SystemOrigin.Own
                        Energy =
                            fun states first ->
                                let m = SemiGrandSystem.charge ising states first / 25.0
                                ising.Energy states first + well 20.0 0.5 m + well 25.0 -0.5 m
                        Change = None
                    }

                let n =
                    networkOf
                        {
                            Temperature = 2.0, 3.0
                            Field = -0.3, 0.5
                        }
                        system

                let trained =
                    SegalTraining.train
                        run
                        { SegalTraining.defaults with
                            Steps = 300
                            Samples = 20
                        }
                        n
                    |> ok

                let found = profile 500 2.0 [| -0.3 .. 0.1..0.5 |] trained.Network

                for i, free in known do
                    let f = found.FreeEnergies[i]
                    Expect.notEqual f.Direction Direction.LowerBound $"{i} was found"
                    // Thirteen numbers: five errors are exceeded once in 100,000 runs.
                    Expecting.within (5.0 * f.StandardError + 1e-5) f.Value (free / 25.0) $"{i} up"

                // Both wells hold a phase.
                Expect.hasLength found.Pairs 1 "two phases"
                Expect.isLessThan found.Pairs[0].Left -0.4 "the deeper well"
                Expect.isGreaterThan found.Pairs[0].Right 0.4 "the other one"
            }

            test "a lattice of three states has no profile" {
                let system =
                    { system with
                        Origin = SystemOrigin.Own
                        Name = "three"
                        States = 3
                        Charges = [| -1.0; 0.0; 1.0 |]
                        Energy = fun states first -> float states[first]
                        EnergyOfMany = None
                        Before = None
                        BeforeOfMany = None
                        Change = None
                    }

                let n =
                    networkOf
                        {
                            Temperature = 1.0, 2.0
                            Field = 0.0, 1.0
                        }
                        system

                let row =
                    SemiGrandEstimate.row run { Samples = 10; Operations = 1 } 1.5 [| 0.5 |] n |> ok

                Expect.isNone row.Profile "none"
            }
        ]
