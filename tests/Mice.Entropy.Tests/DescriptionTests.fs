module Mice.Entropy.Tests.DescriptionTests

open Expecto
open Mice
open Mice.Entropy
open Mice.Samplers

let private level length value : LatticeLevel =
    {
        Half = $"4×{length}"
        Volume = float (4 * length)
        InterfaceArea = float length
        MutualInformation = Estimate.create value 0.016<nat> Direction.LowerBound
        TrainingGain = None
        Estimator = "critic"
        Saturated = false
    }

/// M of 4×8 halves is steepest at T = 2.3, that of 4×4 halves falls all the way.
let private points: LatticeResult list =
    [
        for t in [ 2.0; 2.2; 2.4; 2.6 ] ->
            let x = t - 2.3

            { LatticeResult.start t (Some(Estimate.exact (3.0 * t))) [] with
                Method = "mice"
                EntropyPerSite = Estimate.create (0.1 * t * 1.0<nat / site>) 0.003<nat / site> Direction.NoBound
                Reference =
                    Some
                        {
                            EntropyPerSite = Estimate.create 0.1<nat / site> 0.004<nat / site> Direction.Exact
                            Source = "integration"
                        }
                Levels =
                    [
                        level 4 (1.2<nat> - 0.1<nat> * t * t)
                        level 8 (2.0<nat> + (x - 10.0 / 3.0 * x * x * x) * 1.0<nat>)
                    ]
            }
    ]

let private placed =
    lazy
        (LatticeDescription.create [] points
         |> ResultDescription.flat
         |> List.map (fun struct (_, place, row) -> place, row)
         |> Map.ofList)

let private estimate place =
    match placed.Value[place].Value with
    | ResultValue.Principal e
    | ResultValue.Estimate e -> e
    | other -> failtest $"{place}: {other}"

[<Tests>]
let tests =
    testList
        "DescriptionTests"
        [
            test "The difference from a reference has the errors of both, and is counted in them" {
                let d = estimate "results[0].difference_per_site_nats"
                Expecting.decimals 12 d.Value 0.1 "0.2 less 0.1"
                Expecting.decimals 12 d.StandardError 0.005 "0.003 and 0.004 in quadrature"

                match placed.Value["results[0].difference_standard_errors"].Value with
                | ResultValue.Number(errors, _) -> Expecting.decimals 9 errors 20.0 "0.1 in units of 0.005"
                | other -> failtest $"{other}"
            }

            test "A peak of dM/dT has its half and its error, and where there is none there is no key" {
                let key half =
                    placed.Value
                    |> Map.findKey (fun place row ->
                        place.StartsWith "derivatives" && row.Value = ResultValue.Text half)
                    |> fun place -> place.Replace(".half", ".peak_temperature")

                let peak = estimate (key "4x8")
                Expecting.decimals 9 peak.Value 2.3 "the vertex"
                // The spacing of the temperatures over √12, and the errors of M besides.
                Expect.isGreaterThan peak.StandardError (0.2 / sqrt 12.0) "its error"
                Expect.isFalse (placed.Value.ContainsKey(key "4x4")) "it falls all the way"
            }

            test "What a level takes from the entropy is M over the sites of both halves, for people" {
                let d = LatticeDescription.create [] points

                let table =
                    d.Sections
                    |> List.choose ResultTable.ofSection
                    |> List.find (fun table -> table.Title = "Mutual information at every scale")

                let column = table.Headings |> List.findIndex ((=) "½ M/V (nats/site)")
                // (1.2 − 0.1·4)/32 and 0.016/32.
                Expect.equal (table.Rows.Head |> List.item column |> _.Text) "≥ 0.0250(5)" "the first level"
            }

            test "Three temperatures have no section of changes, but their derivatives in files" {
                let three = LatticeDescription.create [] points[..2]
                let titles = three.Sections |> List.choose ResultTable.ofSection |> List.map _.Title
                Expect.equal titles [ "Entropy"; "Mutual information at every scale" ] "tables"

                Expect.exists
                    three.Sections
                    (fun s -> s.Key = "derivatives" && s.Value <> ResultValue.Table [])
                    "curves"
            }

            test "Drawn snapshots have energies in units of J and as many chains as their files say" {
                let sampled: SampledLattice =
                    {
                        File = "s.npy"
                        Source =
                            {
                                Model = "ising"
                                Parameters = [ "lattice", "square"; "coupling", "1"; "field", "0" ]
                                Temperature = 2.5
                                Seed = 1UL
                                SnapshotsPerChain = 4
                                EnergyPerSite = Estimate.create -1.7 0.001 Direction.Exact
                            }
                        Snapshots = 2048
                        AutocorrelationTime = Estimate.create 0.5 0.01 Direction.Exact
                        Steps = "rounds"
                        Seconds = 1.0
                        Checks =
                            [
                                {
                                    Name = "sound"
                                    Passed = true
                                    Detail = ""
                                }
                            ]
                    }

                let d = SampledLattice.describe [] [ sampled ]
                let table = d.Sections.Head |> ResultTable.ofSection |> Option.get

                Expect.equal
                    (table.Rows.Head |> List.map _.Text)
                    [ "2.5"; "-1.7000(10)"; "0.500(10)"; "2048"; "4"; "512"; "1"; "s.npy" ]
                    "one row"

                Expect.equal d.Checks.Head.Name "T = 2.5: sound" "checks name their temperature"
                Expect.stringContains d.Answer "-1.7000(10) J at T = 2.5" "the answer"
            }
        ]
