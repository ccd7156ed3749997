namespace Mice.Segal

open Mice

/// What a sample of the network counts in the gradient.
[<RequireQualifiedAccess>]
type SegalRule =
    /// Its value less the mean of the others at its conditions, divided by the spread there; the learning rate falls to 0 like a cosine.
    | Balanced
    /// As published: its value less the mean of all at its conditions, divided by the absolute value of that mean, which has zeros; the learning rate stays.
    | Published

/// Where snapshots in equilibrium come from.
[<RequireQualifiedAccess>]
type SnapshotSource =
    /// From walkers over all temperatures and fields.
    | Walkers of ThermalWalkOptions
    /// From the user.
    | Given of ThermalSnapshots

/// How a network learns a system.
type SegalTrainingOptions =
    {
        /// Optimiser steps.
        Steps: int
        /// Conditions of a step.
        Conditions: int
        /// Samples at each of them, 2 or more.
        Samples: int
        /// Of Adam, at the start.
        LearningRate: float
        /// What a sample of the network counts.
        Rule: SegalRule
        /// The share of the steps in which the lowest temperature falls from the highest of the range to the lowest, evenly in 1/T; 0 learns the whole range from the start. It is of samples of the network alone.
        Annealing: float
        /// The share of the steps, at the start, that learn from snapshots alone, 0 to 1.
        Forward: float
        /// Snapshots beside each sample of the network in later steps, and their weight, 0 to 1.
        Mixed: float
        /// Where snapshots come from.
        Source: SnapshotSource
    }

/// A way of learning, by name.
type SegalPreset =
    {
        Name: string
        Summary: string
        Options: SegalTrainingOptions
    }

/// Ways of learning.
[<RequireQualifiedAccess>]
module SegalPresets =
    /// 4,000 steps of 25 conditions with 50 samples each: the first half of them learns from snapshots of walkers, the others from samples of the network and three tenths as many snapshots.
    let mixed: SegalPreset =
        {
            Name = "mixed"
            Summary = "snapshots of walkers first, then samples of the network beside them"
            Options =
                {
                    Steps = 4000
                    Conditions = 25
                    Samples = 50
                    LearningRate = 3e-3
                    Rule = SegalRule.Balanced
                    Annealing = 0.0
                    Forward = 0.5
                    Mixed = 0.3
                    Source = SnapshotSource.Walkers ThermalWalk.defaults
                }
        }

    /// Snapshots alone.
    let forward: SegalPreset =
        {
            Name = "forward"
            Summary = "snapshots alone, of walkers or your own"
            Options = { mixed.Options with Forward = 1.0 }
        }

    /// Samples of the network alone, from the highest temperature down in the first half of the steps.
    let reverse: SegalPreset =
        {
            Name = "reverse"
            Summary = "samples of the network alone, from the highest temperature down"
            Options =
                { mixed.Options with
                    Annealing = 0.5
                    Forward = 0.0
                    Mixed = 0.0
                }
        }

    /// The published rule, with the steps and the rate that are published for AgPd-27.
    let reinforce: SegalPreset =
        {
            Name = "reinforce"
            Summary = "samples of the network alone, by the published rule"
            Options =
                { reverse.Options with
                    Steps = 17_229
                    LearningRate = 2.989e-3
                    Rule = SegalRule.Published
                    Annealing = 0.0
                }
        }

    /// All of them, the default first.
    let all: SegalPreset list = [ mixed; forward; reverse; reinforce ]

/// Checks of how a network learns.
[<RequireQualifiedAccess>]
module SegalTrainingOptions =
    /// <summary>Whether snapshots are learned from.</summary>
    /// <param name="o">The options.</param>
    let usesSnapshots (o: SegalTrainingOptions) : bool = o.Forward > 0.0 || o.Mixed > 0.0

    let private share name value =
        Validate.that name "0 to 1" (fun x -> x >= 0.0 && x <= 1.0) value

    let private sourceFaults (o: SegalTrainingOptions) (n: SegalNetwork) =
        if not (usesSnapshots o) then
            []
        else
            [
                match o.Source with
                | SnapshotSource.Walkers walk -> yield! ThermalWalk.faults walk
                | SnapshotSource.Given snapshots -> yield! ThermalSnapshots.givenFaults n.Range n.System snapshots

                // Snapshots are moved by them.
                if n.System.Origin.IsOwn then
                    yield! SemiGrandSystem.symmetryFaults n.System
            ]

    /// <summary>What stands against a training.</summary>
    /// <param name="o">How.</param>
    /// <param name="n">The network.</param>
    let faults (o: SegalTrainingOptions) (n: SegalNetwork) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of steps" o.Steps
            yield! Validate.atLeast 1 "the conditions of a step" o.Conditions
            yield! Validate.atLeast 2 "the samples at each condition" o.Samples
            yield! Validate.positive "the learning rate" o.LearningRate
            yield! share "the share of annealing" o.Annealing
            yield! share "the share of steps with snapshots alone" o.Forward
            yield! share "the snapshots beside samples" o.Mixed
            yield! sourceFaults o n
        ]

    let private sourceNotes (o: SegalTrainingOptions) =
        match o.Source with
        | _ when not (usesSnapshots o) -> []
        | SnapshotSource.Walkers w ->
            [
                "walkers", $"{w.Temperatures} {w.Fields} {w.Cooling} {w.Rounds} {w.Sweeps} {w.Every}"
            ]
        | SnapshotSource.Given snapshots -> [ "snapshots", ThermalSnapshots.digest snapshots ]

    /// All that weights depend on beside the network, by name.
    let internal notes (o: SegalTrainingOptions) : (string * string) list =
        [
            "steps", string o.Steps
            "conditions_of_a_step", string o.Conditions
            "samples", string o.Samples
            "learning_rate", Number.text o.LearningRate
            "rule", string o.Rule
            "annealing", Number.text o.Annealing
            "forward", Number.text o.Forward
            "mixed", Number.text o.Mixed
            yield! sourceNotes o
        ]
