module Mice.Segal.Tests.ThermalSnapshotsTests

open Expecto
open Mice
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

let private s = SmallAlloy.system

/// Probabilities of all configurations of the small alloy.
let private probabilities (c: Conditions) : float[] =
    let weights =
        Array.init 256 (fun i ->
            let e, m =
                s.Energy SmallAlloy.all (8 * i), SemiGrandSystem.charge s SmallAlloy.all (8 * i)

            exp (-(e - c.Field * m) / (s.Boltzmann * c.Temperature)))

    let sum = Array.sum weights
    weights |> Array.map (fun w -> w / sum)

let private places =
    [|
        for t in [ 320.0; 500.0; 850.0 ] do
            for b in [ -0.3; 0.0; 0.25 ] -> { Temperature = t; Field = b }: Conditions
    |]

/// Independent configurations at each of the places.
let private drawn (count: int) : ThermalSnapshots =
    let generator = Key.ofSeed 11UL |> Key.generator
    let conditions = places |> Array.collect (Array.replicate count)

    let states =
        places
        |> Array.collect (fun c ->
            let sums = probabilities c |> Array.scan (+) 0.0 |> Array.tail

            Array.init count (fun _ ->
                let u = generator.NextFloat()

                let found =
                    sums |> Array.tryFindIndex (fun sum -> u < sum) |> Option.defaultValue 255

                Array.sub SmallAlloy.all (8 * found) 8)
            |> Array.concat)

    ThermalSnapshots.create s conditions states |> ok

let private walk: ThermalWalkOptions =
    { ThermalWalk.defaults with
        Temperatures = 4
        Fields = 6
        Rounds = 2000
    }

[<Tests>]
let tests =
    testList
        "ThermalSnapshots"
        [
            test "walkers are in equilibrium at their temperatures and fields" {
                let found = ThermalWalk.create run walk SmallAlloy.range s |> ok
                Expect.equal found.Conditions.Length (24 * 400) "snapshots"
                let struct (energies, charges) = SemiGrandSystem.sums s found.States
                Array.iter2 (fun a b -> Expecting.within 1e-9 a b "E") found.Energies energies
                Expect.equal found.TotalCharges charges "charges"

                let residuals =
                    Array.init found.Conditions.Length (fun i ->
                        let _, energy, charge, _ = SmallAlloy.exact found.Conditions[i]
                        found.Energies[i] / 8.0 - energy, found.TotalCharges[i] / 8.0 - charge)

                for name, values in [ "E", Array.map fst residuals; "Σ charge", Array.map snd residuals ] do
                    // All walkers of a round are one number: they exchange. 5 errors are exceeded once in two million runs; two
                    // hundredths of the spread are what the moving grid may leave.
                    let rounds = values |> Array.chunkBySize 24 |> Array.map Array.average
                    let spread = sqrt (values |> Array.averageBy (fun x -> x * x))
                    let error = (Statistics.estimate Direction.Exact rounds).StandardError
                    Expecting.within (5.0 * error + 0.02 * spread) (Array.average rounds) 0.0 name
            }

            test "walkers do not depend on the number of threads" {
                let short = { walk with Rounds = 10 }

                let states threads =
                    (ThermalWalk.create { run with Threads = threads } short SmallAlloy.range s |> ok).States

                Expect.equal (states 1) (states 2) "states"
            }

            test "walkers reach all of the range, and nothing else" {
                let found = ThermalWalk.create run { walk with Rounds = 100 } range system |> ok

                for c in found.Conditions do
                    Expect.isTrue (ConditionRange.contains c range) $"%A{c}"

                let colder = found.Conditions |> Array.filter (fun c -> c.Temperature < 2.0)
                Expect.isGreaterThan colder.Length (found.Conditions.Length / 5) "cold ones"
            }

            test "half of all fields are even in asinh(B/w) where flipping is a symmetry" {
                let width = SemiGrandSystem.turningField system
                Expect.isTrue width.IsSome "the Ising model"
                Expect.isTrue (SemiGrandSystem.turningField s).IsNone "the alloy"

                let at b =
                    (ConditionRange.at width range 0.5 b).Field

                Expecting.within 1e-9 (at 0.0) -0.4 "lowest"
                Expecting.within 1e-9 (at 1.0) 0.4 "highest"
                Expecting.within 1e-9 (at 0.5) 0.0 "middle"
                let w = width.Value (ConditionRange.at width range 0.5 0.5).Temperature
                let turned b = System.Math.Asinh(b / w)

                for share in [ 0.1; 0.3; 0.45; 0.8 ] do
                    let b = at share
                    let even = (b + 0.4) / 0.8
                    let dense = (turned b - turned -0.4) / (2.0 * turned 0.4)
                    Expecting.within 1e-9 (0.5 * (even + dense)) share "share"
            }

            test "the divergence of a network is that of all configurations" {
                let n = SmallAlloy.network

                let exact c =
                    let p = probabilities c

                    let q = SegalNetwork.logarithms run n (Array.create 256 c) SmallAlloy.all

                    Array.map2 (fun p q -> (p - exp q) * (log p - q)) p q |> Array.sum

                let struct (found, parts) = SegalDivergence.create run (drawn 400) n
                let expected = places |> Array.averageBy exact
                // One number: five errors are exceeded once in two million runs.
                Expecting.within (5.0 * found.StandardError) found.Value expected "nats"
                Expect.isGreaterThan expected 0.1 "nothing was learned"
                Expect.hasLength parts 9 "parts of the range with snapshots"
            }

            test "half an eye is on parts that were not learned" {
                // Snapshots of the coldest third are wrong, so that their divergence is by far the largest.
                let good = drawn 300

                let wrong =
                    good.Conditions
                    |> Array.collect (fun c ->
                        if c.Temperature < 400.0 then
                            Array.zeroCreate 8
                        else
                            Array.create 8 255uy)
                    |> Array.mapi (fun i state -> if state = 255uy then good.States[i] else byte (i % 2))

                let snapshots = ThermalSnapshots.create s good.Conditions wrong |> ok

                let focus =
                    SegalFocus.create run SmallAlloy.range snapshots SmallAlloy.network |> Option.get

                let generator = Key.ofSeed 2UL |> Key.generator

                let cold =
                    Array.init 1000 (fun _ -> snapshots.Conditions[SegalFocus.snapshot generator focus].Temperature)
                    |> Array.filter (fun t -> t < 400.0)

                Expect.isGreaterThan cold.Length 700 "snapshots"
                let conditions = SegalFocus.conditions generator 1000 focus

                for c in conditions do
                    Expect.isTrue (ConditionRange.contains c SmallAlloy.range) "within the range"

                let cold = conditions |> Array.filter (fun c -> c.Temperature < 400.0)
                Expect.isGreaterThan cold.Length 700 "conditions"
            }

            test "shares and conditions are inverse to each other" {
                for width in [ None; SemiGrandSystem.turningField system ] do
                    for t in [ 0.0; 0.3; 1.0 ] do
                        for b in [ 0.0; 0.2; 0.5; 0.9 ] do
                            let struct (t', b') =
                                ConditionRange.at width range t b |> ConditionRange.shares width range

                            Expecting.within 1e-9 t' t "T"
                            Expecting.within 1e-9 b' b "B"
            }

            test "a network learns from snapshots of its user alone" {
                let options =
                    { SegalPresets.forward.Options with
                        Steps = 600
                        Samples = 20
                        Source = SnapshotSource.Given(drawn 2000)
                    }

                let trained = SegalTraining.train run options SmallAlloy.network |> ok
                let divergence = Option.get trained.Divergence
                Expect.isLessThan divergence.Value 0.1 "nats"

                for c in places do
                    let potential, energy, charge, _ = SmallAlloy.exact c

                    let found =
                        SemiGrandEstimate.create run SemiGrandEstimate.defaults c trained.Network |> ok

                    Expecting.within
                        (5.0 * found.GrandPotential.StandardError + 1e-9)
                        found.GrandPotential.Value
                        potential
                        "Φ"

                    Expecting.within (5.0 * found.Energy.StandardError + 1e-9) found.Energy.Value energy "E"
                    Expecting.within (5.0 * found.Charge.StandardError + 1e-9) found.Charge.Value charge "x"
                    Expect.isGreaterThan found.EffectiveSampleSize 0.8 "NESS"
            }

            test "a stopped training goes on to the same weights, with snapshots alone and after them" {
                let options =
                    { SegalTraining.defaults with
                        Steps = 40
                        Conditions = 4
                        Samples = 5
                        Source = SnapshotSource.Given(drawn 50)
                    }

                let weights (r: Run) =
                    (SegalTraining.train r options SmallAlloy.network |> ok).Network.Network.Weights

                let whole = weights run

                for share in [ 0.3; 0.8 ] do
                    Expect.equal (Stopping.goneOn share run weights) whole "weights"
            }

            test "the published rule divides by the mean" {
                let found = SegalLesson.advantages SegalRule.Published 3 [| 1.0; 2.0; 6.0 |]
                Expecting.within 1e-12 found[2] (3.0 / 3.0 / 3.0) "advantage"
            }

            test "snapshots that do not fit are refused" {
                let c: Conditions = { Temperature = 500.0; Field = 0.0 }
                Expect.isError (ThermalSnapshots.create s [| c |] (Array.zeroCreate 7)) "sites"
                Expect.isError (ThermalSnapshots.create s [| c |] (Array.create 8 2uy)) "states"
                Expect.isError (ThermalSnapshots.create s [||] [||]) "none"

                let outside =
                    ThermalSnapshots.create s [| { c with Temperature = 200.0 } |] (Array.zeroCreate 8) |> ok

                let options =
                    { SegalPresets.forward.Options with
                        Source = SnapshotSource.Given outside
                    }

                Expect.isError (SegalTraining.train run options SmallAlloy.network) "temperature"
                Expect.isError (ThermalWalk.create run { walk with Every = 0 } SmallAlloy.range s) "every"
            }
        ]
