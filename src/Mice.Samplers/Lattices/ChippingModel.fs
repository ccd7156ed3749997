namespace Mice.Samplers

open System
open Mice

/// <summary>Chipping and aggregation on a ring, out of equilibrium: integer masses whose sum stays. Every occupied site sends one unit of its mass at rate 1
/// and all of it at rate w, each time to its left or right neighbour with equal probability. Source: S. N. Majumdar, S. Krishnamurthy, M. Barma,
/// Phys. Rev. Lett. 81, 3691 (1998), doi:10.1103/PhysRevLett.81.3691.</summary>
/// <remarks>Time is measured in chips: the source has hops at rate 1 and chips at rate w instead, so that its w is 1/w of here. Above the density
/// ρ_c = √(1 + 1/w) − 1 one site holds the share 1 − ρ_c/ρ of all mass.</remarks>
type ChippingModel =
    {
        /// L, 2 or more. Both neighbours of a site of a ring of two are the other site.
        Sites: int
        /// M, the sum of all masses, 1 or more.
        Mass: int
        /// w, 0 or more: how often all mass of a site hops for every chip. For w = 0 all configurations are equally likely.
        HopRate: float
    }

/// Where the mass of a ring is in the beginning. All starts come to one stationary law.
[<RequireQualifiedAccess>]
type ChippingStart =
    /// Every unit of mass on a site of its own choice.
    | Scattered
    /// All mass on one site.
    | Heaped

/// Rings with chipping and aggregation: their transition, configurations and what is measured of them.
[<RequireQualifiedAccess>]
module ChippingModel =
    /// <summary>The ring with as much mass as sites, ρ = 1, whose transition is at w = 1/3.</summary>
    /// <param name="sites">L.</param>
    /// <param name="hopRate">w.</param>
    let unitDensity (sites: int) (hopRate: float) : ChippingModel =
        {
            Sites = sites
            Mass = sites
            HopRate = hopRate
        }

    /// <summary>ρ = M/L, mass per site.</summary>
    /// <param name="model">The model.</param>
    let density (model: ChippingModel) : float = float model.Mass / float model.Sites

    /// <summary>ρ_c = √(1 + 1/w) − 1, the density above which mass condenses on one site of an infinite ring; infinite for w = 0. Source: R. Rajesh,
    /// S. N. Majumdar, Phys. Rev. E 63, 036114 (2001), doi:10.1103/PhysRevE.63.036114.</summary>
    /// <param name="hopRate">w.</param>
    let criticalDensity (hopRate: float) : float = sqrt (1.0 + 1.0 / hopRate) - 1.0

    /// <summary>w_c = 1/(ρ(ρ + 2)), the rate above which mass condenses: the inverse function of the critical density.</summary>
    /// <param name="density">ρ above 0.</param>
    let criticalHopRate (density: float) : float = 1.0 / (density * (density + 2.0))

    /// <summary>1 − ρ_c/ρ above the transition and 0 below: the share of all mass on one site of an infinite ring.</summary>
    /// <param name="model">The model; of its size only the density counts.</param>
    let infiniteCondensateFraction (model: ChippingModel) : float =
        max 0.0 (1.0 - criticalDensity model.HopRate / density model)

    /// <summary>Every fault of a model, none for a sound one: L from 2, M from 1, finite w from 0.</summary>
    /// <param name="model">The model.</param>
    let faults (model: ChippingModel) : MiceError list =
        [
            yield! Validate.atLeast 2 "sites" model.Sites
            yield! Validate.atLeast 1 "mass" model.Mass
            yield!
                Validate.that "hop rate" "a finite number from 0" (fun w -> w >= 0.0 && Double.IsFinite w) model.HopRate
        ]

    /// <summary>Every fault of a configuration: another number of sites, masses below 0, another sum.</summary>
    /// <param name="model">The model.</param>
    /// <param name="masses">One configuration, [sites].</param>
    /// <returns>Errors: Mismatch of sites or of mass, OutOfRange for the smallest mass.</returns>
    let configurationFaults (model: ChippingModel) (masses: int[]) : MiceError list =
        let total = masses |> Array.sumBy int64

        [
            if masses.Length <> model.Sites then
                MiceError.Mismatch("sites of model and configuration", string model.Sites, string masses.Length)
            if masses.Length > 0 then
                yield! Validate.atLeast 0 "the smallest mass" (Array.min masses)
            if total <> int64 model.Mass then
                MiceError.Mismatch("mass of model and configuration", string model.Mass, string total)
        ]

    /// <summary>A configuration to begin with.</summary>
    /// <param name="start">Where the mass is.</param>
    /// <param name="key">Randomness.</param>
    /// <param name="model">The model.</param>
    let start (start: ChippingStart) (key: Key) (model: ChippingModel) : int[] =
        let generator = Key.generator key
        let masses = Array.zeroCreate model.Sites

        match start with
        | ChippingStart.Scattered ->
            for _ in 1 .. model.Mass do
                let site = generator.NextInt model.Sites
                masses[site] <- masses[site] + 1
        | ChippingStart.Heaped -> masses[generator.NextInt model.Sites] <- model.Mass

        masses

    /// <summary>The largest mass as a share of all, from 1/L to 1: the condensate and what is like it in small rings.</summary>
    /// <param name="masses">One configuration, [sites].</param>
    let condensateFraction (masses: int[]) : float =
        float (Array.max masses) / float (Array.sum masses)

    /// <summary>Σm²/L. It goes as L above the transition.</summary>
    /// <param name="masses">One configuration, [sites].</param>
    let secondMoment (masses: int[]) : float =
        masses |> Array.averageBy (fun m -> float m * float m)
