namespace Mice.Entropy

open Mice

/// What MICE expects beyond what its critics found.
type internal HalvingTail =
    {
        /// The area law, where levels lie beyond the critics and two interface areas tell it.
        AreaLaw: AreaLaw option
        /// The levels by that law.
        Levels: TailLevel list
        /// What they and more training change of the entropy per site.
        Change: Estimate<nat / site>
    }

/// Levels beyond the critics, and what more training of the critics would find.
[<RequireQualifiedAccess>]
module internal HalvingTail =
    /// Levels beyond the critics, by the area law through some M of each of the others.
    let private levelsBy (m: HalfInformation -> float<nat>) (levels: HalfInformation list) (beyond: Halves list) =
        levels
        |> List.map (fun l -> struct (l.Halves.InterfaceArea, float (m l)))
        |> AreaLaw.fit
        |> Option.map (fun (struct (law, smaller)) ->
            // Where nothing tells how M changes, all of it is its error.
            let other =
                defaultArg
                    smaller
                    {
                        Constant = 0.0<nat>
                        Slope = 0.0<nat>
                    }

            law,
            beyond
            |> List.map (fun halves ->
                let m = AreaLaw.at law halves.InterfaceArea
                let change = abs (m - AreaLaw.at other halves.InterfaceArea)

                {
                    Halves = halves
                    MutualInformation = Estimate.create m change Direction.NoBound
                }))

    /// −½ Σ M/V; errors of the area law have one cause, so they add up as they are.
    let private sumOf (levels: TailLevel list) : Estimate<nat / site> =
        let weight level = 0.5 / level.Halves.Volume

        let sum part =
            levels |> List.sumBy (fun l -> weight l * float (part l.MutualInformation))

        Estimate.create (-(sum _.Value) * 1.0<nat / site>) (sum _.StandardError * 1.0<nat / site>) Direction.NoBound

    /// −½ Σ G/V: the second half of the training found G, and as much again is expected of more.
    let private ownGain (levels: HalfInformation list) : float<nat / site> =
        levels |> List.sumBy (fun l -> -0.5 * l.Gain / (l.Halves.Volume * 1.0<site>))

    /// <summary>The tail. Gains of the training are added to M before the law is fitted; their error is all that they change.</summary>
    /// <param name="trusted">Levels that critics found.</param>
    /// <param name="beyond">The others.</param>
    let ofLevels (trusted: HalfInformation list) (beyond: Halves list) : HalvingTail =
        let fitted = levelsBy (fun l -> l.MutualInformation.Value + l.Gain) trusted beyond

        let sum law =
            law |> Option.map (snd >> sumOf) |> Option.defaultValue (Estimate.exact 0.0<nat / site>)

        let whole = sum fitted
        let plain = sum (levelsBy _.MutualInformation.Value trusted beyond)
        let own = ownGain trusted

        let trained =
            Estimate.create own (abs own + abs (whole.Value - plain.Value)) Direction.NoBound

        {
            AreaLaw = if List.isEmpty beyond then None else Option.map fst fitted
            Levels = fitted |> Option.map snd |> Option.defaultValue []
            Change = Estimate.add whole trained
        }
