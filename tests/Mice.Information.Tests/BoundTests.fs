/// Orderings between bounds and equality at the optimal critic, on random finite joint tables.
module Mice.Information.Tests.BoundTests

open Expecto
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.JointTable

// Sums of at most 80² terms below e⁴ in double precision: 1e-10 is a thousand times their rounding.
let private tiny = 1e-10

let private critic = random "critic" -3.0 3.0

let private shifted (c: int -> int -> float) (f: float[,]) = Array2D.mapi (fun x y v -> v + c x y) f

/// ln E_{p(y)} e^{f(x,y)}.
let private logPartition (t: Table) (f: float[,]) x =
    Seq.init t.Columns (fun y -> t.PY y * exp f[x, y]) |> Seq.sum |> log

/// A random conditional distribution q(y|x), as logarithms.
let private conditional (t: Table) =
    let f = critic t

    f |> Array2D.mapi (fun x _ v -> v - log (Seq.init t.Columns (fun y -> exp f[x, y]) |> Seq.sum))

let private trueConditional (t: Table) =
    Array2D.init t.Rows t.Columns (fun x y -> log (t.P x y / t.PX x))

let private entropyOfY (t: Table) =
    -(Seq.init t.Columns (fun y -> t.PY y * log (t.PY y)) |> Seq.sum)

[<Tests>]
let tests =
    testList
        "BoundTests"
        [
            test "I ≥ UBA ≥ DV ≥ NWJ for any critic" {
                forTables 100 (fun t ->
                    let scores = critic t |> population t None

                    let uba, dv, nwj =
                        value Bound.uba scores, value Bound.donskerVaradhan scores, value Bound.nwj scores

                    atMost tiny uba (mutualInformation t) "UBA and I"
                    atMost tiny dv uba "DV and UBA"
                    atMost tiny nwj dv "NWJ and DV")
            }

            test "every population bound is its formula" {
                forTables 50 (fun t ->
                    let f = critic t
                    let u = random "second" -1.0 1.0 t
                    let a = randomOfX "baseline" -1.0 1.0 t
                    let scores = population t None f
                    let joint g = overJoint t (fun x y -> g f[x, y])
                    let product g = overProduct t (fun x y -> g f[x, y])
                    let sp x = log (1.0 + exp x)
                    let clip tau x = exp (max -tau (min tau x))

                    [
                        Bound.donskerVaradhan, joint id - log (product exp)
                        Bound.mine, joint id - log (product exp)
                        Bound.reMine, joint id - log (product exp)
                        Bound.nwj, joint id - product (fun f -> exp (f - 1.0))
                        Bound.nwjJs, 1.0 + joint id - product exp
                        Bound.uba, overJoint t (fun x y -> f[x, y] - logPartition t f x)
                        Bound.jensenShannon, log 2.0 + 0.5 * (joint (fun f -> -(sp -f)) - product sp)
                        Bound.smile 1.5, joint id - log (product (clip 1.5))
                        Bound.club, joint id - product id
                    ]
                    |> List.iter (fun (bound, expected) -> equal tiny (value bound scores) expected bound.Name)

                    let tuba =
                        1.0 + overJoint t (fun x y -> f[x, y] - a[x]) - overProduct t (fun x y -> exp (f[x, y] - a[x]))

                    equal tiny (population t (Some(fun x _ -> a[x])) f |> value Bound.tuba) tuba "TUBA"

                    let flo =
                        1.0 - overJoint t (fun x y -> u[x, y] + exp (logPartition t f x - f[x, y] - u[x, y]))

                    equal tiny (population t (Some(fun x y -> u[x, y])) f |> value Bound.flo) flo "FLO")
            }

            test "DV ≥ TUBA for a constant a, UBA ≥ TUBA for any, with equality at a = Z" {
                forTables 100 (fun t ->
                    let f = critic t
                    let a = randomOfX "baseline" -2.0 2.0 t

                    let tuba second =
                        population t (Some second) f |> value Bound.tuba

                    let uba, dv =
                        population t None f |> value Bound.uba, population t None f |> value Bound.donskerVaradhan

                    atMost tiny (tuba (fun _ _ -> a[0])) dv "TUBA with a constant and DV"
                    atMost tiny (tuba (fun x _ -> a[x])) uba "TUBA and UBA"
                    equal tiny (tuba (fun x _ -> logPartition t f x)) uba "TUBA at a = Z"
                    equal tiny (tuba (fun _ _ -> 1.0)) (population t None f |> value Bound.nwj) "TUBA at a = e and NWJ")
            }

            test "FLO ≤ UBA for any u, with equality at u = ln Z − f" {
                forTables 100 (fun t ->
                    let f, u = critic t, random "second" -3.0 3.0 t
                    let uba = population t None f |> value Bound.uba

                    let flo second =
                        population t (Some second) f |> value Bound.flo

                    atMost tiny (flo (fun x y -> u[x, y])) uba "FLO and UBA"
                    equal tiny (flo (fun x y -> logPartition t f x - f[x, y])) uba "FLO at its optimum")
            }

            test "NWJ-JS is NWJ of f + 1, and JS is at most ½ ln 2 times I" {
                forTables 100 (fun t ->
                    let f = critic t
                    let nwj = shifted (fun _ _ -> 1.0) f |> population t None |> value Bound.nwj
                    equal tiny (population t None f |> value Bound.nwjJs) nwj "NWJ-JS and NWJ"
                    let js = population t None f |> value Bound.jensenShannon
                    atMost tiny js (0.5 * log 2.0 * mutualInformation t) "JS"
                    let best = optimal t |> population t None |> value Bound.jensenShannon
                    atMost tiny js best "JS at T*")
            }

            test "BA ≤ I with equality at q = p; DoE errs to both sides" {
                forTables 100 (fun t ->
                    let i = mutualInformation t
                    let ba = Bound.barberAgakov (entropyOfY t * 1.0<nat>)
                    let q, p = conditional t, trueConditional t
                    atMost tiny (population t None q |> value ba) i "BA"
                    equal tiny (population t None p |> value ba) i "BA at q = p"

                    let doe q r =
                        population t (Some(fun _ y -> r y)) q |> value Bound.differenceOfEntropies

                    let exact y = log (t.PY y)
                    let wrong y = q[0, y]
                    equal tiny (doe p exact) i "DoE at its optimum"
                    atMost tiny (doe q exact) i "DoE with a wrong q"
                    atMost tiny i (doe p wrong) "DoE with a wrong r")
            }

            test "T*, shifted as each bound asks, gives I in every bound that promises it" {
                forTables 100 (fun t ->
                    let i, best = mutualInformation t, optimal t
                    let c = randomOfX "shift" -2.0 2.0 t

                    let at (bound: Bound) f =
                        equal tiny (population t None f |> value bound) i bound.Name

                    let byConstant = shifted (fun _ _ -> c[0]) best
                    let byRow = shifted (fun x _ -> c[x]) best
                    at Bound.donskerVaradhan byConstant
                    at Bound.mine byConstant
                    at Bound.reMine byConstant
                    at Bound.uba byRow
                    at Bound.nwj (shifted (fun _ _ -> 1.0) best)
                    at Bound.nwjJs best
                    at (Bound.smile 20.0) byConstant
                    equal tiny (population t (Some(fun x _ -> c[x])) byRow |> value Bound.tuba) i "TUBA"
                    equal tiny (population t (Some(fun x y -> -best[x, y])) byRow |> value Bound.flo) i "FLO")
            }

            test "SMILE is DV while |f| ≤ τ, and not below DV where clipping only lowers" {
                forTables 100 (fun t ->
                    let scores = critic t |> population t None
                    let dv = value Bound.donskerVaradhan scores
                    equal tiny (value (Bound.smile 3.0) scores) dv "SMILE(3)"
                    let positive = random "positive" -0.9 4.0 t |> population t None

                    atMost
                        tiny
                        (value Bound.donskerVaradhan positive)
                        (value (Bound.smile 1.0) positive)
                        "DV and SMILE(1)")
            }

            test "CLUB with q = p is mutual plus lautum information, and L1Out with q = p is at least I in expectation" {
                forTables 20 (fun t ->
                    let i, best, p = mutualInformation t, optimal t, trueConditional t
                    let lautum = -(overProduct t (fun x y -> best[x, y]))
                    equal tiny (population t None p |> value Bound.club) (i + lautum) "CLUB"
                    atMost tiny i (population t None p |> value Bound.club) "I and CLUB"

                    let leaveOneOut =
                        overBatches 2 t p (fun _ scores -> Scores.ofMatrix None scores |> value Bound.leaveOneOut)

                    atMost tiny i leaveOneOut "I and L1Out")
            }

            test "L1Out divides by the other x of each y" {
                forTables 50 (fun t ->
                    let f = random "scores" -2.0 2.0 { t with Counts = Array2D.create 4 4 1 }

                    let expected =
                        Seq.init 4 (fun i ->
                            let others =
                                [
                                    for j in 0..3 do
                                        if j <> i then
                                            exp f[j, i]
                                ]

                            f[i, i] - log (List.average others))
                        |> Seq.average

                    equal tiny (matrix f |> Scores.ofMatrix None |> value Bound.leaveOneOut) expected "L1Out")
            }

            test "InfoNCE is at most I in expectation over all batches, and T* + c(x) is its best critic" {
                // The batches of two of a table with up to 16 cells are 256, each exact.
                forTables 10 (fun t ->
                    let nce f =
                        overBatches 2 t f (fun _ scores -> Scores.ofMatrix None scores |> value Bound.infoNce)

                    let c = randomOfX "shift" -2.0 2.0 t
                    let best = optimal t |> shifted (fun x _ -> c[x]) |> nce
                    atMost tiny best (mutualInformation t) "InfoNCE at T* and I"
                    atMost tiny (nce (critic t)) best "InfoNCE and InfoNCE at T*")
            }

            test "I_α is at most I in expectation over all batches, and at most ln((K − 1)/α)" {
                // Two times two cells: 64 batches of three.
                forTables 30 (fun t ->
                    let t =
                        { t with
                            Counts = Array2D.init 2 2 (fun x y -> t.Counts[x, y])
                        }

                    let f, a = critic t, randomOfX "baseline" -2.0 2.0 t
                    let alpha = 0.01 + 0.98 * (Key.ofSeed (uint64 t.Seed) |> Key.generator).NextFloat()

                    let at f =
                        overBatches 3 t f (fun batch scores ->
                            let second = batch |> Array.map (fun (x, _) -> a[x]) |> vector |> Some
                            let each = Scores.ofMatrix second scores |> value (Bound.interpolated alpha)
                            atMost tiny each (log (2.0 / alpha)) "I_α of a batch"
                            each)

                    atMost tiny (at f) (mutualInformation t) "I_α and I"
                    let best = optimal t |> shifted (fun x _ -> a[x])
                    atMost tiny (at best) (mutualInformation t) "I_α at T* + ln a and I")
            }
        ]
