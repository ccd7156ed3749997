namespace Mice.Samplers

open Mice

/// <summary>Correlations of interacting dimers.</summary>
[<RequireQualifiedAccess>]
module DimerCorrelations =
    /// 1/Σ_i exp(N_i/T) by counts, at the places of <c>DimerLane.Counts</c>/32.
    let private shares (temperature: float) : float[] =
        let entries = Array.zeroCreate 256

        for counts in DimerScattering.allCounts do
            let sum = counts |> Array.sumBy (fun n -> exp (float n / temperature))
            entries[Array.foldBack (fun n place -> place * 4 + n) counts 0] <- 1.0 / sum

        entries

    /// Worms of one chain after equilibration: Z(r)/Z by displacement.
    let private ofChain (options: ChainOptions) (plan: DimerChain.Plan) (shares: float[]) (run: Run) (start: byte[]) =
        let rows, columns = plan.Model.Rows, plan.Model.Columns
        let sums = Array.zeroCreate<float>(rows * columns)
        let lane = DimerLane(plan.Tables, 0, start, Key.named "worms" run.Key)
        let worms = plan.Worms * options.Snapshots * options.Every

        let note (head: int) (tail: int) (counts: int) =
            let row = (head / columns - tail / columns + rows) % rows
            let column = (head % columns - tail % columns + columns) % columns
            let place = row * columns + column
            sums[place] <- sums[place] + shares[counts]

        lane.Worms <- options.Equilibrate * plan.Worms

        if lane.Worms > 0 then
            DimerWorms.run plan.Tables (fun _ -> false) [| lane |] |> ignore

        lane.Worms <- worms
        DimerWorms.watch plan.Tables note lane
        sums |> Array.map (fun sum -> sum / float worms)

    /// <summary>Z(r)/Z of two monomers at a displacement r, from the heads and tails of worms: the partition function of all other sites, with the two taken
    /// out, relative to that of all sites. It is 1/4 for neighbours at T = ∞, and falls as r^(−1/2) there.</summary>
    /// <remarks>A worm is at a covering without head and tail as often as Σ_i exp(N_i/T) of the dimers that the head could have, so that every visit counts with the
    /// inverse of this sum; there is one visit per worm at the site where it began. Monomers on one sublattice leave no coverings: Z(r) = 0.</remarks>
    /// <param name="options">Chains; worms are watched during Snapshots·Every sweeps of each.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="model">The model.</param>
    /// <returns>[rows·columns] by displacement, rows first, with errors from the spread of the chains; errors: OutOfRange for every fault of options, run and
    /// model.</returns>
    let monomers (options: ChainOptions) (run: Run) (model: DimerModel) : Result<Estimate<1>[], MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = DimerModel.faults model
            and! () = Run.faults run
            let plan = DimerChain.plan DimerScattering.minimalBounce model
            let shares = shares model.Temperature

            let work part i =
                let run = Run.item i part
                Run.stopIfCancelled run

                DimerChain.random (Chains.startKey run.Key) model |> ofChain options plan shares run |> Ok

            let! chains = Run.jobs (fun _ -> 1.0) work [| 0 .. options.Chains - 1 |] run

            return chains |> Array.transpose |> Array.map (Statistics.estimate Direction.Exact)
        }

    /// ⟨n(s) n(s + r)⟩ over all sites s, of horizontal dimers.
    let private pairsAt (model: DimerModel) (axis: int) (distance: int) (covering: byte[]) : float =
        let mutable count = 0

        for row in 0 .. model.Rows - 1 do
            for column in 0 .. model.Columns - 1 do
                if covering[row * model.Columns + column] = DimerModel.Right then
                    let row = if axis = 0 then (row + distance) % model.Rows else row

                    let column =
                        if axis = 1 then
                            (column + distance) % model.Columns
                        else
                            column

                    if covering[row * model.Columns + column] = DimerModel.Right then
                        count <- count + 1

        float count / float covering.Length

    /// <summary>The correlation of horizontal dimers at two sites, ⟨n_x(s) n_x(s + r)⟩, along one axis. Without correlations it would be the square of its value at
    /// r = 0, which is 1/4 on a square torus; at T = ∞ it approaches 1/16 as r^(−2).</summary>
    /// <param name="model">The model.</param>
    /// <param name="axis">0 from row to row, 1 along the rows.</param>
    /// <param name="sample">Snapshots of the model, of two chains or more for errors.</param>
    /// <returns>For r = 0, 1, …, half the side, with errors from the spread of the chains; OutOfRange for another axis, Mismatch for snapshots of other
    /// sizes.</returns>
    let dimers (model: DimerModel) (axis: int) (sample: ChainSample<byte>) : Result<Estimate<1>[], MiceError list> =
        validate {
            let! () = Validate.that "axis" "0 or 1" (fun a -> a = 0 || a = 1) axis
            and! () = DimerModel.faults model

            let! () =
                [
                    for covering in sample.Spins do
                        if covering.Length <> DimerModel.sites model then
                            MiceError.Mismatch(
                                "sites of snapshots and model",
                                string covering.Length,
                                string (DimerModel.sites model)
                            )
                ]

            let at distance =
                sample.Spins
                |> Array.map (pairsAt model axis distance)
                |> Array.chunkBySize sample.SnapshotsPerChain
                |> Array.map Array.average
                |> Statistics.estimate Direction.Exact

            return Array.init ((if axis = 0 then model.Rows else model.Columns) / 2 + 1) at
        }
