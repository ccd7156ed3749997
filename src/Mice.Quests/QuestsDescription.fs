namespace Mice.Quests

open System
open Mice

/// <summary>Results on sets of atomic environments as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module QuestsDescription =
    let private meaning =
        "Entropies in nats (times k_B for J/K), exact for these environments and this bandwidth h; numbers of different h, k or cut-off cannot be compared. Brackets hold one standard error in the last digits: how much the number would differ with other frames of the same kind, each frame taken as one draw; there is none for a single frame."

    let private natRow create key label (e: Estimate<nat>) : ResultRow = create key label "nats" e

    let private entropyRow = natRow ResultRow.principal "entropy_nats" "Entropy H"
    let private diversityRow = natRow ResultRow.estimate "diversity_nats" "Diversity D"

    let private bandwidthRow (h: float) =
        ResultRow.number "bandwidth_per_angstrom" "Bandwidth h" "1/Å" 5 h

    let private summary (differential: float<nat>[]) : ResultRow list =
        let sorted = differential |> Array.map float |> Array.sort

        let at share =
            sorted[int (share * float (sorted.Length - 1))]

        [
            ResultRow.number "smallest_delta_entropy_nats" "Smallest δH" "nats" 4 sorted[0]
            ResultRow.number "median_delta_entropy_nats" "Median δH" "nats" 4 (at 0.5)
            ResultRow.number "percentile_99_delta_entropy_nats" "99th percentile of δH" "nats" 4 (at 0.99)
            ResultRow.number "largest_delta_entropy_nats" "Largest δH" "nats" 4 (Array.last sorted)
        ]

    let private create answer notes settings sections : ResultDescription =
        {
            Answer = answer
            Meaning = meaning
            Sections = sections
            Checks = []
            Notes = notes
            Settings = settings
        }

    /// Number and step of a frame.
    let private frameRows (steps: int64[]) (f: int) : ResultRow list =
        [
            ResultRow.count "frame" "Frame" (f + 1)
            if steps.Length > 0 then
                ResultRow.text "step" "Step" (string steps[f])
        ]

    let private metricsRows (steps: int64[]) (f: int) (m: EnvironmentMetrics) : ResultRow list =
        [
            yield! frameRows steps f
            ResultRow.count "environments" "Atoms" m.Environments
            ResultRow.number "entropy_nats" "Entropy H" "nats" 6 (float m.Entropy.Value)
            ResultRow.number "diversity_nats" "Diversity D" "nats" 6 (float m.Diversity.Value)
        ]

    /// So many of a thing, in words.
    let private several (count: int) (one: string) : string =
        if count = 1 then $"1 {one}" else $"{count} {one}s"

    let private environmentsOf count = several count "environment"
    let private framesOf count = several count "frame"

    let private ofFrames (steps: int64[]) (frames: EnvironmentMetrics[]) : ResultRow =
        frames
        |> Array.mapi (metricsRows steps)
        |> List.ofArray
        |> ResultRow.table "frames" "Every frame as a set of its own"

    /// <summary>The description of H, D and δH of a set.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="steps">Steps of the frames; none where they are not known.</param>
    /// <param name="frames">The same of every frame as a set of its own; none where this was not asked for.</param>
    /// <param name="m">The metrics.</param>
    let metrics
        (notes: string list)
        (settings: (string * string) list)
        (steps: int64[])
        (frames: EnvironmentMetrics[])
        (m: EnvironmentMetrics)
        : ResultDescription =
        let most = log (float m.Environments)

        create
            $"The entropy of {environmentsOf m.Environments} from {framesOf m.Frames} is {Estimate.format m.Entropy} nats at a bandwidth of {Number.text (Math.Round(m.Bandwidth, 6))} /Å, of {most:F4} nats at most; their diversity is {Estimate.format m.Diversity} nats."
            notes
            settings
            [
                ResultRow.record
                    ""
                    "Numbers"
                    [
                        entropyRow m.Entropy
                        diversityRow m.Diversity
                        ResultRow.number "largest_entropy_nats" "Largest possible, ln n" "nats" 6 most
                        |> ResultRow.noted "all environments different"
                        bandwidthRow m.Bandwidth
                        ResultRow.count "environments" "Environments n" m.Environments
                        ResultRow.count "number_of_frames" "Frames" m.Frames
                        yield! summary m.Differential
                    ]
                if frames.Length > 0 then
                    ofFrames steps frames
            ]

    let private share (part: int) (whole: int) = float part / float whole

    /// δH of one frame with respect to a reference.
    let private surpriseRows (f: FrameComparison) : ResultRow list =
        [
            ResultRow.number "mean_delta_entropy_nats" "Mean δH" "nats" 4 (float f.Mean)
            ResultRow.number "largest_delta_entropy_nats" "Largest δH" "nats" 4 (float f.Largest)
            ResultRow.number "novelty" "New: δH above 0" "" 4 (share f.New f.Environments)
        ]

    /// <summary>The description of what a set holds that a reference does not.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="steps">Steps of the frames; none where they are not known.</param>
    /// <param name="c">The comparison.</param>
    let comparison
        (notes: string list)
        (settings: (string * string) list)
        (steps: int64[])
        (c: EnvironmentComparison)
        : ResultDescription =
        let percent e =
            Estimate.format (Estimate.scale 100.0 e)

        let quantile key label part =
            ResultRow.number key label "nats" 2 (float (EnvironmentComparison.quantile part c))

        let extreme key label value =
            ResultRow.number key label "nats" 4 (float value)

        create
            $"{percent c.Overlap} %% of {environmentsOf c.Environments} are known to the reference (δH below {Number.text (float c.Threshold)} nats), {percent c.Novelty} %% are new to it (δH above 0)."
            notes
            settings
            [
                ResultRow.record
                    ""
                    "Numbers"
                    [
                        ResultRow.principal "overlap" "Overlap: share with δH below the threshold" "" c.Overlap
                        ResultRow.estimate "novelty" "Novelty: share with δH above 0" "" c.Novelty
                        natRow ResultRow.estimate "mean_delta_entropy_nats" "Mean δH" c.Mean
                        extreme
                            "smallest_delta_entropy_nats"
                            "Smallest δH"
                            (c.Frames |> Array.map _.Smallest |> Array.min)
                        quantile "median_delta_entropy_nats" "Median δH" 0.5
                        quantile "percentile_99_delta_entropy_nats" "99th percentile of δH" 0.99
                        extreme "largest_delta_entropy_nats" "Largest δH" (c.Frames |> Array.map _.Largest |> Array.max)
                        ResultRow.number "threshold_nats" "Threshold" "nats" 6 (float c.Threshold)
                        bandwidthRow c.Bandwidth
                        ResultRow.count "environments" "Environments" c.Environments
                        ResultRow.count "reference_environments" "Environments of the reference" c.Reference
                        if c.Tolerance > 0.0<nat> then
                            ResultRow.number "tolerance_nats" "δH is too large by at most" "nats" 6 (float c.Tolerance)
                    ]
                if c.Frames.Length > 1 then
                    c.Frames
                    |> Array.mapi (fun i f ->
                        [
                            yield! frameRows steps i
                            ResultRow.count "environments" "Atoms" f.Environments
                            ResultRow.number "overlap" "Known" "" 4 (share f.Known f.Environments)
                            yield! surpriseRows f
                        ])
                    |> List.ofArray
                    |> ResultRow.table "frames" "Frames"
            ]

    /// <summary>The description of a learning curve.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="curve">The curve.</param>
    let learningCurve
        (notes: string list)
        (settings: (string * string) list)
        (curve: LearningCurve)
        : ResultDescription =
        let last = Array.last curve.Points

        let answer =
            match curve.Limit, curve.Gap with
            | Some limit, Some gap ->
                $"H of {environmentsOf last.Environments} is {Estimate.format last.Entropy} nats; the curve leads to {Estimate.format limit} nats: {Estimate.format gap} nats are missing."
            | _ ->
                $"H of {environmentsOf last.Environments} is {Estimate.format last.Entropy} nats; the curve shows no limit yet: the set is far from complete, or has too few sizes."

        create
            answer
            (notes
             @ [
                 "The limit is that of the curve a − b exp(−c (ln N)²) with the least squares. It is an extrapolation and no bound."
             ])
            settings
            [
                curve.Points
                |> Array.map (fun p ->
                    [
                        ResultRow.count "environments" "Environments N" p.Environments
                        natRow ResultRow.estimate "entropy_nats" "H(N)" p.Entropy
                        ResultRow.number "largest_entropy_nats" "ln N" "nats" 4 (log (float p.Environments))
                    ])
                |> List.ofArray
                |> ResultRow.table "curve" "Learning curve"
                ResultRow.record
                    ""
                    "Limit"
                    [
                        match curve.Limit, curve.Gap, curve.Asymptote with
                        | Some limit, Some gap, Some a ->
                            natRow ResultRow.principal "limit_nats" "Limit of H" limit
                            natRow ResultRow.estimate "gap_nats" "Missing: limit less H of the largest N" gap
                            ResultRow.number "amplitude_nats" "b" "nats" 6 (float a.Amplitude)
                            ResultRow.number "rate" "c" "" 6 a.Rate

                            ResultRow.number
                                "residual_nats"
                                "Root mean square of the residuals"
                                "nats"
                                6
                                (float a.Residual)
                        | _ -> ResultRow.text "limit_nats" "Limit of H" "not shown by the curve"
                    ]
            ]

    /// <summary>The description of a smaller set of frames.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="frames">How many frames there were.</param>
    /// <param name="c">What was chosen.</param>
    let compression
        (notes: string list)
        (settings: (string * string) list)
        (frames: int)
        (c: Compression)
        : ResultDescription =
        let kept = c.Order.Length

        create
            $"{kept} of {frames} frames were kept: their entropy is {float (Array.last c.Entropy):F4} nats (all frames: {float c.Whole:F4}), their diversity {float (Array.last c.Diversity):F4} nats (all: {float c.WholeDiversity:F4}); they know {100.0 * c.Overlap:F2} %% of all environments."
            notes
            settings
            [
                ResultRow.record
                    ""
                    "Numbers"
                    [
                        ResultRow.number
                            "entropy_nats"
                            "Entropy H of the frames kept"
                            "nats"
                            6
                            (float (Array.last c.Entropy))
                        ResultRow.number "entropy_of_all_nats" "Entropy H of all frames" "nats" 6 (float c.Whole)
                        ResultRow.number
                            "diversity_nats"
                            "Diversity D of the frames kept"
                            "nats"
                            6
                            (float (Array.last c.Diversity))
                        ResultRow.number
                            "diversity_of_all_nats"
                            "Diversity D of all frames"
                            "nats"
                            6
                            (float c.WholeDiversity)
                        ResultRow.number
                            "overlap"
                            "Share of all environments with δH below 1e-5 nats given the frames kept"
                            ""
                            6
                            c.Overlap
                        ResultRow.count "kept" "Frames kept" kept
                        ResultRow.count "number_of_frames" "Frames" frames
                    ]
                c.Order
                |> Array.mapi (fun i f ->
                    [
                        ResultRow.count "taken" "Taken" (i + 1)
                        ResultRow.count "frame" "Frame" (f + 1)
                        ResultRow.number "entropy_nats" "H so far" "nats" 4 (float c.Entropy[i])
                        ResultRow.number "diversity_nats" "D so far" "nats" 4 (float c.Diversity[i])
                    ])
                |> List.ofArray
                |> ResultRow.table "frames" "Frames in the order in which they were taken"
            ]

    /// <summary>The description of entropies for several bandwidths.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="count">n, environments.</param>
    /// <param name="choices">Bandwidths to choose from: what they stand for, and h.</param>
    /// <param name="found">h and H(h).</param>
    let bandwidths
        (notes: string list)
        (settings: (string * string) list)
        (count: int)
        (choices: (string * string * float) list)
        (found: (float * float<nat>)[])
        : ResultDescription =
        let said =
            choices |> List.map (fun (_, label, h) -> $"{label}: {h:F5} /Å") |> String.concat "; "

        create
            $"Bandwidths for these environments: {said}."
            notes
            settings
            [
                choices
                |> List.map (fun (key, label, h) -> ResultRow.number key label "1/Å" 6 h)
                |> ResultRow.record "" "Bandwidths"
                if found.Length > 0 then
                    found
                    |> Array.map (fun (h, entropy) ->
                        [
                            bandwidthRow h
                            ResultRow.number "entropy_nats" "H(h)" "nats" 5 (float entropy)
                            ResultRow.number
                                "relative_entropy"
                                "H/ln n"
                                ""
                                5
                                (float entropy / log (float (max 2 count)))
                        ])
                    |> List.ofArray
                    |> ResultRow.table "sweep" "Entropy by bandwidth"
            ]

    /// <summary>The description of a run, frame by frame.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="steps">Steps of the frames; none where they are not known.</param>
    /// <param name="frames">Every frame as a set of its own.</param>
    /// <param name="compared">All frames with respect to a reference, where there is one.</param>
    let trajectory
        (notes: string list)
        (settings: (string * string) list)
        (steps: int64[])
        (frames: EnvironmentMetrics[])
        (compared: EnvironmentComparison option)
        : ResultDescription =
        let surprise =
            match compared with
            | None -> Array.create frames.Length []
            | Some c -> c.Frames |> Array.map surpriseRows

        let entropy (m: EnvironmentMetrics) = $"{float m.Entropy.Value:F4}"

        create
            $"H of a frame goes from {entropy frames[0]} nats in the first of {frames.Length} to {entropy (Array.last frames)} nats in the last."
            notes
            settings
            [
                frames
                |> Array.mapi (fun f m -> metricsRows steps f m @ surprise[f])
                |> List.ofArray
                |> ResultRow.table "frames" "Frames"
            ]

    /// <summary>The description of the nuclei of every frame.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="steps">Steps of the frames; none where they are not known.</param>
    /// <param name="found">Their nuclei.</param>
    let nuclei
        (notes: string list)
        (settings: (string * string) list)
        (steps: int64[])
        (found: Nuclei[])
        : ResultDescription =
        let largest (sizes: int[]) =
            sizes |> Array.tryHead |> Option.defaultValue 0

        let answer =
            if found.Length = 1 then
                $"The largest nucleus has {largest found[0].Cores} atoms."
            else
                $"The largest nucleus has {largest found[0].Cores} atoms in the first of {found.Length} frames and {largest (Array.last found).Cores} in the last."

        create
            answer
            notes
            settings
            [
                found
                |> Array.mapi (fun f n ->
                    [
                        yield! frameRows steps f
                        ResultRow.count "atoms" "Atoms" n.Membership.Length
                        ResultRow.count "known_atoms" "Of the new phase" n.Atoms.Length
                        ResultRow.count "components" "Connected parts" n.Components.Length
                        ResultRow.count "largest_component" "Largest of these" (largest n.Components)
                        ResultRow.count "nuclei" "Nuclei: 2-edge-connected parts" n.Cores.Length
                        ResultRow.count "largest_nucleus" "Largest nucleus" (largest n.Cores)
                    ])
                |> List.ofArray
                |> ResultRow.table "frames" "Nuclei"
            ]

    let private searched (r: SearchResult) : ResultRow list =
        let values = r.Differential |> Array.map float

        [
            ResultRow.count "atoms" "Atoms" values.Length
            ResultRow.number "score" "Score, the smaller the better" "" 4 r.Score
            ResultRow.number "mean_delta_entropy_nats" "Mean δH" "nats" 4 (Array.average values)
            ResultRow.number "smallest_delta_entropy_nats" "Smallest δH" "nats" 4 (Array.min values)
            ResultRow.number "largest_delta_entropy_nats" "Largest δH" "nats" 4 (Array.max values)
            ResultRow.number "accepted" "Share of the steps taken" "" 4 (share r.Accepted r.Scores.Length)
        ]

    /// <summary>The description of a structure that was sought.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="result">What was found.</param>
    let search (notes: string list) (settings: (string * string) list) (result: SearchResult) : ResultDescription =
        let mean = result.Differential |> Array.averageBy float

        create
            $"The best of {result.Scores.Length} structures has a mean δH of {mean:F3} nats with respect to the reference."
            notes
            settings
            [ ResultRow.record "" "The best structure" (searched result) ]

    /// <summary>The description of generations of structures.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What the numbers depend on.</param>
    /// <param name="generations">What was found.</param>
    let generations
        (notes: string list)
        (settings: (string * string) list)
        (generations: SearchResult[][])
        : ResultDescription =
        let mean (results: SearchResult[]) =
            results |> Array.averageBy (fun r -> r.Differential |> Array.averageBy float)

        let count = several generations.Length "generation"

        create
            $"{Array.sumBy Array.length generations} structures in {count}: the mean δH of a generation with respect to all before it goes from {mean (Array.head generations):F3} to {mean (Array.last generations):F3} nats."
            notes
            settings
            [
                [
                    for g, results in Array.indexed generations do
                        for r in results -> ResultRow.count "generation" "Generation" (g + 1) :: searched r
                ]
                |> ResultRow.table "structures" "Structures"
            ]

    /// <summary>The description of descriptors.</summary>
    /// <param name="notes">What was done to the data.</param>
    /// <param name="settings">What they depend on.</param>
    /// <param name="environments">The environments.</param>
    let descriptors
        (notes: string list)
        (settings: (string * string) list)
        (environments: Environments)
        : ResultDescription =
        let n, d = environments.Points.Count, environments.Points.Dimension

        { create
              $"{environmentsOf n} from {framesOf (Environments.frames environments)}, described by {d} components each."
              notes
              settings
              [
                  ResultRow.record
                      ""
                      "Numbers"
                      [
                          ResultRow.count "environments" "Environments" n
                          ResultRow.count "components" "Components of a descriptor" d
                          ResultRow.count "number_of_frames" "Frames" (Environments.frames environments)
                          ResultRow.count
                              "straddling"
                              "With a shell across the border of the k nearest"
                              environments.Straddling
                          ResultRow.count "sparse" "With fewer than k neighbours" environments.Sparse
                          ResultRow.count "isolated" "Without neighbours" environments.Isolated
                      ]
              ] with
            Meaning =
                "Components are in 1/Å: w(r)/r of the k nearest neighbours, then k − 1 means over the neighbours' lists of √(ww′)/d."
        }

    let private withSection (section: ResultRow) (description: ResultDescription) : ResultDescription =
        { description with
            Sections = description.Sections @ [ section ]
        }

    /// <summary>Adds the errors of a model by δH to the description of a comparison.</summary>
    /// <param name="bins">The errors.</param>
    let withErrors (bins: ErrorBin[]) : ResultDescription -> ResultDescription =
        bins
        |> Array.map (fun b ->
            [
                ResultRow.number "delta_entropy_nats" "δH" "nats" 4 (float b.Middle)
                ResultRow.estimate "mean_error" "Mean error, in the unit given" "" b.Error
                ResultRow.count "environments" "Environments" b.Environments
            ])
        |> List.ofArray
        |> ResultRow.table "errors" "Errors of the model by δH"
        |> withSection

    /// <summary>Adds the difference of two sets, with as many environments of each, to the description of the first.</summary>
    /// <param name="name">What the second set is called.</param>
    /// <param name="first">Numbers of the first, matched.</param>
    /// <param name="second">Numbers of the second.</param>
    /// <param name="difference">H of the first less H of the second.</param>
    let withDifference
        (name: string)
        (first: EnvironmentMetrics)
        (second: EnvironmentMetrics)
        (difference: Estimate<nat>)
        : ResultDescription -> ResultDescription =
        [
            natRow ResultRow.estimate "difference_nats" $"H less that of {name}" difference
            |> ResultRow.noted "stands for a difference of entropies in k_B per atom; no bound"
            natRow ResultRow.estimate "entropy_nats" "H of this set" first.Entropy
            natRow ResultRow.estimate "other_entropy_nats" $"H of {name}" second.Entropy
            ResultRow.count "environments" "Environments of each" first.Environments
            ResultRow.count "number_of_frames" "Frames of each" first.Frames
        ]
        |> ResultRow.record "difference" "Against another set, with as many environments of each"
        |> withSection

    /// <summary>Adds what the sizes of nuclei say by classical nucleation theory to their description.</summary>
    /// <param name="fit">What they say.</param>
    let withNucleation (fit: NucleationFit) : ResultDescription -> ResultDescription =
        [
            ResultRow.estimate
                "interface_energy_joule_per_square_metre"
                "Energy of the interface γ"
                "J/m²"
                fit.InterfaceEnergy
            ResultRow.estimate "gain_ev_per_atom" "Gain of an atom that joins Δμ" "eV" fit.Gain
            ResultRow.count "sizes" "Different sizes" fit.Sizes
        ]
        |> ResultRow.record "nucleation" "Classical nucleation theory"
        |> withSection
