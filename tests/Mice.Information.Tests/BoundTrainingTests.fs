/// Training, stopping, checkpoints, evaluation on correlated Gaussians with exact mutual information.
module Mice.Information.Tests.BoundTrainingTests

open System
open System.Threading
open Mice
open Mice.Tensors
open Mice.Information
open Xunit

let private rho = 0.75

/// I of `dimensions` independent pairs of correlation 0.75, nats.
let private exact dimensions =
    -0.5 * float dimensions * log (1.0 - rho * rho)

let private ok result =
    match result with
    | Ok value -> value
    | Error faults -> failwith $"{List.map MiceError.message faults}"

let private gaussians seed n dimensions =
    let generator = Key.ofSeed seed |> Key.generator
    let x = Array.init (n * dimensions) (fun _ -> generator.NextNormal())

    let y =
        x |> Array.map (fun x -> rho * x + sqrt (1.0 - rho * rho) * generator.NextNormal())

    PairedSamples.create [ dimensions ] (Array.map float32 x) [ dimensions ] (Array.map float32 y) |> ok

let private splitOf (samples: PairedSamples) =
    PairedSamples.split (Key.ofSeed 3UL) 50 0.2 0.3 samples.Count |> ok

let private options =
    { BoundTrainingOptions.defaults with
        Steps = 300
        BatchSize = 128
        LearningRate = 5e-3
        ValidateEvery = 50
        Patience = 4
    }

let private critic dimensions =
    Critic.concatenated Nn.relu dimensions dimensions [ 32; 32 ]

/// The critic T* = c − (ρ²x² − 2ρxy + ρ²y²)/(2(1 − ρ²)) without parameters.
let private exactCritic =
    let factor = 1.0 / (2.0 * (1.0 - rho * rho))
    let constant = -0.5 * log (1.0 - rho * rho)
    let own (z: Tensor) = Tensor.square z * (-rho * rho * factor)
    let column (codes: Codes) = Tensor.squeeze 1 codes[0]

    {
        Name = "exact"
        Init = fun _ -> Params.empty
        EncodeX = fun _ _ x -> [| x |]
        EncodeY = fun _ _ y -> [| y |]
        ScoreAll =
            fun _ u v ->
                let x, y = u[0], Tensor.transpose 0 1 v[0]
                own x + own y + x * y * (2.0 * rho * factor) + constant
        ScorePairs =
            fun _ u v ->
                let x, y = column u, column v
                own x + own y + x * y * (2.0 * rho * factor) + constant
        Auxiliary = None
    }

let private run critic (method: VariationalMethod) options samples =
    BoundEstimation.run (Key.ofSeed 5UL) options method critic samples (splitOf samples) ignore CancellationToken.None

let private value (result: BoundResult) = float result.Test.Estimate.Value

let private error (result: BoundResult) =
    float result.Test.Estimate.StandardError

let private method name = VariationalMethod.byName name |> ok

[<Fact>]
let ``every method finds the information of correlated Gaussians`` () =
    let samples = gaussians 1UL 2400 1

    let density =
        ConditionalDensity.gaussianMixture 2 1 (Encoder.mlp Nn.relu [ 1; 16; ConditionalDensity.outputs 2 1 ])

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
        named [ "uba"; "infonce" ] (critic 1) options
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
        // Four standard errors, and 0.03 nats that small networks and 1,200 rows leave.
        let allowed = 4.0 * error result + 0.03

        Assert.True(
            abs (value result - exact 1) < allowed,
            $"{name}: {value result} ± {error result} against {exact 1}"
        )

        Assert.True(error result < 0.05, $"{name}: {error result}"))

[<Fact>]
let ``JS stays below ½ ln 2 times the information, CLUB above the information`` () =
    let samples = gaussians 2UL 2400 1

    let js =
        run
            (critic 1)
            (method "js")
            { options with
                Pairing = Pairing.Rolls 4
            }
            samples
        |> ok

    Assert.InRange(value js, 0.05, 0.5 * log 2.0 * exact 1)

    let density =
        ConditionalDensity.gaussianMixture 1 1 (Encoder.mlp Nn.relu [ 1; 16; ConditionalDensity.outputs 1 1 ])

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

    Assert.True(
        abs (value club - expected) < 4.0 * error club + 0.05,
        $"{value club} ± {error club} against {expected}"
    )

[<Fact>]
let ``the bootstrap's error is the spread over independent samples`` () =
    let bounds =
        [
            Bound.donskerVaradhan
            Bound.nwjJs
            Bound.uba
            Bound.infoNce
            Bound.jensenShannon
            Bound.smile 5.0
            Bound.leaveOneOut
        ]

    for bound in bounds do
        let estimates =
            Array.init 60 (fun seed ->
                Tensor.scope (fun () ->
                    let samples = gaussians (uint64 (100 + seed)) 400 1
                    let key = Key.ofSeed (uint64 seed)
                    (BoundEvaluation.pooledValue key 4 bound exactCritic Params.empty samples.X samples.Y).Estimate))

        let spread =
            estimates |> Array.map (fun e -> float e.Value) |> Statistics.variance |> sqrt

        let reported = estimates |> Array.averageBy (fun e -> float e.StandardError)
        // The spread of 60 values is known to 9 %, the mean error better: 30 % is three of these.
        Assert.True(abs (reported / spread - 1.0) < 0.3, $"{bound.Name}: reported {reported}, spread {spread}")

[<Fact>]
let ``the effective number of pairs is that of the exact critic`` () =
    let samples = gaussians 9UL 2000 1

    let result =
        BoundEvaluation.pooledValue
            (Key.ofSeed 1UL)
            10
            Bound.donskerVaradhan
            exactCritic
            Params.empty
            samples.X
            samples.Y
    // Pairs/(1 + χ²) with 1 + χ² = 1/(1 − ρ²); e^{2T*} has a heavy tail, so 15 %.
    let expected = result.ProductPairs * (1.0 - rho * rho)
    Assert.InRange(result.EffectivePairs / expected, 0.85, 1.15)

[<Fact>]
let ``independent data give 0 within the error`` () =
    let samples = gaussians 4UL 2000 1

    let struct (_, others) =
        PairedSamples.take (Derangement.roll 1 samples.Count) samples

    let shuffled =
        PairedSamples.create [ 1 ] (Tensor.toArray<float32> samples.X) [ 1 ] (Tensor.toArray<float32> others)
        |> ok

    for name in [ "nwj"; "infonce"; "remine" ] do
        let result =
            run
                (critic 1)
                (method name)
                { options with
                    Pairing = Pairing.Rolls 4
                    Steps = 200
                }
                shuffled
            |> ok
        // Four errors, fixed seeds; an untrained remainder of the critic costs below 0.01.
        Assert.True(abs (value result) < 4.0 * error result + 0.01, $"{name}: {value result} ± {error result}")

[<Fact>]
let ``batch means keep InfoNCE below ln batch`` () =
    let samples = gaussians 6UL 400 1

    let mean =
        BoundEvaluation.batchMean 2 Bound.infoNce exactCritic Params.empty samples.X samples.Y

    Assert.True(float mean.Value < log 2.0)
    Assert.Equal(Direction.LowerBound, mean.Direction)

let private trainingOf samples =
    BoundTraining.run (Key.ofSeed 5UL) options Surrogate.donskerVaradhan (critic 2) samples (splitOf samples)

let private firstState () =
    BoundTraining.start (Key.ofSeed 5UL) Device.cpu options (critic 2)

[<Fact>]
let ``training that was cancelled goes on from its checkpoint to the same result`` () =
    let samples = gaussians 7UL 1000 2
    let whole = firstState () |> trainingOf samples ignore CancellationToken.None
    use source = new CancellationTokenSource()
    let mutable kept = None

    let stop (state: BoundTrainingState) =
        if state.Curve.Length = 2 then
            kept <- Some(BoundCheckpoint.toBytes state)
            source.Cancel()

    Assert.Throws<OperationCanceledException>(fun () -> firstState () |> trainingOf samples stop source.Token |> ignore)
    |> ignore

    match kept |> Option.map (BoundCheckpoint.ofBytes "checkpoint" Device.cpu) with
    | Some(Ok state) ->
        let resumed = trainingOf samples ignore CancellationToken.None state
        Assert.Equal(whole.Outcome, resumed.Outcome)
        Assert.Equal(whole.BestObjective, resumed.BestObjective)
        Assert.Equal<struct (int * float * float)[]>(whole.Curve, resumed.Curve)

        let numbers state =
            Params.tensors state.Best |> Array.collect Tensor.toArray<float32>

        Assert.Equal<float32[]>(numbers whole, numbers resumed)
    | other -> Assert.Fail $"{other}"

    match BoundCheckpoint.ofBytes "rubbish" Device.cpu [| 1uy; 2uy |] with
    | Error(MiceError.BadFile _) -> ()
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``an exploding critic is a result with a reason`` () =
    let samples = gaussians 8UL 1000 2
    let wild = { options with LearningRate = 1e3 }
    let result = run (critic 2) (method "nwj") wild samples |> ok

    match result.Outcome with
    | BoundOutcome.Diverged(step, reason) ->
        Assert.InRange(step, 1, 300)
        Assert.NotEmpty reason
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``training stops once validation gives nothing better`` () =
    let samples = gaussians 8UL 400 2

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
    | BoundOutcome.StoppedByValidation step ->
        Assert.Equal(result.Step + options.Patience * options.ValidateEvery, step)
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``the parts of a split are whole blocks, apart from each other and together everything`` () =
    let split = PairedSamples.split (Key.ofSeed 1UL) 7 0.2 0.3 1003 |> ok
    let all = Array.concat [ split.Training; split.Validation; split.Test ]
    Assert.Equal<int[]>([| 0..1002 |], Array.sort all)

    let blocks rows =
        rows |> Array.map (fun r -> r / 7) |> Set.ofArray

    for a, b in
        [
            split.Training, split.Test
            split.Training, split.Validation
            split.Validation, split.Test
        ] do
        Assert.Empty(Set.intersect (blocks a) (blocks b))

[<Fact>]
let ``faults of samples and options are all reported`` () =
    let x = Array.init 60 float32
    let bad = Array.mapi (fun i v -> if i = 7 then nanf else v) x

    match PairedSamples.create [ 1 ] bad [ 2 ] x with
    | Error [ MiceError.OutOfRange(name, _, _); MiceError.Mismatch _ ] -> Assert.Equal("X, row 7", name)
    | other -> Assert.Fail $"{other}"

    match PairedSamples.create [ 2 ] x [ 2 ] x with
    | Error [ MiceError.TooFewData(_, 30, 50, _) ] -> ()
    | other -> Assert.Fail $"{other}"

    match
        BoundTrainingOptions.check
            10
            { options with
                Steps = 0
                LearningRate = nan
                Pairing = Pairing.Rolls 128
            }
    with
    | Error faults -> Assert.Equal(4, faults.Length)
    | Ok() -> Assert.Fail "nothing was found"

    match VariationalMethod.byName "dw" with
    | Error [ MiceError.UnknownName(_, "dw", known) ] -> Assert.Contains("dv", known)
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``standardised coordinates have mean 0 and variance 1`` () =
    let x = Array.init 200 (fun i -> if i % 2 = 0 then 5.0f else float32 (i * i))

    let samples =
        PairedSamples.create [ 2 ] x [ 2 ] x |> ok |> PairedSamples.standardise

    let mean = Tensor.meanOver [ 0 ] samples.X |> Tensor.toFloats
    let deviation = Tensor.stdOver [ 0 ] 0 samples.X |> Tensor.toFloats
    // Single precision.
    Assert.All(mean, (fun m -> Assert.True(abs m < 1e-5)))
    Assert.Equal(0.0, deviation[0])
    Assert.True(abs (deviation[1] - 1.0) < 1e-5)
