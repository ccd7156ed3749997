module Mice.Entropy.Tests.LatticeSnapshotEntropyTests

open Expecto
open System
open System.Threading
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private unknown: LatticeConditions =
    {
        Symmetry = SpinSymmetry.none
        GroupSnapshots = 1
        Thermal = None
        Hamiltonian = None
    }

let private two = { Run.quiet with Threads = 2 }

let private ofSpins options conditions set =
    LatticeGiven.Spins set |> LatticeSnapshotEntropy.estimate options two conditions

let private ofAngles options conditions set =
    LatticeGiven.Angles set |> LatticeSnapshotEntropy.estimate options two conditions

/// Independent angles with the law of one spin in a field.
let private angles seed rows columns count kappa : LatticeSnapshots<float> =
    let generator = Key.ofSeed seed |> Key.generator

    let angle () =
        let struct (c, s) = VonMises.sample generator kappa
        atan2 s c

    {
        Shape = [| rows; columns |]
        Sites = Array.init count (fun _ -> Array.init (rows * columns) (fun _ -> angle ()))
    }

/// The same with smaller networks: a second, with looser results.
let private few methods =
    let options = hardlyTrained methods

    { options with
        Scan =
            { options.Scan with
                Width = 16
                BatchSites = 256
            }
    }

let private planarMethods =
    [ LatticeMethod.Mice; LatticeMethod.Scan; LatticeMethod.Compression ]

[<Tests>]
let tests =
    testList
        "LatticeSnapshotEntropyTests"
        [
            test "Every method reports spins from elsewhere, out of equilibrium too" {
                let points =
                    independent 3UL 8 8 256 0.3 |> ofSpins (few LatticeMethod.ofAnySpins) unknown |> ok

                Expect.sequenceEqual
                    (points |> List.map _.Method |> List.sort)
                    [ "compression"; "context_16"; "context_8"; "kikuchi"; "mice"; "naive"; "scan" ]
                    "every method reports"

                for p in points do
                    Expect.isTrue
                        (Double.IsNaN p.Temperature && p.EnergyPerSite.IsNone && p.Reference.IsNone)
                        "nothing is known of a temperature"

                // Independent spins, hardly trained: within 0.1 nats of h(0.3).
                for p in points |> List.filter (fun p -> List.contains p.Method [ "mice"; "scan"; "naive" ]) do
                    Expecting.inRange
                        (float p.EntropyPerSite.Value - binaryEntropy 0.3)
                        (-0.1)
                        0.1
                        $"{p.Method} is near h(0.3)"
            }

            test "Angles have the entropy of their law, and methods for spins are not for them" {
                let set = angles 5UL 4 4 256 2.0
                let points = ofAngles (few planarMethods) unknown set |> ok

                Expect.sequenceEqual
                    (points |> List.map _.Method)
                    [ "mice"; "naive"; "scan"; "compression" ]
                    "every method for angles reports"

                for p in points do
                    // Independent spins in a field, of which MICE counts 2,048; the scan is hardly trained; the compressor knows of no field.
                    let least, most =
                        match p.Method with
                        | "mice" -> -0.05, 0.2
                        | "scan" -> -4.0 * float p.EntropyPerSite.StandardError, 0.2
                        | _ -> 0.0, log (2.0 * Math.PI) - VonMises.entropy 2.0

                    Expecting.inRange
                        (float p.EntropyPerSite.Value - VonMises.entropy 2.0)
                        least
                        most
                        $"{p.Method} is near the entropy of the law"

                for method in [ LatticeMethod.Counting; LatticeMethod.Integration ] do
                    let refused = ofAngles (few [ method ]) unknown set |> messages

                    let name = LatticeMethod.name method
                    Expect.stringContains (Expecting.single refused $"{name} is refused") name "the message names it"

                Expecting.single
                    (ofSpins (few [ LatticeMethod.Integration ]) unknown (independent 3UL 8 8 32 0.5) |> messages)
                    "there is nothing to integrate"
                |> ignore
            }

            test "A declared temperature is reported with the energies, and takes noise out" {
                let model = XYModel.square 4 1.5

                let chain =
                    XYChain.sample
                        { XYChainOptions.defaults with
                            Chains = 16
                            Snapshots = 8
                            Equilibrate = 20
                            Every = 5
                        }
                        (Run.seeded 7UL two)
                        model
                    |> ok

                let thermal mean =
                    { unknown with
                        Symmetry = SpinSymmetry.ofLattice Lattice.Square true [| 4; 4 |]
                        GroupSnapshots = 8
                        Thermal = Some(LatticeConditions.thermal 1.5 16 8 mean chain.Energies)
                    }

                let run conditions =
                    ofAngles (few [ LatticeMethod.Scan ]) conditions chain.Snapshots |> ok |> List.exactlyOne

                let known = run (thermal (Some chain.EnergyPerSite))
                Expecting.decimals 12 known.Temperature 1.5 "the temperature is reported"

                Expect.equal known.EnergyPerSite (Some chain.EnergyPerSite) "so is the energy"
                Expect.isSome known.ReducedFreeEnergyPerSite "so is the free energy"
                // Without a better one, the mean over groups of snapshots.
                let own = (thermal None).Thermal.Value.MeanPerSite

                Expecting.decimals
                    12
                    own.Value
                    (Array.average chain.Energies / 16.0)
                    "the mean energy is that of the snapshots"

                let groups =
                    chain.Energies |> Array.chunkBySize 8 |> Array.map (fun g -> Array.average g / 16.0)

                Expecting.decimals 12 own.StandardError (Statistics.standardError groups) "its error is that of groups"

                let energy = XYState.ofAngles >> XYModel.energy model

                let unbiased =
                    run
                        { thermal (Some chain.EnergyPerSite) with
                            Hamiltonian = Some(LatticeHamiltonian.Angles energy)
                        }

                Expect.equal
                    (unbiased.EntropyPerSite.Direction, unbiased.UpperBound)
                    (Direction.Exact, known.UpperBound)
                    "a Hamiltonian makes the estimate exact and leaves the bound"

                let other =
                    LatticeGiven.Angles chain.Snapshots
                    |> LatticeSnapshotEntropy.estimate
                        (few [ LatticeMethod.Scan ])
                        two
                        { thermal (Some chain.EnergyPerSite) with
                            Hamiltonian = Some(LatticeHamiltonian.Spins(fun _ -> 0.0))
                        }
                    |> messages

                Expect.equal
                    other
                    [
                        "spins of the Hamiltonian and of the snapshots do not match: ±1 against angles."
                    ]
                    "one of other spins is refused"

                let plain = run { thermal None with Thermal = None }
                Expect.isTrue (Double.IsNaN plain.Temperature) "no temperature is reported"

                Expect.isTrue
                    (known.EntropyPerSite.StandardError < plain.EntropyPerSite.StandardError)
                    "energies make the error smaller"
            }

            testCase "What was done is kept for the same snapshots and assumptions alone"
            <| fun () ->
                inFolder (fun folder ->
                    let options = few [ LatticeMethod.Scan ]
                    let set = angles 5UL 4 4 32 2.0

                    let kept =
                        { two with
                            Store = Some(RunStore.at folder)
                        }

                    let energies = set.Sites |> Array.map Array.sum

                    let thermal mean =
                        { unknown with
                            Thermal = Some(LatticeConditions.thermal 1.0 16 1 (Some mean) energies)
                            Hamiltonian = Some(LatticeHamiltonian.Angles Array.sum)
                        }

                    let conditions = thermal (Estimate.create 0.25 0.01 Direction.Exact)

                    let first =
                        LatticeSnapshotEntropy.estimate options kept conditions (LatticeGiven.Angles set) |> ok

                    use cancelled = new CancellationTokenSource()
                    cancelled.Cancel()

                    let again =
                        LatticeSnapshotEntropy.estimate
                            options
                            { kept with Cancel = cancelled.Token }
                            conditions
                            (LatticeGiven.Angles set)
                        |> ok
                    // Nothing is left to compute. Not a number equals itself for Equals, not for (=).
                    Expect.isTrue ((List.exactlyOne first).Equals(List.exactlyOne again)) "what was kept is read back"

                    let refused why run conditions set =
                        Expecting.single
                            (LatticeSnapshotEntropy.estimate options run conditions (LatticeGiven.Angles set)
                             |> messages)
                            why
                        |> ignore

                    let turned = { set with Sites = Array.rev set.Sites }

                    refused
                        "snapshots in another order"
                        kept
                        (thermal (Estimate.create 0.25 0.01 Direction.Exact))
                        turned

                    refused
                        "another symmetry"
                        kept
                        { conditions with
                            Symmetry = SpinSymmetry.translations true
                        }
                        set

                    refused "other groups" kept { conditions with GroupSnapshots = 2 } set
                    refused "another mean energy" kept (thermal (Estimate.create 0.26 0.01 Direction.Exact)) set
                    refused "another error of it" kept (thermal (Estimate.create 0.25 0.02 Direction.Exact)) set
                    refused "no energies" kept { conditions with Thermal = None } set

                    refused
                        "another Hamiltonian"
                        kept
                        { conditions with
                            Hamiltonian = Some(LatticeHamiltonian.Angles(Array.sum >> (*) 2.0))
                        }
                        set

                    refused "another seed" (Run.seeded 2UL kept) conditions set)

            test "All faults are told before any work" {
                let told (_: Progress) = failwith "work has begun"

                let faults conditions (set: LatticeSnapshots<float>) =
                    LatticeSnapshotEntropy.estimate
                        (few [ LatticeMethod.Mice; LatticeMethod.Counting ])
                        { two with Progress = told }
                        conditions
                        (LatticeGiven.Angles set)
                    |> messages

                let energies =
                    { unknown with
                        Thermal = Some(LatticeConditions.thermal 1.0 36 1 None (Array.zeroCreate 5))
                    }
                // A method that is not for angles, a side that cannot be halved, too few snapshots, energies of other ones.
                Expect.equal (faults energies (angles 1UL 6 6 8 1.0)).Length 4 "all four are told"
                let wrong = angles 1UL 4 4 32 1.0

                let short =
                    { wrong with
                        Sites = Array.append wrong.Sites [| [| 1.0 |] |]
                    }

                Expect.equal (faults unknown short).Length 2 "the method and the snapshot are told"
            }

            test "Groups that leave nothing independent are refused" {
                for group in [ 0; 11; 32; 100 ] do
                    for method in planarMethods do
                        let refused =
                            ofAngles (few [ method ]) { unknown with GroupSnapshots = group } (angles 1UL 4 4 32 1.0)
                            |> messages

                        Expecting.single refused $"groups of {group} are refused" |> ignore
            }
        ]
