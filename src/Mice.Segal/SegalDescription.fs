namespace Mice.Segal

open System
open Mice
open Mice.Learning

/// <summary>Trained networks as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module SegalDescription =
    /// Names of what is measured: in files and for people, with units.
    type internal Words =
        {
            EnergyKey: string
            EnergyUnit: string
            TemperatureKey: string
            TemperatureUnit: string
            FieldKey: string
            Field: string
            Charge: string
            ChargeLabel: string
        }

    let internal words (s: SemiGrandSystem) : Words =
        match s.Origin with
        | SystemOrigin.Alloy _ ->
            {
                EnergyKey = "_eV"
                EnergyUnit = "eV"
                TemperatureKey = "temperature_K"
                TemperatureUnit = "K"
                FieldKey = "chemical_potential_difference_eV"
                Field = "Δμ"
                Charge = "composition"
                ChargeLabel = "Composition x"
            }
        | SystemOrigin.Ising _
        | SystemOrigin.Own ->
            {
                EnergyKey = ""
                EnergyUnit = ""
                TemperatureKey = "temperature"
                TemperatureUnit = ""
                FieldKey = "field"
                Field = "B"
                Charge = "magnetisation"
                ChargeLabel = "Magnetisation m"
            }

    /// What chains depend on, by name.
    let internal chainSettings (o: NeuralChainOptions) : (string * string) list =
        [
            "chains", string o.Chains
            "rounds", string o.Rounds
            "equilibration", string o.Equilibrate
            "sweeps", string o.Sweeps
        ]

    let private range (unit: string) (low: float, high: float) =
        $"{Number.text low} to {Number.text high} {unit}".Trim()

    let internal formOf (n: SegalNetwork) : (string * string) list =
        let w = words n.System

        [
            "system", n.System.Name
            "sites", string n.System.Sites
            "temperature", range w.TemperatureUnit n.Range.Temperature
            "field", range w.EnergyUnit n.Range.Field
            "widths", n.Form.Widths |> Array.map string |> String.concat " "
            "pairs", string n.Flip.IsSome
        ]

    /// Both divergences of a network below which, on average, more than a hundredth of its samples count.
    let private farthest = log 100.0

    /// The part of the range in which a network is farthest from equilibrium.
    let private worst (t: SegalTrained) =
        t.Parts |> Array.maxBy (fun part -> part.Divergence.Value)

    let private short (number: float) = Number.text (Math.Round(number, 4))

    let internal place (w: Words) (c: Conditions) =
        $"T = {short c.Temperature} {w.TemperatureUnit}".Trim()
        + $", {w.Field} = {short c.Field} {w.EnergyUnit}".TrimEnd()

    let private nearness (t: SegalTrained) : Check list =
        t.Divergence
        |> Option.map (fun divergence ->
            let part = worst t
            let isNear = divergence.Value <= farthest

            let found =
                $"KL(q‖p) + KL(p‖q) is {Estimate.format divergence} nats on average, at most {farthest:F1} is wanted; most near {place (words t.Network.System) part.Conditions}: {Estimate.format part.Divergence}"

            {
                Name = "the network has learned its range"
                Passed = isNear
                Detail =
                    if isNear then
                        found
                    else
                        found + ". Train longer, or ask for a smaller range"
            })
        |> Option.toList

    let private ofParts (w: Words) (t: SegalTrained) =
        [
            for part in t.Parts ->
                [
                    ResultRow.number w.TemperatureKey "T" w.TemperatureUnit 4 part.Conditions.Temperature
                    ResultRow.number w.FieldKey w.Field w.EnergyUnit 4 part.Conditions.Field
                    ResultRow.estimate "divergence_nats" "KL(q‖p) + KL(p‖q)" "nats" part.Divergence
                ]
        ]

    /// <summary>The description of a training.</summary>
    /// <param name="preset">What way of learning it was.</param>
    /// <param name="o">How it was trained.</param>
    /// <param name="t">The trained network.</param>
    /// <param name="seconds">How long it took.</param>
    let training (preset: string) (o: SegalTrainingOptions) (t: SegalTrained) (seconds: float) : ResultDescription =
        let n = t.Network
        let last = Array.last t.State.Curve

        {
            Answer =
                $"A network of {n.Network.Weights.Length} weights has learned {n.System.Name} in {o.Steps} steps; ln q + E/k_BT is {last.Loss:F4} per site on average over its temperatures and fields."
            Meaning =
                "The mean of ln q + (E − BΣ charge)/k_BT per site over samples of the network is an upper bound of −ln Z/N on average over the range, over snapshots it is a lower bound; where steps learn from snapshots alone the curve shows the latter, and it jumps after them, because half of all later steps are where most was left to learn. The difference of both means at the same temperatures and fields, of whole configurations, is KL(q‖p) + KL(p‖q), which falls to 0 as the network learns. Ask the network for free energies and their errors."
            Sections =
                [
                    ResultRow.record
                        ""
                        "Training"
                        [
                            ResultRow.count "steps" "Steps" o.Steps
                            ResultRow.count "weights" "Weights" n.Network.Weights.Length
                            ResultRow.number "loss_per_site" "ln q + E/k_BT per site, last" "" 5 last.Loss
                            yield!
                                t.Divergence
                                |> Option.map (ResultRow.estimate "divergence_nats" "KL(q‖p) + KL(p‖q)" "nats")
                                |> Option.toList
                            ResultRow.number "seconds" "Time" "s" 0 seconds
                        ]
                    ResultRow.curve
                        "curve"
                        "Curve of the training"
                        [
                            for p in t.State.Curve ->
                                [
                                    ResultRow.count "step" "Step" (int p.Step)
                                    ResultRow.number "loss_per_site" "ln q + E/k_BT per site" "" 5 p.Loss
                                ]
                        ]
                    if t.Parts.Length > 0 then
                        ResultRow.table "parts" "Divergence in parts of the range" (ofParts (words n.System) t)
                ]
            Checks = nearness t
            Notes = []
            Settings = ("training", preset) :: formOf n
        }
