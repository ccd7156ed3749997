namespace Mice.Entropy

open Mice

/// <summary>The scan of one phase as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module ScanDescription =
    let internal entropyUnit = "k_B per atom"

    let private caveat =
        "The error of an upper bound is statistical: it does not contain how far the bound lies above the truth. That looseness is estimated to second order \
         from the scatter of the likelihoods of the snapshots where the energy of each is known; a corrected entropy has a quarter of it in its error. \
         An entropy of melting, and what follows from it, uses the corrected entropies; without them it may be off by more than its error."

    /// What errors leave out, for files.
    let internal caveatRow: ResultRow = ResultRow.text "caveat" "" caveat

    /// What brackets, reference and errors mean, and what they leave out.
    let internal meaning =
        "One standard error of the last digits in brackets. The excess entropy is relative to the ideal gas of the same density. "
        + caveat

    let internal entropy (label: string) (e: Estimate<kB / atom>) : ResultRow =
        ResultRow.principal "excess_entropy_kb_per_atom" label entropyUnit e

    let private optional key label (e: Estimate<kB / atom> option) =
        e |> Option.map (ResultRow.estimate key label entropyUnit) |> Option.toList

    /// Rows of a bound: the bound, its looseness, what is left without it.
    let internal ofBound
        (bound: Estimate<kB / atom>)
        (looseness: Estimate<kB / atom> option)
        (corrected: Estimate<kB / atom> option)
        (networks: Estimate<kB / atom>[])
        : ResultRow list =
        [
            entropy "Excess entropy" bound
            yield! optional "looseness_kb_per_atom" "– looseness of that bound, estimated" looseness
            yield! optional "corrected_excess_entropy_kb_per_atom" "– less its looseness" corrected
            [ for network in networks -> [ entropy "excess entropy" network ] ]
            |> ResultRow.table "networks" "– network"
        ]

    /// A bound and what is left without its looseness, in a sentence.
    let internal answer (bound: Estimate<kB / atom>) (corrected: Estimate<kB / atom> option) : string =
        let sentence = $"The excess entropy is {Words.estimate entropyUnit bound}"

        match corrected with
        | Some corrected ->
            $"{sentence}; less the estimated looseness of that bound, {Words.estimate entropyUnit corrected}."
        | None -> $"{sentence}."

    /// Rows of one phase.
    let internal rows (s: ScanResult) : ResultRow list =
        [
            yield! ofBound s.ExcessEntropy s.Looseness s.Corrected s.NetworkEntropies
            ResultRow.estimate "calibration" "Mean of λ/ρ over uniform points" "1" s.Calibration
            ResultRow.number "volume_per_atom_angstrom3" "Volume per atom in the snapshots" "Å³" 3 s.VolumePerAtom
            ResultRow.count "atoms" "Atoms" s.Atoms
            ResultRow.count "snapshots" "Snapshots" s.Snapshots
            ResultRow.count "test_snapshots" "Held out for testing" s.TestSnapshots
            ResultRow.number "time_seconds" "Time" "s" 0 s.Seconds
            [
                for row in s.ByCutoff ->
                    [
                        ResultRow.number "cutoff_angstrom" "Cut-off" "Å" 2 (float row.Cutoff)
                        entropy "Excess entropy" row.ExcessEntropy
                    ]
            ]
            |> ResultRow.curve "by_cutoff" "Excess entropy by cut-off"
        ]

    /// <summary>The description of a scan: excess entropies in k_B per atom, calibration, volume and data.</summary>
    /// <param name="s">The scan.</param>
    let create (s: ScanResult) : ResultDescription =
        {
            Answer = answer s.ExcessEntropy s.Corrected
            Meaning = meaning
            Sections = [ ResultRow.record "" "Numbers" (rows s @ [ caveatRow ]) ]
            Checks = s.Checks
            Notes = []
            Settings = s.Settings
        }
