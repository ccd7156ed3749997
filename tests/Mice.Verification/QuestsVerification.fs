namespace Mice.Verification

open System
open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Quests.Tests
open Mice.Testing.Measuring

/// What the paper on QUESTS and its code give, beside what comes out here.
[<RequireQualifiedAccess>]
module QuestsVerification =
    let private describe snapshots =
        Environments.ofSnapshots Run.quiet EnvironmentOptions.defaults snapshots |> ok

    let private entropy (bandwidth: float) (snapshots: Snapshot[]) : Estimate<nat> =
        (describe snapshots |> EnvironmentEntropy.metrics Run.quiet bandwidth |> ok).Entropy

    /// A line of the table: what, where it is from, what was expected, what was found, what it may differ by, and whether it does not differ by more.
    type private Line =
        {
            What: string
            Source: string
            Expected: string
            Found: string
            Allowed: string
            Holds: bool
        }

    let private compared (digits: int) what source (expected: float) (allowed: float) (found: float) : Line =
        {
            What = what
            Source = source
            Expected = expected.ToString $"F{digits}"
            Found = found.ToString $"F{digits}"
            Allowed = $"{allowed}"
            Holds = abs (found - expected) <= allowed
        }

    // ---- Numbers of the published implementation ------------------------------------------------------------------

    let private largest (differences: seq<float>) = Seq.fold max 0.0 differences

    let private deviation what (allowed: float) (found: float) : Line =
        {
            What = what
            Source = "published code"
            Expected = "0"
            Found = $"{found:E1}"
            Allowed = $"{allowed}"
            Holds = found <= allowed
        }

    let private published () : Line list =
        let reference = Published.json "reference.json"

        let structures =
            Published.items "structures" reference |> Array.map (Published.text "structure")

        let described =
            structures |> Array.map (fun name -> name, describe [| Published.structure name |]) |> dict

        let descriptors =
            seq {
                for name in structures do
                    let rows = Published.numbers 1 $"descriptors_{name}.csv"

                    for i in 0 .. rows.Length - 1 do
                        yield! Array.map2 (fun a b -> abs (a - b)) rows[i] (PointSet.row i described[name].Points)
            }

        let entropies =
            seq {
                for e in Published.items "entropy" reference do
                    match described.TryGetValue(Published.text "set" e) with
                    | true, set ->
                        let found =
                            EnvironmentEntropy.metrics Run.quiet (Published.real "bandwidth" e) set |> ok

                        abs (float found.Entropy.Value - Published.real "entropy" e)
                        abs (float found.Diversity.Value - Published.real "diversity" e)
                    | _ -> ()
            }

        let deltas =
            seq {
                for (test, other, h), rows in
                    Published.table "delta_entropy.csv" |> Array.groupBy (fun r -> r[0], r[1], Published.number r[2]) do
                    let struct (_, differential) =
                        EnvironmentComparison.create
                            Run.quiet
                            h
                            0.0<nat>
                            (KernelIndex.exact described[other].Points)
                            described[test]
                        |> ok

                    for row in rows do
                        let expected = Published.number row[5]
                        abs (float differential[int row[3]] - expected) / max 1.0 (abs expected)
            }

        [
            deviation "largest difference of 23,000 components, 1/Å" 2e-11 (largest descriptors)
            deviation "largest difference of H and D, 9 structures, 4 bandwidths, nats" 1e-9 (largest entropies)
            deviation "largest relative difference of δH, up to 10⁵ nats" 1e-9 (largest deltas)
        ]

    // ---- Perfect and strained crystals ----------------------------------------------------------------------------

    let private cellOf vectors =
        match Cell.create vectors (Array.zeroCreate 3) [| true; true; true |] with
        | Ok cell -> cell
        | Error text -> failwith text

    /// The primitive cell of fcc, repeated.
    let private fcc (a: float) (n: int) : Snapshot =
        let h = a / 2.0
        let vectors = [| 0.0; h; h; h; 0.0; h; h; h; 0.0 |]
        let cell = cellOf (vectors |> Array.map (fun x -> float n * x))

        let fractions =
            Array.init (3 * n * n * n) (fun i ->
                float (Array.item (i % 3) [| i / 3 / (n * n); i / 3 / n % n; i / 3 % n |]) / float n)

        Snapshot.ofPositions "Cu" cell (Cell.cartesian cell fractions)

    let private bcc (a: float) : Snapshot =
        Snapshot.ofPositions "Fe" (Cell.cubic a) [| 0.0; 0.0; 0.0; a / 2.0; a / 2.0; a / 2.0 |]

    let private hcp (a: float) : Snapshot =
        let c = a * sqrt (8.0 / 3.0)
        let cell = cellOf [| a; 0.0; 0.0; -a / 2.0; a * sqrt 0.75; 0.0; 0.0; 0.0; c |]
        Snapshot.ofPositions "Ti" cell (Cell.cartesian cell [| 0.0; 0.0; 0.0; 1.0 / 3.0; 2.0 / 3.0; 0.5 |])

    let private row snapshot =
        PointSet.row 0 (describe [| snapshot |]).Points

    let private apart (x: float[]) (y: float[]) =
        Array.map2 (fun a b -> (a - b) ** 2.0) x y |> Array.sum |> sqrt

    let private crystals () : Line list =
        let f, b, h = row (fcc 3.58 1), row (bcc 2.84), row (hcp 2.53)

        let strained e =
            apart (Array.truncate 32 (row (fcc (3.58 * (1.0 + e)) 1))) (Array.truncate 32 f)

        [
            compared 6 "fcc, X1 of the first shell" "S5" 0.218472 1e-6 f[0]
            compared 6 "bcc, X1 of the second shell" "S5" 0.161563 1e-6 b[8]
            compared 6 "hcp, X1 of the fourth shell" "S5" 0.012271 1e-6 h[31]
            compared 3 "distance fcc – bcc (depends on ties)" "S5" 0.205 0.002 (apart f b)
            compared 3 "distance fcc – hcp (depends on ties)" "S5" 0.020 0.002 (apart f h)
            compared 3 "distance bcc – hcp (depends on ties)" "S5" 0.204 0.002 (apart b h)
            compared 6 "fcc strained by −5 %, distance in X1" "S6" 0.111535 1e-6 (strained -0.05)
            compared 6 "fcc strained by +5 %, distance in X1" "S6" 0.098321 1e-6 (strained 0.05)
        ]

    let private noisy (seed: int) (percent: float) : Snapshot =
        let perfect = fcc 3.58 25

        let generator =
            Key.ofSeed (uint64 (1000 * seed) + uint64 (10.0 * percent)) |> Key.generator
        // The root mean square displacement is √3 of that of one coordinate.
        let width = percent / 100.0 * (3.58 / sqrt 2.0) / sqrt 3.0

        Snapshot.ofPositions
            "Cu"
            perfect.Cell
            (perfect.Positions |> Array.map (fun x -> x + width * generator.NextNormal()))

    /// Displacements in percent of the neighbour distance, the entropy of one set of them, and what the mean of six may differ by: four standard
    /// deviations of the difference, which were found from the six to be 0.0022, 0.0036, 0.006, 0.0096, 0.0093 and 0.017.
    let private displaced =
        [
            2.5, 0.085, 0.01
            5.0, 0.326, 0.015
            7.5, 0.708, 0.025
            10.0, 1.178, 0.04
            12.5, 1.659, 0.04
            15.0, 2.122, 0.07
        ]

    let private lindemann () : Line list =
        [
            for percent, expected, allowed in displaced ->
                [ 1..6 ]
                |> List.averageBy (fun seed -> float (entropy 0.057 [| noisy seed percent |]).Value)
                |> compared
                    3
                    $"fcc, displacements of {percent} %% of the neighbour distance, H, h = 0.057, six sets"
                    "S10, its abscissa put right"
                    expected
                    allowed
        ]

    let private toys () : Line list =
        let plane = Published.numbers 0 "toy2d_paper_points.csv"

        let scaled scale =
            let points =
                plane |> Array.collect (Array.map (fun x -> scale * x)) |> PointSet.ofRows 2 |> ok

            Bandwidth.sweep Run.quiet [| 0.15 |] points |> ok |> Array.head |> float

        let grid =
            [|
                for i in 0..9 do
                    for j in 0..9 do
                        -3.0 + 6.0 * float i / 9.0
                        -3.0 + 6.0 * float j / 9.0
            |]
            |> PointSet.ofRows 2
            |> ok

        [
            compared 4 "100 points in the plane, h = 0.15, scale 0.8" "S3d" 3.66 0.005 (scaled 0.8)
            compared 4 "the same, scale 1" "S3d" 3.91 0.005 (scaled 1.0)
            compared 4 "the same, scale 1.2" "S3d" 4.08 0.005 (scaled 1.2)
            compared
                5
                "10 × 10 grid"
                "S4"
                4.60499
                1e-5
                (Bandwidth.sweep Run.quiet [| 0.15 |] grid |> ok |> Array.head |> float)
        ]

    let private run () =
        if (Repository.reference [ "quests" ]).IsNone then
            raise (NotHere "the numbers of the published implementation are not among the reference data")

        let lines = List.concat [ published (); crystals (); toys (); lindemann () ]

        let table =
            lines
            |> List.map (fun l ->
                [
                    l.What
                    l.Source
                    l.Expected
                    l.Found
                    l.Allowed
                    (if l.Holds then "holds" else "DOES NOT HOLD")
                ])
            |> Table.markdown [ ""; "from"; "expected"; "Mice"; "may differ by"; "" ]

        {
            Markdown =
                table
                + "\n\nThe abscissa of the paper's figure S10 is scaled twice: entropies of 0.2 to 0.5 k_B belong to displacements of 4 to 6 % of the neighbour distance, not to 10 to 12.5 %."
            Passed = lines |> List.forall _.Holds
        }

    /// `verify quests`.
    let measurement: Measurement =
        {
            Name = "quests"
            Title = "Environments against the paper and its code"
            Run = run
        }
