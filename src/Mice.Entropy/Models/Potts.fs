namespace Mice.Entropy.Models

open Mice
open Mice.Samplers
open Mice.Entropy

/// Potts models as lattice models.
[<RequireQualifiedAccess>]
module Potts =
    /// Name of the parameter q, the number of states.
    [<Literal>]
    let States = "states"

    let private draw (sampling: ChainOptions) (model: PottsModel) (run: Run) temperature =
        PottsChain.sample sampling run { model with Temperature = temperature }
        |> Result.map (LatticeDraw.ofChains model.Shape id (SnapshotFile.writeStates model.States))

    /// The exact entropy by temperature, of narrow square tori without a field for any q and of tori of few states. The states are counted once.
    let private exact (model: PottsModel) : float -> LatticeReference option =
        let isPlane = model.Shape.Length = 2 && model.Field = 0.0

        let narrow =
            lazy
                (if isPlane then
                     PottsStates.densityOfStates model.States model.Shape[0] model.Shape[1] |> Result.toOption
                 else
                     None)

        let all =
            lazy (PottsEnumeration.densityOfStates model.States model.Shape |> Result.toOption)

        fun temperature ->
            let own = { model with Temperature = temperature }

            match narrow.Value with
            | Some density -> PottsStates.averagesOf density own |> LatticeReference.exact ExactSource.TransferMatrix
            | None ->
                all.Value
                |> Option.bind (fun density ->
                    PottsEnumeration.averagesOf density own |> LatticeReference.exact ExactSource.Enumeration)

    let private lattice (shape: int[]) =
        match shape.Length with
        | 2 -> "square"
        | 3 -> "cubic"
        | axes -> $"{axes}-dimensional"

    /// <summary>A Potts model together with the options of its sampling.</summary>
    /// <param name="sampling">How snapshots are drawn.</param>
    /// <param name="model">The model; the value of its temperature is not used.</param>
    let model (sampling: ChainOptions) (model: PottsModel) : LatticeModel<byte> =
        let shape = model.Shape
        let symmetry = SpinSymmetry.ofLattice Lattice.Square (model.Field = 0.0) shape

        {
            Name = "potts"
            Title = LatticeModel.title $"{model.States}-state Potts" (lattice shape) shape model.Coupling model.Field
            Shape = shape
            Lattice = lattice shape
            Parameters =
                [
                    States, string model.States
                    "coupling", Number.text model.Coupling
                    "field", Number.text model.Field
                ]
            Sampling = LatticeDraw.describe sampling
            Snapshots = sampling.Chains * sampling.Snapshots
            Steps = "steps"
            Equilibrate = sampling.Equilibrate
            Every = sampling.Every
            Faults =
                fun t ->
                    PottsModel.faults { model with Temperature = t } @ Validate.faults (ChainOptions.check sampling)
            Symmetry = symmetry
            Spins = LatticeSpins.states model.States symmetry
            Energy = PottsModel.energy model
            Hamiltonian = LatticeHamiltonian.States(model.States, PottsModel.energy model)
            Draw = draw sampling model
            Exact = exact model
            Integrate = None
        }

    /// <summary>The ferromagnet J = 1 on a square torus without a field, with the default sampling.</summary>
    /// <param name="states">q.</param>
    /// <param name="size">Rows and columns.</param>
    let square (states: int) (size: int) : LatticeModel<byte> =
        model ChainOptions.defaults (PottsModel.square size states 1.0)

    let private create (request: LatticeRequest) (shape: int[]) (valueOf: string -> string) =
        validate {
            let! states = LatticeFamily.count States 2 SnapshotFile.MostStates (valueOf States)
            and! coupling = LatticeFamily.number "coupling" (valueOf "coupling")
            and! field = LatticeFamily.number "field" (valueOf "field")

            return
                {
                    Shape = shape
                    States = states
                    Coupling = coupling
                    Field = field
                    Temperature = 1.0
                }
                |> model (LatticeFamily.chains request)
                |> LatticeSystem.ofModel
        }

    /// The family of Potts models for the registry.
    let family: LatticeFamily =
        {
            Name = "potts"
            Summary = "Potts models on the square and the cubic lattice"
            Remark =
                "sides for mice 2 times a power of two for 3 and 4 states on the square lattice (2 states: 4 times; more: a message says it); snapshots in multiples of 64; 300 steps before, 20 between; sizes as AxBxC are of the cubic lattice"
            Axes = [ 2; 3 ]
            Parameters =
                [
                    {
                        Name = States
                        Usage = $"q, from 2 to {SnapshotFile.MostStates}; default 3"
                        Default = "3"
                    }
                    LatticeFamily.coupling
                    LatticeFamily.field "H on state 0, in the units of J; default 0"
                ]
            Create = create
        }
