namespace Mice.Cli

/// `mice quests …`: what sets of atomic environments hold.
[<RequireQualifiedAccess>]
module Quests =
    /// The verbs.
    let verbs: Verb list =
        [
            QuestsSets.descriptors
            QuestsSets.metricsVerb "entropy" "how diverse is a set of environments? Its entropy"
            QuestsSets.metricsVerb "diversity" "the number of different environments, whatever their frequencies"
            QuestsSets.metricsVerb "metrics" "entropy, diversity and δH of every environment"
            QuestsComparisons.comparing
                "delta"
                "what does a set hold that a reference does not? δH of every environment"
            QuestsComparisons.comparing "overlap" "the share of environments that a reference knows"
            QuestsSets.curve
            QuestsSets.compress
            QuestsSets.bandwidth
            QuestsComparisons.trajectory
            QuestsComparisons.nuclei
            QuestsSearches.mcmc
            QuestsSearches.active
        ]
