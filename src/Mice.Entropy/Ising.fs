namespace Mice.Entropy

open Mice
open Mice.Samplers

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
        |> Option.map (fun e ->
            {
                EntropyPerSite = Estimate.exact e.Averages.Entropy
                Source = ExactSource.name e.Source
            })

    /// <summary>An Ising model with how it is sampled.</summary>
    /// <param name="sampling">How snapshots are drawn.</param>
    /// <param name="model">The model; its temperature does not matter.</param>
    let model (sampling: IsingSamplingOptions) (model: IsingModel) : LatticeModel<sbyte> =
        let shape = [| model.Rows; model.Columns |]

        {
            Name = "ising"
            Title = LatticeModel.title "Ising" (latticeName model.Lattice) shape model.Coupling model.Field
            Shape = shape
            Describe =
                [
                    "lattice", latticeName model.Lattice
                    "rows", string model.Rows
                    "columns", string model.Columns
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
            Spins = LatticeSpins.ising (SpinSymmetry.ofModel model)
            Energy = IsingModel.energy model
            Draw = draw sampling model
            Exact = exact model
            Integrate = None
        }

    /// <summary>The ferromagnet J = 1 on a square torus without a field, sampled as usual.</summary>
    /// <param name="size">Rows and columns.</param>
    let square (size: int) : LatticeModel<sbyte> =
        model IsingSamplingOptions.defaults (IsingModel.square size 1.0)
