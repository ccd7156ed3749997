namespace Mice.Entropy.Models

open Mice
open Mice.Samplers
open Mice.Entropy

/// The Ising model on a cubic torus: E = −J Σ_bonds sᵢsⱼ − H Σ_sites sᵢ with sᵢ = ±1 and k_B = 1.
type CubicIsingModel =
    {
        /// Sites along each of the three axes, 2 or more. Sites around a side of two are joined by two bonds.
        Shape: int[]
        /// J: positive for a ferromagnet, negative for an antiferromagnet.
        Coupling: float
        /// H, in the unit of J.
        Field: float
    }

/// The three-dimensional Ising model as a lattice model; critical at T = 4.5115 J.
[<RequireQualifiedAccess>]
module CubicIsing =
    /// The Potts model of two states with the same Boltzmann law; s = +1 is state 0, and δ(s, s′) = (1 + ss′)/2.
    let private potts (model: CubicIsingModel) temperature : PottsModel =
        {
            Shape = model.Shape
            States = 2
            Coupling = 2.0 * model.Coupling
            Field = 2.0 * model.Field
            Temperature = temperature
        }

    let private spin (state: byte) = 1y - 2y * sbyte state

    /// What has to be added to the energy of the Potts model to give the energy of the Ising model.
    let private shift (model: CubicIsingModel) =
        let sites = float (LatticeShape.sites model.Shape)
        sites * (float model.Shape.Length * model.Coupling + model.Field)

    /// <summary>E of a configuration.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spins">±1, [sites], the last axis fastest.</param>
    let energy (model: CubicIsingModel) (spins: sbyte[]) : float =
        spins
        |> Array.map (fun s -> if s > 0y then 0uy else 1uy)
        |> PottsModel.energy (potts model 1.0)
        |> (+) (shift model)

    let private draw (sampling: ChainOptions) (model: CubicIsingModel) (run: Run) temperature =
        let potts = potts model temperature
        let shift = shift model

        Chains.sample
            sampling
            run
            (PottsModel.sites potts)
            (PottsChain.kernel potts)
            {
                Energy = fun states -> PottsModel.energy potts states + shift
                Spins = Array.map spin
            }
        |> Result.map (LatticeDraw.ofChains model.Shape id SnapshotFile.writeSpins)

    /// The exact entropy by temperature, of tori of few states. The states are counted once.
    let private exact (model: CubicIsingModel) : float -> LatticeReference option =
        let all = lazy (PottsEnumeration.densityOfStates 2 model.Shape |> Result.toOption)

        fun temperature ->
            all.Value
            |> Option.bind (fun density ->
                PottsEnumeration.averagesOf density (potts model temperature)
                |> LatticeReference.exact ExactSource.Enumeration)

    /// <summary>A cubic Ising model together with the options of its sampling.</summary>
    /// <param name="sampling">How snapshots are drawn.</param>
    /// <param name="model">The model.</param>
    let model (sampling: ChainOptions) (model: CubicIsingModel) : LatticeModel<sbyte> =
        let symmetry = SpinSymmetry.ofLattice Lattice.Square (model.Field = 0.0) model.Shape

        {
            Name = "ising3d"
            Title = LatticeModel.title "Ising" "cubic" model.Shape model.Coupling model.Field
            Shape = model.Shape
            Lattice = "cubic"
            Parameters = [ "coupling", Number.text model.Coupling; "field", Number.text model.Field ]
            Sampling = LatticeDraw.describe sampling
            Snapshots = sampling.Chains * sampling.Snapshots
            Steps = "steps"
            Equilibrate = sampling.Equilibrate
            Every = sampling.Every
            Faults = fun t -> PottsModel.faults (potts model t) @ Validate.faults (ChainOptions.check sampling)
            Symmetry = symmetry
            Spins = LatticeSpins.ising symmetry
            Energy = energy model
            Hamiltonian = LatticeHamiltonian.Spins(energy model)
            Draw = draw sampling model
            Exact = exact model
            Integrate = None
        }

    /// <summary>The ferromagnet J = 1 on a cubic torus without a field, with the default sampling.</summary>
    /// <param name="size">Sites along each axis.</param>
    let cube (size: int) : LatticeModel<sbyte> =
        model
            ChainOptions.defaults
            {
                Shape = Array.create 3 size
                Coupling = 1.0
                Field = 0.0
            }

    let private create (request: LatticeRequest) (shape: int[]) (valueOf: string -> string) =
        validate {
            let! coupling = LatticeFamily.number "coupling" (valueOf "coupling")
            and! field = LatticeFamily.number "field" (valueOf "field")

            return
                {
                    Shape = shape
                    Coupling = coupling
                    Field = field
                }
                |> model (LatticeFamily.chains request)
                |> LatticeSystem.ofModel
        }

    /// The family of cubic Ising models for the registry.
    let family: LatticeFamily =
        {
            Name = "ising3d"
            Summary = "Ising models on the cubic lattice"
            Remark = "sides for mice 2 times a power of two; snapshots in multiples of 64; 300 steps before, 20 between"
            Axes = [ 3 ]
            Parameters =
                [
                    LatticeFamily.coupling
                    LatticeFamily.field "H, in the units of J; default 0"
                ]
            Create = create
        }
