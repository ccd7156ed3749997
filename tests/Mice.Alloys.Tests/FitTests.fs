module Mice.Alloys.Tests.FitTests

open System
open System.Text.Json
open Expecto
open Mice
open Mice.Atoms
open Mice.Alloys
open Mice.Alloys.Tests.Reference

let private floats (value: JsonElement) =
    value.EnumerateArray() |> Seq.collect _.EnumerateArray() |> Seq.map _.GetDouble() |> Array.ofSeq

let private emptySet system : AlloyTrainingSet =
    let _, species, cutoffs = system

    {
        Lattice = lattice system
        Species = species
        Cutoffs = cutoffs
        Structures = [||]
    }

/// The stored structures with their energies, as snapshots.
let private stored () =
    (json "cuau_dft.json").EnumerateArray()
    |> Seq.map (fun entry ->
        let cell =
            {
                Vectors = floats (entry.GetProperty "cell_angstrom")
                Origin = Array.zeroCreate 3
                Periodic = Array.create 3 true
            }

        let numbers =
            entry.GetProperty("numbers").EnumerateArray() |> Seq.map _.GetInt32() |> Array.ofSeq

        let snapshot =
            { Snapshot.ofPositions "Au" cell (floats (entry.GetProperty "positions_angstrom")) with
                SpeciesNames = [| "Au"; "Cu" |]
                Species = numbers |> Array.map (fun z -> if z = 79 then 0 else 1)
                Values =
                    Map
                        [
                            "energy", FrameValue.Real(entry.GetProperty("dft_formation_energy_eV").GetDouble())
                        ]
            }

        entry, snapshot)
    |> Array.ofSeq

let private cuauSet () =
    let set = emptySet cuau

    { set with
        Structures =
            stored ()
            |> Array.map (fun (entry, snapshot) ->
                AlloyTrainingSet.structure 0.1 None set (entry.GetProperty("name").GetString() |> string) snapshot
                |> ok)
    }

/// Random structures of a small supercell with energies of a known model plus noise.
let private made (expansion: ClusterExpansion) (noise: float) (count: int) : AlloyTrainingSet =
    let generator = Key.ofSeed 41UL |> Key.generator

    let cells =
        [|
            [| 2; 0; 0; 0; 2; 0; 0; 0; 3 |]
            [| 3; 0; 0; 0; 3; 0; 0; 0; 1 |]
            [| 1; 0; 0; 0; 2; 1; 0; -1; 2 |]
        |]
        |> Array.map (Supercell.create expansion.Lattice >> ok)

    {
        Lattice = expansion.Lattice
        Species = expansion.Species
        Cutoffs = expansion.Cutoffs
        Structures =
            Array.init count (fun i ->
                let cell = cells[i % cells.Length]
                let x = generator.NextFloat()

                let states =
                    Array.init cell.Count (fun _ -> if generator.NextFloat() < x then 1uy else 0uy)

                {
                    Name = $"structure {i + 1}"
                    Configuration = { Supercell = cell; States = states }
                    EnergyPerSite =
                        plainEnergy expansion cell states / float cell.Count + noise * generator.NextNormal()
                })
    }

let private methods =
    [
        FitMethod.LeastSquares
        FitMethod.Ridge(FitStrength.Fixed 0.01)
        FitMethod.Ridge FitStrength.CrossValidated
        FitMethod.Lasso(FitStrength.Fixed 1e-4)
        FitMethod.Lasso FitStrength.CrossValidated
        FitMethod.RelevanceDetermination
    ]

let private withMethod m =
    { EciFitOptions.defaults with
        Method = m
    }

/// A sparse model on fcc: few of its interactions act.
let private sparse () =
    let lattice, reach = ParentLattice.fcc 3.8 |> ok, cutoffs [ 6.0; 4.5; 4.5 ]

    let acting =
        Map
            [
                "c0", 0.01
                "c1_0", -0.02
                "c2_d0000_0_00", 0.03
                "c2_d0002_0_00", -0.01
                "c3_d0001_0_000", 0.02
            ]

    let interactions =
        ClusterOrbits.find lattice reach
        |> ok
        |> Array.map (fun o -> o.Name, acting |> Map.tryFind o.Name |> Option.defaultValue 0.0)
        |> Map.ofArray

    ClusterExpansion.create lattice (struct ("A", "B")) reach interactions |> ok

[<Tests>]
let tests =
    testList
        "Fit"
        [
            test "correlations of the CuAu structures are the stored ones" {
                let set = cuauSet ()
                let struct (orbits, rows) = AlloyTrainingSet.correlations set |> ok
                let mutable compared = 0

                for (entry, _), row in Array.zip (stored ()) rows do
                    match entry.TryGetProperty "correlation_functions" with
                    | true, known ->
                        for orbit, phi in Array.zip orbits row do
                            Expecting.within 1e-9 phi (known.GetProperty(orbit.Name).GetDouble()) orbit.Name
                            compared <- compared + 1
                    | _ -> ()

                Expect.isGreaterThanOrEqual compared 200 "every second structure has them"
            }

            test "ridge on the CuAu structures gives the stored interactions and their error" {
                // The stored interactions have Xᵀ(e − X·J) = λ·J with this λ, but for that of no site.
                let o = withMethod (FitMethod.Ridge(FitStrength.Fixed(10.0 ** (-4.0 / 7.0))))
                let found = EciFit.fit o run (cuauSet ()) |> ok
                Expecting.within 1e-10 found.TrainingError 0.0063297988666877 "RMSE"

                for mine, theirs in Array.zip found.Expansion.Interactions (cuauExpansion ()).Interactions do
                    Expecting.within 1e-10 mine theirs "interaction"

                let least = EciFit.fit (withMethod FitMethod.LeastSquares) run (cuauSet ()) |> ok
                Expect.isLessThan least.TrainingError found.TrainingError "least squares is closer to the structures"
                Expect.isGreaterThan least.ValidationError found.ValidationError "and farther from those left out"
            }

            test "without noise all that holds little back finds the model" {
                let expansion = sparse ()
                let set = made expansion 0.0 60

                for m, tolerance in
                    [
                        FitMethod.LeastSquares, 1e-12
                        FitMethod.RelevanceDetermination, 1e-5
                        FitMethod.Ridge(FitStrength.Fixed 1e-9), 1e-6
                        FitMethod.Lasso(FitStrength.Fixed 1e-8), 1e-4
                    ] do
                    let found = EciFit.fit (withMethod m) run set |> ok

                    for mine, theirs in Array.zip found.Expansion.Interactions expansion.Interactions do
                        Expecting.within tolerance mine theirs $"{m}"

                    Expecting.inRange found.ValidationError 0.0 (10.0 * tolerance) $"{m}: validation"
            }

            test "with noise, errors tell how far interactions are off, and sparse methods drop those that do not act" {
                let expansion = sparse ()
                let set = made expansion 0.002 60

                for m in methods do
                    let found = EciFit.fit (withMethod m) run set |> ok
                    Expect.all found.Checks _.Passed $"{m} converged"
                    Expecting.inRange found.ValidationError found.TrainingError 0.004 $"{m}: validation"

                    match m with
                    | FitMethod.LeastSquares
                    | FitMethod.RelevanceDetermination ->
                        for k in 0 .. found.StandardErrors.Length - 1 do
                            let off = abs (found.Expansion.Interactions[k] - expansion.Interactions[k])
                            // Ten interactions of two methods: four errors. Those that were dropped have none, and are 0 in the model.
                            Expecting.inRange off 0.0 (4.0 * found.StandardErrors[k]) $"{m}: interaction {k}"
                    | _ -> ()

                let used m =
                    (EciFit.fit (withMethod m) run set |> ok).Used

                Expect.equal (used FitMethod.LeastSquares) 11 "least squares keeps all"

                Expecting.inRange
                    (used FitMethod.RelevanceDetermination)
                    5
                    7
                    "relevance determination keeps those that act"

                Expect.isLessThan (used (FitMethod.Lasso(FitStrength.Fixed 3e-4))) 11 "the LASSO drops some"
            }

            test "leaving one out in closed form is leaving one out" {
                let set = made (sparse ()) 0.002 40

                for m in [ FitMethod.LeastSquares; FitMethod.Ridge(FitStrength.Fixed 0.3) ] do
                    let closed = EciFit.fit (withMethod m) run set |> ok

                    // As many folds as structures are the same splits, done one by one.
                    let plain =
                        EciFit.fit
                            { withMethod m with
                                Validation = CrossValidation.Folds 40
                            }
                            run
                            set
                        |> ok

                    for a, b in Array.zip closed.Predicted plain.Predicted do
                        Expecting.within 1e-11 a b "prediction"

                    Expecting.within 1e-12 closed.ValidationError plain.ValidationError "error"
            }

            test "ridge and LASSO are at the minima of what they minimise" {
                let set = made (sparse ()) 0.01 30
                let struct (orbits, rows) = AlloyTrainingSet.correlations set |> ok
                let targets = set.Structures |> Array.map _.EnergyPerSite
                let shrinks = orbits |> Array.map (fun o -> o.Size > 0)

                let squares (j: float[]) =
                    Array.map2 (fun y row -> (y - LinearProblem.predict j row) ** 2.0) targets rows |> Array.sum

                let penalty f (j: float[]) =
                    Array.map2 (fun s v -> if s then f v else 0.0) shrinks j |> Array.sum

                for m, cost in
                    [
                        FitMethod.Ridge(FitStrength.Fixed 0.3), fun j -> squares j + 0.3 * penalty (fun v -> v * v) j
                        FitMethod.Lasso(FitStrength.Fixed 3e-4), fun j -> 0.5 * squares j / 30.0 + 3e-4 * penalty abs j
                    ] do
                    let best = (EciFit.fit (withMethod m) run set |> ok).Expansion.Interactions

                    for k in 0 .. best.Length - 1 do
                        for step in [ 1e-4; -1e-4 ] do
                            let other = Array.copy best
                            other[k] <- other[k] + step
                            Expect.isLessThan (cost best) (cost other) $"{m}: interaction {k}"
            }

            test "weights near the hull make the fit better there" {
                let set = cuauSet ()

                let points =
                    set.Structures
                    |> Array.map (fun s -> struct (Configuration.composition s.Configuration, s.EnergyPerSite))

                let above = ConvexHull.distances points |> ok

                let errorNear weights =
                    let o =
                        { withMethod FitMethod.LeastSquares with
                            Weights = weights
                        }

                    let found = EciFit.fit o run set |> ok

                    Array.zip3 above found.Fitted (set.Structures |> Array.map _.EnergyPerSite)
                    |> Array.filter (fun (d, _, _) -> d < 1e-9)
                    |> Array.averageBy (fun (_, f, e) -> (f - e) ** 2.0)

                Expect.isLessThan (errorNear (FitWeights.NearHull 0.01)) (errorNear FitWeights.Uniform) "on the hull"
            }

            test "folds depend on the key and not on the threads" {
                let set = made (sparse ()) 0.005 40

                let o =
                    { withMethod (FitMethod.Lasso FitStrength.CrossValidated) with
                        Validation = CrossValidation.Folds 5
                    }

                let error r =
                    (EciFit.fit o r set |> ok).ValidationError

                Expect.equal (error { run with Threads = 1 }) (error { run with Threads = 2 }) "threads"
                Expect.notEqual (error (Run.seeded 2UL run)) (error (Run.seeded 3UL run)) "keys"
            }

            test "what cannot be fitted is refused, with every fault" {
                let set = made (sparse ()) 0.0 8
                let faults o s = EciFit.fit o run s |> messages

                Expect.exists
                    (faults (withMethod FitMethod.LeastSquares) set)
                    (fun m -> m.Contains "8 structures are fewer than the 11")
                    "more interactions than structures"

                Expect.isEmpty (faults (withMethod FitMethod.RelevanceDetermination) set) "not with priors"

                let same =
                    { set with
                        Structures = Array.create 20 set.Structures[0]
                    }

                Expect.hasLength (faults (withMethod FitMethod.LeastSquares) same) 1 "one structure twenty times"
                Expect.isEmpty (faults (withMethod FitMethod.RelevanceDetermination) same) "that holds little back, too"

                let bad =
                    {
                        Method = FitMethod.Ridge(FitStrength.Fixed -1.0)
                        Validation = CrossValidation.Folds 99
                        Weights = FitWeights.NearHull nan
                    }

                let nowhere =
                    { set.Structures[0] with
                        EnergyPerSite = nan
                    }

                Expect.hasLength
                    (faults bad { set with Structures = [| nowhere |] })
                    5
                    "three of the options, two of the set"
            }
        ]
