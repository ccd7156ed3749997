namespace Mice.Alloys

open System.IO
open Mice
open Mice.Samplers

/// What ladders of replicas need to know.
[<NoEquality; NoComparison>]
type internal LadderPlan =
    {
        Options: ReplicaExchangeOptions
        /// 1/k_BT of each temperature, 1/eV, falling.
        Betas: float[]
        /// Δμ, eV.
        Difference: float
        Table: FigureTable
        /// Key of the run.
        Key: Key
    }

/// Some ladders side by side. Replica r of ladder l is configuration l·temperatures + r; it keeps its lane, and temperatures go from lane to lane. Mutable; for one loop on one thread.
[<Sealed; AllowNullLiteral(false)>]
type internal ExchangingReplicas(plan: LadderPlan, ladders: int[], starts: byte[][]) =
    let count = plan.Betas.Length
    let width = TermRuns.Lanes

    let lanes =
        starts |> Array.chunkBySize width |> Array.map (fun s -> SpinLanes(plan.Table, s))

    /// Δμ of every lane.
    let differences =
        lanes |> Array.map (fun here -> Array.create here.Ones.Length plan.Difference)

    let chain: ChainOptions =
        {
            Chains = ladders.Length
            Snapshots = plan.Options.Snapshots
            Equilibrate = plan.Options.Equilibrate
            Every = plan.Options.Every
        }

    // By ladder: the replica at each temperature, and where replicas are on their way.
    let places = ladders |> Array.map (fun _ -> Array.init count id)
    let ways = ladders |> Array.map (fun _ -> Array.create count Way.Unknown)

    let records =
        ladders |> Array.map (fun _ -> Array.init count (fun _ -> ChainRecord chain))

    let swaps = ladders |> Array.map (fun _ -> Array.zeroCreate<int>(count - 1))
    let trips = Array.zeroCreate<int> ladders.Length

    let at ladder temperature =
        ladder * count + places[ladder][temperature]

    let enthalpy place =
        let here, lane = lanes[place / width], place % width
        here.Energies[lane] - plan.Difference * float here.Ones[lane]

    /// 1/k_BT of every lane.
    let betas () =
        let found = Array.zeroCreate starts.Length

        for ladder in 0 .. ladders.Length - 1 do
            for t in 0 .. count - 1 do
                found[at ladder t] <- plan.Betas[t]

        Array.chunkBySize width found

    /// Swaps the pairs from the first on; which were swapped.
    let swap (generator: Generator) ladder first =
        let swapped = Array.zeroCreate<bool>(count - 1)

        for i in first..2 .. count - 2 do
            let probability =
                ReplicaLadder.swapAcceptance
                    plan.Betas[i]
                    (enthalpy (at ladder i))
                    plan.Betas[i + 1]
                    (enthalpy (at ladder (i + 1)))

            if generator.NextFloat() < probability then
                let held = places[ladder][i]
                places[ladder][i] <- places[ladder][i + 1]
                places[ladder][i + 1] <- held
                swapped[i] <- true

        swapped

    let record n ladder (accepted: int[]) (swapped: bool[]) =
        for t in 0 .. count - 1 do
            let place = at ladder t
            let here, lane = lanes[place / width], place % width
            records[ladder].[t].Add(n, accepted[t], here.Energies[lane], here.Ones[lane], (fun () -> here.States lane))

        if n >= 0 then
            swapped
            |> Array.iteri (fun i s ->
                if s then
                    swaps[ladder][i] <- swaps[ladder][i] + 1)

            trips[ladder] <- trips[ladder] + ReplicaLadder.travel ways[ladder] places[ladder]

    let keyOf name ladder block =
        plan.Key |> Key.item ladders[ladder] |> Key.named name |> Key.item block

    /// One round: a sweep of every replica, then swaps.
    let round (sites: Generator[]) (generators: Generator[][]) (swappers: Generator[]) n =
        let betas = betas ()

        let accepted =
            lanes
            |> Array.mapi (fun i here -> AlloyChains.sweep sites[i] generators[i] betas[i] differences[i] here)
            |> Array.concat

        for ladder in 0 .. ladders.Length - 1 do
            let byTemperature = Array.init count (fun t -> accepted[at ladder t])
            let swapped = swap swappers[ladder] ladder (n % 2)
            record (n - plan.Options.Equilibrate) ladder byTemperature swapped

    /// Rounds first to last, which are one block.
    member _.Advance(block: int, first: int, last: int) : unit =
        // All lanes try the same sites.
        let sites =
            lanes |> Array.map (fun _ -> plan.Key |> Key.named "sites" |> Key.item block |> Key.generator)

        let generators =
            Array.init starts.Length (fun place ->
                keyOf "sweeps" (place / count) block |> Key.item (place % count) |> Key.generator)
            |> Array.chunkBySize width

        let swappers =
            Array.init ladders.Length (fun ladder -> keyOf "swaps" ladder block |> Key.generator)

        lanes |> Array.iter _.Refresh()

        for n in first..last do
            round sites generators swappers n

    /// [ladders][temperatures].
    member _.Records: ChainRecord[][] = records
    /// Swaps that were accepted of each temperature with the next, [ladders][temperatures − 1].
    member _.Swaps: int[][] = swaps
    /// Round trips of each ladder.
    member _.Trips: int[] = trips

    /// Writes all of it, configurations first.
    member _.Write(writer: BinaryWriter) : unit =
        for here in lanes do
            for lane in 0 .. here.Ones.Length - 1 do
                SweepBlocks.write writer (here.States lane)

        SweepBlocks.write writer trips
        Array.concat places |> SweepBlocks.write writer
        Array.concat swaps |> SweepBlocks.write writer
        // Names of the cases are not written: Unknown, Up and Down are 0, 1 and 2.
        Array.concat ways
        |> Array.map (fun way ->
            if way = Way.Unknown then 0uy
            elif way = Way.Up then 1uy
            else 2uy)
        |> SweepBlocks.write writer

        Array.concat records |> Array.iter _.Write(writer)

    /// Reads what was written behind the configurations.
    member _.Read(reader: BinaryReader) : unit =
        let into (rows: 'a[][]) (values: 'a[]) =
            values
            |> Array.chunkBySize rows[0].Length
            |> Array.iteri (fun i row -> Array.blit row 0 rows[i] 0 row.Length)

        Array.blit (SweepBlocks.read<int> reader trips.Length) 0 trips 0 trips.Length
        SweepBlocks.read<int> reader starts.Length |> into places
        SweepBlocks.read<int> reader (ladders.Length * (count - 1)) |> into swaps

        SweepBlocks.read<byte> reader starts.Length
        |> Array.map (fun way ->
            if way = 0uy then Way.Unknown
            elif way = 1uy then Way.Up
            else Way.Down)
        |> into ways

        Array.concat records |> Array.iter (fun record -> record.Read(reader, plan.Table.Sites))
