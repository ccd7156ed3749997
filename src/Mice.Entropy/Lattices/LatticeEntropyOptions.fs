namespace Mice.Entropy

open Mice
open Mice.Autoregressive

/// How the entropy of a lattice is estimated.
[<RequireQualifiedAccess>]
type LatticeMethod =
    /// Halving with critics; of planar spins also the naive estimate S(4×4)/16.
    | Mice
    /// Site by site with a conditional network.
    | Scan
    /// Counted patterns of blocks, of spins ±1 and of spins in states: naive, Kikuchi, contexts.
    | Counting
    /// A compressor.
    | Compression
    /// Energies integrated from infinite temperature, for models that have such an integration; a reference for the other methods.
    | Integration

/// Names of the methods.
[<RequireQualifiedAccess>]
module LatticeMethod =
    /// <summary>mice, scan, counting, compression, integration.</summary>
    /// <param name="method">A method.</param>
    let name (method: LatticeMethod) : string =
        match method with
        | LatticeMethod.Mice -> "mice"
        | LatticeMethod.Scan -> "scan"
        | LatticeMethod.Counting -> "counting"
        | LatticeMethod.Compression -> "compression"
        | LatticeMethod.Integration -> "integration"

    /// Methods for every kind of spins.
    let ofAnySpins: LatticeMethod list =
        [
            LatticeMethod.Mice
            LatticeMethod.Scan
            LatticeMethod.Counting
            LatticeMethod.Compression
        ]

/// How entropies are estimated from snapshots of a lattice. Start from LatticeEntropyOptions.defaults.
type LatticeEntropyOptions =
    {
        /// What is estimated.
        Methods: LatticeMethod list
        /// How the scan's networks are trained.
        Scan: SpinConditionalOptions
        /// How MICE divides and trains.
        Mice: LatticeMiceOptions
        /// Whether networks start from the networks of the next higher temperature and train for a third of the steps: quicker, but a result then depends on
        /// the temperatures above. Networks are still evaluated on held-out snapshots of their own temperature.
        Transfer: bool
    }

/// Defaults, the same for every system.
[<RequireQualifiedAccess>]
module LatticeEntropyOptions =
    /// MICE and scan, every temperature by itself.
    let defaults: LatticeEntropyOptions =
        {
            Methods = [ LatticeMethod.Mice; LatticeMethod.Scan ]
            Scan = SpinConditionalOptions.defaults
            Mice = LatticeMiceOptions.defaults
            Transfer = false
        }

    /// <summary>Checks the options of all methods.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (options: LatticeEntropyOptions) : Result<LatticeEntropyOptions, MiceError list> =
        validate {
            let! _ = SpinConditionalOptions.check options.Scan
            and! _ = LatticeMiceOptions.check options.Mice
            return options
        }

    /// <summary>Every setting that a result depends on, by name.</summary>
    /// <param name="options">The options.</param>
    let describe (options: LatticeEntropyOptions) : (string * string) list =
        let training = options.Mice.Training

        [
            "transfer", string options.Transfer
            "scan_rows_seen", string options.Scan.Deep
            "scan_columns_seen", string options.Scan.Wide
            "scan_width", string options.Scan.Width
            "scan_steps", string options.Scan.Steps
            "scan_batch_sites", string options.Scan.BatchSites
            "scan_learning_rate", Number.text options.Scan.LearningRate
            "mice_block", string options.Mice.Block
            "mice_largest_half", string options.Mice.LargestHalf
            "mice_rows_first", string options.Mice.RowsFirst
            "mice_steps", string training.Steps
            "mice_batch", string training.Batch
            "mice_learning_rate", Number.text training.LearningRate
            "mice_joint_blocks", string training.JointBlocks
            "mice_product_blocks", string training.ProductBlocks
        ]
