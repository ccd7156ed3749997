namespace Mice.Entropy

open System
open Mice
open Mice.Atoms
open Mice.Autoregressive

/// <summary>How the scan entropy is estimated. Start from ScanOptions.defaults and change fields with { … with … }.</summary>
type ScanOptions =
    {
        /// Number of dimensions, 1, 2 or 3: the first so many coordinates count.
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
        /// Random passes through each held-out snapshot.
        Passes: int
        /// Random points for each atom and pass in the integral of λ.
        IntegralPoints: int
        /// Shorter cut-offs of the convergence table, as shares of the cut-off; with the full one each gets an eighth of the steps.
        CutoffShares: float list
    }

/// Defaults, presets and checks.
[<RequireQualifiedAccess>]
module ScanOptions =
    /// Default settings, the same for every system, solid or liquid.
    let defaults =
        {
            Dimension = 3
            Symmetry = Symmetry.Isotropic
            Cutoff = None
            Networks = 4
            Network = IntensityOptions.defaults
            Training = IntensityTrainingOptions.defaults
            Passes = 6
            IntegralPoints = 16
            CutoffShares = [ 0.6; 0.8 ]
        }

    /// A short run, for a first look: a quarter of the steps, three networks, no convergence table. The bound is looser.
    let quick =
        { defaults with
            Networks = 3
            Training =
                { defaults.Training with
                    Steps = defaults.Training.Steps / 4
                }
            // Fewer passes with as many points each: the noise of an integral enters the looseness squared.
            Passes = defaults.Passes / 2
            CutoffShares = []
        }

    let private ofNetwork (o: ScanOptions) =
        validate {
            let! () = Validate.atLeast 0 "the degree" o.Network.Degree
            and! () = Validate.atLeast 1 "the width" o.Network.Width
            and! () = Validate.atLeast 1 "the depth" o.Network.Depth
            and! () = Validate.atLeast 1 "the noise points per atom" o.Network.NoisePerAtom
            return ()
        }

    let private ofTraining (o: ScanOptions) =
        validate {
            let! () = Validate.atLeast 1 "the number of training steps" o.Training.Steps

            and! () =
                Validate.atLeast (2 * (1 + max 1 o.Network.NoisePerAtom)) "the points per step" o.Training.BatchPoints

            and! () = Validate.positive "the learning rate" o.Training.LearningRate
            return ()
        }

    let private ofCutoff (o: ScanOptions) =
        validate {
            let! () =
                o.Cutoff
                |> Option.map (fun r -> Validate.positive "the cut-off, Å," (float r))
                |> Option.defaultValue []

            and! () =
                o.CutoffShares
                |> List.collect (
                    Validate.that "a share of the cut-off" "above 0, below 1" (fun s -> s > 0.0 && s < 1.0)
                )

            return ()
        }

    /// <summary>Checks all fields and reports every fault, not only the first.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: ScanOptions) : Result<ScanOptions, MiceError list> =
        validate {
            let! () =
                o.Dimension |> Validate.that "the dimension" "1, 2 or 3" (fun d -> d >= 1 && d <= 3)

            and! () = ofCutoff o
            and! () = Validate.atLeast 2 "the number of networks" o.Networks
            and! () = ofNetwork o
            and! () = ofTraining o
            and! () = Validate.atLeast 1 "the number of passes" o.Passes

            and! () = Validate.atLeast 1 "the integral points per atom and pass" o.IntegralPoints

            return o
        }

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
            "sweeps", string o.Passes
            "integral_points_per_atom_and_sweep", string o.IntegralPoints
            "cutoff_shares", String.Join(" ", o.CutoffShares)
        ]
