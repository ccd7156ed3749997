namespace Mice.Verification

open Mice
open Mice.Entropy
open Mice.Testing.Measuring

/// Entropies of lattices against references, and those of two methods against each other.
[<RequireQualifiedAccess>]
module LatticeComparison =
    /// s less its reference, where there is one.
    let deviation (p: LatticeResult) =
        p.Reference |> Option.map (fun r -> Estimate.subtract p.EntropyPerSite r.EntropyPerSite)

    /// The bounds of the scan less the reference.
    let private bracket (points: LatticeResult list) =
        let less (p: LatticeResult) (bound: Estimate<nat / site> option) =
            Option.map2
                (fun (b: Estimate<nat / site>) (r: LatticeReference) ->
                    $"%+.5f{float (b.Value - r.EntropyPerSite.Value)}")
                bound
                p.Reference
            |> Option.defaultValue "none"

        points
        |> List.tryFind (fun p -> p.Method = "scan")
        |> Option.map (fun p -> $"{less p p.LowerBound}, {less p p.UpperBound}")
        |> Option.defaultValue ""

    /// Cells of one temperature: T, the reference, deviations of the methods shown, the bounds of the scan and seconds.
    let row shown (points: LatticeResult list) =
        let cell method =
            points
            |> List.tryFind (fun p -> p.Method = method)
            |> Option.bind (fun p -> deviation p |> Option.map (fun d -> p, d))
            |> Option.map (fun (p, d) -> $"%+.5f{float d.Value} ({float p.EntropyPerSite.StandardError:F5})")
            |> Option.defaultValue ""

        let known =
            points
            |> List.tryPick _.Reference
            |> Option.map _.EntropyPerSite
            |> Option.map (fun known ->
                if known.StandardError = 0.0<nat / site> then
                    $"{float known.Value:F6}"
                else
                    Estimate.format known)
            |> Option.defaultValue ""

        let seconds = points |> List.distinctBy _.Seconds |> List.sumBy _.Seconds

        $"{points.Head.Temperature:F4}" :: known :: List.map cell shown
        @ [ bracket points; $"{seconds:F0}" ]

    /// Largest deviation, and the share within three errors of both numbers, of one method.
    let summary (points: LatticeResult list) method =
        let own =
            points |> List.filter (fun p -> p.Method = method) |> List.choose deviation

        let within =
            own |> List.filter (fun d -> abs d.Value <= 3.0 * d.StandardError) |> List.length

        own |> List.map (fun d -> abs (float d.Value)) |> List.max, float within / float own.Length

    /// <summary>Deviations from references.</summary>
    /// <param name="shown">Names of methods, one column each.</param>
    /// <param name="points">Points of all temperatures.</param>
    let table (shown: string list) (points: LatticeResult list) : string =
        Table.markdown
            ([ "T"; "reference s" ]
             @ (shown |> List.map (fun m -> $"{m} − reference (error)"))
             @ [ "bounds of scan − reference"; "seconds" ])
            (points |> List.groupBy _.Temperature |> List.map (snd >> row shown))

    /// A difference is within three of its errors, and within a goal; NaN is not.
    let isClose (goal: float) (difference: Estimate<nat / site>) : bool =
        abs difference.Value <= 3.0 * difference.StandardError && abs (float difference.Value) <= goal

    /// Whether all points of some methods are as close to their references; false where there are none.
    let areClose (goal: float) (methods: string list) (points: LatticeResult list) : bool =
        let own = points |> List.filter (fun p -> List.contains p.Method methods)

        not own.IsEmpty && own |> List.forall (fun p -> deviation p |> Option.exists (isClose goal))

    /// Scan and MICE of one temperature where no exact value is known: cells, and whether they agree and the bounds of the scan hold MICE, within three errors each.
    let private agreementOf (goal: float) (points: LatticeResult list) : string list * bool =
        let find method =
            points |> List.find (fun p -> p.Method = method)

        let scan, mice = find "scan", find "mice"
        let difference = Estimate.subtract scan.EntropyPerSite mice.EntropyPerSite

        /// How far the first lies above the second is no less than minus three errors.
        let isAbove upper lower =
            let above: Estimate<nat / site> = Estimate.subtract upper lower
            above.Value >= -3.0 * above.StandardError

        let holds =
            Option.exists (isAbove mice.EntropyPerSite) scan.LowerBound
            && Option.exists (fun upper -> isAbove upper mice.EntropyPerSite) scan.UpperBound

        let bound = Option.map Estimate.format >> Option.defaultValue "none"

        [
            $"{points.Head.Temperature:F4}"
            Estimate.format scan.EntropyPerSite
            Estimate.format mice.EntropyPerSite
            $"%+.5f{float difference.Value} ({float difference.StandardError:F5})"
            bound scan.LowerBound
            bound scan.UpperBound
            $"{scan.Seconds + mice.Seconds:F0}"
        ],
        isClose goal difference && holds

    /// <summary>Scan and MICE against each other.</summary>
    /// <param name="goal">Largest difference, nats per site.</param>
    /// <param name="points">Points of both methods at all temperatures.</param>
    /// <returns>A table, and whether they agree at all temperatures.</returns>
    let agreement (goal: float) (points: LatticeResult list) : string * bool =
        let found =
            points |> List.groupBy _.Temperature |> List.map (snd >> agreementOf goal)

        Table.markdown
            [
                "T"
                "scan"
                "MICE"
                "scan − MICE (error)"
                "lower bound of scan"
                "upper bound of scan"
                "seconds"
            ]
            (List.map fst found),
        List.forall snd found
