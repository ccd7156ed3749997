namespace Mice.Entropy

open Mice
open Mice.Samplers

/// <summary>One estimate of the entropy per site from counted patterns.</summary>
type CountedEntropy =
    {
        /// naive, kikuchi, context_8, context_16 or frontier_16.
        Name: string
        /// The entropy per site.
        EntropyPerSite: Estimate<nat / site>
        /// The naive estimate less this one; what the two errors share has cancelled.
        BelowNaive: Estimate<nat / site>
    }

/// <summary>Entropies per site from the patterns of small blocks.</summary>
type LatticeCountingResult =
    {
        /// All estimates whose blocks fit into the torus, the naive one first.
        Estimates: CountedEntropy list
        /// Whether there were enough snapshots for each estimate.
        Checks: Check list
    }

/// Fast baselines for the entropy of lattices of ±1 spins.
[<RequireQualifiedAccess>]
module LatticeCounting =
    /// Sites of one row beside or above the site (0, 0), in the past of raster order.
    let private sites row columns =
        columns |> List.map (fun column -> struct (row, column))

    /// The eight nearest sites of the past; at distance √5 those in the row above.
    let private nearest8 = sites 0 [ -2 .. -1 ] @ sites -1 [ -2 .. 2 ] @ sites -2 [ 0 ]

    /// Sixteen near sites of the past, the wider the nearer their row.
    let private nearest16 =
        sites 0 [ -3 .. -1 ] @ sites -1 [ -3 .. 3 ] @ sites -2 [ -2 .. 2 ] @ sites -3 [ 0 ]

    /// The sixteen sites nearest along the frontier between past and future of raster order: those of the past that have a
    /// neighbour in the future, on the square lattice and on the triangular one.
    let private frontier16 = sites 0 [ -7 .. -1 ] @ sites -1 [ -1 .. 7 ]

    /// A linear combination of entropies of blocks, nats per site.
    type private Combination =
        {
            Name: string
            Direction: Direction
            Terms: (float * BlockEntropy) list
        }

    let private perSite direction terms =
        BlockEntropy.combine direction terms |> Estimate.scale (1.0< / site>)

    let private rectangles symmetry (counts: BlockCounts) =
        let entropy rows columns =
            counts |> BlockCounts.marginal (BlockShape.rectangle rows columns) |> BlockEntropy.ofCounts symmetry

        let whole = entropy 4 4

        [
            {
                Name = "naive"
                Direction = Direction.UpperBound
                Terms = [ 1.0 / 16.0, whole ]
            }
            {
                Name = "kikuchi"
                Direction = Direction.NoBound
                Terms = [ 1.0, whole; -1.0, entropy 3 4; -1.0, entropy 4 3; 1.0, entropy 3 3 ]
            }
        ]

    let private withSite context =
        BlockShape.ofOffsets (struct (0, 0) :: context)

    let private conditional symmetry name context counts =
        let entropy shape =
            counts |> BlockCounts.marginal shape |> BlockEntropy.ofCounts symmetry

        {
            Name = name
            Direction = Direction.UpperBound
            Terms =
                [
                    1.0, entropy (withSite context)
                    -1.0, entropy (BlockShape.ofOffsets context)
                ]
        }

    /// Entropy that Grassberger's estimate misses for each unit of the share of patterns seen once, nats: 0.2 to
    /// 0.3 for the contexts of 16 sites, measured on 20 and 200 snapshots of 64×64 spins against 2,000, square lattice at T = 2 to 4 and
    /// triangular antiferromagnet.
    let private missedPerSingleton = 0.3

    let private coverageCheck (error: float) (c: Combination) : Check =
        let missed =
            c.Terms
            |> List.map (fun (weight, block) -> abs weight * missedPerSingleton * block.SingletonShare)
            |> List.max

        {
            Name = $"{c.Name}: patterns seen often enough"
            Passed = missed <= error
            Detail =
                $"patterns that were seen once may hide {missed:G2} nats per site, the standard error is {error:G2}; sample more "
                + "snapshots or trust a smaller block"
        }

    let private correlationCheck (error: float) (c: Combination) : Check =
        let sum (part: BlockEntropy -> float<nat>) =
            c.Terms |> List.sumBy (fun (weight, block) -> weight * float (part block))

        let counted, grouped = sum _.Correction, sum _.GroupedCorrection

        {
            Name = $"{c.Name}: snapshots enough for their correlations"
            Passed = abs (counted - grouped) <= error
            Detail =
                $"correction of the counts {counted:G3}, by groups of snapshots {grouped:G3}, standard error {error:G2} nats per site; "
                + "where the corrections differ by more than the error, sample more snapshots"
        }

    /// An error from G groups has a relative error of 1/√(2(G − 1)): 16 % for 20.
    let private groupsCheck (block: BlockEntropy) : Check =
        let groups = block.PlugInWithoutGroup.Length

        {
            Name = "snapshots enough for an error"
            Passed = groups >= 20
            Detail = $"the errors come from {groups} groups of snapshots; use 20 snapshots or more"
        }

    let private report (combinations: Combination list) : LatticeCountingResult =
        let naive = combinations.Head

        let estimates =
            combinations
            |> List.map (fun c ->
                let minus = c.Terms |> List.map (fun (weight, block) -> -weight, block)

                {
                    Name = c.Name
                    EntropyPerSite = perSite c.Direction c.Terms
                    BelowNaive = perSite Direction.NoBound (naive.Terms @ minus)
                })

        let checks =
            List.zip combinations estimates
            |> List.collect (fun (c, e) ->
                let error = float e.EntropyPerSite.StandardError
                [ coverageCheck error c; correlationCheck error c ])

        {
            Estimates = estimates
            Checks = groupsCheck (snd naive.Terms.Head) :: checks
        }

    /// <summary>Entropy per site in five ways, all from patterns of at most 17 sites over all translations of all snapshots:
    /// naive: S(4×4)/16. kikuchi: S(4×4) − S(3×4) − S(4×3) + S(3×3).
    /// context_8, context_16: S(site | sites before it in raster order), the 8 and 16 near ones. frontier_16: the same with
    /// the past sites that touch the future, 7 to the left, and 9 of the row above from the upper left one on.</summary>
    /// <remarks>naive is an upper bound for every torus that the block fits into (Shearer's inequality, J. Comb. Theory A 43, 23
    /// (1986): all translations together cover each site 16 times). The conditional entropies are upper bounds for the infinite
    /// lattice, since a part of the past tells no more than all of it; on a torus of side L they can fall short of the torus's own
    /// entropy by terms of order 1/L, as its first rows have no past: by ln 2/N deep in an ordered phase. kikuchi promises nothing.
    /// With interactions between neighbours alone the past acts through its frontier, so frontier_16 misses only what lies beyond
    /// eight sites; for other systems (out of equilibrium) context_16 may be the lower of the two bounds, and the lowest is the best.
    /// On the triangular lattice, a square lattice with one diagonal, the rectangles are parallelograms. They contain all bonds and
    /// all their intersections are rectangles again, so the same Kikuchi numbers hold; transposition is a symmetry of that
    /// lattice too, but S(3×4) and S(4×3) are taken from their own patterns on either.
    /// All bounds hold for true probabilities: Grassberger's estimate misses some entropy where patterns were seen once, see the checks.
    /// Sources: naive, A. Nir et al., PNAS 117, 30234 (2020), doi:10.1073/pnas.2017042117; kikuchi, R. Kikuchi, Phys. Rev. 81, 988
    /// (1951), doi:10.1103/PhysRev.81.988; contexts, H. Meirovitch, Chem. Phys. Lett. 45, 389 (1977).</remarks>
    /// <param name="symmetry">What the law of the snapshots is symmetric under; <c>SpinSymmetry.none</c> when in doubt.</param>
    /// <param name="snapshots">Independent snapshots of ±1 spins, two or more; at least 4 rows and columns, and 4 rows and 15 columns for
    /// all estimates.</param>
    /// <returns>Errors: those of <c>BlockCounts.count</c>.</returns>
    let estimate
        (symmetry: SpinSymmetry)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<LatticeCountingResult, MiceError list> =
        let contexts =
            [
                nearest16, [ "context_8", nearest8; "context_16", nearest16 ]
                frontier16, [ "frontier_16", frontier16 ]
            ]
            |> List.filter (fun (largest, _) ->
                withSite largest |> BlockShape.faults snapshots.Rows snapshots.Columns |> List.isEmpty)

        let conditionals =
            contexts
            |> List.map (fun (largest, named) ->
                BlockCounts.count (withSite largest) snapshots
                |> Result.map (fun counts ->
                    named |> List.map (fun (name, context) -> conditional symmetry name context counts)))

        let blocks =
            BlockCounts.count (BlockShape.rectangle 4 4) snapshots |> Result.map (rectangles symmetry)

        let join all further =
            match all, further with
            | Ok some, Ok more -> Ok(some @ more)
            | Error faults, _
            | _, Error faults -> Error faults

        List.fold join blocks conditionals |> Result.map report
