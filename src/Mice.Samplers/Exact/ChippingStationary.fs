namespace Mice.Samplers

open System.Collections.Generic
open Mice

/// The stationary law of a small ring.
type ChippingLaw =
    {
        /// All configurations, [configurations][sites], in lexicographic order from all mass on the last site.
        Configurations: int[][]
        /// The probability of each.
        Probabilities: float[]
    }

/// Exact stationary laws of small rings with chipping and aggregation.
[<RequireQualifiedAccess>]
module ChippingStationary =
    /// Configurations up to which a law is offered: 2000 of them take some seconds and 32 MB.
    [<Literal>]
    let MostConfigurations = 2000.0

    /// C(M + L − 1, L − 1), infinite beyond all numbers.
    let private count (model: ChippingModel) =
        let few, many = min (model.Sites - 1) model.Mass, max (model.Sites - 1) model.Mass

        // Products above the limit end the loop, which grows with every factor.
        let rec product i value =
            if i > few || value > 1e15 then
                value
            else
                product (i + 1) (value * float (many + i) / float i)

        product 1 1.0

    let private sizeFaults (model: ChippingModel) =
        let count = count model

        [
            if not (count <= MostConfigurations) then
                MiceError.OutOfRange("configurations of the ring", Number.text count, "2000 or fewer")
        ]

    /// All ways to put a mass on so many sites.
    let rec private placements (sites: int) (mass: int) : int list list =
        if sites = 1 then
            [ [ mass ] ]
        else
            [
                for first in 0..mass do
                    for rest in placements (sites - 1) (mass - first) do
                        first :: rest
            ]

    /// Where the configurations of a ring go: (from, to, rate) for every move of every occupied site.
    let private moves (model: ChippingModel) (configurations: int[][]) =
        let index = Dictionary<int[], int>(HashIdentity.Structural)
        configurations |> Array.iteri (fun i masses -> index[masses] <- i)

        let moved (masses: int[]) site target amount =
            let next = Array.copy masses
            next[site] <- next[site] - amount
            next[target] <- next[target] + amount
            index[next]

        [|
            for i in 0 .. configurations.Length - 1 do
                let masses = configurations[i]

                for site in 0 .. model.Sites - 1 do
                    if masses[site] > 0 then
                        for side in [ 1; model.Sites - 1 ] do
                            let target = (site + side) % model.Sites
                            struct (i, moved masses site target 1, 0.5)
                            struct (i, moved masses site target masses[site], 0.5 * model.HopRate)
        |]

    /// <summary>The rates q(i, j) from configuration i to j.</summary>
    /// <param name="model">The model.</param>
    /// <param name="configurations">All configurations.</param>
    /// <returns>[n][n] with zeros on the diagonal.</returns>
    let internal rates (model: ChippingModel) (configurations: int[][]) : float[][] =
        let n = configurations.Length
        let rates = Array.init n (fun _ -> Array.zeroCreate n)

        for struct (i, j, rate) in moves model configurations do
            if i <> j then
                rates[i][j] <- rates[i][j] + rate

        rates

    /// <summary>The stationary law: that π whose flow into each configuration is the flow out of it. Rounding only.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model, or OutOfRange for more than 2000 configurations, as 7 masses on 6 sites have 792.</returns>
    let law (model: ChippingModel) : Result<ChippingLaw, MiceError list> =
        validate {
            let! () = ChippingModel.faults model
            let! () = sizeFaults model

            let configurations =
                placements model.Sites model.Mass |> List.map Array.ofList |> Array.ofList

            return
                {
                    Configurations = configurations
                    Probabilities = rates model configurations |> StationaryLaw.eliminate
                }
        }

    /// <summary>Σ π f over all configurations.</summary>
    /// <param name="quantity">f.</param>
    /// <param name="law">The law.</param>
    let average (quantity: int[] -> float) (law: ChippingLaw) : float =
        Array.fold2 (fun sum p masses -> sum + p * quantity masses) 0.0 law.Probabilities law.Configurations

    /// <summary>p(m) of one site, for m = 0, 1, …, M.</summary>
    /// <param name="law">The law.</param>
    let siteLaw (law: ChippingLaw) : float[] =
        let found = Array.zeroCreate (Array.sum law.Configurations[0] + 1)

        // All sites are alike: the first stands for all.
        for i in 0 .. law.Probabilities.Length - 1 do
            let mass = law.Configurations[i][0]
            found[mass] <- found[mass] + law.Probabilities[i]

        found

    /// <summary>S = −Σ π ln π of the whole ring.</summary>
    /// <param name="law">The law.</param>
    let entropy (law: ChippingLaw) : float<nat> =
        // Every configuration is reached, so that no probability is 0.
        law.Probabilities |> Array.sumBy (fun p -> -p * log p) |> LanguagePrimitives.FloatWithMeasure
