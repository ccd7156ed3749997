namespace Mice.Samplers

open System.Runtime.CompilerServices
open Mice

/// How snapshots of a ring with chipping and aggregation are drawn. Times are in units of one chip of an occupied site. Start from
/// ChippingOptions.defaults and change fields with { … with … }.
type ChippingOptions =
    {
        /// Independent rings, 2 or more: one half begins with scattered mass, the other with all mass on one site.
        Chains: int
        /// Snapshots of every ring.
        Snapshots: int
        /// Time that is discarded at the start of every ring, 0 or more.
        Equilibrate: float
        /// Time between snapshots, above 0.
        Every: float
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module ChippingOptions =
    /// Equilibration in units of L², the time in which mass goes around the ring.
    [<Literal>]
    let private Equilibration = 2.0

    /// Time between snapshots in units of L².
    [<Literal>]
    let private Spacing = 0.25

    /// <summary>64 rings of 32 snapshots, L²/4 apart, after 2L². The autocorrelation time of the largest mass was up to 0.08 L² for ρ = 1, w from 0 to 2
    /// and L from 64 to 256, longest at the transition. A result checks whether these numbers were enough.</summary>
    /// <param name="model">The model; only its number of sites counts.</param>
    let defaults (model: ChippingModel) : ChippingOptions =
        let square = float model.Sites * float model.Sites

        {
            Chains = 64
            Snapshots = 32
            Equilibrate = Equilibration * square
            Every = Spacing * square
        }

    /// Times at which the largest mass is recorded, for every snapshot.
    [<Literal>]
    let internal Records = 10

    /// Records up to which equilibration may last.
    [<Literal>]
    let private MostRecords = 1e9

    /// <summary>Checks all fields and reports every fault: two chains or more, one snapshot or more, Equilibrate 0 or more and up to 10⁸ times
    /// Every, Every above 0.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: ChippingOptions) : Result<ChippingOptions, MiceError list> =
        validate {
            let! () = Validate.atLeast 2 (nameof options.Chains) options.Chains
            and! () = Validate.atLeast 1 (nameof options.Snapshots) options.Snapshots
            and! () = Validate.positive (nameof options.Every) options.Every

            and! () =
                Validate.that
                    (nameof options.Equilibrate)
                    "0 or more, and 10⁸ times Every or less"
                    (fun time ->
                        time >= 0.0
                        && (time <= MostRecords / float Records * options.Every || not (options.Every > 0.0)))
                    options.Equilibrate

            return options
        }

    /// So many chains, which record as often as there are steps.
    let internal chains (count: int) (options: ChippingOptions) : ChainOptions =
        {
            Chains = count
            Snapshots = options.Snapshots
            Equilibrate = int (ceil (options.Equilibrate / options.Every * float Records))
            Every = Records
        }

/// What the rings gave.
type ChippingSample =
    {
        /// [chains·snapshots][sites], chain after chain, of which the first half began scattered: snapshot n of chain c is
        /// Masses[c·SnapshotsPerChain + n].
        Masses: int[][]
        /// Snapshots of each chain.
        SnapshotsPerChain: int
        /// Mean share of the largest mass, from all records after equilibration; its error is from the spread of the chains, or from blocking every chain
        /// where that is larger.
        CondensateFraction: Estimate<1>
        /// Integrated autocorrelation time of the largest mass, in units of time.
        AutocorrelationTime: Estimate<1>
        /// Whether the rings were stationary, both starts came to one law, and snapshots are far enough apart.
        Checks: Check list
    }

/// Rings with chipping and aggregation in continuous time, without any error of a time step.
[<RequireQualifiedAccess>]
module ChippingChain =
    /// Sites with mass in the first entries of an array, and their number.
    let private findOccupied (masses: int[]) (occupied: int[]) : int =
        let mutable count = 0

        for site in 0 .. masses.Length - 1 do
            if masses[site] > 0 then
                occupied[count] <- site
                count <- count + 1

        count

    /// The site to the left for even numbers and to the right for odd ones, without a branch between these: no processor foretells a coin.
    let inline private beside (last: int) (site: int) (number: int) : int =
        let target = site + ((number &&& 1) <<< 1) - 1

        if target < 0 then last
        elif target > last then 0
        else target

    /// The events of a time, by D. T. Gillespie, J. Comput. Phys. 22, 403 (1976): all occupied sites have one rate, so that the next event is at any of
    /// them with equal probability. The event after the end is forgotten, since waiting times have no memory. Changes the masses.
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private pass
        (hopRate: float)
        (duration: float)
        (generator: Generator)
        (masses: int[])
        (occupied: int[])
        : unit =
        let last = masses.Length - 1
        // The share of chips among the events of a site, and also the mean time between these.
        let chip = 1.0 / (1.0 + hopRate)
        let wait = chip
        let mutable count = findOccupied masses occupied
        let mutable time = -wait / float count * log (1.0 - generator.NextFloat())

        while time < duration do
            let draw = generator.NextInt(2 * count)
            let place = draw >>> 1
            let site = occupied[place]
            let target = beside last site draw
            let held = masses[site]
            let moved = if generator.NextFloat() < chip then 1 else held

            if masses[target] = 0 then
                occupied[count] <- target
                count <- count + 1

            masses[target] <- masses[target] + moved
            masses[site] <- held - moved

            if moved = held then
                count <- count - 1
                occupied[place] <- occupied[count]

            time <- time - wait / float count * log (1.0 - generator.NextFloat())

    /// <summary>The process of a model.</summary>
    /// <param name="start">Where the mass is in the beginning.</param>
    /// <param name="duration">The time that a step lasts, above 0; in a unit of it every occupied site sends one chip on average.</param>
    /// <param name="model">The model, without faults.</param>
    let kernel (start: ChippingStart) (duration: float) (model: ChippingModel) : Kernel<int[]> =
        {
            Init = fun key -> ChippingModel.start start key model
            Step =
                fun key masses ->
                    let moved = Array.copy masses
                    pass model.HopRate duration (Key.generator key) moved (Array.zeroCreate masses.Length)
                    moved
        }

    let private observables: Observables<int[], int> =
        {
            Energy = ChippingModel.condensateFraction
            Spins = id
        }

    /// Chains from one start. The largest mass stands for the energy of a single site, so that it is not divided by sites.
    let private from start count (options: ChippingOptions) (run: Run) model =
        let step = options.Every / float ChippingOptions.Records
        Chains.sample (ChippingOptions.chains count options) run 1 (kernel start step model) observables

    let private stationary name (sample: ChainSample<int>) : Check =
        {
            Name = $"rings that began {name} were stationary"
            Passed = abs sample.Drift.Value <= 4.0 * sample.Drift.StandardError
            Detail =
                $"share of the largest mass in the second half of the time less that in the first {Estimate.format sample.Drift}, wanted 0 within 4 errors; else raise Equilibrate"
        }

    let private agreement (scattered: ChainSample<int>) (heaped: ChainSample<int>) : Check =
        let difference = Estimate.subtract heaped.EnergyPerSite scattered.EnergyPerSite

        {
            Name = "both starts came to one law"
            Passed = abs difference.Value <= 4.0 * difference.StandardError
            Detail =
                $"share of the largest mass {Estimate.format heaped.EnergyPerSite} from all mass on one site, {Estimate.format scattered.EnergyPerSite} from scattered mass, wanted the same within 4 errors; else raise Equilibrate"
        }

    let private spacing (options: ChippingOptions) (time: Estimate<1>) : Check =
        {
            Name = "snapshots of one ring are independent"
            Passed = options.Snapshots = 1 || options.Every >= 2.0 * time.Value
            Detail =
                $"time {Number.text options.Every} between snapshots, autocorrelation time of the largest mass {Estimate.format time}, wanted at least twice as much; else raise Every"
        }

    /// Chains from both starts together, which count by their numbers.
    let private join
        (options: ChippingOptions)
        (scattered: ChainSample<int>)
        (heaped: ChainSample<int>)
        : ChippingSample =
        let mean (quantity: ChainSample<int> -> Estimate<1>) =
            let share (sample: ChainSample<int>) =
                float (sample.Spins.Length / options.Snapshots) / float options.Chains

            Estimate.add
                (Estimate.scale (share scattered) (quantity scattered))
                (Estimate.scale (share heaped) (quantity heaped))

        let time =
            mean _.AutocorrelationTime |> Estimate.scale (options.Every / float ChippingOptions.Records)

        {
            Masses = Array.append scattered.Spins heaped.Spins
            SnapshotsPerChain = options.Snapshots
            CondensateFraction = mean _.EnergyPerSite
            AutocorrelationTime = time
            Checks =
                [
                    stationary "scattered" scattered
                    stationary "with all mass on one site" heaped
                    agreement scattered heaped
                    spacing options time
                ]
        }

    /// <summary>Snapshots of the stationary law at equal distances of time from independent rings. Same key, same result, on any number of threads.</summary>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; both starts use named children of the key, and ring i of each child i of that.</param>
    /// <param name="model">The model.</param>
    /// <returns>Errors: OutOfRange for every fault of options, run and model.</returns>
    /// <exception cref="T:System.OperationCanceledException">The chains were cancelled.</exception>
    let sample (options: ChippingOptions) (run: Run) (model: ChippingModel) : Result<ChippingSample, MiceError list> =
        validate {
            let! options = ChippingOptions.check options
            and! () = ChippingModel.faults model
            and! () = Run.faults run

            let heaps = options.Chains / 2
            let scatters = options.Chains - heaps
            let share = float scatters / float options.Chains

            let part name first share =
                run |> Run.within first share "" |> Run.named name

            let! scattered =
                from ChippingStart.Scattered scatters options (part "scattered" 0.0 share) model

            let! heaped =
                from ChippingStart.Heaped heaps options (part "heaped" share (1.0 - share)) model

            return join options scattered heaped
        }
