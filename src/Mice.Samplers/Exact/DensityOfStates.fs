namespace Mice.Samplers

open System
open Mice

/// An estimated density of states: how many of the 2^N configurations have each bond sum Σ_bonds ss′. The energy of a configuration is −J times its bond sum,
/// for any J.
type DensityOfStates =
    {
        /// The lattice.
        Lattice: Lattice
        /// Rows of the torus.
        Rows: int
        /// Columns of the torus.
        Columns: int
        /// The bond sums that were found, growing.
        BondSums: int[]
        /// ln g of each bond sum, with Σ g = 2^N. Errors are from the spread of the walkers; NaN where fewer than two walkers found the level.
        LogStates: Estimate<nat>[]
        /// ln g by each walker, [walkers][levels]; −∞ where the walker has not found the level.
        LogStatesByWalker: float[][]
        /// Checks whether the walkers finished.
        Checks: Check list
    }

/// Averages of a model in equilibrium that follow from a density of states, all per site; k_B = 1.
type DensityAverages =
    {
        /// ln Z/N = −βf.
        LogPartitionFunction: Estimate<nat / site>
        /// u = ⟨E⟩/N, in the units of J.
        Energy: Estimate<1>
        /// s = ln Z/N + βu.
        Entropy: Estimate<nat / site>
        /// (⟨E²⟩ − ⟨E⟩²)/(N T²).
        HeatCapacity: Estimate<nat / site>
    }

/// What follows from a density of states.
[<RequireQualifiedAccess>]
module DensityOfStates =
    /// Mean and error over the walkers that have a value.
    let internal overWalkers (values: float<'u>[]) : Estimate<'u> =
        values |> Array.filter (float >> Double.IsFinite) |> Statistics.estimate Direction.Exact

    /// Averages from the ln g of one walker.
    let private averagesOf (density: DensityOfStates) coupling temperature (logStates: float[]) =
        let sites = float (density.Rows * density.Columns)
        let energies = density.BondSums |> Array.map (fun b -> -coupling * float b)

        let struct (probabilities, logZ) =
            Array.map2 (fun g energy -> g - energy / temperature) logStates energies |> ThermalAverages.weigh

        let mean = Array.fold2 (fun sum p e -> sum + p * e) 0.0 probabilities energies

        let variance =
            Array.fold2 (fun sum p e -> sum + p * (e - mean) ** 2.0) 0.0 probabilities energies

        ThermalAverages.ofLogPartition
            (1.0 / temperature)
            0.0
            {
                Value = logZ / sites
                First = -mean / sites
                Second = variance / sites
            }

    /// <summary>Averages at any J and T, without a field: Z = Σ_B g·exp(βJB). The averages are computed from the density of each walker; the result is the
    /// mean over the walkers, with the error from their spread.</summary>
    /// <param name="coupling">J of either sign.</param>
    /// <param name="temperature">T.</param>
    /// <param name="density">The density of states.</param>
    /// <returns>Faults of J and T.</returns>
    let averages
        (coupling: float)
        (temperature: float)
        (density: DensityOfStates)
        : Result<DensityAverages, MiceError list> =
        let model =
            { IsingModel.square 2 temperature with
                Coupling = coupling
            }

        match IsingModel.faults model with
        | [] ->
            let walkers =
                density.LogStatesByWalker |> Array.map (averagesOf density coupling temperature)

            Ok
                {
                    LogPartitionFunction = walkers |> Array.map _.LogPartitionFunction |> overWalkers
                    Energy = walkers |> Array.map _.Energy |> overWalkers
                    Entropy = walkers |> Array.map _.Entropy |> overWalkers
                    HeatCapacity = walkers |> Array.map _.HeatCapacity |> overWalkers
                }
        | faults -> Error faults
