namespace Mice.Entropy.Models

open System.Numerics
open Mice
open Mice.Samplers
open Mice.Information
open Mice.Autoregressive
open Mice.Entropy
open Mice.Entropy.Halvings

/// How networks, counts and compressors see spins of one kind.
type internal SpinTreatment<'spin> =
    {
        /// Numbers that describe one spin to a network.
        Numbers: int
        /// Faults of snapshots.
        Faults: LatticeSnapshots<'spin> -> MiceError list
        /// The untrained law of the scan, given the snapshots that the law will be trained on.
        Law: SpinConditionalOptions -> LatticeSnapshots<'spin> -> SpinConditional<'spin>
        /// The untrained critic of two halves, given the snapshots that the critic will be trained on.
        Critic: LatticeSnapshots<'spin> -> LatticeHalves -> Critic
        /// Product pairs for each row of a training batch; None pairs each row with all other rows.
        Partners: int option
        /// Writes two halves of a block into one row of two arrays. The arguments: shape of the torus, randomness, snapshot, halves, row, both arrays.
        Draw: int[] -> Generator -> 'spin[] -> LatticeHalves -> int -> float32[] -> float32[] -> unit
        /// Side of the starting block of MICE, from the side that the options ask for and the number of axes.
        BlockSide: int -> int -> int
        /// Entropy of the starting block with a given side.
        Block: int -> LatticeSnapshots<'spin> -> Result<StartingBlock, MiceError list>
        /// Sites of the small block of the naive estimate by MICE; None where counting gives the naive estimate.
        NaiveVolume: float option
        /// Entropies from counted patterns; None for spins whose patterns cannot be counted.
        Count: (LatticeSnapshots<'spin> -> Result<LatticeCountingResult, MiceError list>) option
        /// Entropy by a compressor.
        Compress: Key -> LatticeSnapshots<'spin> -> Result<CompressionResult, MiceError list>
    }

/// <summary>A kind of spins; 'spin is sbyte for ±1, byte for states from 0 on and Vector2 for unit vectors in the plane.</summary>
type LatticeSpins<'spin> internal (treatment: SpinTreatment<'spin>) =
    member internal _.Treatment = treatment

/// The kinds of spins.
[<RequireQualifiedAccess>]
module LatticeSpins =
    /// Most patterns of the starting block of MICE: 16 sites of two states.
    [<Literal>]
    let private MostPatterns = 65536

    /// Side of the starting block: the side asked for, halved until the block has few enough patterns.
    let rec private blockSide states side axes =
        if side > 1 && pown side axes > BlockShape.mostSites MostPatterns states then
            blockSide states (side / 2) axes
        else
            side

    /// Entropy per site of a block from its counts, with pseudo-values of the jackknife.
    let private startOf symmetry counts =
        let counted = BlockEntropy.ofCounts symmetry counts
        let volume = float counted.Shape.Sites
        let plugIn = float (counted.Entropy.Value - counted.Correction)

        {
            EntropyPerSite = counted.Entropy |> Estimate.scale (1.0 / (volume * 1.0<site>))
            Changes =
                counted.PlugInWithoutGroup
                |> Array.map (fun (struct (without, left)) -> (plugIn - without) * left / (1.0 - left) / volume)
        }

    let private cube side (snapshots: LatticeSnapshots<'spin>) =
        BlockShape.box (Array.create snapshots.Shape.Length side)

    /// <summary>Ising spins, ±1.</summary>
    /// <param name="symmetry">Symmetries of the law of the snapshots.</param>
    let ising (symmetry: SpinSymmetry) : LatticeSpins<sbyte> =
        LatticeSpins(
            {
                Numbers = 1
                Faults = SpinSnapshots.faults
                Law = fun options snapshots -> IsingConditional.create options symmetry.Flip snapshots.Shape
                Critic = fun _ halves -> HalfCritic.ising halves
                Partners = Some 256
                Draw = LatticeHalves.draw symmetry
                BlockSide = blockSide 2
                Block =
                    fun side snapshots ->
                        BlockCounts.count (cube side snapshots) snapshots |> Result.map (startOf symmetry)
                NaiveVolume = None
                Count = Some(LatticeCounting.estimate symmetry)
                Compress = CompressionEntropy.estimate
            }
        )

    /// <summary>Spins that are each in one of q states, 0 to q − 1.</summary>
    /// <param name="states">q, 2 or more.</param>
    /// <param name="symmetry">Symmetries of the law of the snapshots. The flip stands for renaming the states of all spins of a snapshot together, a symmetry
    /// where no state is favoured.</param>
    let states (states: int) (symmetry: SpinSymmetry) : LatticeSpins<byte> =
        LatticeSpins(
            {
                Numbers = states
                Faults = SpinSnapshots.stateFaults states
                Law = fun options snapshots -> StatesConditional.create options symmetry.Flip states snapshots.Shape
                Critic = fun _ halves -> HalfCritic.states states halves
                Partners = Some 256
                Draw = LatticeHalves.drawStates states symmetry
                BlockSide = blockSide states
                Block =
                    fun side snapshots ->
                        BlockCounts.ofStates states (cube side snapshots) snapshots |> Result.map (startOf symmetry)
                NaiveVolume = None
                Count = Some(LatticeCounting.ofStates states symmetry)
                Compress = CompressionEntropy.ofStates states
            }
        )

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
            // All groups have nearly the same size, so the plain jackknife applies.
            let changes = without |> Array.map (fun w -> (n - 1.0) * (entropy - w))

            {
                EntropyPerSite =
                    Estimate.create
                        (entropy * 1.0<nat / site>)
                        (Statistics.standardError changes * 1.0<nat / site>)
                        Direction.NoBound
                Changes = changes
            }

    /// Sites of the block of the naive estimate: 4×4.
    [<Literal>]
    let private NaiveVolume = 16.0

    /// <summary>Planar spins, as unit vectors.</summary>
    /// <param name="symmetry">Symmetries of the law of the snapshots. The flip stands for rotating all spins of a snapshot together, a symmetry without a
    /// field.</param>
    let planar (symmetry: SpinSymmetry) : LatticeSpins<Vector2> =
        let rotations = symmetry.Flip

        LatticeSpins(
            {
                Numbers = 2
                Faults = SpinSnapshots.planarFaults
                Law =
                    fun options snapshots ->
                        PlanarConditional.create options rotations (PlanarSpins.stiffness snapshots) snapshots.Shape
                Critic =
                    fun snapshots ->
                        let stiffness = PlanarSpins.stiffness snapshots

                        if rotations then
                            HalfCritic.rotated stiffness
                        else
                            HalfCritic.planar stiffness
                // The average over rotations makes a pair more informative and more expensive: fewer pairs are enough.
                Partners = if rotations then Some 64 else None
                Draw = LatticeHalves.drawPlanar symmetry
                BlockSide = fun _ _ -> 1
                Block = fun _ snapshots -> Ok(singleSpin rotations snapshots)
                NaiveVolume = Some NaiveVolume
                Count = None
                Compress = CompressionEntropy.estimatePlanar
            }
        )
