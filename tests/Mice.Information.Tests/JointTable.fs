/// Random finite joint distributions, on which all expectations are exact, and plain counterparts of the library's functions.
module Mice.Information.Tests.JointTable

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Tensors
open Mice.Information

/// Counts of a finite joint distribution: p(x, y) = counts[x, y] / total.
type Table =
    {
        Counts: int[,]
        Seed: int
    }

    member t.Rows = Array2D.length1 t.Counts
    member t.Columns = Array2D.length2 t.Counts
    member t.Total = t.Counts |> Seq.cast<int> |> Seq.sum
    member t.P x y = float t.Counts[x, y] / float t.Total

    member t.PX x =
        Seq.init t.Columns (fun y -> t.P x y) |> Seq.sum

    member t.PY y =
        Seq.init t.Rows (fun x -> t.P x y) |> Seq.sum

    /// All pairs, each as often as it was counted.
    member t.Pairs =
        [|
            for x in 0 .. t.Rows - 1 do
                for y in 0 .. t.Columns - 1 do
                    for _ in 1 .. t.Counts[x, y] -> struct (x, y)
        |]

    override t.ToString() = $"%A{t.Counts} seed {t.Seed}"

let tables =
    gen {
        let! rows = Gen.choose (2, 4)
        let! columns = Gen.choose (2, 4)
        let! counts = Gen.array2DOfDim rows columns (Gen.choose (1, 5))
        let! seed = Gen.choose (0, 1_000_000)
        return { Counts = counts; Seed = seed }
    }

/// Checks a statement on random tables.
let forTables (count: int) (check: Table -> unit) =
    let property =
        Prop.forAll (Arb.fromGen tables) (fun table -> Tensor.scope (fun () -> check table))

    Expecting.holds count property

/// A random number for each cell, uniform in [low, high).
let random (name: string) low high (t: Table) : float[,] =
    let generator = Key.ofSeed (uint64 t.Seed) |> Key.named name |> Key.generator
    Array2D.init t.Rows t.Columns (fun _ _ -> low + (high - low) * generator.NextFloat())

/// A random number for each x.
let randomOfX name low high (t: Table) : float[] =
    Array.init t.Rows (fun x -> (random name low high t)[x, 0])

/// T* = ln p(x,y)/(p(x)p(y)).
let optimal (t: Table) : float[,] =
    Array2D.init t.Rows t.Columns (fun x y -> log (t.P x y / (t.PX x * t.PY y)))

/// Σ p(x,y) g(x,y).
let overJoint (t: Table) (g: int -> int -> float) =
    Seq.allPairs (seq { 0 .. t.Rows - 1 }) (seq { 0 .. t.Columns - 1 })
    |> Seq.sumBy (fun (x, y) -> t.P x y * g x y)

/// Σ p(x)p(y) g(x,y).
let overProduct (t: Table) (g: int -> int -> float) =
    Seq.allPairs (seq { 0 .. t.Rows - 1 }) (seq { 0 .. t.Columns - 1 })
    |> Seq.sumBy (fun (x, y) -> t.PX x * t.PY y * g x y)

let mutualInformation (t: Table) =
    let best = optimal t
    overJoint t (fun x y -> best[x, y])

let vector (values: float[]) = Tensor.ofArray [ values.Length ] values

let matrix (values: float[,]) =
    values
    |> Seq.cast<float>
    |> Seq.toArray
    |> Tensor.ofArray [ Array2D.length1 values; Array2D.length2 values ]

/// Scores whose means over joint and product pairs are the expectations over P and Q. With `second`, the second critic's values.
let population (t: Table) (second: (int -> int -> float) option) (f: float[,]) : Scores =
    let pairs = t.Pairs
    let joint = pairs |> Array.map (fun struct (x, y) -> f[x, y])

    let product =
        Array2D.init pairs.Length pairs.Length (fun i j ->
            let struct (x, _) = pairs[i]
            let struct (_, y) = pairs[j]
            f[x, y])

    let auxiliary =
        second |> Option.map (fun u -> pairs |> Array.map (fun struct (x, y) -> u x y) |> vector)

    Scores.ofPairs auxiliary (vector joint) (matrix product)

/// The same with f as a tensor, [rows; columns], so that it can be differentiated.
let populationOf (t: Table) (second: Tensor option) (f: Tensor) : Scores =
    let index (rows: int[]) (columns: int[]) =
        Tensor.indexSelect 0 (Tensor.ofArray [ rows.Length ] rows) f
        |> Tensor.indexSelect 1 (Tensor.ofArray [ columns.Length ] columns)

    let xs = t.Pairs |> Array.map (fun struct (x, _) -> x)
    let ys = t.Pairs |> Array.map (fun struct (_, y) -> y)
    let product = index xs ys
    Scores.ofPairs second (Tensor.diagonal product) product

let value bound scores = Bound.value bound scores |> Tensor.item

/// Expectation over all batches of K independent pairs, each with its probability, of a function of the matrix f(xᵢ, yⱼ).
let overBatches (k: int) (t: Table) (f: float[,]) (g: (int * int)[] -> Tensor -> float) =
    let cells =
        [|
            for x in 0 .. t.Rows - 1 do
                for y in 0 .. t.Columns - 1 -> x, y
        |]

    let rec batches k =
        if k = 0 then
            Seq.singleton []
        else
            Seq.collect (fun rest -> Seq.map (fun cell -> cell :: rest) cells) (batches (k - 1))

    batches k
    |> Seq.sumBy (fun batch ->
        let batch = List.toArray batch
        let probability = batch |> Array.fold (fun p (x, y) -> p * t.P x y) 1.0

        let scores = Array2D.init k k (fun i j -> f[fst batch[i], snd batch[j]])

        Tensor.scope (fun () -> probability * g batch (matrix scores)))

/// Fails unless a ≤ b within a tolerance.
let atMost (tolerance: float) (a: float) (b: float) (what: string) =
    Expect.isTrue (a <= b + tolerance) $"{what}: {a} exceeds {b}"

/// Fails unless a = b within a tolerance.
let equal (tolerance: float) (a: float) (b: float) (what: string) =
    Expect.isTrue (abs (a - b) <= tolerance) $"{what}: {a} against {b}"

/// ∂f/∂x by central differences, one element at a time.
let differences (step: float) (f: Tensor -> float) (x: Tensor) : float[] =
    let at (values: float[]) =
        Tensor.scope (fun () -> f (Tensor.ofArray (List.ofArray x.Shape) values))

    let values = Tensor.toArray<float> x

    Array.init values.Length (fun i ->
        let moved d =
            values |> Array.mapi (fun j v -> if i = j then v + d else v)

        (at (moved step) - at (moved -step)) / (2.0 * step))
