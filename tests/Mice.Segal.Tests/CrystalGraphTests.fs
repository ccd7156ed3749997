module Mice.Segal.Tests.CrystalGraphTests

open System
open System.IO
open System.Runtime.Intrinsics
open Expecto
open Mice
open Mice.Alloys
open Mice.Segal
open Mice.Segal.Tests.SmallIsing
open Mice.Tensors

let private lattice = SmallAlloy.expansion.Lattice

let private supercell n1 n2 n3 =
    Supercell.multiples lattice n1 n2 n3 |> ok

let private form: CrystalGraphForm =
    {
        Graph =
            {
                Neighbours = 14
                CutOff = 6.0
                Step = 0.5
            }
        Features = 16
        Convolutions = 2
        Hidden = [ 12; 8 ]
    }

/// A network that has learned nothing, with energies far apart.
let private network lattice =
    { (CrystalGraphNetwork.create (Key.ofSeed 7UL) form lattice |> ok) with
        Mean = -0.2
        Deviation = 0.5
    }

let private random count (supercell: Supercell) =
    let generator = Key.ofSeed 3UL |> Key.generator
    Array.init (count * supercell.Count) (fun _ -> byte (generator.NextInt 2))

/// All neighbours of a site by positions alone, with their distances: every image within the cut-off, up to the shell of the last one wanted.
let private images (o: CrystalGraphOptions) (s: Supercell) (site: int) =
    let x, v = Supercell.positions s, Supercell.vectors s

    let all =
        [|
            for other in 0 .. s.Count - 1 do
                for a in -4 .. 4 do
                    for b in -4 .. 4 do
                        for c in -4 .. 4 do
                            let along k =
                                x[3 * other + k] - x[3 * site + k]
                                + float a * v[k]
                                + float b * v[3 + k]
                                + float c * v[6 + k]

                            let distance = sqrt (along 0 ** 2.0 + along 1 ** 2.0 + along 2 ** 2.0)

                            if distance > 1e-6 && distance <= o.CutOff + 1e-6 then
                                other, distance
        |]
        |> Array.sortBy snd

    let last = snd all[min o.Neighbours all.Length - 1]
    all |> Array.filter (fun (_, distance) -> distance <= last + 1e-3)

let private softplus x = max x 0.0 + log (1.0 + exp -(abs x))
let private sigmoid x = 1.0 / (1.0 + exp -x)

/// x Wᵀ.
let private times (weight: float[]) (x: float[]) =
    Array.init (weight.Length / x.Length) (fun row ->
        Array.fold2 (fun sum w x -> sum + w * x) 0.0 (Array.sub weight (row * x.Length) x.Length) x)

/// The energy of a configuration as it is written on paper, edge after edge.
let private plain (n: CrystalGraphNetwork) (s: Supercell) (states: byte[]) =
    let numbers path =
        Params.tensor path n.Parameters |> Tensor.toFloats

    let o, f = n.Form.Graph, n.Form.Features
    let species = numbers "species"

    let mutable v =
        states |> Array.map (fun state -> Array.sub species (int state * f) f)

    let edges = Array.init s.Count (images o s)

    for c in 0 .. n.Form.Convolutions - 1 do
        let part name = numbers $"convolutions.{c}.{name}"

        let own, other, shell, bias = part "own", part "other", part "shell", part "bias"

        let scale, shift = part "scale", part "shift"
        let before = v

        v <-
            Array.init s.Count (fun i ->
                let sums = Array.zeroCreate f

                for j, distance in edges[i] do
                    let u =
                        Array.init (CrystalGraph.gaussians o) (fun k ->
                            exp (-(((distance - float k * o.Step) / o.Step) ** 2.0)))

                    let a, b, c = times own before[i], times other before[j], times shell u

                    for k in 0 .. f - 1 do
                        let z k = a[k] + bias[k] + b[k] + c[k]
                        sums[k] <- sums[k] + sigmoid (z k) * softplus (z (f + k))

                Array.init f (fun k -> softplus (before[i][k] + scale[k] * sums[k] + shift[k])))

    let mutable x = Array.init f (fun k -> v |> Array.averageBy (fun own -> own[k]))

    for layer in 0 .. n.Form.Hidden.Length do
        let y =
            Array.map2 (+) (times (numbers $"hidden.{layer}.weight") x) (numbers $"hidden.{layer}.bias")

        x <-
            if layer < n.Form.Hidden.Length then
                Array.map softplus y
            else
                y

    float s.Count * (n.Mean + n.Deviation * x[0])

let private energies (n: CrystalGraphNetwork) (s: Supercell) =
    CrystalGraph.create n.Form.Graph s |> ok |> CrystalGraphNetwork.energies n

/// Products of small matrices gain nothing from a second thread.
let private run = { run with Threads = 1 }

let private hexagonal () = ParentLattice.hcp 3.0 4.7 |> ok

let private options: CrystalGraphTrainingOptions =
    {
        Form = form
        Epochs = 60
        Batch = 35
        LearningRate = 5e-3
        Validation = 30
        Test = 30
    }

let private set =
    lazy (CrystalGraphSet.random (Key.ofSeed 4UL) 200 SmallAlloy.expansion (supercell 2 3 3) |> ok)

let private graphTests =
    testList
        "graphs"
        [
            test "neighbours are whole shells" {
                let s = supercell 3 3 3
                let g = CrystalGraph.create CrystalGraph.defaults s |> ok
                // 24 neighbours end within the third shell of fcc, which has 24 by itself.
                Expect.hasLength g.Distances 3 "shells"

                for found, expected in Array.zip g.Distances [| sqrt 0.5; 1.0; sqrt 1.5 |] do
                    Expecting.within 1e-9 found (3.8 * expected) "distance"

                for site in 0 .. s.Count - 1 do
                    let own = Array.sub g.Counts (site * g.Edges) g.Edges
                    Expect.equal (Array.sum own) 42 "12 + 6 + 24"

                // Eight sites stand for the 24 of the third shell, and nothing is looked at twice.
                Expect.equal g.Edges 26 "edges"
            }

            test "edges are those of positions" {
                for s in
                    [
                        supercell 2 2 3
                        supercell 1 1 2
                        Supercell.multiples (hexagonal ()) 2 2 1 |> ok
                    ] do
                    let g = CrystalGraph.create form.Graph s |> ok

                    for site in 0 .. s.Count - 1 do
                        let found =
                            [|
                                for edge in g.Edges * site .. g.Edges * (site + 1) - 1 do
                                    for _ in 1 .. g.Counts[edge] ->
                                        g.Neighbours[edge], Math.Round(g.Distances[g.Shells[edge]], 6)
                            |]

                        let expected =
                            images form.Graph s site |> Array.map (fun (j, d) -> j, Math.Round(d, 6))

                        Expect.equal (Array.sort found) (Array.sort expected) $"site {site}"
            }

            test "graphs that are not possible are refused" {
                let s = supercell 2 2 2

                let refused (o: CrystalGraphOptions) =
                    Expect.isError (CrystalGraph.create o s) $"%A{o}"

                refused { form.Graph with Neighbours = 0 }
                refused { form.Graph with CutOff = 2.0 }
                refused { form.Graph with CutOff = nan }
                refused { form.Graph with Step = 7.0 }
                refused { form.Graph with Step = 1e-9 }
            }
        ]

let private networkTests =
    testList
        "networks"
        [
            test "energies are those of plain loops over all edges" {
                for s in [ supercell 2 2 3; Supercell.multiples (hexagonal ()) 2 2 1 |> ok ] do
                    let n, states = network s.Lattice, random 5 s
                    let found = energies n s states

                    for i in 0..4 do
                        let expected = plain n s (Array.sub states (i * s.Count) s.Count)
                        // Both are of double precision.
                        Expecting.within 1e-9 found[i] expected "eV"
            }

            test "sums over edges and their gradients agree in all forms" {
                let s = supercell 2 2 3
                let g = CrystalGraph.create form.Graph s |> ok
                let shape = [ 3; s.Count; 32 ]

                let drawn name shape =
                    Tensor.randn (Key.ofSeed 9UL |> Key.named name) Kind.float32 shape

                let own, other, shell =
                    drawn "own" shape, drawn "other" shape, drawn "shell" [ g.Distances.Length; 32 ]

                let weights = drawn "weights" [ 3; s.Count; 16 ]

                let parameters =
                    Params.node [ "a", Params.Leaf own; "b", Params.Leaf other; "c", Params.Leaf shell ]

                let result f =
                    let struct (value, gradient) =
                        parameters
                        |> Grad.valueAndGradient (fun p ->
                            f g (Params.tensor "a" p) (Params.tensor "b" p) (Params.tensor "c" p) * weights
                            |> Tensor.sum)

                    Array.append [| Tensor.item value |] (Params.tensors gradient |> Array.collect Tensor.toFloats)

                let fast, slow = result CrystalGraphSums.create, result CrystalGraphSums.byTensors
                Expect.equal fast.Length slow.Length "numbers"
                // Sums of some hundred numbers of order one in single precision.
                Array.iter2 (fun a b -> Expecting.within 2e-4 a b "number") fast slow
                let precise = Tensor.convert DType.Float64

                let a, b =
                    CrystalGraphSums.create g (precise own) (precise other) (precise shell),
                    CrystalGraphSums.byTensors g (precise own) (precise other) (precise shell)

                Array.iter2 (fun a b -> Expecting.within 1e-11 a b "sum") (Tensor.toFloats a) (Tensor.toFloats b)
            }

            test "exponentials and logarithms of vectors are those of numbers" {
                for x in [ -900.0; -700.0; -40.0; -1.0; -1e-9; 0.0; 0.34; 0.7; 3.0; 650.0; 900.0 ] do
                    let found = (DoubleFunctions.exp (Vector256.Create x)).ToScalar()
                    let expected = exp (max -700.0 (min 700.0 x))
                    Expecting.within 1e-15 (found / expected) 1.0 $"exp {x}"

                for x in [ 0.0; 1e-300; 1e-9; 0.1; 0.5; 0.9; 1.0 ] do
                    let found = (DoubleFunctions.log1p (Vector256.Create x)).ToScalar()
                    let expected = if x < 1e-5 then x - 0.5 * x * x else log (1.0 + x)
                    Expecting.within 1e-15 found expected $"ln(1 + {x})"
            }

            test "energies are the same for all images" {
                for s in
                    [
                        supercell 2 2 2
                        supercell 3 3 3
                        Supercell.multiples (hexagonal ()) 2 2 1 |> ok
                    ] do
                    let states, group = random 1 s, Supercell.symmetries s
                    Expect.isGreaterThan group.Length s.Count "operations"

                    let images =
                        group
                        |> Array.collect (fun g ->
                            let image = Array.zeroCreate s.Count
                            g |> Array.iteri (fun from into -> image[into] <- states[from])
                            image)

                    let found = energies (network s.Lattice) s images

                    for energy in found do
                        // Rounding in double precision; symmetries of a user's system have to be as good as 1e-10.
                        Expecting.within 1e-12 energy found[0] "eV"
            }

            test "energies of many are those of one by one, on any number of threads" {
                let s = supercell 2 3 3
                let system = CrystalGraphNetwork.system "graph" (network lattice) s |> ok
                let states = random 40 s
                let all = (Option.get system.EnergyOfMany) states
                let single = Array.Parallel.init 40 (fun i -> system.Energy states (i * s.Count))
                Array.iter2 (fun a b -> Expecting.within 1e-10 a b "eV") all single
                Expect.isGreaterThan (Array.max all - Array.min all) 0.01 "they differ"
            }

            test "a network is of one lattice" {
                let other = ParentLattice.fcc 4.0 |> ok
                let s = Supercell.multiples other 2 2 2 |> ok
                Expect.isError (CrystalGraphNetwork.system "graph" (network lattice) s) "another constant"

                for f in
                    [
                        { form with Features = 12 }
                        { form with Convolutions = 0 }
                        { form with Hidden = [ 0 ] }
                    ] do
                    Expect.isError (CrystalGraphNetwork.create (Key.ofSeed 1UL) f lattice) $"%A{f}"
            }

            test "samples of a network of states give the exact grand potential of all configurations" {
                let s = supercell 2 2 2
                let system = CrystalGraphNetwork.system "graph" (network lattice) s |> ok
                let c: Conditions = { Temperature = 600.0; Field = 0.1 }
                let kT = system.Boltzmann * c.Temperature
                let all = (Option.get system.EnergyOfMany) SmallAlloy.all

                let exact =
                    all
                    |> Array.mapi (fun i e ->
                        exp (-(e - c.Field * SemiGrandSystem.charge system SmallAlloy.all (8 * i)) / kT))
                    |> Array.sum
                    |> fun z -> -kT * log z / 8.0

                let found =
                    SegalNetwork.create (Key.ofSeed 2UL) SegalNetwork.form SmallAlloy.range system
                    |> Result.bind (
                        SemiGrandEstimate.create
                            run
                            { SemiGrandEstimate.defaults with
                                Samples = 4000
                            }
                            c
                    )
                    |> ok

                // Five errors are exceeded once in two million runs.
                Expecting.withinErrors 5.0 found.GrandPotential exact "Φ/N"
                Expect.isLessThan found.GrandPotential.StandardError 1e-3 "error, eV"
            }

            test "a network of states learns energies of a graph" {
                let system =
                    CrystalGraphNetwork.system "graph" (network lattice) (supercell 2 2 2) |> ok

                let options =
                    { SegalPresets.reverse.Options with
                        Steps = 600
                        Conditions = 5
                        Samples = 20
                    }

                let start =
                    SegalNetwork.create (Key.ofSeed 2UL) SegalNetwork.form SmallAlloy.range system |> ok

                let effective n =
                    (SemiGrandEstimate.create
                        run
                        { Samples = 2000; Operations = 1 }
                        { Temperature = 600.0; Field = -0.1 }
                        n
                     |> ok)
                        .EffectiveSampleSize

                let trained = (SegalTraining.train run options start |> ok).Network
                Expect.isGreaterThan (effective trained) (effective start + 0.1) "more samples count"
            }

            test "a network is read as it was written" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "graph.safetensors")
                    let n, s = network lattice, supercell 2 2 2
                    CrystalGraphFile.write path n
                    let read = CrystalGraphFile.read path |> ok
                    Expect.equal read.Form n.Form "form"
                    let states = random 4 s
                    Expect.equal (energies read s states) (energies n s states) "energies"
                    let whole = File.ReadAllBytes path
                    File.WriteAllBytes(path, Array.truncate (whole.Length - 8) whole)
                    Expect.isError (CrystalGraphFile.read path) "cut short")
            }
        ]

let private parameters (trained: CrystalGraphTrained) =
    Params.tensors trained.Network.Parameters |> Array.collect Tensor.toFloats

let private trainingTests =
    testList
        "training"
        [
            test "random configurations are of all compositions, and none is the image of another" {
                let set = set.Value
                let sites = set.Supercell.Count
                Expect.hasLength set.Energies 200 "configurations"
                let configurations = Array.chunkBySize sites set.States
                let table = FigureTable.create SmallAlloy.expansion set.Supercell

                Array.iter2
                    (fun e own -> Expecting.within 1e-12 e (table.Energy own 0) "eV")
                    set.Energies
                    configurations

                let group = Supercell.symmetries set.Supercell

                let representatives =
                    configurations
                    |> Array.map (fun own ->
                        group
                        |> Array.map (fun g ->
                            let image = Array.zeroCreate sites
                            g |> Array.iteri (fun from into -> image[into] <- own[from])
                            image)
                        |> Array.min)

                Expect.hasLength (Array.distinct representatives) 200 "classes"
                let compositions = configurations |> Array.map (Array.sumBy int) |> Array.distinct
                Expect.hasLength compositions (sites + 1) "compositions"
                Expect.isError (CrystalGraphSet.randomStates (Key.ofSeed 1UL) 300 (supercell 2 2 2)) "too many"
                Expect.isError (CrystalGraphSet.randomStates (Key.ofSeed 1UL) 0 (supercell 2 2 2)) "none"
            }

            test "a network learns the energies of a cluster expansion" {
                let trained = CrystalGraphTraining.train run options set.Value |> ok
                Expect.hasLength (Array.distinct trained.Test) 30 "test"
                // A fifth of what the mean energy alone would be off by; with other seeds it is about a tenth.
                Expect.isLessThan
                    trained.Error.Value
                    (0.2 * trained.Spread.Value)
                    $"meV per site of {trained.Spread.Value}"

                let found = energies trained.Network set.Value.Supercell set.Value.States

                let errors =
                    trained.Test |> Array.map (fun i -> 1000.0 / 18.0 * abs (found[i] - set.Value.Energies[i]))

                Expecting.within 1e-9 trained.Error.Value (Array.average errors) "mean absolute error"
            }

            test "the same key gives the same network, also from a checkpoint on" {
                let short = { options with Epochs = 12 }

                let train run =
                    CrystalGraphTraining.train run short set.Value |> ok |> parameters

                let whole = train run
                Expect.equal (train run) whole "same key"
                Expect.notEqual (train (Run.seeded 5UL run)) whole "another key"

                Expect.equal (Stopping.goneOn 0.4 run train) whole "from the checkpoint on"
            }

            test "sets and trainings that are not possible are refused" {
                let s = supercell 2 2 2
                Expect.isError (CrystalGraphSet.create s (Array.zeroCreate 16) [| 0.0 |]) "numbers"
                Expect.isError (CrystalGraphSet.create s (Array.create 8 2uy) [| 0.0 |]) "states"
                Expect.isError (CrystalGraphSet.create s (Array.zeroCreate 8) [| nan |]) "energies"

                let refused o =
                    Expect.isError (CrystalGraphTraining.train run o set.Value) $"%A{o}"

                refused { options with Epochs = 0 }
                refused { options with Batch = 0 }
                refused { options with LearningRate = nan }
                refused { options with Validation = 0 }
                refused { options with Test = 1 }
                refused { options with Test = 180 }
            }
        ]

[<Tests>]
let tests = testList "CrystalGraph" [ graphTests; networkTests; trainingTests ]
