namespace Mice.Entropy

open Mice

/// A derivative by temperature, from two neighbouring temperatures.
type TemperatureDerivative<[<Measure>] 'u> =
    {
        /// The temperature half-way between the two.
        Temperature: float
        /// The derivative at this temperature. Its error comes from the errors of the two values, and not from the curvature between them.
        Value: Estimate<'u>
    }

/// dM/dT of one size of halves.
type InformationSlopes =
    {
        /// The half: sites across the cut × along it, such as 4×8.
        Half: string
        /// dM/dT in nats (T in units of J), by temperature.
        Slopes: TemperatureDerivative<nat> list
        /// Temperature where dM/dT is largest; None where it is largest at an end of the temperatures.
        Peak: Estimate<1> option
    }

/// How entropies, energies and mutual informations change with temperature.
type TemperatureDerivatives =
    {
        /// dM/dT for every size of halves that critics were trained for, smallest first.
        Information: InformationSlopes list
        /// c = T ds/dT by method, k_B per site.
        HeatCapacities: (string * TemperatureDerivative<nat / site> list) list
        /// c = de/dT from the energies of the sampler, k_B per site.
        EnergyHeatCapacity: TemperatureDerivative<1> list
    }

/// <summary>Finite differences between neighbouring temperatures: (y₂ − y₁)/(T₂ − T₁) at (T₁ + T₂)/2 with the error √(σ₁² + σ₂²)/(T₂ − T₁), for
/// snapshots of different temperatures are independent. How a function bends between the two is in no error: it is of the order (T₂ − T₁)².</summary>
/// <remarks>Source: A. Nir et al., PNAS 117, 30234 (2020), doi:10.1073/pnas.2017042117: the heat capacity from MICE, and dM/dT, whose largest value marks
/// the critical temperature of the Ising model.</remarks>
[<RequireQualifiedAccess>]
module TemperatureDerivatives =
    /// Values in order of rising temperature, each temperature once.
    let private byTemperature (values: (float * 'value) list) =
        values |> List.distinctBy fst |> List.sortBy fst

    /// <summary>Slopes between neighbouring temperatures.</summary>
    /// <param name="values">Temperature and value, in any order; of values at the same temperature the first one counts.</param>
    /// <returns>One slope fewer than there are temperatures, in order of rising temperature. Differences of bounds are no bounds.</returns>
    let slopes (values: (float * Estimate<'u>) list) : TemperatureDerivative<'u> list =
        byTemperature values
        |> List.pairwise
        |> List.map (fun ((t1, low), (t2, high)) ->
            {
                Temperature = 0.5 * (t1 + t2)
                Value = Estimate.subtract high low |> Estimate.scale (1.0 / (t2 - t1))
            })

    /// Where the parabola through three points has its vertex.
    let private vertex (x: float[]) (y: float[]) =
        let left, right = x[1] - x[0], x[2] - x[1]
        let rise, fall = y[1] - y[0], y[1] - y[2]
        x[1] + 0.5 * (right * right * rise - left * left * fall) / (right * rise + left * fall)

    /// The vertex of the parabola through the three slopes between four neighbouring values.
    let private steepest (temperatures: float[]) (values: float[]) =
        let between f = Array.init 3 (fun i -> f i (i + 1))
        let middle = between (fun i j -> 0.5 * (temperatures[i] + temperatures[j]))

        between (fun i j -> (values[j] - values[i]) / (temperatures[j] - temperatures[i])) |> vertex middle

    /// <summary>The temperature where the slope is largest: the vertex of the parabola through the largest slope and its two neighbours.</summary>
    /// <remarks>Its error is that of the four values, which neighbouring slopes share, to first order, and in quadrature the standard deviation (T₂ − T₁)/√12 of a
    /// place anywhere between the two temperatures of the largest slope, since no parabola knows the true shape of a peak.</remarks>
    /// <param name="values">Temperature and value, in any order.</param>
    /// <returns>None where the largest slope has no two neighbours.</returns>
    let peak (values: (float * Estimate<'u>) list) : Estimate<1> option =
        let sorted = byTemperature values |> Array.ofList
        let found = slopes values |> List.map (fun s -> s.Value.Value) |> Array.ofList

        let largest =
            if Array.isEmpty found then
                -1
            else
                found |> Array.findIndex ((=) (Array.max found))

        if largest < 1 || largest + 1 >= found.Length then
            None
        else
            let four = sorted[largest - 1 .. largest + 2]
            let temperatures = four |> Array.map fst
            let centre = four |> Array.map (fun (_, e) -> float e.Value)

            /// The change of the vertex by one error of a value, to first order: the difference of shifts by a thousandth of the error up and down.
            let change i =
                let shifted share =
                    centre
                    |> Array.mapi (fun j v ->
                        if i = j then
                            v + share * float (snd four[i]).StandardError
                        else
                            v)
                    |> steepest temperatures

                (shifted 1e-3 - shifted -1e-3) / 2e-3

            let error = Seq.init 4 change |> Seq.sumBy (fun c -> c * c) |> sqrt
            let width = temperatures[2] - temperatures[1]

            Estimate.create (steepest temperatures centre) error Direction.NoBound
            |> Estimate.widen (width / sqrt 12.0)
            |> Some

    /// T and M for every size of halves, from levels with a critic that is not saturated.
    let private critics (points: LatticeResult list) =
        [
            for p in points do
                for l in LatticeResult.certified p do
                    (l.Volume, l.Half), (p.Temperature, l.MutualInformation)
        ]
        |> List.groupBy fst
        |> List.map (fun (half, found) -> half, List.map snd found)
        |> List.sortBy (fst >> fst)

    /// <summary>All derivatives that the points of one model give.</summary>
    /// <param name="points">Points at two or more temperatures; fewer give empty lists.</param>
    let ofPoints (points: LatticeResult list) : TemperatureDerivatives =
        {
            Information =
                [
                    for (_, half), values in critics points do
                        match slopes values with
                        | [] -> ()
                        | found ->
                            {
                                Half = half
                                Slopes = found
                                Peak = peak values
                            }
                ]
            HeatCapacities =
                [
                    for method, own in points |> List.groupBy _.Method do
                        match own |> List.map (fun p -> p.Temperature, p.EntropyPerSite) |> slopes with
                        | [] -> ()
                        | found ->
                            method,
                            found
                            |> List.map (fun d ->
                                { d with
                                    Value = Estimate.scale d.Temperature d.Value
                                })
                ]
            EnergyHeatCapacity =
                points |> List.choose (fun p -> p.EnergyPerSite |> Option.map (fun e -> p.Temperature, e)) |> slopes
        }
