namespace Mice.Alloys

open System
open System.Numerics
open System.Threading.Tasks
open Mice
open Mice.Samplers

/// <summary>The energies of all 2ᴺ configurations of a supercell.</summary>
/// <remarks>Make one with <c>ExactEnumeration.create</c>.</remarks>
[<Sealed; AllowNullLiteral(false)>]
type ExactEnumeration internal (sites: int, energies: float[], lowest: float[], where: int[]) =
    /// N.
    member _.Sites: int = sites

    /// [N + 1]: the lowest energy by n₁, eV.
    member _.LowestEnergies: float[] = lowest

    /// [N + 1]: index of the first configuration with the lowest energy, by n₁.
    member _.LowestIndices: int[] = where

    /// [2ᴺ]: E of each configuration, eV; bit i of the index is the state of site i, the lowest bit that of site 0.
    member _.Energies: float[] = energies

/// The lowest level of the configurations with so many atoms of the first species.
type CompositionGroundState =
    {
        /// n₁, sites in state 1.
        Count: int
        /// The lowest energy, eV.
        Energy: float
        /// Configurations within the tolerance of it.
        Degeneracy: int64
        /// The next level above it, eV; NaN where there is none.
        NextLevel: float
        /// Index of one configuration of the level.
        Index: int
    }

/// <summary>Sums over the configurations of each composition, at one temperature: all that averages at any Δμ need.</summary>
type CanonicalSums =
    {
        /// N.
        Sites: int
        /// T, K.
        Temperature: float
        /// k_B, eV/K.
        Boltzmann: float
        /// [N + 1]: ln Σ exp(−E/k_BT) over the configurations with n₁ sites in state 1.
        LogPartitionFunctions: float[]
        /// [N + 1]: ⟨E⟩ of these configurations, eV.
        MeanEnergies: float[]
        /// [N + 1]: ⟨E²⟩ − ⟨E⟩² of these configurations, eV².
        EnergyVariances: float[]
    }

/// <summary>Equilibrium of a supercell in the semi-grand canonical ensemble: weights exp(−(E − Δμ n₁)/k_BT), n₁ the number of sites in state 1 and Δμ the chemical potential of the first species minus that
/// of the second.</summary>
/// <remarks>Published tables often have a field μ = ½Δμ on the spins, with weights exp(−(E − μ Σ s)/k_BT). Σ s = 2n₁ − N, so averages are the same, and their grand potential is this one plus ½Δμ N.
/// Source: J. Damewood, D. Schwalbe-Koda, R. Gómez-Bombarelli, npj Comput. Mater. 8, 61 (2022), doi:10.1038/s41524-022-00736-4, has spins.</remarks>
type SemiGrandAverages =
    {
        /// T, K.
        Temperature: float
        /// Δμ, eV.
        ChemicalPotentialDifference: float
        /// Φ = −k_BT ln Σ exp(−(E − Δμ n₁)/k_BT) of the supercell, eV. Of the pure second species it is the free energy.
        GrandPotential: float
        /// x, the mean fraction of sites in state 1.
        Composition: float
        /// ⟨x²⟩ − ⟨x⟩².
        CompositionVariance: float
        /// ⟨E⟩ of the supercell without the field's part, eV.
        MeanEnergy: float
        /// ⟨E²⟩ − ⟨E⟩², eV².
        EnergyVariance: float
    }

/// <summary>Exact thermodynamics of small supercells from all their configurations.</summary>
[<RequireQualifiedAccess>]
module ExactEnumeration =
    /// The most sites: 2²⁷ energies are 1 GiB.
    [<Literal>]
    let MostSites = 27

    /// Parts of the configurations that are worked on at once; results are joined in their order, so they do not depend on the threads.
    [<Literal>]
    let private Parts = 64

    let private inParts (run: Run) (count: int) (work: int -> int -> 'part) : 'part[] =
        let parts = min Parts count
        let length = count / parts
        let results = Array.zeroCreate parts

        let settings =
            ParallelOptions(MaxDegreeOfParallelism = run.Threads, CancellationToken = run.Cancel)

        Parallel.For(0, parts, settings, (fun p -> results[p] <- work (p * length) length)) |> ignore
        results

    let private popcount (index: int) = BitOperations.PopCount(uint32 index)

    /// The lowest energy by n₁, and the index of its first configuration.
    let private lowest (run: Run) (n: int) (energies: float[]) : struct (float[] * int[]) =
        let part first length =
            let least, where = Array.create (n + 1) infinity, Array.zeroCreate (n + 1)

            for i in first .. first + length - 1 do
                let count = popcount i

                if energies[i] < least[count] then
                    least[count] <- energies[i]
                    where[count] <- i

            struct (least, where)

        let parts = inParts run energies.Length part

        let best =
            Array.init (n + 1) (fun count ->
                parts
                |> Array.map (fun (struct (least, where)) -> struct (least[count], where[count]))
                |> Array.minBy (fun (struct (e, i)) -> struct (e, i)))

        struct (best |> Array.map (fun (struct (e, _)) -> e), best |> Array.map (fun (struct (_, i)) -> i))

    let private energies (run: Run) (polynomial: SpinPolynomial) : float[] =
        let values = Array.zeroCreate (1 <<< polynomial.Sites)

        // Π s over m is (−1)^|m| (−1)^|m ∧ states|.
        for term in polynomial.Terms do
            let mask = term.Sites |> Array.fold (fun m site -> m ||| (1 <<< site)) 0
            let sign = if term.Sites.Length % 2 = 0 then 1.0 else -1.0
            values[mask] <- sign * term.Coefficient

        WalshHadamard.transform run values
        values

    /// <summary>All energies, by a Walsh–Hadamard transform of the coefficients of the polynomial.</summary>
    /// <remarks>8·2ᴺ bytes: 1 GiB for 27 sites.</remarks>
    /// <param name="run">Threads and cancellation.</param>
    /// <param name="polynomial">The energy.</param>
    /// <returns>Errors: OutOfRange for more than 27 sites, and faults of the run.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let create (run: Run) (polynomial: SpinPolynomial) : Result<ExactEnumeration, MiceError list> =
        validate {
            let! () = Run.faults run

            and! () =
                Validate.that
                    "the number of sites of an exact enumeration"
                    $"1 to {MostSites}"
                    (fun n -> n >= 1 && n <= MostSites)
                    polynomial.Sites

            let energies = energies run polynomial
            let struct (least, where) = lowest run polynomial.Sites energies
            return ExactEnumeration(polynomial.Sites, energies, least, where)
        }

    /// <summary>The states of a configuration.</summary>
    /// <param name="sites">N.</param>
    /// <param name="index">Its index.</param>
    /// <returns>[N].</returns>
    let states (sites: int) (index: int) : byte[] =
        Array.init sites (fun site -> byte ((index >>> site) &&& 1))

    /// <summary>The index of a configuration.</summary>
    /// <param name="states">[N], 0 or 1.</param>
    let index (states: byte[]) : int =
        states
        |> Array.fold (fun (struct (sum, bit)) s -> struct (sum ||| (int s * bit), bit <<< 1)) (struct (0, 1))
        |> fun (struct (sum, _)) -> sum

    /// <summary>The lowest level of every composition.</summary>
    /// <param name="run">Threads and cancellation.</param>
    /// <param name="tolerance">Energies closer than this are one level, eV; 1e-9 is above the rounding.</param>
    /// <param name="all">The configurations.</param>
    /// <returns>[N + 1], by n₁. Errors: OutOfRange for a tolerance that is not above 0, and faults of the run.</returns>
    let groundStates
        (run: Run)
        (tolerance: float)
        (all: ExactEnumeration)
        : Result<CompositionGroundState[], MiceError list> =
        validate {
            let! () = Run.faults run
            and! () = Validate.positive "the tolerance of energy levels" tolerance
            let n, energies, least = all.Sites, all.Energies, all.LowestEnergies

            let part first length =
                let equal, next = Array.zeroCreate<int64>(n + 1), Array.create (n + 1) infinity

                for i in first .. first + length - 1 do
                    let count = popcount i

                    if energies[i] <= least[count] + tolerance then
                        equal[count] <- equal[count] + 1L
                    elif energies[i] < next[count] then
                        next[count] <- energies[i]

                struct (equal, next)

            let parts = inParts run energies.Length part

            return
                Array.init (n + 1) (fun count ->
                    let next = parts |> Array.map (fun (struct (_, next)) -> next[count]) |> Array.min

                    {
                        Count = count
                        Energy = least[count]
                        Degeneracy = parts |> Array.sumBy (fun (struct (equal, _)) -> equal[count])
                        NextLevel = if Double.IsFinite next then next else nan
                        Index = all.LowestIndices[count]
                    })
        }

    /// Σ w·(E − lowest E of the composition)ᵏ with w = exp(−β(E − lowest)), by k = 0, 1, 2 and n₁.
    let private momentsAbove (run: Run) (beta: float) (all: ExactEnumeration) : int -> int -> float =
        let n, energies, least = all.Sites, all.Energies, all.LowestEnergies

        let part first length =
            let moments = Array.init 3 (fun _ -> Array.zeroCreate<float>(n + 1))

            for i in first .. first + length - 1 do
                let count = popcount i
                let above = energies[i] - least[count]
                let weight = exp (-beta * above)
                moments[0][count] <- moments[0][count] + weight
                moments[1][count] <- moments[1][count] + weight * above
                moments[2][count] <- moments[2][count] + weight * above * above

            moments

        let parts = inParts run energies.Length part
        fun k count -> parts |> Array.sumBy (fun m -> m[k][count])

    /// <summary>Sums over each composition at a temperature, in one pass over the configurations; averages at any Δμ of this temperature follow from them at once.</summary>
    /// <param name="run">Threads and cancellation.</param>
    /// <param name="boltzmann">k_B in eV/K: <c>float Mice.Units.boltzmann</c> is the CODATA value; published tables may use a rounded one.</param>
    /// <param name="temperature">T, K, above 0.</param>
    /// <param name="all">The configurations.</param>
    /// <returns>Errors: OutOfRange, and faults of the run.</returns>
    let canonicalSums
        (run: Run)
        (boltzmann: float)
        (temperature: float)
        (all: ExactEnumeration)
        : Result<CanonicalSums, MiceError list> =
        validate {
            let! () = Run.faults run
            and! () = Validate.positive "Boltzmann's constant" boltzmann
            and! () = Validate.positive "the temperature" temperature
            let n, least, beta = all.Sites, all.LowestEnergies, 1.0 / (boltzmann * temperature)
            let moment = momentsAbove run beta all
            let mean count = moment 1 count / moment 0 count

            return
                {
                    Sites = n
                    Temperature = temperature
                    Boltzmann = boltzmann
                    LogPartitionFunctions = Array.init (n + 1) (fun c -> log (moment 0 c) - beta * least[c])
                    MeanEnergies = Array.init (n + 1) (fun c -> least[c] + mean c)
                    EnergyVariances = Array.init (n + 1) (fun c -> max 0.0 (moment 2 c / moment 0 c - mean c * mean c))
                }
        }

    /// <summary>Averages in the semi-grand canonical ensemble.</summary>
    /// <param name="difference">Δμ, eV: the chemical potential of the first species minus that of the second.</param>
    /// <param name="sums">Sums at the temperature.</param>
    let semiGrand (difference: float) (sums: CanonicalSums) : SemiGrandAverages =
        let n, kT = sums.Sites, sums.Boltzmann * sums.Temperature

        let logWeights =
            sums.LogPartitionFunctions |> Array.mapi (fun count z -> z + difference * float count / kT)

        let struct (weights, logSum) = ThermalAverages.weigh logWeights

        let average f =
            weights |> Array.mapi (fun c w -> w * f c) |> Array.sum

        let x = average (fun c -> float c / float n)
        let energy = average (fun c -> sums.MeanEnergies[c])

        {
            Temperature = sums.Temperature
            ChemicalPotentialDifference = difference
            GrandPotential = -kT * logSum
            Composition = x
            CompositionVariance = average (fun c -> (float c / float n - x) ** 2.0)
            MeanEnergy = energy
            EnergyVariance = average (fun c -> sums.EnergyVariances[c] + (sums.MeanEnergies[c] - energy) ** 2.0)
        }

    /// <summary>The canonical free energy of each composition, F(n₁) = −k_BT ln Σ exp(−E/k_BT) of the supercell.</summary>
    /// <param name="sums">Sums at the temperature.</param>
    /// <returns>[N + 1], eV.</returns>
    let freeEnergies (sums: CanonicalSums) : float[] =
        sums.LogPartitionFunctions |> Array.map (fun z -> -sums.Boltzmann * sums.Temperature * z)
