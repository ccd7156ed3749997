namespace Mice.Alloys

open System
open System.IO
open Mice
open Mice.Samplers

/// Chains of an alloy: where they start, how they go on, what is kept of them.
[<RequireQualifiedAccess>]
module internal AlloyChains =
    /// <summary>The states that a chain starts from. By the number of the chain, in turns: random, all of the second species, all of the first, the first half of the sites of the first; at a
    /// fixed composition random and the first sites of the first species.</summary>
    let start (ensemble: AlloyEnsemble) (sites: int) (chain: int) (key: Key) : byte[] =
        let generator = Key.generator key

        let first count =
            Array.init sites (fun i -> if i < count then 1uy else 0uy)

        match ensemble with
        | AlloyEnsemble.SemiGrand _ ->
            match chain % 4 with
            | 1 -> first 0
            | 2 -> first sites
            | 3 -> first (sites / 2)
            | _ -> Array.init sites (fun _ -> byte (generator.NextInt 2))
        | AlloyEnsemble.Canonical x ->
            let states = first (int (Math.Round(x * float sites)))

            if chain % 2 = 0 then
                generator.Shuffle states

            states

    /// What chains depend on, by name.
    let describe (o: ChainOptions) : (string * string) list =
        [
            "chains", string o.Chains
            "snapshots", string o.Snapshots
            "equilibrate", string o.Equilibrate
            "every", string o.Every
        ]

    let private beta (c: AlloyConditions) = 1.0 / (c.Boltzmann * c.Temperature)

    let private sweepsOf (o: ChainOptions) = o.Equilibrate + o.Snapshots * o.Every

    /// Random numbers of one block of a chain.
    let private generatorOf (block: int) (key: Key) : Generator =
        Key.named "sweeps" key |> Key.item block |> Key.generator

    /// One chain of exchanges. Order: the sites in state 1 first.
    type private Exchanging =
        {
            Fields: SpinFields
            Order: int[]
            Record: ChainRecord
        }

    let private exchangingOf (states: byte[]) order couplings record =
        {
            Fields = SpinFields(couplings, states)
            Order = order
            Record = record
        }

    let private writeExchanging (writer: BinaryWriter) (walker: Exchanging) =
        SweepBlocks.write writer walker.Fields.States
        SweepBlocks.write writer walker.Order
        walker.Record.Write writer

    let private readExchanging (o: ChainOptions) (couplings: SpinCouplings) (reader: BinaryReader) =
        let sites = couplings.Sites

        let states, order =
            SweepBlocks.read<byte> reader sites, SweepBlocks.read<int> reader sites

        let record = ChainRecord o
        record.Read(reader, sites)
        exchangingOf states order couplings record

    let private exchange (o: ChainOptions) (c: AlloyConditions) (key: Key) block first last (walker: Exchanging) =
        let generator, fields = generatorOf block key, walker.Fields
        fields.Refresh()

        for n in first..last do
            let exchanged = fields.CanonicalSweep(generator, beta c, walker.Order)

            walker.Record.Add(
                n - o.Equilibrate,
                exchanged,
                fields.Energy,
                fields.Ones,
                (fun () -> Array.copy fields.States)
            )

    /// <summary>A chain of exchanges of sites in different states, at a fixed composition.</summary>
    /// <param name="o">How long.</param>
    /// <param name="c">Temperature and composition.</param>
    /// <param name="couplings">The alloy.</param>
    /// <param name="key">Its randomness.</param>
    /// <param name="run">Store, cancellation, progress.</param>
    /// <param name="chain">Its number.</param>
    let canonical
        (o: ChainOptions)
        (c: AlloyConditions)
        (couplings: SpinCouplings)
        (key: Key)
        (run: Run)
        (chain: int)
        : Result<ChainRecord, MiceError list> =
        let sites = couplings.Sites

        let begun () =
            let states = start c.Ensemble sites chain (Key.named "start" key)
            let order = Array.init sites id |> Array.sortBy (fun i -> states[i] = 0uy)
            exchangingOf states order couplings (ChainRecord o)

        SweepBlocks.run
            {
                Name = $"chain-{chain}"
                Sweeps = sweepsOf o
                Start = begun
                Read = readExchanging o couplings
                Write = writeExchanging
                Advance = exchange o c key
            }
            run
        |> Result.map _.Record

    /// A sweep of single turns of all lanes at the same random sites: how many each accepted. Lane l has weights exp(−β_l(E − Δμ_l n₁)).
    let sweep
        (sites: Generator)
        (generators: Generator[])
        (betas: float[])
        (differences: float[])
        (lanes: SpinLanes)
        : int[] =
        let accepted = Array.zeroCreate<int> generators.Length

        for _ in 1 .. lanes.Sites do
            let site = sites.NextInt lanes.Sites
            let changes = lanes.Changes site

            for lane in 0 .. generators.Length - 1 do
                let spin = float (2 * lanes.State(lane, site) - 1)
                let cost = betas[lane] * (changes[lane] + differences[lane] * spin)

                if cost <= 0.0 || generators[lane].NextFloat() < exp -cost then
                    lanes.Turn(lane, site, changes[lane])
                    accepted[lane] <- accepted[lane] + 1

        accepted

    /// Some chains of single turns side by side.
    type private Turning =
        {
            Lanes: SpinLanes
            Records: ChainRecord[]
        }

    let private writeTurning (writer: BinaryWriter) (walker: Turning) =
        for lane in 0 .. walker.Records.Length - 1 do
            SweepBlocks.write writer (walker.Lanes.States lane)

        walker.Records |> Array.iter _.Write(writer)

    let private readTurning (o: ChainOptions) (table: FigureTable) (count: int) (reader: BinaryReader) =
        let states = Array.init count (fun _ -> SweepBlocks.read<byte> reader table.Sites)

        let records = Array.init count (fun _ -> ChainRecord o)
        records |> Array.iter _.Read(reader, table.Sites)

        {
            Lanes = SpinLanes(table, states)
            Records = records
        }

    let private turn (o: ChainOptions) (c: AlloyConditions) difference sites (keys: Key[]) block first last walker =
        let sites, generators =
            generatorOf block sites, keys |> Array.map (generatorOf block)

        let betas = keys |> Array.map (fun _ -> beta c)
        let differences = keys |> Array.map (fun _ -> difference)
        let lanes = walker.Lanes
        lanes.Refresh()

        for n in first..last do
            let accepted = sweep sites generators betas differences lanes

            for lane in 0 .. keys.Length - 1 do
                walker.Records[lane]
                    .Add(
                        n - o.Equilibrate,
                        accepted[lane],
                        lanes.Energies[lane],
                        lanes.Ones[lane],
                        (fun () -> lanes.States lane)
                    )

    /// <summary>Chains of single turns side by side; the sites that are tried are those of the whole run.</summary>
    /// <param name="o">How long.</param>
    /// <param name="c">Temperature; the ensemble decides where chains start.</param>
    /// <param name="difference">Δμ, eV.</param>
    /// <param name="table">The alloy.</param>
    /// <param name="run">Key of the whole run, store, cancellation, progress.</param>
    /// <param name="chains">Their numbers.</param>
    let semiGrand
        (o: ChainOptions)
        (c: AlloyConditions)
        (difference: float)
        (table: FigureTable)
        (run: Run)
        (chains: int[])
        : Result<ChainRecord[], MiceError list> =
        let keys = chains |> Array.map (fun i -> Key.item i run.Key)

        let begun () =
            let states =
                Array.map2 (fun i key -> start c.Ensemble table.Sites i (Key.named "start" key)) chains keys

            {
                Lanes = SpinLanes(table, states)
                Records = chains |> Array.map (fun _ -> ChainRecord o)
            }

        SweepBlocks.run
            {
                Name = $"chains-{chains[0]}"
                Sweeps = sweepsOf o
                Start = begun
                Read = readTurning o table chains.Length
                Write = writeTurning
                Advance = turn o c difference (Key.named "sites" run.Key) keys
            }
            run
        |> Result.map _.Records
