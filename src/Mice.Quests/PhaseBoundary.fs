namespace Mice.Quests

open MathNet.Numerics.LinearAlgebra
open Mice

/// A phase at one volume and temperature, as a run gives it. Energy, entropy and volume are those of an atom.
type PhaseState =
    {
        /// V, Å³ per atom.
        Volume: float
        /// T, K.
        Temperature: float<K>
        /// U, mean potential energy, eV per atom.
        Energy: float<eV>
        /// P, mean pressure, bar.
        Pressure: float<bar>
        /// S, k_B per atom; a constant that all phases share does not matter.
        Entropy: Estimate<nat>
    }

/// F(V, T) and V(P, T) of a phase, polynomials of the second degree.
type PhaseSurface =
    private
        {
            Energy: float[]
            Size: float[]
            /// Lowest and highest temperature, K, pressure, bar, and volume, Å³ per atom, of the states.
            T: float * float
            P: float * float
            V: float * float
        }

    /// Lowest and highest temperature of the states, K.
    member s.Temperatures = fst s.T * 1.0<K>, snd s.T * 1.0<K>

    /// Lowest and highest pressure of the states, bar.
    member s.Pressures = fst s.P * 1.0<bar>, snd s.P * 1.0<bar>

/// Where two phases have the same Gibbs energy.
type PhaseTransition =
    {
        /// P, bar.
        Pressure: float<bar>
        /// T, K. Its error is that of the entropies alone.
        Temperature: Estimate<K>
        /// S of the second phase less S of the first, −∂ΔG/∂T, k_B per atom.
        Entropy: float<nat>
    }

/// <summary>Boundaries between phases from energies and entropies at given volumes and temperatures.</summary>
/// <remarks>F = U − TS is fitted as a polynomial in V and T, V as one in P and T, and G(P, T) = F(V(P, T), T) + P V(P, T). Source: arXiv:2404.12367, Methods; polynomials have
/// all terms up to the second degree there too, but are fitted with a penalty on the coefficients (Lasso, 10⁻⁴) that depends on the units; here by
/// least squares.</remarks>
[<RequireQualifiedAccess>]
module PhaseBoundary =
    /// Temperatures, volumes and pressures are of this order; near 1 the equations are well conditioned.
    let private typical = 1000.0, 10.0, 1e6

    let private terms (x: float) (y: float) = [| 1.0; x; y; x * x; x * y; y * y |]

    let private value (coefficients: float[]) (x: float) (y: float) =
        Array.fold2 (fun sum c t -> sum + c * t) 0.0 coefficients (terms x y)

    /// Coefficients by least squares; none where the points do not determine them.
    let private fitted (points: (float * float * float)[]) : float[] option =
        let design =
            Matrix.Build.DenseOfRowArrays(points |> Array.map (fun (x, y, _) -> terms x y))

        let values = Vector.Build.DenseOfArray(points |> Array.map (fun (_, _, z) -> z))
        let svd = design.Svd true

        if svd.ConditionNumber < 1e10 then
            Some(svd.Solve(values).ToArray())
        else
            None

    let private ends (values: float[]) = Array.min values, Array.max values

    let private freeEnergy (s: PhaseState) =
        float s.Energy - float (boltzmann * s.Temperature) * float s.Entropy.Value

    /// <summary>The surfaces of a phase.</summary>
    /// <param name="states">Six or more, at three or more volumes and temperatures.</param>
    /// <returns>Errors: TooFewData, OutOfRange (numbers that are not finite, states that do not determine a polynomial of the second degree).</returns>
    let surface (states: PhaseState[]) : Result<PhaseSurface, MiceError list> =
        let t0, v0, p0 = typical

        let number name (x: float) =
            Validate.that name "a finite number" System.Double.IsFinite x

        let faults =
            [
                if states.Length < 6 then
                    MiceError.TooFewData(
                        "states of a phase",
                        states.Length,
                        6,
                        "A polynomial of the second degree in two variables has six coefficients."
                    )

                for s in states do
                    yield! Validate.positive "the volume per atom" s.Volume
                    yield! Validate.positive "the temperature" (float s.Temperature)
                    yield! number "the energy" (float s.Energy)
                    yield! number "the pressure" (float s.Pressure)
                    yield! number "the entropy" (float s.Entropy.Value)
            ]

        if not (List.isEmpty faults) then
            Error faults
        else
            let t, v, p =
                states |> Array.map (_.Temperature >> float),
                states |> Array.map _.Volume,
                states |> Array.map (_.Pressure >> float)

            let energy =
                states |> Array.map (fun s -> s.Volume / v0, float s.Temperature / t0, freeEnergy s) |> fitted

            let size =
                states |> Array.map (fun s -> float s.Pressure / p0, float s.Temperature / t0, s.Volume) |> fitted

            match energy, size with
            | Some energy, Some size ->
                Ok
                    {
                        Energy = energy
                        Size = size
                        T = ends t
                        P = ends p
                        V = ends v
                    }
            | _ ->
                Error
                    [
                        MiceError.OutOfRange(
                            "the states of a phase",
                            "in a line or at too few volumes or temperatures",
                            "three or more volumes, each at three or more temperatures"
                        )
                    ]

    /// <summary>The Gibbs energy of a phase.</summary>
    /// <param name="surface">The phase.</param>
    /// <param name="pressure">P, bar.</param>
    /// <param name="temperature">T, K.</param>
    /// <returns>G, eV per atom, but for the constant that entropies share. Errors: OutOfRange outside the temperatures or volumes of the states.</returns>
    let gibbs
        (surface: PhaseSurface)
        (pressure: float<bar>)
        (temperature: float<K>)
        : Result<float<eV>, MiceError list> =
        let t0, v0, p0 = typical
        let t, p = float temperature, float pressure
        let volume = value surface.Size (p / p0) (t / t0)
        let low, high = surface.V

        let within name unit (low: float, high: float) (x: float) =
            Validate.that name $"%g{low} to %g{high} {unit}, where the states are" (fun x -> x >= low && x <= high) x

        // The fitted volume of a state may lie a little beyond its own.
        let slack = 0.02 * (high - low)

        match
            within "the temperature" "K" surface.T t
            @ within "the volume at this pressure and temperature" "Å³ per atom" (low - slack, high + slack) volume
        with
        | [] ->
            let work = p * float eVPerCubicAngstromPerBar * volume
            Ok((value surface.Energy (volume / v0) (t / t0) + work) * 1.0<eV>)
        | faults -> Error faults

    /// G of the second phase less G of the first.
    let private difference first second pressure temperature : Result<float, MiceError list> =
        validate {
            let! one = gibbs first pressure temperature
            and! other = gibbs second pressure temperature
            return float (other - one)
        }

    let private common (first: PhaseSurface) (second: PhaseSurface) =
        max (fst first.T) (fst second.T), min (snd first.T) (snd second.T)

    /// The temperature at which ΔG changes its sign between the temperatures that both phases have, and −∂ΔG/∂T there in eV/K; the lowest where there are several.
    let private crossing (first: PhaseSurface) (second: PhaseSurface) (pressure: float<bar>) : (float * float) option =
        let low, high = common first second

        let at t =
            match difference first second pressure (t * 1.0<K>) with
            | Ok d -> d
            | Error _ -> nan

        let steps = 200

        let rec bisect (a: float) (b: float) =
            let middle = 0.5 * (a + b)

            if b - a < 1e-6 then middle
            elif (at a < 0.0) = (at middle < 0.0) then bisect middle b
            else bisect a middle

        seq { 0 .. steps - 1 }
        |> Seq.map (fun i ->
            let t j =
                low + (high - low) * float j / float steps

            t i, t (i + 1))
        |> Seq.tryFind (fun (a, b) -> at a * at b <= 0.0)
        |> Option.map (fun (a, b) -> bisect a b, -(at b - at a) / (b - a))

    /// <summary>Where two phases coexist.</summary>
    /// <param name="seed">Of the draws of entropies within their errors that give the error of the temperature.</param>
    /// <param name="pressures">P, bar.</param>
    /// <param name="first">States of the one phase.</param>
    /// <param name="second">States of the other.</param>
    /// <returns>A transition for every pressure at which the Gibbs energies cross within the temperatures and volumes of both phases; the error is NaN where one in ten of 200
    /// draws or more has none. Errors: those of <c>surface</c>.</returns>
    let create
        (seed: uint64)
        (pressures: float<bar>[])
        (first: PhaseState[])
        (second: PhaseState[])
        : Result<PhaseTransition[], MiceError list> =
        let draws = 200
        let generator = Key.ofSeed seed |> Key.generator

        let drawn (states: PhaseState[]) =
            states
            |> Array.map (fun s ->
                let shift = s.Entropy.StandardError * generator.NextNormal()

                { s with
                    Entropy = Estimate.create (s.Entropy.Value + shift) s.Entropy.StandardError s.Entropy.Direction
                })

        validate {
            let! one = surface first
            and! other = surface second

            let shifted =
                [|
                    for _ in 1..draws do
                        match surface (drawn first), surface (drawn second) with
                        | Ok a, Ok b -> a, b
                        | _ -> ()
                |]

            return
                pressures
                |> Array.choose (fun pressure ->
                    crossing one other pressure
                    |> Option.map (fun (t, slope) ->
                        let others =
                            shifted |> Array.choose (fun (a, b) -> crossing a b pressure) |> Array.map fst

                        let error =
                            if 10 * others.Length < 9 * draws then
                                nan
                            else
                                sqrt (others |> Array.averageBy (fun x -> (x - t) ** 2.0))

                        {
                            Pressure = pressure
                            Temperature = Estimate.create (t * 1.0<K>) (error * 1.0<K>) Direction.NoBound
                            Entropy = slope / float (boltzmann * 1.0<kB>) * 1.0<nat>
                        }))
        }
