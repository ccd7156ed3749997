namespace Mice.Segal

open Mice

/// How walkers over temperatures and fields give snapshots.
type ThermalWalkOptions =
    {
        /// Temperatures, evenly in ln T, 2 or more.
        Temperatures: int
        /// Fields, 2 or more.
        Fields: int
        /// Rounds in which all walkers cool from the highest temperature to their own.
        Cooling: int
        /// Rounds after that: some sweeps of every walker, then exchanges.
        Rounds: int
        /// Sweeps of a round.
        Sweeps: int
        /// Rounds between two snapshots of a walker.
        Every: int
    }

/// <summary>Snapshots from walkers at a grid of temperatures and fields, each of which goes through single sites and exchanges its configuration with the next temperature or the next field.</summary>
/// <remarks>An exchange is taken with min(1, exp(ΔH)), H = Σ (E − BΣ charge)/k_BT of both places before less after. After every snapshot the grid goes a short way at random, within one of its steps, so that all conditions
/// of the range occur; configurations follow by the sweeps that come next. It is made for learning, where weights put right what such haste leaves. Source: Q. Yan, J. J. de Pablo, J. Chem. Phys. 111, 9509 (1999),
/// doi:10.1063/1.480282, for exchanges over temperature and chemical potential.</remarks>
[<RequireQualifiedAccess>]
module ThermalWalk =
    /// 32 temperatures and 48 fields, 100 rounds of cooling, 500 rounds of 2 sweeps, each fifth of which is kept: 153,600 snapshots.
    let defaults: ThermalWalkOptions =
        {
            Temperatures = 32
            Fields = 48
            Cooling = 100
            Rounds = 500
            Sweeps = 2
            Every = 5
        }

    /// <summary>What stands against options.</summary>
    /// <param name="o">The options.</param>
    let faults (o: ThermalWalkOptions) : MiceError list =
        [
            yield! Validate.atLeast 2 "the temperatures of walkers" o.Temperatures
            yield! Validate.atLeast 2 "the fields of walkers" o.Fields
            yield! Validate.atLeast 0 "the rounds of cooling" o.Cooling
            yield! Validate.atLeast 1 "the sweeps of a round" o.Sweeps
            yield! Validate.atLeast 1 "the rounds between snapshots" o.Every

            yield!
                Validate.that
                    "the rounds of walkers"
                    "as many as between two snapshots, or more"
                    ((<=) o.Every)
                    o.Rounds
        ]

    /// All walkers in groups, and the walker of each place of the grid, [temperatures · fields].
    [<NoEquality; NoComparison>]
    type private Walkers =
        {
            System: SemiGrandSystem
            Groups: WalkerGroup[]
            /// The group of each walker, and its number there.
            Of: struct (WalkerGroup * int)[]
            Slots: int[]
        }

    let private start (key: Key) (o: ThermalWalkOptions) (s: SemiGrandSystem) : Walkers =
        let count = o.Temperatures * o.Fields
        let generator = key |> Key.named "start" |> Key.generator

        let groups =
            Array.init count (fun _ -> Array.init s.Sites (fun _ -> byte (generator.NextInt s.States)))
            |> WalkerGroup.create s

        {
            System = s
            Groups = groups
            Of =
                Array.init count (fun walker -> struct (groups[walker / WalkerGroup.Width], walker % WalkerGroup.Width))
            Slots = [| 0 .. count - 1 |]
        }

    let private energy (w: Walkers) (walker: int) =
        let struct (group, own) = w.Of[walker]
        group.Energy own

    let private charge (w: Walkers) (walker: int) =
        let struct (group, own) = w.Of[walker]
        group.Charge own

    /// Conditions of a grid at a shift of 0 to 1 steps, [temperatures; fields].
    let private grid (o: ThermalWalkOptions) width (r: ConditionRange) (struct (u: float, v: float)) : Conditions[] =
        [|
            for t in 0 .. o.Temperatures - 1 do
                for f in 0 .. o.Fields - 1 do
                    ConditionRange.at width r ((float t + u) / float o.Temperatures) ((float f + v) / float o.Fields)
        |]

    /// The longest way of the grid between two snapshots, in steps of the grid.
    let private farthest = 0.25

    /// The next shift: a short way from the last one, and back where that would be beyond 0…1.
    let private shifted (generator: Generator) (struct (u: float, v: float)) : struct (float * float) =
        let next x =
            let y = abs (x + farthest * (2.0 * generator.NextFloat() - 1.0))
            if y > 1.0 then 2.0 - y else y

        let u = next u
        struct (u, next v)

    /// Conditions on the way down from the highest temperature: a share of the way, evenly in 1/T.
    let private cooled (highest: float) (share: float) (c: Conditions) : Conditions =
        { c with
            Temperature = 1.0 / (1.0 / highest + share * (1.0 / c.Temperature - 1.0 / highest))
        }

    /// Conditions of each place become those of each walker, and walkers are swept.
    let private sweep (run: Run) (o: ThermalWalkOptions) (conditions: Conditions[]) (w: Walkers) =
        let ofWalkers = Array.zeroCreate conditions.Length
        w.Slots |> Array.iteri (fun place walker -> ofWalkers[walker] <- conditions[place])
        let parts = ofWalkers |> Array.chunkBySize WalkerGroup.Width

        let one (part: Run) (group: int) =
            Run.stopIfCancelled part
            w.Groups[group].Sweep(run.Key, group * WalkerGroup.Width, o.Sweeps, parts[group])
            Ok()

        { run with Progress = ignore }
        |> Run.jobs (fun _ -> 1.0) one [| 0 .. w.Groups.Length - 1 |]
        |> ignore

    /// Exchanges the walkers of two places.
    let private tryExchange (conditions: Conditions[]) (w: Walkers) (generator: Generator) one other =
        let reduced place walker =
            let c = conditions[place]
            (energy w walker - c.Field * charge w walker) / (w.System.Boltzmann * c.Temperature)

        let a, b = w.Slots[one], w.Slots[other]
        let gain = reduced one a + reduced other b - reduced one b - reduced other a

        if gain >= 0.0 || generator.NextFloat() < exp gain then
            w.Slots[one] <- b
            w.Slots[other] <- a

    /// Exchanges with the next temperature or the next field, even and odd ones in turns.
    let private exchange (o: ThermalWalkOptions) conditions w (generator: Generator) (round: int) =
        let first = round / 2 % 2

        if round % 2 = 0 then
            for t in first..2 .. o.Temperatures - 2 do
                for f in 0 .. o.Fields - 1 do
                    tryExchange conditions w generator (t * o.Fields + f) ((t + 1) * o.Fields + f)
        else
            for t in 0 .. o.Temperatures - 1 do
                for f in first..2 .. o.Fields - 2 do
                    tryExchange conditions w generator (t * o.Fields + f) (t * o.Fields + f + 1)

    let private snapshot (conditions: Conditions[]) (w: Walkers) : ThermalSnapshots =
        let states walker =
            let struct (group, own) = w.Of[walker]
            group.States own

        {
            Conditions = conditions
            States = w.Slots |> Array.collect states
            Energies = w.Slots |> Array.map (energy w)
            TotalCharges = w.Slots |> Array.map (charge w)
        }

    let private rounds (run: Run) (o: ThermalWalkOptions) (r: ConditionRange) (s: SemiGrandSystem) : ThermalSnapshots =
        let walkers = start run.Key o s
        let shifts = run.Key |> Key.named "shifts" |> Key.generator
        let kept = ResizeArray<ThermalSnapshots>()
        let width = SemiGrandSystem.turningField s
        let mutable shift = struct (0.5, 0.5)
        let mutable conditions = grid o width r shift

        for round in 0 .. o.Cooling + o.Rounds - 1 do
            let key = run.Key |> Key.named "rounds" |> Key.item round
            let share = min 1.0 (float (round + 1) / float (max 1 o.Cooling))
            let now = conditions |> Array.map (cooled (snd r.Temperature) share)
            sweep { run with Key = key } o now walkers
            exchange o now walkers (key |> Key.named "exchanges" |> Key.generator) round
            let past = round + 1 - o.Cooling

            if past > 0 && past % o.Every = 0 then
                kept.Add(snapshot conditions walkers)
                shift <- shifted shifts shift
                conditions <- grid o width r shift

            Run.tell "snapshots" (float (round + 1) / float (o.Cooling + o.Rounds)) "" run

        let all part = kept |> Seq.map part |> Array.concat

        {
            Conditions = all _.Conditions
            States = all _.States
            Energies = all _.Energies
            TotalCharges = all _.TotalCharges
        }

    /// <summary>Snapshots over a range. Same key, same result, on any number of threads.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">How.</param>
    /// <param name="r">The range.</param>
    /// <param name="s">The system.</param>
    /// <returns>temperatures · fields · (rounds / every) snapshots. Errors: OutOfRange, Mismatch.</returns>
    let create
        (run: Run)
        (o: ThermalWalkOptions)
        (r: ConditionRange)
        (s: SemiGrandSystem)
        : Result<ThermalSnapshots, MiceError list> =
        validate {
            let! () = faults o
            and! () = ConditionRange.faults r
            and! () = SemiGrandSystem.faults s
            and! () = Run.faults run
            return rounds run o r s
        }
