module Mice.Rsmi.Tests.PolishTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

/// I(h ; z) from counts of pairs.
let private informationOf (pairs: (int * int)[]) : float =
    let n = float pairs.Length

    let share values =
        values |> Array.countBy id |> Array.map (fun (_, count) -> float count / n)

    let entropy p =
        -(p |> Array.sumBy (fun x -> x * log x))

    entropy (share (Array.map fst pairs)) + entropy (share (Array.map snd pairs))
    - entropy (share pairs)

/// The value of h by its definition.
let private valueOf (variable: CoarseVariable) (outputs: float32[]) : int =
    match variable with
    | CoarseVariable.States _ -> Array.findIndex ((=) (Array.max outputs)) outputs
    | CoarseVariable.Binary _ ->
        outputs |> Array.indexed |> Array.sumBy (fun (k, a) -> if a < 0.0f then pown 2 k else 0)

[<Tests>]
let tests =
    testList
        "FilterPolish"
        [
            testPropertyWithConfig (Expecting.cases 50) "counted information is that of counts of pairs"
            <| fun (seed: int) ->
                let generator = Key.ofSeed (uint64 seed) |> Key.generator

                for variable in [ CoarseVariable.Binary 1; CoarseVariable.Binary 3; CoarseVariable.States 4 ] do
                    let rows, classCount = 53, 6
                    let classes = Array.init rows (fun _ -> generator.NextInt classCount)
                    let weights = Array.init rows (fun _ -> 1 + generator.NextInt 3)

                    let outputs =
                        Array.init (CoarseVariable.filters variable) (fun _ ->
                            Array.init rows (fun row -> float32 (generator.NextNormal()) + float32 (classes[row] % 2)))

                    let table: FilterPolish.Table =
                        {
                            Variable = variable
                            Columns = [||]
                            Classes = classes
                            Weights = weights |> Array.map float
                            ClassCount = classCount
                        }

                    let pairs =
                        Array.init rows (fun row ->
                            outputs |> Array.map (Array.item row) |> valueOf variable, classes[row])
                        |> Array.zip weights
                        |> Array.collect (fun (weight, pair) -> Array.replicate weight pair)

                    // Rounding of sums of 53 logarithms.
                    Expecting.within 1e-12 (FilterPolish.counted table outputs) (informationOf pairs) $"{variable}"

            testCase "refined filters are better, and none is worse than it was"
            <| fun () ->
                let law = ising 2.5
                let system = exact law
                let samples = RsmiSamples.create (opposite 1) (source 6UL 8192 law) |> ok
                let generator = Key.ofSeed 7UL |> Key.generator

                // A single spin, the staggered mean, which knows nothing, and a random filter.
                let start =
                    [|
                        [| 1.0; 0.0; 0.0; 0.0 |]
                        [| 1.0; -1.0; -1.0; 1.0 |]
                        Array.init 4 (fun _ -> generator.NextNormal())
                    |]
                    |> Array.map (fun f -> CoarseGrainer.create (CoarseVariable.Binary 1) [| f |])

                let refine seed =
                    FilterPolish.refine id samples [| 0..8191 |] start (Run.quiet |> Run.seeded seed)

                let found = refine 1UL
                let exact grainer = ExactRsmi.ofGrainer grainer system
                let best = bestOfFilters 3 system

                for before, after in Array.zip start found do
                    // A filter is taken where 4,096 independent configurations call it better; with the error 1/√4096 of what is compared, a hundredth is far
                    // more than chance takes from one that is alike.
                    Expect.isGreaterThan (exact after) (exact before - 0.01) "not worse"
                    Expecting.within 1e-9 (after.Filters[0] |> Array.sumBy (fun w -> w * w)) 1.0 "length"

                // The search sees all 16 environments; a hundredth of the best one is what samples of this size do not tell apart.
                Expect.isGreaterThan (found |> Array.map exact |> Array.max) (0.99 * best) "the best of them"
                Expect.isGreaterThan (exact found[1]) (exact start[1] + 0.1) "from nothing"
                Expect.equal (refine 1UL |> Array.map _.Filters) (found |> Array.map _.Filters) "same key"
        ]
