namespace Mice.Entropy

open System
open Mice
open Mice.Atoms

/// <summary>From snapshots and thermo tables of two phases to entropy of melting, Δg(T) and melting temperature.</summary>
[<RequireQualifiedAccess>]
module Melting =

    /// Share of each species among the atoms, by name.
    let private shares (s: Snapshot) : Map<string, float> =
        Composition.ofSnapshot s |> Map.map (fun _ count -> float count / float (Snapshot.count s))

    let private describe (shares: Map<string, float>) =
        shares
        |> Map.toSeq
        |> Seq.map (fun (name, share) -> $"{name} {100.0 * share:F1} %%")
        |> String.concat ", "

    let private noSnapshots (name: string) (snapshots: Snapshot[]) =
        [
            if Array.isEmpty snapshots then
                MiceError.TooFewData($"snapshots of the {name}", 0, 1, "Give a trajectory with snapshots.")
        ]

    let private copies (name: string) (snapshots: Snapshot[]) =
        Repeats.faults snapshots
        |> List.map (function
            | MiceError.OutOfRange(what, given, allowed) -> MiceError.OutOfRange($"{name}: {what}", given, allowed)
            | other -> other)

    let private changing (name: string) (snapshots: Snapshot[]) =
        Composition.faults $"the entropy of the {name}" snapshots

    let private differentAtoms (input: MeltingInput) =
        match Array.tryHead input.Solid, Array.tryHead input.Liquid with
        | Some solid, Some liquid ->
            let a, b = shares solid, shares liquid

            let share name shares =
                Map.tryFind name shares |> Option.defaultValue 0.0

            let names = Seq.append (Map.keys a) (Map.keys b)

            [
                if names |> Seq.exists (fun name -> abs (share name a - share name b) > 1e-9) then
                    MiceError.Mismatch("compositions of solid and liquid", describe a, describe b)
            ]
        | _ -> []

    /// Thermodynamics of both phases, or every fault of conditions, snapshots and tables.
    let private prepare (conditions: ThermalConditions) (input: MeltingInput) =
        let early =
            ThermalConditions.faults conditions
            @ noSnapshots "solid" input.Solid
            @ noSnapshots "liquid" input.Liquid
            @ changing "solid" input.Solid
            @ changing "liquid" input.Liquid
            @ copies "solid" input.Solid
            @ copies "liquid" input.Liquid
            @ differentAtoms input

        let thermodynamics (snapshots: Snapshot[]) (table: ThermoTable) =
            // Without snapshots one atom stands in: the result is not used, only the table's own faults are.
            let atoms =
                snapshots |> Array.tryHead |> Option.map Snapshot.count |> Option.defaultValue 1

            PhaseThermodynamics.ofTable conditions.Pressure conditions.Temperature atoms table

        validate {
            let! () = early
            and! solid = thermodynamics input.Solid input.SolidThermo
            and! liquid = thermodynamics input.Liquid input.LiquidThermo
            return struct (solid, liquid)
        }

    let private prepared (options: MeltingOptions) (input: MeltingInput) =
        validate {
            let! phases = prepare options.Conditions input
            and! _ = ParticleMethod.check options.Solid
            and! _ = ParticleMethod.check options.Liquid
            return phases
        }

    /// <summary>All faults of the options, the snapshots and the thermo tables that are known before any training.</summary>
    let faults (options: MeltingOptions) (input: MeltingInput) : MiceError list =
        prepared options input |> Validate.faults

    let private check (name: string) (passed: bool) (detail: string) : Check =
        {
            Name = name
            Passed = passed
            Detail = detail
        }

    /// Do the thermo table and the trajectory come from the same run, at the temperature said? Errors alone would allow anything where
    /// the table is short, so the volume has to agree within 2 %, by which many solids swell on melting, and the temperature within 5 %.
    let private sameRun
        (conditions: ThermalConditions)
        (name: string)
        (bound: EntropyBound)
        (phase: PhaseThermodynamics)
        =
        let volume, error = float phase.Volume.Value, float phase.Volume.StandardError
        // Snapshots are a sparse sample of the rows: four errors of their own mean, or 0.5 %, whichever is more.
        let rows = float phase.Rows / float (max 1 bound.Snapshots)

        let allowed =
            4.0 * error * sqrt (max 1.0 rows) |> max (0.005 * volume) |> min (0.02 * volume)

        [
            check
                $"{name}: snapshots and thermo table agree on the volume"
                (abs (bound.VolumePerAtom - volume) <= allowed)
                $"{bound.VolumePerAtom:F3} Å³ per atom in the snapshots, {Estimate.format phase.Volume} in the table"
            match phase.KineticTemperature with
            | None -> ()
            | Some kinetic ->
                let given = float conditions.Temperature

                let limit =
                    4.0 * float kinetic.StandardError |> max (0.01 * given) |> min (0.05 * given)

                check
                    $"{name}: the run was at the temperature given"
                    (abs (float (kinetic.Value - conditions.Temperature)) <= limit)
                    $"{Estimate.format kinetic} K in the table, {float conditions.Temperature} K given"
        ]

    /// Whether both entropies are corrected for their looseness: two bounds of unknown looseness may differ by any amount.
    let private correction (solid: EntropyBound) (liquid: EntropyBound) =
        let detail =
            match solid.Looseness, liquid.Looseness with
            | Some a, Some b -> $"{Estimate.format a} and {Estimate.format b} k_B per atom"
            | _ ->
                "it needs rows of the thermo tables for the steps of all snapshots, and three snapshots or more for each network; Δs is a plain \
                 difference of two bounds"

        check
            "the looseness of both bounds is known and corrected for"
            (solid.Corrected.IsSome && liquid.Corrected.IsSome)
            detail

    let private meltingChecks (d: PhaseDifference) (linear: Estimate<K>) (corrected: Estimate<K>) =
        let ratio (e: Estimate<'u>) =
            abs (float e.Value / float e.StandardError)

        [
            check
                "entropy and enthalpy rise on melting"
                (d.Entropy.Value > 0.0<kB / atom> && d.Enthalpy.Value > 0.0<kJ / mol>)
                $"Δs = {Estimate.format d.Entropy} k_B per atom, Δh = {Estimate.format d.Enthalpy} kJ/mol"
            check
                "the entropy of melting is five errors or more"
                (ratio d.Entropy >= 5.0)
                $"Δs = {Estimate.format d.Entropy} k_B per atom; below that, linear error propagation to T_m fails"
            check
                "the melting temperature lies within 15 % of the temperature of the runs"
                (abs (float (linear.Value - d.Temperature)) <= 0.15 * float d.Temperature)
                $"T_m = {Estimate.format linear} K from runs at {float d.Temperature} K; run nearer to T_m otherwise"
            check
                "linear and heat-capacity-corrected forms agree"
                (abs (float (linear.Value - corrected.Value))
                 <= (2.0 * float corrected.StandardError
                     |> max (0.01 * float linear.Value)
                     |> min (0.05 * float linear.Value)))
                $"{Estimate.format linear} K and {Estimate.format corrected} K"
        ]

    /// 81 temperatures that show both the runs' and the melting temperature.
    let private curve (d: PhaseDifference) (melting: Estimate<K>) =
        let t0, tm = float d.Temperature, float melting.Value

        let far =
            if Double.IsFinite tm && tm > 0.5 * t0 && tm < 2.0 * t0 then
                tm
            else
                t0

        let margin = max (0.1 * t0) (1.5 * min (0.3 * t0) (max 0.0 (abs (far - t0))))
        FreeEnergy.curve 81 (min t0 far - margin |> (*) 1.0<K>) (max t0 far + margin |> (*) 1.0<K>) d

    let private prefixed (name: string) (items: (string * string) list) =
        items |> List.map (fun (key, value) -> $"{name}_{key}", value)

    /// Joins two entropies and the thermodynamics to the result.
    let private combine
        (conditions: ThermalConditions)
        (solid: ParticleEntropy)
        (liquid: ParticleEntropy)
        (solidPhase: PhaseThermodynamics)
        (liquidPhase: PhaseThermodynamics)
        : MeltingResult =
        let entropy ofSolid ofLiquid =
            FreeEnergy.entropy ofSolid ofLiquid solidPhase.Volume liquidPhase.Volume

        let ofBounds = entropy solid.Bound.ExcessEntropy liquid.Bound.ExcessEntropy

        let d =
            {
                Temperature = conditions.Temperature
                Entropy =
                    match solid.Bound.Corrected, liquid.Bound.Corrected with
                    | Some a, Some b -> entropy a b
                    | _ -> ofBounds
                Enthalpy = FreeEnergy.difference solidPhase.Enthalpy liquidPhase.Enthalpy
                HeatCapacity = FreeEnergy.difference solidPhase.HeatCapacity liquidPhase.HeatCapacity
            }

        let linear = FreeEnergy.meltingTemperatureLinear d
        let corrected = FreeEnergy.meltingTemperatureCorrected d

        let ofPhase name (bound: EntropyBound) phase =
            (bound.Checks |> List.map (fun c -> { c with Name = $"{name}: {c.Name}" }))
            @ sameRun conditions name bound phase

        {
            Solid = solid
            Liquid = liquid
            SolidThermodynamics = solidPhase
            LiquidThermodynamics = liquidPhase
            Temperature = conditions.Temperature
            Pressure = conditions.Pressure
            DeltaEntropy = d.Entropy
            DeltaEntropyOfBounds = ofBounds
            DeltaEnthalpy = d.Enthalpy
            DeltaHeatCapacity = d.HeatCapacity
            DeltaGibbs = FreeEnergy.gibbsLinear d conditions.Temperature
            MeltingTemperature = linear
            MeltingTemperatureCorrected = corrected
            GibbsCurve = curve d linear
            Checks =
                ofPhase "solid" solid.Bound solidPhase
                @ ofPhase "liquid" liquid.Bound liquidPhase
                @ [ correction solid.Bound liquid.Bound ]
                @ meltingChecks d linear corrected
            Settings =
                [
                    "temperature_kelvin", string (float conditions.Temperature)
                    "pressure_bar", string (float conditions.Pressure)
                ]
                @ prefixed "solid" solid.Bound.Settings
                @ prefixed "liquid" liquid.Bound.Settings
        }

    let private identity (options: MeltingOptions) (input: MeltingInput) () =
        [
            "solid_snapshots_sha256", AtomicDigests.ofSnapshots input.Solid
            "liquid_snapshots_sha256", AtomicDigests.ofSnapshots input.Liquid
            "solid_thermo_sha256", AtomicDigests.ofTable input.SolidThermo
            "liquid_thermo_sha256", AtomicDigests.ofTable input.LiquidThermo
            yield! prefixed "solid" (ParticleMethod.describe options.Solid)
            yield! prefixed "liquid" (ParticleMethod.describe options.Liquid)
        ]

    /// <summary>The melting calculation with any estimator of the excess entropy of one phase.</summary>
    /// <remarks>The solid comes first. Both phases must be at the same temperature and pressure, since the kinetic
    /// parts of enthalpy and entropy are taken to cancel. Where the thermo tables have the snapshots' steps, the thermal
    /// noise of the snapshots is taken out with β(U + pV)/N − ln(V/N); the mean of that enters Δs and Δh alike, which is
    /// not used: the errors of Δg and T_m are rather too large.</remarks>
    /// <param name="entropy">Excess entropy of snapshots, with the arguments of <c>ParticleEntropy.estimate</c>.</param>
    /// <param name="options">Conditions, and how both entropies are estimated.</param>
    /// <param name="run">Key, threads, device and so on; a store belongs to everything but temperature and pressure, on which no network depends.</param>
    /// <param name="input">Snapshots and thermo tables.</param>
    /// <returns>The result, or every fault of the input; nothing is trained before the rest is in order.</returns>
    let estimateBy
        (entropy: ParticleMethod -> Run -> Snapshot[] -> Result<ParticleEntropy, MiceError list>)
        (options: MeltingOptions)
        (run: Run)
        (input: MeltingInput)
        : Result<MeltingResult, MiceError list> =
        let conditions = options.Conditions

        let phase name first method (claimed: Run) snapshots table =
            entropy method (claimed |> Run.within first 0.5 name |> Run.below name) snapshots
            |> Result.map (fun result ->
                match ControlVariate.thermal conditions snapshots table with
                | Ok control when result.Bound.BySnapshot.Length = snapshots.Length ->
                    ParticleEntropy.withControl control result
                | _ -> result)

        validate {
            let! struct (solidPhase, liquidPhase) = prepared options input
            and! () = Run.faults run
            let! claimed = Run.claim "melting" (identity options input) run
            let! solid = phase "solid" 0.0 options.Solid claimed input.Solid input.SolidThermo

            let! liquid =
                phase "liquid" 0.5 options.Liquid claimed input.Liquid input.LiquidThermo

            return combine conditions solid liquid solidPhase liquidPhase
        }

    /// <summary>Entropy of melting, Δg(T) and melting temperature from separate runs of solid and liquid.</summary>
    /// <param name="options">Conditions, and how both entropies are estimated.</param>
    /// <param name="run">Key, threads, device and so on, as for <c>estimateBy</c>.</param>
    /// <param name="input">Snapshots and thermo tables.</param>
    /// <returns>The result, or every fault of the input; nothing is trained before the rest is in order.</returns>
    let estimate (options: MeltingOptions) (run: Run) (input: MeltingInput) : Result<MeltingResult, MiceError list> =
        estimateBy ParticleEntropy.estimate options run input
