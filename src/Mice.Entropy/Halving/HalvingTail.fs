namespace Mice.Entropy.Halvings

open Mice

/// The part of the entropy that critics did not find: levels by the area law, and what more training would find.
type internal HalvingTail =
    {
        /// The area law; None where critics reach the whole snapshot, or where there are fewer than two interface areas to fit.
        AreaLaw: AreaLaw option
        /// Levels beyond the critics, with M from the area law.
        Levels: TailLevel list
        /// What the tail and more training change of the entropy per site.
        Change: Estimate<nat / site>
    }

/// Extrapolation of halving: to levels beyond the critics, and to longer training.
[<RequireQualifiedAccess>]
module internal HalvingTail =
    /// Levels beyond the critics by an area law, which is fitted to a given M of each level that critics found.
    let private levelsBy (m: HalfInformation -> float<nat>) (levels: HalfInformation list) (beyond: Halves list) =
        levels
        |> List.map (fun l -> struct (l.Halves.InterfaceArea, float (m l)))
        |> AreaLaw.fit
        |> Option.map (fun (struct (law, smaller)) ->
            // Without a second area law nothing tells how M changes with size: then all of M is its error.
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

    /// −½ Σ M/V over some levels. The errors of all levels come from one fit, so they are added and not joined in quadrature.
    let private sumOf (levels: TailLevel list) : Estimate<nat / site> =
        let weight level = 0.5 / level.Halves.Volume

        let sum part =
            levels |> List.sumBy (fun l -> weight l * float (part l.MutualInformation))

        Estimate.create (-(sum _.Value) * 1.0<nat / site>) (sum _.StandardError * 1.0<nat / site>) Direction.NoBound

    /// −½ Σ G/V over some levels, G the gain of the second round of the training: more training is expected to gain as much again.
    let private ownGain (levels: HalfInformation list) : float<nat / site> =
        levels |> List.sumBy (fun l -> -0.5 * l.Gain / (l.Halves.Volume * 1.0<site>))

    /// <summary>The extrapolation. The gains of the training are added to M before the area law is fitted; the error of the gains is the whole change that
    /// they make.</summary>
    /// <param name="trusted">Levels that critics found and that are not saturated.</param>
    /// <param name="beyond">All other levels.</param>
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
