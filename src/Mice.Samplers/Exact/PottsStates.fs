namespace Mice.Samplers

open System.Collections.Generic
open System.Numerics
open Mice

/// <summary>The density of states of Potts models without a field on narrow square tori, exactly: how many of the q^N states have m
/// satisfied bonds.</summary>
/// <remarks>Z = Σ_m g(m) y^m with y = exp(βJ) is also a sum over all sets of bonds, with a weight y − 1 for each bond and a factor q for each cluster (Fortuin
/// and Kasteleyn). The sum is built up bond by bond. All that has to be known of earlier bonds is how the sites of the first and of the last column are
/// connected: a partition of 2·rows points. Z is computed at y = 2^B with 2^B > q^N; its digits in base 2^B are then the g(m), whole numbers without rounding.
/// Sources: C. M. Fortuin, P. W. Kasteleyn, Physica 57, 536 (1972); H. W. J. Blöte, M. P. Nightingale, Physica A 112, 405 (1982),
/// doi:10.1016/0378-4371(82)90187-X.</remarks>
[<RequireQualifiedAccess>]
module PottsStates =
    /// Largest length of the shorter side.
    [<Literal>]
    let MostRows = 4

    /// Largest length of the longer side; with four rows it takes some seconds.
    [<Literal>]
    let MostColumns = 32

    /// Partitions of the points 0, 1, …: three bits for the block of each point. Blocks are numbered in the order of their first points.
    [<RequireQualifiedAccess>]
    module private Partition =
        let blockOf partition point = partition >>> (3 * point) &&& 7

        /// The partition with the labels of the points' blocks, whatever their numbers, from 0 to 15.
        let inline private ofLabels points ([<InlineIfLambda>] label: int -> int) =
            let mutable numbers = 0UL
            let mutable known = 0
            let mutable partition = 0

            for point in 0 .. points - 1 do
                let place = 4 * label point
                // Zero for a label that was not met before, else the number of its block plus one.
                let number = int (numbers >>> place &&& 15UL)

                if number = 0 then
                    known <- known + 1
                    numbers <- numbers ||| (uint64 known <<< place)
                    partition <- partition ||| (known - 1 <<< (3 * point))
                else
                    partition <- partition ||| (number - 1 <<< (3 * point))

            partition

        /// The partition in which points p and p + rows are one block, for every row.
        let pairs rows =
            ofLabels (2 * rows) (fun point -> point % rows)

        /// The partition with the blocks of two points joined.
        let join points partition a b =
            let kept, gone = blockOf partition a, blockOf partition b

            ofLabels points (fun point ->
                let block = blockOf partition point
                if block = gone then kept else block)

        /// The partition with one point moved to a block of its own.
        let detach points partition a =
            ofLabels points (fun point -> if point = a then 15 else blockOf partition point)

        let blocks points partition =
            1 + Seq.max (seq { for point in 0 .. points - 1 -> blockOf partition point })

    /// Weights of partitions, all at y = 2^B.
    type private Weights = Dictionary<int, BigInteger>

    let private add (weights: Weights) partition weight =
        match weights.TryGetValue partition with
        | true, before -> weights[partition] <- before + weight
        | false, _ -> weights[partition] <- weight

    /// Weights of partitions after a bond: y times the weight where the ends of the bond are connected already; y − 1 times the weight where the bond connects
    /// two clusters.
    let private satisfied bits (weight: BigInteger) = weight <<< bits
    let private kept bits (weight: BigInteger) = (weight <<< bits) - weight

    /// Weights after the bond between two points.
    let private bond points bits (weights: Weights) (a, b) =
        let next = Weights weights.Count

        for entry in weights do
            let joined = Partition.join points entry.Key a b

            if joined = entry.Key then
                add next joined (satisfied bits entry.Value)
            else
                add next entry.Key entry.Value
                add next joined (kept bits entry.Value)

        next

    /// Weights after a step to the next column in one row: a new site takes the place of a point, with a bond to the old site. A cluster that has no points
    /// left contributes its factor q.
    let private advance points bits (q: BigInteger) (weights: Weights) point =
        let next = Weights weights.Count

        for entry in weights do
            let detached = Partition.detach points entry.Key point
            add next entry.Key (kept bits entry.Value)

            add
                next
                detached
                (if detached = entry.Key then
                     q * entry.Value
                 else
                     entry.Value)

        next

    /// Z at y = 2^bits. The points are the sites of the first column, followed by the sites of the latest column.
    let private partitionFunction (q: BigInteger) rows columns bits : BigInteger =
        let points = 2 * rows
        let start = Weights()
        start[Partition.pairs rows] <- BigInteger.One
        let around = [ for row in 0 .. rows - 1 -> rows + row, rows + (row + 1) % rows ]

        let column weights =
            List.fold (bond points bits) weights around

        let next weights =
            List.fold (advance points bits q) weights [ rows .. points - 1 ] |> column

        let all =
            Seq.fold (fun weights _ -> next weights) (column start) (seq { 2..columns })

        let closed =
            List.fold (bond points bits) all [ for row in 0 .. rows - 1 -> row, rows + row ]

        closed
        |> Seq.fold
            (fun sum entry -> sum + entry.Value * BigInteger.Pow(q, Partition.blocks points entry.Key))
            BigInteger.Zero

    let private sizeFaults states rows columns =
        [
            yield! Validate.atLeast 2 "states" states
            yield! Torus.faults [| rows; columns |]

            if min rows columns > MostRows || max rows columns > MostColumns then
                MiceError.OutOfRange(
                    "rows × columns",
                    $"{rows} × {columns}",
                    $"a short side of {MostRows} or less and a long one of {MostColumns} or less"
                )
        ]

    /// <summary>g(m), the number of states with m satisfied bonds, for m = 0, 1, …, 2N; their sum is q^N.</summary>
    /// <param name="states">q, 2 or more.</param>
    /// <param name="rows">Rows of the torus, 2 or more.</param>
    /// <param name="columns">Columns of the torus, 2 or more; the shorter side 4 or less, the longer 32 or less.</param>
    /// <returns>[2·rows·columns + 1]; faults of q and the sides.</returns>
    let densityOfStates (states: int) (rows: int) (columns: int) : Result<BigInteger[], MiceError list> =
        validate {
            let! () = sizeFaults states rows columns
            let q, sites = BigInteger states, rows * columns
            let bits = int (BigInteger.Pow(q, sites).GetBitLength())
            let z = partitionFunction q (min rows columns) (max rows columns) bits
            let digit = (BigInteger.One <<< bits) - BigInteger.One
            return Array.init (2 * sites + 1) (fun m -> (z >>> (bits * m)) &&& digit)
        }

    let private modelFaults (model: PottsModel) =
        [
            yield! PottsModel.faults model

            if model.Shape.Length <> 2 then
                MiceError.OutOfRange("number of axes", string model.Shape.Length, "2")

            if model.Field <> 0.0 then
                MiceError.OutOfRange("field", Number.text model.Field, "0")
        ]

    /// <summary>Exact averages from a density of states, for J of either sign: Z = Σ_m g(m) exp(βJm). Rounding only.</summary>
    /// <param name="density">g(m) of the model's torus and q.</param>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model, or that it has a field, or more or fewer than two axes; Mismatch where the density is not of as many
    /// bonds.</returns>
    let averagesOf (density: BigInteger[]) (model: PottsModel) : Result<ThermalAverages, MiceError list> =
        validate {
            let! () = modelFaults model
            let bonds = 2 * PottsModel.sites model

            let! () =
                [
                    if density.Length <> bonds + 1 then
                        MiceError.Mismatch("bonds of density and model", string (density.Length - 1), string bonds)
                ]

            // Without a field every level has its sites in all states alike.
            let favoured = float (PottsModel.sites model) / float model.States

            return
                [|
                    for m in 0..bonds do
                        if not density[m].IsZero then
                            struct (BigInteger.Log density[m], m, favoured)
                |]
                |> PottsAverages.ofLevels model
        }

    /// <summary>Exact averages of a model; for more than one temperature find the density once and use <c>averagesOf</c>.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of <c>densityOfStates</c> and of <c>averagesOf</c>.</returns>
    let averages (model: PottsModel) : Result<ThermalAverages, MiceError list> =
        validate {
            let! () = modelFaults model
            let! density = densityOfStates model.States model.Shape[0] model.Shape[1]
            return! averagesOf density model
        }
