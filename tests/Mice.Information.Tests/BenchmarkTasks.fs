/// Laws whose mutual information is known: the eight tasks of the BMI benchmark, further laws of the same kind, and independent ones.
module Mice.Information.Tests.BenchmarkTasks

open System
open MathNet.Numerics
open MathNet.Numerics.Distributions
open MathNet.Numerics.Integration
open Mice
open Mice.Information

/// A pair of random vectors with a known mutual information.
type BenchmarkTask =
    {
        /// Its name in the benchmark, or a few words.
        Name: string
        /// Nats.
        Exact: float
        /// Rows drawn with a key: X and Y, every continuous column shifted and scaled to mean 0 and variance 1 as in the benchmark.
        Draw: Key -> int -> struct (Sample * Sample)
    }

// ---- Drawing ----------------------------------------------------------------------------------------------------------------------------------

let private sampleOf (rows: float[][]) =
    match Sample.ofRows rows with
    | Ok sample -> sample
    | Error faults -> failwith (faults |> List.map MiceError.message |> String.concat " ")

/// One draw after the other.
let private drawn (one: Generator -> struct (float[] * float[])) (key: Key) (rows: int) =
    let generator = Key.generator key
    let pairs = Array.init rows (fun _ -> one generator)

    struct (pairs |> Array.map (fun struct (x, _) -> x) |> sampleOf,
            pairs |> Array.map (fun struct (_, y) -> y) |> sampleOf)

let private task name exact one =
    let draw key rows =
        let struct (x, y) = drawn one key rows
        struct (Sample.standardise x, Sample.standardise y)

    {
        Name = name
        Exact = exact
        Draw = draw
    }

/// A law with every draw changed by a map of X and one of Y.
let private mapped onX onY one (generator: Generator) =
    let struct (x, y) = one generator
    struct (onX x, onY y)

let private normals (count: int) (generator: Generator) =
    Array.init count (fun _ -> generator.NextNormal())

/// The first pairs of coordinates of correlation rho each, all others independent.
let private pairsOf (pairs: int) (rho: float) (columns: int) (generator: Generator) =
    let x, noise = normals columns generator, normals columns generator

    let y =
        Array.map2 (fun a e -> rho * a + sqrt (1.0 - rho * rho) * e) x[.. pairs - 1] noise[.. pairs - 1]

    struct (x, Array.append y noise[pairs..])

/// Every correlation rho, columns for X and as many for Y: a common cause with weight √rho.
let private dense (rho: float) (columns: int) (generator: Generator) =
    let cause = generator.NextNormal()

    let z =
        normals (2 * columns) generator |> Array.map (fun e -> sqrt rho * cause + sqrt (1.0 - rho) * e)

    struct (z[.. columns - 1], z[columns..])

/// Student's t of 2 degrees of freedom: normal numbers over the root of one common χ²/2.
let private student (columns: int) (generator: Generator) =
    let z = normals columns generator
    let chiSquare = normals 2 generator |> Array.sumBy (fun e -> e * e)
    z |> Array.map (fun e -> e * sqrt (2.0 / chiSquare))

let private halves (columns: int) (z: float[]) =
    struct (z[.. columns - 1], z[columns..])

/// x ↦ exp(A‖x‖²) x, A one third of the generator of rotations in the plane of the coordinates i and j.
let private spiral i j (x: float[]) =
    let angle = Array.sumBy (fun a -> a * a) x / 3.0
    let turned = Array.copy x
    turned[i] <- x[i] * cos angle - x[j] * sin angle
    turned[j] <- x[i] * sin angle + x[j] * cos angle
    turned

let private cumulative x = Normal.CDF(0.0, 1.0, x)

/// One coordinate in [0, 1] onto a spiral in the plane.
let private swissRoll (x: float[]) =
    let t = 1.5 * Math.PI * (1.0 + 2.0 * cumulative x[0])
    [| t * cos t / 21.0; t * sin t / 21.0 |]

let private crossed rho (generator: Generator) =
    let sign = if generator.NextFloat() < 0.5 then 1.0 else -1.0
    pairsOf 1 (sign * rho) 1 generator

// ---- Exact values, nats -----------------------------------------------------------------------------------------------------------------------

/// Pairs of normal coordinates of one correlation.
let private gaussian pairs rho =
    -0.5 * float pairs * log (1.0 - rho * rho)

let private equicorrelated rho columns =
    let logDeterminant n =
        float (n - 1) * log (1.0 - rho) + log (1.0 + float (n - 1) * rho)

    0.5 * (2.0 * logDeterminant columns - logDeterminant (2 * columns))

/// Differential entropy of a k-dimensional Student t with ν degrees of freedom and unit dispersion.
let private studentEntropy (k: int) nu =
    let a = 0.5 * (nu + float k)

    a * (SpecialFunctions.DiGamma a - SpecialFunctions.DiGamma(0.5 * nu)) - SpecialFunctions.GammaLn a
    + SpecialFunctions.GammaLn(0.5 * nu)
    + 0.5 * float k * log (nu * Math.PI)

let private studentInformation columns =
    2.0 * studentEntropy columns 2.0 - studentEntropy (2 * columns) 2.0

/// Equal mixture of the correlations rho and −rho: ln p/(p p) = −½ ln(1 − ρ²) − ρ²(x² + y²)/(2(1 − ρ²)) + ln cosh(ρxy/(1 − ρ²)), even in
/// u = (x + y)/√2 and v = (x − y)/√2, which are independent of variances 1 ± ρ under either half.
let private crossedInformation rho =
    let scale = rho / (1.0 - rho * rho)

    let logCosh t =
        abs t + log (1.0 + exp (-2.0 * abs t)) - log 2.0

    let term u v =
        let product = 0.5 * ((1.0 + rho) * u * u - (1.0 - rho) * v * v)
        exp (-0.5 * (u * u + v * v)) * logCosh (scale * product)

    // Twelve standard deviations; the rule is exact to rounding from order 128 on.
    let mean =
        4.0 * GaussLegendreRule.Integrate(Func<_, _, _>(term), 0.0, 12.0, 0.0, 12.0, 256) / (2.0 * Math.PI)

    -0.5 * log (1.0 - rho * rho) - rho * scale + mean

/// A label, uniform on 0 … count − 1, and a normal number around shift · label: h(Y) − ½ ln(2πe), on many short intervals.
let private shiftedInformation count shift =
    let density y =
        Seq.init count (fun l -> Normal.PDF(shift * float l, 1.0, y)) |> Seq.average

    let term y =
        let p = density y
        if p > 0.0 then -p * log p else 0.0

    let first, last = -12.0, shift * float (count - 1) + 12.0

    let entropy =
        Seq.init 32 (fun i ->
            let at k = first + (last - first) * float k / 32.0

            GaussLegendreRule.Integrate(Func<_, _>(term), at i, at (i + 1), 20))
        |> Seq.sum

    entropy - 0.5 * log (2.0 * Math.PI * Math.E)

/// A band along the diagonal of a table: p(i, j) ∝ exp(−(i − j)²/8).
let private band =
    let weights =
        Array2D.init 10 10 (fun i j -> exp (-0.125 * float ((i - j) * (i - j))))

    let total = weights |> Seq.cast<float> |> Seq.sum
    weights |> Array2D.map (fun w -> w / total)

let private tableInformation (p: float[,]) =
    let row = Array.init (Array2D.length1 p) (fun i -> Array.sum p[i, *])
    let column = Array.init (Array2D.length2 p) (fun j -> Array.sum p[*, j])

    p |> Array2D.mapi (fun i j q -> q * log (q / (row[i] * column[j]))) |> Seq.cast<float> |> Seq.sum

// ---- Tasks ------------------------------------------------------------------------------------------------------------------------------------

/// Definitions: P. Czyż et al., NeurIPS 2023, arXiv:2306.11078; the last one: TMLR 2025, arXiv:2310.10240.
let benchmark: BenchmarkTask list =
    let additive (generator: Generator) =
        let x = generator.NextFloat()
        struct ([| x |], [| x + 0.2 * generator.NextFloat() - 0.1 |])

    [
        task "1v1-normal-0.75" (gaussian 1 0.75) (pairsOf 1 0.75 1)
        task "1v1-additive-0.1" (0.1 - log 0.2) additive
        task
            "swissroll_x-normal_cdf-1v1-normal-0.75"
            (gaussian 1 0.75)
            (pairsOf 1 0.75 1 |> mapped swissRoll (Array.map cumulative))
        task "multinormal-dense-5-5-0.5" (equicorrelated 0.5 5) (dense 0.5 5)
        task "multinormal-sparse-25-25-2-2.0" (gaussian 2 0.8) (pairsOf 2 0.8 25)
        task "asinh-student-identity-3-3-2" (studentInformation 3) (student 6 >> Array.map Math.Asinh >> halves 3)
        task
            "spiral-multinormal-sparse-3-3-2-2.0"
            (gaussian 2 0.8)
            (pairsOf 2 0.8 3 |> mapped (spiral 0 1) (spiral 1 2))
        task "1v1-X-0.9" (crossedInformation 0.9) (crossed 0.9)
    ]

/// An integer from a table of probabilities, by inversion.
let private symbolPair (p: float[,]) (generator: Generator) =
    let columns = Array2D.length2 p
    let flat = p |> Seq.cast<float> |> Seq.toArray
    let mutable left = generator.NextFloat()
    let mutable cell = 0

    while cell < flat.Length - 1 && left >= flat[cell] do
        left <- left - flat[cell]
        cell <- cell + 1

    struct ([| float (cell / columns) |], [| float (cell % columns) |])

/// Laws that nothing was adjusted on.
let further: BenchmarkTask list =
    let halfCube = Array.map (fun x -> float (sign x) * abs x ** 1.5)

    let shifted (generator: Generator) =
        let label = float (generator.NextInt 4)
        struct ([| label |], [| 1.5 * label + generator.NextNormal() |])

    [
        task "half-cube of 2 normal pairs, 2+2" (gaussian 2 0.75) (pairsOf 2 0.75 2 |> mapped halfCube halfCube)
        task "asinh of Student t, ν = 2, 5+5" (studentInformation 5) (student 10 >> Array.map Math.Asinh >> halves 5)
        task "spirals of 2 normal pairs, 5+5" (gaussian 2 0.8) (pairsOf 2 0.8 5 |> mapped (spiral 0 1) (spiral 1 2))
        task
            "uniform margins of a dense normal, 2+2"
            (equicorrelated 0.5 2)
            (dense 0.5 2 |> mapped (Array.map cumulative) (Array.map cumulative))
        {
            Name = "4 labels and shifted normals, 1+1"
            Exact = shiftedInformation 4 1.5
            Draw = drawn shifted
        }
        {
            Name = "10×10 table, 1+1"
            Exact = tableInformation band
            Draw = drawn (symbolPair band)
        }
    ]

/// Nothing in common.
let independent: BenchmarkTask list =
    let both one (generator: Generator) = struct (one generator, one generator)

    [
        task "normal, 1+1" 0.0 (both (normals 1))
        task "Student t, ν = 2, 3+3" 0.0 (both (student 3))
        task "uniform, 5+5" 0.0 (both (fun generator -> Array.init 5 (fun _ -> generator.NextFloat())))
    ]
