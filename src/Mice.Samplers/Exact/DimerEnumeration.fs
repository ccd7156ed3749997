namespace Mice.Samplers

open System.Collections.Generic
open Mice

/// Coverings of a small torus that share the number of plaquettes with two parallel dimers.
[<Struct>]
type DimerLevel =
    {
        /// −E.
        ParallelPairs: int
        /// How many coverings.
        Coverings: int64
    }

/// Exact averages of interacting dimers in equilibrium, all per site; J = k_B = 1.
type DimerAverages =
    {
        /// ln Z/N with Z = Σ exp(−E/T); at T = ∞ the logarithm of the number of coverings.
        LogPartitionFunction: float<nat / site>
        /// ⟨E⟩/N.
        Energy: float
        /// s = ln Z/N + ⟨E⟩/(N T).
        Entropy: float<nat / site>
        /// (⟨E²⟩ − ⟨E⟩²)/(N T²).
        HeatCapacity: float<nat / site>
    }

/// Small tori of dimers by enumeration of all coverings: 272 of them on 4×4 sites, 90,176 on 6×6.
[<RequireQualifiedAccess>]
module DimerEnumeration =
    /// Sites up to which enumeration is offered.
    [<Literal>]
    let MostSites = 36

    let private sizeFaults (model: DimerModel) =
        [
            yield! DimerModel.faults model

            if DimerModel.sites model > MostSites then
                MiceError.OutOfRange("sites", string (DimerModel.sites model), $"{MostSites} or fewer")
        ]

    /// Calls a function with every covering, always the same array: the first site without a dimer gets one in every way that there is.
    let private visit (model: DimerModel) (found: byte[] -> unit) =
        let around = DimerModel.neighbours model
        let sites = DimerModel.sites model
        let none = 255uy
        let covering = Array.create sites none

        let rec fill first =
            if first = sites then
                found covering
            elif covering[first] <> none then
                fill (first + 1)
            else
                for direction in DimerModel.Right .. DimerModel.Up do
                    let partner = around[4 * first + int direction]

                    if covering[partner] = none then
                        covering[first] <- direction
                        covering[partner] <- DimerModel.opposite direction
                        fill (first + 1)
                        covering[first] <- none
                        covering[partner] <- none

        fill 0

    /// <summary>All coverings of a torus.</summary>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <returns>[coverings][sites]; faults of the model, or of more than 36 sites.</returns>
    let coverings (model: DimerModel) : Result<byte[][], MiceError list> =
        validate {
            let! () = sizeFaults model
            let all = List<byte[]>()
            visit model (fun covering -> all.Add(Array.copy covering))
            return all.ToArray()
        }

    /// <summary>How many coverings have each energy.</summary>
    /// <param name="model">The model; its temperature does not matter.</param>
    /// <returns>Levels with one covering or more, highest energy first; faults of the model, or of more than 36 sites.</returns>
    let densityOfStates (model: DimerModel) : Result<DimerLevel[], MiceError list> =
        validate {
            let! () = sizeFaults model
            let counts = Array.zeroCreate (DimerModel.sites model + 1)

            visit model (fun covering ->
                let pairs = DimerModel.parallelPairs model covering
                counts[pairs] <- counts[pairs] + 1L)

            return
                [|
                    for pairs in 0 .. counts.Length - 1 do
                        if counts[pairs] > 0L then
                            {
                                ParallelPairs = pairs
                                Coverings = counts[pairs]
                            }
                |]
        }

    /// <summary>Exact averages from a density of states. Rounding only.</summary>
    /// <param name="density">The levels of the model's torus.</param>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model.</returns>
    let averagesOf (density: DimerLevel[]) (model: DimerModel) : Result<DimerAverages, MiceError list> =
        validate {
            let! () = DimerModel.faults model
            let beta, sites = 1.0 / model.Temperature, float (DimerModel.sites model)

            let struct (probabilities, logZ) =
                density
                |> Array.map (fun level -> log (float level.Coverings) + beta * float level.ParallelPairs)
                |> ThermalAverages.weigh

            let mean quantity =
                Array.fold2
                    (fun sum p level -> sum + p * quantity -(float level.ParallelPairs))
                    0.0
                    probabilities
                    density

            let u = mean id

            return
                {
                    LogPartitionFunction = logZ / sites * 1.0<nat / site>
                    Energy = u / sites
                    Entropy = (logZ + beta * u) / sites * 1.0<nat / site>
                    HeatCapacity = beta * beta * mean (fun e -> (e - u) ** 2.0) / sites * 1.0<nat / site>
                }
        }

    /// <summary>Exact averages of a model; for more than one temperature find the density once and use <c>averagesOf</c>.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model, or of more than 36 sites.</returns>
    let averages (model: DimerModel) : Result<DimerAverages, MiceError list> =
        validate {
            let! density = densityOfStates model
            return! averagesOf density model
        }
