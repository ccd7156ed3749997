module Mice.Quests.Tests.EntropyTests

open System.Text.Json
open Expecto
open Mice
open Mice.Atoms
open Mice.Quests
open Published

let private run = { Run.quiet with Threads = 2 }

let private environments (snapshots: Snapshot[]) =
    Environments.ofSnapshots run EnvironmentOptions.defaults snapshots |> ok

let private reference = lazy (json "reference.json")

/// H and D against the published ones.
let private agrees (expected: JsonElement) (set: Environments) (name: string) =
    let h = real "bandwidth" expected
    let found = EnvironmentEntropy.metrics run h set |> ok
    Expecting.within 1e-9 (float found.Entropy.Value) (real "entropy" expected) $"H of {name}, h = {h}"
    Expecting.within 1e-9 (float found.Diversity.Value) (real "diversity" expected) $"D of {name}, h = {h}"

let private published =
    testList
        "as published"
        [
            test "entropy and diversity of frames and of sets of them" {
                for e in items "entropy" reference.Value do
                    let name = text "set" e

                    let members =
                        match e.GetProperty("members").ValueKind with
                        | JsonValueKind.Null -> [| name |]
                        | _ -> items "members" e |> Array.map _.GetString()

                    agrees e (members |> Array.map structure |> environments) name
            }

            test "entropy of points in the plane" {
                let points = numbers 0 "toy2d_points.csv"

                for e in items "toy2d" reference.Value do
                    let scaled =
                        points |> Array.map (Array.map (fun x -> real "scale" e * x)) |> Reference.rows

                    agrees e (Environments.ofPoints [| 0; scaled.Count |] scaled) "the plane"

                // Figure S3d of the paper.
                for scale, expected in [ 0.8, 3.6638441341449743; 1.0, 3.9118072564757567; 1.2, 4.080892418243907 ] do
                    let scaled =
                        numbers 0 "toy2d_paper_points.csv"
                        |> Array.map (Array.map (fun x -> scale * x))
                        |> Reference.rows

                    let found = Bandwidth.sweep run [| 0.15 |] scaled |> ok
                    Expecting.within 1e-9 (float found[0]) expected "S3d"
            }

            test "entropy with species" {
                let e = reference.Value.GetProperty "multicomponent"

                let options =
                    { EnvironmentOptions.defaults with
                        Neighbours = 12
                        Species = SpeciesForm.Sublattices
                    }

                let set = Environments.ofSnapshots run options (frames "multicomponent.xyz") |> ok

                for expected in items "entropy" e do
                    agrees expected set "a binary crystal"
            }

            test "differential entropies, overlap and novelty" {
                let rows = table "delta_entropy.csv"

                for o in items "overlap" reference.Value do
                    let test, other, h = text "test" o, text "reference" o, real "bandwidth" o

                    let set, known =
                        environments [| structure test |], environments [| structure other |]

                    let compare threshold =
                        EnvironmentComparison.create run h threshold (KernelIndex.exact known.Points) set |> ok

                    let overlap threshold =
                        let struct (found, _) = compare threshold
                        found.Overlap.Value

                    let struct (found, differential) = compare (real "eps" o * 1.0<nat>)
                    Expecting.within 1e-12 found.Overlap.Value (real "overlap" o) "overlap"
                    Expecting.within 1e-12 (overlap 1.0<nat>) (real "overlap_eps_1" o) "overlap, 1 nat"
                    Expecting.within 1e-12 found.Novelty.Value (real "novelty_dH_gt_0" o) "novelty"

                    for row in rows |> Array.filter (fun r -> r[0] = test && r[1] = other && number r[2] = h) do
                        let expected, mine = number row[5], float differential[int row[3]]
                        // 1e-9 of the value; below 1 nat the rounding of the published descriptors counts, 1e-11 over h times distances of some h.
                        Expecting.within (1e-9 * max 1.0 (abs expected)) mine expected $"{test} given {other}, h = {h}"
            }

            test "bounds by the nearest few reference environments" {
                for t in items "truncated_neighbours" reference.Value do
                    let set, known =
                        environments [| structure (text "test" t) |], environments [| structure (text "reference" t) |]

                    let h, n = real "bandwidth" t, int (real "n_neighbours" t)

                    let struct (_, exact) =
                        EnvironmentComparison.create run h 0.0<nat> (KernelIndex.exact known.Points) set |> ok

                    let found = EnvironmentEntropy.truncated h n known.Points set.Points

                    for i, expected in Array.indexed (reals "dH" t) do
                        let struct (above, below) = found[i]
                        Expecting.within 1e-9 (float above) expected "the truncated sum"
                        Expecting.inRange exact[i] (below - 1e-9<nat>) (above + 1e-9<nat>) "the full sum"
            }

            test "means weighted by kernels" {
                let w = reference.Value.GetProperty "weighted_kernel"
                let known = environments [| structure (text "reference" w) |]
                let set = environments [| structure (text "test" w) |]
                let n = known.Points.Count
                let weights = Array.init n (fun i -> 0.1 + 1.9 * float i / float (n - 1))

                let struct (means, logs) =
                    KernelSums.regression run (real "bandwidth" w) weights known.Points set.Points |> ok

                Array.iter2 (fun m e -> Expecting.within 1e-9 m e "mean") means (reals "weighted_mean" w)
                Array.iter2 (fun l e -> Expecting.within 1e-9 l (log e) "ln S") logs (reals "kernel_sum" w)
            }

            test "bandwidths of volumes" {
                for b in items "bandwidth_rule" reference.Value do
                    let v = real "volume" b
                    Expecting.within 1e-14 (Bandwidth.ofVolume v) (real "gaussian" b) "the first form"
                    Expecting.within 1e-14 (Bandwidth.ofVolumeCutOff v) (real "cutoff" b) "the second form"
            }

            test "sets of thousands of atoms" {
                let large = json "large_reference.json"
                let all = frames "large_structures.xyz"

                let named name =
                    all |> Array.find (fun s -> Snapshot.value "name" s = Ok(FrameValue.Text name))

                for s in items "structures" large do
                    let set = environments [| named (text "structure" s) |]

                    for e in items "entropy" s do
                        agrees e set (text "structure" s)

                for d in items "delta_entropy" large do
                    let set = environments [| named (text "test" d) |]
                    let known = environments [| named (text "reference" d) |]

                    let struct (found, differential) =
                        EnvironmentComparison.create
                            run
                            (real "bandwidth" d)
                            EnvironmentComparison.threshold
                            (KernelIndex.exact known.Points)
                            set
                        |> ok

                    Expecting.within 1e-9 (float found.Mean.Value) (real "mean" d) "mean"
                    Expecting.within 1e-9 found.Overlap.Value (real "overlap_dH_lt_1e_minus_5" d) "overlap"

                    for i, e in Array.indexed (reals "first_20" d) do
                        Expecting.within 1e-9 (float differential[i]) e "δH"
            }

            test "the asymptote of a learning curve" {
                let a = reference.Value.GetProperty "asymptote"

                let inner (values: float[]) = values[3 .. values.Length - 4]

                match
                    LearningCurve.fit (inner (reals "N" a)) (inner (reals "H" a) |> Array.map (fun h -> h * 1.0<nat>))
                with
                | None -> failtest "no curve"
                | Some found ->
                    // The published fit stops where its sum of squares changes by less than 1e-8 of itself: its parameters are good to the root of that.
                    Expecting.within 1e-4 (float found.Limit) (real "a" a) "a"
                    Expecting.within 1e-3 (float found.Amplitude) (real "b" a) "b"
                    Expecting.within 1e-4 found.Rate (real "c" a) "c"
            }

            test "frames that say most" {
                let all = frames "compression_dataset.xyz"
                let set = environments all

                for c in items "compression" reference.Value do
                    let h = real "bandwidth" c

                    let options method count =
                        {
                            Method = method
                            Bandwidth = h
                            Frames = count
                            LeastGain = None
                        }

                    let choose method (order: int[]) =
                        let found = Compression.create run (options method order.Length) None set |> ok
                        Expect.equal found.Order order $"%A{method}, h = {h}"
                        found

                    let found = choose CompressionMethod.Coverage (integers "msc_order" c)
                    choose CompressionMethod.FarthestPoint (integers "fps_order" c) |> ignore

                    for i, m in Array.indexed (items "msc_sequential_metrics" c) do
                        Expecting.within 1e-9 (float found.Entropy[i]) (real "entropy" m) "H"
                        Expecting.within 1e-9 (float found.Diversity[i]) (real "diversity" m) "D"

                    Expecting.within 1e-12 found.Overlap (real "overlap" (c.GetProperty "msc_summary")) "overlap"
                    let conditional = c.GetProperty "conditional"

                    let known =
                        integers "reference_ids" conditional |> Array.map (fun i -> all[i]) |> environments

                    let others =
                        integers "candidate_ids" conditional |> Array.map (fun i -> all[i]) |> environments

                    let expected = integers "selected_positions_in_candidates" conditional

                    let found =
                        Compression.create
                            run
                            (options CompressionMethod.Coverage expected.Length)
                            (Some known.Points)
                            others
                        |> ok

                    Expect.equal found.Order expected "given a reference"
            }
        ]

let private normals (seed: uint64) (count: int) (dimension: int) : PointSet =
    let generator = Key.ofSeed seed |> Key.generator
    Array.init count (fun _ -> Array.init dimension (fun _ -> generator.NextNormal())) |> Reference.rows

let private whole (set: PointSet) =
    Environments.ofPoints [| 0; set.Count |] set

[<Tests>]
let tests =
    testList
        "EnvironmentEntropy"
        [
            published

            test "keeps its limits and does not change when the set is repeated" {
                let set = normals 1UL 300 3
                let twice = PointSet.concat [| set; set |]

                for h in [ 1e-3; 0.1; 0.5; 3.0; 1e3 ] do
                    let one, two =
                        EnvironmentEntropy.metrics run h (whole set) |> ok,
                        EnvironmentEntropy.metrics run h (whole twice) |> ok

                    let n = log 300.0 * 1.0<nat>
                    Expecting.inRange one.Entropy.Value 0.0<nat> (n + 1e-12<nat>) "H"
                    Expecting.inRange one.Diversity.Value 0.0<nat> (n + 1e-12<nat>) "D"
                    Expecting.within 1e-11 (float two.Entropy.Value) (float one.Entropy.Value) "H of the set twice"
                    Expecting.within 1e-11 (float two.Diversity.Value) (float one.Diversity.Value) "D of the set twice"
                    Expect.all one.Differential (fun d -> d <= 0.0<nat> && d >= -n - 1e-12<nat>) "δH of itself"

                    Expecting.within
                        1e-11
                        (float one.Entropy.Value)
                        (log 300.0 + Array.average (one.Differential |> Array.map float))
                        "H = ln n + mean δH"
            }

            test "has the error that other frames of the kind show" {
                // Frames differ in their centre, so that a frame is one draw.
                let draw seed =
                    let generator = Key.ofSeed seed |> Key.generator

                    let rows =
                        [|
                            for _ in 1..40 do
                                let centre = generator.NextNormal()

                                for _ in 1..10 do
                                    [| centre + 0.3 * generator.NextNormal() |]
                        |]

                    Environments.ofPoints [| 0..10..400 |] (Reference.rows rows)

                let found =
                    Array.init 200 (fun s -> (EnvironmentEntropy.metrics run 0.1 (draw (uint64 s)) |> ok).Entropy)

                let spread =
                    found |> Array.map (fun e -> float e.Value) |> Statistics.variance |> sqrt

                let told = found |> Array.averageBy (fun e -> float e.StandardError)
                // 200 draws give the spread within 5 %. What is told leaves out that every frame also changes the density of the others, here a fifth.
                Expecting.inRange (told / spread) 0.7 1.15 "told over true"
            }

            test "of one frame has no error" {
                let found = EnvironmentEntropy.metrics run 0.1 (whole (normals 3UL 20 2)) |> ok
                Expect.isTrue (System.Double.IsNaN(float found.Entropy.StandardError)) "unknown"
            }

            test "finds the bandwidth of an entropy" {
                let set = normals 4UL 200 2

                for target in [ 0.5; 2.0; 5.0 ] do
                    let h = Bandwidth.forEntropy run (target * 1.0<nat>) set |> ok
                    let found = Bandwidth.sweep run [| 0.999 * h; 1.001 * h |] set |> ok
                    Expecting.inRange (target * 1.0<nat>) found[1] found[0] "H falls with h"

                Expect.isError (Bandwidth.forEntropy run 9.0<nat> set) "more than ln n"
            }

            test "finds the bend of a curve" {
                let x = Bandwidth.logarithmic 0.001 1.0 31

                let y =
                    x |> Array.map (fun h -> (if h < 0.03 then 3.0 else 3.0 - log (h / 0.03)) * 1.0<nat>)

                Expecting.within 0.004 (Bandwidth.elbow x y) 0.03 "where it begins to fall"
            }

            test "of subsets rises to that of the set, and with replacement stays below it" {
                let set = normals 5UL 400 2
                let options = LearningCurve.defaults 0.1 400
                let curve = LearningCurve.create run options set |> ok

                let replaced =
                    LearningCurve.create run { options with WithReplacement = true } set |> ok

                let whole = (EnvironmentEntropy.metrics run 0.1 (whole set) |> ok).Entropy.Value
                Expecting.within 1e-12 (float (Array.last curve.Points).Entropy.Value) (float whole) "all"
                Expect.equal (Array.last curve.Points).Entropy.StandardError 0.0<nat> "without an error"
                Expect.isLessThan (Array.last replaced.Points).Entropy.Value whole "with replacement"
                let values = curve.Points |> Array.map _.Entropy.Value
                Expect.equal values (Array.sort values) "rises"
                Expect.equal (LearningCurve.create run options set |> ok) curve "same seed, same numbers"
            }

            test "tells no limit where there is none" {
                let sizes = [| 10.0; 30.0; 100.0; 300.0; 1000.0 |]
                // ln N has no limit: the best curve is the one with the smallest c.
                Expect.isNone (LearningCurve.fit sizes (sizes |> Array.map (fun n -> log n ** 2.0 * 1.0<nat>))) "grows"

                Expect.isNone
                    (LearningCurve.fit [| 10.0; 20.0; 30.0 |] [| 1.0<nat>; 2.0<nat>; 2.5<nat> |])
                    "three points"
            }

            test "of fewer frames: every method takes so many different ones, and stops when nothing is gained" {
                let set = normals 6UL 120 3
                let frames = Environments.ofPoints [| 0..6..120 |] set

                for _, method, _ in Compression.methods do
                    let options =
                        {
                            Method = method
                            Bandwidth = 0.3
                            Frames = 7
                            LeastGain = None
                        }

                    let found = Compression.create run options None frames |> ok
                    Expect.hasLength (Array.distinct found.Order) 7 "different frames"
                    Expect.equal (Compression.create run options None frames |> ok) found "same seed, same frames"

                    let kept =
                        found.Order
                        |> Array.collect (fun f -> [| 6 * f .. 6 * f + 5 |])
                        |> fun i -> PointSet.choose i set

                    Expecting.within
                        1e-11
                        (float (Array.last found.Entropy))
                        (float (EnvironmentEntropy.metrics run 0.3 (whole kept) |> ok).Entropy.Value)
                        "H of what is kept"

                let alike =
                    Environments.ofPoints [| 0..2..40 |] (Reference.rows (Array.replicate 40 [| 1.0 |]))

                let stopped =
                    Compression.create
                        run
                        {
                            Method = CompressionMethod.Coverage
                            Bandwidth = 0.1
                            Frames = 20
                            LeastGain = Some 0.01<nat>
                        }
                        None
                        alike
                    |> ok

                Expect.equal stopped.Order.Length 3 "two in a row gained nothing"

                Expect.isError
                    (Compression.create
                        run
                        {
                            Method = CompressionMethod.Random
                            Bandwidth = 0.1
                            Frames = 21
                            LeastGain = None
                        }
                        None
                        alike)
                    "more frames than there are"
            }
        ]
