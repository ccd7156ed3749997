namespace Mice.Entropy.Halvings

open System.Diagnostics
open Mice
open Mice.Entropy
open Mice.Learning
open Mice.Tensors

/// How far critics halve a system, and how they are trained.
type HalvingOptions =
    {
        /// How critics are trained.
        Training: HalfTrainingOptions
        /// Volume of the largest half that a critic is trained for. The area law extrapolates M to larger halves.
        LargestHalf: float
    }

/// Checks of the options.
[<RequireQualifiedAccess>]
module HalvingOptions =
    /// <summary>Checks all fields: LargestHalf above 0, and the options of the training.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: HalvingOptions) : Result<HalvingOptions, MiceError list> =
        validate {
            let! _ = HalfTrainingOptions.check options.Training
            and! () = Validate.positive "largest half" options.LargestHalf
            return options
        }

/// <summary>Machine-learning iterative calculation of entropy: s = s(cell) − ½ Σ_k M_k/V_k over all doublings of a cell of known entropy
/// up to the whole snapshot, M_k = I(half; half), V_k the volume of a half.</summary>
/// <remarks>M is a lower bound, so the sum is an upper bound. The best estimate has two terms more: the gain of the second round of each training, once again,
/// with an error of the same size; and the area law for halves beyond the critics. Where energies are known, the sum is corrected by −β(ē − ⟨E⟩)/N, ē the mean
/// energy of the snapshots: ds = β de, so the correction removes most of the thermal noise. Source: A. Nir et al., PNAS 117, 30234 (2020),
/// doi:10.1073/pnas.2017042117, eq. (4).</remarks>
[<RequireQualifiedAccess>]
module HalvingEntropy =
    /// Pseudo-values of the sum, per site: what each group of held-out snapshots changes.
    let private groupChanges
        beta
        (energies: float[] option)
        (start: StartingBlock)
        (levels: HalfInformation list)
        held
        =
        let groups = SpinSnapshots.split held
        let sizes = groups |> Array.map Array.length
        let ends = sizes |> Array.scan (+) 0

        let means (values: float[]) =
            Array.init groups.Length (fun g -> Array.average values[ends[g] .. ends[g + 1] - 1])

        let halves =
            levels
            |> List.map (fun level ->
                let v = level.Halves.Volume
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
            levels |> List.sumBy (fun l -> -0.5 * l.MutualInformation.Value / (l.Halves.Volume * 1.0<site>))

        let changes = groupChanges beta heldEnergies start levels held

        Estimate.create
            (start.EntropyPerSite.Value + halves)
            (Statistics.standardError changes * 1.0<nat / site>)
            Direction.UpperBound

    /// The sum of the levels within a block of some volume; None unless all of these levels are there and none of them is saturated.
    let private naive start (levels: HalfInformation list) held volume =
        let cell (l: HalfInformation) = 2.0 * l.Halves.Volume
        let within = levels |> List.filter (fun l -> cell l <= volume)
        let reached = within |> List.exists (fun l -> cell l = volume)

        if reached && not (within |> List.exists _.Saturated) then
            Some(summed 0.0 None start within held)
        else
            None

    let private saturation (levels: HalfInformation list) =
        let saturated = levels |> List.filter _.Saturated |> List.map _.Halves.Name

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

    /// A mutual information is not negative: a bound below 0 beyond its error is a critic that has learned nothing.
    let private learning (levels: HalfInformation list) =
        let failed =
            levels
            |> List.filter (fun l -> not (l.MutualInformation.Value >= -3.0 * l.MutualInformation.StandardError))
            |> List.map _.Halves.Name

        {
            Name = "critics have learned"
            Passed = List.isEmpty failed
            Detail =
                if List.isEmpty failed then
                    "no M lies below 0 by more than three of its errors"
                else
                    let names = String.concat ", " failed
                    $"M of halves {names} lies below 0 by more than three of its errors, which no mutual information does: more snapshots, or more training steps"
        }

    let private hasTail (beyond: Halves list) law =
        {
            Name = "the area law covers what lies beyond the critics"
            Passed = List.isEmpty beyond || Option.isSome law
            Detail =
                if List.isEmpty beyond then
                    "critics reach the whole"
                else
                    $"{beyond.Length} levels, fitted to two interface areas; else a larger LargestHalf"
        }

    let private result
        seconds
        naiveVolume
        (energies: LatticeEnergies option)
        (heldEnergies: float[] option)
        (start: StartingBlock)
        (levels: HalfInformation list)
        beyond
        (held: 'snapshot[])
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

        let tail = HalvingTail.ofLevels trusted beyond

        {
            EntropyPerSite =
                { Estimate.add bound tail.Change with
                    Direction = Direction.NoBound
                }
            Bound = bound
            Start = start.EntropyPerSite
            Naive = naiveVolume |> Option.bind (naive start levels held)
            Levels = levels
            Tail = tail.Levels
            AreaLaw = tail.AreaLaw
            Seconds = seconds
            Checks =
                [
                    levels |> Seq.map (fun l -> l.Halves.Name, l.Outcome) |> TrainingOutcome.stayedFinite
                    learning (levels |> List.filter (fun l -> not l.Saturated))
                    saturation levels
                    hasTail beyond tail.AreaLaw
                ]
        }

    /// Trains the critics of all levels, the largest first.
    let private runLevels (options: HalvingOptions) (run: Run) (training: HalvingData<'snapshot>) held levels =
        let first = Map.ofArray (Params.branches training.First)

        let work (part: Run) (level: HalvingLevel<'snapshot>) =
            let name = level.Halves.Name

            let own = part |> Run.within 0.0 1.0 $"halves of {name} sites" |> Run.named "halves"

            let own = level.Items |> List.fold (fun run item -> Run.item item run) own

            HalfInformation.estimate
                options.Training
                (Run.below name own)
                level
                { training with
                    First = Map.tryFind name first |> Option.defaultValue Params.empty
                }
                held

        Run.jobs (fun _ -> 1.0) work (levels |> List.rev |> Array.ofList) run
        |> Result.map (Array.rev >> List.ofArray)

    /// <summary>Parameters of all critics, a branch for each size of halves, for a neighbouring temperature to start from.</summary>
    /// <param name="result">A result.</param>
    let parameters (result: HalvingResult) : Params =
        result.Levels |> List.map (fun l -> l.Halves.Name, l.Parameters) |> Params.node

    /// <summary>Trains critics on the first half of the snapshots; finds the entropy of the starting cell and evaluates the critics on the others.</summary>
    /// <param name="options">How far critics reach, how they are trained.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="halving">How the snapshots are halved.</param>
    /// <param name="data">The snapshots; critics start from what <c>parameters</c> gives.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for options, and the faults of the starting cell.</returns>
    let estimate
        (options: HalvingOptions)
        (run: Run)
        (halving: Halving<'snapshot>)
        (data: HalvingData<'snapshot>)
        : Result<HalvingResult, MiceError list> =
        let count = data.Snapshots.Length

        validate {
            let! options = HalvingOptions.check options

            and! () =
                GroupedSnapshots.faults count data.GroupSnapshots (fun () -> []) data.Energies

            and! () = Run.faults run
            let watch = Stopwatch.StartNew()
            let middle = GroupedSnapshots.half count data.GroupSnapshots
            let training, held = data.Snapshots |> Array.splitAt middle

            let heldEnergies =
                data.Energies |> Option.map (fun e -> e.Values[middle..] |> Array.map (fun v -> v / halving.Volume))

            let levels, beyond =
                halving.Levels |> List.partition (fun level -> level.Halves.Volume <= options.LargestHalf)

            let! start = halving.Start held
            let! found = runLevels options run { data with Snapshots = training } held levels
            let beyond = beyond |> List.map _.Halves

            return
                result watch.Elapsed.TotalSeconds halving.NaiveVolume data.Energies heldEnergies start found beyond held
        }
