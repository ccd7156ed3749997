namespace Mice.Rsmi

open System
open System.Numerics
open System.Runtime.InteropServices
open Mice
open Mice.Tensors

/// <summary>Search for the discrete optimum from trained filters. Annealed filters are the best of a soft rule; their signs need not be the best signs.</summary>
/// <remarks>The environments are put into classes z by what the trained network computes from them, so that I(h ; z) ≤ I(H : E) of any filter is a matter of
/// counting. The steps are simulated annealing (S. Kirkpatrick et al., Science 220, 671 (1983)); the best filters on the way are taken where they are better on other samples too.</remarks>
[<RequireQualifiedAccess>]
module internal FilterPolish =
    /// Steps of the search for each component.
    [<Literal>]
    let private Tries = 1000

    /// Samples that are counted: so many, or fewer with so many numbers of environments.
    let private mostSamples, private mostNumbers = 64000, 16_000_000

    /// Most classes, and samples for every cell of the table of h and z.
    let private mostClasses, private perCell = 128, 20

    [<Literal>]
    let private ClusterRounds = 12

    /// Length of the first and of the last steps, of filters of length 1.
    let private firstStep, private lastStep = 0.5, 0.02

    /// Information that the first and the last steps may lose with probability 1/e, nats.
    let private firstLoss, private lastLoss = 0.01, 0.0001

    /// Classes by nearest means (S. Lloyd, IEEE Trans. Inf. Theory 28, 129 (1982)), from random rows.
    let private classes (key: Key) (count: int) (features: Tensor) : int[] =
        let rows = Array.init features.Shape[0] id
        (Key.generator key).Shuffle rows
        let start = Array.truncate count rows |> Array.map int64
        let first = Tensor.indexSelect 0 (Tensor.ofArray [ start.Length ] start) features

        let nearest means =
            let cross = Tensor.matmul features (Tensor.transpose 0 1 means)

            Tensor.sumOver [ 1 ] (Tensor.square means) - cross * 2.0 |> Tensor.argmin 1

        let round (means: Tensor) _ =
            let own = nearest means
            let ones = Tensor.ones Kind.float32 [ features.Shape[0]; 1 ]

            let sums = Tensor.indexAdd 0 own features (Tensor.zerosLike means)

            let counts =
                Tensor.indexAdd 0 own ones (Tensor.zeros Kind.float32 [ means.Shape[0]; 1 ])

            // Means without rows stay where they are.
            Tensor.where (Tensor.isAbove 0.5 counts) (sums / Tensor.clamp 1.0 infinity counts) means

        Tensor.scope (fun () -> Tensor.fold round first (seq { 1..ClusterRounds }) |> nearest |> Tensor.toArray<int64>)
        |> Array.map int

    /// Distinct pairs of blocks, by degrees of freedom, [v][n], and classes of environments, [n], with how many samples they have.
    type internal Table =
        {
            Variable: CoarseVariable
            Columns: float32[][]
            Classes: int[]
            Weights: float[]
            ClassCount: int
        }

    /// target += weight · column.
    let private add (weight: float32) (column: float32[]) (target: float32[]) : unit =
        let lanes = Vector<float32>.Count
        let factor = Vector<float32> weight
        let mutable i = 0

        while i <= target.Length - lanes do
            (Vector<float32>(target, i) + factor * Vector<float32>(column, i)).CopyTo(target, i)
            i <- i + lanes

        while i < target.Length do
            target[i] <- target[i] + weight * column[i]
            i <- i + 1

    let private output (t: Table) (filter: float[]) : float32[] =
        let found = Array.zeroCreate t.Classes.Length
        filter |> Array.iteri (fun j weight -> add (float32 weight) t.Columns[j] found)
        found

    /// The value of h of a sample. Ties of small weight do not matter here.
    let private valueOf (variable: CoarseVariable) (outputs: float32[][]) (row: int) : int =
        let mutable found = 0

        match variable with
        | CoarseVariable.Binary components ->
            for k in 0 .. components - 1 do
                if outputs[k][row] < 0.0f then
                    found <- found ||| (1 <<< k)
        | CoarseVariable.States states ->
            for k in 1 .. states - 1 do
                if outputs[k][row] > outputs[found][row] then
                    found <- k

        found

    let private plain (n: float) = if n > 0.0 then n * log n else 0.0

    /// I(h ; z) by counting, nats.
    let internal counted (t: Table) (outputs: float32[][]) : float =
        let values = CoarseVariable.values t.Variable
        let joint = Array.zeroCreate<float>(values * t.ClassCount)
        let own = Array.zeroCreate<float> values
        let ofClass = Array.zeroCreate<float> t.ClassCount

        for row in 0 .. t.Classes.Length - 1 do
            let value, z = valueOf t.Variable outputs row, t.Classes[row]
            let weight = t.Weights[row]
            joint[value * t.ClassCount + z] <- joint[value * t.ClassCount + z] + weight
            own[value] <- own[value] + weight
            ofClass[z] <- ofClass[z] + weight

        let n = Array.sum own
        log n + (Array.sumBy plain joint - Array.sumBy plain own - Array.sumBy plain ofClass) / n

    /// A filter of length 1 near another one: all weights move, or a single one.
    let private moved (generator: Generator) (step: float) (filter: float[]) : float[] =
        let scale = step / sqrt (float filter.Length)

        let single =
            if generator.NextInt 2 = 0 then
                generator.NextInt filter.Length
            else
                -1

        filter
        |> Array.mapi (fun j x ->
            if single < 0 then x + scale * generator.NextNormal()
            elif single = j then x + step * generator.NextNormal()
            else x)
        |> CoarseGrainer.unit

    /// One grainer, searched from where it is.
    let private search (t: Table) (key: Key) (grainer: CoarseGrainer) : CoarseGrainer =
        let generator = Key.generator key
        let filters = Array.copy grainer.Filters
        let outputs = filters |> Array.map (output t)
        let mutable now = counted t outputs
        let mutable best = now
        let mutable bestFilters = Array.copy filters
        let tries = Tries * filters.Length

        for attempt in 0 .. tries - 1 do
            let share = float attempt / float tries
            let k = generator.NextInt filters.Length

            let filter =
                moved generator (firstStep * (lastStep / firstStep) ** share) filters[k]

            let held = outputs[k]
            outputs[k] <- output t filter
            let found = counted t outputs

            if found >= now + firstLoss * (lastLoss / firstLoss) ** share * log (1.0 - generator.NextFloat()) then
                now <- found
                filters[k] <- filter

                if now > best then
                    best <- now
                    bestFilters <- Array.copy filters
            else
                outputs[k] <- held

        { grainer with Filters = bestFilters }

    /// The table of some samples: equal blocks with environments of one class are one row.
    let private table variable classCount (width: int) (blocks: float32[]) (classes: int[]) : Table =
        let name row =
            struct (String(MemoryMarshal.Cast<float32, char>(ReadOnlySpan(blocks, row * width, width))), classes[row])

        let distinct = [| 0 .. classes.Length - 1 |] |> Array.groupBy name |> Array.map snd

        {
            Variable = variable
            Columns = Array.init width (fun j -> distinct |> Array.map (fun rows -> blocks[rows[0] * width + j]))
            Classes = distinct |> Array.map (fun rows -> classes[rows[0]])
            Weights = distinct |> Array.map (fun rows -> float rows.Length)
            ClassCount = classCount
        }

    /// The class of the environment of every sample.
    let private clusters key count (features: Tensor -> Tensor) (samples: RsmiSamples) (places: SamplePlace[]) : int[] =
        Tensor.scope (fun () -> FilterNetwork.environment Device.cpu samples places |> features |> classes key count)

    /// <summary>Filters with better signs, where they are better on samples that the search did not see.</summary>
    /// <param name="features">What the trained network computes from environments, [n; e] → [n; width].</param>
    /// <param name="samples">All samples.</param>
    /// <param name="groups">Groups of the training.</param>
    /// <param name="grainers">Trained filters.</param>
    /// <param name="run">Key, threads.</param>
    let refine
        (features: Tensor -> Tensor)
        (samples: RsmiSamples)
        (groups: int[])
        (grainers: CoarseGrainer[])
        (run: Run)
        : CoarseGrainer[] =
        let generator = Key.generator (Key.named "places" run.Key)
        let most = min mostSamples (max 1000 (mostNumbers / samples.EnvironmentSize))

        // A configuration of one part is of another group than any of the other part.
        let places =
            groups
            |> Array.splitInto 2
            |> Array.collect (fun part -> RsmiSamples.draw generator most part samples)

        let variable = grainers[0].Variable
        let count = most / (perCell * CoarseVariable.values variable)
        let classCount = Math.Clamp(count, 8, mostClasses)

        let found =
            clusters (Key.named "classes" run.Key) classCount features samples places

        let part first =
            let blocks = Array.sub places first most |> RsmiSamples.visible samples
            Array.sub found first most |> table variable classCount samples.VisibleSize blocks

        let searched, judging = part 0, part most

        let judged (grainer: CoarseGrainer) =
            grainer.Filters |> Array.map (output judging) |> counted judging

        grainers
        |> Array.Parallel.mapi (fun i grainer ->
            Run.stopIfCancelled run
            let found = search searched (run.Key |> Key.named "search" |> Key.item i) grainer
            if judged found > judged grainer then found else grainer)
