module Mice.Cli.Tests.AlloyTests

open System.IO
open System.Text.Json
open Expecto
open Mice
open Mice.Alloys
open Mice.Atoms
open Mice.Cli.Tests.Process

let private species = struct ("Au", "Cu")

/// A cluster expansion of pairs and triplets of neighbours on the fcc lattice.
let private expansion =
    let lattice = ParentLattice.fcc 3.8 |> ok

    [
        "c0", -0.02
        "c1_0", 0.01
        "c2_d0000_0_00", 0.03
        "c2_d0001_0_00", -0.012
        "c3_d0000_0_000", 0.006
    ]
    |> Map.ofList
    |> ClusterExpansion.create lattice species [ { Size = 2; Distance = 4.0 }; { Size = 3; Distance = 3.0 } ]
    |> ok

let private form =
    [ "--lattice"; "fcc:3.8"; "--species"; "Au,Cu"; "--cutoffs"; "2:4.0,3:3.0" ]

let private supercell a b c =
    Supercell.multiples expansion.Lattice a b c |> ok

/// Structures of some supercells with random atoms and the energies of the expansion.
let private structures: Snapshot[] =
    let generator = Key.ofSeed 5UL |> Key.generator

    [|
        for a, b, c in [ 1, 1, 1; 1, 1, 2; 2, 2, 2; 2, 2, 3; 3, 2, 2; 3, 3, 2; 2, 3, 4 ] do
            for share in [ 0.0; 0.3; 0.6; 1.0 ] do
                let cell = supercell a b c

                let states =
                    Array.init cell.Count (fun _ -> if generator.NextFloat() < share then 1uy else 0uy)

                { Configuration.toSnapshot species { Supercell = cell; States = states } with
                    Values =
                        Map
                            [
                                "energy", FrameValue.Real((FigureTable.create expansion cell).Energy states 0)
                            ]
                }
    |]

/// Work in a folder with structures.xyz and expansion.json.
let private withFiles (work: (string -> string) -> unit) =
    inFolder (fun folder ->
        let at (name: string) = Path.Combine(folder, name)
        Trajectory.write TrajectoryFormat.ExtendedXyz (at "structures.xyz") structures
        ClusterExpansionFile.write (at "expansion.json") expansion
        work at)

let private alloy (arguments: string list) : Outcome =
    mice ("alloy" :: arguments @ [ "--quiet" ])

let private good (outcome: Outcome) =
    Expect.equal outcome.Code 0 (String.concat " " outcome.Errors)
    outcome

/// Each part is in a line of its own, and there are no other lines.
let private bad (parts: string list) (outcome: Outcome) =
    Expect.equal outcome.Code 2 "bad input"
    let all = String.concat "\n" outcome.Errors
    Expect.hasLength outcome.Errors parts.Length all

    for part in parts do
        Expect.exists outcome.Errors (fun line -> line.Contains part) $"{part} in {all}"

let private json (path: string) =
    (JsonDocument.Parse(File.ReadAllText path)).RootElement

let private real (key: string) (element: JsonElement) = element.GetProperty(key).GetDouble()

let private rows (key: string) (element: JsonElement) : JsonElement[] =
    element.GetProperty(key).EnumerateArray() |> Array.ofSeq

/// A number of a row with its standard error within files.
let private withError (key: string) (row: JsonElement) : Estimate<1> =
    let error =
        match row.TryGetProperty "standard_error", row.TryGetProperty $"{key}_standard_error" with
        | _, (true, error) -> error.GetDouble()
        | (true, error), _ -> error.GetDouble()
        | _ -> nan

    Estimate.create (real key row) error Direction.Exact

let private enumerated (at: string -> string) further : JsonElement =
    alloy ([ "enumerate"; at "expansion.json"; "--size"; "2x2x3"; "--json"; at "e.json" ] @ further)
    |> good
    |> ignore

    json (at "e.json")

/// The structures of the reference data as a file.
let private referenceStructures (path: string) =
    let numbers (key: string) (element: JsonElement) =
        [|
            for row in rows key element do
                for number in row.EnumerateArray() -> number.GetDouble()
        |]

    let all = json (Repository.needsReference [ "segal"; "cuau_dft.json" ])

    [|
        for s in all.EnumerateArray() do
            let box =
                Cell.create (numbers "cell_angstrom" s) (Array.zeroCreate 3) (Array.create 3 true)
                |> Result.defaultWith failwith

            { Snapshot.ofPositions "Au" box (numbers "positions_angstrom" s) with
                SpeciesNames = [| "Au"; "Cu" |]
                Species = [| for z in rows "numbers" s -> if z.GetInt32() = 79 then 0 else 1 |]
                Values = Map [ "energy", FrameValue.Real(real "dft_formation_energy_eV" s) ]
            }
    |]
    |> Trajectory.write TrajectoryFormat.ExtendedXyz path

[<Tests>]
let tests =
    testList
        "alloy"
        [
            test "fit finds the interactions that the energies are made of, and writes them" {
                withFiles (fun at ->
                    let out =
                        alloy (
                            [
                                "fit"
                                at "structures.xyz"
                                "--method"
                                "least-squares"
                                "--output"
                                at "fit.json"
                            ]
                            @ [ "--json"; at "f.json"; "--report"; at "f.html" ]
                            @ form
                        )
                        |> good

                    let read = ClusterExpansionFile.read (at "fit.json") |> ok

                    Array.iter2
                        (fun a b -> Expecting.within 1e-9 a b "interaction")
                        read.Interactions
                        expansion.Interactions

                    let f = json (at "f.json")
                    Expecting.within 1e-9 (real "training_error_eV_per_atom" f) 0.0 "RMSE"
                    Expect.hasLength (rows "structures" f) 28 "structures"
                    Expect.stringContains out.Out "Structures that are too small for a cluster" "how they are counted"
                    Expect.isGreaterThan (f.GetProperty("wrapped_clusters").GetArrayLength()) 0 "names of clusters"
                    Expect.isTrue (File.Exists(at "f.html")) "report"

                    for method in [ "ridge"; "lasso"; "ard" ] do
                        alloy (
                            [
                                "fit"
                                at "structures.xyz"
                                "--method"
                                method
                                "--folds"
                                "4"
                                "--near-hull"
                                "0.05"
                            ]
                            @ [ "--output"; at $"{method}.json" ]
                            @ form
                        )
                        |> good
                        |> ignore)
            }

            test "enumerate tells what the library finds, and writes the ground states" {
                withFiles (fun at ->
                    let found =
                        enumerated
                            at
                            [
                                "--temperature"
                                "400,800"
                                "--difference"
                                "-0.3:0.3:3"
                                "--structures"
                                at "g.xyz"
                                "--report"
                                at "e.html"
                            ]

                    let known =
                        AlloyEnumeration.create
                            Run.quiet
                            expansion
                            (supercell 2 2 3)
                            [| 400.0; 800.0 |]
                            [| -0.3; 0.0; 0.3 |]
                        |> ok

                    for row, g in Array.zip (rows "ground_states" found) known.GroundStates do
                        Expecting.within 1e-12 (real "energy_eV_per_site" row) (g.Energy / 12.0) "energy"
                        Expect.equal (row.GetProperty("degeneracy").GetInt64()) g.Degeneracy "degeneracy"

                    for row, a in Array.zip (rows "averages" found) (Array.concat known.Averages) do
                        Expecting.within 1e-12 (real "composition" row) a.Composition "x"
                        Expecting.within 1e-12 (real "grand_potential_per_site_eV" row) (a.GrandPotential / 12.0) "Φ"

                    let stable = rows "stable" found
                    Expect.hasLength stable known.Stable.Length "stable compositions"

                    Expect.equal
                        (stable[0].GetProperty "from_chemical_potential_difference_eV").ValueKind
                        JsonValueKind.Null
                        "no lower end"

                    let written =
                        Trajectory.readKeeping Keep.Everything (at "g.xyz") |> ok |> _.Snapshots

                    for s, g in Array.zip written known.GroundStates do
                        let c =
                            Configuration.ofSnapshot 0.1 expansion.Lattice species "ground state" s |> ok

                        Expect.equal (c.States |> Array.sumBy int) g.Count "n₁"

                        Expecting.within
                            1e-9
                            ((FigureTable.create expansion c.Supercell).Energy c.States 0)
                            g.Energy
                            "its energy"

                        Expecting.within 1e-9 (Snapshot.energy s |> Result.defaultValue nan) g.Energy "energy told")
            }

            test "a network learns from structures of mcmc" {
                VerbTests.needsEngine ()

                withFiles (fun at ->
                    alloy (
                        [
                            "mcmc"
                            at "expansion.json"
                            "--size"
                            "2x2x2"
                            "--chains"
                            "8"
                            "--sweeps"
                            "80"
                        ]
                        @ [
                            "--temperature"
                            "600,900"
                            "--difference"
                            "-0.1,0,0.1"
                            "--snapshots"
                            "20"
                        ]
                        @ [ "--structures"; at "s.xyz" ]
                    )
                    |> good
                    |> ignore

                    let train (rest: string list) =
                        mice (
                            [
                                "segal"
                                "train"
                                "--system"
                                at "expansion.json"
                                "--temperature"
                                "500:1000"
                            ]
                            @ [
                                "--field"
                                "-0.15:0.15"
                                "--steps"
                                "200"
                                "--training"
                                "forward"
                                "--quiet"
                            ]
                            @ [
                                "--snapshots"
                                at "s.xyz"
                                "--output"
                                at "n.safetensors"
                                "--json"
                                at "n.json"
                            ]
                            @ rest
                        )

                    train [ "--size"; "2x2x2" ] |> good |> ignore
                    // Snapshots of other conditions than those of the files would leave far more.
                    Expect.isLessThan (real "divergence_nats" (json (at "n.json"))) 0.5 "nats"
                    train [ "--size"; "2x2x3" ] |> bad [ "2 0 0 0 2 0 0 0 2" ]
                    File.WriteAllLines(at "c.csv", [ "600,0" ])
                    train [ "--size"; "2x2x2"; "--conditions"; at "c.csv" ] |> bad [ "rows of --conditions" ]

                    Trajectory.write TrajectoryFormat.ExtendedXyz (at "s.xyz") (Array.take 1 structures[8..])

                    train [ "--size"; "2x2x2" ]
                    |> bad
                        [
                            "temperature_K of structure 1"
                            "chemical_potential_difference_eV of structure 1"
                        ])
            }

            test "mcmc and metadynamics have the averages of the enumeration" {
                withFiles (fun at ->
                    let grid = [ "--temperature"; "800"; "--difference"; "-0.2,0.1" ]
                    let exact = enumerated at grid

                    alloy (
                        [
                            "mcmc"
                            at "expansion.json"
                            "--size"
                            "2x2x3"
                            "--chains"
                            "32"
                            "--sweeps"
                            "300"
                        ]
                        @ grid
                        @ [ "--snapshots"; "2"; "--structures"; at "m.xyz"; "--json"; at "m.json" ]
                        @ [ "--report"; at "m.html" ]
                    )
                    |> good
                    |> ignore

                    for row, known in Array.zip (rows "results" (json (at "m.json"))) (rows "averages" exact) do
                        // Two comparisons with fixed seeds; Student's t with 31 degrees of freedom passes 4 once in 3,000.
                        Expecting.withinErrors 4.0 (withError "composition" row) (real "composition" known) "x"

                    Expect.equal (Trajectory.frames (at "m.xyz") |> Seq.length) 128 "snapshots"

                    alloy
                        [
                            "metadynamics"
                            at "expansion.json"
                            "--size"
                            "2x2x3"
                            "--temperature"
                            "800"
                            "--walkers"
                            "8"
                            "--sweeps"
                            "10000"
                            "--json"
                            at "w.json"
                            "--report"
                            at "w.html"
                        ]
                    |> good
                    |> ignore

                    let free =
                        (FigureTable.create expansion (supercell 2 2 3)).Polynomial
                        |> ExactEnumeration.create Run.quiet
                        |> Result.bind (ExactEnumeration.canonicalSums Run.quiet (float boltzmann) 800.0)
                        |> ok
                        |> ExactEnumeration.freeEnergies

                    rows "mixing" (json (at "w.json"))
                    |> Array.iteri (fun n row ->
                        let x = float n / 12.0
                        let known = (free[n] - x * free[12] - (1.0 - x) * free[0]) / 12.0

                        // Walks of 10,000 sweeps know the free energy to about 0.1 meV.
                        Expecting.within 1e-3 (real "free_energy_of_mixing_eV_per_site" row) known $"n = {n}"))
            }

            test "convert makes a cluster expansion of a plain list" {
                withFiles (fun at ->
                    let items =
                        Array.map2
                            (fun (o: ClusterOrbit) (j: float) -> $"\"{o.Name}\": {Number.text j}")
                            expansion.Orbits
                            expansion.Interactions

                    let all = String.concat ", " items
                    File.WriteAllText(at "list.json", "{" + all + "}")

                    alloy ([ "convert"; at "list.json"; "--output"; at "c.json" ] @ form) |> good |> ignore
                    let read = ClusterExpansionFile.read (at "c.json") |> ok
                    Expect.equal read.Interactions expansion.Interactions "interactions"

                    alloy ([ "convert"; at "list.json"; "--formation"; "--output"; at "d.json" ] @ form)
                    |> good
                    |> ignore

                    let struct (up, down) =
                        ClusterExpansionFile.read (at "d.json") |> ok |> ClusterExpansion.pureEnergies

                    Expecting.within 1e-12 (abs up + abs down) 0.0 "pure species"

                    alloy ([ "convert"; at "c.json"; "--output"; at "x.json" ] @ form) |> bad [ "no plain list" ]

                    File.WriteAllText(at "few.json", "{\"c0\": 1, \"c9\": 2, \"c1_0\": 1}")

                    alloy ([ "convert"; at "few.json"; "--output"; at "x.json" ] @ form)
                    |> bad [ "named 'c9'"; "the interaction of c2_d0000_0_00" ]

                    Expect.isFalse (File.Exists(at "x.json")) "nothing is written")
            }

            test "the structures and interactions of CuAu have the published fit and ground states" {
                withFiles (fun at ->
                    referenceStructures (at "dft.xyz")

                    let form =
                        [
                            "--lattice"
                            "fcc:3.8"
                            "--species"
                            "Au,Cu"
                            "--cutoffs"
                            "2:6.0,3:4.5,4:4.5"
                        ]

                    alloy (
                        [ "fit"; at "dft.xyz"; "--method"; "ridge"; "--output"; at "f.json" ]
                        @ [ "--json"; at "r.json" ]
                        @ form
                    )
                    |> good
                    |> ignore

                    // The published interactions leave 6.33 meV/atom; ridge with a strength of its own is near to them.
                    Expecting.within 3e-4 (real "training_error_eV_per_atom" (json (at "r.json"))) 0.00633 "RMSE"

                    let published = Repository.needsReference [ "segal"; "eci_cuau.json" ]

                    alloy ([ "convert"; published; "--formation"; "--output"; at "c.json" ] @ form) |> good |> ignore

                    alloy [ "enumerate"; at "c.json"; "--size"; "2x2x4"; "--json"; at "e.json" ] |> good |> ignore

                    let e = json (at "e.json")
                    let inner = (rows "stable" e)[1..3]

                    for row, (x, energy, degeneracy) in
                        Array.zip inner [| 0.25, -0.0341671942, 4; 0.5, -0.0361824881, 6; 0.75, -0.0187543510, 4 |] do
                        Expecting.within 1e-12 (real "composition" row) x "x"
                        Expecting.within 1e-9 (real "formation_energy_eV_per_site" row) energy "energy"
                        let ground = (rows "ground_states" e)[int (16.0 * x)]
                        Expect.equal (ground.GetProperty("degeneracy").GetInt32()) degeneracy "degeneracy")
            }

            test "bad input of fit is told in lines" {
                withFiles (fun at ->
                    let fit file further =
                        alloy ([ "fit"; at file; "--output"; at "o.json" ] @ further)

                    let writing name (snapshots: Snapshot[]) =
                        Trajectory.write TrajectoryFormat.ExtendedXyz (at name) snapshots

                    alloy [ "fit" ]
                    |> bad
                        [
                            "STRUCTURES is missing"
                            "--lattice is missing"
                            "--species"
                            "--cutoffs"
                            "--output"
                        ]

                    fit "none.xyz" form |> bad [ "no such file" ]

                    fit "structures.xyz" [ "--lattice"; "hex:2"; "--species"; "Au"; "--cutoffs"; "2" ]
                    |> bad [ "no lattice named 'hex'"; "--species is 'Au'"; "--cutoffs is '2'" ]

                    // Structures of another lattice between those of this one.
                    let other = ParentLattice.bcc 3.0 |> ok

                    let ofOther =
                        { Configuration.toSnapshot
                              species
                              {
                                  Supercell = Supercell.multiples other 1 1 2 |> ok
                                  States = [| 0uy; 1uy |]
                              } with
                            Values = structures[0].Values
                        }

                    writing "mixed.xyz" [| structures[0]; ofOther; structures[1] |]
                    fit "mixed.xyz" form |> bad [ "the box of structure 2" ]

                    writing
                        "bare.xyz"
                        [|
                            structures[0]
                            { structures[1] with
                                Values = Map.empty
                            }
                        |]

                    fit "bare.xyz" form |> bad [ "the energy of structure 2" ]

                    fit "structures.xyz" ("--energy-key" :: "E0" :: form)
                    |> fun o -> Expect.hasLength o.Errors 6 "lines"

                    fit "structures.xyz" [ "--lattice"; "fcc:3.8"; "--species"; "Au,Ag"; "--cutoffs"; "2:4" ]
                    |> fun o -> Expect.stringContains o.Errors[0] "named 'Cu'; known: Au, Ag" "unknown element"

                    writing "three.xyz" structures[8..10]

                    fit "three.xyz" ("--method" :: "least-squares" :: form)
                    |> bad [ "3 structures are fewer than the 5" ]

                    fit "structures.xyz" ("--method" :: "best" :: form) |> bad [ "no method of a fit named 'best'" ]
                    fit "structures.xyz" ("--strength" :: "1" :: form) |> bad [ "--strength and --method" ]
                    fit "structures.xyz" ("--folds" :: "99" :: form) |> bad [ "the number of folds is 99" ]
                    fit "structures.xyz" ("--near-hull" :: "0" :: form) |> bad [ "--near-hull" ]
                    Expect.isFalse (File.Exists(at "o.json")) "nothing is written")
            }

            test "bad input of the other verbs is told in lines" {
                withFiles (fun at ->
                    let ask verb further =
                        alloy (verb :: at "expansion.json" :: further)

                    ask "enumerate" [ "--size"; "4x4x4" ] |> bad [ "64; allowed: 1 to 27" ]

                    ask "enumerate" [ "--size"; "2x2"; "--temperature"; "300" ]
                    |> bad [ "--size is 2x2"; "--difference" ]

                    ask "enumerate" [ "--size"; "2"; "--structures"; at "g.txt" ] |> bad [ "--structures" ]
                    alloy [ "enumerate"; at "structures.xyz"; "--size"; "2" ] |> bad [ "no JSON" ]

                    ask "mcmc" [ "--size"; "2"; "--temperature"; "0"; "--difference"; "much"; "--chains"; "0" ]
                    |> bad [ "--temperature is 0"; "--difference is 'much'"; "--chains" ]

                    ask
                        "mcmc"
                        [
                            "--size"
                            "2"
                            "--temperature"
                            "300"
                            "--difference"
                            "0"
                            "--snapshots"
                            "2"
                        ]
                    |> bad [ "--structures is missing" ]

                    ask "metadynamics" [ "--temperature"; "300"; "--size"; "2"; "--walkers"; "1" ]
                    |> bad [ "walkers is 1" ]

                    ask "metadynamics" [ "--size"; "0" ] |> bad [ "--size is '0'"; "--temperature is missing" ]

                    ask "metadynamics" [ "--temperature"; "300"; "--size"; "2"; "--bias-factor"; "1" ]
                    |> bad [ "--bias-factor is '1'" ]

                    ask "tempering" [ "--size"; "2"; "--temperature"; "300"; "--difference"; "0"; "--ladders"; "1" ]
                    |> bad [ "ladders is 1"; "1 temperatures" ]

                    ask "enumerate" [ "--size"; "2"; "--resume"; at "run" ] |> bad [ "keeps no checkpoints" ]

                    alloy ([ "fit"; at "structures.xyz"; "--output"; at "o.json"; "--resume"; at "run" ] @ form)
                    |> bad [ "keeps no checkpoints" ])
            }

            test "tempering has the averages of the enumeration, and tells of its ladders" {
                withFiles (fun at ->
                    let exact =
                        enumerated at [ "--temperature"; "400,600,900,1400"; "--difference"; "0.1" ]

                    alloy (
                        [
                            "tempering"
                            at "expansion.json"
                            "--size"
                            "2x2x3"
                            "--temperature"
                            "1400,400,600,900"
                        ]
                        @ [ "--difference"; "0.1"; "--json"; at "t.json"; "--report"; at "t.html" ]
                        @ [ "--snapshots"; "2"; "--structures"; at "t.xyz" ]
                    )
                    |> good
                    |> ignore

                    let found = json (at "t.json")

                    for row, known in Array.zip (rows "results" found) (rows "averages" exact) do
                        // Four comparisons with fixed seeds; Student's t with 7 degrees of freedom passes 5.5 once in 1,000.
                        Expecting.withinErrors 5.5 (withError "composition" row) (real "composition" known) "x"

                    let ladder = Expecting.single (List.ofArray (rows "ladders" found)) "one Δμ"
                    Expect.isGreaterThan (ladder.GetProperty("round_trips").GetInt32()) 8 "round trips"
                    Expect.hasLength (rows "swaps" found) 3 "pairs"
                    Expect.equal (Trajectory.frames (at "t.xyz") |> Seq.length) 64 "snapshots"
                    Expect.isTrue (File.Exists(at "t.html")) "report")
            }

            test "chains of two phases end with exit code 1 and a line that says why" {
                withFiles (fun at ->
                    let outcome =
                        alloy (
                            [ "mcmc"; at "expansion.json"; "--size"; "2x2x3"; "--temperature"; "20" ]
                            @ [
                                "--difference"
                                "0"
                                "--chains"
                                "8"
                                "--sweeps"
                                "100"
                                "--json"
                                at "m.json"
                            ]
                        )

                    Expect.equal outcome.Code 1 "exit code"
                    Expect.stringContains outcome.Out "the chains agree" "the check"
                    Expect.stringContains outcome.Out "mice alloy tempering" "what to do")
            }

            test "a walk that was stopped by a signal and resumed ends where one at once does" {
                withFiles (fun at ->
                    let walk name further =
                        [
                            "alloy"
                            "metadynamics"
                            at "expansion.json"
                            "--size"
                            "3x3x3"
                            "--temperature"
                            "800"
                        ]
                        @ [ "--bias-factor"; "20"; "--sweeps"; "30000"; "--json"; at name ]
                        @ further

                    let resume = [ "--resume"; at "run" ]
                    use running = start (walk "part.json" resume)
                    // A line of progress: the walk has begun.
                    running.StandardError.ReadLine() |> ignore
                    use kill = System.Diagnostics.Process.Start("kill", [ "-TERM"; string running.Id ])
                    kill.WaitForExit()
                    let outcome = finish running
                    Expect.equal outcome.Code 1 "exit code"
                    Expect.exists outcome.Errors (fun line -> line.Contains $"""--resume {at "run"}""") "how to go on"
                    Expect.isNonEmpty (Directory.GetFiles(at "run", "*.state")) "a state is kept"
                    Expect.isFalse (File.Exists(at "part.json")) "no result yet"

                    mice (walk "gone.json" resume @ [ "--quiet" ]) |> good |> ignore
                    mice (walk "whole.json" [ "--quiet" ]) |> good |> ignore

                    let curve name =
                        (json (at name)).GetProperty("mixing").GetRawText()

                    Expect.equal (curve "gone.json") (curve "whole.json") "the same numbers")
            }

            test "an entropy of an alloy stands between two bounds, also with a directory of checkpoints" {
                VerbTests.needsEngine ()

                withFiles (fun at ->
                    mice (
                        [
                            "bracket"
                            "alloy"
                            "--system"
                            at "expansion.json"
                            "--size"
                            "2x2x2"
                            "--quiet"
                        ]
                        @ [
                            "--temperature"
                            "900,1200"
                            "--field"
                            "-0.05"
                            "--steps"
                            "100"
                            "--batches"
                            "50"
                        ]
                        @ [ "--resume"; at "run"; "--json"; at "b.json" ]
                    )
                    |> good
                    |> ignore

                    Expect.isTrue (File.Exists(at "b.json")) "a result")
            }
        ]
