namespace Mice.Samplers

open System.Numerics
open Mice

/// States of a small lattice that share bond sum and magnetisation.
[<Struct>]
type EnergyLevel =
    {
        /// Σ_bonds sᵢsⱼ: −E/J without a field.
        BondSum: int
        /// Σ_sites sᵢ.
        Magnetisation: int
        /// How many states.
        States: int64
    }

/// Small Ising tori by enumeration of all 2^N states.
[<RequireQualifiedAccess>]
module Enumeration =
    /// N up to which enumeration is offered: 2²⁰ states take some 10 ms.
    [<Literal>]
    let MostSites = 20

    let private shapeFaults (lattice: Lattice) (rows: int) (columns: int) =
        let shape =
            { IsingModel.square 2 1.0 with
                Lattice = lattice
                Rows = rows
                Columns = columns
            }

        [
            yield! IsingModel.faults shape

            if int64 rows * int64 columns > int64 MostSites then
                MiceError.OutOfRange("rows × columns", $"{rows} × {columns}", $"{MostSites} sites or fewer")
        ]

    /// Counts at [bond sum + bonds, magnetisation + N]. The last spin stays up; a global flip gives the other half.
    let private countStates (lattice: Lattice) (rows: int) (columns: int) : int64[,] =
        let sites, z = rows * columns, Lattice.coordination lattice
        let neighbours = Lattice.neighbours lattice rows columns
        let bonds = sites * z / 2
        let counts = Array2D.zeroCreate (2 * bonds + 1) (2 * sites + 1)
        let spins = Array.create sites 1
        let mutable bondSum = bonds
        let mutable magnetisation = sites

        let count () =
            for m in [| magnetisation; -magnetisation |] do
                counts[bondSum + bonds, m + sites] <- counts[bondSum + bonds, m + sites] + 1L

        count ()

        for state in 1 .. (1 <<< (sites - 1)) - 1 do
            // Gray code: successive states differ by the spin that this number's lowest bit names.
            let flipped = BitOperations.TrailingZeroCount state
            let mutable around = 0

            for n in z * flipped .. z * flipped + z - 1 do
                around <- around + spins[neighbours[n]]

            bondSum <- bondSum - 2 * spins[flipped] * around
            magnetisation <- magnetisation - 2 * spins[flipped]
            spins[flipped] <- -spins[flipped]
            count ()

        counts

    /// <summary>The density of states: how many of the 2^N states have each bond sum and magnetisation.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="rows">Rows of the torus, 2 or more.</param>
    /// <param name="columns">Columns of the torus, 2 or more.</param>
    /// <returns>Levels with at least one state, by bond sum, then magnetisation; a fault above
    /// <c>MostSites</c> sites.</returns>
    let densityOfStates (lattice: Lattice) (rows: int) (columns: int) : Result<EnergyLevel[], MiceError list> =
        match shapeFaults lattice rows columns with
        | [] ->
            let counts = countStates lattice rows columns
            let sites = rows * columns
            let bonds = counts.GetLength 0 / 2

            Ok
                [|
                    for b in 0 .. 2 * bonds do
                        for m in 0 .. 2 * sites do
                            if counts[b, m] > 0L then
                                {
                                    BondSum = b - bonds
                                    Magnetisation = m - sites
                                    States = counts[b, m]
                                }
                |]
        | faults -> Error faults

    /// Levels with their probabilities, and ln Z.
    let private boltzmann
        (model: IsingModel)
        : Result<struct (struct (EnergyLevel * float)[] * float), MiceError list> =
        match IsingModel.faults model with
        | [] ->
            densityOfStates model.Lattice model.Rows model.Columns
            |> Result.map (fun levels ->
                let logWeight level =
                    log (float level.States)
                    + (model.Coupling * float level.BondSum + model.Field * float level.Magnetisation)
                      / model.Temperature

                let struct (probabilities, logZ) =
                    levels |> Array.map logWeight |> ThermalAverages.weigh

                struct (Array.map2 (fun l p -> struct (l, p)) levels probabilities, logZ))
        | faults -> Error faults

    let private fluctuationOf (levels: struct (EnergyLevel * float)[]) (quantity: EnergyLevel -> float) : Fluctuation =
        let mean = levels |> Array.sumBy (fun (struct (l, p)) -> p * quantity l)

        {
            Mean = mean
            Variance = levels |> Array.sumBy (fun (struct (l, p)) -> p * (quantity l - mean) ** 2.0)
        }

    /// <summary>Exact mean and variance of any quantity that depends on bond sum and magnetisation: |M|, M², …</summary>
    /// <param name="quantity">X of a level, whole system.</param>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; a fault above <c>MostSites</c> sites.</returns>
    let fluctuation (quantity: EnergyLevel -> float) (model: IsingModel) : Result<Fluctuation, MiceError list> =
        boltzmann model |> Result.map (fun (struct (levels, _)) -> fluctuationOf levels quantity)

    /// <summary>Exact averages: Z = Σ_levels g·exp(β(J·bond sum + H·M)). Rounding only.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; a fault above <c>MostSites</c> sites.</returns>
    let averages (model: IsingModel) : Result<ThermalAverages, MiceError list> =
        boltzmann model
        |> Result.map (fun (struct (levels, logZ)) ->
            let sites = float (IsingModel.sites model)

            let energy =
                fluctuationOf levels (fun l -> -model.Coupling * float l.BondSum - model.Field * float l.Magnetisation)

            let m = fluctuationOf levels (fun l -> float l.Magnetisation)

            ThermalAverages.ofLogPartition
                (1.0 / model.Temperature)
                (m.Mean / sites)
                {
                    Value = logZ / sites
                    First = -energy.Mean / sites
                    Second = energy.Variance / sites
                })
