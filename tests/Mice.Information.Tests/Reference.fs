/// Slow obvious twins of fast code, samples with known information, and generators of random data.
module Mice.Information.Tests.Reference

open Expecto
open FsCheck.FSharp
open MathNet.Numerics
open Mice
open Mice.Information

let close (tolerance: float) (a: float) (b: float) =
    abs (a - b) <= tolerance * (1.0 + max (abs a) (abs b))

let nats (estimate: Estimate<nat>) = float estimate.Value
let error (estimate: Estimate<nat>) = float estimate.StandardError

/// The mean of values lies within so many of its own standard errors of what is expected.
let meanIs (errors: float) (expected: float) (values: float[]) =
    let mean, deviation = Statistics.mean values, Statistics.standardError values
    let z = (mean - expected) / deviation
    Expect.isTrue (abs z <= errors) $"mean {mean} ± {deviation}, expected {expected}, z = {z:F2}"

// ---- Neighbours in the max norm, from the definitions -----------------------------------------------------------------

let distance (sample: Sample) (a: int) (b: int) =
    let mutable largest = 0.0

    for c in 0 .. sample.Columns - 1 do
        largest <- max largest (abs (sample.Values[a * sample.Columns + c] - sample.Values[b * sample.Columns + c]))

    largest

/// The other rows, nearest first.
let ordered (sample: Sample) (row: int) =
    Array.init sample.Rows id
    |> Array.filter (fun other -> other <> row)
    |> Array.sortBy (distance sample row)

let radii (k: int) (sample: Sample) =
    Array.init sample.Rows (fun row -> distance sample row (ordered sample row |> Array.item (k - 1)))

/// Other rows at a distance that passes the test.
let others (sample: Sample) (row: int) (near: float -> bool) =
    Seq.init sample.Rows id
    |> Seq.filter (fun other -> other <> row && near (distance sample row other))
    |> Seq.length

let private psi (n: int) = SpecialFunctions.DiGamma(float n)

let private meanOver (rows: int) (term: int -> float) = Array.init rows term |> Array.average

let kraskovFirst (k: int) (x: Sample) (y: Sample) =
    let scale = radii k (Sample.join x y)

    psi k + psi x.Rows
    - meanOver x.Rows (fun i ->
        psi (others x i (fun d -> d < scale[i]) + 1) + psi (others y i (fun d -> d < scale[i]) + 1))

let kraskovSecond (k: int) (x: Sample) (y: Sample) =
    let joint = Sample.join x y

    let side sample i =
        ordered joint i |> Array.truncate k |> Array.map (distance sample i) |> Array.max

    psi k - 1.0 / float k + psi x.Rows
    - meanOver x.Rows (fun i -> psi (others x i (fun d -> d <= side x i)) + psi (others y i (fun d -> d <= side y i)))

let frenzelPompe (k: int) (x: Sample) (y: Sample) (z: Sample) =
    let scale = radii k (Sample.join x (Sample.join y z))

    let term sample i =
        psi (others sample i (fun d -> d < scale[i]) + 1)

    psi k - meanOver x.Rows (fun i -> term (Sample.join x z) i + term (Sample.join y z) i - term z i)

/// Ross's estimate where every label occurs at least twice.
let ross (k: int) (labels: int[]) (x: Sample) =
    psi x.Rows
    + meanOver x.Rows (fun i ->
        let same = ordered x i |> Array.filter (fun other -> labels[other] = labels[i])
        let k = min k same.Length
        let reach = distance x i same[k - 1]
        psi k - psi (same.Length + 1) - psi (others x i (fun d -> d <= reach)))

// ---- Samples with known information ------------------------------------------------------------------------------------

/// N rows of d independent pairs of unit Gaussians with correlation rho: I = −(d/2) ln(1 − ρ²).
let gaussianPairs (seed: uint64) (rows: int) (pairs: int) (rho: float) : Sample * Sample =
    let generator = Key.ofSeed seed |> Key.generator
    let x = Array.init (rows * pairs) (fun _ -> generator.NextNormal())

    let y =
        x |> Array.map (fun a -> rho * a + sqrt (1.0 - rho * rho) * generator.NextNormal())

    ok (Sample.create rows pairs x), ok (Sample.create rows pairs y)

let gaussianInformation (pairs: int) (rho: float) =
    -0.5 * float pairs * log (1.0 - rho * rho)

/// Samples of any numbers of columns that depend on one another: a common normal number in each row and one for each entry, drawn
/// in the order of the calls.
let dependent (seed: uint64) (rows: int) : int -> Sample =
    let generator = Key.ofSeed seed |> Key.generator
    let common = Array.init rows (fun _ -> generator.NextNormal())

    fun columns ->
        Array.init (rows * columns) (fun i -> common[i / columns] + generator.NextNormal())
        |> Sample.create rows columns
        |> ok

// ---- Discrete data -------------------------------------------------------------------------------------------------------

/// Symbol of one draw from probabilities.
let drawFrom (cumulative: float[]) (generator: Generator) =
    let u = generator.NextFloat() * cumulative[cumulative.Length - 1]
    let found = System.Array.BinarySearch(cumulative, u)
    if found >= 0 then found + 1 else ~~~found

let cumulative (weights: float[]) =
    weights |> Array.scan (+) 0.0 |> Array.tail

let entropyOf (probabilities: float seq) =
    probabilities |> Seq.sumBy (fun p -> if p > 0.0 then -p * log p else 0.0)

/// Σ p ln(p/(p_x p_y)) of a table of counts.
let tableInformation (table: int[,]) =
    let total = table |> Seq.cast<int> |> Seq.sumBy float

    let rows =
        Array.init (table.GetLength 0) (fun x -> Seq.sumBy float table[x, *] / total)

    let columns =
        Array.init (table.GetLength 1) (fun y -> Seq.sumBy float table[*, y] / total)

    Seq.sum (
        seq {
            for x in 0 .. rows.Length - 1 do
                for y in 0 .. columns.Length - 1 do
                    let p = float table[x, y] / total

                    if p > 0.0 then
                        p * log (p / (rows[x] * columns[y]))
        }
    )

/// Small tables of counts, some of them 0, with at least two draws.
let tables =
    gen {
        let! rows = Gen.choose (1, 5)
        let! columns = Gen.choose (1, 5)

        let! counts =
            Gen.choose (-3, 9) |> Gen.map (max 0) |> Gen.arrayOfLength (rows * columns)

        return Array2D.init rows columns (fun x y -> counts[x * columns + y])
    }
    |> Gen.filter (fun table -> table |> Seq.cast<int> |> Seq.sum >= 2)

/// Draws of three small variables, in no order.
let triples =
    gen {
        let! draws = Gen.choose (2, 40)
        let symbols = Gen.choose (0, 3) |> Gen.arrayOfLength draws
        let! x = symbols
        let! y = symbols
        let! z = symbols
        return x, y, z
    }

let methods =
    [
        EntropyMethod.MaximumLikelihood
        EntropyMethod.MillerMadow
        EntropyMethod.Grassberger
        EntropyMethod.Jackknife
        EntropyMethod.ChaoShen
        EntropyMethod.JamesStein
        EntropyMethod.NemenmanShafeeBialek
    ]
