/// Slow and obvious counterparts, and generators of random cases.
module Mice.Tensors.Tests.Numeric

open Expecto
open FsCheck
open FsCheck.FSharp
open Mice
open Mice.Tensors

/// Random numbers of a shape in float64, uniform in [low, high).
let uniform (seed: int) (low: float) (high: float) (shape: int list) : Tensor =
    Tensor.rand (Key.ofSeed (uint64 seed)) Kind.float64 shape * (high - low) + low

/// Largest absolute difference between two lists of numbers.
let distance (a: float[]) (b: float[]) =
    Expect.equal a.Length b.Length "a length equals b length"

    Array.fold2
        (fun worst x y ->
            if System.Double.IsNaN x <> System.Double.IsNaN y then
                infinity
            else
                max worst (abs (x - y)))
        0.0
        a
        b

/// Fails unless two lists of numbers agree within a tolerance.
let close (tolerance: float) (expected: float[]) (actual: float[]) =
    let d = distance expected actual
    Expect.isTrue (d <= tolerance) $"differs by {d:E2}, allowed {tolerance:E2}"

/// Seeds and small shapes.
type Case =
    {
        Seed: int
        Rows: int
        Columns: int
        Depth: int
    }

let cases =
    gen {
        let! seed = Gen.choose (0, 1_000_000)
        let! rows = Gen.choose (1, 4)
        let! columns = Gen.choose (1, 5)
        let! depth = Gen.choose (1, 3)

        return
            {
                Seed = seed
                Rows = rows
                Columns = columns
                Depth = depth
            }
    }

/// Checks a statement on random cases.
let forCases (count: int) (check: Case -> unit) =
    let property =
        Prop.forAll (Arb.fromGen cases) (fun case -> Tensor.scope (fun () -> check case))

    Expecting.holds count property

/// ∂(Σ w f(x))/∂x by central differences, one element at a time.
let differences (step: float) (f: Tensor -> Tensor) (w: Tensor) (x: Tensor) : float[] =
    let at (values: float[]) =
        Tensor.scope (fun () -> Tensor.sum (f (Tensor.ofArray (List.ofArray x.Shape) values) * w) |> Tensor.item)

    let values = Tensor.toArray<float> x

    Array.init values.Length (fun i ->
        let moved d =
            values |> Array.mapi (fun j v -> if i = j then v + d else v)

        (at (moved step) - at (moved -step)) / (2.0 * step))

/// Reverse mode against central differences, weighted randomly so that every element of f(x) counts.
let checkGradient (f: Tensor -> Tensor) (x: Tensor) =
    let y = f x
    let w = uniform (17 + y.Count) -1.0 1.0 (List.ofArray y.Shape)
    let reverse = Grad.grad (fun x -> Tensor.sum (f x * w)) x |> Tensor.toArray<float>
    let numeric = differences 1e-6 f w x
    let size = numeric |> Array.fold (fun m v -> max m (abs v)) 1.0
    // Central differences in float64: rounding ~1e-16/1e-6 and curvature ~1e-12, times the size of the derivatives and
    // a few hundred terms; 1e-6 relative leaves a factor of ten.
    close (1e-6 * size) numeric reverse
