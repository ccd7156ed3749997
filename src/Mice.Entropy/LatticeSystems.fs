namespace Mice.Entropy

open Mice
open Mice.Samplers

/// A lattice model whatever its spins.
type LatticeSystem =
    {
        /// As of the model.
        Name: string
        /// As of the model.
        Title: string
        /// Parameters that describe it.
        Describe: (string * string) list
        /// How it is sampled.
        Sampling: (string * string) list
        /// Snapshots at each temperature.
        Snapshots: int
        /// What a step of its chains is called.
        Steps: string
        /// Steps before anything is kept.
        Equilibrate: int
        /// Steps between two snapshots of a chain.
        Every: int
        /// Methods for it.
        Methods: LatticeMethod list
        /// Faults at a temperature.
        Faults: float -> MiceError list
        /// Entropies, as <c>LatticeEntropy.estimate</c>.
        Estimate: LatticeEntropyOptions -> Run -> float list -> Result<LatticePoint list, MiceError list>
        /// Snapshots at a temperature: how many, and what is known of them.
        Draw: Run -> float -> Result<DrawnSystem, MiceError list>
    }

/// Snapshots of a system whatever its spins.
and DrawnSystem =
    {
        /// How many.
        Snapshots: int
        /// Of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy, in the system's steps.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
        /// Writes them to a file.
        Write: SnapshotSource option -> string -> Result<unit, MiceError list>
    }

/// What is asked of a family of models; what is None is as usual for the family.
type LatticeParameters =
    {
        /// Rows and columns.
        Size: int
        /// Which sites interact.
        Lattice: Lattice
        /// J.
        Coupling: float
        /// H.
        Field: float
        /// Snapshots at each temperature.
        Snapshots: int option
        /// Steps before anything is kept.
        Equilibrate: int option
        /// Steps between two snapshots of a chain.
        Every: int option
    }

/// Models of one name.
type LatticeFamily =
    {
        /// In commands: ising, xy.
        Name: string
        /// In a few words.
        Summary: string
        /// What has to be said of size, snapshots and steps: rounding and defaults.
        Remark: string
        /// The model that is asked for; faults of its numbers are told by what is done with it.
        Create: LatticeParameters -> Result<LatticeSystem, MiceError list>
    }

/// All lattice models that have a name: commands, reports and C# know those of this list.
[<RequireQualifiedAccess>]
module LatticeSystems =
    /// <summary>A model as a system.</summary>
    /// <param name="model">The model.</param>
    let ofModel (model: LatticeModel<'spin>) : LatticeSystem =
        {
            Name = model.Name
            Title = model.Title
            Describe = model.Describe
            Sampling = model.Sampling
            Snapshots = model.Snapshots
            Steps = model.Steps
            Equilibrate = model.Equilibrate
            Every = model.Every
            Methods = LatticeModel.methods model
            Faults = model.Faults
            Estimate = fun options run temperatures -> LatticeEntropy.estimate options run model temperatures
            Draw =
                fun run temperature ->
                    model.Draw run temperature
                    |> Result.map (fun drawn ->
                        {
                            Snapshots = drawn.Snapshots.Sites.Length
                            SnapshotsPerChain = drawn.SnapshotsPerChain
                            EnergyPerSite = drawn.EnergyPerSite
                            AutocorrelationTime = drawn.AutocorrelationTime
                            Checks = drawn.Checks
                            Write = drawn.Write
                        })
        }

    let private ising (asked: LatticeParameters) =
        let start = IsingSamplingOptions.defaults

        { IsingModel.square asked.Size 1.0 with
            Lattice = asked.Lattice
            Coupling = asked.Coupling
            Field = asked.Field
        }
        |> Ising.model
            { start with
                Snapshots = defaultArg asked.Snapshots start.Snapshots
                Equilibrate = defaultArg asked.Equilibrate start.Equilibrate
                Every = defaultArg asked.Every start.Every
            }
        |> ofModel
        |> Ok

    let private onSquare (asked: LatticeParameters) =
        [
            if asked.Lattice <> Lattice.Square then
                MiceError.OutOfRange("--lattice", "triangular", "square for the XY model")
        ]

    let private xy (asked: LatticeParameters) =
        let start = XYChainOptions.defaults

        let drawn =
            asked.Snapshots
            |> Option.map (fun n -> XYChainOptions.withSnapshots n start)
            |> Option.defaultValue start

        let system =
            { XYModel.square asked.Size 1.0 with
                Coupling = asked.Coupling
                Field = asked.Field
            }
            |> XY.model
                { drawn with
                    Equilibrate = defaultArg asked.Equilibrate start.Equilibrate
                    Every = defaultArg asked.Every start.Every
                }
                XYIntegrationOptions.defaults
            |> ofModel

        Validate.without (onSquare asked) system

    /// All of them.
    let all: LatticeFamily list =
        [
            {
                Name = "ising"
                Summary = "Ising models, square and triangular"
                Remark =
                    "sides for mice 4 times a power of two; snapshots in multiples of 512; 50 rounds before, 5 between"
                Create = ising
            }
            {
                Name = "xy"
                Summary = "XY models on the square lattice"
                Remark = "sides for mice a power of two; snapshots in multiples of 64; 300 steps before, 10 between"
                Create = xy
            }
        ]

    /// <summary>The family of a name.</summary>
    /// <param name="name">Such as ising.</param>
    /// <returns>UnknownName with all names.</returns>
    let tryFind (name: string) : Result<LatticeFamily, MiceError list> =
        match all |> List.tryFind (fun f -> f.Name = name) with
        | Some family -> Ok family
        | None -> Error [ MiceError.UnknownName("model", name, all |> List.map _.Name) ]
