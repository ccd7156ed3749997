/// Systems with a known entropy, small networks, a few hundred steps.
module Mice.Entropy.Tests.DenoisingEntropyTests

open System.IO
open Expecto
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Systems.HardSphereFluid
open Mice.Testing.Systems.HarmonicCrystal
open Mice.Testing.Systems.LennardJonesFluid
open Mice.Testing.Systems.ScanSystems

let private options dimension steps =
    { DenoisingOptions.defaults with
        Dimension = dimension
        Symmetry = Mice.Atoms.Symmetry.Cubic
        Networks = 2
        Network =
            { DenoisingOptions.defaults.Network with
                Channels = 16
                Stages = 1
            }
        Training =
            { DenoisingOptions.defaults.Training with
                Steps = steps
            }
    }

/// An upper bound: not below the exact value by more than three errors, and not above it by more than the looseness of a small network.
let private bounded steps looseness (system: KnownSystem) : EntropyBound * string =
    let result =
        DenoisingEntropy.estimate (options system.Dimension steps) Run.quiet system.Snapshots
        |> ok
        |> DenoisingEntropy.withControl system.Control

    let value, error =
        float result.Bound.ExcessEntropy.Value, float result.Bound.ExcessEntropy.StandardError

    let text =
        $"{system.Name}: exact {system.Exact:F4}, estimate {value:F4} ± {error:F4}, {result.Bound.Seconds:F1} s"

    Expect.equal result.Bound.ExcessEntropy.Direction Direction.UpperBound "it is an upper bound"
    Expect.isTrue (value >= system.Exact - 3.0 * error) $"below the exact value: {text}"
    Expect.isTrue (value <= system.Exact + looseness + 3.0 * error) $"too loose: {text}"

    result.Bound, text

let private assertBound steps looseness system =
    bounded steps looseness system |> ignore

/// The same with a third of the atoms called by another name, at random.
let private mixed (system: KnownSystem) : KnownSystem =
    let rename i (s: Snapshot) =
        let generator = Key.ofSeed 9UL |> Key.item i |> Key.generator
        let n = Snapshot.count s
        let species = Array.init n (fun a -> if a < n / 3 then 1 else 0)
        generator.Shuffle species

        { s with
            Species = species
            SpeciesNames = [| "A"; "B" |]
        }

    { system with
        Name = $"mixture of {system.Name}"
        Snapshots = system.Snapshots |> Array.mapi rename
    }

let private gas = idealGas 3 216 16 3UL

[<Tests>]
let tests =
    testList
        "DenoisingEntropyTests"
        [
            // Nothing can be found, and what a network believes to find costs: it learns that from some hundred configurations.
            test "The ideal gas has none, in one dimension" { assertBound 100 0.02 (idealGas 1 256 16 1UL) }

            test "The ideal gas has none, in three dimensions" { assertBound 100 0.02 gas }

            // A step of the density at contact, seen through noise by a small network.
            test "Hard rods have ln(1 − ρa)" { assertBound 300 0.08 (hardRods 0.5 256 16 4UL) }

            test "Hard discs follow the virial series" { assertBound 200 0.1 (hardSpheres 2 0.1 256 16 5UL) }

            test "A dense fluid of hard spheres follows Carnahan and Starling" {
                let system = hardSphereFluid 0.4 5 16 8UL
                let bound, text = bounded 200 0.7 system
                let corrected = Expect.wantSome bound.Corrected "its looseness is known"

                Expect.isTrue
                    (abs (float corrected.Value - system.Exact) <= 3.0 * float corrected.StandardError)
                    $"without its looseness {Estimate.format corrected}: {text}"
            }

            // The crystal of the model may be anywhere, this one is where it is: 1.5 ln N + ln v − 1.5 ln(2πe σ²) for the 216 atoms is 0.044 for each; the rest is learned
            // by heart from some thousand atoms.
            test "A lattice with Gaussian displacements is found and has the entropy of its Gaussians" {
                assertBound 60 0.1 (displacedLattice 0.15 6 16 7UL)
            }

            // What displacements have in common is worth 0.5 k_B here.
            test "A lattice with springs between neighbours has the entropy of its waves" {
                assertBound 60 0.1 (springLattice 0.1 0.3 6 16 6UL)
            }

            // The equation of state gives energies within about 0.5 %, and has to be read right.
            test "Monte Carlo and the equation of state agree on the energy of a Lennard-Jones liquid" {
                let temperature, density = 0.8, 0.8
                let system = lennardJonesFluid temperature density 4 4 3UL
                let energy = temperature * float system.Control.Mean.Value
                let error = temperature * float system.Control.Mean.StandardError
                let known = EquationOfState.energy temperature density

                Expect.isLessThan (abs (energy - known)) (3.0 * error + 0.03) $"{energy:F3}({error:F3}), {known:F3}"
                Expect.isLessThan error 0.02 "the chain is long enough to tell"
            }

            test "A fluid that is called a crystal is refused" {
                let options =
                    { options 3 10 with
                        Phase = Some DenoisingPhase.Crystal
                    }

                match DenoisingEntropy.estimate options Run.quiet gas.Snapshots with
                | Ok _ -> failtest "it has no sites"
                | Error faults ->
                    Expect.stringContains
                        (Expecting.single faults "one fault" |> MiceError.message)
                        "lattice"
                        "no lattice"
            }

            test "Names that do not matter change nothing: the ideal mixture has none" {
                assertBound 100 0.03 (mixed gas)
            }

            test "What was stopped goes on to the same numbers" {
                Mice.Testing.Files.inFolder (fun folder ->
                    let estimate store =
                        DenoisingEntropy.estimate
                            (options 3 6)
                            { Run.quiet with
                                Store = store
                                Threads = 1
                            }
                            gas.Snapshots
                        |> ok

                    let values (r: DenoisingResult) =
                        r.Bound.BySnapshot |> Array.map _.Entropy

                    let first = values (estimate (Some(RunStore.at folder)))
                    let ofSecond = Directory.GetFiles(folder, "*network-1*")
                    Expect.isNonEmpty ofSecond "each network has its own"
                    ofSecond |> Array.iter File.Delete

                    Expect.equal
                        (values (estimate (Some(RunStore.at folder))))
                        first
                        "the networks of the store are used"

                    Expect.equal (values (estimate None)) first "they are those of a run without one")
            }

            test "More paths of noise give the same bound within its errors, and its looseness with each number of them" {
                let bound paths =
                    let result =
                        DenoisingEntropy.estimate { options 3 3 with Paths = paths } Run.quiet gas.Snapshots
                        |> ok
                        |> DenoisingEntropy.withControl (ControlVariate.athermal gas.Snapshots.Length)

                    result.Bound

                let one, three = bound 1, bound 3
                let difference = Estimate.subtract one.ExcessEntropy three.ExcessEntropy
                // The snapshots and the first path are the same: errors of both together are too large.
                Expecting.within (3.0 * float difference.StandardError) (float difference.Value) 0.0 "the bound"
                Expect.isSome one.Looseness "one path"
                Expect.isSome three.Looseness "three paths"
            }

            test "With few snapshots there is a bound, and a check that fails" {
                let result =
                    DenoisingEntropy.estimate (options 3 3) Run.quiet (Array.take 5 gas.Snapshots) |> ok

                let failed =
                    result.Bound.Checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name

                Expect.contains failed "there are enough snapshots" "five are too few"
            }

            test "Where a network has a single snapshot to be judged by, the looseness is not known" {
                let result =
                    DenoisingEntropy.estimate { options 3 3 with Networks = 4 } Run.quiet (Array.take 5 gas.Snapshots)
                    |> ok
                    |> DenoisingEntropy.withControl (ControlVariate.athermal 5)

                Expect.isNone result.Bound.Looseness "no other snapshot tells the variances of the steps"
            }

            test "Each fault is one line" {
                let faults options snapshots =
                    match DenoisingEntropy.estimate options Run.quiet snapshots with
                    | Ok _ -> []
                    | Error faults -> faults |> List.map MiceError.message

                let some = options 3 10
                let few = faults some (Array.take 2 gas.Snapshots)
                Expect.stringContains (Expecting.single few "one fault") "snapshots" "too few of them"
                let again = Array.append gas.Snapshots [| { gas.Snapshots[0] with Step = 99L } |]
                Expect.hasLength (faults some again) 1 "a repeated configuration"

                let far =
                    { some with
                        Network =
                            { some.Network with
                                CutoffInMeanDistances = 3.1
                            }
                    }

                Expect.stringContains (Expecting.single (faults far gas.Snapshots) "one fault") "height" "a small box"

                let wrong =
                    { some with
                        Networks = 1
                        Paths = 0
                        Dimension = 4
                    }

                Expect.hasLength (faults wrong gas.Snapshots) 3 "three options"
            }
        ]
