module Mice.Rsmi.Tests.InvariantTests

open Expecto
open Mice
open Mice.Rsmi
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private system = lazy (ising 2.5 |> exact)
let private dimerSystem = lazy (dimers 1.0 |> exact)

let private width (system: ExactSystem) =
    system.Blocks.Length / system.Joint.Length

let private filters (seed: int) (count: int) (width: int) : float[][] =
    let generator = Key.ofSeed (uint64 seed) |> Key.generator
    Array.init count (fun _ -> Array.init width (fun _ -> generator.NextNormal()))

let private information variable filters system =
    ExactRsmi.ofGrainer (CoarseGrainer.create variable filters) system

/// Weights in another order.
let private permuted (order: int[]) (filter: float[]) = order |> Array.map (fun i -> filter[i])

// Sums of at most 4,096 products of probabilities: 1e-12 is far above their rounding.
let private rounding = 1e-12

[<Tests>]
let tests =
    testList
        "Invariants of the exact information"
        [
            testPropertyWithConfig (Expecting.cases 40) "symmetries of the lattice that keep the block do not change it"
            <| fun (seed: int) ->
                for variable in [ CoarseVariable.Binary 2; CoarseVariable.States 3 ] do
                    let own = filters seed (CoarseVariable.filters variable) 4
                    let found = information variable own system.Value

                    // Mirrors of columns, of rows, and at the diagonal.
                    for order in [ [| 1; 0; 3; 2 |]; [| 2; 3; 0; 1 |]; [| 0; 2; 1; 3 |] ] do
                        Expecting.within
                            rounding
                            (information variable (Array.map (permuted order) own) system.Value)
                            found
                            $"%A{order}"

            testPropertyWithConfig
                (Expecting.cases 40)
                "a mirror at the diagonal turns bonds to the right into bonds down"
            <| fun (seed: int) ->
                let own = filters seed 2 8
                let found = information (CoarseVariable.Binary 2) own dimerSystem.Value
                let mirrored = own |> Array.map (permuted [| 4; 6; 5; 7; 0; 2; 1; 3 |])

                Expecting.within
                    rounding
                    (information (CoarseVariable.Binary 2) mirrored dimerSystem.Value)
                    found
                    "mirror"

            testPropertyWithConfig (Expecting.cases 40) "signs and order of the components do not change it"
            <| fun (seed: int) ->
                let own = filters seed 3 4
                let found = information (CoarseVariable.Binary 3) own system.Value
                let turned = [| Array.map (~-) own[2]; own[0]; Array.map (~-) own[1] |]

                Expecting.within
                    rounding
                    (information (CoarseVariable.Binary 3) turned system.Value)
                    found
                    "three components"

            testPropertyWithConfig (Expecting.cases 40) "no filter knows more than H can hold, or than the block knows"
            <| fun (seed: int) ->
                for system in [ system.Value; dimerSystem.Value ] do
                    let whole = ExactRsmi.whole system

                    for variable in [ CoarseVariable.Binary 1; CoarseVariable.Binary 3; CoarseVariable.States 3 ] do
                        let own = filters seed (CoarseVariable.filters variable) (width system)
                        let found = information variable own system
                        let most = min whole (log (float (CoarseVariable.values variable)))
                        Expecting.inRange found -rounding (most + rounding) $"{variable}"

            testPropertyWithConfig (Expecting.cases 40) "merging values never adds information"
            <| fun (seed: int) ->
                let generator = Key.ofSeed (uint64 seed) |> Key.named "merge" |> Key.generator

                for system in [ system.Value; dimerSystem.Value ] do
                    let grainer =
                        CoarseGrainer.create (CoarseVariable.States 5) (filters seed 5 (width system))

                    let labels = CoarseGrainer.labels grainer system.Blocks
                    let into = Array.init 5 (fun _ -> generator.NextInt 3)

                    let merged =
                        labels
                        |> Array.map (fun p ->
                            Array.init 3 (fun h ->
                                Seq.zip into p |> Seq.sumBy (fun (target, x) -> if target = h then x else 0.0)))

                    Expect.isLessThanOrEqual
                        (ExactRsmi.information merged system)
                        (ExactRsmi.information labels system + rounding)
                        "merged"

            testPropertyWithConfig (Expecting.cases 40) "a component more never takes information away"
            <| fun (seed: int) ->
                let own = filters seed 2 4
                let both = information (CoarseVariable.Binary 2) own system.Value

                for one in own do
                    Expect.isLessThanOrEqual
                        (information (CoarseVariable.Binary 1) [| one |] system.Value)
                        (both + rounding)
                        "one of two"
        ]
