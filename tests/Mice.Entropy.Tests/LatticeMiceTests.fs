module Mice.Entropy.Tests.LatticeMiceTests

open System.Threading
open Xunit
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples

let private temperature = 2.5
let private model = IsingModel.square 4 temperature

/// Of the 4×4 torus at T = 2.5: I(2×2; 2×2) that make 2×4, I(2×4; 2×4) that make the torus, entropy and energy per site (enumeration).
let private exactSmall, exactLarge = 0.52292138, 0.69214490

let private exact =
    match ExactIsing.tryFind model with
    | Some found -> found.Averages
    | None -> failwith "no reference"

let private options =
    { LatticeMiceOptions.defaults with
        Block = 2
        Training =
            { HalfTrainingOptions.defaults with
                Steps = 300
                Batch = 256
                JointBlocks = 16
            }
    }

let private known (set: LatticeSnapshots<sbyte>) =
    {
        Beta = 1.0 / temperature
        Values = set.Sites |> Array.map (IsingModel.energy model)
        MeanPerSite = Estimate.exact exact.Energy
    }

let private run options threads energies set =
    LatticeMice.estimate
        options
        threads
        CancellationToken.None
        ignore
        (Key.ofSeed 3UL)
        (LatticeSpins.ising (SpinSymmetry.ofModel model))
        1
        Params.empty
        energies
        set

let private set = lazy (torus4 41UL 4096 temperature)
let private whole = lazy (ok (run options 2 (Some(known set.Value)) set.Value))

[<Fact>]
let ``Every level of a torus is found, and their sum`` () =
    let result = whole.Value

    match result.Levels with
    | [ small; large ] ->
        // Lower bounds; with four spins a side 300 steps leave less than 0.01 nats.
        for level, exact in [ small, exactSmall; large, exactLarge ] do
            let m = level.MutualInformation

            Assert.InRange(
                float m.Value,
                exact - 0.015 - 4.0 * float m.StandardError,
                exact + 4.0 * float m.StandardError
            )

            Assert.InRange(float m.StandardError, 1e-4, 0.05)
    | levels -> failwith $"{levels.Length} levels"

    Assert.Empty result.Tail

    let z =
        float (result.EntropyPerSite.Value - exact.Entropy) / float result.EntropyPerSite.StandardError
    // Looser by at most 0.015/8 + 0.015/16 nats per site.
    Assert.True(z > -4.0, $"z = {z:F2}")

    Assert.True(
        float (result.EntropyPerSite.Value - exact.Entropy) < 0.002 + 4.0 * float result.EntropyPerSite.StandardError
    )

    Assert.All(result.Checks, (fun c -> Assert.True(c.Passed, c.Detail)))

[<Fact>]
let ``The best estimate adds what the second half of the training gained`` () =
    let short =
        { options with
            Training = { options.Training with Steps = 40 }
        }

    let result = ok (run short 2 (Some(known set.Value)) set.Value)

    let gained =
        result.Levels |> List.sumBy (fun l -> 0.5 * float l.Gain / float (LatticeHalves.volume l.Halves))

    Assert.All(result.Levels, (fun l -> Assert.True(l.Gain > 0.0<nat>)))
    Assert.Equal(float result.Bound.Value - gained, float result.EntropyPerSite.Value, 12)
    Assert.Equal(Direction.NoBound, result.EntropyPerSite.Direction)
    let error = float result.Bound.StandardError
    Assert.Equal(sqrt (error * error + gained * gained), float result.EntropyPerSite.StandardError, 12)
    // 40 steps leave more than they tell; with 300 nothing much is left.
    let distance (r: LatticeMiceResult) =
        abs (float (r.EntropyPerSite.Value - exact.Entropy))

    Assert.True(distance result < abs (float (result.Bound.Value - exact.Entropy)))
    Assert.True(distance result < 4.0 * float result.EntropyPerSite.StandardError)

    for level, before in List.zip whole.Value.Levels result.Levels do
        Assert.True(level.Gain < before.Gain)

[<Fact>]
let ``What the product pairs of a step cannot teach is saturated`` () =
    let saturated batch =
        let few =
            { options with
                Training =
                    { options.Training with
                        Steps = 60
                        Batch = batch
                    }
            }

        ok (run few 2 None set.Value) |> _.Levels |> List.forall _.Saturated

    // 16 snapshots give 16·8 product pairs, of which fewer than 100 are effective; 64 give 64·32.
    Assert.True(saturated 16)
    Assert.False(saturated 64)

[<Fact>]
let ``The result does not depend on the threads`` () =
    let few =
        { options with
            Training = { options.Training with Steps = 20 }
        }

    let one, two = ok (run few 1 None set.Value), ok (run few 2 None set.Value)
    Assert.Equal(one.EntropyPerSite, two.EntropyPerSite)

[<Fact>]
let ``Known energies take noise out of the sum`` () =
    let few =
        { options with
            Training = { options.Training with Steps = 100 }
        }

    let plain = ok (run few 2 None set.Value)
    let better = ok (run few 2 (Some(known set.Value)) set.Value)
    Assert.True(better.EntropyPerSite.StandardError < 0.8 * plain.EntropyPerSite.StandardError)

[<Fact>]
let ``Independent spins share nothing`` () =
    let spins = independent 43UL 8 8 1024 0.5

    let result =
        LatticeMice.estimate
            { options with
                Block = 4
                Training = { options.Training with Steps = 60 }
            }
            2
            CancellationToken.None
            ignore
            (Key.ofSeed 5UL)
            (LatticeSpins.ising (SpinSymmetry.ofModel (IsingModel.square 8 1.0)))
            1
            Params.empty
            None
            spins
        |> ok

    for level in result.Levels do
        // A critic trained on noise finds a little less than nothing on other snapshots.
        Assert.InRange(float level.MutualInformation.Value, -0.1, 4.0 * float level.MutualInformation.StandardError)

[<Fact>]
let ``What cannot be certified is left to the area law`` () =
    // All rows alike: halves one above the other share up to 8 ln 2 nats, which 12 held-out snapshots cannot certify.
    let copies =
        independent 47UL 1 8 24 0.5
        |> fun rows -> snapshots 8 8 (rows.Sites |> Array.map (fun row -> Array.replicate 8 row |> Array.concat))

    let result =
        LatticeMice.estimate
            { options with
                Training = { options.Training with Steps = 200 }
            }
            2
            CancellationToken.None
            ignore
            (Key.ofSeed 7UL)
            (LatticeSpins.ising SpinSymmetry.none)
            1
            Params.empty
            None
            copies
        |> ok

    Assert.Contains(result.Levels, (fun l -> l.Saturated))
    Assert.False result.Checks[0].Passed

[<Fact>]
let ``Tori that cannot be halved down to the block are refused`` () =
    let refused block rows columns =
        run { options with Block = block } 1 None (independent 1UL rows columns 32 0.5) |> messages

    for rows in [ 4; 6; 12; 20 ] do
        Assert.Single(refused 4 rows rows) |> ignore

    Assert.Single(refused 2 4 8) |> ignore
    Assert.Single(refused 5 10 10) |> ignore
    Assert.Single(run options 1 None (independent 1UL 4 4 8 0.5) |> messages) |> ignore

/// Entropy per site of rows that are closed chains of four spins, whose neighbours differ with probability p given that an even number does.
let private chainEntropy p =
    let even = 0.5 * (1.0 + (1.0 - 2.0 * p) ** 4.0)
    let differing = 4.0 * p * 0.5 * (1.0 - (1.0 - 2.0 * p) ** 3.0) / even
    (log 2.0 + log even - differing * log p - (4.0 - differing) * log (1.0 - p)) / 4.0

[<Fact>]
let ``Where rows and columns differ, both orders of cuts give the entropy`` () =
    // Rows know nothing of each other; along them neighbours differ with probability 0.1.
    let rows = chains 53UL 4 4 2048 0.1
    let exact = chainEntropy 0.1

    let ordered rowsFirst =
        LatticeMice.estimate
            { options with
                RowsFirst = rowsFirst
                Training =
                    { options.Training with
                        Steps = 150
                        JointBlocks = 8
                    }
            }
            2
            CancellationToken.None
            ignore
            (Key.ofSeed 9UL)
            (LatticeSpins.ising SpinSymmetry.none)
            1
            Params.empty
            None
            rows
        |> ok

    let first, last = ordered true, ordered false

    for result in [ first; last ] do
        let s = result.EntropyPerSite
        // Looser by what 150 steps leave of M, below 0.05 nats of the larger halves: 0.05/16 per site.
        Assert.InRange(float s.Value, exact - 4.0 * float s.StandardError, exact + 0.004 + 4.0 * float s.StandardError)

        Assert.InRange(float s.StandardError, 1e-4, 0.02)

    let shared result =
        result.Levels |> List.map (fun l -> float l.MutualInformation.Value)

    // Halves one above the other share nothing; ones side by side do, and more than once around the torus.
    match shared first, shared last with
    | [ stacked; beside ], [ beside'; stacked' ] ->
        Assert.InRange(stacked, -0.1, 0.1)
        Assert.InRange(stacked', -0.1, 0.1)
        Assert.True(beside > beside' && beside' > 0.3, $"{beside}, {beside'}")
    | other -> failwith $"{other}"
