namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers
open Mice.Entropy.Halvings
open Mice.Entropy.Models

/// How MICE divides a lattice. Start from LatticeMiceOptions.defaults.
type LatticeMiceOptions =
    {
        /// How critics are trained.
        Training: HalfTrainingOptions
        /// Side of the starting block, 1 to 4, whose patterns are counted; it is halved until the block has at most 2¹⁶ patterns: 4×4 for ±1, 2×2×2 on three
        /// axes. Planar spins are halved down to one spin.
        Block: int
        /// Sites of the largest half that a critic is trained for; the area law extrapolates M to larger halves.
        LargestHalf: int
        /// Whether a square block is doubled along the first axis first, or along the last axis.
        RowsFirst: bool
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module LatticeMiceOptions =
    /// The longest side of the block.
    [<Literal>]
    let internal MostBlock = 4

    /// Blocks of 4 × 4 counted, critics up to halves of 16 × 32 sites.
    let defaults =
        {
            Training = HalfTrainingOptions.defaults
            Block = 4
            LargestHalf = 512
            RowsFirst = true
        }

    /// <summary>Checks all fields: Block 1 to 4, LargestHalf 1 or more, and the options of the training.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: LatticeMiceOptions) : Result<LatticeMiceOptions, MiceError list> =
        validate {
            let! _ = HalfTrainingOptions.check options.Training

            and! () =
                options.Block |> Validate.that "block" $"1 to {MostBlock}" (fun b -> b >= 1 && b <= MostBlock)

            and! () = Validate.atLeast 1 "largest half" options.LargestHalf
            return options
        }

/// <summary>Machine-learning iterative calculation of entropy on a torus, <c>HalvingEntropy</c> for lattices: blocks are doubled across their shortest side, from a small one up to
/// the torus, and every block is seen at all places and in all orientations that the symmetry allows.</summary>
[<RequireQualifiedAccess>]
module internal LatticeMice =
    /// Faults of a torus that cannot be halved down to the starting block. Faults of the side of the block are found by the check of the options.
    let internal faults (spins: LatticeSpins<'spin>) (options: LatticeMiceOptions) (shape: int[]) : MiceError list =
        let block = spins.Treatment.BlockSide options.Block shape.Length

        let isHalved side =
            side >= block && side % block = 0 && BitOperations.IsPow2(side / block)

        let unit =
            if block = 1 then
                "a power of two"
            else
                $"{block} times a power of two"

        [
            if options.Block >= 1 && options.Block <= LatticeMiceOptions.MostBlock then
                match shape |> Array.tryFind (isHalved >> not) with
                | Some side ->
                    let sides = LatticeShape.text (Array.create shape.Length block)

                    MiceError.OutOfRange(
                        "side of the torus",
                        string side,
                        $"{unit}, so that it can be halved down to a block of {sides}"
                    )
                | None when shape |> Array.forall ((=) block) ->
                    MiceError.OutOfRange(
                        "torus",
                        LatticeShape.text shape,
                        "more than the block that it is halved down to"
                    )
                | None -> ()
        ]

    /// How the snapshots of some data are halved.
    let private halving (options: LatticeMiceOptions) (data: LatticeData<'spin>) : Halving<'spin[]> =
        let shape = data.Snapshots.Shape
        let spins = data.Spins.Treatment
        let side = spins.BlockSide options.Block shape.Length
        let snapshots sites = { data.Snapshots with Sites = sites }
        let draw = spins.Draw shape

        let level (halves: LatticeHalves) : HalvingLevel<'spin[]> =
            {
                Halves = LatticeHalves.describe halves
                Items = [ LatticeHalves.depth halves; LatticeHalves.length halves ]
                Numbers = spins.Numbers * LatticeHalves.volume halves
                Draw = fun generator spins row a b -> draw generator spins halves row a b
                Critic = fun sites -> spins.Critic (snapshots sites) halves
                Partners = spins.Partners
            }

        {
            Levels = LatticeHalves.doublings side shape options.RowsFirst |> List.map level
            Volume = float (LatticeShape.sites shape)
            Start = snapshots >> spins.Block side
            NaiveVolume = spins.NaiveVolume
        }

    /// <summary>Trains critics on the first half of the snapshots; finds the entropy of the starting block and evaluates the critics on the others.</summary>
    /// <param name="options">How to divide, how to train.</param>
    /// <param name="run">Key, threads and so on.</param>
    /// <param name="data">Snapshots of a torus; critics start from what <c>HalvingEntropy.parameters</c> gives.</param>
    /// <returns>TooFewData, Mismatch, OutOfRange for options, spins that are not of their kind and sides that cannot be halved down to the block.</returns>
    let estimate
        (options: LatticeMiceOptions)
        (run: Run)
        (data: LatticeData<'spin>)
        : Result<HalvingResult, MiceError list> =
        validate {
            let! options = LatticeMiceOptions.check options

            and! () = faults data.Spins options data.Snapshots.Shape

            and! () = LatticeData.faults data
            and! () = Run.faults run

            return!
                HalvingEntropy.estimate
                    {
                        Training = options.Training
                        LargestHalf = float options.LargestHalf
                    }
                    run
                    (halving options data)
                    {
                        Snapshots = data.Snapshots.Sites
                        GroupSnapshots = data.GroupSnapshots
                        Energies = data.Energies
                        First = data.First
                    }
        }
