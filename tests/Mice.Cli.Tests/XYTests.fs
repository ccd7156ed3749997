module Mice.Cli.Tests.XYTests

open System.IO
open System.Text.Json
open Mice.Autoregressive
open Mice.Cli
open Mice.Cli.Tests.BadInputTests
open Mice.Cli.Tests.Process
open Mice.Cli.Tests.VerbTests
open Mice.Entropy
open Mice.Samplers
open Xunit

/// The same options, but hardly trained: a second, with loose results.
let hasty (options: LatticeEntropyOptions) : LatticeEntropyOptions =
    { options with
        Scan =
            { options.Scan with
                Width = 16
                Steps = 20
                BatchSites = 256
            }
        Mice =
            { options.Mice with
                Training =
                    { options.Mice.Training with
                        Steps = 10
                        JointBlocks = 2
                    }
            }
    }

[<EngineFact>]
let ``Entropies of a small torus go to JSON and a report, with the integration as their reference`` () =
    let estimators =
        { Estimators.standard with
            XY =
                fun options ->
                    XYEntropy.estimate
                        { options with
                            Integration =
                                { options.Integration with
                                    Steps = 40
                                    Equilibrate = 10
                                }
                            Sampling =
                                { options.Sampling with
                                    Equilibrate = 20
                                }
                            Entropy = hasty options.Entropy
                        }
        }

    inFolder (fun folder ->
        let json, page = Path.Combine(folder, "s.json"), Path.Combine(folder, "s.html")

        let words =
            $"--size 4 --temperature 1.5,2 --method all --snapshots 100 --quiet --json {json} --report {page}"

        Assert.True(EntropyXY.run estimators (words.Split ' ') < 2)
        use document = JsonDocument.Parse(File.ReadAllText json)

        let results =
            document.RootElement.GetProperty("results").EnumerateArray() |> List.ofSeq

        let number (item: JsonElement) (name: string) = item.GetProperty(name).GetDouble()
        let text (item: JsonElement) (name: string) = item.GetProperty(name).GetString()

        for temperature in [ 1.5; 2.0 ] do
            let own = results |> List.filter (fun r -> number r "temperature" = temperature)

            let find name =
                own |> List.find (fun r -> text r "method" = name)

            let integration = find "integration"
            Assert.Equal("exact", text integration "direction")
            Assert.True(number integration "standard_error" > 0.0)
            Assert.False(integration.TryGetProperty("reference_source") |> fst)

            for item in [ find "mice"; find "scan" ] do
                Assert.Equal("integration", text item "reference_source")
                let reference = number item "reference_entropy_per_site_nats"
                Assert.Equal(number integration "entropy_per_site_nats", reference)

                Assert.Equal(
                    number integration "standard_error",
                    number item "reference_entropy_per_site_nats_standard_error"
                )
                // Hardly trained: within 0.3 nats.
                Assert.Equal(reference, number item "entropy_per_site_nats", 0.3)
                Assert.True(number item "standard_error" > 0.0)
                Assert.NotEqual<string>("", text item "direction")

        // Rounded up to as many in each of 64 chains.
        let settings = document.RootElement.GetProperty "settings"
        Assert.Equal(("64", "2"), (text settings "chains", text settings "snapshots_per_chain"))
        let report = File.ReadAllText page
        Assert.Contains("XY ferromagnet on the square lattice", report))

[<Fact>]
let ``The estimator is given what the arguments say`` () =
    let given = ResizeArray<XYEntropyOptions * XYModel * float list>()

    let estimators =
        { Estimators.standard with
            XY =
                fun options _ _ _ model temperatures ->
                    given.Add(options, model, temperatures)
                    Ok []
        }

    let run (words: string) =
        given.Clear()
        Assert.True(EntropyXY.run estimators (words.Split ' ') < 2)
        Assert.Single given

    let options, model, temperatures = run "--size 8 --temperature 1 --quiet"
    Assert.Equal<float>([ 1.0 ], temperatures)

    Assert.Equal(
        { XYModel.square 8 1.0 with
            Coupling = 1.0
        },
        model
    )

    Assert.Equal<LatticeMethod>(XYEntropyOptions.defaults.Entropy.Methods, options.Entropy.Methods)
    Assert.Equal(XYEntropyOptions.defaults.Sampling, options.Sampling)

    let options, model, temperatures =
        run
            "--size 6 --temperature 0.5,2,0.5 --coupling -1 --field 0.25 --method scan,integration --snapshots 65 --seed 9 --quick --quiet"

    Assert.Equal<float>([ 0.5; 2.0 ], temperatures)
    Assert.Equal((6, 6, -1.0, 0.25), (model.Rows, model.Columns, model.Coupling, model.Field))
    Assert.Equal<LatticeMethod>([ LatticeMethod.Scan; LatticeMethod.Integration ], options.Entropy.Methods)
    Assert.Equal((64, 2), (options.Sampling.Chains, options.Sampling.Snapshots))
    Assert.Equal(9UL, options.Entropy.Seed)
    Assert.Equal(SpinConditionalOptions.defaults.Steps / 3, options.Entropy.Scan.Steps)

[<Fact>]
let ``Bad arguments give one line each`` () =
    let bad =
        "entropy xy --temperature 2,-1 --coupling 0.5 --method counting --field nan --device cuda --snapshots 0 --error -1 --seed x"

    mice (List.ofArray (bad.Split ' '))
    |> refused
        [
            "--size"
            "--temperature"
            "--coupling"
            "counting"
            "--field"
            "--device"
            "--snapshots"
            "--error"
            "--seed"
        ]

    mice [ "entropy"; "xy"; "--size"; "4"; "--lattice"; "triangular" ]
    |> refused [ "--lattice"; "triangular" ]

    mice
        [
            "entropy"
            "xy"
            "--size"
            "6"
            "--temperature"
            "1"
            "--method"
            "mice"
            "--quiet"
        ]
    |> refused [ "a power of two" ]
