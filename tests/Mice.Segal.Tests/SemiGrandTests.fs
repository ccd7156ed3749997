module Mice.Segal.Tests.SemiGrandTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Segal.Tests.SmallIsing

/// −ln Z · T/N, u without the field's part, and the magnetisation.
let private exact (c: Conditions) =
    let averages =
        { model with
            Temperature = c.Temperature
            Field = c.Field
        }
        |> Enumeration.averages
        |> ok

    -c.Temperature * float averages.LogPartitionFunction,
    averages.Energy + c.Field * averages.Magnetisation,
    averages.Magnetisation

let private places = [ at 1.5 0.0; at 2.0 0.1; at 2.269 -0.3; at 3.5 0.4 ]

/// A number within so many of its errors.
let private agrees (errors: float) (found: Estimate<1>) (expected: float) (what: string) =
    Expecting.within (errors * found.StandardError + 1e-9) found.Value expected what

[<Tests>]
let tests =
    testList
        "SemiGrand"
        [
            test "energies are those of the Ising model" {
                let generator = Key.ofSeed 5UL |> Key.generator

                for shape in
                    [
                        IsingModel.square 4 1.0
                        { IsingModel.triangularAntiferromagnet 3 1.0 with
                            Rows = 4
                        }
                    ] do
                    let system = SemiGrandSystem.ising shape |> ok
                    let states = Array.init (3 * system.Sites) (fun _ -> byte (generator.NextInt 2))

                    for sample in 0..2 do
                        let first = sample * system.Sites
                        let spins = Array.init system.Sites (fun i -> 2y * sbyte states[first + i] - 1y)
                        Expecting.within 1e-12 (system.Energy states first) (IsingModel.energy shape spins) "energy"

                        Expect.equal
                            (SemiGrandSystem.charge system states first)
                            (float (IsingModel.magnetisation spins))
                            "charge"

                        // Every bond is that of a site and one before it.
                        let before = Option.get system.Before

                        let sum =
                            Seq.sum (
                                seq {
                                    for site in 0 .. system.Sites - 1 ->
                                        before states first site (int states[first + site])
                                }
                            )

                        Expecting.within 1e-12 sum (system.Energy states first) "bonds"
            }

            test "conditions lie in all parts of the range" {
                let drawn = ConditionRange.draw (Key.ofSeed 2UL) 10 None range
                let part low high x = int (10.0 * (x - low) / (high - low))
                let parts f = drawn |> Array.map f |> Array.sort
                Expect.equal (parts (fun c -> part (log 1.5) (log 3.5) (log c.Temperature))) [| 0..9 |] "temperatures"
                Expect.equal (parts (fun c -> part -0.4 0.4 c.Field)) [| 0..9 |] "fields"
            }

            test "tents over the fields are as many as the lattice can tell apart" {
                let conditions most range system =
                    (SegalNetwork.create
                        (Key.ofSeed 1UL)
                        { SegalNetwork.form with
                            Conditions = ConditionForm.Natural most
                        }
                        range
                        system
                     |> ok)
                        .Network.Shape.Conditions

                // |B| to 0.4 by four times T/N = 1.5/16.
                Expect.equal (conditions 64 range system) (4 + 2) "an Ising model"
                // 0.8 eV by four times k_BT/N at 300 K, 0.0129 eV.
                Expect.equal (conditions 64 SmallAlloy.range SmallAlloy.system) (4 + 62) "an alloy"
                Expect.equal (conditions 10 SmallAlloy.range SmallAlloy.system) (4 + 10) "no more"
                Expect.equal (conditions 64 { range with Field = 0.1, 0.1 } SmallAlloy.system) 4 "one field"

                Expect.isError
                    (SegalNetwork.create
                        (Key.ofSeed 1UL)
                        { SegalNetwork.form with
                            Conditions = ConditionForm.Natural -1
                        }
                        range
                        system)
                    "less than none"
            }

            test "annealing goes down evenly in 1/T" {
                let half = ConditionRange.upper 0.5 range
                Expecting.within 1e-12 (1.0 / fst half.Temperature) ((1.0 / 1.5 + 1.0 / 3.5) / 2.0) "half-way"
                Expect.equal (ConditionRange.upper 0.0 range).Temperature (3.5, 3.5) "start"
                Expecting.within 1e-12 (fst (ConditionRange.upper 1.0 range).Temperature) 1.5 "end"
            }

            test "symmetries are found from energies and bonds" {
                let without lattice =
                    { lattice with
                        Charges = [| 0.0; 1.0 |]
                    }

                Expect.equal (SemiGrandSystem.flip system) (Some [| 1uy; 0uy |]) "flip of an Ising model"
                Expect.isNone (SemiGrandSystem.flip (without system)) "charges that have no opposite"

                Expect.isNone
                    (SemiGrandSystem.flip { system with Charges = [| 0.0; 0.0 |] })
                    "charges that tell nothing apart"

                let tilted =
                    { system with
                        Energy = fun states first -> system.Energy states first + float states[first]
                    }

                Expect.isNone (SemiGrandSystem.flip tilted) "an energy that tells up from down"

                let count rows columns =
                    let shape =
                        { IsingModel.square rows 1.0 with
                            Columns = columns
                        }

                    let lattice = SemiGrandSystem.ising shape |> ok
                    Expect.isEmpty (SemiGrandSystem.symmetryFaults lattice) "they leave energies"
                    let group = lattice.Symmetries.Value
                    Expect.equal group[0] [| 0 .. lattice.Sites - 1 |] "identity first"
                    group.Length

                Expect.equal (count 5 5) 200 "translations and the eight of the square"
                Expect.equal (count 5 6) 120 "translations and the four of a rectangle"
                Expect.equal (count 4 4) 384 "the torus of side 4 is a hypercube"

                let wrong =
                    { system with
                        Symmetries = lazy [| [| 0..15 |]; Array.append [| 1; 0 |] [| 2..15 |] |]
                    }

                Expect.hasLength (SemiGrandSystem.symmetryFaults wrong) 1 "what is none is told"

                let own =
                    { network with
                        System = { wrong with Origin = SystemOrigin.Own }
                    }

                Expect.isError
                    (SemiGrandEstimate.create
                        run
                        { SemiGrandEstimate.defaults with
                            Operations = 2
                        }
                        (at 2.0 0.0)
                        own)
                    "and refused"
            }

            test "pairs and operations leave probabilities normalised" {
                let small = SemiGrandSystem.ising (IsingModel.square 3 2.0) |> ok
                let n = SegalNetwork.create (Key.ofSeed 3UL) SegalNetwork.form range small |> ok

                let states =
                    Array.init 512 (fun i -> Array.init 9 (fun site -> byte (i >>> site &&& 1)))

                for c in [ at 2.0 0.0; at 1.5 -0.4; at 3.0 0.1 ] do
                    let found = SegalNetwork.logarithms run n (Array.create 512 c) (Array.concat states)
                    Expecting.within 1e-5 (Array.sumBy exp found) 1.0 $"T = {c.Temperature}, B = {c.Field}"

                    let drawn =
                        SymmetricDrawing.operations (Key.ofSeed 4UL) 7 small
                        |> fun g -> SymmetricDrawing.logarithms run n g (Array.create 512 c) (Array.concat states)

                    // Either of a pair has the probability of both.
                    Expecting.within 1e-5 (Array.sumBy exp drawn) 2.0 "moved"
            }

            test "moved samples, and samples of all fields, give the exact free energy" {
                let o =
                    { SemiGrandEstimate.defaults with
                        Samples = 4_000
                        Operations = 20
                    }

                for c in places do
                    let found = SemiGrandEstimate.create run o c network |> ok
                    let potential, energy, magnetisation = exact c
                    let name = $"T = {c.Temperature}, B = {c.Field}"
                    agrees 5.0 found.GrandPotential potential name
                    agrees 5.0 found.Energy energy name
                    agrees 5.0 found.Charge magnetisation name

                let fields = [| -0.2; 0.0; 0.1 |]

                for one, b in Array.zip (SemiGrandEstimate.along run o 2.0 fields network |> ok) fields do
                    let potential, energy, magnetisation = exact (at 2.0 b)
                    agrees 5.0 one.GrandPotential potential $"B = {b}"
                    agrees 5.0 one.Energy energy $"B = {b}"
                    agrees 5.0 one.Charge magnetisation $"B = {b}"
                    Expect.equal one.Samples 12_000 "samples"
            }

            test "advantages have no mean, and that of a sample does not depend on its own value but by a factor" {
                let values = [| 1.0; 2.0; 6.0; -1.0; 0.0; 1.0 |]
                let found = SegalLesson.advantages SegalRule.Balanced 3 values
                Expecting.within 1e-12 (Array.sum found[0..2]) 0.0 "first conditions"
                Expecting.within 1e-12 (Array.sum found[3..5]) 0.0 "second conditions"
                let spread = sqrt (14.0 / 3.0)
                Expecting.within 1e-12 found[2] ((6.0 - 1.5) / spread / 6.0) "less the mean of the others"
            }

            test "weights of an untrained network give the exact free energy within their errors" {
                for c in places do
                    let found = SemiGrandEstimate.create run SemiGrandEstimate.defaults c network |> ok
                    let potential, _, _ = exact c
                    agrees 5.0 found.GrandPotential potential $"T = {c.Temperature}, B = {c.Field}"
                    Expect.isLessThan found.EffectiveSampleSize 0.9 "nothing was learned"
            }

            test "a trained network knows the whole range" {
                let options =
                    { SegalTraining.defaults with
                        Steps = 800
                        Samples = 20
                    }

                let found = SegalTraining.train run options network |> ok
                let trained = found.Network
                Expect.hasLength found.State.Curve 20 "entries of the curve"

                for c in places do
                    let found = SemiGrandEstimate.create run SemiGrandEstimate.defaults c trained |> ok
                    let potential, energy, magnetisation = exact c
                    let name = $"T = {c.Temperature}, B = {c.Field}"
                    // Four conditions and three numbers: five errors are exceeded once in 140,000 runs.
                    agrees 5.0 found.GrandPotential potential name
                    agrees 5.0 found.Energy energy name
                    agrees 5.0 found.Charge magnetisation name
                    Expect.isGreaterThan found.EffectiveSampleSize 0.85 $"effective sample size, {name}"

                    Expect.isGreaterThan
                        found.Variational.Value
                        (potential - 5.0 * found.Variational.StandardError)
                        $"upper bound, {name}"

                    Expect.equal found.Variational.Direction Direction.UpperBound "direction"
            }

            test "training goes on to the same weights, whatever the threads" {
                let options =
                    { SegalTraining.defaults with
                        Steps = 12
                        Conditions = 4
                        Samples = 10
                    }

                let weights threads =
                    let trained =
                        SegalTraining.train { run with Threads = threads } options network |> ok

                    trained.Network.Network.Weights

                Expect.equal (weights 1) (weights 2) "weights"
            }

            test "conditions outside the range, and wrong options, are refused" {
                Expect.isError
                    (SemiGrandEstimate.create
                        run
                        { SemiGrandEstimate.defaults with
                            Samples = 100
                        }
                        (at 1.4 0.0)
                        network)
                    "temperature"

                Expect.isError
                    (SemiGrandEstimate.create
                        run
                        { SemiGrandEstimate.defaults with
                            Samples = 100
                        }
                        (at 2.0 0.5)
                        network)
                    "field"

                Expect.isError
                    (SemiGrandEstimate.create
                        run
                        { SemiGrandEstimate.defaults with
                            Samples = 1
                        }
                        (at 2.0 0.0)
                        network)
                    "samples"

                Expect.isError
                    (SegalTraining.train
                        run
                        { SegalTraining.defaults with
                            Samples = 1
                        }
                        network)
                    "samples"

                for wrong in [ { range with Temperature = 0.0, 1.0 }; { range with Field = 1.0, 0.0 } ] do
                    Expect.isError (SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form wrong system) $"%A{wrong}"
            }
        ]
