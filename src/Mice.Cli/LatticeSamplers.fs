namespace Mice.Cli

open System.Globalization
open Mice
open Mice.Samplers

/// What the sampling verbs were given, the same for every model.
type LatticeSampling =
    {
        Size: int
        Lattice: Lattice
        Coupling: float
        Field: float
        Snapshots: int option
        Equilibrate: int option
        Every: int option
        Shared: RunOptions
    }

/// Snapshots of one temperature.
type DrawnSnapshots =
    {
        Snapshots: int
        PerChain: int
        EnergyPerSite: Estimate<1>
        AutocorrelationTime: Estimate<1>
        Checks: Check list
        Write: SnapshotSource option -> string -> Result<unit, MiceError list>
    }

/// A model and how it is sampled, whatever its temperature.
type LatticeSampler =
    {
        Title: string
        Settings: (string * string) list
        /// What a step of the chains is called.
        Steps: string
        /// Snapshots at a temperature.
        Draw: Run -> float -> Result<DrawnSnapshots, MiceError list>
    }

/// How the verbs sample the models.
[<RequireQualifiedAccess>]
module LatticeSamplers =

    /// A number in full, as part of names, keys and settings.
    let text (number: float) =
        number.ToString("R", CultureInfo.InvariantCulture)

    let private settings model (given: LatticeSampling) snapshots equilibrate every =
        [
            "model", model
            "lattice", LatticeArguments.latticeName given.Lattice
            "rows", string given.Size
            "columns", string given.Size
            "coupling", text given.Coupling
            "field", text given.Field
            "seed", string given.Shared.Seed
            "snapshots", string snapshots
            "equilibrate", string equilibrate
            "every", string every
        ]

    let private ising (given: LatticeSampling) : Read<LatticeSampler> =
        let start = IsingSamplingOptions.defaults

        let options =
            { start with
                Snapshots = defaultArg given.Snapshots start.Snapshots
                Equilibrate = defaultArg given.Equilibrate start.Equilibrate
                Every = defaultArg given.Every start.Every
            }

        let model =
            { IsingModel.square given.Size 1.0 with
                Lattice = given.Lattice
                Coupling = given.Coupling
                Field = given.Field
            }

        let draw run temperature =
            { model with Temperature = temperature }
            |> IsingSampling.draw options run
            |> Result.map (fun drawn ->
                {
                    Snapshots = drawn.Snapshots.Sites.Length
                    PerChain = drawn.SnapshotsPerChain
                    EnergyPerSite = drawn.EnergyPerSite
                    AutocorrelationTime = drawn.AutocorrelationTime
                    Checks = drawn.Checks
                    Write = fun source path -> SnapshotFile.writeSpins source path drawn.Snapshots
                })

        validate {
            let! () = IsingModel.faults model
            and! _ = IsingSamplingOptions.check options

            return
                {
                    Title = LatticeArguments.isingTitle model
                    Settings = settings "ising" given options.Snapshots options.Equilibrate options.Every
                    Steps = "rounds"
                    Draw = draw
                }
        }

    let private xy (given: LatticeSampling) : Read<LatticeSampler> =
        let start = XYChainOptions.defaults
        let snapshots = defaultArg given.Snapshots (start.Chains * start.Snapshots)

        let options =
            { XYChainOptions.withSnapshots snapshots start with
                Equilibrate = defaultArg given.Equilibrate start.Equilibrate
                Every = defaultArg given.Every start.Every
            }

        let model =
            { XYModel.square given.Size 1.0 with
                Coupling = given.Coupling
                Field = given.Field
            }

        let draw run temperature =
            { model with Temperature = temperature }
            |> XYChain.sample options run
            |> Result.map (fun drawn ->
                {
                    Snapshots = drawn.Snapshots.Sites.Length
                    PerChain = options.Snapshots
                    EnergyPerSite = drawn.EnergyPerSite
                    AutocorrelationTime = drawn.AutocorrelationTime
                    Checks = drawn.Checks
                    Write = fun source path -> SnapshotFile.writeAngles source path drawn.Snapshots
                })

        validate {
            let! () =
                [
                    if given.Lattice = Lattice.Triangular then
                        MiceError.OutOfRange("--lattice", "triangular", "square for the XY model")
                ]

            and! () = XYModel.faults model
            and! _ = XYChainOptions.check options

            return
                {
                    Title = LatticeArguments.xyTitle model
                    Settings = settings "xy" given snapshots options.Equilibrate options.Every
                    Steps = "steps"
                    Draw = draw
                }
        }

    /// The samplers of the models by their names.
    let all: (string * (LatticeSampling -> Read<LatticeSampler>)) list =
        [ "ising", ising; "xy", xy ]
