module Mice.Entropy.Tests.LatticeMiceTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Samplers
open Mice.Entropy
open Mice.Entropy.Halvings
open Mice.Entropy.Models
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

/// Independent snapshots of a law with some symmetry.
let private dataOf symmetry energies set =
    {
        Snapshots = set
        Spins = LatticeSpins.ising symmetry
        GroupSnapshots = 1
        Energies = energies
        Hamiltonian = None
        First = Params.empty
    }

let private seeded seed =
    { Run.seeded seed Run.quiet with
        Threads = 2
    }

let private run options threads energies set =
    LatticeMice.estimate
        options
        { seeded 3UL with Threads = threads }
        (dataOf (SpinSymmetry.ofModel model) energies set)

let private set = lazy (torus4 41UL 4096 temperature)
let private whole = lazy (ok (run options 2 (Some(known set.Value)) set.Value))

/// Entropy per site of rows that are closed chains of four spins, whose neighbours differ with probability p given that an even number does.
let private chainEntropy p =
    let even = 0.5 * (1.0 + (1.0 - 2.0 * p) ** 4.0)
    let differing = 4.0 * p * 0.5 * (1.0 - (1.0 - 2.0 * p) ** 3.0) / even
    (log 2.0 + log even - differing * log p - (4.0 - differing) * log (1.0 - p)) / 4.0

[<Tests>]
let tests =
    testList
        "LatticeMiceTests"
        [
            test "Every level of a torus is found, and their sum" {
                let result = whole.Value

                match result.Levels with
                | [ small; large ] ->
                    // Lower bounds; with four spins a side 300 steps leave less than 0.01 nats.
                    for level, exact in [ small, exactSmall; large, exactLarge ] do
                        let m = level.MutualInformation

                        Expecting.inRange
                            (float m.Value)
                            (exact - 0.015 - 4.0 * float m.StandardError)
                            (exact + 4.0 * float m.StandardError)
                            "a level is a lower bound, and close"

                        Expecting.inRange (float m.StandardError) 1e-4 0.05 "its error is small"
                | levels -> failwith $"{levels.Length} levels"

                Expect.isEmpty result.Tail "nothing is left to the area law"

                let s = result.EntropyPerSite
                let above, error = float (s.Value - exact.Entropy), float s.StandardError
                Expect.isTrue (above > -4.0 * error) $"not too low: z = {above / error:F2}"
                // Looser by at most 0.015/8 + 0.015/16 nats per site.
                Expect.isTrue (above < 0.002 + 4.0 * error) $"not too loose: {Estimate.format s}"

                for c in result.Checks do
                    Expect.isTrue c.Passed c.Detail
            }

            test "The best estimate adds what the second half of the training gained" {
                let short =
                    { options with
                        Training = { options.Training with Steps = 40 }
                    }

                let result = ok (run short 2 (Some(known set.Value)) set.Value)

                let gained =
                    result.Levels |> List.sumBy (fun l -> 0.5 * float l.Gain / l.Halves.Volume)

                for l in result.Levels do
                    Expect.isTrue (l.Gain > 0.0<nat>) "training gained something in its second half"

                Expecting.decimals
                    12
                    (float result.EntropyPerSite.Value)
                    (float result.Bound.Value - gained)
                    "the gain is taken off the bound"

                Expect.equal result.EntropyPerSite.Direction Direction.NoBound "the best estimate is no bound"
                let error = float result.Bound.StandardError

                Expecting.decimals
                    12
                    (float result.EntropyPerSite.StandardError)
                    (sqrt (error * error + gained * gained))
                    "the gain adds to the error"
                // 40 steps leave more than they tell; with 300 nothing much is left.
                let distance (r: HalvingResult) =
                    abs (float (r.EntropyPerSite.Value - exact.Entropy))

                Expect.isTrue
                    (distance result < abs (float (result.Bound.Value - exact.Entropy)))
                    "the best estimate is nearer than the bound"

                Expect.isTrue (distance result < 4.0 * float result.EntropyPerSite.StandardError) "and within its error"

                for level, before in List.zip whole.Value.Levels result.Levels do
                    Expect.isTrue (level.Gain < before.Gain) "longer training gains less at the end"
            }

            test "What the product pairs of a step cannot teach is saturated" {
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
                Expect.isTrue (saturated 16) "16 snapshots a step are too few"
                Expect.isFalse (saturated 64) "64 are enough"
            }

            test "The result does not depend on the threads" {
                let few =
                    { options with
                        Training = { options.Training with Steps = 20 }
                    }

                let one, two = ok (run few 1 None set.Value), ok (run few 2 None set.Value)
                Expect.equal two.EntropyPerSite one.EntropyPerSite "two threads find what one finds"
            }

            test "Known energies take noise out of the sum" {
                let few =
                    { options with
                        Training = { options.Training with Steps = 100 }
                    }

                let plain = ok (run few 2 None set.Value)
                let better = ok (run few 2 (Some(known set.Value)) set.Value)

                Expect.isTrue
                    (better.EntropyPerSite.StandardError < 0.8 * plain.EntropyPerSite.StandardError)
                    "energies make the error smaller"
            }

            test "Independent spins share nothing" {
                let spins = independent 43UL 8 8 1024 0.5

                let result =
                    LatticeMice.estimate
                        { options with
                            Block = 4
                            Training = { options.Training with Steps = 60 }
                        }
                        (seeded 5UL)
                        (dataOf (SpinSymmetry.ofModel (IsingModel.square 8 1.0)) None spins)
                    |> ok

                for level in result.Levels do
                    // A critic trained on noise finds a little less than nothing on other snapshots.
                    Expecting.inRange
                        (float level.MutualInformation.Value)
                        (-0.1)
                        (4.0 * float level.MutualInformation.StandardError)
                        "independent spins share nothing"
            }

            test "What cannot be certified is left to the area law" {
                // All rows alike: halves one above the other share up to 8 ln 2 nats, which 12 held-out snapshots cannot certify.
                let copies =
                    independent 47UL 1 8 24 0.5
                    |> fun rows ->
                        snapshots 8 8 (rows.Sites |> Array.map (fun row -> Array.replicate 8 row |> Array.concat))

                let result =
                    LatticeMice.estimate
                        { options with
                            Training = { options.Training with Steps = 200 }
                        }
                        (seeded 7UL)
                        (dataOf SpinSymmetry.none None copies)
                    |> ok

                Expect.exists result.Levels (fun l -> l.Saturated) "a level is saturated"
                Expect.exists result.Checks (fun c -> c.Name.Contains "saturated" && not c.Passed) "and a check says so"
            }

            test "Tori that cannot be halved down to the block are refused" {
                let refused block rows columns =
                    run { options with Block = block } 1 None (independent 1UL rows columns 32 0.5) |> messages

                for block, rows, columns in [ 4, 4, 4; 4, 6, 6; 4, 12, 12; 4, 20, 20; 2, 4, 6; 5, 10, 10 ] do
                    Expecting.single (refused block rows columns) $"{rows}×{columns} down to {block}×{block}" |> ignore

                Expecting.single (run options 1 None (independent 1UL 4 4 8 0.5) |> messages) "8 snapshots are too few"
                |> ignore
            }

            test "Where rows and columns differ, both orders of cuts give the entropy" {
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
                        (seeded 9UL)
                        (dataOf SpinSymmetry.none None rows)
                    |> ok

                let first, last = ordered true, ordered false

                for result in [ first; last ] do
                    let s = result.EntropyPerSite
                    // Looser by what 150 steps leave of M, below 0.05 nats of the larger halves: 0.05/16 per site.
                    Expecting.inRange
                        (float s.Value)
                        (exact - 4.0 * float s.StandardError)
                        (exact + 0.004 + 4.0 * float s.StandardError)
                        "the entropy is close above the exact one"

                    Expecting.inRange (float s.StandardError) 1e-4 0.02 "its error is small"

                let shared (result: HalvingResult) =
                    result.Levels |> List.map (fun l -> float l.MutualInformation.Value)

                // Halves one above the other share nothing; ones side by side do, and more than once around the torus.
                match shared first, shared last with
                | [ stacked; beside ], [ beside'; stacked' ] ->
                    Expecting.inRange stacked (-0.1) 0.1 "rows share nothing when they are cut apart first"
                    Expecting.inRange stacked' (-0.1) 0.1 "nor when they are cut apart last"
                    Expect.isTrue (beside > beside' && beside' > 0.3) $"{beside}, {beside'}"
                | other -> failwith $"{other}"
            }
        ]
