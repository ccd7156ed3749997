module Mice.Alloys.Tests.FileTests

open System
open System.IO
open System.Text
open Expecto
open Mice
open Mice.Atoms
open Mice.Alloys
open Mice.Alloys.Tests.Reference

let private species = struct ("Au", "Cu")

let private onLattice lattice snapshot =
    Configuration.ofSnapshot Configuration.defaultTolerance lattice species "structure 7" snapshot

let private bytes (text: string) = Encoding.UTF8.GetBytes text

[<Tests>]
let tests =
    testList
        "Files"
        [
            test "a structure comes back from its atoms, in any order, moved, strained and distorted" {
                let generator = Key.ofSeed 31UL |> Key.generator

                for lattice in [ ParentLattice.fcc 3.8 |> ok; ParentLattice.hcp 2.9 4.7 |> ok ] do
                    for matrix in
                        [
                            [| 2; 0; 0; 0; 2; 0; 0; 0; 3 |]
                            [| 0; 1; 1; 1; 0; 1; 2; 2; 0 |]
                            [| 2; 1; 0; 0; 2; 0; -1; 0; 2 |]
                        ] do
                        let supercell = Supercell.create lattice matrix |> ok

                        let made =
                            {
                                Supercell = supercell
                                States = randomStates generator supercell.Count
                            }

                        let ideal = Configuration.toSnapshot species made
                        Expect.equal (onLattice lattice ideal |> ok).States made.States "as it is"
                        Expect.equal (onLattice lattice ideal |> ok).Supercell.Matrix matrix "the supercell"
                        let order = Array.init supercell.Count id
                        generator.Shuffle order
                        let scale = 1.01

                        let stirred =
                            { ideal with
                                Species = order |> Array.map (fun i -> ideal.Species[i])
                                Cell =
                                    { ideal.Cell with
                                        Vectors = ideal.Cell.Vectors |> Array.map (fun v -> scale * v)
                                    }
                                Positions =
                                    order
                                    |> Array.collect (fun i ->
                                        Array.init 3 (fun k ->
                                            scale * ideal.Positions[3 * i + k]
                                            + 0.37
                                            + 0.03 * (generator.NextFloat() - 0.5)))
                            }

                        let found = onLattice lattice stirred |> ok
                        // A translation of the whole crystal cannot be seen, so energies are compared and not states.
                        let expansion = randomExpansion 7UL lattice (cutoffs [ 4.0; 4.0 ])

                        Expecting.within
                            1e-11
                            (plainEnergy expansion found.Supercell found.States)
                            (plainEnergy expansion supercell made.States)
                            "energy"
            }

            test "what is not on the lattice is refused in one line with structure and atom" {
                let lattice = ParentLattice.fcc 3.8 |> ok
                let supercell = Supercell.multiples lattice 2 2 2 |> ok

                let good =
                    Configuration.toSnapshot
                        species
                        {
                            Supercell = supercell
                            States = Array.create 8 1uy
                        }

                let line snapshot =
                    Expecting.single (onLattice lattice snapshot |> messages) "one line"

                let moved = Array.copy good.Positions
                moved[3 * 4] <- moved[3 * 4] + 0.5
                let off = line { good with Positions = moved }
                Expect.stringContains off "atom 5 of structure 7" "the atom"

                let boxed =
                    line
                        { good with
                            Cell =
                                { good.Cell with
                                    Vectors = good.Cell.Vectors |> Array.map (fun v -> 1.15 * v)
                                }
                        }

                Expect.stringContains boxed "the box of structure 7" "the box"
                let twice = Array.copy good.Positions
                Array.blit twice 0 twice 3 3

                Expect.stringContains
                    (line { good with Positions = twice })
                    "atoms 1 and 2 of structure 7"
                    "one site twice"

                let platinum =
                    line
                        { good with
                            SpeciesNames = [| "Pt"; "Cu" |]
                        }

                Expect.stringContains platinum "Pt" "the element"

                Expect.stringContains
                    (line
                        { good with
                            Species = good.Species[1..]
                            Positions = good.Positions[3..]
                        })
                    "structure 7"
                    "a vacancy"

                let open' =
                    line
                        { good with
                            Cell =
                                { good.Cell with
                                    Periodic = [| true; true; false |]
                                }
                        }

                Expect.stringContains open' "not periodic" "a slab"
                let bcc = ParentLattice.bcc 3.0 |> ok
                Expect.isNonEmpty (onLattice bcc good |> messages) "another lattice"
            }

            test "cluster expansions are read as they were written" {
                for lattice in [ ParentLattice.fcc 3.8 |> ok; ParentLattice.hcp 2.9 4.7 |> ok ] do
                    let expansion = randomExpansion 8UL lattice (cutoffs [ 4.5; 3.9 ])

                    inFolder (fun folder ->
                        let path = Path.Combine(folder, "alloy.json")
                        ClusterExpansionFile.write path expansion
                        let read = ClusterExpansionFile.read path |> ok
                        Expect.equal read.Interactions expansion.Interactions "interactions"
                        Expect.equal read.Lattice expansion.Lattice "lattice"
                        Expect.equal read.Species expansion.Species "species"
                        Expect.equal read.Cutoffs expansion.Cutoffs "cut-offs"
                        Expect.equal (read.Orbits |> Array.map _.Name) (expansion.Orbits |> Array.map _.Name) "orbits")
            }

            test "damaged files are refused by file and field" {
                let expansion = randomExpansion 8UL (ParentLattice.sc 3.0 |> ok) (cutoffs [ 3.1 ])

                let text =
                    inFolder (fun folder ->
                        let path = Path.Combine(folder, "alloy.json")
                        ClusterExpansionFile.write path expansion
                        File.ReadAllText path)

                let faults (content: string) =
                    withFile (bytes content) (fun path ->
                        let found = ClusterExpansionFile.read path |> messages
                        Expect.all found (fun m -> m.Contains path) "the file is named"
                        found)

                Expect.isEmpty (faults text) "the file itself is good"

                for before, after, named in
                    [
                        "\"version\": 1", "\"version\": 2", "version"
                        "mice cluster expansion", "something else", "format"
                        "\"c0\"", "\"c7\"", "c7"
                        "\"lattice\"", "\"grid\"", "lattice"
                        "\"species\"", "\"atoms\"", "species"
                        "\"2\": 3.1", "\"two\": 3.1", "two"
                        "\"2\": 3.1", "\"2\": \"3.1\"", "cutoffs_angstrom.2"
                        "\"basis_fractional\"", "\"basis\"", "basis_fractional"
                    ] do
                    Expect.stringContains text before "the text is there"
                    let found = faults (text.Replace(before, after))
                    Expect.exists found (fun m -> m.Contains named) $"{named} is named"

                Expect.equal
                    (faults (text.Replace("\"species\"", "\"a\"").Replace("\"lattice\"", "\"b\""))).Length
                    2
                    "both faults at once"

                Expect.hasLength (faults (text.Substring(0, text.Length / 2))) 1 "half a file"
                Expect.hasLength (faults "[1]") 2 "no object"
                Expect.hasLength (ClusterExpansionFile.read "/nowhere.json" |> messages) 1 "no file"
            }

            test "plain lists of interactions are read" {
                let _, species, reach = cuau

                let read =
                    ClusterExpansionFile.readInteractions (lattice cuau) species reach (file "eci_cuau.json") |> ok

                Expect.equal read.Interactions (cuauExpansion ()).Interactions "interactions"

                withFile (bytes "{\"c0\": 1, \"c1_0\": \"x\"}") (fun path ->
                    let found =
                        ClusterExpansionFile.readInteractions (lattice cuau) species reach path |> messages

                    Expect.exists found (fun m -> m.Contains "c1_0") "the field is named")
            }

            test "training sets come from extended XYZ, and faults name every structure" {
                let lattice = ParentLattice.fcc 3.8 |> ok
                let supercell = Supercell.multiples lattice 1 1 2 |> ok

                let set =
                    {
                        Lattice = lattice
                        Species = species
                        Cutoffs = cutoffs [ 3.0 ]
                        Structures = [||]
                    }

                let snapshot states (energy: float option) =
                    { Configuration.toSnapshot
                          species
                          {
                              Supercell = supercell
                              States = states
                          } with
                        Values =
                            energy |> Option.map (fun e -> "energy", FrameValue.Real e) |> Option.toList |> Map.ofList
                    }

                inFolder (fun folder ->
                    let path = Path.Combine(folder, "alloy.xyz")

                    let write snapshots =
                        Trajectory.write TrajectoryFormat.ExtendedXyz path snapshots

                    write [ snapshot [| 1uy; 0uy |] (Some -0.5); snapshot [| 1uy; 1uy |] (Some 0.25) ]
                    let read = AlloyTrainingSet.withFile 0.1 None path set |> ok
                    Expect.equal (read.Structures |> Array.map _.EnergyPerSite) [| -0.25; 0.125 |] "energies"

                    Expect.equal
                        (read.Structures |> Array.map _.Configuration.States)
                        [| [| 1uy; 0uy |]; [| 1uy; 1uy |] |]
                        "states"

                    write
                        [
                            snapshot [| 1uy; 0uy |] None
                            snapshot [| 1uy; 1uy |] (Some 0.25)
                            snapshot [| 0uy; 0uy |] None
                        ]

                    let found = AlloyTrainingSet.withFile 0.1 None path set |> messages
                    Expect.hasLength found 2 "two structures without energy"
                    Expect.exists found (fun m -> m.Contains "structure 3 of") "the third structure")
            }
        ]
