namespace Mice.Quests

open System
open Mice

/// <summary>Sums of Gaussian kernels S(x) = Σⱼ exp(−|x − yⱼ|²/2h²) over sets of points, exact in double precision.</summary>
/// <remarks>Bandwidths have the unit of the components. Sums do not depend on the number of threads, to the last digit. Beside the points and a sum
/// for each of them nothing that grows with the sets is kept in memory. Formula: D. Schwalbe-Koda et al., arXiv:2404.12367, eq. S14.</remarks>
[<RequireQualifiedAccess>]
module KernelSums =
    /// Panels of rows that one job takes where two sets meet, and where a set meets itself.
    let private rowPanels, ownPanels = 8, 10

    /// Panels of columns that are gone through while they stay in the second cache.
    let private columnPanels = 20

    let private lanes = 8

    let private factorOf (bandwidth: float) = -0.5 / (bandwidth * bandwidth)

    /// Beyond this exponent a kernel is 0.
    let private deepest = 708.0

    /// From here on a sum is found with its largest term set to 1.
    let private deep = 600.0

    let private bandwidthFaults (bandwidths: float[]) : MiceError list =
        [
            if bandwidths.Length = 0 then
                MiceError.OutOfRange("the bandwidths", "none", "one or more")

            for h in bandwidths do
                yield!
                    Validate.that "the bandwidth" "a number from 1e-50 to 1e50" (fun h -> h >= 1e-50 && h <= 1e50) h
        ]

    let private sumOfLanes (values: float[]) (at: int) =
        let mutable sum = 0.0

        for lane in at .. at + lanes - 1 do
            sum <- sum + values[lane]

        sum

    let private leastOfLanes (values: float[]) (at: int) =
        let mutable low = values[at]

        for lane in at + 1 .. at + lanes - 1 do
            low <- min low values[lane]

        low

    /// Sums of some panels of rows over a whole set: for every factor, and every set of weights within it, a sum for each row; and the least d².
    let private block
        (factors: float[])
        (weights: float[] option)
        (reference: PointSet)
        (points: PointSet)
        (first: int, last: int)
        : struct (float[][] * float[]) =
        let rows = (last - first + 1) * PointSet.Width
        let room _ = Array.zeroCreate (rows * lanes)
        let sums = factors |> Array.map room
        let weighted = factors |> Array.map room
        let least = Array.create (rows * lanes) infinity
        let pairs = Array.zeroCreate PanelPair.Pairs
        let others = PointSet.panels reference.Count
        let widest = Array.max factors

        for start in 0..columnPanels .. others - 1 do
            for panel in first..last do
                let row = (panel - first) * PointSet.Width * lanes

                for other in start .. min (others - 1) (start + columnPanels - 1) do
                    PanelPair.distances points panel reference other pairs
                    PanelPair.lower pairs least row

                    if PanelPair.least pairs * -widest < deepest then
                        for f in 0 .. factors.Length - 1 do
                            PanelPair.add factors[f] pairs sums[f] row Array.empty -1

                            match weights with
                            | None -> ()
                            | Some w ->
                                PanelPair.addWeighted factors[f] pairs w (other * PointSet.Width) weighted[f] row

        let ofRows (values: float[]) =
            Array.init rows (fun r -> sumOfLanes values (r * lanes))

        let found =
            match weights with
            | None -> Array.map ofRows sums
            | Some _ -> Array.append (Array.map ofRows sums) (Array.map ofRows weighted)

        struct (found, Array.init rows (fun r -> leastOfLanes least (r * lanes)))

    /// What jobs found for their rows, put together: one array for each of their sums, as long as there are points.
    let private joined (count: int) (parts: float[][]) : float[] =
        Array.concat parts |> Array.truncate count

    /// Sums of all points over a set, and the least d² of each.
    let private sums run factors weights reference (points: PointSet) : struct (float[][] * float[]) =
        let panels = PointSet.panels points.Count

        let jobs =
            [|
                for first in 0..rowPanels .. panels - 1 -> first, min (panels - 1) (first + rowPanels - 1)
            |]

        let one (run: Run) (panels: int * int) =
            Run.stopIfCancelled run
            let found = block factors weights reference points panels
            Run.tell "kernel sums" 1.0 "sums over pairs" run
            Ok found

        match Run.jobs (fun _ -> 1.0) one jobs run with
        | Error faults -> invalidOp (faults |> List.map MiceError.message |> String.concat " ")
        | Ok found ->
            let series = (let struct (s, _) = found[0] in s.Length)

            let ofSeries i =
                found |> Array.map (fun (struct (s, _)) -> s[i]) |> joined points.Count

            struct (Array.init series ofSeries, found |> Array.map (fun (struct (_, l)) -> l) |> joined points.Count)

    /// Points whose own |x|² is less by the d² of their nearest neighbour in another set: so are all their d² to that set.
    let private nearer (far: int[]) (least: float[]) (points: PointSet) : PointSet =
        let chosen = PointSet.choose far points

        let squares =
            chosen.Squares
            |> Array.mapi (fun j square -> if j < far.Length then square - least[far[j]] else square)

        PointSet(chosen.Count, chosen.Dimension, chosen.Panels, squares)

    /// ln S for every bandwidth, with the weighted means behind them where weights are given.
    let private logarithms run (bandwidths: float[]) weights reference (points: PointSet) : float[][] =
        let factors = bandwidths |> Array.map factorOf
        let struct (found, least) = sums run factors weights reference points
        let steepest = -(Array.min factors)

        let far =
            [|
                for i in 0 .. points.Count - 1 do
                    if least[i] * steepest > deep then
                        i
            |]

        let finish (found: float[][]) (shift: int -> int -> float) =
            found
            |> Array.mapi (fun s values ->
                if s < factors.Length then
                    values |> Array.mapi (fun i sum -> log sum + shift s i)
                else
                    let own = found[s - factors.Length]
                    values |> Array.mapi (fun i sum -> sum / own[i]))

        let result = finish found (fun _ _ -> 0.0)

        if far.Length > 0 then
            let struct (again, _) = sums run factors weights reference (nearer far least points)
            let again = finish again (fun s j -> factors[s] * least[far[j]])

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
        | [] -> Ok(logarithms run bandwidths None reference points)
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

    /// The kernels of all pairs of two blocks of a set, added to the sums of the rows of the one and, as columns, of the other.
    let private pairOfBlocks (factors: float[]) (set: PointSet) (rows: float[][]) (columns: float[][]) (i: int) (j: int) =
        let panels = PointSet.panels set.Count
        let first, last = i * ownPanels, min (panels - 1) (i * ownPanels + ownPanels - 1)
        let from, upTo = j * ownPanels, min (panels - 1) (j * ownPanels + ownPanels - 1)
        let pairs = Array.zeroCreate PanelPair.Pairs

        let sums =
            factors |> Array.map (fun _ -> Array.zeroCreate ((last - first + 1) * PointSet.Width * lanes))

        let widest = Array.max factors

        for panel in first..last do
            for other in (if i = j then panel else from) .. upTo do
                PanelPair.distances set panel set other pairs

                if PanelPair.least pairs * -widest < deepest then
                    for f in 0 .. factors.Length - 1 do
                        PanelPair.add
                            factors[f]
                            pairs
                            sums[f]
                            ((panel - first) * PointSet.Width * lanes)
                            columns[f]
                            (if panel = other then -1 else other * PointSet.Width)

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
        match bandwidthFaults bandwidths with
        | [] ->
            let factors = bandwidths |> Array.map factorOf
            let room _ = Array.zeroCreate<float> set.Squares.Length
            let rows, columns = Array.map room factors, Array.map room factors
            let blocks = (PointSet.panels set.Count + ownPanels - 1) / ownPanels
            let silent = { run with Progress = ignore }
            let last = blocks / 2

            for t in 0..last do
                // Opposite blocks meet once.
                let meeting = if t > 0 && 2 * t = blocks then blocks / 2 else blocks

                let one (run: Run) (i: int) =
                    Run.stopIfCancelled run
                    pairOfBlocks factors set rows columns i ((i + t) % blocks)
                    Ok()

                Run.jobs (fun _ -> 1.0) one [| 0 .. meeting - 1 |] silent |> ignore
                Run.tell "kernel sums" (float (t + 1) / float (last + 1)) "sums over pairs" run

            Ok(Array.map2 (fun (r: float[]) (c: float[]) -> Array.init set.Count (fun i -> log (r[i] + c[i]))) rows columns)
        | faults -> Error faults

    /// The nearest point of a set to each row of some panels; a point is not its own neighbour where the sets are one.
    let private nearestOf (reference: PointSet) (points: PointSet) (first: int, last: int) : struct (float[] * int[]) =
        let isOwn = Object.ReferenceEquals(reference, points)
        let rows = (last - first + 1) * PointSet.Width
        let least, index = Array.create rows infinity, Array.create rows -1
        let pairs = Array.zeroCreate PanelPair.Pairs

        for panel in first..last do
            for other in 0 .. PointSet.panels reference.Count - 1 do
                PanelPair.distances points panel reference other pairs

                for r in 0 .. PointSet.Width - 1 do
                    let row = (panel - first) * PointSet.Width + r
                    let mutable low = least[row]

                    for c in 0 .. PointSet.Width - 1 do
                        let column = other * PointSet.Width + c

                        if pairs[r * PointSet.Width + c] < low && not (isOwn && column = panel * PointSet.Width + r) then
                            low <- pairs[r * PointSet.Width + c]
                            index[row] <- column

                    least[row] <- low

        struct (least, index)

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
            let panels = PointSet.panels points.Count

            let jobs =
                [|
                    for first in 0..rowPanels .. panels - 1 -> first, min (panels - 1) (first + rowPanels - 1)
                |]

            let one (run: Run) (panels: int * int) =
                Run.stopIfCancelled run
                let found = nearestOf reference points panels
                Run.tell "nearest environments" 1.0 "distances" run
                Ok found

            Run.jobs (fun _ -> 1.0) one jobs run
            |> Result.map (fun found ->
                let least = found |> Array.map (fun (struct (l, _)) -> l) |> joined points.Count
                let index = found |> Array.collect (fun (struct (_, i)) -> i) |> Array.truncate points.Count
                struct (Array.map sqrt least, index))
        else
            Error faults
