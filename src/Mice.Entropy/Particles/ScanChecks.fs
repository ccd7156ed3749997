namespace Mice.Entropy

open Mice

/// <summary>Checks that a scan makes of its own result.</summary>
/// <remarks>A tolerance of some standard errors alone would grow with the error that it judges, and a result that is wrong everywhere would pass. So every
/// check has an absolute limit too. For scale: a quick run on the 20 snapshots of solid sodium of the documentation, a sharp intensity that is hard to
/// average, has a mean of λ/ρ of 0.99(4) and a spread of the networks of 0.05 k_B per atom.</remarks>
[<RequireQualifiedAccess>]
module internal ScanChecks =
    /// Largest distance of the mean of λ/ρ from 1: somewhat more than three errors of the quick run on solid sodium.
    [<Literal>]
    let private FarthestCalibration = 0.15

    /// <summary>The mean of λ/ρ over uniform points; a quantity near 1, not a bound.</summary>
    let calibration (snapshots: SnapshotEntropy[]) (ratios: float[]) : Estimate<1> =
        let networks =
            Array.zip snapshots ratios
            |> Array.groupBy (fun (s, _) -> s.Network)
            |> Array.map (fun (_, m) -> m |> Array.averageBy snd)

        Estimate.create
            (Array.average ratios)
            (sqrt (Statistics.standardError ratios ** 2.0 + Statistics.standardError networks ** 2.0))
            Direction.NoBound

    let private isCalibrated (calibration: Estimate<1>) : Check =
        let distance = abs (calibration.Value - 1.0)

        {
            Name = "the intensity is calibrated"
            Passed = distance <= 3.0 * max calibration.StandardError 0.01 && distance <= FarthestCalibration
            Detail =
                $"mean of λ/ρ over uniform points {Estimate.format calibration}, wanted 1 within 3 errors and within {FarthestCalibration}"
        }

    let private isLongEnough (shorter: Estimate<kB / atom>) (longest: Estimate<kB / atom>) : Check =
        let step = float (shorter.Value - longest.Value)

        {
            Name = "the cut-off is long enough"
            Passed = step <= 0.05
            Detail = $"the last step of the cut-off lowered the bound by {step:F3} k_B per atom, wanted at most 0.05"
        }

    /// <summary>All checks.</summary>
    /// <param name="networks">The bound of each network.</param>
    /// <param name="total">The bound from all of them.</param>
    /// <param name="calibration">The mean of λ/ρ over uniform points.</param>
    /// <param name="rows">Bounds by cut-off, the longest last.</param>
    let all
        (networks: Estimate<kB / atom>[])
        (total: Estimate<kB / atom>)
        (calibration: Estimate<1>)
        (rows: CutoffRow[])
        : Check list =
        [
            BoundChecks.isNumber total
            isCalibrated calibration
            BoundChecks.agree networks total
            if rows.Length >= 2 then
                isLongEnough rows[rows.Length - 2].ExcessEntropy rows[rows.Length - 1].ExcessEntropy
        ]
