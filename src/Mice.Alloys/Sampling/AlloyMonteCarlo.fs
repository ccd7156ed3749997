namespace Mice.Alloys

open Mice
open Mice.Samplers

/// What Monte Carlo sampling gave. Errors are from the spread of the chains and from blocking, the larger one.
[<NoEquality; NoComparison>]
type AlloySample =
    {
        /// ⟨x⟩.
        Composition: Estimate<1>
        /// ⟨E⟩/N without the field's part.
        EnergyPerSite: Estimate<eV / site>
        /// Share of the proposals that were accepted, after equilibration.
        Acceptance: float
        /// Integrated autocorrelation time of the energy, sweeps.
        AutocorrelationTime: Estimate<1>
        /// [chains·snapshots][N]: states, chain after chain.
        Snapshots: byte[][]
        /// E of each sweep, eV, [chains][sweeps].
        Energies: float[][]
        /// n₁ of each sweep, [chains][sweeps].
        Counts: int[][]
        /// Whether the chains were in equilibrium.
        Checks: Check list
    }

/// <summary>Metropolis sampling of a cluster expansion, with local fields kept up to date.</summary>
/// <remarks>Source: N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953), doi:10.1063/1.1699114; for alloys B. Dünweg, D. P. Landau, Phys. Rev. B 48, 14182 (1993),
/// doi:10.1103/PhysRevB.48.14182.</remarks>
[<RequireQualifiedAccess>]
module AlloyMonteCarlo =
    /// Disagreements of chains that do not matter: of x, and of E/N in k_BT.
    [<Literal>]
    let private Resolution = 1e-6

    let private checks
        (remedy: string)
        (o: ChainOptions)
        (kT: float)
        (perSite: float[][])
        (x: float[][])
        (chains: ChainRecord[])
        =
        let told name resolution series =
            name, SamplingChecks.splitRHat resolution series, series |> Array.map Statistics.mean

        [
            SamplingChecks.equilibrium "sweeps" (o.Snapshots * o.Every) (SamplingChecks.drift perSite)
            SamplingChecks.agreement
                "sweeps"
                remedy
                [
                    told "energy per site in eV" (Resolution * kT) perSite
                    told "composition" Resolution x
                ]
            SamplingChecks.movement "sweeps" remedy (chains |> Array.map _.Accepted)
        ]

    /// What independent chains at the same conditions gave; the remedy is what the checks advise besides more sweeps.
    let internal ofRecords
        (remedy: string)
        (o: ChainOptions)
        (c: AlloyConditions)
        (sites: int)
        (chains: ChainRecord[])
        : AlloySample =
        let energies = chains |> Array.map _.Series
        let n = float sites
        let perSite = energies |> Array.map (Array.map (fun e -> e / n))
        let x = chains |> Array.map (fun c -> c.Ones |> Array.map (fun k -> float k / n))
        let proposals = float chains.Length * float (o.Snapshots * o.Every) * n

        {
            Composition = Chains.meanOfSteps x
            EnergyPerSite = perSite |> Chains.meanOfSteps |> Estimate.scale 1.0<eV / site>
            Acceptance = float (chains |> Array.sumBy _.Accepted) / proposals
            AutocorrelationTime = Statistics.autocorrelationTimeOfChains energies
            Snapshots = chains |> Array.collect _.Kept
            Energies = energies
            Counts = chains |> Array.map _.Ones
            Checks = checks remedy o (c.Boltzmann * c.Temperature) perSite x chains
        }

    let private chains (o: ChainOptions) (c: AlloyConditions) (table: FigureTable) (run: Run) =
        let numbers = [| 0 .. o.Chains - 1 |]

        match c.Ensemble with
        | AlloyEnsemble.SemiGrand difference ->
            let work part group =
                AlloyChains.semiGrand o c difference table part group

            Run.jobs (Array.length >> float) work (Array.chunkBySize TermRuns.Lanes numbers) run
            |> Result.map Array.concat
        | AlloyEnsemble.Canonical _ ->
            let couplings = SpinCouplings table.Polynomial

            let work part i =
                AlloyChains.canonical o c couplings (Key.item i run.Key) part i

            Run.jobs (fun _ -> 1.0) work numbers run

    let private identity (o: ChainOptions) (c: AlloyConditions) (table: FigureTable) () =
        let ensemble, value =
            match c.Ensemble with
            | AlloyEnsemble.SemiGrand difference -> "chemical_potential_difference", difference
            | AlloyEnsemble.Canonical x -> "composition", x

        AlloyChains.describe o
        @ [
            ensemble, Number.text value
            "temperature", Number.text c.Temperature
            "boltzmann", Number.text c.Boltzmann
            "alloy", SpinPolynomial.digest table.Polynomial
        ]

    /// <summary>Samples an alloy with independent chains; a step of the options is a sweep of N proposals. Same key, same result, on any number of threads; with a store a run that was stopped goes
    /// on to the same numbers.</summary>
    /// <remarks>Single turns of all chains are tried at the same random sites, each chain with random numbers of its own, so that up to 32 chains (the bytes of a vector of the processor) cost
    /// little more than one. Chains start in turns from random configurations, from either pure species, and from one in which the first half of the sites is of the first species (at a fixed
    /// composition: from random ones and from the first sites). At low temperatures they stay in the phase that they fell into: then the check of their agreement fails. Chains that all miss the same
    /// phase agree.</remarks>
    /// <param name="options">How many, and how far apart.</param>
    /// <param name="run">Threads and so on; chain i uses child i of the key.</param>
    /// <param name="conditions">Temperature and ensemble.</param>
    /// <param name="table">The alloy.</param>
    /// <returns>Errors: of options, run and conditions.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let sample
        (options: ChainOptions)
        (run: Run)
        (conditions: AlloyConditions)
        (table: FigureTable)
        : Result<AlloySample, MiceError list> =
        validate {
            let! options = ChainOptions.check options
            and! () = Run.faults run
            and! () = AlloyConditions.faults conditions

            let! claimed =
                Run.claim "alloy by Monte Carlo" (identity options conditions table) run

            let! chains = chains options conditions table claimed

            return
                ofRecords
                    "sample by replica exchange (mice alloy tempering), or at higher temperatures"
                    options
                    conditions
                    table.Sites
                    chains
        }

    /// <summary>The alloy in the semi-grand canonical ensemble as a system for replica exchange over temperatures (<c>ReplicaExchange.sample</c>).</summary>
    /// <remarks>Its energies are E − ½Δμ Σ s in eV and its temperatures k_BT in eV: give a ladder of k_B times the temperatures in K.</remarks>
    /// <param name="sweeps">Sweeps of a replica between exchanges, 1 or more; ten or so, as each begins with sums over all figures.</param>
    /// <param name="difference">Δμ, eV.</param>
    /// <param name="table">The alloy.</param>
    let replicas (sweeps: int) (difference: float) (table: FigureTable) : ReplicaSystem<byte[]> =
        let couplings = SpinCouplings table.Polynomial

        {
            Start = AlloyChains.start (AlloyEnsemble.SemiGrand difference) table.Sites 0
            Move =
                fun kT key states ->
                    let generator, fields = Key.generator key, SpinFields(couplings, states)

                    for _ in 1..sweeps do
                        fields.SemiGrandSweep(generator, 1.0 / kT, difference) |> ignore

                    Array.copy fields.States
            Energy =
                fun states ->
                    let spins = 2 * (states |> Array.sumBy int) - states.Length
                    table.Energy states 0 - 0.5 * difference * float spins
        }
