namespace Mice.Plots

open Mice
open Mice.Atoms
open Mice.Quests
open Plotly.NET

/// <summary>Figures of sets of atomic environments. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module EnvironmentFigures =
    /// <summary>How often δH has which value, as a line over the middles of some sixty bins.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="values">δH, nats, and how many environments have it.</param>
    let histogram (title: string) (values: (float<nat> * int64)[]) : GenericChart =
        let values = values |> Array.map (fun (d, n) -> float d, float n)

        let low, high =
            values |> Array.map fst |> Array.min, values |> Array.map fst |> Array.max

        let bins = 60
        let width = max 0.01 ((high - low) / float bins)
        let counts = Array.zeroCreate<float>(bins + 1)

        for d, n in values do
            let bin = int ((d - low) / width)
            counts[bin] <- counts[bin] + n

        let total = Array.sum counts

        [
            Draw.line
                (Style.solid "" Colour.blue)
                (Array.init (bins + 1) (fun b -> low + (float b + 0.5) * width))
                (counts |> Array.map (fun c -> c / total))
        ]
        |> Frame.create title "δH (nats)" "Share of the environments"

    /// <summary>A number of every frame.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="axis">What the number is, with its unit.</param>
    /// <param name="series">Names of lines with a number for each frame.</param>
    let byFrame (title: string) (axis: string) (series: (string * float[]) list) : GenericChart =
        series
        |> List.mapi (fun i (name, values) ->
            Draw.line (Style.solid name (Colour.series i)) (values |> Array.mapi (fun f _ -> float (f + 1))) values)
        |> Frame.create title "Frame" axis

    /// Figures of a set, by the sections of its report; frames may be none.
    let metrics (frames: EnvironmentMetrics[]) (m: EnvironmentMetrics) : (string * GenericChart list) list =
        [
            "Environments",
            [
                histogram "Environments with respect to their own set" (m.Differential |> Array.map (fun d -> d, 1L))
                if frames.Length > 1 then
                    byFrame
                        "Entropy of every frame"
                        "Entropy H (nats)"
                        [ "", frames |> Array.map (fun f -> float f.Entropy.Value) ]
            ]
        ]

    /// Mean and largest δH of every frame.
    let private surprise (c: EnvironmentComparison) : GenericChart =
        byFrame
            "δH of every frame with respect to the reference"
            "δH (nats)"
            [
                "mean", c.Frames |> Array.map (fun f -> float f.Mean)
                "largest", c.Frames |> Array.map (fun f -> float f.Largest)
            ]

    /// <summary>The atoms of a frame in space, coloured by δH: blue what the reference knows, vermilion what it does not.</summary>
    /// <param name="title">Title of the figure.</param>
    /// <param name="snapshot">The frame.</param>
    /// <param name="differential">δH of its atoms, nats.</param>
    let atoms (title: string) (snapshot: Snapshot) (differential: float<nat>[]) : GenericChart =
        let values = differential |> Array.map float
        let sorted = Array.sort values

        let edges =
            Array.init 3 (fun k ->
                let along = Array.init values.Length (fun i -> snapshot.Positions[3 * i + k])

                max 1.0 (Array.max along - Array.min along))

        // As far below 0 as above, where δH tells known from new; a few outliers do not take the colours from all others.
        let reach =
            max (abs sorted[sorted.Length / 50]) (abs sorted[sorted.Length - 1 - sorted.Length / 50])
            |> max 1e-3

        [ Draw.spheres "δH (nats)" -reach reach snapshot.Positions values ] |> Frame.space title "Å" edges

    /// <summary>Errors of a model by how new the environments are.</summary>
    /// <param name="bins">The errors.</param>
    let errors (bins: ErrorBin[]) : GenericChart =
        [
            Draw.joined
                (Style.solid "" Colour.vermilion)
                (bins |> Array.map (_.Middle >> float))
                (bins |> Array.map _.Error.Value)
                (bins |> Array.map _.Error.StandardError)
        ]
        |> Frame.create "Errors of the model" "δH (nats)" "Mean error, in the unit given"

    /// <summary>Figures of a comparison, by the sections of its report.</summary>
    /// <param name="bins">Errors of a model by δH; none where these are not known.</param>
    /// <param name="newest">A frame that is shown in space: its number from 0, itself, and δH of its atoms.</param>
    /// <param name="c">The comparison.</param>
    let comparison
        (bins: ErrorBin[])
        (newest: (int * Snapshot * float<nat>[]) option)
        (c: EnvironmentComparison)
        : (string * GenericChart list) list =
        [
            "Environments",
            [
                histogram "Environments with respect to the reference" c.Histogram
                if c.Frames.Length > 1 then
                    surprise c

                match newest with
                | Some(frame, snapshot, differential) ->
                    let title =
                        if c.Frames.Length > 1 then
                            $"Frame {frame + 1}, which is newest to the reference"
                        else
                            "The frame, coloured by what the reference does not know"

                    atoms title snapshot differential
                | None -> ()
            ]
            if bins.Length > 0 then
                "Errors of the model by δH", [ errors bins ]
        ]

    /// Figures of a run, by the sections of its report; without a comparison where there is no reference.
    let trajectory (frames: EnvironmentMetrics[]) (compared: EnvironmentComparison option) =
        [
            "Along the run",
            [
                byFrame
                    "Every frame as a set of its own"
                    "Nats"
                    [
                        "entropy H", frames |> Array.map (fun f -> float f.Entropy.Value)
                        "diversity D", frames |> Array.map (fun f -> float f.Diversity.Value)
                    ]
                yield! compared |> Option.map surprise |> Option.toList
            ]
        ]

    /// Figures of a learning curve, by the sections of its report.
    let learningCurve (curve: LearningCurve) : (string * GenericChart list) list =
        let x = curve.Points |> Array.map (fun p -> log10 (float p.Environments))

        let fitted =
            curve.Asymptote
            |> Option.map (fun a ->
                let logs = Array.init 101 (fun i -> x[0] + float i / 100.0 * (Array.last x - x[0]))

                let at (log: float) =
                    let l = log * System.Math.Log 10.0
                    float a.Limit - float a.Amplitude * exp (-a.Rate * l * l)

                Draw.line (Style.dashed "a − b exp(−c (ln N)²)" Colour.vermilion) logs (Array.map at logs))

        let chart =
            [
                Draw.joined
                    (Style.solid "H(N)" Colour.blue)
                    x
                    (curve.Points |> Array.map (fun p -> float p.Entropy.Value))
                    (curve.Points |> Array.map (fun p -> float p.Entropy.StandardError))
                yield! Option.toList fitted
            ]
            |> Frame.create "Learning curve" "lg of the number of environments N" "Entropy H (nats)"

        let chart =
            match curve.Limit with
            | Some limit -> chart |> Frame.horizontal (float limit.Value) $"limit {Estimate.format limit}" Colour.ink
            | None -> chart

        [ "Learning curve", [ chart ] ]

    /// Figures of a smaller set, by the sections of its report.
    let compression (c: Compression) : (string * GenericChart list) list =
        let x = c.Entropy |> Array.mapi (fun i _ -> float (i + 1))

        [
            "Frames kept",
            [
                [
                    Draw.line (Style.solid "entropy H" Colour.blue) x (c.Entropy |> Array.map float)
                    Draw.line (Style.solid "diversity D" Colour.vermilion) x (c.Diversity |> Array.map float)
                ]
                |> Frame.create "Entropy and diversity of the frames taken so far" "Frames" "Nats"
                |> Frame.horizontal (float c.Whole) "H of all frames" Colour.ink
            ]
        ]

    /// <summary>Figures of entropies by bandwidth, by the sections of their report.</summary>
    /// <param name="found">h, 1/Å, and H(h), nats.</param>
    let bandwidths (found: (float * float<nat>)[]) : (string * GenericChart list) list =
        [
            "Bandwidth",
            [
                [
                    Draw.line
                        (Style.solid "" Colour.blue)
                        (found |> Array.map (fst >> log10))
                        (found |> Array.map (snd >> float))
                ]
                |> Frame.create "Entropy by bandwidth" "lg of the bandwidth h in 1/Å" "Entropy H (nats)"
            ]
        ]

    /// Figures of nuclei, by the sections of their report.
    let nuclei (found: Nuclei[]) : (string * GenericChart list) list =
        let largest (sizes: int[]) =
            sizes |> Array.tryHead |> Option.defaultValue 0 |> float

        [
            "Nuclei",
            [
                byFrame
                    "Largest nucleus"
                    "Atoms"
                    [
                        "2-edge-connected", found |> Array.map (fun n -> largest n.Cores)
                        "connected", found |> Array.map (fun n -> largest n.Components)
                    ]
            ]
        ]

    /// Figures of structures that were sought, by the sections of their report: the score along every chain.
    let search (results: SearchResult[]) : (string * GenericChart list) list =
        [
            "Search",
            [
                results
                |> Array.mapi (fun i r ->
                    Draw.line
                        (Style.solid (if results.Length = 1 then "" else $"structure {i + 1}") (Colour.series i))
                        (r.Scores |> Array.mapi (fun step _ -> float (step + 1)))
                        r.Scores)
                |> List.ofArray
                |> Frame.create "Score along the chain" "Step" "Score"
            ]
        ]
