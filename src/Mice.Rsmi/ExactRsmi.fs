namespace Mice.Rsmi

open Mice

/// <summary>A small system whose states are all known: what filters find there is computed without statistics.</summary>
[<NoComparison>]
type ExactSystem =
    {
        /// Distinct blocks less their origin, [blocks·v], row-major.
        Blocks: float32[]
        /// Probability of every block with every environment, [blocks][environments].
        Joint: float[][]
    }

/// Exact mutual information of small systems.
[<RequireQualifiedAccess>]
module ExactRsmi =
    let private entropy (p: float[]) =
        -(p |> Array.sumBy (fun x -> if x > 0.0 then x * log x else 0.0))

    /// <summary>The joint law of block and environment at the first position.</summary>
    /// <param name="regions">Block and environment.</param>
    /// <param name="origin">What the block is measured from.</param>
    /// <param name="weights">Probabilities of the states, which add up to 1, [states].</param>
    /// <param name="states">Degrees of freedom of the states, [states][…].</param>
    let create (regions: Regions) (origin: float) (weights: float[]) (states: float32[][]) : ExactSystem =
        let numbered (dofs: int[]) =
            let seen = System.Collections.Generic.Dictionary<string, int>()

            let codes =
                states
                |> Array.map (fun state ->
                    let name = dofs |> Array.map (fun i -> string state[i]) |> String.concat ","

                    match seen.TryGetValue name with
                    | true, code -> code
                    | _ ->
                        seen[name] <- seen.Count
                        seen.Count - 1)

            struct (codes, seen.Count)

        let struct (blocks, blockCount) = numbered regions.Visible[0]
        let struct (environments, environmentCount) = numbered regions.Environment[0]
        let joint = Array.init blockCount (fun _ -> Array.zeroCreate environmentCount)
        let width = regions.Visible[0].Length
        let values = Array.zeroCreate (blockCount * width)

        for s in 0 .. states.Length - 1 do
            joint[blocks[s]][environments[s]] <- joint[blocks[s]][environments[s]] + weights[s]

            for j in 0 .. width - 1 do
                values[blocks[s] * width + j] <- states[s][regions.Visible[0][j]] - float32 origin

        { Blocks = values; Joint = joint }

    /// <summary>I(H : E) for given laws P(h | v) of the blocks, nats.</summary>
    /// <param name="labels">[blocks][values].</param>
    /// <param name="system">The system.</param>
    let information (labels: float[][]) (system: ExactSystem) : float =
        let values = labels[0].Length
        let joint = Array.init values (fun _ -> Array.zeroCreate system.Joint[0].Length)

        for v in 0 .. labels.Length - 1 do
            for h in 0 .. values - 1 do
                if labels[v][h] > 0.0 then
                    for e in 0 .. system.Joint[v].Length - 1 do
                        joint[h][e] <- joint[h][e] + labels[v][h] * system.Joint[v][e]

        let environment =
            Array.init system.Joint[0].Length (fun e -> joint |> Array.sumBy (fun row -> row[e]))

        entropy (joint |> Array.map Array.sum) + entropy environment - entropy (Array.concat joint)

    /// <summary>I(V : E), which no filter exceeds, nats.</summary>
    /// <param name="system">The system.</param>
    let whole (system: ExactSystem) : float =
        let blocks = system.Joint.Length
        information (Array.init blocks (fun v -> Array.init blocks (fun h -> if h = v then 1.0 else 0.0))) system

    /// <summary>I(H : E) of a coarse-grainer in its deterministic limit, nats.</summary>
    /// <param name="grainer">The filters.</param>
    /// <param name="system">The system.</param>
    let ofGrainer (grainer: CoarseGrainer) (system: ExactSystem) : float =
        information (CoarseGrainer.labels grainer system.Blocks) system
