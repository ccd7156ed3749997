namespace Mice.Atoms

open System
open Mice

/// <summary>The pair distribution function g(r): how much more often than in an ideal gas of the same density two atoms are a
/// distance r apart.</summary>
type PairDistribution =
    {
        /// [n], ascending, Å.
        Radii: float[]
        /// [n], dimensionless; 1 where there is no correlation.
        Values: float[]
    }

/// g(r) and the pair entropy that follows from it.
[<RequireQualifiedAccess>]
module PairDistribution =
    /// Atoms whose neighbours are held at a time.
    let private block = 4096

    /// Calls an action with the distance of every ordered pair of different atoms (images are different atoms) up to a radius.
    let private forEachPair (radius: float) (snapshot: Snapshot) (action: float -> unit) : unit =
        let positions = snapshot.Positions
        let grid = Neighbours.build snapshot.Cell positions radius

        for first in 0 .. 3 * block .. positions.Length - 1 do
            let points = Array.sub positions first (min (3 * block) (positions.Length - first))

            for squared in (Neighbours.within radius grid points).SquaredDistances do
                // 0 is the atom itself.
                if squared > 0.0 then
                    action (sqrt squared)

    let private faults (step: string) (width: float) (cutoff: float) (snapshots: Snapshot[]) : MiceError list =
        [
            if not (width > 0.0 && Double.IsFinite width) then
                MiceError.OutOfRange(step, string width, "above 0 Å")
            if not (cutoff > width && cutoff <= 1e6 * width) then
                MiceError.OutOfRange("the cut-off", string cutoff, $"above {width} Å, at most {1e6 * width} Å")
            if snapshots.Length = 0 then
                MiceError.TooFewData("snapshots", 0, 1, "Give at least one.")

            yield! Composition.faults "a mean pair distribution" snapshots
        ]

    /// The mean over snapshots of functions on the same radii.
    let private mean (radii: float[]) (values: float[][]) : PairDistribution =
        let n = float values.Length

        {
            Radii = radii
            Values = Array.init radii.Length (fun j -> (values |> Array.sumBy (fun v -> v[j])) / n)
        }

    /// <summary>g(r) as a histogram, averaged over snapshots: pairs per bin over N·ρ·(volume of the shell).</summary>
    /// <param name="binWidth">Å; Radii are the middles of the bins.</param>
    /// <param name="cutoff">Pairs up to here, Å; may be longer than the box.</param>
    /// <param name="snapshots">At least one, with the same atoms. Atoms of all species count alike; each snapshot has its own density.</param>
    /// <returns>g(r), or every fault of the arguments.</returns>
    let histogram (binWidth: float) (cutoff: float) (snapshots: Snapshot[]) : Result<PairDistribution, MiceError list> =
        match faults "the width of a bin" binWidth cutoff snapshots with
        | [] ->
            let bins = int (round (cutoff / binWidth))
            let edge j = float j * binWidth

            let shell j =
                4.0 / 3.0 * Math.PI * (edge (j + 1) ** 3.0 - edge j ** 3.0)

            let ofSnapshot snapshot =
                let counts = Array.zeroCreate<int64> bins

                forEachPair cutoff snapshot (fun r ->
                    let j = int (r / binWidth)

                    if j < bins then
                        counts[j] <- counts[j] + 1L)

                let perVolume = float (Snapshot.count snapshot) * Snapshot.density snapshot
                counts |> Array.mapi (fun j n -> float n / (perVolume * shell j))

            Ok(mean (Array.init bins (fun j -> edge j + 0.5 * binWidth)) (Array.map ofSnapshot snapshots))
        | errors -> Error errors

    /// <summary>g(r) with every pair smeared out by a Gaussian, averaged over snapshots:
    /// g(r) = Σᵢ≠ⱼ exp(−(r − rᵢⱼ)²/2σ²)/√(2πσ²) / (4π r² N ρ).</summary>
    /// <param name="sigma">σ, Å; also the spacing of Radii, which start at σ.</param>
    /// <param name="cutoff">The last radius, Å.</param>
    /// <param name="snapshots">At least one, with the same atoms.</param>
    /// <returns>g(r), or every fault of the arguments. Source of the form: P. M. Piaggi et al., PRL 119, 015701 (2017).</returns>
    let smoothed (sigma: float) (cutoff: float) (snapshots: Snapshot[]) : Result<PairDistribution, MiceError list> =
        match faults "sigma" sigma cutoff snapshots with
        | [] ->
            let reach = 6 // in units of σ: what lies farther adds less than 1e-8
            let n = int (round (cutoff / sigma))
            let radii = Array.init n (fun j -> float (j + 1) * sigma)

            let ofSnapshot snapshot =
                let sums = Array.zeroCreate<float> n

                forEachPair (cutoff + float reach * sigma) snapshot (fun r ->
                    let middle = int (r / sigma) - 1

                    for j in max 0 (middle - reach) .. min (n - 1) (middle + reach) do
                        let t = (radii[j] - r) / sigma
                        sums[j] <- sums[j] + exp (-0.5 * t * t))

                let perVolume =
                    float (Snapshot.count snapshot) * Snapshot.density snapshot * sqrt (2.0 * Math.PI) * sigma

                Array.map2 (fun r sum -> sum / (4.0 * Math.PI * r * r * perVolume)) radii sums

            Ok(mean radii (Array.map ofSnapshot snapshots))
        | errors -> Error errors

    /// <summary>The pair entropy s₂ = −2πρ ∫₀ᴿ (g ln g − g + 1) r² dr, by the trapezium rule over the radii up to R.</summary>
    /// <remarks>The first term of the expansion of the excess entropy in correlation functions; not a bound. In a crystal it has no
    /// limit as R grows, so a value means nothing without R and without the bins or σ of g.</remarks>
    /// <param name="density">ρ, atoms per Å³.</param>
    /// <param name="cutoff">R, Å.</param>
    /// <param name="g">The pair distribution; the integrand is taken as 0 at r = 0.</param>
    /// <returns>k_B per atom.</returns>
    let entropy (density: float) (cutoff: float) (g: PairDistribution) : float<kB / atom> =
        let integrand r v =
            ((if v > 0.0 then v * log v else 0.0) - v + 1.0) * r * r

        let points =
            Array.zip g.Radii g.Values
            |> Array.filter (fun (r, _) -> r <= cutoff * (1.0 + 1e-12))
            |> Array.map (fun (r, v) -> r, integrand r v)
            |> Array.append [| 0.0, 0.0 |]

        let integral =
            points |> Array.pairwise |> Array.sumBy (fun ((r0, f0), (r1, f1)) -> 0.5 * (f0 + f1) * (r1 - r0))

        -2.0 * Math.PI * density * integral * 1.0<kB / atom>
