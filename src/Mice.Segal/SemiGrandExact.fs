namespace Mice.Segal

open Mice
open Mice.Alloys
open Mice.Samplers

/// What is known exactly at one temperature and field.
type SemiGrandExact =
    {
        /// Φ/N = −k_BT ln Z/N.
        GrandPotential: float
        /// ⟨Σ charge⟩/N.
        Charge: float
        /// S/N.
        Entropy: float<nat / site>
    }

/// <summary>Exact values of small systems: Ising models by the transfer matrix, cluster expansions by all configurations.</summary>
[<RequireQualifiedAccess>]
module SemiGrandExact =
    let private ising (model: IsingModel) (c: Conditions) : Result<SemiGrandExact, MiceError list> =
        let known =
            { model with
                Temperature = c.Temperature
                Field = c.Field
            }
            |> ExactIsing.tryFind

        match known with
        | Some found ->
            Ok
                {
                    GrandPotential = -c.Temperature * float found.Averages.LogPartitionFunction
                    Charge = found.Averages.Magnetisation
                    Entropy = found.Averages.Entropy
                }
        | None ->
            Error
                [
                    MiceError.Unavailable(
                        $"An exact value of {model.Rows} × {model.Columns} sites at T = {Number.text c.Temperature}, B = {Number.text c.Field}",
                        "Take a square torus without a field, or one of ten rows or fewer."
                    )
                ]

    let private alloy (run: Run) (boltzmann: float) (all: ExactEnumeration) =
        let sums = System.Collections.Generic.Dictionary<float, CanonicalSums>()

        fun (c: Conditions) ->
            let sumsAt =
                match sums.TryGetValue c.Temperature with
                | true, found -> Ok found
                | _ ->
                    ExactEnumeration.canonicalSums run boltzmann c.Temperature all
                    |> Result.map (fun found ->
                        sums[c.Temperature] <- found
                        found)

            sumsAt
            |> Result.map (fun sums ->
                let found = ExactEnumeration.semiGrand c.Field sums
                let potential = found.GrandPotential / float all.Sites
                let enthalpy = found.MeanEnergy / float all.Sites - c.Field * found.Composition

                {
                    GrandPotential = potential
                    Charge = found.Composition
                    Entropy = (enthalpy - potential) / (boltzmann * c.Temperature) * 1.0<nat / site>
                })

    /// <summary>What gives the exact values of a system.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="system">The system: an Ising model in zero field, or on few rows, or a cluster expansion on 27 sites or fewer (1 GiB for 27).</param>
    /// <returns>Exact values at any conditions. Errors: OutOfRange, Unavailable for the function of a user.</returns>
    let create
        (run: Run)
        (system: SemiGrandSystem)
        : Result<Conditions -> Result<SemiGrandExact, MiceError list>, MiceError list> =
        match system.Origin with
        | SystemOrigin.Ising model -> Ok(ising model)
        | SystemOrigin.Alloy(expansion, supercell) ->
            (FigureTable.create expansion supercell).Polynomial
            |> ExactEnumeration.create run
            |> Result.map (alloy run system.Boltzmann)
        | SystemOrigin.Own ->
            Error
                [
                    MiceError.Unavailable(
                        "An exact value of a user's own energy",
                        "Give an Ising model or a cluster expansion."
                    )
                ]
