namespace Mice.Entropy

open Mice

/// Upper bounds of entropies of particles as rows for files and people.
[<RequireQualifiedAccess>]
module internal BoundDescription =
    let entropyUnit = "k_B per atom"

    let private caveat =
        "The error of an upper bound is statistical: it does not contain how far the bound lies above the truth. That looseness is estimated to second order \
         from the scatter of the likelihoods of the snapshots where the energy of each is known; a corrected entropy has a quarter of it in its error. \
         An entropy of melting, and what follows from it, uses the corrected entropies; without them it may be off by more than its error."

    /// What errors leave out, for files.
    let caveatRow: ResultRow = ResultRow.text "caveat" "" caveat

    /// What brackets, reference and errors mean, and what they leave out.
    let meaning =
        "One standard error of the last digits in brackets. The excess entropy is relative to the ideal gas of the same density. "
        + caveat

    let entropy (label: string) (e: Estimate<kB / atom>) : ResultRow =
        ResultRow.principal "excess_entropy_kb_per_atom" label entropyUnit e

    let private optional key label (e: Estimate<kB / atom> option) =
        e |> Option.map (ResultRow.estimate key label entropyUnit) |> Option.toList

    /// Rows of a bound: the bound, its looseness, what is left without it.
    let ofBound (bound: EntropyBound) : ResultRow list =
        [
            entropy "Excess entropy" bound.ExcessEntropy
            yield! optional "looseness_kb_per_atom" "– looseness of that bound, estimated" bound.Looseness
            yield! optional "corrected_excess_entropy_kb_per_atom" "– less its looseness" bound.Corrected
            [
                for network in bound.NetworkEntropies -> [ entropy "excess entropy" network ]
            ]
            |> ResultRow.table "networks" "– network"
        ]

    /// A bound and what is left without its looseness, in a sentence.
    let answer (bound: EntropyBound) : string =
        let sentence =
            $"The excess entropy is {Words.estimate entropyUnit bound.ExcessEntropy}"

        match bound.Corrected with
        | Some corrected ->
            $"{sentence}; less the estimated looseness of that bound, {Words.estimate entropyUnit corrected}."
        | None -> $"{sentence}."
