namespace Mice.Segal

open Mice
open Mice.Alloys
open Mice.Samplers

/// Configurations of a system in equilibrium at one temperature and field, from chains that know nothing of a network.
type Equilibrium =
    {
        /// [samples; sites], row-major.
        States: byte[]
        /// ⟨E − BΣ charge⟩/k_BT of the whole system.
        ReducedEnthalpy: Estimate<1>
        /// Whether the chains were in equilibrium.
        Checks: Check list
    }

/// <summary>Drawing of equilibrium configurations: clusters and heat baths for Ising models, Metropolis chains for alloys.</summary>
[<RequireQualifiedAccess>]
module Equilibrium =
    /// Rounds of the chains between two configurations of one of them, and rounds before the first.
    let private every, private before = 20, 100

    let private ising (run: Run) (samples: int) (rounds: int) (model: IsingModel) (c: Conditions) =
        let options =
            { IsingSamplingOptions.defaults with
                Snapshots = samples
                Equilibrate = before
                Every = every
                EnergyRounds = rounds
            }

        let model =
            { model with
                Temperature = c.Temperature
                Field = c.Field
            }

        IsingSampling.draw options run model
        |> Result.map (fun drawn ->
            let sites = IsingModel.sites model

            {
                States = drawn.Snapshots.Sites |> Array.collect (Array.map (fun spin -> byte ((int spin + 1) / 2)))
                ReducedEnthalpy = drawn.EnergyPerSite |> Estimate.scale (float sites / c.Temperature)
                Checks = drawn.Checks
            })

    let private alloy (run: Run) (samples: int) (rounds: int) (s: SemiGrandSystem) expansion supercell (c: Conditions) =
        let chains = ChainOptions.defaults.Chains
        let kept = (samples + chains - 1) / chains

        let options =
            { ChainOptions.defaults with
                Equilibrate = before * every
                Every = max every ((rounds + kept - 1) / kept)
                Snapshots = kept
            }

        let thermal = s.Boltzmann * c.Temperature

        let conditions =
            { AlloyConditions.semiGrand c.Temperature c.Field with
                Boltzmann = s.Boltzmann
            }

        validate {
            let! drawn =
                FigureTable.create expansion supercell |> AlloyMonteCarlo.sample options run conditions

            return
                {
                    States = Array.concat drawn.Snapshots
                    ReducedEnthalpy =
                        Array.map2
                            (Array.map2 (fun e n -> (e - c.Field * float n) / thermal))
                            drawn.Energies
                            drawn.Counts
                        |> Chains.meanOfSteps
                    Checks = drawn.Checks
                }
        }

    /// <summary>Draws configurations.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="samples">Configurations that are kept, at least.</param>
    /// <param name="rounds">Rounds of every chain whose energies count: of an Ising model 20 heat-bath sweeps and one of clusters, of an alloy one sweep.</param>
    /// <param name="s">The system.</param>
    /// <param name="c">Temperature and field.</param>
    /// <returns>Errors: OutOfRange; Unavailable for the function of a user, who has to draw by himself.</returns>
    let create
        (run: Run)
        (samples: int)
        (rounds: int)
        (s: SemiGrandSystem)
        (c: Conditions)
        : Result<Equilibrium, MiceError list> =
        match s.Origin with
        | SystemOrigin.Ising model -> ising run samples rounds model c
        | SystemOrigin.Alloy(expansion, supercell) -> alloy run samples rounds s expansion supercell c
        | SystemOrigin.Own ->
            Error
                [
                    MiceError.Unavailable("Drawing from a user's own energy", "Give configurations in equilibrium.")
                ]
