namespace Mice.Quests

open System
open System.Collections.Generic
open Mice
open Mice.Atoms

/// δH of the environments of one frame with respect to a reference.
type FrameComparison =
    {
        /// Environments of the frame.
        Environments: int
        /// How many have δH below the threshold.
        Known: int
        /// How many have δH above 0.
        New: int
        /// Mean, smallest and largest δH, nats.
        Mean: float<nat>
        Smallest: float<nat>
        Largest: float<nat>
    }

/// What a set of environments holds that a reference does not.
type EnvironmentComparison =
    {
        /// h, 1/Å.
        Bandwidth: float
        /// Environments of the reference.
        Reference: int
        /// By how much δH may be too large, nats; 0 where all pairs count.
        Tolerance: float<nat>
        /// Environments count as known below this δH, nats.
        Threshold: float<nat>
        /// Environments of the set.
        Environments: int
        /// The share of environments that are known.
        Overlap: Estimate<1>
        /// The share of environments with δH above 0.
        Novelty: Estimate<1>
        /// Mean δH, nats.
        Mean: Estimate<nat>
        /// How often δH falls into bins of 0.01 nats: middle of the bin, nats, and number of environments; in ascending order.
        Histogram: (float<nat> * int64)[]
        /// Every frame.
        Frames: FrameComparison[]
    }

/// <summary>What environments hold that a reference does not: δH = −ln S of each, overlap and novelty.</summary>
/// <remarks>Sets may be larger than memory: what is kept of a frame is six numbers, and a histogram of all. Source: arXiv:2404.12367, eq. S14 and figure S18.</remarks>
[<RequireQualifiedAccess>]
module EnvironmentComparison =
    /// The published threshold of the overlap in the code of the paper's authors, nats; the paper's figure S18 has 1.
    let threshold = 1e-5<nat>

    let private binWidth = 0.01

    /// What was seen of a set so far.
    type private Tally(threshold: float<nat>) =
        let bins = Dictionary<int, int64>()
        let frames = ResizeArray<FrameComparison>()

        member _.Frames = frames

        member _.Bins = bins

        member _.Add(differential: float<nat>[]) =
            for d in differential do
                let bin = int (floor (float d / binWidth))

                bins[bin] <-
                    1L
                    + (match bins.TryGetValue bin with
                       | true, n -> n
                       | _ -> 0L)

            let count isIn =
                differential |> Array.filter isIn |> Array.length

            frames.Add
                {
                    Environments = differential.Length
                    Known = count (fun d -> d < threshold)
                    New = count (fun d -> d > 0.0<nat>)
                    Mean = Array.average differential
                    Smallest = Array.min differential
                    Largest = Array.max differential
                }

    let private finish bandwidth (reference: KernelIndex) threshold (tally: Tally) : EnvironmentComparison =
        let frames = tally.Frames.ToArray()
        let counts = frames |> Array.map _.Environments
        let all = float (Array.sumBy int64 counts)

        // δH is exact, or too large by no more than the tolerance.
        let mean direction (sums: float[]) =
            let direction =
                if reference.Tolerance > 0.0 then
                    direction
                else
                    Direction.Exact

            Estimate.create (Array.sum sums / all) (EnvironmentEntropy.errorOfFrames counts sums) direction

        let average =
            frames |> Array.map (fun f -> float f.Mean * float f.Environments) |> mean Direction.UpperBound

        {
            Bandwidth = bandwidth
            Reference = reference.Points.Count
            Tolerance = reference.Tolerance * 1.0<nat>
            Threshold = threshold
            Environments = Array.sum counts
            Overlap = frames |> Array.map (fun f -> float f.Known) |> mean Direction.LowerBound
            Novelty = frames |> Array.map (fun f -> float f.New) |> mean Direction.UpperBound
            Mean = Estimate.create (average.Value * 1.0<nat>) (average.StandardError * 1.0<nat>) average.Direction
            Histogram =
                tally.Bins
                |> Seq.map (fun b -> (float b.Key + 0.5) * binWidth * 1.0<nat>, b.Value)
                |> Seq.sortBy fst
                |> Array.ofSeq
            Frames = frames
        }

    /// <summary>δH of environments with respect to a reference, and what it comes to.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidth">h, 1/Å.</param>
    /// <param name="threshold">Environments with a lower δH count as known, nats.</param>
    /// <param name="reference">The reference: <c>KernelIndex.exact</c> of its points, or, for a large one, <c>KernelIndex.build</c>.</param>
    /// <param name="environments">The environments asked about.</param>
    /// <returns>The comparison, and δH of each environment. Errors: OutOfRange (bandwidth), Mismatch (numbers of components).</returns>
    let create
        (run: Run)
        (bandwidth: float)
        (threshold: float<nat>)
        (reference: KernelIndex)
        (environments: Environments)
        : Result<struct (EnvironmentComparison * float<nat>[]), MiceError list> =
        KernelIndex.over run [| bandwidth |] reference environments.Points
        |> Result.map (fun (struct (logarithms, _)) ->
            let differential = EnvironmentEntropy.differential logarithms[0]
            let tally = Tally threshold
            Environments.byFrame differential environments |> Array.iter tally.Add
            struct (finish bandwidth reference threshold tally, differential))

    /// Atoms of a snapshot that are described at a time: 63 components of so many take 10 MB.
    let private piece = 20_160

    let private toBytes (values: float<nat>[]) : byte[] =
        values |> Array.map float |> Array.collect BitConverter.GetBytes

    let private ofBytes (bytes: byte[]) : Result<float<nat>[], MiceError list> =
        Ok(Array.init (bytes.Length / 8) (fun i -> BitConverter.ToDouble(bytes, 8 * i) * 1.0<nat>))

    /// δH of the atoms of a frame, in pieces, each of which is kept when it is done.
    let private ofFrame (run: Run) options names bandwidth (reference: KernelIndex) (f: int) (snapshot: Snapshot) =
        let silent = { run with Progress = ignore }
        let found = Array.zeroCreate<float<nat>>(Snapshot.count snapshot)
        let faults = ResizeArray<MiceError>()

        let visit first count (points: unit -> PointSet) =
            if faults.Count = 0 then
                let work () =
                    KernelIndex.over silent [| bandwidth |] reference (points ())
                    |> Result.map (fun (struct (logs, _)) -> EnvironmentEntropy.differential logs[0])

                match Run.kept $"delta-{f}-{first}.bin" ofBytes toBytes work silent with
                | Ok values when values.Length = count -> Array.blit values 0 found first count
                | Ok _ -> invalidOp $"Piece {first} of frame {f} was kept with another length."
                | Error wrong -> faults.AddRange wrong

                Run.tell "δH" 0.0 $"frame {f + 1}: {first + count} of {found.Length} atoms" run

        Environments.inPieces run options names piece f snapshot visit
        |> Result.bind (fun () -> Validate.without (List.ofSeq faults) found)

    /// <summary>The same for frames that come one after the other and may be larger than memory: of each no more than some thousand descriptors are held.</summary>
    /// <param name="run">Threads, progress, cancellation; with a store the work goes on where it was stopped.</param>
    /// <param name="options">What a descriptor is.</param>
    /// <param name="names">The species, in the order of the components; of no importance where all atoms are alike.</param>
    /// <param name="bandwidth">h, 1/Å.</param>
    /// <param name="threshold">Environments with a lower δH count as known, nats.</param>
    /// <param name="reference">The reference, with descriptors of the same options.</param>
    /// <param name="frames">The frames, or why one of them cannot be read.</param>
    /// <param name="visit">Gets every frame with δH of its atoms.</param>
    /// <returns>Errors: those of the frames, OutOfRange, Mismatch, TooFewData (no frames).</returns>
    let ofFrames
        (run: Run)
        (options: EnvironmentOptions)
        (names: string[])
        (bandwidth: float)
        (threshold: float<nat>)
        (reference: KernelIndex)
        (frames: seq<Result<Snapshot, MiceError>>)
        (visit: Snapshot -> float<nat>[] -> unit)
        : Result<EnvironmentComparison, MiceError list> =
        let tally = Tally threshold
        let mutable faults = []
        use source = frames.GetEnumerator()

        while List.isEmpty faults && source.MoveNext() do
            match source.Current with
            | Error fault -> faults <- [ fault ]
            | Ok snapshot ->
                match ofFrame run options names bandwidth reference tally.Frames.Count snapshot with
                | Error wrong -> faults <- wrong
                | Ok differential ->
                    tally.Add differential
                    visit snapshot differential

        if not (List.isEmpty faults) then
            Error faults
        elif tally.Frames.Count = 0 then
            Error [ MiceError.TooFewData("frames", 0, 1, "Give at least one.") ]
        else
            Ok(finish bandwidth reference threshold tally)

    /// <summary>A quantile of δH, within 0.005 nats.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="comparison">The comparison.</param>
    let quantile (share: float) (comparison: EnvironmentComparison) : float<nat> =
        let total = comparison.Histogram |> Array.sumBy snd
        let rank = int64 (share * float (total - 1L))

        let before =
            comparison.Histogram |> Array.scan (fun sum (_, n) -> sum + n) 0L |> Array.tail

        fst comparison.Histogram[before |> Array.findIndex (fun sum -> sum > rank)]
