module Mice.Autoregressive.Tests.PlanarConditionalTests

open System
open System.Numerics
open System.Threading
open Xunit
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Autoregressive

let private stiffness = 2.0

let private unitVector (angle: float) =
    Vector2(float32 (cos angle), float32 (sin angle))

let private randomAngles seed sites =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init sites (fun _ -> 2.0 * Math.PI * generator.NextFloat())

let private options =
    { SpinConditionalOptions.defaults with
        Deep = 1
        Wide = 2
        Width = 16
    }

/// An untrained law of a torus, with parameters larger than at the start of training, so that spins depend on each other.
let private law symmetric rows columns =
    let law = PlanarConditional.create options symmetric stiffness rows columns
    law, SpinConditional.initial (Key.ofSeed 3UL) law |> Params.scale 2.0

let private surprise (law, parameters) (angles: float[]) =
    SpinConditional.surpriseOf law parameters (Array.map unitVector angles)

/// −ln q of one site of some snapshots given what comes before it.
let private conditional (law: SpinConditional<Vector2>, parameters) site (snapshots: float[][]) =
    let arrays =
        law.Widths |> Array.map (fun width -> Array.zeroCreate<float32>(width * snapshots.Length))

    snapshots
    |> Array.iteri (fun row angles -> law.Describe (Array.map unitVector angles) site row arrays)

    Tensor.scope (fun () ->
        Array.map2 (fun width array -> Tensor.ofArray [ snapshots.Length; width ] array) law.Widths arrays
        |> law.Surprise parameters
        |> Tensor.toFloats)

/// Periodic trapezoids; densities here have κ below 30, for which the error of 128 points is below rounding.
let private grid = Array.init 128 (fun i -> 2.0 * Math.PI * float i / 128.0)

[<Theory>]
[<InlineData(true)>]
[<InlineData(false)>]
let ``The density of a spin given those before it integrates to one`` (symmetric: bool) =
    let law = law symmetric 3 4
    let angles = randomAngles 5UL 12

    for site in [ 0; 1; 6; 11 ] do
        let values =
            grid |> Array.map (fun angle -> Array.updateAt site angle angles) |> conditional law site

        // Networks are computed in single precision.
        Assert.Equal(1.0, 2.0 * Math.PI * (values |> Array.averageBy (fun s -> exp -s)), 5)

        if site > 0 then
            // A law that says something.
            Assert.True(Array.max values - Array.min values > 1.0)

[<Theory>]
[<InlineData(true)>]
[<InlineData(false)>]
let ``A snapshot's surprise is that of its spins, none of which sees a later one`` (symmetric: bool) =
    let law = law symmetric 3 4
    let angles = randomAngles 7UL 12
    let others = randomAngles 8UL 12
    let each = Array.init 12 (fun site -> (conditional law site [| angles |])[0])

    for site in 0..11 do
        let changed = Array.append angles[..site] others[site + 1 ..]
        Assert.Equal(each[site], (conditional law site [| changed |])[0])

    // Sums of twelve numbers in single precision.
    Assert.Equal(Array.sum each, surprise law angles, 4)

[<Theory>]
[<InlineData(true, 1, 2)>]
[<InlineData(false, 1, 2)>]
[<InlineData(false, 2, 1)>]
let ``The law of two spins is normalised`` (symmetric: bool) rows columns =
    let law = law symmetric rows columns
    let coarse = Array.init 24 (fun i -> 2.0 * Math.PI * float i / 24.0)

    let density =
        Array.allPairs coarse coarse |> Array.averageBy (fun (a, b) -> exp -(surprise law [| a; b |]))

    // κ is about 4 here: the error of 24 points is below 1e-6.
    Assert.Equal(1.0, 4.0 * Math.PI * Math.PI * density, 4)

[<Theory>]
[<InlineData(true)>]
[<InlineData(false)>]
let ``Configurations of two spins are drawn as often as the law says`` (symmetric: bool) =
    let law, parameters = law symmetric 1 2
    let count = 20000

    let drawn =
        SpinConditional.sample CancellationToken.None ignore (Key.ofSeed 23UL) law parameters 2 count

    let coarse = Array.init 24 (fun i -> 2.0 * Math.PI * float i / 24.0)

    let expected moment =
        Array.allPairs coarse coarse
        |> Array.averageBy (fun (a, b) ->
            4.0 * Math.PI * Math.PI * moment a b * exp -(surprise (law, parameters) [| a; b |]))

    let angle (u: Vector2) = atan2 (float u.Y) (float u.X)

    for moment in
        [
            fun a b -> cos (a - b)
            fun a b -> sin (a - b)
            fun a _ -> cos a
            fun a _ -> sin a
            fun _ b -> cos b
            fun a b -> cos (2.0 * b + a)
        ] do
        let found =
            drawn
            |> Array.map (fun spins -> moment (angle spins[0]) (angle spins[1]))
            |> Statistics.estimate Direction.Exact

        Assert.InRange(found.Value - expected moment, -4.0 * found.StandardError, 4.0 * found.StandardError)

[<Fact>]
let ``A law without a field does not change when all spins are rotated`` () =
    let symmetric, other = law true 4 5, law false 4 5
    let angles = randomAngles 9UL 20
    let rotated by = Array.map ((+) by) angles

    for by in [ 0.3; 1.7; -2.6 ] do
        // Unit vectors in single precision, κ of some ten, 20 spins.
        Assert.Equal(surprise symmetric angles, surprise symmetric (rotated by), 3)
        Assert.True(abs (surprise other angles - surprise other (rotated by)) > 0.1)

[<Fact>]
let ``The first spin is uniform without a field alone`` () =
    let values symmetric =
        let law = law symmetric 3 3
        grid |> Array.map (fun angle -> Array.create 9 angle) |> conditional law 0

    Assert.All(values true, (fun s -> Assert.Equal(log (2.0 * Math.PI), s, 5)))
    let other = values false
    Assert.True(Array.max other - Array.min other > 0.1)

/// Weight times input plus bias, in plain loops.
let private affine parameters path (x: float[]) =
    let weight = Tensor.toFloats (Params.tensor $"{path}.weight" parameters)
    let bias = Tensor.toFloats (Params.tensor $"{path}.bias" parameters)

    bias
    |> Array.mapi (fun row b ->
        b + Array.sum (Array.mapi (fun column value -> weight[row * x.Length + column] * value) x))

/// The surprise of a site of the 4×4 torus from angles alone.
let private twin symmetric window parameters (angles: float[]) site =
    let before =
        SpinWindow.offsets window
        |> Array.mapi (fun k offset -> k, Lattice.siteAt 4 4 site offset)
        |> Array.filter (fun (_, other) -> other < site)

    let frame = if Array.isEmpty before then 0.0 else angles[snd before[0]]

    let unit = max 1.0 stiffness
    let size = SpinWindow.size window
    let features = Array.zeroCreate<float>(2 * size + 2)

    for k, other in before do
        features[k] <- cos (angles[other] - frame)
        features[size + k] <- sqrt unit * sin (angles[other] - frame)

    features[2 * size] <- cos frame
    features[2 * size + 1] <- -(sqrt unit) * sin frame
    let x = if symmetric then features[.. 2 * size - 1] else features
    let silu = Array.map (fun v -> v / (1.0 + exp -v))

    let network =
        affine parameters "network.0" x
        |> silu
        |> affine parameters "network.1"
        |> silu
        |> affine parameters "network.2"

    let known = if Array.isEmpty before then 0.0 else 1.0
    let trust = if symmetric then known else 1.0

    let output =
        Array.map2 (fun a b -> trust * (a + b)) (affine parameters "linear" x) network

    let weights = output[..2] |> Array.map exp
    let own = angles[site] - frame

    let density =
        Array.init 3 (fun i ->
            let kx, ky = stiffness * known + unit * output[3 + i], unit * output[6 + i]
            let logBessel = VonMises.logBessel (sqrt (kx * kx + ky * ky))

            weights[i] / Array.sum weights * exp (kx * cos own + ky * sin own - logBessel) / (2.0 * Math.PI))
        |> Array.sum

    -(log density)

[<Theory>]
[<InlineData(true)>]
[<InlineData(false)>]
let ``A mixture of von Mises laws is what it says`` (symmetric: bool) =
    let law, parameters = law symmetric 4 4
    let window = SpinWindow.create options.Deep options.Wide 4 4

    for seed in 1UL .. 5UL do
        let angles = randomAngles seed 16

        for site in [ 0; 1; 7; 15 ] do
            let found = (conditional (law, parameters) site [| angles |])[0]
            // Single precision of exponents up to 20.
            Assert.Equal(twin symmetric window parameters angles site, found, 4)

let private training =
    { options with
        Steps = 300
        BatchSites = 512
        LearningRate = 1e-2
    }

/// A trained law's −ln q per site on other snapshots.
let private trained options symmetric stiffness (training: float[][]) (held: float[][]) rows columns =
    let law = PlanarConditional.create options symmetric stiffness rows columns
    let vectors = Array.map (Array.map unitVector)

    let parameters =
        SpinConditional.train
            options
            CancellationToken.None
            (fun _ _ -> ())
            (Key.ofSeed 7UL)
            law
            None
            (vectors training)

    vectors held
    |> Array.map (fun spins -> SpinConditional.surpriseOf law parameters spins / float spins.Length)
    |> Statistics.estimate Direction.UpperBound

/// Rows of angles that are independent of each other, with independent steps from spin to spin.
let private walks seed count rows columns (step: Generator -> float) =
    let generator = Key.ofSeed seed |> Key.generator

    Array.init count (fun _ ->
        Array.init rows (fun _ ->
            Array.init (columns - 1) (fun _ -> step generator)
            |> Array.scan (+) (2.0 * Math.PI * generator.NextFloat()))
        |> Array.concat)

let private vonMises kappa (generator: Generator) =
    let struct (c, s) = VonMises.sample generator kappa
    atan2 s c

[<Fact>]
let ``Training finds the entropy of von Mises steps along the rows`` () =
    let kappa = 3.0
    let snapshots = walks 5UL 768 2 12 (vonMises kappa)
    // One uniform spin in a row, and eleven steps; rows are not joined.
    let exact = (log (2.0 * Math.PI) + 11.0 * VonMises.entropy kappa) / 12.0
    let found = trained training true 1.2 snapshots[..511] snapshots[512..] 2 12
    // An upper bound in expectation; 300 steps come within 0.02 nats.
    Assert.InRange(found.Value, exact - 4.0 * found.StandardError, exact + 0.02 + 4.0 * found.StandardError)

[<Fact>]
let ``Training finds that of independent spins in a field, and where nothing tells directions apart it cannot`` () =
    let kappa = 2.0
    let generator = Key.ofSeed 6UL |> Key.generator

    let snapshots =
        Array.init 512 (fun _ -> Array.init 12 (fun _ -> vonMises kappa generator))

    let exact = VonMises.entropy kappa
    let few = { training with Steps = 150 }

    let bound symmetric =
        trained few symmetric 1.0 snapshots[..255] snapshots[256..] 3 4

    let found, blind = bound false, bound true
    // 256 training snapshots of 12 spins and a law of some 1,000 numbers: within 0.05 nats.
    Assert.InRange(found.Value, exact - 4.0 * found.StandardError, exact + 0.05 + 4.0 * found.StandardError)
    // The first of 12 spins alone costs (ln 2π − S)/12.
    Assert.True(blind.Value > exact + (log (2.0 * Math.PI) - exact) / 12.0)
