namespace Mice.Entropy.Models

open System.Numerics
open Mice
open Mice.Samplers
open Mice.Entropy

/// XY models as lattice models; entropies in nats per site relative to dθ: s = ln 2π at T = ∞, and s → −∞ as T → 0.
[<RequireQualifiedAccess>]
module XY =
    let private draw (sampling: XYChainOptions) (model: XYModel) (run: Run) temperature =
        XYChain.sample sampling run { model with Temperature = temperature }
        |> Result.map (fun drawn ->
            {
                Snapshots = PlanarSpins.ofAngles drawn.Snapshots
                Energies = drawn.Energies
                SnapshotsPerChain = sampling.Snapshots
                EnergyPerSite = drawn.EnergyPerSite
                AutocorrelationTime = drawn.AutocorrelationTime
                Checks = drawn.Checks
                Write = fun source path -> SnapshotFile.writeAngles source path drawn.Snapshots
            })

    let private describe (sampling: XYChainOptions) (integration: XYIntegrationOptions) =
        [
            "chains", string sampling.Chains
            "snapshots_per_chain", string sampling.Snapshots
            "equilibration_steps", string sampling.Equilibrate
            "steps_between_snapshots", string sampling.Every
            "over_relaxations", string sampling.OverRelaxations
            "clusters", string sampling.Clusters
            "integration_chains", string integration.Chains
            "integration_steps", string integration.Steps
            "integration_equilibration_steps", string integration.Equilibrate
        ]

    let private faults sampling integration (model: XYModel) temperature =
        XYModel.faults { model with Temperature = temperature }
        @ Validate.faults (XYChainOptions.check sampling)
        @ Validate.faults (XYIntegrationOptions.check integration)

    /// <summary>An XY model together with the options of its sampling.</summary>
    /// <param name="sampling">How snapshots are drawn.</param>
    /// <param name="integration">How energies are sampled for the integration from infinite temperature.</param>
    /// <param name="model">The model; the value of its temperature is not used.</param>
    let model (sampling: XYChainOptions) (integration: XYIntegrationOptions) (model: XYModel) : LatticeModel<Vector2> =
        let shape = [| model.Rows; model.Columns |]
        let symmetry = SpinSymmetry.ofLattice Lattice.Square (model.Field = 0.0) shape

        {
            Name = "xy"
            Title = LatticeModel.title "XY" "square" shape model.Coupling model.Field
            Shape = shape
            Lattice = "square"
            Parameters = [ "coupling", Number.text model.Coupling; "field", Number.text model.Field ]
            Sampling = describe sampling integration
            Snapshots = sampling.Chains * sampling.Snapshots
            Steps = "steps"
            Equilibrate = sampling.Equilibrate
            Every = sampling.Every
            Faults = faults sampling integration model
            Symmetry = symmetry
            Spins = LatticeSpins.planar symmetry
            Energy = PlanarSpins.state >> XYModel.energy model
            Hamiltonian = LatticeHamiltonian.Angles(XYState.ofAngles >> XYModel.energy model)
            Draw = draw sampling model
            Exact = fun _ -> None
            Integrate = Some(fun run temperatures -> XYIntegration.entropies integration run model temperatures)
        }

    /// <summary>The ferromagnet J = 1 on a square torus without a field, with the default sampling.</summary>
    /// <param name="size">Rows and columns.</param>
    let square (size: int) : LatticeModel<Vector2> =
        model XYChainOptions.defaults XYIntegrationOptions.defaults (XYModel.square size 1.0)

    let private create (request: LatticeRequest) (shape: int[]) (valueOf: string -> string) =
        let start = XYChainOptions.defaults

        let drawn =
            request.Snapshots
            |> Option.map (fun n -> XYChainOptions.withSnapshots n start)
            |> Option.defaultValue start

        validate {
            let! coupling = LatticeFamily.number "coupling" (valueOf "coupling")
            and! field = LatticeFamily.number "field" (valueOf "field")

            return
                {
                    Rows = shape[0]
                    Columns = shape[1]
                    Coupling = coupling
                    Field = field
                    Temperature = 1.0
                }
                |> model
                    { drawn with
                        Equilibrate = defaultArg request.Equilibrate start.Equilibrate
                        Every = defaultArg request.Every start.Every
                    }
                    XYIntegrationOptions.defaults
                |> LatticeSystem.ofModel
        }

    /// The family of XY models for the registry.
    let family: LatticeFamily =
        {
            Name = "xy"
            Summary = "XY models on the square lattice"
            Remark = "sides for mice a power of two; snapshots in multiples of 64; 300 steps before, 10 between"
            Axes = [ 2 ]
            Parameters =
                [
                    LatticeFamily.coupling
                    LatticeFamily.field "H along the angle 0, in the units of J; default 0"
                ]
            Create = create
        }
