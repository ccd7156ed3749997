/// Exact laws of small tori from the definitions, and what tests share.
module Mice.Samplers.Tests.Reference

open Expecto
open Mice
open Mice.Samplers

/// Boltzmann probabilities of all configurations, by number.
let boltzmann (model: IsingModel) =
    let sites = IsingModel.sites model

    let weights =
        Array.init (1 <<< sites) (fun n -> exp (-IsingModel.energy model (spinsOf sites n) / model.Temperature))

    let total = Array.sum weights
    weights |> Array.map (fun w -> w / total)

/// The law after one heat-bath sweep in order of the sites, from a law.
let afterHeatBathSweep (model: IsingModel) (law: float[]) =
    let sites = IsingModel.sites model
    let weight = boltzmann model

    let update (law: float[]) site =
        Array.init law.Length (fun n ->
            let other = n ^^^ (1 <<< site)
            // Whatever the spin was, it is drawn anew from its law given all others.
            (law[n] + law[other]) * weight[n] / (weight[n] + weight[other]))

    Array.fold update law [| 0 .. sites - 1 |]

/// χ² test of visits against a law; cells with few expected visits are joined. Fails below the p-value given.
let follows (smallest: float) (law: float[]) (visits: int[]) =
    let total = float (Array.sum visits)
    let cells = Array.zip law visits |> Array.sortBy fst

    let folder (closed, expected, seen) (p, n) =
        let expected, seen = expected + p * total, seen + n

        if expected >= 10.0 then
            (expected, float seen) :: closed, 0.0, 0
        else
            closed, expected, seen

    let closed, expected, seen = Array.fold folder ([], 0.0, 0) cells

    let joined =
        match closed with
        | (e, s) :: rest when expected > 0.0 -> (e + expected, s + float seen) :: rest
        | other -> other

    let outcome =
        Statistics.chiSquare 0 (joined |> List.map fst |> Array.ofList) (joined |> List.map snd |> Array.ofList)

    Expect.isTrue
        (outcome.PValue > smallest)
        $"χ² = {outcome.Statistic:F1} in {joined.Length} cells, p = {outcome.PValue:E2}"

/// Models on a torus that between them use every branch of the kernels.
let models rows columns =
    [
        let square =
            { IsingModel.square rows 2.3 with
                Columns = columns
            }

        square

        { square with
            Temperature = 1.2
            Field = 0.3
        }

        { square with
            Coupling = -1.0
            Field = 0.4
        }

        { square with
            Lattice = Lattice.Triangular
            Coupling = -1.0
            Temperature = 1.5
        }

        { square with
            Lattice = Lattice.Triangular
            Coupling = 0.7
            Field = -0.2
            Temperature = 3.0
        }
    ]

/// law[a]·matrix[a][b] = law[b]·matrix[b][a], to rounding.
let inDetailedBalance (law: float[]) (matrix: float[][]) =
    for a in 0 .. law.Length - 1 do
        for b in 0 .. a - 1 do
            Expecting.decimals 14 (law[b] * matrix[b][a]) (law[a] * matrix[a][b]) $"the flow between {a} and {b}"

/// The transition matrix of one Metropolis proposal from the acceptances that sweeps use.
let metropolisProposals (model: IsingModel) =
    let sites = IsingModel.sites model
    let acceptance = Metropolis.acceptance model

    Array.init (1 <<< sites) (fun n ->
        let spins = spinsOf sites n
        let row = Array.zeroCreate (1 <<< sites)

        for site in 0 .. sites - 1 do
            let p = acceptance spins site / float sites
            row[n ^^^ (1 <<< site)] <- p
            row[n] <- row[n] + 1.0 / float sites - p

        row)

/// The law after so many steps of a chain with a transition matrix, from one state.
let afterSteps (matrix: float[][]) count start =
    let step (law: float[]) =
        Array.init law.Length (fun b -> Seq.sum (seq { for a in 0 .. law.Length - 1 -> law[a] * matrix[a][b] }))

    Seq.fold
        (fun law _ -> step law)
        (Array.init matrix.Length (fun n -> if n = start then 1.0 else 0.0))
        (seq { 1..count })

/// The configurations that a kernel leads to from one start, by number, with one key each.
let visitsOf (kernel: Key -> sbyte[] -> sbyte[]) count key start =
    let sites = Array.length start
    let counts = Array.zeroCreate (1 <<< sites)

    for i in 0 .. count - 1 do
        let n = numberOf (kernel (Key.item i key) start)
        counts[n] <- counts[n] + 1

    counts

/// Chains of a kernel after 20 steps, [chains][steps].
let chainsOf (kernel: Key -> sbyte[] -> sbyte[]) chains steps key (start: sbyte[]) =
    Key.split chains key
    |> Array.map (fun key ->
        [| 0 .. 19 + steps |]
        |> Array.scan (fun spins t -> kernel (Key.item t key) spins) start
        |> Array.skip 21)

/// E, M, M² and the correlation of two sites of the 3×4 torus, averaged over each chain, against their exact values. With 64
/// independent chains no autocorrelation enters the errors, and four of them have p = 2e-4 (Student, 63 d.o.f.).
let momentsAgree (model: IsingModel) (chains: sbyte[][][]) =
    let law = boltzmann model
    let magnetisation spins = float (IsingModel.magnetisation spins)

    for name, quantity in
        [
            "E", IsingModel.energy model
            "M", magnetisation
            "M²", (fun spins -> magnetisation spins ** 2.0)
            "s₀s₆", (fun spins -> float (spins[0] * spins[6]))
        ] do
        let exact = law |> Array.mapi (fun n p -> p * quantity (spinsOf 12 n)) |> Array.sum
        let means = chains |> Array.map (Array.averageBy quantity)
        let z = (Statistics.mean means - exact) / Statistics.standardError means
        Expect.isTrue (abs z < 4.0) $"{name} of {model}: z = {z:F2}"
