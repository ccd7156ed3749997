/// Gradients of the surrogates: against central differences, zero at the optimum, and MINE's against DV's.
module Mice.Information.Tests.SurrogateTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.JointTable

let private surrogates =
    [
        Surrogate.uba
        Surrogate.tuba
        Surrogate.nwj
        Surrogate.donskerVaradhan
        Surrogate.infoNce
        Surrogate.interpolated 0.3
        Surrogate.flo
        Surrogate.jensenShannon
        Surrogate.likelihood
        Surrogate.mine 0.2
        Surrogate.reMine 0.3 0.7
    ]

let private objective surrogate memory scores =
    let struct (value, _) = Surrogate.objective surrogate memory scores
    value

/// Numbers whose first n are the second critic's values, the others an n × n matrix of scores.
let private scoresOf n (numbers: Tensor) =
    let second = Tensor.slice 0 0 n 1 numbers
    Tensor.slice 0 n (n + n * n) 1 numbers |> Tensor.reshape [ n; n ] |> Scores.ofMatrix (Some second)

let private pairsOf n (numbers: Tensor) =
    let square = scoresOf n numbers
    Scores.ofPairs square.Auxiliary square.Joint (Scores.product square)

let private randomNumbers (t: Table) count =
    Tensor.rand (Key.ofSeed (uint64 t.Seed)) Kind.float64 [ count ] * 4.0 - 2.0

// Central differences with step 1e-6: rounding 1e-16/1e-6 and curvature 1e-12, times sums of order 10.
let private close (expected: float[]) (actual: float[]) what =
    let worst = Array.fold2 (fun w a b -> max w (abs (a - b))) 0.0 expected actual
    Expect.isTrue (worst <= 1e-7) $"{what}: gradients differ by {worst:E2}"

[<Tests>]
let tests =
    testList
        "SurrogateTests"
        [
            test "gradients of all surrogates agree with central differences" {
                forTables 6 (fun t ->
                    let n = t.Rows + 1
                    let at = randomNumbers t (n + n * n)

                    for surrogate in surrogates do
                        for build in [ scoresOf n; pairsOf n ] do
                            let struct (_, next) = Surrogate.objective surrogate 0.4 (build at)
                            // What MINE divides by counts as a constant.
                            let fixedMemory numbers =
                                Functional.value (surrogate.Objective next) (build numbers) |> Tensor.item

                            let numeric = differences 1e-6 fixedMemory at

                            let reverse =
                                Grad.grad (fun numbers -> build numbers |> objective surrogate 0.4) at
                                |> Tensor.toArray<float>

                            close numeric reverse surrogate.Name)
            }

            test "gradients of all bounds agree with central differences" {
                let bounds =
                    [
                        Bound.barberAgakov 0.7<nat>
                        Bound.uba
                        Bound.tuba
                        Bound.nwj
                        Bound.donskerVaradhan
                        Bound.infoNce
                        Bound.interpolated 0.4
                        Bound.jensenShannon
                        Bound.nwjJs
                        Bound.smile 1.0
                        Bound.flo
                        Bound.differenceOfEntropies
                        Bound.club
                        Bound.leaveOneOut
                    ]

                forTables 6 (fun t ->
                    let n = t.Rows + 1
                    let at = randomNumbers t (n + n * n)

                    for bound in bounds do
                        for build in [ scoresOf n; pairsOf n ] do
                            let numeric = differences 1e-6 (fun numbers -> build numbers |> value bound) at
                            let reverse = Grad.grad (fun numbers -> build numbers |> Bound.value bound) at
                            close numeric (Tensor.toArray<float> reverse) bound.Name)
            }

            test "validation ranks MINE and ReMINE by DV, all others by what is trained" {
                forTables 10 (fun t ->
                    let n = t.Rows + 1
                    let scores = randomNumbers t (n + n * n) |> scoresOf n

                    for surrogate in surrogates do
                        let expected =
                            match surrogate.Name with
                            | "MINE"
                            | "ReMINE" -> value Bound.donskerVaradhan scores
                            | _ -> objective surrogate nan scores |> Tensor.item

                        equal
                            1e-12
                            (Functional.value surrogate.Selection scores |> Tensor.item)
                            expected
                            surrogate.Name)
            }

            test "gradients of all surrogates vanish at the optimal critic" {
                forTables 25 (fun t ->
                    let best = optimal t
                    let c = randomOfX "shift" -1.0 1.0 t

                    let shifted amount =
                        best |> Array2D.mapi (fun x y v -> v + amount x y) |> matrix

                    let along second =
                        t.Pairs |> Array.map (fun struct (x, y) -> second x y) |> vector |> Some

                    [
                        (Surrogate.uba, shifted (fun x _ -> c[x]), None)
                        (Surrogate.tuba, shifted (fun x _ -> c[x]), along (fun x _ -> c[x]))
                        (Surrogate.nwj, shifted (fun _ _ -> 1.0), None)
                        (Surrogate.donskerVaradhan, shifted (fun _ _ -> c[0]), None)
                        (Surrogate.flo, shifted (fun x _ -> c[x]), along (fun x y -> -best[x, y]))
                        (Surrogate.jensenShannon, shifted (fun _ _ -> 0.0), None)
                        (Surrogate.mine 1.0, shifted (fun _ _ -> c[0]), None)
                        (Surrogate.reMine 0.3 0.7, shifted (fun _ _ -> 0.7), None)
                    ]
                    |> List.iter (fun (surrogate, f, second) ->
                        let gradient =
                            Grad.grad (fun f -> populationOf t second f |> objective surrogate nan) f
                            |> Tensor.toArray<float>

                        for g in gradient do
                            Expect.isTrue (abs g < 1e-12) $"{surrogate.Name}: {g}"))
            }

            test "gradient of InfoNCE, averaged over all batches, vanishes at T* + c(x)" {
                forTables 3 (fun t ->
                    let t =
                        { t with
                            Counts = Array2D.init 2 2 (fun x y -> t.Counts[x, y])
                        }

                    let best = optimal t
                    let c = randomOfX "shift" -1.0 1.0 t
                    let f = best |> Array2D.mapi (fun x _ v -> v + c[x]) |> matrix

                    let cells = [ (0, 0); (0, 1); (1, 0); (1, 1) ]

                    let pick axis (indices: int[]) =
                        Tensor.indexSelect axis (Tensor.ofArray [ 3 ] indices)

                    let weighted (f: Tensor) (batch: (int * int)[]) =
                        let scores = f |> pick 0 (Array.map fst batch) |> pick 1 (Array.map snd batch)
                        let probability = batch |> Array.fold (fun p (x, y) -> p * t.P x y) 1.0
                        (Scores.ofMatrix None scores |> objective Surrogate.infoNce nan) * probability

                    let expected (f: Tensor) =
                        List.allPairs cells (List.allPairs cells cells)
                        |> List.map (fun (a, (b, d)) -> weighted f [| a; b; d |])
                        |> List.reduce (+)

                    let gradient = Grad.grad expected f |> Tensor.toArray<float>

                    for g in gradient do
                        Expect.isTrue (abs g < 1e-12) $"a component of the gradient is {g}")
            }

            test "the likelihood is that of both densities, and largest at the true conditional distribution" {
                forTables 50 (fun t ->
                    let f, r = random "critic" -2.0 2.0 t, randomOfX "marginal" -2.0 2.0 t

                    let both =
                        population t (Some(fun x _ -> r[x])) f |> objective Surrogate.likelihood nan |> Tensor.item

                    equal 1e-12 both (overJoint t (fun x y -> f[x, y] + r[x])) "likelihood"

                    let normalised (f: Tensor) = Nn.logSoftmax 1 f

                    let gradient =
                        Array2D.init t.Rows t.Columns (fun x y -> log (t.P x y) + 0.3)
                        |> matrix
                        |> Grad.grad (fun f ->
                            normalised f |> populationOf t None |> objective Surrogate.likelihood nan)
                        |> Tensor.toArray<float>

                    for g in gradient do
                        Expect.isTrue (abs g < 1e-12) $"a component of the gradient is {g}")
            }

            test "MINE has DV's gradient where its running mean is that of the batch" {
                forTables 25 (fun t ->
                    let scored = random "critic" -2.0 2.0 t
                    let f = matrix scored

                    let gradient surrogate memory =
                        Grad.grad (fun f -> populationOf t None f |> objective surrogate memory) f
                        |> Tensor.toArray<float>

                    let scores = populationOf t None f
                    let average = log (overProduct t (fun x y -> exp scored[x, y]))

                    close
                        (gradient Surrogate.donskerVaradhan nan)
                        (gradient (Surrogate.mine 0.1) average)
                        "MINE at M = E_Q e^f"

                    let struct (_, first) = Surrogate.objective (Surrogate.mine 0.1) nan scores
                    equal 1e-10 first average "the first running mean"

                    let struct (_, next) =
                        Surrogate.objective (Surrogate.mine 0.1) (average + 2.0) scores

                    equal 1e-10 (exp next) (0.9 * exp (average + 2.0) + 0.1 * exp average) "the running mean")
            }

            test "ReMINE of T* + c is I − λ(c − C)², and at most I" {
                forTables 50 (fun t ->
                    let c = (randomOfX "shift" -2.0 2.0 t)[0]

                    let remine f =
                        populationOf t None f |> objective (Surrogate.reMine 0.3 0.7) nan |> Tensor.item

                    let expected = mutualInformation t - 0.3 * (c - 0.7) ** 2.0

                    equal
                        1e-10
                        (optimal t |> Array2D.map (fun v -> v + c) |> matrix |> remine)
                        expected
                        "ReMINE(T* + c)"

                    atMost 1e-10 (random "critic" -2.0 2.0 t |> matrix |> remine) (mutualInformation t) "ReMINE")
            }

            test "the exponents of large scores do not overflow where only their logarithm counts" {
                let f =
                    array2D [ [ 800.0; 790.0 ]; [ 795.0; 810.0 ] ] |> matrix |> Tensor.convert DType.Float32

                let scores = Scores.ofMatrix None f

                for surrogate in
                    [
                        Surrogate.donskerVaradhan
                        Surrogate.uba
                        Surrogate.infoNce
                        Surrogate.mine 0.1
                    ] do
                    Expect.isTrue (System.Double.IsFinite(objective surrogate nan scores |> Tensor.item)) surrogate.Name
            }
        ]
