namespace Mice.Samplers

open System
open Mice

/// <summary>Chains of interacting dimers. One step is a sweep: as many directed loops as visit about N sites on average.</summary>
/// <remarks>The number of loops of a sweep is fixed once for a model, by trial loops with a fixed key. Sweeps that end when N sites were visited would be biased:
/// coverings in which loops are long would be seen too often, since the end of a sweep more often falls within a long loop. Loops change winding numbers, so
/// that one chain sees all sectors.</remarks>
[<RequireQualifiedAccess>]
module DimerChain =
    /// Visits per site in the trial loops, of which the first half serves to leave the start.
    let private trialVisits = 20

    /// Sweeps at T = ∞ from a columnar covering to a random one.
    let private startSweeps = 10

    /// Coverings whose loops take turns on one thread.
    [<Literal>]
    let internal Lanes = 4

    /// What all chains of a model share.
    type internal Plan =
        {
            Model: DimerModel
            Tables: DimerTables
            /// Loops of a sweep.
            Worms: int
        }

    /// Loops from the columnar covering until so many sites were visited; the mean number of visits of the later half.
    let private meanVisits (tables: DimerTables) (model: DimerModel) : float =
        let sites = DimerModel.sites model
        let wanted = int64 trialVisits * int64 sites / 2L
        let lane = DimerLane(tables, 0, DimerModel.columnar model, Key.ofSeed 0UL)

        let half () =
            let mutable visits, worms = 0L, 0

            while visits < wanted || worms < 16 do
                lane.Worms <- 1
                visits <- visits + DimerWorms.run tables (fun _ -> false) [| lane |]
                worms <- worms + 1

            float visits / float worms

        half () |> ignore
        half ()

    /// <summary>The plan of a model.</summary>
    /// <param name="solve">From weights to amounts, a function of <c>DimerScattering</c>.</param>
    /// <param name="model">The model, without faults.</param>
    let internal plan (solve: float[] -> float[,]) (model: DimerModel) : Plan =
        let tables =
            DimerTables(model.Columns, DimerModel.neighbours model, DimerScattering.table solve model.Temperature)

        {
            Model = model
            Tables = tables
            Worms = int (ceil (float (DimerModel.sites model) / meanVisits tables model))
        }

    let private sweeps (plan: Plan) (count: int) (key: Key) (covering: byte[]) : byte[] =
        let lane = DimerLane(plan.Tables, 0, covering, key)
        lane.Worms <- count * plan.Worms
        DimerWorms.run plan.Tables (fun _ -> false) [| lane |] |> ignore
        lane.Covering

    let private uniform (model: DimerModel) =
        plan
            DimerScattering.minimalBounce
            { model with
                Temperature = Double.PositiveInfinity
            }

    let private randomOf (uniform: Plan) (key: Key) =
        sweeps uniform startSweeps key (DimerModel.columnar uniform.Model)

    /// <summary>A random covering, all of them about equally likely: ten sweeps at T = ∞ from the columnar covering.</summary>
    /// <param name="key">Randomness.</param>
    /// <param name="model">The model, without faults; its temperature does not matter.</param>
    let random (key: Key) (model: DimerModel) : byte[] = randomOf (uniform model) key

    /// <summary>The Markov chain of a plan, from coverings that depend on a key.</summary>
    let internal kernelOf (plan: Plan) (start: Key -> byte[]) : Kernel<byte[]> = { Init = start; Step = sweeps plan 1 }

    /// <summary>The Markov chain of a model, from random coverings.</summary>
    /// <param name="model">The model, without faults.</param>
    let kernel (model: DimerModel) : Kernel<byte[]> =
        kernelOf (plan DimerScattering.minimalBounce model) (randomOf (uniform model))

    /// <summary>The Markov chain of a model, from one covering.</summary>
    /// <param name="covering">The start, [sites].</param>
    /// <param name="model">The model, without faults.</param>
    /// <returns>The faults of the covering.</returns>
    let kernelFrom (covering: byte[]) (model: DimerModel) : Result<Kernel<byte[]>, MiceError list> =
        DimerModel.coveringFaults model covering
        |> fun faults -> Validate.without faults ()
        |> Result.map (fun () -> kernelOf (plan DimerScattering.minimalBounce model) (fun _ -> covering))

    /// One chain while it runs.
    [<NoEquality; NoComparison>]
    type private Track =
        {
            StepKeys: Key
            Links: Links<byte>
            mutable Steps: int
        }

    /// Records the step that a chain has made, and gives it the next one; false after the last one.
    let private advance (options: ChainOptions) (plan: Plan) (run: Run) report (track: Track) (lane: DimerLane) : bool =
        Run.stopIfCancelled run
        report ()
        let step = track.Steps - options.Equilibrate

        if step >= 0 then
            let energy = -float lane.ParallelPairs
            track.Links.StepEnergies[step] <- energy

            if (step + 1) % options.Every = 0 then
                track.Links.Snapshots[step / options.Every] <- lane.Covering
                track.Links.SnapshotEnergies[step / options.Every] <- energy

        track.Steps <- track.Steps + 1
        lane.Reseed(Key.item track.Steps track.StepKeys)
        lane.Worms <- plan.Worms
        track.Steps < options.Equilibrate + options.Snapshots * options.Every

    /// Chains that run in turns on one thread.
    let private together (options: ChainOptions) (plan: Plan) (start: Key -> byte[]) (run: Run) (chains: int[]) =
        let steps = options.Snapshots * options.Every
        let total = int64 chains.Length * int64 (options.Equilibrate + steps)
        let report = Run.counter "sampling" total run
        let keys = chains |> Array.map (fun i -> Key.item i run.Key)

        let tracks =
            keys
            |> Array.map (fun key ->
                {
                    StepKeys = Chains.stepKeys key
                    Links =
                        {
                            Snapshots = Array.zeroCreate options.Snapshots
                            SnapshotEnergies = Array.zeroCreate options.Snapshots
                            StepEnergies = Array.zeroCreate steps
                        }
                    Steps = 0
                })

        let lane index (track: Track) =
            let covering = start (Chains.startKey keys[index])
            DimerLane(plan.Tables, index, covering, Key.item 0 track.StepKeys, Worms = plan.Worms)

        Array.mapi lane tracks
        |> DimerWorms.run plan.Tables (fun lane -> advance options plan run report tracks[lane.Index] lane)
        |> ignore

        tracks |> Array.map _.Links |> Ok

    /// <summary>Snapshots of the canonical ensemble from independent chains that start from random coverings. Same key, same result, on any number of
    /// threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="model">The model.</param>
    /// <returns>Coverings; errors: OutOfRange for every fault of options, run and model.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample (options: ChainOptions) (run: Run) (model: DimerModel) : Result<ChainSample<byte>, MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = DimerModel.faults model
            and! () = Run.faults run

            let plan, start = plan DimerScattering.minimalBounce model, randomOf (uniform model)

            let shares = min Lanes ((options.Chains + run.Threads - 1) / run.Threads)
            let groups = [| 0 .. options.Chains - 1 |] |> Array.chunkBySize shares

            let! links =
                Run.jobs (fun group -> float (Array.length group)) (together options plan start) groups run

            return Array.concat links |> Chains.collect options (DimerModel.sites model)
        }
