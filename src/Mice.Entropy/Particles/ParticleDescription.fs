namespace Mice.Entropy

open Mice

/// <summary>The excess entropy of particles as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module ParticleDescription =
    let private ofScan (s: ScanResult) : ResultRow list =
        let ofCutoff (row: CutoffRow) =
            [
                ResultRow.number "cutoff_angstrom" "Cut-off" "Å" 2 (float row.Cutoff)
                BoundDescription.entropy "Excess entropy" row.ExcessEntropy
            ]

        [
            ResultRow.estimate "calibration" "Mean of λ/ρ over uniform points" "1" s.Calibration
            s.ByCutoff
            |> Array.map ofCutoff
            |> List.ofArray
            |> ResultRow.curve "by_cutoff" "Excess entropy by cut-off"
        ]

    let private ofDenoising (r: DenoisingResult) : ResultRow list =
        let ofLevel (l: NoiseLevel) =
            [
                ResultRow.number "sigma_angstrom" "Noise σ" "Å" 3 l.Sigma
                ResultRow.estimate "explained_noise" "Noise that is found, d − m(σ)" "1" l.Explained
            ]

        let ofStage i (above: Estimate<kB / atom>) =
            [
                ResultRow.count "stage" "Stage" (i + 1)
                ResultRow.estimate "above_the_bound" "Bound after it less the bound" "k_B/atom" above
            ]

        [
            ResultRow.text "phase" "Phase" (DenoisingOptions.phase r.Phase)
            ResultRow.number "cutoff_angstrom" "Neighbours are seen up to" "Å" 2 (float r.Cutoff)
            r.Levels
            |> Array.map ofLevel
            |> List.ofArray
            |> ResultRow.curve "noise_levels" "Noise that is found"
            r.EarlierStages
            |> Array.mapi ofStage
            |> List.ofArray
            |> ResultRow.curve "by_stage" "Bound by stages of the networks"
        ]

    /// All rows of what a method found: the bound, the method, what is its own, the data.
    let internal rows (found: ParticleEntropy) : ResultRow list =
        let bound = found.Bound

        [
            yield! BoundDescription.ofBound bound
            ResultRow.text "method" "Method" found.Method
            match found with
            | ParticleEntropy.Denoising result -> yield! ofDenoising result
            | ParticleEntropy.Scan result -> yield! ofScan result
            ResultRow.number "volume_per_atom_angstrom3" "Volume per atom in the snapshots" "Å³" 3 bound.VolumePerAtom
            ResultRow.count "atoms" "Atoms" bound.Atoms
            ResultRow.count "snapshots" "Snapshots" bound.Snapshots
            ResultRow.count "test_snapshots" "Held out for testing, each once" bound.Snapshots
            ResultRow.number "time_seconds" "Time" "s" 0 bound.Seconds
        ]

    let private ofOne (found: ParticleEntropy) : ResultDescription =
        {
            Answer = BoundDescription.answer found.Bound
            Meaning = BoundDescription.meaning
            Sections = [ ResultRow.record "" "Numbers" (rows found @ [ BoundDescription.caveatRow ]) ]
            Checks = found.Bound.Checks
            Notes = []
            Settings = found.Bound.Settings
        }

    let private ofSeveral (all: ParticleEntropy list) : ResultDescription =
        let best = ParticleEntropy.smallest all

        let prefixed (one: ParticleEntropy) =
            List.map (fun (key, value) -> $"{one.Method}_{key}", value)

        let named (one: ParticleEntropy) =
            List.map (fun (c: Check) ->
                { c with
                    Name = $"{one.Method}: {c.Name}"
                })

        {
            Answer =
                $"{BoundDescription.answer best.Bound} It is the smallest of {all.Length} upper bounds, by {best.Method}."
            Meaning = BoundDescription.meaning
            Sections =
                [
                    ResultRow.record
                        ""
                        "Numbers"
                        [
                            BoundDescription.entropy "Excess entropy, the smallest bound" best.Bound.ExcessEntropy
                            ResultRow.text "method" "Method" best.Method
                            BoundDescription.caveatRow
                        ]
                    for one in all do
                        ResultRow.record one.Method $"By {one.Method}" (rows one)
                ]
            Checks = all |> List.collect (fun one -> named one one.Bound.Checks)
            Notes = []
            Settings = all |> List.collect (fun one -> prefixed one one.Bound.Settings)
        }

    /// <summary>The description of bounds of the same snapshots by one or more methods: excess entropies in k_B per atom, what was learned, volume and data. Of several bounds
    /// the smallest is the answer, and all are shown.</summary>
    /// <param name="found">One or more.</param>
    let create (found: ParticleEntropy list) : ResultDescription =
        match found with
        | [ one ] -> ofOne one
        | several -> ofSeveral several
