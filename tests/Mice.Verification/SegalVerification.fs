namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Samplers
open Mice.Segal
open Mice.Testing.Measuring

/// Networks for lattices under temperature and field against exact free energies.
[<RequireQualifiedAccess>]
module SegalVerification =
    let private model = IsingModel.square 10 2.0

    let private range: ConditionRange =
        {
            Temperature = 1.5, 3.5
            Field = -0.4, 0.4
        }

    let private samples = 20_000

    let private temperatures = [ 1.5; 1.76; 2.0; 2.269; 2.5; 3.0; 3.5 ]
    let private fields = [ 0.0; 0.05; 0.1; 0.2; 0.3; 0.4 ]

    /// Samples of one field alone, for the effective sample size of the network as it is.
    let private alone = 10_000

    /// Error of Φ/N and its standard error, from samples of all fields together, and NESS of the network alone.
    let private at (network: SegalNetwork) (temperature: float) : (float * float * float) list =
        let fields = Array.ofList fields

        let pooled =
            SemiGrandEstimate.along
                (Run.named (Number.text temperature) Run.quiet)
                { SemiGrandEstimate.defaults with
                    Samples = samples
                }
                temperature
                fields
                network
            |> ok

        [
            for found in pooled do
                let c = found.Conditions

                let exact =
                    { model with
                        Temperature = c.Temperature
                        Field = c.Field
                    }
                    |> TransferMatrix.averages
                    |> ok

                let own =
                    SemiGrandEstimate.create
                        Run.quiet
                        { SemiGrandEstimate.defaults with
                            Samples = alone
                        }
                        c
                        network
                    |> ok

                found.GrandPotential.Value + temperature * float exact.LogPartitionFunction,
                found.GrandPotential.StandardError,
                own.EffectiveSampleSize
        ]

    let private run () =
        let clock = Stopwatch.StartNew()
        let system = SemiGrandSystem.ising model |> ok

        let start =
            SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range system |> ok

        let network =
            (SegalTraining.train Run.console SegalTraining.defaults start |> ok).Network

        let minutes = clock.Elapsed.TotalMinutes

        let found = [ for t in temperatures -> t, at network t ]

        let all = found |> List.collect snd
        let mean = all |> List.averageBy (fun (d, _, _) -> abs d)
        let least = all |> List.map (fun (_, _, ness) -> ness) |> List.min

        let covered =
            all |> List.averageBy (fun (d, e, _) -> if abs d <= 2.0 * e then 1.0 else 0.0)

        let worst = all |> List.map (fun (d, _, _) -> abs d) |> List.max

        let rows =
            [
                for t, own in found do
                    [
                        $"{t}"
                        $"{own |> List.averageBy (fun (d, _, _) -> abs d):E1}"
                        $"{own |> List.map (fun (d, _, _) -> abs d) |> List.max:E1}"
                        $"{own |> List.map (fun (_, _, ness) -> ness) |> List.min:F3}"
                    ]
            ]

        {
            Markdown =
                Table.markdown [ "T"; "mean error of Φ/N over six fields"; "largest"; "least NESS" ] rows
                + "\n\n"
                + Table.markdown
                    [ "over all"; "found"; "goal"; "published"; "" ]
                    [
                        [ "mean error of Φ/N"; $"{mean:E1}"; "3e-5"; "4.9e-5"; Goal.met (mean <= 3e-5) ]
                        [ "largest error"; $"{worst:E1}"; ""; "4.7e-4"; "" ]
                        [ "least NESS"; $"{least:F3}"; "0.8"; "0.40"; Goal.met (least >= 0.8) ]
                        [
                            "within two standard errors"
                            $"{100.0 * covered:F0} %%"
                            "90 %"
                            ""
                            Goal.met (covered >= 0.9)
                        ]
                        [
                            "training, minutes"
                            $"{minutes:F1}"
                            "30"
                            "528"
                            Goal.met (minutes <= 30.0)
                        ]
                    ]
                + "\n\nIsing ferromagnet on a 10 × 10 torus, T from 1.5 to 3.5, B from −0.4 to 0.4, one network with default settings; 20,000 samples at each point, those of a temperature weighed together; NESS of 10,000 samples of each point alone, as published; exact by the transfer matrix. Published: the network of the paper; its training at 1.4 s a step on a core like these."
            // Errors have to be honest; goals are told.
            Passed = covered >= 0.9
        }

    /// `verify segal`.
    let measurement: Measurement =
        {
            Name = "segal"
            Title = "Free energies of an Ising model over temperature and field"
            Run = run
        }
