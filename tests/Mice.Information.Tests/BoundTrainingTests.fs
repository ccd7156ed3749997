/// Training, stopping and checkpoints, on correlated Gaussians with exact mutual information.
module Mice.Information.Tests.BoundTrainingTests

open Expecto
open System
open System.IO
open System.Threading
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

let private splitOf (samples: PairedSamples) =
    PairedSamples.split (Key.ofSeed 3UL) 50 0.2 0.3 samples.Count |> ok

let private options =
    { BoundTrainingOptions.defaults with
        Steps = 160
        BatchSize = 128
        LearningRate = 1e-2
        Averaging = 0.9
        ValidateEvery = 40
        Patience = 4
    }

let private critic dimensions =
    Critic.concatenated Nn.relu dimensions dimensions [ 32; 32 ]

let private run critic (method: VariationalMethod) options samples =
    BoundEstimation.run options (Run.seeded 5UL Run.quiet) method critic samples (splitOf samples)

let private value (result: BoundResult) = float result.Test.Estimate.Value

let private error (result: BoundResult) =
    float result.Test.Estimate.StandardError

let private method name = VariationalMethod.byName name |> ok

[<Tests>]
let tests =
    testList
        "BoundTrainingTests"
        [
            test "every method finds the information of correlated Gaussians" {
                let samples = gaussians 1UL 1600 1

                let density =
                    ConditionalDensity.gaussianMixture
                        2
                        1
                        (Encoder.mlp Nn.relu [ 1; 16; ConditionalDensity.outputs 2 1 ])

                let withBaseline =
                    critic 1 |> Critic.withBaseline (Encoder.mlp Nn.relu [ 1; 16; 1 ])

                let withPair =
                    critic 1 |> Critic.withPairBaseline (Encoder.mlp Nn.relu [ 2; 16; 1 ])

                let rolls =
                    { options with
                        Pairing = Pairing.Rolls 4
                    }

                let named names critic options =
                    names |> List.map (fun name -> name, critic, options)

                [
                    named [ "nwj"; "dv"; "mine"; "remine"; "nwj-js"; "smile" ] (critic 1) rolls
                    named [ "uba"; "infonce" ] (critic 1) { options with BatchSize = 64 }
                    named [ "tuba"; "interpolated" ] withBaseline rolls
                    named [ "flo" ] withPair rolls
                    named
                        [ "doe"; "l1out" ]
                        density
                        { options with
                            Pairing = Pairing.JointOnly
                        }
                ]
                |> List.concat
                |> List.iter (fun (name, critic, options) ->
                    let result = run critic (method name) options samples |> ok
                    // Four standard errors, and 0.03 nats that small networks and 800 rows leave.
                    let allowed = 4.0 * error result + 0.03

                    Expect.isTrue
                        (abs (value result - exact 1) < allowed)
                        $"{name}: {value result} ± {error result} against {exact 1}"

                    Expect.isTrue (error result < 0.05) $"{name}: {error result}")
            }

            test "JS stays below ½ ln 2 times the information, CLUB above the information" {
                let samples = gaussians 2UL 1600 1

                let js =
                    run
                        (critic 1)
                        (method "js")
                        { options with
                            Pairing = Pairing.Rolls 4
                        }
                        samples
                    |> ok

                Expecting.inRange
                    (value js)
                    0.05
                    (0.5 * log 2.0 * exact 1)
                    "JS lies between 0.05 and ½ ln 2 times the information"

                let density =
                    ConditionalDensity.gaussianMixture
                        1
                        1
                        (Encoder.mlp Nn.relu [ 1; 16; ConditionalDensity.outputs 1 1 ])

                let club =
                    run
                        density
                        (method "club")
                        { options with
                            Pairing = Pairing.JointOnly
                        }
                        samples
                    |> ok
                // With the exact q: ρ²/(1 − ρ²).
                let expected = rho * rho / (1.0 - rho * rho)

                Expect.isTrue
                    (abs (value club - expected) < 4.0 * error club + 0.05)
                    $"{value club} ± {error club} against {expected}"
            }

            testCase "training that was cancelled goes on from its checkpoint to the same result"
            <| fun () ->
                let samples = gaussians 7UL 1000 2
                let folder = Directory.CreateTempSubdirectory "mice-bound-"

                // Few steps of small batches, and a memory that the next step needs.
                let resumable =
                    { options with
                        Steps = 60
                        BatchSize = 64
                        ValidateEvery = 10
                        Pairing = Pairing.Rolls 4
                    }

                let mine =
                    {
                        Surrogate = Surrogate.mine 0.1
                        Bound = Bound.mine
                    }

                let trained run =
                    BoundEstimation.run resumable run mine (critic 2) samples (splitOf samples)

                let kept () =
                    { Run.seeded 5UL Run.quiet with
                        Store = Some(RunStore.at folder.FullName)
                    }
                    |> Run.claim "test" (fun () -> [])
                    |> ok

                try
                    let whole = trained (Run.seeded 5UL Run.quiet) |> ok
                    use source = new CancellationTokenSource()

                    Expecting.throwsAny<OperationCanceledException>
                        (fun () ->
                            trained
                                { kept () with
                                    Cancel = source.Token
                                    Progress =
                                        fun p ->
                                            if p.Fraction > 0.4 then
                                                source.Cancel()
                                }
                            |> ignore)
                        "cancelled training throws"
                    |> ignore

                    let resumed = trained (kept ()) |> ok
                    Expect.equal resumed whole "outcome, curve and values are those of the whole run"
                finally
                    folder.Delete true

            test "an exploding critic is a result with a reason" {
                let samples = gaussians 8UL 1000 2
                let wild = { options with LearningRate = 1e3 }
                let result = run (critic 2) (method "nwj") wild samples |> ok

                match result.Outcome with
                | TrainingOutcome.Diverged(step, reason) ->
                    Expecting.inRange step 1 300 "the step at which it exploded"
                    Expect.isNonEmpty reason "there is a reason"
                | other -> failtest $"{other}"
            }

            test "training stops once validation gives nothing better" {
                let samples = gaussians 8UL 600 2

                let result =
                    run
                        (critic 2)
                        (method "dv")
                        { options with
                            Steps = 5000
                            BatchSize = 64
                        }
                        samples
                    |> ok

                match result.Outcome with
                | TrainingOutcome.StoppedByPatience step ->
                    Expect.equal
                        step
                        (result.Step + options.Patience * options.ValidateEvery)
                        "it stops when patience ends after the best step"
                | other -> failtest $"{other}"
            }

            test "faults of samples and options are all reported" {
                let x = Array.init 60 float32
                let bad = Array.mapi (fun i v -> if i = 7 then nanf else v) x

                match PairedSamples.create [ 1 ] bad [ 2 ] x with
                | Error [ MiceError.OutOfRange(name, _, _); MiceError.Mismatch _ ] ->
                    Expect.equal name "X, row 7" "the first row that is not finite is named"
                | other -> failtest $"{other}"

                match PairedSamples.create [ 2 ] x [ 2 ] x with
                | Error [ MiceError.TooFewData(_, 30, 50, _) ] -> ()
                | other -> failtest $"{other}"

                match
                    BoundTrainingOptions.check
                        10
                        { options with
                            Steps = 0
                            LearningRate = nan
                            Pairing = Pairing.Rolls 128
                        }
                with
                | Error faults -> Expect.equal faults.Length 4 "four faults are told"
                | Ok _ -> failtest "nothing was found"

                match VariationalMethod.byName "dw" with
                | Error [ MiceError.UnknownName(_, "dw", known) ] ->
                    Expect.contains known "dv" "the known names are told"
                | other -> failtest $"{other}"
            }
        ]
