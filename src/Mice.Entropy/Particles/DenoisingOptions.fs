namespace Mice.Entropy

open Mice
open Mice.Atoms
open Mice.Denoising

/// What kind of phase snapshots are of.
[<RequireQualifiedAccess>]
type DenoisingPhase =
    /// Atoms change their places.
    | Fluid
    /// Each atom stays at its site of a perfect lattice.
    | Crystal

/// <summary>How the denoising entropy is estimated. Start from DenoisingOptions.defaults and change fields with { … with … }.</summary>
type DenoisingOptions =
    {
        /// Number of dimensions, 1, 2 or 3: the first so many coordinates count.
        Dimension: int
        /// The kind of phase; None: a crystal where the mean places of the atoms are a lattice and no atom leaves its site, otherwise a fluid.
        Phase: DenoisingPhase option
        /// The symmetry of a crystal, declared by the user: for a cubic one with one atom in each cell of its lattice, fewer snapshots tell more.
        Symmetry: Symmetry
        /// Networks trained independently; each is judged by snapshots that only it has not seen.
        Networks: int
        /// Size of the network, range of the noise.
        Network: DenoiserOptions
        /// Steps, learning rate.
        Training: DenoiserTrainingOptions
        /// Paths of noise from each held-out snapshot. The bound needs few; how loose it is, is known the better the more there are.
        Paths: int
    }

/// Defaults, presets and checks.
[<RequireQualifiedAccess>]
module DenoisingOptions =
    /// Default settings, the same for every system.
    let defaults =
        {
            Dimension = 3
            Phase = None
            Symmetry = Symmetry.None
            Networks = 4
            Network = DenoiserOptions.defaults
            Training = DenoiserTrainingOptions.defaults
            Paths = 6
        }

    /// A short run, for a first look: a third of the steps, two networks. The bound is looser.
    let quick =
        { defaults with
            Networks = 2
            Training =
                { defaults.Training with
                    Steps = defaults.Training.Steps / 3
                }
            Paths = 3
        }

    /// <summary>Checks all fields and reports every fault, not only the first.</summary>
    /// <param name="o">The options.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (o: DenoisingOptions) : Result<DenoisingOptions, MiceError list> =
        validate {
            let! () =
                o.Dimension |> Validate.that "the dimension" "1, 2 or 3" (fun d -> d >= 1 && d <= 3)

            and! () = Validate.atLeast 2 "the number of networks" o.Networks
            and! _ = DenoiserOptions.check o.Network
            and! _ = DenoiserTrainingOptions.check o.Training

            and! () = Validate.atLeast 1 "the paths of noise" o.Paths
            return o
        }

    /// The name of a kind of phase.
    let phase (phase: DenoisingPhase) : string =
        match phase with
        | DenoisingPhase.Fluid -> "fluid"
        | DenoisingPhase.Crystal -> "crystal"

    /// <summary>The kind of phase with a name.</summary>
    /// <param name="name">fluid or crystal.</param>
    /// <returns>Errors: UnknownName.</returns>
    let phaseOfName (name: string) : Result<DenoisingPhase, MiceError list> =
        let known = [ DenoisingPhase.Fluid; DenoisingPhase.Crystal ]

        match known |> List.tryFind (fun p -> phase p = name) with
        | Some found -> Ok found
        | None -> Error [ MiceError.UnknownName("phase", name, known |> List.map phase) ]

    /// Every setting by name, as reports and checkpoints state them.
    let describe (o: DenoisingOptions) : (string * string) list =
        [
            "dimension", string o.Dimension
            "phase", o.Phase |> Option.map phase |> Option.defaultValue "found"
            "symmetry", Symmetry.name o.Symmetry
            "networks", string o.Networks
            yield! DenoiserOptions.describe o.Network
            yield! DenoiserTrainingOptions.describe o.Training
            "noise_paths", string o.Paths
        ]
