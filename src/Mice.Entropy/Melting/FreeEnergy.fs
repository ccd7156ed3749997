namespace Mice.Entropy

open System
open Mice
open Mice.Atoms

/// <summary>What molecular dynamics at constant pressure says of one phase besides its entropy; means over time, per atom.</summary>
type PhaseThermodynamics =
    {
        /// Configurational enthalpy u + p v at the target pressure; the kinetic part is the same in both phases.
        Enthalpy: Estimate<kJ / mol>
        /// Volume per atom, Å³.
        Volume: Estimate<Angstrom^3 / atom>
        /// Configurational part of the heat capacity at constant pressure, Var(U + pV) / (N k_B T²).
        HeatCapacity: Estimate<kJ / mol / K>
        /// Mean kinetic temperature where the table has one.
        KineticTemperature: Estimate<K> option
        /// Rows of the table.
        Rows: int
    }

/// <summary>Differences between two phases (second minus first) at one temperature: all that Δg(T) needs.</summary>
type PhaseDifference =
    {
        /// Temperature T₀ at which the differences were measured.
        Temperature: float<K>
        /// Δs at T₀.
        Entropy: Estimate<kB / atom>
        /// Δh at T₀.
        Enthalpy: Estimate<kJ / mol>
        /// Δc_p at T₀.
        HeatCapacity: Estimate<kJ / mol / K>
    }

/// <summary>Δg at one temperature in both forms.</summary>
type GibbsPoint =
    {
        /// Temperature.
        Temperature: float<K>
        /// Δh − T Δs with both taken constant.
        Linear: Estimate<kJ / mol>
        /// Δh − T Δs with Δh and Δs changing with temperature as Δc_p says.
        Corrected: Estimate<kJ / mol>
    }

/// <summary>Thermodynamics of one phase from its thermo table.</summary>
[<RequireQualifiedAccess>]
module internal PhaseThermodynamics =

    let private fewestRows = 16

    /// Mean with its blocking error; unbiased, since the run is in equilibrium.
    let private mean (values: float[]) : Estimate<1> =
        Estimate.create (Statistics.mean values) (Statistics.blocking values) Direction.Exact

    /// Variance of a correlated series with its error: the sample's own mean hides the variance of that mean, so it is
    /// added back; the error is the blocking error of the squared deviations.
    let private variance (values: float[]) : Estimate<1> =
        let average = mean values

        let squares =
            mean (values |> Array.map (fun x -> (x - average.Value) * (x - average.Value)))

        squares |> Estimate.shift (average.StandardError * average.StandardError)

    let private finite (table: ThermoTable) (name: string) : Result<float[], MiceError list> =
        match ThermoTable.column name table with
        | Error fault -> Error [ fault ]
        | Ok values ->
            match values |> Array.tryFindIndex (Double.IsFinite >> not) with
            | Some row ->
                Error
                    [
                        MiceError.BadFile(table.Path, None, Some(int64 row + 2L), $"column {name} is not finite")
                    ]
            | None when values.Length < fewestRows ->
                Error
                    [
                        MiceError.TooFewData(
                            $"thermo rows in {table.Path}",
                            values.Length,
                            fewestRows,
                            "Write the thermo table more often or run longer."
                        )
                    ]
            | None -> Ok values

    /// <summary>Means and fluctuations of a thermo table at the target pressure and temperature of its run.</summary>
    /// <remarks>h = ⟨U + pV⟩/N with the target pressure p (never the instantaneous virial, whose noise hides the
    /// signal); c_p = Var(U + pV)/(N k_B T²). Kinetic parts, 3/2 k_B T and 3/2 k_B, cancel between phases at equal
    /// temperature and are left out. Errors by Flyvbjerg–Petersen blocking of the time series.</remarks>
    /// <param name="pressure">Target pressure of the run.</param>
    /// <param name="temperature">Target temperature of the run.</param>
    /// <param name="atoms">Atoms in the box.</param>
    /// <param name="table">Needs the columns <c>U_eV</c> and <c>V_A3</c>, of the whole box; uses <c>T_K</c> when there.</param>
    let ofTable
        (pressure: float<bar>)
        (temperature: float<K>)
        (atoms: int)
        (table: ThermoTable)
        : Result<PhaseThermodynamics, MiceError list> =
        match finite table "U_eV", finite table "V_A3" with
        | Error energy, Error volume -> Error(List.distinct (energy @ volume))
        | Error faults, Ok _
        | Ok _, Error faults -> Error faults
        | Ok energy, Ok volume ->
            let perAtom = 1.0 / float atoms
            let molar = perAtom * float kJPerMolPerEV

            let enthalpy =
                Array.map2 (fun u v -> u + float pressure * v * float eVPerCubicAngstromPerBar) energy volume

            let fluctuation = 1.0 / (float boltzmann * float temperature * float temperature)

            Ok
                {
                    Enthalpy = mean enthalpy |> Estimate.scale (molar * 1.0<kJ / mol>)
                    Volume = mean volume |> Estimate.scale (perAtom * 1.0<Angstrom^3 / atom>)
                    HeatCapacity = variance enthalpy |> Estimate.scale (molar * fluctuation * 1.0<kJ / mol / K>)
                    KineticTemperature =
                        match finite table "T_K" with
                        | Ok kinetic -> Some(mean kinetic |> Estimate.scale 1.0<K>)
                        | Error _ -> None
                    Rows = energy.Length
                }

/// <summary>Free-energy difference of two phases and the temperature at which it vanishes.</summary>
/// <remarks>Errors are propagated linearly; Δh, Δs and Δc_p are independent of one another (mean energies, the network's
/// held-out data, fluctuations), but every Δg and T_m uses them together, so the errors of the curve's points are not
/// independent. A difference of two upper bounds is no bound, so every direction here is <c>NoBound</c>.</remarks>
[<RequireQualifiedAccess>]
module internal FreeEnergy =

    let private noBound (value: float<'u>) (standardError: float<'u>) : Estimate<'u> =
        Estimate.create value standardError Direction.NoBound

    /// <summary>Second minus first, errors in quadrature; no bound, whatever the two are.</summary>
    let difference (first: Estimate<'u>) (second: Estimate<'u>) : Estimate<'u> =
        { Estimate.subtract second first with
            Direction = Direction.NoBound
        }

    /// <summary>Entropy difference of two phases, Δs = Δs_ex + ln(v₂/v₁), k_B per atom.</summary>
    /// <remarks>Both excess entropies refer to the ideal gas of their own density; the logarithm moves both to one.</remarks>
    let entropy
        (excess1: Estimate<kB / atom>)
        (excess2: Estimate<kB / atom>)
        (volume1: Estimate<Angstrom^3 / atom>)
        (volume2: Estimate<Angstrom^3 / atom>)
        : Estimate<kB / atom> =
        let logarithm (v: Estimate<Angstrom^3 / atom>) =
            v |> Estimate.map (fun x -> log (float x) * 1.0<kB / atom>) (1.0<kB / atom> / v.Value)

        Estimate.add (difference excess1 excess2) (difference (logarithm volume1) (logarithm volume2))

    /// Δs in kJ mol⁻¹ K⁻¹.
    let private molarEntropy (d: PhaseDifference) : Estimate<kJ / mol / K> =
        d.Entropy |> Estimate.scale (gasConstant * 1.0<atom>)

    /// Quadrature of three error contributions.
    let private quadrature (a: float) (b: float) (c: float) = sqrt (a * a + b * b + c * c)

    /// <summary>Δg(T) = Δh − T Δs, with Δh and Δs as measured at T₀.</summary>
    let gibbsLinear (d: PhaseDifference) (temperature: float<K>) : Estimate<kJ / mol> =
        let s = molarEntropy d

        noBound
            (d.Enthalpy.Value - temperature * s.Value)
            (quadrature (float d.Enthalpy.StandardError) (float (temperature * s.StandardError)) 0.0
             * 1.0<kJ / mol>)

    /// Factor of Δc_p in Δg(T): T − T₀ − T ln(T/T₀).
    let private heatCapacityFactor (d: PhaseDifference) (temperature: float<K>) : float<K> =
        temperature - d.Temperature - temperature * log (temperature / d.Temperature)

    /// <summary>Δg(T) = Δh + Δc_p (T − T₀) − T (Δs + Δc_p ln(T/T₀)).</summary>
    let gibbsCorrected (d: PhaseDifference) (temperature: float<K>) : Estimate<kJ / mol> =
        let linear = gibbsLinear d temperature
        let factor = heatCapacityFactor d temperature

        noBound
            (linear.Value + d.HeatCapacity.Value * factor)
            (quadrature (float linear.StandardError) (float (d.HeatCapacity.StandardError * factor)) 0.0
             * 1.0<kJ / mol>)

    let private notAvailable: Estimate<K> = noBound (nan * 1.0<K>) (nan * 1.0<K>)

    /// <summary>Temperature at which the linear Δg vanishes, T_m = Δh/Δs.</summary>
    /// <remarks>Error σ² = (σ_h/Δs)² + (T_m σ_s/Δs)². NaN when Δh or Δs is not above 0.</remarks>
    let meltingTemperatureLinear (d: PhaseDifference) : Estimate<K> =
        let s = molarEntropy d

        if not (d.Enthalpy.Value > 0.0<kJ / mol> && s.Value > 0.0<kJ / mol / K>) then
            notAvailable
        else
            let melting = d.Enthalpy.Value / s.Value
            let byEnthalpy = float (d.Enthalpy.StandardError / s.Value)
            let byEntropy = float (melting * s.StandardError / s.Value)
            noBound melting (quadrature byEnthalpy byEntropy 0.0 * 1.0<K>)

    /// Root of a continuous function between two points where it has opposite signs, by bisection to 1e-9 K.
    let rec private root (f: float -> float) (low: float) (high: float) : float =
        let middle = 0.5 * (low + high)

        if high - low < 1e-9 then
            middle
        elif (f low > 0.0) = (f middle > 0.0) then
            root f middle high
        else
            root f low middle

    /// <summary>Temperature at which the heat-capacity-corrected Δg vanishes.</summary>
    /// <remarks>The root nearest T₀ on the side to which the linear form points, within T₀/2 … 2 T₀. Error by the
    /// implicit derivatives dT_m = (dΔh − T dΔs + (T − T₀ − T ln(T/T₀)) dΔc_p)/Δs(T_m). NaN when there is none.</remarks>
    let meltingTemperatureCorrected (d: PhaseDifference) : Estimate<K> =
        let t0 = float d.Temperature

        let g (t: float) =
            float (gibbsCorrected d (t * 1.0<K>)).Value
        // Δg > 0 at T₀ means that the first phase is stable there, so the root lies above.
        let step = if g t0 > 0.0 then 0.0025 * t0 else -0.0025 * t0

        let points =
            [ for i in 0..400 -> t0 + float i * step ] |> List.filter (fun t -> t >= 0.5 * t0)

        match points |> List.pairwise |> List.tryFind (fun (a, b) -> (g a > 0.0) <> (g b > 0.0)) with
        | None -> notAvailable
        | Some(a, b) ->
            let melting = root g (min a b) (max a b)
            let s = molarEntropy d
            let entropyThere = float s.Value + float d.HeatCapacity.Value * log (melting / t0)

            if not (entropyThere > 0.0) then
                notAvailable
            else
                let byHeatCapacity =
                    float (d.HeatCapacity.StandardError * heatCapacityFactor d (melting * 1.0<K>))

                let error =
                    quadrature (float d.Enthalpy.StandardError) (melting * float s.StandardError) byHeatCapacity

                noBound (melting * 1.0<K>) (error / entropyThere * 1.0<K>)

    /// <summary>Δg in both forms at equally spaced temperatures, both ends included.</summary>
    let curve (points: int) (low: float<K>) (high: float<K>) (d: PhaseDifference) : GibbsPoint[] =
        Array.init points (fun i ->
            let temperature = low + (high - low) * float i / float (points - 1)

            {
                Temperature = temperature
                Linear = gibbsLinear d temperature
                Corrected = gibbsCorrected d temperature
            })
