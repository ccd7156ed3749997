namespace Mice.Alloys

open Mice

/// Between which Δμ a corner of the hull is the ground state.
type StableRange =
    {
        /// The corner; its energy is the formation energy per site.
        Corner: HullCorner
        /// Lowest Δμ, eV; minus infinity for the pure second species.
        From: float
        /// Highest Δμ, eV; infinity for the pure first species.
        To: float
    }

/// What all configurations of a supercell tell of an alloy.
[<NoEquality; NoComparison>]
type AlloyEnumeration =
    {
        /// The alloy.
        Expansion: ClusterExpansion
        /// Its supercell.
        Supercell: Supercell
        /// Names of the orbits whose figures meet their own images in the supercell.
        Wrapped: string list
        /// [N + 1]: the lowest level by n₁.
        GroundStates: CompositionGroundState[]
        /// [N + 1]: formation energies of these levels, eV per site: above the straight line between the pure species of the same model.
        FormationEnergies: float[]
        /// The corners of the lower convex hull of the formation energies, by growing x, and where they are stable.
        Stable: StableRange[]
        /// [temperatures][differences]: averages in the semi-grand canonical ensemble.
        Averages: SemiGrandAverages[][]
    }

/// <summary>Ground states, convex hull and exact thermodynamics of a cluster expansion on a small supercell.</summary>
[<RequireQualifiedAccess>]
module AlloyEnumeration =
    /// Energies of a supercell that are closer than this are one level, eV.
    [<Literal>]
    let LevelTolerance = 1e-9

    /// The hull of formation energies; Δμ is that of the energies of the model, which have a slope more.
    let private stable (slope: float) (formation: float[]) : Result<StableRange[], MiceError list> =
        let n = float (formation.Length - 1)

        formation
        |> Array.mapi (fun count e -> struct (float count / n, e))
        |> ConvexHull.lower
        |> Result.map (fun hull ->
            let ends =
                [|
                    -infinity
                    yield! ConvexHull.transitions hull |> Array.map (fun d -> d + slope)
                    infinity
                |]

            hull
            |> Array.mapi (fun i corner ->
                {
                    Corner = corner
                    From = ends[i]
                    To = ends[i + 1]
                }))

    let private averages (run: Run) (all: ExactEnumeration) (temperatures: float[]) (differences: float[]) =
        temperatures
        |> Array.map (fun t ->
            ExactEnumeration.canonicalSums run (float boltzmann) t all
            |> Result.map (fun sums -> differences |> Array.map (fun d -> ExactEnumeration.semiGrand d sums)))
        |> List.ofArray
        |> Validate.all
        |> Result.map Array.ofList

    /// <summary>Finds all of it.</summary>
    /// <remarks>E_form/N = E/N − x E₁ − (1 − x) E₀ with the energies per site of the pure species. A corner of the hull is stable between the Δμ = (e₂ − e₁)/(x₂ − x₁) to its neighbours, e
    /// the energies per site of the model. 8·2ᴺ bytes of memory.</remarks>
    /// <param name="run">Threads and cancellation.</param>
    /// <param name="expansion">The alloy.</param>
    /// <param name="supercell">A supercell of its lattice of 27 sites or fewer.</param>
    /// <param name="temperatures">Where averages are found, K; may be empty.</param>
    /// <param name="differences">Δμ of the averages, eV.</param>
    /// <returns>Errors: OutOfRange for too many sites and for temperatures that are not above 0; faults of the run.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled.</exception>
    let create
        (run: Run)
        (expansion: ClusterExpansion)
        (supercell: Supercell)
        (temperatures: float[])
        (differences: float[])
        : Result<AlloyEnumeration, MiceError list> =
        validate {
            let polynomial = SpinPolynomial.create expansion supercell
            let! all = ExactEnumeration.create run polynomial
            let! grounds = ExactEnumeration.groundStates run LevelTolerance all
            let! averages = averages run all temperatures differences
            let n = float all.Sites
            let struct (up, down) = ClusterExpansion.pureEnergies expansion

            let formation =
                grounds
                |> Array.map (fun g ->
                    let x = float g.Count / n
                    g.Energy / n - x * up - (1.0 - x) * down)

            let! stable = stable (up - down) formation

            return
                {
                    Expansion = expansion
                    Supercell = supercell
                    Wrapped = polynomial.Wrapped
                    GroundStates = grounds
                    FormationEnergies = formation
                    Stable = stable
                    Averages = averages
                }
        }

    /// <summary>One configuration of the lowest level of each composition.</summary>
    /// <param name="e">The enumeration.</param>
    /// <returns>[N + 1], by n₁.</returns>
    let configurations (e: AlloyEnumeration) : Configuration[] =
        e.GroundStates
        |> Array.map (fun g ->
            {
                Supercell = e.Supercell
                States = ExactEnumeration.states e.Supercell.Count g.Index
            })
