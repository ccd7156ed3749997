namespace Mice.Entropy

open System
open Mice
open Mice.Autoregressive
open Mice.Tensors

/// <summary>How the scan entropy is estimated. Start from ScanOptions.defaults and change fields with { … with … }.</summary>
type ScanOptions =
    {
        /// 1, 2 or 3: the first so many coordinates count.
        Dimension: int
        /// The symmetry of the system, declared by the user.
        Symmetry: Symmetry
        /// How far neighbours are seen; None: 2.3 mean distances ρ^(−1/d).
        Cutoff: float<Angstrom> option
        /// Networks trained independently; each is judged by snapshots that only it has not seen.
        Networks: int
        /// Size of the network, noise in training.
        Network: IntensityOptions
        /// Steps, batch, learning rate.
        Training: IntensityTrainingOptions
        /// Random sweeps through each held-out snapshot.
        Sweeps: int
        /// Random points for each atom and sweep in the integral of λ.
        IntegralPoints: int
        /// Shorter cut-offs of the convergence table, as shares of the cut-off; with the full one each gets an eighth of the steps.
        CutoffShares: float list
        /// Same seed, same numbers.
        Seed: uint64
        /// Where networks are computed.
        Device: Device
        /// Networks trained at the same time, each on one processor core.
        Threads: int
    }

/// Options that passed every check: the only form that the estimator accepts.
type CheckedScanOptions = private Checked of ScanOptions

/// Defaults, presets and checks.
[<RequireQualifiedAccess>]
module ScanOptions =
    /// The same for every system, solid or liquid.
    let defaults =
        {
            Dimension = 3
            Symmetry = Symmetry.Isotropic
            Cutoff = None
            Networks = 4
            Network = IntensityOptions.defaults
            Training = IntensityTrainingOptions.defaults
            Sweeps = 6
            IntegralPoints = 16
            CutoffShares = [ 0.6; 0.8 ]
            Seed = 1UL
            Device = Device.cpu
            Threads = max 1 Environment.ProcessorCount
        }

    /// A short run, for a first look: a quarter of the steps, three networks, no convergence table. The bound is looser.
    let quick =
        { defaults with
            Networks = 3
            Training =
                { defaults.Training with
                    Steps = defaults.Training.Steps / 4
                }
            // Fewer sweeps with as many points each: the noise of an integral enters the looseness squared.
            Sweeps = defaults.Sweeps / 2
            CutoffShares = []
        }

    let private atLeast name least (value: int) =
        [
            if value < least then
                MiceError.OutOfRange(name, string value, $"{least} or more")
        ]

    /// <summary>Checks all fields and reports every fault, not only the first.</summary>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: ScanOptions) : Result<CheckedScanOptions, MiceError list> =
        let faults =
            [
                if o.Dimension < 1 || o.Dimension > 3 then
                    MiceError.OutOfRange("the dimension", string o.Dimension, "1, 2 or 3")

                match o.Cutoff with
                | Some r when not (r > 0.0<Angstrom> && Double.IsFinite(float r)) ->
                    MiceError.OutOfRange("the cut-off", $"{float r} Å", "a finite length above 0")
                | _ -> ()

                yield! atLeast "the number of networks" 2 o.Networks
                yield! atLeast "the degree" 0 o.Network.Degree
                yield! atLeast "the width" 1 o.Network.Width
                yield! atLeast "the depth" 1 o.Network.Depth
                yield! atLeast "the noise points per atom" 1 o.Network.NoisePerAtom
                yield! atLeast "the number of training steps" 1 o.Training.Steps
                yield! atLeast "the points per step" (2 * (1 + max 1 o.Network.NoisePerAtom)) o.Training.BatchPoints
                yield! atLeast "the number of sweeps" 1 o.Sweeps
                yield! atLeast "the integral points per atom and sweep" 1 o.IntegralPoints
                yield! atLeast "the number of threads" 1 o.Threads

                if not (o.Training.LearningRate > 0.0) then
                    MiceError.OutOfRange("the learning rate", string o.Training.LearningRate, "above 0")

                for share in o.CutoffShares do
                    if not (share > 0.0 && share < 1.0) then
                        MiceError.OutOfRange("a share of the cut-off", string share, "above 0, below 1")
            ]

        if List.isEmpty faults then Ok(Checked o) else Error faults

    let internal value (Checked options) = options

    /// Every setting by name, as reports and checkpoints state them.
    let describe (o: ScanOptions) : (string * string) list =
        [
            "dimension", string o.Dimension
            "symmetry", Symmetry.name o.Symmetry
            "cutoff_angstrom",
            (match o.Cutoff with
             | Some r -> string (float r)
             | None -> "2.3 mean distances")
            "networks", string o.Networks
            "degree", string o.Network.Degree
            "width", string o.Network.Width
            "depth", string o.Network.Depth
            "noise_per_atom", string o.Network.NoisePerAtom
            "steps", string o.Training.Steps
            "batch_points", string o.Training.BatchPoints
            "learning_rate", string o.Training.LearningRate
            "sweeps", string o.Sweeps
            "integral_points_per_atom_and_sweep", string o.IntegralPoints
            "cutoff_shares", String.Join(" ", o.CutoffShares)
            "seed", string o.Seed
            "device", Device.name o.Device
        ]
