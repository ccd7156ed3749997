namespace Mice.Entropy

open System.Numerics
open Mice
open Mice.Samplers
open Mice.Information
open Mice.Autoregressive

/// The block that MICE starts from, whose entropy needs no critic.
type StartingBlock =
    {
        /// Entropy per site, nats; of planar spins relative to dθ.
        EntropyPerSite: Estimate<nat / site>
        /// How each group of snapshots changes it: pseudo-values per site up to a constant.
        Changes: float[]
    }

/// <summary>A kind of spins, and how networks see them; 'spin is sbyte for ±1 and Vector2 for unit vectors in the plane.</summary>
type LatticeSpins<'spin> =
    internal
        {
            /// Numbers that a spin is given by.
            Numbers: int
            /// Faults of snapshots.
            Faults: LatticeSnapshots<'spin> -> MiceError list
            /// The untrained law of the scan; the snapshots are those it will be trained on.
            Law: SpinConditionalOptions -> LatticeSnapshots<'spin> -> SpinConditional<'spin>
            /// The critic of two halves; the snapshots are those it will be trained on.
            Critic: LatticeSnapshots<'spin> -> LatticeHalves -> Critic
            /// Product pairs of each row of a batch in training; None for all of them.
            Partners: int option
            /// Writes two halves of a block anywhere in a snapshot to rows of two arrays.
            Draw:
                Generator
                    -> LatticeSnapshots<'spin>
                    -> 'spin[]
                    -> LatticeHalves
                    -> int
                    -> float32[]
                    -> float32[]
                    -> unit
            /// Side of the block that MICE starts from, given the one that the options ask for.
            BlockSide: int -> int
            /// Entropy of that block.
            Block: int -> LatticeSnapshots<'spin> -> Result<StartingBlock, MiceError list>
            /// Entropies from counted patterns; None for spins whose patterns cannot be counted.
            Count: (LatticeSnapshots<'spin> -> Result<LatticeCountingResult, MiceError list>) option
            /// Entropy by a compressor.
            Compress: Key -> LatticeSnapshots<'spin> -> Result<CompressionResult, MiceError list>
        }

/// The kinds of spins.
[<RequireQualifiedAccess>]
module LatticeSpins =
    /// Counted patterns of a square block, with jackknife pseudo-values.
    let private countedBlock symmetry side (snapshots: LatticeSnapshots<sbyte>) =
        BlockEntropy.estimate symmetry (BlockShape.rectangle side side) snapshots
        |> Result.map (fun counted ->
            let volume = float counted.Shape.Sites
            let plugIn = float (counted.Entropy.Value - counted.Correction)

            {
                EntropyPerSite = counted.Entropy |> Estimate.scale (1.0 / (volume * 1.0<site>))
                Changes =
                    counted.PlugInWithoutGroup
                    |> Array.map (fun (struct (without, left)) -> (plugIn - without) * left / (1.0 - left) / volume)
            })

    /// <summary>Ising spins, ±1.</summary>
    /// <param name="symmetry">Of the law of the snapshots.</param>
    let ising (symmetry: SpinSymmetry) : LatticeSpins<sbyte> =
        {
            Numbers = 1
            Faults = SpinSnapshots.faults
            Law =
                fun options snapshots -> IsingConditional.create options symmetry.Flip snapshots.Rows snapshots.Columns
            Critic = fun _ halves -> HalfCritic.ising halves
            Partners = Some 256
            Draw = LatticeHalves.draw symmetry
            BlockSide = id
            Block = countedBlock symmetry
            Count = Some(LatticeCounting.estimate symmetry)
            Compress = CompressionEntropy.estimate
        }

    /// One planar spin: exactly ln 2π when all directions are alike.
    let private singleSpin rotations (snapshots: LatticeSnapshots<Vector2>) =
        let groups = SpinSnapshots.groups snapshots

        if rotations then
            {
                EntropyPerSite = Estimate.exact XYModel.infiniteTemperatureEntropy
                Changes = Array.zeroCreate groups.Length
            }
        else
            let struct (entropy, without) = PlanarSpinEntropy.ofGroups groups
            let n = float groups.Length
            // Groups are as equal as can be.
            let changes = without |> Array.map (fun w -> (n - 1.0) * (entropy - w))

            {
                EntropyPerSite =
                    Estimate.create
                        (entropy * 1.0<nat / site>)
                        (Statistics.standardError changes * 1.0<nat / site>)
                        Direction.NoBound
                Changes = changes
            }

    /// <summary>Planar spins, as unit vectors.</summary>
    /// <param name="symmetry">Of the law of the snapshots; its flip stands for the rotation of all spins of a snapshot together, which leaves the
    /// law as it is without a field.</param>
    let planar (symmetry: SpinSymmetry) : LatticeSpins<Vector2> =
        let rotations = symmetry.Flip

        {
            Numbers = 2
            Faults = SpinSnapshots.planarFaults
            Law =
                fun options snapshots ->
                    PlanarConditional.create
                        options
                        rotations
                        (PlanarSpins.stiffness snapshots)
                        snapshots.Rows
                        snapshots.Columns
            Critic =
                fun snapshots ->
                    let stiffness = PlanarSpins.stiffness snapshots

                    if rotations then
                        HalfCritic.rotated stiffness
                    else
                        HalfCritic.planar stiffness
            // Averaged over rotations, a pair says more and costs more.
            Partners = if rotations then Some 64 else None
            Draw = LatticeHalves.drawPlanar symmetry
            BlockSide = fun _ -> 1
            Block = fun _ snapshots -> Ok(singleSpin rotations snapshots)
            Count = None
            Compress = CompressionEntropy.estimatePlanar
        }
