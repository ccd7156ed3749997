namespace Mice.Entropy.Models

open Mice
open Mice.Samplers
open Mice.Entropy

/// Ising models as lattice models.
[<RequireQualifiedAccess>]
module Ising =
    let private latticeName (lattice: Lattice) =
        match lattice with
        | Lattice.Square -> "square"
        | Lattice.Triangular -> "triangular"

    let private draw (sampling: IsingSamplingOptions) (model: IsingModel) (run: Run) temperature =
        IsingSampling.draw sampling run { model with Temperature = temperature }
        |> Result.map (fun drawn ->
            {
                Snapshots = drawn.Snapshots
                Energies = drawn.Snapshots.Sites |> Array.map (IsingModel.energy model)
                SnapshotsPerChain = drawn.SnapshotsPerChain
                EnergyPerSite = drawn.EnergyPerSite
                AutocorrelationTime = drawn.AutocorrelationTime
                Checks = drawn.Checks
                Write = fun source path -> SnapshotFile.writeSpins source path drawn.Snapshots
            })

    let private exact (model: IsingModel) temperature : LatticeReference option =
        ExactIsing.tryFind { model with Temperature = temperature }
        |> Option.bind (fun e -> LatticeReference.exact e.Source (Ok e.Averages))

    /// <summary>An Ising model together with the options of its sampling.</summary>
    /// <param name="sampling">How snapshots are drawn.</param>
    /// <param name="model">The model; the value of its temperature is not used.</param>
    let model (sampling: IsingSamplingOptions) (model: IsingModel) : LatticeModel<sbyte> =
        let shape = [| model.Rows; model.Columns |]
        let symmetry = SpinSymmetry.ofModel model

        {
            Name = "ising"
            Title = LatticeModel.title "Ising" (latticeName model.Lattice) shape model.Coupling model.Field
            Shape = shape
            Lattice = latticeName model.Lattice
            Parameters =
                [
                    "lattice", latticeName model.Lattice
                    "coupling", Number.text model.Coupling
                    "field", Number.text model.Field
                ]
            Sampling =
                [
                    "snapshots", string sampling.Snapshots
                    "equilibration_rounds", string sampling.Equilibrate
                    "rounds_between_snapshots", string sampling.Every
                    "energy_rounds", string sampling.EnergyRounds
                ]
            Snapshots = IsingSampling.snapshots sampling
            Steps = "rounds"
            Equilibrate = sampling.Equilibrate
            Every = sampling.Every
            Faults =
                fun t ->
                    IsingModel.faults { model with Temperature = t }
                    @ Validate.faults (IsingSamplingOptions.check sampling)
            Symmetry = symmetry
            Spins = LatticeSpins.ising symmetry
            Energy = IsingModel.energy model
            Hamiltonian = LatticeHamiltonian.Spins(IsingModel.energy model)
            Draw = draw sampling model
            Exact = exact model
            Integrate = None
        }

    /// <summary>The ferromagnet J = 1 on a square torus without a field, with the default sampling.</summary>
    /// <param name="size">Rows and columns.</param>
    let square (size: int) : LatticeModel<sbyte> =
        model IsingSamplingOptions.defaults (IsingModel.square size 1.0)

    let private lattice (name: string) : Result<Lattice, MiceError list> =
        match [ Lattice.Square; Lattice.Triangular ] |> List.tryFind (fun l -> latticeName l = name) with
        | Some lattice -> Ok lattice
        | None -> Error [ MiceError.UnknownName("lattice", name, [ "square"; "triangular" ]) ]

    let private create (request: LatticeRequest) (shape: int[]) (valueOf: string -> string) =
        let start = IsingSamplingOptions.defaults

        validate {
            let! lattice = lattice (valueOf "lattice")
            and! coupling = LatticeFamily.number "coupling" (valueOf "coupling")
            and! field = LatticeFamily.number "field" (valueOf "field")

            return
                {
                    Lattice = lattice
                    Rows = shape[0]
                    Columns = shape[1]
                    Coupling = coupling
                    Field = field
                    Temperature = 1.0
                }
                |> model
                    { start with
                        Snapshots = defaultArg request.Snapshots start.Snapshots
                        Equilibrate = defaultArg request.Equilibrate start.Equilibrate
                        Every = defaultArg request.Every start.Every
                    }
                |> LatticeSystem.ofModel
        }

    /// The family of Ising models with two axes for the registry.
    let family: LatticeFamily =
        {
            Name = "ising"
            Summary = "Ising models, square and triangular"
            Remark = "sides for mice 4 times a power of two; snapshots in multiples of 512; 50 rounds before, 5 between"
            Axes = [ 2 ]
            Parameters =
                [
                    {
                        Name = "lattice"
                        Usage = "square (default) or triangular"
                        Default = "square"
                    }
                    LatticeFamily.coupling
                    LatticeFamily.field "H, in the units of J; default 0"
                ]
            Create = create
        }
