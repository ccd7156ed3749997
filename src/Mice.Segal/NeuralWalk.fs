namespace Mice.Segal

open Mice
open Mice.Autoregressive
open Mice.Samplers

/// How chains with proposals of a network are run.
type NeuralChainOptions =
    {
        /// Chains side by side, 4 or more.
        Chains: int
        /// Rounds of each chain that count, 2 or more: a proposal of the network, then sweeps of single sites.
        Rounds: int
        /// Rounds before them.
        Equilibrate: int
        /// Sweeps of single sites in a round, N tries each; 0 leaves all to the network.
        Sweeps: int
        /// Configurations that are kept of every chain, evenly chosen, at most as many as rounds.
        Kept: int
        /// Operations of the symmetry of the lattice that proposals are moved by, as for samples.
        Operations: int
    }

/// What does not change while chains go on.
[<NoEquality; NoComparison>]
type internal ChainSetting =
    {
        Network: SegalNetwork
        Options: NeuralChainOptions
        Under: Conditions
        Group: int[][]
    }

/// Where all chains are: their states, ln q + (E − BΣ charge)/k_BT of them, and since when they have stayed there.
[<NoEquality; NoComparison>]
type internal Walkers =
    {
        States: byte[]
        Values: float[]
        Stays: int[]
    }

/// What has been recorded, [chains][rounds]; counts of the whole run.
[<NoEquality; NoComparison>]
type internal ChainRecord =
    {
        EnergySeries: float[][]
        ChargeSeries: float[][]
        Snapshots: ResizeArray<byte[]>
        Longest: int[]
        Taken: int[]
        Turned: int[]
    }

/// <summary>Chains side by side: a proposal of the network for each, then sweeps of single sites.</summary>
[<RequireQualifiedAccess>]
module internal NeuralWalk =
    let private under (p: ChainSetting) = Array.create p.Options.Chains p.Under

    /// ln q + H/k_BT of configurations.
    let private values (p: ChainSetting) (states: byte[]) (logarithms: float[]) : float[] =
        let struct (energies, charges) = SemiGrandSystem.sums p.Network.System states
        let thermal = p.Network.System.Boltzmann * p.Under.Temperature
        Array.map3 (fun l e m -> l + (e - p.Under.Field * m) / thermal) logarithms energies charges

    let private propose (run: Run) (p: ChainSetting) : struct (byte[] * float[]) =
        let drawn: MaskedSamples =
            SymmetricDrawing.drawWhole (Run.named "proposals" run) p.Network p.Group (under p)

        struct (drawn.States, values p drawn.States drawn.Logarithms)

    /// Every chain takes its proposal or stays: which took theirs.
    let private choose (run: Run) (p: ChainSetting) (w: Walkers) : bool[] =
        let sites = p.Network.System.Sites
        let struct (states, found) = propose run p
        let generator = run.Key |> Key.named "choices" |> Key.generator

        Array.init p.Options.Chains (fun chain ->
            // The weight is exp of minus the value.
            let isTaken = log (generator.NextFloat()) < w.Values[chain] - found[chain]

            if isTaken then
                System.Array.Copy(states, chain * sites, w.States, chain * sites, sites)
                w.Values[chain] <- found[chain]

            isTaken)

    /// Sweeps of single sites of every chain: how many updates each took.
    let private sweep (run: Run) (p: ChainSetting) (w: Walkers) : int[] =
        let s = p.Network.System
        let tries = p.Options.Sweeps * s.Sites

        if tries = 0 then
            Array.zeroCreate p.Options.Chains
        else
            let one (part: Run) (chain: int) =
                let generator = run.Key |> Key.named "sweeps" |> Key.item chain |> Key.generator
                Run.stopIfCancelled part
                Ok((LocalSweeps.run s p.Under generator tries w.States (chain * s.Sites)).Taken)

            let turned =
                { run with Progress = ignore }
                |> Run.jobs (fun _ -> 1.0) one [| 0 .. p.Options.Chains - 1 |]
                |> Result.defaultValue [||]

            SymmetricDrawing.logarithms run p.Network p.Group (under p) w.States
            |> SegalNetwork.ofWays p.Network (fun _ -> p.Under) w.States
            |> values p w.States
            |> Array.iteri (fun chain value -> w.Values[chain] <- value)

            turned

    /// Writes down a round that counts.
    let private note (p: ChainSetting) (w: Walkers) (r: ChainRecord) (round: int) (taken: bool[]) (turned: int[]) =
        let struct (energies, charges) = SemiGrandSystem.sums p.Network.System w.States
        let o = p.Options

        for chain in 0 .. o.Chains - 1 do
            w.Stays[chain] <-
                if taken[chain] || turned[chain] > 0 then
                    0
                else
                    w.Stays[chain] + 1

            r.Longest[chain] <- max r.Longest[chain] w.Stays[chain]
            r.Taken[chain] <- r.Taken[chain] + (if taken[chain] then 1 else 0)
            r.Turned[chain] <- r.Turned[chain] + turned[chain]
            r.EnergySeries[chain][round] <- energies[chain]
            r.ChargeSeries[chain][round] <- charges[chain]

        // The last round of each of as many equal parts as configurations are kept.
        if (round + 1) * o.Kept / o.Rounds > round * o.Kept / o.Rounds then
            r.Snapshots.Add(Array.copy w.States)

    let private recordOf (o: NeuralChainOptions) : ChainRecord =
        let series () =
            Array.init o.Chains (fun _ -> Array.zeroCreate<float> o.Rounds)

        {
            EnergySeries = series ()
            ChargeSeries = series ()
            Snapshots = ResizeArray()
            Longest = Array.zeroCreate o.Chains
            Taken = Array.zeroCreate o.Chains
            Turned = Array.zeroCreate o.Chains
        }

    /// <summary>Runs the chains.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="p">Network, options, temperature and field.</param>
    let walk (run: Run) (p: ChainSetting) : ChainRecord =
        let o = p.Options
        let struct (states, values) = propose (Run.named "start" run) p

        let walkers =
            {
                States = states
                Values = values
                Stays = Array.zeroCreate o.Chains
            }

        let record = recordOf o
        let report = Run.counter "chains" (int64 (o.Equilibrate + o.Rounds)) run

        for round in -o.Equilibrate .. o.Rounds - 1 do
            Run.stopIfCancelled run
            let own = run |> Run.named "rounds" |> Run.item (round + o.Equilibrate)
            let taken = choose own p walkers
            let turned = sweep own p walkers

            if round >= 0 then
                note p walkers record round taken turned

            report ()

        record
