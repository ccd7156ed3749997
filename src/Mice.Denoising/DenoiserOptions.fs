namespace Mice.Denoising

open Mice

/// <summary>Size of a denoising network. Start from DenoiserOptions.defaults.</summary>
type DenoiserOptions =
    {
        /// Scalars, vectors and matrices of each atom; a multiple of 16.
        Channels: int
        /// Times that the atoms are moved to where they are believed to have been, plus one.
        Stages: int
        /// Layers of messages in each stage.
        Layers: int
        /// How far messages reach, in mean distances ρ^(−1/d).
        CutoffInMeanDistances: float
        /// Smallest noise that is learned, in mean distances.
        Smallest: float
        /// Largest noise that is learned, in mean distances.
        Largest: float
    }

/// Defaults and checks.
[<RequireQualifiedAccess>]
module DenoiserOptions =
    /// Default settings, the same for every system.
    let defaults =
        {
            Channels = 32
            Stages = 3
            Layers = 2
            CutoffInMeanDistances = 1.98
            Smallest = 0.008
            Largest = 0.8
        }

    /// <summary>Checks all fields and reports every fault, not only the first.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: DenoiserOptions) : Result<DenoiserOptions, MiceError list> =
        validate {
            let! () =
                o.Channels
                |> Validate.that "the channels" "a multiple of 16, 16 or more" (fun c ->
                    c >= MessageKernel.Lanes && c % MessageKernel.Lanes = 0)

            and! () = Validate.atLeast 1 "the stages" o.Stages
            and! () = Validate.atLeast 1 "the layers of a stage" o.Layers
            and! () = Validate.positive "the cut-off in mean distances" o.CutoffInMeanDistances
            and! () = Validate.positive "the smallest noise" o.Smallest

            and! () =
                o.Largest
                |> Validate.that "the largest noise" "above the smallest" (fun x -> x > o.Smallest && x < infinity)

            return o
        }

    /// Every setting by name, as reports and checkpoints state them.
    let describe (o: DenoiserOptions) : (string * string) list =
        [
            "channels", string o.Channels
            "stages", string o.Stages
            "layers", string o.Layers
            "cutoff_mean_distances", string o.CutoffInMeanDistances
            "smallest_noise_mean_distances", string o.Smallest
            "largest_noise_mean_distances", string o.Largest
        ]
