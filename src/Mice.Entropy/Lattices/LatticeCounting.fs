namespace Mice.Entropy

open System
open Mice
open Mice.Samplers
open Mice.Entropy.Models

/// <summary>One estimate of the entropy per site from counted patterns.</summary>
type internal CountedEntropy =
    {
        /// naive, kikuchi, context_N or frontier_N. N depends on the number of states: context_8, context_16 and frontier_16 for two states.
        Name: string
        /// The entropy per site. The error joins two parts: the statistical error, and the doubt about the bias, from patterns that were seen once and from
        /// the difference of two corrections.
        EntropyPerSite: Estimate<nat / site>
        /// The naive estimate less this estimate; errors that both estimates share cancel.
        BelowNaive: Estimate<nat / site>
    }

/// <summary>Entropies per site from the patterns of small blocks.</summary>
type internal LatticeCountingResult =
    {
        /// All estimates whose sites fit into the torus, the naive one first.
        Estimates: CountedEntropy list
        /// Whether there were enough snapshots for each estimate.
        Checks: Check list
    }

/// Fast baselines for the entropy of lattices of ±1 spins, and of spins with few states.
[<RequireQualifiedAccess>]
module internal LatticeCounting =
    /// Most patterns of a block: 17 sites of two states.
    [<Literal>]
    let private MostPatterns = 131072

    /// Largest distance along each axis at which sites of contexts are looked for.
    [<Literal>]
    let private Reach = 8

    /// Offsets of sites that come before a site in the order of the lattice, nearest first; among offsets of the same length, sites in the site's own row come
    /// first.
    let private past axes : int[][] =
        let side = 2 * Reach + 1

        Array.init (pown side axes) (LatticeShape.place (Array.create axes side) >> Array.map (fun p -> p - Reach))
        |> Array.filter (fun offset -> offset < Array.zeroCreate axes)
        |> Array.sortBy (fun offset -> offset |> Array.sumBy (fun o -> o * o), Array.map (~-) offset)

    /// Whether a site of the past has a neighbour outside of the past. Neighbours are counted along the axes and along the diagonal of all axes, so that the
    /// triangular lattice is included.
    let private isFrontier (offset: int[]) =
        Array.map ((+) 1) offset >= Array.zeroCreate offset.Length

    /// Sides of a box with at most so many sites, as equal as can be: of all boxes the one whose shortest side is the longest, then whose second shortest is, and so
    /// on. The longest sides lie along the longest sides of the torus, along the last axes where these are equal.
    let private boxOf (torus: int[]) sites : int[] =
        let rec boxes axes least most =
            if axes = 0 then
                [ [] ]
            else
                [
                    for side in least..most do
                        for rest in boxes (axes - 1) side (most / side) -> side :: rest
                ]

        let sides = boxes torus.Length 1 sites |> List.max |> Array.ofList

        let order =
            [| 0 .. torus.Length - 1 |] |> Array.sortBy (fun axis -> torus[axis], axis)

        Array.init torus.Length (fun axis -> sides[Array.IndexOf(order, axis)])

    /// A linear combination of entropies of blocks, nats per site.
    type private Combination =
        {
            Name: string
            Direction: Direction
            Terms: (float * BlockEntropy) list
        }

    let private perSite direction terms =
        BlockEntropy.combine direction terms |> Estimate.scale (1.0< / site>)

    /// Terms of naive and kikuchi of a box. Kikuchi is the sum over all sets of axes of (−1)^(number of axes) times the entropy of the box that is one site
    /// shorter along these axes.
    let private boxes symmetry (sides: int[]) (counts: BlockCounts) =
        let entropy sides =
            counts |> BlockCounts.marginal (BlockShape.box sides) |> BlockEntropy.ofCounts symmetry

        let shorter =
            [ 0 .. (1 <<< sides.Length) - 1 ]
            |> List.map (fun set ->
                let isIn axis = (set >>> axis) &&& 1
                let sign = if Int32.PopCount set % 2 = 0 then 1.0 else -1.0
                sign, sides |> Array.mapi (fun axis side -> side - isIn axis))

        [
            {
                Name = "naive"
                Direction = Direction.UpperBound
                Terms = [ 1.0 / float counts.Shape.Sites, entropy sides ]
            }

            if Array.min sides > 1 then
                {
                    Name = "kikuchi"
                    Direction = Direction.NoBound
                    Terms = shorter |> List.map (fun (sign, sides) -> sign, entropy sides)
                }
        ]

    let private withSite (context: int[][]) =
        BlockShape.ofOffsets (Array.append [| Array.zeroCreate context[0].Length |] context)

    let private conditional symmetry name context counts =
        let entropy shape =
            counts |> BlockCounts.marginal shape |> BlockEntropy.ofCounts symmetry

        {
            Name = name
            Direction = Direction.NoBound
            Terms =
                [
                    1.0, entropy (withSite context)
                    -1.0, entropy (BlockShape.ofOffsets context)
                ]
        }

    /// Entropy that Grassberger's estimate misses, in nats for each unit of the share of patterns that were seen once. Measured: 0.2 to 0.3 for contexts of 16
    /// sites, on 20 and on 200 snapshots of 64×64 spins against 2,000 snapshots, square lattice at T = 2 to 4 and triangular antiferromagnet.
    let private missedPerSingleton = 0.3

    /// Entropy that patterns which were seen once may hide, nats per site.
    let private missed (c: Combination) : float =
        c.Terms
        |> List.map (fun (weight, block) -> abs weight * missedPerSingleton * block.SingletonShare)
        |> List.max

    let private coverageCheck (error: float) (c: Combination) : Check =
        let missed = missed c

        {
            Name = $"{c.Name}: patterns seen often enough"
            Passed = missed <= error
            Detail =
                $"patterns that were seen once may hide {missed:G2} nats per site, the statistical error is {error:G2}; sample more "
                + "snapshots or trust a smaller block"
        }

    /// Two corrections of the bias of the plug-in, nats per site: Grassberger's, and the correction of the jackknife over groups of snapshots.
    let private corrections (c: Combination) : struct (float * float) =
        let sum (part: BlockEntropy -> float<nat>) =
            c.Terms |> List.sumBy (fun (weight, block) -> weight * float (part block))

        struct (sum _.Correction, sum _.GroupedCorrection)

    let private correlationCheck (error: float) (c: Combination) : Check =
        let struct (counted, grouped) = corrections c

        {
            Name = $"{c.Name}: snapshots enough for their correlations"
            Passed = abs (counted - grouped) <= error
            Detail =
                $"correction of the counts {counted:G3}, by groups of snapshots {grouped:G3}, statistical error {error:G2} nats per site; "
                + "where the corrections differ by more than the error, sample more snapshots"
        }

    /// An error from G groups has itself a relative error of 1/√(2(G − 1)): 16 % for 20 groups.
    let private groupsCheck (block: BlockEntropy) : Check =
        let groups = block.PlugInWithoutGroup.Length

        {
            Name = "snapshots enough for an error"
            Passed = groups >= 20
            Detail = $"the errors come from {groups} groups of snapshots; use 20 snapshots or more"
        }

    /// Doubt about the bias, nats per site: entropy that patterns which were seen once may hide, and the difference of the two corrections, in quadrature.
    let private doubt (c: Combination) : float<nat / site> =
        let struct (counted, grouped) = corrections c
        sqrt (missed c ** 2.0 + (counted - grouped) ** 2.0) * 1.0<nat / site>

    let private report (combinations: Combination list) : LatticeCountingResult =
        let naive = combinations.Head

        let counted =
            combinations
            |> List.map (fun c ->
                let minus = c.Terms |> List.map (fun (weight, block) -> -weight, block)
                let statistical = perSite c.Direction c.Terms

                {
                    Name = c.Name
                    EntropyPerSite = Estimate.widen (doubt c) statistical
                    BelowNaive =
                        perSite Direction.NoBound (naive.Terms @ minus)
                        |> Estimate.widen (
                            if c.Name = naive.Name then
                                0.0<nat / site>
                            else
                                doubt c + doubt naive
                        )
                },
                float statistical.StandardError)

        let checks =
            List.zip combinations counted
            |> List.collect (fun (c, (_, error)) -> [ coverageCheck error c; correlationCheck error c ])

        {
            Estimates = List.map fst counted
            Checks = groupsCheck (snd naive.Terms.Head) :: checks
        }

    let private all symmetry states (torus: int[]) (count: BlockShape -> Result<BlockCounts, MiceError list>) =
        let most = BlockShape.mostSites MostPatterns states
        let past = past torus.Length
        let near n = Array.truncate n past
        let frontier = past |> Array.filter isFrontier |> Array.truncate (most - 1)
        let named name (context: int[][]) = $"{name}_{context.Length}", context

        let contexts =
            [
                near (most - 1), [ named "context" (near ((most - 1) / 2)); named "context" (near (most - 1)) ]
                frontier, [ named "frontier" frontier ]
            ]
            |> List.filter (fun (largest, _) -> withSite largest |> BlockShape.faults states torus |> List.isEmpty)

        let conditionals =
            contexts
            |> List.map (fun (largest, named) ->
                count (withSite largest)
                |> Result.map (fun counts ->
                    named |> List.map (fun (name, context) -> conditional symmetry name context counts)))

        let sides = boxOf torus most

        let blocks = count (BlockShape.box sides) |> Result.map (boxes symmetry sides)

        let join all further =
            match all, further with
            | Ok some, Ok more -> Ok(some @ more)
            | Error faults, _
            | _, Error faults -> Error faults

        List.fold join blocks conditionals |> Result.map report

    /// <summary>Entropy per site in five ways, all from patterns of at most 17 sites over all translations of all snapshots, on two axes:
    /// naive: S(4×4)/16. kikuchi: S(4×4) − S(3×4) − S(4×3) + S(3×3).
    /// context_8, context_16: S(site | sites before it in the lattice's order), the 8 and 16 nearest ones. frontier_16: the same with
    /// the past sites that touch the future, 7 to the left, and 9 of the row above from the upper left one on.</summary>
    /// <remarks>On three axes the box is 2×2×4 and the contexts are the nearest sites there; kikuchi is the alternating sum over all boxes that are shorter by one along some
    /// of the axes. naive is an upper bound for every torus that the block fits into (Shearer's inequality, J. Comb. Theory A 43, 23
    /// (1986): all translations together cover each site equally often). The conditional entropies are upper bounds for the infinite
    /// lattice, since a part of the past tells no more than all of it; on a torus of side L they can fall short of the torus's own
    /// entropy by terms of order 1/L, as its first rows have no past: by ln 2/N deep in an ordered phase. So of the torus that is simulated they, like kikuchi, promise
    /// no direction.
    /// With interactions between neighbours alone the past acts through its frontier, so frontier_16 misses only what lies beyond
    /// it; for other systems (out of equilibrium) context_16 may be the lower of the two, and the lowest is the best.
    /// On the triangular lattice, a square lattice with one diagonal, the rectangles are parallelograms. They contain all bonds and
    /// all their intersections are rectangles again, so the same Kikuchi numbers hold; transposition is a symmetry of that
    /// lattice too, but S(3×4) and S(4×3) are taken from their own patterns on either.
    /// The bound holds for true probabilities: Grassberger's estimate misses some entropy where patterns were seen once, and more where blocks of one
    /// snapshot are alike; both are in the errors, see the checks.
    /// Sources: naive, A. Nir et al., PNAS 117, 30234 (2020), doi:10.1073/pnas.2017042117; kikuchi, R. Kikuchi, Phys. Rev. 81, 988
    /// (1951), doi:10.1103/PhysRev.81.988; contexts, H. Meirovitch, Chem. Phys. Lett. 45, 389 (1977).</remarks>
    /// <param name="symmetry">Symmetries of the law of the snapshots; <c>SpinSymmetry.none</c> when in doubt.</param>
    /// <param name="snapshots">Independent snapshots of ±1 spins, two or more; on two axes at least 4 rows and 4 columns, and at least 15 columns for all
    /// estimates.</param>
    /// <returns>Errors: those of <c>BlockCounts.count</c>.</returns>
    let estimate
        (symmetry: SpinSymmetry)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<LatticeCountingResult, MiceError list> =
        all symmetry 2 snapshots.Shape (fun shape -> BlockCounts.count shape snapshots)

    /// <summary>Entropy per site of spins that are each in one of q states, in the same ways as <c>estimate</c>. Block and contexts have as many sites as have
    /// at most 2¹⁷ patterns: 3×3, and contexts of 4 and 9 sites, for q = 3.</summary>
    /// <param name="states">q, 2 or more.</param>
    /// <param name="symmetry">Symmetries of the law of the snapshots; the flip renames states.</param>
    /// <param name="snapshots">Independent snapshots of states, two or more.</param>
    /// <returns>Errors: those of <c>BlockCounts.ofStates</c>.</returns>
    let ofStates
        (states: int)
        (symmetry: SpinSymmetry)
        (snapshots: LatticeSnapshots<byte>)
        : Result<LatticeCountingResult, MiceError list> =
        all symmetry states snapshots.Shape (fun shape -> BlockCounts.ofStates states shape snapshots)
