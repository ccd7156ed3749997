namespace Mice.Quests

open System
open System.Collections.Concurrent
open Mice

/// <summary>Sums of Gaussian kernels S(x) = Σⱼ exp(−|x − yⱼ|²/2h²) over sets of points, exact in double precision.</summary>
/// <remarks>Bandwidths have the unit of the components. Where a run is on a CUDA device, sums over a set and within one are computed there, by the tensor engine; all else on the
/// processor. Sums on the processor do not depend on the number of threads, to the last digit. Beside the points and a sum
/// for each of them nothing that grows with the sets is kept in memory. Formula: D. Schwalbe-Koda et al., arXiv:2404.12367, eqs. S13 and S14.</remarks>
[<RequireQualifiedAccess>]
module KernelSums =
    /// Panels of rows that one job takes where two sets meet, and where a set meets itself.
    let private rowPanels, ownPanels = 8, 10

    /// Panels of columns that are gone through while they stay in the second cache.
    let private columnPanels = 20

    let private lanes = PanelPair.Lanes

    let private factorOf (bandwidth: float) = -0.5 / (bandwidth * bandwidth)

    /// A sum whose logarithm is below this one's negative is found again with its largest term set to 1.
    let internal deep = 600.0

    let internal bandwidthFaults (bandwidths: float[]) : MiceError list =
        [
            if bandwidths.Length = 0 then
                MiceError.OutOfRange("the bandwidths", "none", "one or more")

            for h in bandwidths do
                yield! Validate.that "the bandwidth" "a number from 1e-50 to 1e50" (fun h -> h >= 1e-50 && h <= 1e50) h
        ]

    let private sumOfLanes (values: float[]) (at: int) =
        let mutable sum = 0.0

        for lane in at .. at + lanes - 1 do
            sum <- sum + values[lane]

        sum

    /// Sums of some panels of rows over a whole set: for every factor a sum for each row, then the same with weights where these are given.
    let private block
        (factors: float[])
        (weights: float[] option)
        (reference: PointSet)
        (points: PointSet)
        (first: int, last: int)
        : float[][] =
        let rows = (last - first + 1) * PointSet.Width
        let room _ = Array.zeroCreate (rows * lanes)
        let sums = factors |> Array.map room
        let weighted = if weights.IsNone then [||] else factors |> Array.map room
        let products = Array.zeroCreate PanelPair.Pairs
        let others = PointSet.panels reference.Count

        for start in 0..columnPanels .. others - 1 do
            for panel in first..last do
                let lane = (panel - first) * PointSet.Width * lanes
                let left = points.Squares, panel * PointSet.Width

                for other in start .. min (others - 1) (start + columnPanels - 1) do
                    let right = reference.Squares, other * PointSet.Width
                    PanelPair.multiply points panel reference other products

                    for f in 0 .. factors.Length - 1 do
                        PanelPair.add factors[f] products left right [||] (sums[f], lane) ([||], -1)

                        match weights with
                        | None -> ()
                        | Some w -> PanelPair.add factors[f] products left right w (weighted[f], lane) ([||], -1)

        Array.append sums weighted
        |> Array.map (fun values -> Array.init rows (fun r -> sumOfLanes values (r * lanes)))

    /// What jobs found for their rows, put together: one array for each of their sums, as long as there are points.
    let private joined (count: int) (parts: float[][]) : float[] =
        Array.concat parts |> Array.truncate count

    /// Rows of panels in as many jobs as they need, and what is found for each row put together.
    let internal byRows (run: Run) (phase: string) (points: PointSet) (work: int * int -> 'found) : 'found[] =
        let panels = PointSet.panels points.Count

        let jobs =
            [|
                for first in 0..rowPanels .. panels - 1 -> first, min (panels - 1) (first + rowPanels - 1)
            |]

        let one (run: Run) (panels: int * int) =
            Run.stopIfCancelled run
            let found = work panels
            Run.tell phase 1.0 phase run
            Ok found

        match Run.jobs (fun _ -> 1.0) one jobs run with
        | Error faults -> invalidOp (faults |> List.map MiceError.message |> String.concat " ")
        | Ok found -> found

    /// Sums of all points over a set.
    let private sums run factors weights reference (points: PointSet) : float[][] =
        let found =
            block factors weights reference points |> byRows run "sums over pairs" points

        Array.init found[0].Length (fun s -> found |> Array.map (fun f -> f[s]) |> joined points.Count)

    /// The nearest point of a set to each row of some panels, d² and index; a point is not its own neighbour where the sets are one.
    let private nearestOf (reference: PointSet) (points: PointSet) (first: int, last: int) : struct (float[] * int[]) =
        let isOwn = Object.ReferenceEquals(reference, points)
        let rows = (last - first + 1) * PointSet.Width
        let least, index = Array.create rows infinity, Array.create rows -1
        let products = Array.zeroCreate PanelPair.Pairs

        for panel in first..last do
            for other in 0 .. PointSet.panels reference.Count - 1 do
                PanelPair.multiply points panel reference other products

                for r in 0 .. PointSet.Width - 1 do
                    let row, point = (panel - first) * PointSet.Width + r, panel * PointSet.Width + r

                    for c in 0 .. PointSet.Width - 1 do
                        let column = other * PointSet.Width + c

                        let squared =
                            points.Squares[point] + reference.Squares[column] - 2.0 * products[r * PointSet.Width + c]

                        if squared < least[row] && not (isOwn && column = point) then
                            least[row] <- squared
                            index[row] <- column

        struct (least |> Array.map (max 0.0), index)

    /// The same for all points.
    let private nearestOfAll (run: Run) (reference: PointSet) (points: PointSet) : struct (float[] * int[]) =
        let found = nearestOf reference points |> byRows run "distances" points
        let least = found |> Array.map (fun (struct (l, _)) -> l) |> joined points.Count

        let index =
            found |> Array.collect (fun (struct (_, i)) -> i) |> Array.truncate points.Count

        struct (least, index)

    /// Points whose own |x|² is less by a number: so are all their d² to another set.
    let private nearer (less: float[]) (points: PointSet) : PointSet =
        let squares =
            points.Squares |> Array.mapi (fun i square -> if i < less.Length then square - less[i] else square)

        PointSet(points.Count, points.Dimension, points.Panels, squares)

    /// ln S for every bandwidth, with the weighted means behind them where weights are given.
    let private logarithms run (bandwidths: float[]) weights reference (points: PointSet) : float[][] =
        let factors = bandwidths |> Array.map factorOf

        let finish (shift: int -> int -> float) (found: float[][]) =
            found
            |> Array.mapi (fun s values ->
                if s < factors.Length then
                    values |> Array.mapi (fun i sum -> log sum + shift s i)
                else
                    Array.map2 (/) values found[s - factors.Length])

        let result = sums run factors weights reference points |> finish (fun _ _ -> 0.0)

        let isFar i =
            Seq.exists (fun f -> result[f][i] < -deep) (seq { 0 .. factors.Length - 1 })

        match [| 0 .. points.Count - 1 |] |> Array.filter isFar with
        | [||] -> ()
        | far ->
            let chosen = PointSet.choose far points
            let struct (least, _) = nearestOfAll run reference chosen

            let again =
                sums run factors weights reference (nearer least chosen)
                |> finish (fun s j -> factors[s] * least[j])

            for s in 0 .. result.Length - 1 do
                far |> Array.iteri (fun j i -> result[s][i] <- again[s][j])

        result

    /// <summary>ln S of every point over a reference set, for several bandwidths in one pass. Finite at any distance: where all kernels vanish the
    /// largest is set to 1 and its logarithm added.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidths">h, one or more.</param>
    /// <param name="reference">yⱼ.</param>
    /// <param name="points">x.</param>
    /// <returns>[bandwidths][points]. Errors: OutOfRange (bandwidths), Mismatch (dimensions).</returns>
    let over
        (run: Run)
        (bandwidths: float[])
        (reference: PointSet)
        (points: PointSet)
        : Result<float[][], MiceError list> =
        match bandwidthFaults bandwidths @ PointSet.faults reference points with
        | [] ->
            match run.Device with
            | Device.Cpu -> Ok(logarithms run bandwidths None reference points)
            | device -> Ok(TensorSums.over device run bandwidths reference points)
        | faults -> Error faults

    /// <summary>Means of numbers that belong to the reference points, weighted by the kernels (Nadaraya–Watson): Σⱼ wⱼ Kⱼ(x) / Σⱼ Kⱼ(x).</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidth">h.</param>
    /// <param name="numbers">wⱼ, one for each reference point.</param>
    /// <param name="reference">yⱼ.</param>
    /// <param name="points">x.</param>
    /// <returns>The mean and ln S for each point. Errors: OutOfRange (bandwidth), Mismatch (dimensions, how many numbers).</returns>
    let regression
        (run: Run)
        (bandwidth: float)
        (numbers: float[])
        (reference: PointSet)
        (points: PointSet)
        : Result<struct (float[] * float[]), MiceError list> =
        let faults =
            [
                yield! bandwidthFaults [| bandwidth |]
                yield! PointSet.faults reference points

                if numbers.Length <> reference.Count then
                    MiceError.Mismatch(
                        "numbers and reference environments",
                        string numbers.Length,
                        string reference.Count
                    )
            ]

        if List.isEmpty faults then
            let padded = Array.zeroCreate reference.Squares.Length
            Array.blit numbers 0 padded 0 numbers.Length
            let found = logarithms run [| bandwidth |] (Some padded) reference points
            Ok(struct (found[1], found[0]))
        else
            Error faults

    /// Room of a thread: products of a block, and lanes of sums for every factor.
    [<Struct>]
    type private Room = { Products: float[]; Lanes: float[][] }

    let private room (factors: float[]) : Room =
        {
            Products = Array.zeroCreate PanelPair.Pairs
            Lanes = factors |> Array.map (fun _ -> Array.zeroCreate (ownPanels * PointSet.Width * lanes))
        }

    /// The kernels of all pairs of two blocks of a set, added to the sums of the rows of the one and, as columns, of the other.
    let private pairOfBlocks
        (room: Room)
        (factors: float[])
        (set: PointSet)
        (rows: float[][], columns: float[][])
        (i: int, j: int)
        =
        let products, sums = room.Products, room.Lanes
        sums |> Array.iter Array.Clear
        let panels = PointSet.panels set.Count
        let first, last = i * ownPanels, min (panels - 1) (i * ownPanels + ownPanels - 1)
        let from, upTo = j * ownPanels, min (panels - 1) (j * ownPanels + ownPanels - 1)

        for panel in first..last do
            let row = panel * PointSet.Width
            let lane = (panel - first) * PointSet.Width * lanes

            for other in (if i = j then panel else from) .. upTo do
                let right = other * PointSet.Width
                let column = if panel = other then -1 else other * PointSet.Width
                PanelPair.multiply set panel set other products

                for f in 0 .. factors.Length - 1 do
                    PanelPair.add
                        factors[f]
                        products
                        (set.Squares, row)
                        (set.Squares, right)
                        [||]
                        (sums[f], lane)
                        (columns[f], column)

        for f in 0 .. factors.Length - 1 do
            for r in 0 .. (last - first + 1) * PointSet.Width - 1 do
                let at = first * PointSet.Width + r
                rows[f][at] <- rows[f][at] + sumOfLanes sums[f] (r * lanes)

    /// <summary>ln S of every point over its own set, itself included, for several bandwidths in one pass. Every pair is computed once.</summary>
    /// <remarks>In step t block I of the set meets block I + t, around a circle: every block is in two pairs of a step at most, once with its rows and
    /// once with its columns, so that all pairs of a step can be computed at the same time and every sum is added up in one order.</remarks>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="bandwidths">h, one or more.</param>
    /// <param name="set">The points.</param>
    /// <returns>[bandwidths][points], none below 0. Errors: OutOfRange (bandwidths).</returns>
    let within (run: Run) (bandwidths: float[]) (set: PointSet) : Result<float[][], MiceError list> =
        match bandwidthFaults bandwidths, run.Device with
        | [], Device.Cuda _ ->
            TensorSums.over run.Device run bandwidths set set |> Array.map (Array.map (max 0.0)) |> Ok
        | [], Device.Cpu ->
            let factors = bandwidths |> Array.map factorOf

            let sums _ =
                Array.zeroCreate<float> set.Squares.Length

            let rows, columns = Array.map sums factors, Array.map sums factors
            let idle = ConcurrentBag<Room>()
            let blocks = (PointSet.panels set.Count + ownPanels - 1) / ownPanels
            let silent = { run with Progress = ignore }
            let last = blocks / 2

            for t in 0..last do
                // Opposite blocks meet once.
                let meeting = if t > 0 && 2 * t = blocks then blocks / 2 else blocks

                let one (run: Run) (i: int) =
                    Run.stopIfCancelled run

                    let own =
                        match idle.TryTake() with
                        | true, own -> own
                        | _ -> room factors

                    pairOfBlocks own factors set (rows, columns) (i, (i + t) % blocks)
                    idle.Add own
                    Ok()

                Run.jobs (fun _ -> 1.0) one [| 0 .. meeting - 1 |] silent |> ignore
                Run.tell "kernel sums" (float (t + 1) / float (last + 1)) "sums over pairs" run

            Ok(
                Array.map2
                    (fun (r: float[]) (c: float[]) -> Array.init set.Count (fun i -> log (r[i] + c[i])))
                    rows
                    columns
            )
        | faults, _ -> Error faults

    /// <summary>The nearest reference point of every point: distance and index. Of equally near ones the first; where both sets are the same object
    /// a point is not its own neighbour.</summary>
    /// <param name="run">Threads, progress, cancellation.</param>
    /// <param name="reference">yⱼ, two or more where they are the points themselves.</param>
    /// <param name="points">x.</param>
    /// <returns>minⱼ |x − yⱼ| and j, from 0. Errors: Mismatch (dimensions), TooFewData.</returns>
    let nearest (run: Run) (reference: PointSet) (points: PointSet) : Result<struct (float[] * int[]), MiceError list> =
        let faults =
            [
                yield! PointSet.faults reference points

                if Object.ReferenceEquals(reference, points) && points.Count < 2 then
                    MiceError.TooFewData("environments", points.Count, 2, "A single one has no neighbour.")
            ]

        if List.isEmpty faults then
            let struct (least, index) = nearestOfAll run reference points
            Ok(struct (Array.map sqrt least, index))
        else
            Error faults

    /// <summary>The mean distance of every point from all of a reference set.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="reference">yⱼ, with as many components as the points.</param>
    /// <param name="points">x.</param>
    /// <returns>(1/N) Σⱼ |x − yⱼ| for each point.</returns>
    let internal meanDistances (run: Run) (reference: PointSet) (points: PointSet) : float[] =
        let ofPanels (first: int, last: int) =
            let sums = Array.zeroCreate ((last - first + 1) * PointSet.Width)
            let products = Array.zeroCreate PanelPair.Pairs

            for panel in first..last do
                for other in 0 .. PointSet.panels reference.Count - 1 do
                    PanelPair.multiply points panel reference other products
                    let columns = min PointSet.Width (reference.Count - other * PointSet.Width)

                    for r in 0 .. PointSet.Width - 1 do
                        let own = points.Squares[panel * PointSet.Width + r]
                        let mutable sum = 0.0

                        for c in 0 .. columns - 1 do
                            let squares = own + reference.Squares[other * PointSet.Width + c]
                            sum <- sum + sqrt (max 0.0 (squares - 2.0 * products[r * PointSet.Width + c]))

                        let row = (panel - first) * PointSet.Width + r
                        sums[row] <- sums[row] + sum

            sums

        byRows { run with Progress = ignore } "distances" points ofPanels
        |> joined points.Count
        |> Array.map (fun sum -> sum / float reference.Count)
