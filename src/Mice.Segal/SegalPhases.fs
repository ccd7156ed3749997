namespace Mice.Segal

open Mice

/// Where the composition jumps at one temperature.
type CompositionJump =
    {
        /// T; of an alloy in K.
        Temperature: float
        /// The middle of the two fields; of an alloy Δμ in eV.
        Field: float
        /// ⟨Σ charge⟩/N below and above it.
        Below: Estimate<1>
        Above: Estimate<1>
    }

/// Where the heat capacity has its maximum over the temperature at one field: where an order is lost.
type HeatCapacityPeak =
    {
        /// B; of an alloy Δμ in eV.
        Field: float
        /// T of the maximum; of an alloy in K.
        Temperature: float
        /// ⟨Σ charge⟩/N at the maximum.
        Charge: Estimate<1>
        /// C/N at the maximum, k_B.
        HeatCapacity: Estimate<1>
    }

/// <summary>Phases and transitions of a map over temperature and field.</summary>
/// <remarks>Jumps and maxima of the heat capacity are the published signs of transitions: J. Damewood et al., npj Comput. Mater. 8, 61 (2022).</remarks>
[<RequireQualifiedAccess>]
module SegalPhases =
    /// <summary>The largest jump of ⟨Σ charge⟩/N between neighbouring fields, at every temperature: a two-phase region where it does not shrink with the step of the fields.</summary>
    /// <param name="map">The map.</param>
    /// <returns>None below two fields.</returns>
    let jumps (map: SegalMap) : CompositionJump[] =
        if map.Grid.Fields.Length < 2 then
            [||]
        else
            map.Estimates
            |> Array.map (fun row ->
                row
                |> Array.sortBy _.Conditions.Field
                |> Array.pairwise
                |> Array.maxBy (fun (a, b) -> abs (b.Charge.Value - a.Charge.Value))
                |> fun (a, b) ->
                    {
                        Temperature = a.Conditions.Temperature
                        Field = 0.5 * (a.Conditions.Field + b.Conditions.Field)
                        Below = a.Charge
                        Above = b.Charge
                    })

    /// <summary>Two phases in equilibrium, at all temperatures: the gaps of the free energies over Σ charge.</summary>
    /// <param name="map">The map.</param>
    let pairs (map: SegalMap) : PhasePair[] = map.Profiles |> Array.collect _.Pairs

    /// Errors that a maximum has to be above both of its neighbours.
    let private certain = 3.0

    let private peak (column: SemiGrandEstimate[]) : HeatCapacityPeak option =
        let above (a: Estimate<1>) (b: Estimate<1>) =
            let difference = Estimate.subtract a b
            difference.Value > certain * difference.StandardError

        let isPeak i =
            above column[i].HeatCapacity column[i - 1].HeatCapacity
            && above column[i].HeatCapacity column[i + 1].HeatCapacity

        match [ 1 .. column.Length - 2 ] |> List.filter isPeak with
        | [] -> None
        | peaks ->
            let highest = column[peaks |> List.maxBy (fun i -> column[i].HeatCapacity.Value)]

            Some
                {
                    Field = highest.Conditions.Field
                    Temperature = highest.Conditions.Temperature
                    Charge = highest.Charge
                    HeatCapacity = highest.HeatCapacity
                }

    /// <summary>The highest maximum of the heat capacity between the temperatures of a map, at every field, where it is three errors above both neighbours: known to the step of the temperatures.</summary>
    /// <param name="map">The map.</param>
    /// <returns>None below three temperatures.</returns>
    let peaks (map: SegalMap) : HeatCapacityPeak[] =
        map.Estimates
        |> Array.sortBy (fun row -> row[0].Conditions.Temperature)
        |> Array.transpose
        |> Array.choose peak
