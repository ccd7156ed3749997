namespace Mice.Alloys

open Mice
open Mice.Samplers

/// What Monte Carlo sampling gave at one temperature and Δμ.
[<NoEquality; NoComparison>]
type SemiGrandPoint =
    {
        /// T, K.
        Temperature: float
        /// Δμ, eV: the chemical potential of the first species minus that of the second.
        Difference: float
        /// ⟨x⟩.
        Composition: Estimate<1>
        /// ⟨E⟩/N without the field's part.
        EnergyPerSite: Estimate<eV / site>
        /// (⟨H²⟩ − ⟨H⟩²)/(N (k_BT)²) with H = E − Δμ n₁: the heat capacity at constant Δμ, k_B per site.
        HeatCapacity: Estimate<1>
        /// (⟨n₁²⟩ − ⟨n₁⟩²)/(N k_BT) = ∂x/∂Δμ, 1/eV.
        Susceptibility: Estimate<1 / eV>
        /// Share of the proposals that were accepted.
        Acceptance: float
        /// Integrated autocorrelation time of the energy, sweeps.
        AutocorrelationTime: Estimate<1>
        /// [chains·snapshots][N]: states.
        Snapshots: byte[][]
        /// Checks of the chains.
        Checks: Check list
    }

/// <summary>Metropolis sampling over temperatures and Δμ, with the fluctuations of energy and composition.</summary>
[<RequireQualifiedAccess>]
module SemiGrandPoint =
    /// Variance of the values of all chains about their common mean; the error is from leaving out one chain after the other.
    let private variance (series: float[][]) : Estimate<1> =
        let centre = series |> Array.averageBy Array.average

        let moments =
            series
            |> Array.map (fun chain ->
                struct (chain |> Array.averageBy (fun v -> v - centre),
                        chain |> Array.averageBy (fun v -> (v - centre) * (v - centre))))

        let pooled (some: struct (float * float)[]) =
            let mean = some |> Array.averageBy (fun (struct (m, _)) -> m)
            (some |> Array.averageBy (fun (struct (_, s)) -> s)) - mean * mean

        if series.Length < 2 then
            Estimate.create (pooled moments) nan Direction.Exact
        else
            let struct (value, error) = Statistics.jackknife pooled moments
            Estimate.create (max 0.0 value) error Direction.Exact

    /// <summary>The averages of a sample of the semi-grand canonical ensemble.</summary>
    /// <remarks>Errors of heat capacity and susceptibility are from the jackknife over chains; NaN for a single chain.</remarks>
    /// <param name="conditions">T and k_B.</param>
    /// <param name="difference">Δμ, eV.</param>
    /// <param name="sites">N.</param>
    /// <param name="sample">The sample.</param>
    let ofSample (conditions: AlloyConditions) (difference: float) (sites: int) (sample: AlloySample) : SemiGrandPoint =
        let n, kT = float sites, conditions.Boltzmann * conditions.Temperature
        let counts = sample.Counts |> Array.map (Array.map float)

        let enthalpies =
            Array.map2 (Array.map2 (fun e count -> e - difference * count)) sample.Energies counts

        {
            Temperature = conditions.Temperature
            Difference = difference
            Composition = sample.Composition
            EnergyPerSite = sample.EnergyPerSite
            HeatCapacity = variance enthalpies |> Estimate.scale (1.0 / (n * kT * kT))
            Susceptibility = variance counts |> Estimate.scale (1.0<1 / eV> / (n * kT))
            Acceptance = sample.Acceptance
            AutocorrelationTime = sample.AutocorrelationTime
            Snapshots = sample.Snapshots
            Checks = sample.Checks
        }

    /// <summary>Samples all temperatures at all Δμ, each on its own. Same key, same result, on any number of threads; with a store a run that was stopped goes on to the same numbers.</summary>
    /// <param name="options">Chains of each point; a step is a sweep.</param>
    /// <param name="run">Threads and so on; point i of temperature t uses child i of child t of the key.</param>
    /// <param name="temperatures">K, one or more.</param>
    /// <param name="differences">Δμ, eV, one or more.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>[temperatures][differences]. Errors: of options, run and conditions.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let map
        (options: ChainOptions)
        (run: Run)
        (temperatures: float[])
        (differences: float[])
        (table: FigureTable)
        : Result<SemiGrandPoint[][], MiceError list> =
        let points =
            [|
                for t in 0 .. temperatures.Length - 1 do
                    for d in 0 .. differences.Length - 1 -> t, d
            |]

        let one part (t: int, d: int) =
            let conditions = AlloyConditions.semiGrand temperatures[t] differences[d]

            let part = part |> Run.item t |> Run.item d |> Run.below $"{t}-{d}"

            AlloyMonteCarlo.sample options part conditions table
            |> Result.map (ofSample conditions differences[d] table.Sites)

        let identity () =
            let listed values =
                values |> Array.map Number.text |> String.concat ","

            AlloyChains.describe options
            @ [
                "temperatures", listed temperatures
                "chemical_potential_differences", listed differences
                "alloy", SpinPolynomial.digest table.Polynomial
            ]

        validate {
            let! _ = ChainOptions.check options
            and! () = Run.faults run
            let! claimed = Run.claim "map of an alloy by Monte Carlo" identity run
            let! found = Run.jobs (fun _ -> 1.0) one points claimed
            return Array.chunkBySize differences.Length found
        }
