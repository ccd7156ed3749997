namespace Mice.Entropy

open Mice

/// <summary>The denoising entropy of one phase as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module DenoisingDescription =
    let private level (l: NoiseLevel) =
        [
            ResultRow.number "sigma_angstrom" "Noise σ" "Å" 3 l.Sigma
            ResultRow.estimate "explained_noise" "Noise that is found, d − m(σ)" "1" l.Explained
        ]

    let private rows (r: DenoisingResult) : ResultRow list =
        [
            yield! ScanDescription.ofBound r.ExcessEntropy r.Looseness r.Corrected r.NetworkEntropies
            ResultRow.text "phase" "Phase" (DenoisingOptions.phase r.Phase)
            ResultRow.number "volume_per_atom_angstrom3" "Volume per atom in the snapshots" "Å³" 3 r.VolumePerAtom
            ResultRow.number "cutoff_angstrom" "Neighbours are seen up to" "Å" 2 (float r.Cutoff)
            ResultRow.count "atoms" "Atoms" r.Atoms
            ResultRow.count "snapshots" "Snapshots, each held out once" r.Snapshots
            ResultRow.number "time_seconds" "Time" "s" 0 r.Seconds
            r.Levels |> Array.map level |> List.ofArray |> ResultRow.curve "noise_levels" "Noise that is found"
        ]

    /// <summary>The description of a denoising entropy: excess entropies in k_B per atom, the integrand by noise, volume and data.</summary>
    /// <param name="r">The result.</param>
    let create (r: DenoisingResult) : ResultDescription =
        {
            Answer = ScanDescription.answer r.ExcessEntropy r.Corrected
            Meaning = ScanDescription.meaning
            Sections = [ ResultRow.record "" "Numbers" (rows r @ [ ScanDescription.caveatRow ]) ]
            Checks = r.Checks
            Notes = []
            Settings = r.Settings
        }
