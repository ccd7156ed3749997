namespace Mice.Entropy

open System.Diagnostics
open System.Numerics
open Mice
open Mice.Learning
open Mice.Tensors
open Mice.Samplers

/// <summary>Machine-learning iterative calculation of entropy on a square torus: s = s(block) − ½ Σ_k M_k/V_k over all doublings of a block of known entropy
/// up to the torus, M_k = I(half; half), V_k the sites of a half.</summary>
/// <remarks>M is a lower bound, so the sum is an upper one. The best estimate adds to each M what the second half of its critic's training
/// added, once more, with an error as large; and an area law for halves beyond the critics. Where energies are known, the sum is corrected by −β(ē − ⟨E⟩)/N, ē the mean energy of the snapshots: ds = β de, so this
/// takes most of their noise away. Source: A. Nir et al., PNAS 117, 30234 (2020), doi:10.1073/pnas.2017042117, eq. (4).</remarks>
[<RequireQualifiedAccess>]
module LatticeMice =
    /// Faults of the side of the starting block and of the torus that is to be halved down to it.
    let internal faults (block: int) (rows: int) (columns: int) : MiceError list =
        [
            if block < 1 || block > 4 then
                MiceError.OutOfRange("block", string block, "1 to 4")
            elif rows <> columns then
                MiceError.Mismatch("sides of the torus", string rows, string columns)
            elif rows < 2 * block || rows % block <> 0 || not (BitOperations.IsPow2(rows / block)) then
                let unit =
                    if block = 1 then
                        "a power of two"
                    else
                        $"{block} times a power of two"

                MiceError.OutOfRange(
                    "side of the torus",
                    string rows,
                    $"{unit}, so that it can be halved down to a block of {block}×{block}"
                )
        ]

    /// Changes of the sum by group of held-out snapshots, per site.
    let private groupChanges
        beta
        (energies: float[] option)
        (start: StartingBlock)
        (levels: HalfInformation list)
        held
        =
        let groups = SpinSnapshots.groups held
        let sizes = groups |> Array.map Array.length
        let ends = sizes |> Array.scan (+) 0

        let means (values: float[]) =
            Array.init groups.Length (fun g -> Array.average values[ends[g] .. ends[g + 1] - 1])

        let halves =
            levels
            |> List.map (fun level ->
                let v = float (LatticeHalves.volume level.Halves)
                means level.Influences |> Array.map (fun change -> -0.5 * change / v))

        let thermal =
            match energies with
            | Some e ->
                let centre = Array.average e
                [ means e |> Array.map (fun mean -> -beta * (mean - centre)) ]
            | None -> []

        start.Changes :: halves @ thermal |> List.reduce (Array.map2 (+))

    /// s(block) − ½ Σ M/V of some levels, and its statistical error.
    let private summed beta heldEnergies (start: StartingBlock) (levels: HalfInformation list) held =
        let halves =
            levels
            |> List.sumBy (fun l ->
                -0.5 * l.MutualInformation.Value / (float (LatticeHalves.volume l.Halves) * 1.0<site>))

        let changes = groupChanges beta heldEnergies start levels held

        Estimate.create
            (start.EntropyPerSite.Value + halves)
            (Statistics.standardError changes * 1.0<nat / site>)
            Direction.UpperBound

    /// Side of the block that is naively taken for the whole.
    [<Literal>]
    let private NaiveSide = 4

    let private naive start (levels: HalfInformation list) held =
        let sites (l: HalfInformation) = 2 * LatticeHalves.volume l.Halves
        let within = levels |> List.filter (fun l -> sites l <= NaiveSide * NaiveSide)
        let reached = within |> List.exists (fun l -> sites l = NaiveSide * NaiveSide)

        if reached && not (within |> List.exists _.Saturated) then
            Some(summed 0.0 None start within held)
        else
            None

    let private saturation (levels: HalfInformation list) =
        let saturated =
            levels |> List.filter _.Saturated |> List.map (fun l -> LatticeHalves.name l.Halves)

        {
            Name = "no mutual information is saturated"
            Passed = List.isEmpty saturated
            Detail =
                if List.isEmpty saturated then
                    "every M is 2 nats or more below the logarithm of its product pairs, and a training step has enough of them"
                else
                    let names = String.concat ", " saturated
                    $"halves {names} are left to the area law: more snapshots, or larger batches, would certify more"
        }

    let private hasTail (beyond: LatticeHalves list) law =
        {
            Name = "the area law covers what lies beyond the critics"
            Passed = List.isEmpty beyond || Option.isSome law
            Detail =
                if List.isEmpty beyond then
                    "critics reach the whole torus"
                else
                    $"{beyond.Length} levels, fitted to two interface lengths; else a larger LargestHalf"
        }

    let private result
        seconds
        counted
        (energies: LatticeEnergies option)
        (heldEnergies: float[] option)
        (start: StartingBlock)
        (levels: HalfInformation list)
        beyond
        (held: LatticeSnapshots<'spin>)
        =
        let trusted = levels |> List.filter (fun l -> not l.Saturated)
        let beyond = (levels |> List.filter _.Saturated |> List.map _.Halves) @ beyond
        let beta = energies |> Option.map _.Beta |> Option.defaultValue 0.0

        let thermal =
            match energies, heldEnergies with
            | Some e, Some values ->
                Estimate.create
                    (-beta * (Array.average values - e.MeanPerSite.Value))
                    (beta * e.MeanPerSite.StandardError)
                    Direction.Exact
            | _ -> Estimate.exact 0.0
            |> Estimate.scale 1.0<nat / site>

        let bound = summed beta heldEnergies start trusted held |> Estimate.add thermal

        let tail = LatticeTail.ofLevels trusted beyond

        {
            EntropyPerSite =
                { Estimate.add bound tail.Change with
                    Direction = Direction.NoBound
                }
            Bound = bound
            Start = start.EntropyPerSite
            Naive = if counted then None else naive start levels held
            Levels = levels
            Tail = tail.Levels
            AreaLaw = tail.AreaLaw
            Seconds = seconds
            Checks =
                [
                    levels |> Seq.map (fun l -> LatticeHalves.name l.Halves, l.Outcome) |> TrainingOutcome.stayedFinite
                    saturation levels
                    hasTail beyond tail.AreaLaw
                ]
        }

    /// Trains the critics of all levels, the largest first.
    let private runLevels (options: LatticeMiceOptions) (run: Run) (training: LatticeData<'spin>) held levels =
        let first = Map.ofArray (Params.branches training.First)

        let work (part: Run) (halves: LatticeHalves) =
            let name = LatticeHalves.name halves

            let own =
                part
                |> Run.within 0.0 1.0 $"halves of {name} sites"
                |> Run.named "halves"
                |> Run.item halves.Depth
                |> Run.item halves.Length
                |> Run.below name

            { training with
                First = Map.tryFind name first |> Option.defaultValue Params.empty
            }
            |> fun training -> HalfInformation.estimate options.Training own halves training held

        Run.jobs (fun _ -> 1.0) work (levels |> List.rev |> Array.ofList) run
        |> Result.map (Array.rev >> List.ofArray)

    /// <summary>Parameters of all critics, a branch for each size of halves, for a neighbouring temperature to start from.</summary>
    /// <param name="result">A result.</param>
    let parameters (result: LatticeMiceResult) : Params =
        result.Levels |> List.map (fun l -> LatticeHalves.name l.Halves, l.Parameters) |> Params.node

    /// <summary>Trains critics on the first half of the snapshots; finds the entropy of the starting block and evaluates the critics on the others.</summary>
    /// <param name="options">How to divide, how to train.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="data">Snapshots of a square torus; critics start from what <c>parameters</c> gives.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for options, spins that are not ±1 and sides that cannot be halved down to the block.</returns>
    let estimate
        (options: LatticeMiceOptions)
        (run: Run)
        (data: LatticeData<'spin>)
        : Result<LatticeMiceResult, MiceError list> =
        let snapshots = data.Snapshots
        let block = data.Spins.BlockSide options.Block

        validate {
            let! options = LatticeMiceOptions.check options
            and! () = faults block snapshots.Rows snapshots.Columns
            and! () = LatticeData.faults data
            and! () = Run.faults run
            let watch = Stopwatch.StartNew()
            let group = data.GroupSnapshots
            let middle = max 1 (snapshots.Sites.Length / group / 2) * group
            let training, held = snapshots.Sites |> Array.splitAt middle
            let sites = float (snapshots.Rows * snapshots.Columns)

            let heldEnergies =
                data.Energies |> Option.map (fun e -> e.Values[middle..] |> Array.map (fun v -> v / sites))

            let levels, beyond =
                LatticeHalves.doublings block snapshots.Rows snapshots.Columns options.RowsFirst
                |> List.partition (fun h -> LatticeHalves.volume h <= options.LargestHalf)

            let held = { snapshots with Sites = held }

            let training =
                { data with
                    Snapshots = { snapshots with Sites = training }
                }

            let! start = data.Spins.Block block held
            let! found = runLevels options run training held levels
            let counted = data.Spins.BlockSide NaiveSide = NaiveSide
            return result watch.Elapsed.TotalSeconds counted data.Energies heldEnergies start found beyond held
        }
