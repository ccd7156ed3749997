module Mice.Entropy.Tests.LatticeSystemsTests

open Expecto
open Mice
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Entropy.Tests.SpinSamples

let private two = { Run.quiet with Threads = 2 }

/// Short trainings that small tori need.
let private options methods =
    let start = LatticeEntropyOptions.defaults

    { start with
        Methods = methods
        Scan =
            { start.Scan with
                Width = 32
                Steps = 300
                BatchSites = 512
            }
        Mice =
            { start.Mice with
                Training =
                    { start.Mice.Training with
                        Steps = 200
                        JointBlocks = 8
                    }
            }
    }

let private system name sides parameters =
    validate {
        let! family = LatticeSystems.tryFind name

        return!
            LatticeFamily.create
                { LatticeFamily.request sides with
                    Parameters = parameters
                    Equilibrate = Some 50
                }
                family
    }

let private faults name sides parameters =
    system name sides parameters |> messages

[<Tests>]
let tests =
    testList
        "LatticeSystemsTests"
        [
            // Exact references: all states, or the transfer matrix of clusters. The scan is unbiased; MICE is an upper bound, by what 200 steps leave.
            testTheory
                "Scan and MICE find the exact entropy of small tori"
                [
                    "potts", [ 4 ], [ "states", "3" ], 1.3
                    "potts", [ 4 ], [ "states", "10"; "coupling", "-1" ], 0.6
                    "potts", [ 4; 2; 2 ], [ "states", "2"; "field", "0.5" ], 2.0
                    "ising3d", [ 4; 2; 2 ], [], 4.5
                    "ising3d", [ 2 ], [ "field", "0.7"; "coupling", "-1" ], 3.0
                ]
            <| fun (name, sides, parameters, temperature) ->
                let system = system name sides parameters |> ok

                let methods =
                    if sides = [ 2 ] then
                        [ LatticeMethod.Scan ]
                    else
                        [ LatticeMethod.Scan; LatticeMethod.Mice ]

                let points = system.Estimate (options methods) two [ temperature ] |> ok

                for point in points do
                    let exact = (Option.get point.Reference).EntropyPerSite.Value
                    let error = float point.EntropyPerSite.StandardError
                    Expecting.inRange error 1e-4 0.01 $"the error of {point.Method} is that of 2,048 snapshots"
                    // Four errors, and for MICE what a short training misses of M besides: up to 0.02 nats per site.
                    let slack = if point.Method = "mice" then 0.02 else 0.0

                    Expecting.inRange
                        (float (point.EntropyPerSite.Value - exact))
                        (-4.0 * error)
                        (4.0 * error + slack)
                        $"{point.Method} is exact within its error"

            // Spins that do not interact. Of 2,048 snapshots, four errors.
            testTheory
                "Counting and the compressor find ln q of independent spins"
                [ "potts", "3", log 3.0; "potts", "4", log 4.0; "ising3d", "", log 2.0 ]
            <| fun (name, states, expected) ->
                let parameters =
                    [
                        "coupling", "0"
                        if states <> "" then
                            "states", states
                    ]

                let system = system name (if name = "potts" then [ 8 ] else [ 4 ]) parameters |> ok
                let points = system.Estimate (options [ LatticeMethod.Counting ]) two [ 1.0 ] |> ok
                Expect.isTrue (points.Length >= 4) "naive, kikuchi and contexts"

                for point in points do
                    Expecting.withinErrors 4.0 point.EntropyPerSite expected point.Method

                let compressed =
                    system.Estimate (options [ LatticeMethod.Compression ]) two [ 1.0 ] |> ok
                // What a compressor adds to random bytes is in the normalisation, and no more than that.
                Expecting.inRange
                    (float compressed.Head.EntropyPerSite.Value)
                    (expected - 0.01)
                    (expected + 0.01)
                    "compression"

            test "The energy of a cubic Ising model is that of all its bonds" {
                let slow coupling field shape (spins: sbyte[]) =
                    let neighbours, z = Torus.neighbours shape, 2 * shape.Length

                    let around i =
                        Seq.init z (fun n -> float spins[neighbours[z * i + n]]) |> Seq.sum

                    // Every bond is met from both of its ends.
                    let bonds = spins |> Seq.mapi (fun i s -> float s * around i) |> Seq.sum
                    -0.5 * coupling * bonds - field * (spins |> Array.sumBy float)

                for shape in [ [| 2; 2; 2 |]; [| 3; 4; 5 |] ] do
                    let spins =
                        Array.init (LatticeShape.sites shape) (fun i -> if i % 3 = 0 then 1y else -1y)

                    let model =
                        {
                            Shape = shape
                            Coupling = 1.5
                            Field = 0.25
                        }

                    Expecting.decimals
                        10
                        (CubicIsing.energy model spins)
                        (slow 1.5 0.25 shape spins)
                        "the energy is that of all bonds"
            }

            test "What is no model is refused with its parameters" {
                Expect.equal
                    (faults "potts" [ 4 ] [ "colour", "red"; "states", "1"; "states", "3" ] |> List.length)
                    2
                    "an unknown parameter, and one that is given twice"

                Expect.stringContains
                    (Expecting.single (faults "potts" [ 4 ] [ "states", "1" ]) "faults")
                    "an integer from 2 to 127"
                    "too few states"

                Expect.equal
                    (faults "ising" [ 4 ] [ "lattice", "cubic"; "coupling", "x"; "field", "nan" ]).Length
                    3
                    "all faults at once"

                Expect.stringContains
                    (Expecting.single (faults "ising3d" [ 4; 4 ] []) "faults")
                    "one side, or 3 of them"
                    "two sides"

                Expect.stringContains
                    (Expecting.single (faults "heisenberg" [ 4 ] []) "faults")
                    "heisenberg"
                    "no such family"
            }

            test "Every family names itself, its parameters and its defaults" {
                for family in LatticeSystems.all do
                    let system = LatticeFamily.create (LatticeFamily.request [ 4 ]) family |> ok
                    Expect.equal system.Name family.Name "the system has the family's name"

                    Expect.equal
                        (system.Parameters |> List.map fst)
                        (family.Parameters |> List.map _.Name)
                        "and its parameters"

                    Expect.isEmpty (system.Faults 2.0) "defaults are sound"
                    Expect.equal system.Shape.Length family.Axes.Head "as many axes as the family has"
            }
        ]
