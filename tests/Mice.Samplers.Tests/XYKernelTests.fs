module Mice.Samplers.Tests.XYKernelTests

open Expecto
open System
open Mice
open Mice.Samplers

let private torus rows columns coupling field temperature =
    {
        Rows = rows
        Columns = columns
        Coupling = coupling
        Field = field
        Temperature = temperature
    }

let private heatBath model key state = XYSweeps.heatBath model 1 key state

let private wolff model key state =
    let struct (next, _) = XYClusters.wolff model 2 key state
    next

let private mix model key state =
    heatBath model (Key.item 0 key) state
    |> XYSweeps.overRelaxation model 2
    |> wolff model (Key.item 1 key)

/// Means of E, E², |m| and m_x over one chain.
let private chainMeans model steps kernel key =
    let mutable state = XYState.random (XYModel.sites model) (Key.named "start" key)
    let sums = Array.zeroCreate<float> 4
    let discarded = 20

    for n in 0 .. discarded + steps - 1 do
        state <- kernel (Key.item n key) state

        if n >= discarded then
            let energy = XYModel.energy model state
            let struct (x, y) = XYModel.magnetisation state
            sums[0] <- sums[0] + energy
            sums[1] <- sums[1] + energy * energy
            sums[2] <- sums[2] + sqrt (x * x + y * y)
            sums[3] <- sums[3] + x

    sums |> Array.map (fun sum -> sum / float steps)

/// Independent chains, so no autocorrelation enters the errors. Four errors: p = 4e-4 (Student, 31 d.o.f.) for one z, 4 % for
/// the worst of about a hundred; seeds are fixed. With β off by 2 % in the heat bath its tests give z = −8.
let private zScores model steps kernel (exact: float[]) seed =
    let means =
        Key.ofSeed seed |> Key.split 32 |> Array.map (chainMeans model steps kernel)

    exact
    |> Array.mapi (fun i value ->
        let values = means |> Array.map (fun m -> m[i])
        (Statistics.mean values - value) / Statistics.standardError values)

let private couplings =
    [ 1.0, 0.0, 1.0; 1.0, 0.5, 2.0; -1.0, 0.8, 1.5; 1.0, -1.2, 2.5; -1.0, 0.0, 1.2 ]

let private agreesOnTwoByTwo seed kernel =
    for coupling, field, temperature in couplings do
        let exact = XYReference.twoByTwo 24 coupling field temperature
        let model = torus 2 2 coupling field temperature

        let z =
            zScores
                model
                3000
                (kernel model)
                [| exact.Energy; exact.EnergySquared; exact.Magnetisation; exact.Along |]
                seed

        let text = z |> Array.map (fun v -> v.ToString "F2") |> String.concat ", "

        Expect.isTrue
            (z |> Array.forall (fun v -> abs v <= 4.0))
            $"J {coupling}, H {field}, T {temperature}: z = {text}"

[<Tests>]
let tests =
    testList
        "XYKernelTests"
        [
            test "Heat bath samples the 2×2 torus" { agreesOnTwoByTwo 1UL heatBath }

            test "Clusters sample the 2×2 torus" { agreesOnTwoByTwo 2UL wolff }

            test "All kernels together sample the 2×2 torus" { agreesOnTwoByTwo 3UL mix }

            test "Every kernel has the mean energy of the 3×2 torus" {
                let kernels = [ "heat bath", heatBath; "clusters", wolff; "mix", mix ]

                for coupling, field, temperature in [ 1.0, 0.4, 1.5; -1.0, 0.6, 1.6 ] do
                    let exact = XYReference.threeByTwoEnergy 16 coupling field temperature
                    let model = torus 3 2 coupling field temperature

                    for name, kernel in kernels do
                        let z = (zScores model 3000 (kernel model) [| exact |] 4UL)[0]
                        Expect.isTrue (abs z <= 4.0) $"{name}, J {coupling}: z = {z:F2}"
            }

            test "Heat bath and clusters agree on a torus of odd sides" {
                let model = torus 5 3 1.0 0.2 0.9

                let energies kernel seed =
                    Key.ofSeed seed
                    |> Key.split 32
                    |> Array.map (fun key -> (chainMeans model 1000 (kernel model) key)[0])

                let a, b = energies heatBath 5UL, energies wolff 6UL

                let error =
                    sqrt (Statistics.standardError a ** 2.0 + Statistics.standardError b ** 2.0)

                let z = (Statistics.mean a - Statistics.mean b) / error
                Expect.isTrue (abs z <= 4.0) $"z = {z:F2}"
            }

            testTheory "Heat bath angles have the von Mises law" [ 0.0; 0.3; 5.0; 400.0 ]
            <| fun (kappa: float) ->
                let generator = Key.ofSeed 7UL |> Key.generator

                let angles =
                    Array.init 20_000 (fun _ ->
                        let struct (c, s) = VonMises.sample generator kappa
                        Expecting.inRange (c * c + s * s) (1.0 - 1e-12) (1.0 + 1e-12) "the length of a spin"
                        atan2 s c)

                // The distribution function by trapezoids on a grid that is fine where the density is.
                let reach = min Math.PI (12.0 / sqrt (kappa + 1e-9))
                let n = 20_000

                let at i =
                    -reach + 2.0 * reach * float i / float n

                let density = Array.init (n + 1) (fun i -> exp (kappa * (cos (at i) - 1.0)))

                let cumulative =
                    density |> Array.pairwise |> Array.scan (fun sum (a, b) -> sum + 0.5 * (a + b)) 0.0

                let distribution angle =
                    let i = int ((angle + reach) / (2.0 * reach) * float n) |> max 0 |> min n
                    cumulative[i] / cumulative[n]

                let test = Statistics.kolmogorovSmirnov distribution angles
                Expect.isTrue (test.PValue > 1e-3) $"p = {test.PValue}"

            testTheory "Over-relaxation keeps the energy and the lengths and moves every spin" [ 6, 6, 0.0; 5, 4, 0.7 ]
            <| fun (rows: int, columns: int, field: float) ->
                let model = torus rows columns 1.0 field 1.0
                let before = XYState.random (rows * columns) (Key.ofSeed 8UL)
                let after = XYSweeps.overRelaxation model 100 before
                // 100 sweeps of reflections round each time by about 1e-16 of a bond.
                Expecting.decimals
                    11
                    (XYModel.energy model after)
                    (XYModel.energy model before)
                    "the energy after the sweeps"

                let lengths = Array.map2 (fun c s -> c * c + s * s) after.Cosines after.Sines
                lengths |> Seq.iter (fun l -> Expecting.decimals 12 l 1.0 "the length of a spin")
                let once = XYSweeps.overRelaxation model 1 before

                (Array.zip once.Sines before.Sines)
                |> Seq.iter (fun (a, b) -> Expect.notEqual b a "every spin moves")

            test "Kernels leave their arguments alone and repeat themselves" {
                let model = torus 4 4 1.0 0.3 0.8
                let start = XYState.random 16 (Key.ofSeed 9UL)
                let kept = XYState.copy start
                let key = Key.ofSeed 10UL

                for kernel in [ heatBath; wolff; mix ] do
                    Expect.equal (kernel model key start) (kernel model key start) "the same key again"

                Expect.equal start kept "the state before"
            }

            test "Clusters at zero temperature are the whole torus, at high temperature one site" {
                let state = XYState.ofAngles (Array.create 64 1.0)

                let struct (_, cold) =
                    XYClusters.wolff (torus 8 8 1.0 0.0 1e-9) 10 (Key.ofSeed 11UL) state

                let struct (_, hot) =
                    XYClusters.wolff (torus 8 8 1.0 0.0 1e9) 10 (Key.ofSeed 11UL) state

                Expect.equal cold 640 "ten clusters of all 64 sites"
                Expect.equal hot 10 "ten clusters of one site"
            }
        ]
