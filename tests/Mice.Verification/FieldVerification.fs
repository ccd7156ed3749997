namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers
open Mice.Testing.Measuring

/// The XY model in fields at many temperatures: entropies against integrated energies, mutual informations of halves against the harmonic approximation.
[<RequireQualifiedAccess>]
module FieldVerification =
    let private fields = [ 0.0; 0.1; 0.5; 1.0 ]

    let private temperatures = [ 0.15; 0.4; 0.7; 1.0; 1.4; 2.0 ]

    [<Literal>]
    let private Side = 64

    /// Sites of the largest halves with a critic.
    [<Literal>]
    let private Largest = 128

    /// The largest deviation of s that is allowed, as without a field.
    [<Literal>]
    let private Goal = 0.005

    /// Depth and length of the halves whose M is shown.
    let private shown = [ 1, 1; 2, 2; 4, 4; 8, 8 ]

    /// Halves that are held against the harmonic approximation.
    [<Literal>]
    let private Square = 4

    let private modelOf field temperature =
        { XYModel.square Side temperature with
            Field = field
        }

    let private mutualInformation (depth: int, length: int) (p: LatticeResult) =
        LatticeResult.certified p
        |> List.tryFind (fun l -> l.Half = $"{depth}×{length}")
        |> Option.map _.MutualInformation

    /// M of two squares side by side in the harmonic approximation.
    let private harmonic field temperature side =
        let square column =
            [|
                for row in 0 .. side - 1 do
                    for c in 0 .. side - 1 -> Side * row + column + c
            |]

        XYHarmonic.mutualInformation (modelOf field temperature) (square 0) (square side) |> ok |> float

    let private row field (p: LatticeResult) =
        let difference = LatticeComparison.deviation p |> Option.get

        [
            $"{field}"
            $"{p.Temperature}"
            Estimate.format (Option.get p.Reference).EntropyPerSite
            $"%+.5f{float difference.Value} ({float difference.StandardError:F5})"
            for size in shown do
                mutualInformation size p |> Option.map Estimate.format |> Option.defaultValue ""
            $"{harmonic field p.Temperature Square:F4}"
        ]

    /// Where M is largest: a parabola through the largest value and its neighbours, in ln T; the ends of the range are no peaks.
    let private peak (points: (float * float)[]) =
        let top = points |> Array.indexed |> Array.maxBy (snd >> snd) |> fst

        if top = 0 || top = points.Length - 1 then
            None
        else
            let x i = log (fst points[i])
            let y i = snd points[i]
            let left, right = x (top - 1) - x top, x (top + 1) - x top
            let down, up = y (top - 1) - y top, y (top + 1) - y top
            // y = b x + c x² through both neighbours.
            let c = (up / right - down / left) / (right - left)
            let b = up / right - c * right
            Some(exp (x top - b / (2.0 * c)))

    let private peakText found =
        found |> Option.map (fun t -> $"{t:F2}") |> Option.defaultValue "none"

    let private pairPeak field =
        [| 0.02..0.02..4.0 |]
        |> Array.map (fun t ->
            t,
            float
                (XYExact.pair
                    { XYModel.square 2 t with
                        Field = field
                    })
                    .MutualInformation)
        |> peak

    let private peakRow (field, points: LatticeResult list) =
        let ofSize size =
            points
            |> List.choose (fun p -> mutualInformation size p |> Option.map (fun m -> p.Temperature, float m.Value))
            |> Array.ofList
            |> peak

        $"{field}" :: peakText (pairPeak field) :: (shown |> List.map (ofSize >> peakText))

    /// M at the lowest temperature against the plateau, in errors: only where a field pins the angles is it one.
    let private plateauRow (field, points: LatticeResult list) =
        let coldest = points |> List.minBy _.Temperature

        [
            $"{field}"
            for side in [ 1; 2; 4; 8 ] do
                match mutualInformation (side, side) coldest with
                | Some m -> $"{Estimate.format m}, {harmonic field coldest.Temperature side:F4}"
                | None -> ""
        ]

    let private estimate field =
        let options =
            { LatticeEntropyOptions.defaults with
                Methods = [ LatticeMethod.Mice; LatticeMethod.Integration ]
                Mice =
                    { LatticeMiceOptions.defaults with
                        LargestHalf = Largest
                    }
                Transfer = true
            }

        let model =
            XY.model XYChainOptions.defaults LatticeVerification.shortIntegration (modelOf field 1.0)

        let points =
            LatticeEntropy.estimate options Run.quiet model temperatures
            |> ok
            |> List.filter (fun p -> p.Method = LatticeMethod.name LatticeMethod.Mice)

        for p in points do
            printfn "%s" (row field p |> String.concat "  ")

        field, points

    let private run () =
        let watch = Stopwatch.StartNew()
        let found = fields |> List.map estimate
        let names = shown |> List.map (fun (d, l) -> $"M({d}×{l})")

        let values =
            Table.markdown
                ([ "H"; "T"; "integrated s"; "mice − integrated s (error of both)" ]
                 @ names
                 @ [ $"harmonic M({Square}×{Square})" ])
                [
                    for field, points in found do
                        for p in points -> row field p
                ]

        let peaks =
            Table.markdown ("H" :: "two spins, exactly" :: names) (found |> List.map peakRow)

        let plateaus =
            Table.markdown ("H" :: names) (found |> List.filter (fun (h, _) -> h > 0.0) |> List.map plateauRow)

        let largest, honest =
            LatticeComparison.summary (List.collect snd found) (LatticeMethod.name LatticeMethod.Mice)

        {
            Markdown =
                $"{Side}×{Side} sites, 2,048 snapshots at each temperature, critics up to halves of 8×16 sites, of each temperature started from those of the next higher one (--transfer), energies integrated with 16 chains of 150 steps; \
                  {watch.Elapsed.TotalMinutes:F0} minutes in all, sampling and integration included. s in nats per site relative to dθ, a best estimate; M of halves in nats, lower bounds.\n\n{values}\n\n\
                  Largest deviation of s: {largest:F5} (goal {Goal}); within three errors of the difference: {100.0 * honest:F0} %% (goal 95 %%).\n\n\
                  T_max, at which M is largest, by a parabola in ln T through the largest value and its neighbours on this grid (of two spins alone on one of 0.02):\n\n{peaks}\n\n\
                  The plateau: M at T = {List.min temperatures}, and the harmonic approximation of the same halves by determinants:\n\n{plateaus}"
            Passed = largest <= Goal && honest >= 0.95
        }

    /// `verify xy-field`.
    let measurement: Measurement =
        {
            Name = "xy-field"
            Title = "XY ferromagnet in a field: entropy and mutual information of halves"
            Run = run
        }
