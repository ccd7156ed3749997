namespace Mice.Samplers

open Mice

/// <summary>How the head of a directed loop turns at a site: probabilities p(i→k) of moving the site's dimer from direction i to direction k.</summary>
/// <remarks>w_i = exp(N_i/T), where N_i = 0, 1, 2 counts the dimers that a dimer in direction i would have parallel to it on a plaquette. Amounts
/// a_ik = w_i p(i→k) that are symmetric keep local detailed balance. Sources: A. W. Sandvik, R. Moessner, Phys. Rev. B 73, 144504 (2006),
/// doi:10.1103/PhysRevB.73.144504; F. Alet et al., Phys. Rev. E 74, 041124 (2006), doi:10.1103/PhysRevE.74.041124.</remarks>
[<RequireQualifiedAccess>]
module DimerScattering =
    /// <summary>The weights w_i = exp((N_i − max N)/T): relative to the largest one, so that no T is too low for them.</summary>
    /// <param name="temperature">T, above 0 or infinite.</param>
    /// <param name="counts">N_i by direction, [4].</param>
    let weights (temperature: float) (counts: int[]) : float[] =
        let most = Array.max counts

        counts
        |> Array.map (fun n ->
            if n = most then
                1.0
            else
                exp (float (n - most) / temperature))

    /// The three ways to make two pairs of four directions.
    let private pairings = [ (0, 1), (2, 3); (0, 2), (1, 3); (0, 3), (1, 2) ]

    /// <summary>The amounts with the least bouncing. Only the largest weight bounces, a_ii = w_i − Σ of the others, and only where that is positive.</summary>
    /// <remarks>Row sums fix the difference of the amounts of complementary pairs: a_ij − a_kl = (w_i + w_j − w_k − w_l)/2. What the differences leave of Σ w is
    /// shared equally by all pairs, so that directions of equal weights are treated alike.</remarks>
    /// <param name="weights">w_i, [4], 0 or more.</param>
    /// <returns>a_ik, [4, 4]: symmetric, 0 or more, with row sums w_i.</returns>
    let minimalBounce (weights: float[]) : float[,] =
        let others i = Array.sum weights - weights[i]
        let bounce = Array.init 4 (fun i -> max 0.0 (weights[i] - others i))
        let left = Array.map2 (-) weights bounce

        let difference ((i, j), (k, l)) =
            (left[i] + left[j] - left[k] - left[l]) / 2.0

        let share =
            (Array.sum left / 2.0 - List.sumBy (difference >> abs) pairings) / 6.0 |> max 0.0

        let amounts = Array2D.init 4 4 (fun i k -> if i = k then bounce[i] else share)

        for (i, j), (k, l) as pairing in pairings do
            let d = difference pairing
            let a, b = if d > 0.0 then i, j else k, l
            amounts[a, b] <- share + abs d
            amounts[b, a] <- share + abs d

        amounts

    /// <summary>The amounts of the heat bath, a_ik = w_i w_k/Σ w: the new direction does not depend on the old one.</summary>
    /// <param name="weights">w_i, [4], 0 or more.</param>
    /// <returns>a_ik, [4, 4].</returns>
    let heatBath (weights: float[]) : float[,] =
        let sum = Array.sum weights
        Array2D.init 4 4 (fun i k -> weights[i] * weights[k] / sum)

    /// p(i→k) = a_ik/w_i for a direction i; the heat bath's where w_i is too small for a number.
    let private turns (weights: float[]) (amounts: float[,]) (i: int) : float[] =
        let row = Array.init 4 (fun k -> amounts[i, k])
        let sum = Array.sum row

        if sum > 1e-300 then
            row |> Array.map (fun a -> a / sum)
        else
            weights |> Array.map (fun w -> w / Array.sum weights)

    /// Probabilities in units of 2⁻³¹, which add up to 2³¹; the largest one takes up what rounding leaves.
    let private whole (probabilities: float[]) : int64[] =
        let units = probabilities |> Array.map (fun p -> int64 (round (p * 2147483648.0)))
        let largest = Array.findIndex ((=) (Array.max units)) units
        units[largest] <- units[largest] + (1L <<< 31) - Array.sum units
        units

    /// <summary>Walker's alias table of four outcomes. A random 32-bit word u has the slot u/2 mod 4 and the rest u/8. The outcome is the slot where the rest is
    /// below entry/8, and else the slot with the bits of entry/2 mod 4 flipped; quotients are rounded down. Exact for probabilities in units of 2⁻³¹.</summary>
    /// <param name="units">Probabilities in units of 2⁻³¹, [4].</param>
    /// <returns>[4].</returns>
    let internal alias (units: int64[]) : uint32[] =
        let full = 1L <<< 29
        let rest = Array.copy units
        let entries = Array.zeroCreate 4
        let isOpen = Array.create 4 true

        for _ in 0..3 do
            let slots = [ 0..3 ] |> List.filter (fun k -> isOpen[k])
            // The slot with the least is filled up by the outcome with the most.
            let least, most =
                List.minBy (fun k -> rest[k]) slots, List.maxBy (fun k -> rest[k]) slots

            isOpen[least] <- false

            if rest[least] < full then
                entries[least] <- (uint32 rest[least] <<< 3) ||| (uint32 (least ^^^ most) <<< 1)
                rest[most] <- rest[most] - (full - rest[least])

        entries

    /// Entry of counts in a table: two bits for each direction, right lowest.
    let private place (counts: int[]) =
        Array.foldBack (fun n sum -> sum * 4 + n) counts 0

    /// All 3⁴ counts by direction.
    let allCounts: int[][] =
        Array.init 81 (fun n -> [| n % 3; n / 3 % 3; n / 9 % 3; n / 27 |])

    /// <summary>The alias tables of all counts and old directions: entry 16·(N_right + 4 N_down + 16 N_left + 64 N_up) + 4·(old direction) + slot.</summary>
    /// <param name="solve">From weights to amounts.</param>
    /// <param name="temperature">T, above 0 or infinite.</param>
    /// <returns>[4096].</returns>
    let internal table (solve: float[] -> float[,]) (temperature: float) : uint32[] =
        let entries = Array.zeroCreate 4096

        for counts in allCounts do
            let w = weights temperature counts
            let amounts = solve w

            for i in 0..3 do
                let first = 16 * place counts + 4 * i
                Array.blit (turns w amounts i |> whole |> alias) 0 entries first 4

        entries
