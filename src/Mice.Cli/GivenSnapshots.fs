namespace Mice.Cli

open Mice
open Mice.Entropy
open Mice.Samplers

/// Lattice snapshots out of a file.
[<RequireQualifiedAccess>]
type GivenSpins =
    | Spins of LatticeSnapshots<sbyte>
    | Angles of LatticeSnapshots<float>

/// The model that snapshots are in equilibrium of.
type ThermalModel =
    {
        Temperature: float
        Lattice: Lattice
        Coupling: float
        Field: float
        /// ⟨E⟩/N from a longer run.
        MeanEnergyPerSite: Estimate<1> option
    }

/// The user's lattice snapshots and what is known of them.
[<RequireQualifiedAccess>]
module GivenSnapshots =

    /// The snapshots of a file.
    let read (file: string option) (kind: string option) : Read<GivenSpins> =
        match file, kind with
        | None, _ ->
            Error
                [
                    MiceError.OutOfRange("FILE", "missing", "a file of snapshots, .npy or .spins")
                ]
        | Some file, Some("±1" | "+-1" | "ising") -> SnapshotFile.readSpins file |> Result.map GivenSpins.Spins
        | Some file, Some("angles" | "xy") -> SnapshotFile.readAngles file |> Result.map GivenSpins.Angles
        | Some _, None -> Error [ MiceError.OutOfRange("--spins", "missing", "±1 (or +-1) or angles") ]
        | Some _, Some other -> Error [ MiceError.UnknownName("kind of spins", other, [ "±1"; "+-1"; "angles" ]) ]

    /// What the file says of its model, and how many snapshots each of its chains has.
    let source (file: string option) : (ThermalModel * int) option =
        file
        |> Option.bind (SnapshotFile.readSource >> Result.toOption >> Option.flatten)
        |> Option.map (fun s ->
            {
                Temperature = s.Temperature
                Lattice = s.Lattice
                Coupling = s.Coupling
                Field = s.Field
                MeanEnergyPerSite = Some s.EnergyPerSite
            },
            s.SnapshotsPerChain)

    /// Rows, columns, snapshots.
    let shape (data: GivenSpins) : struct (int * int * int) =
        match data with
        | GivenSpins.Spins s -> struct (s.Rows, s.Columns, s.Sites.Length)
        | GivenSpins.Angles s -> struct (s.Rows, s.Columns, s.Sites.Length)

    let private isingOf (model: ThermalModel) (snapshots: LatticeSnapshots<sbyte>) : IsingModel =
        {
            Lattice = model.Lattice
            Rows = snapshots.Rows
            Columns = snapshots.Columns
            Coupling = model.Coupling
            Field = model.Field
            Temperature = model.Temperature
        }

    let private xyOf (model: ThermalModel) (snapshots: LatticeSnapshots<float>) : XYModel =
        {
            Rows = snapshots.Rows
            Columns = snapshots.Columns
            Coupling = model.Coupling
            Field = model.Field
            Temperature = model.Temperature
        }

    /// Why the snapshots cannot be of the model.
    let modelFaults (model: ThermalModel) (data: GivenSpins) : MiceError list =
        match data with
        | GivenSpins.Spins s -> IsingModel.faults (isingOf model s)
        | GivenSpins.Angles s ->
            [
                if model.Lattice <> Lattice.Square then
                    MiceError.OutOfRange(
                        "--lattice",
                        LatticeArguments.latticeName model.Lattice,
                        "square for the XY model"
                    )

                yield! XYModel.faults (xyOf model s)
            ]

    let private isingEnergy model snapshots =
        IsingModel.energy (isingOf model snapshots)

    let private xyEnergy model snapshots =
        XYState.ofAngles >> XYModel.energy (xyOf model snapshots)

    let private energies (model: ThermalModel) (data: GivenSpins) : float[] =
        match data with
        | GivenSpins.Spins s -> s.Sites |> Array.map (isingEnergy model s)
        | GivenSpins.Angles s -> s.Sites |> Array.map (xyEnergy model s)

    let private hamiltonian (data: GivenSpins) (model: ThermalModel) : LatticeHamiltonian =
        match data with
        | GivenSpins.Spins s -> LatticeHamiltonian.Spins(isingEnergy model s)
        | GivenSpins.Angles s -> LatticeHamiltonian.Angles(xyEnergy model s)

    /// <summary>What the estimators are told of the snapshots.</summary>
    /// <param name="symmetry">The lattice whose symmetries their law has; None for translations alone.</param>
    /// <param name="together">Whether all spins may be flipped or rotated together.</param>
    /// <param name="group">Neighbouring snapshots that are not independent.</param>
    /// <param name="model">The model that they are in equilibrium of.</param>
    /// <param name="data">The snapshots.</param>
    let conditions
        (symmetry: Lattice option)
        (together: bool)
        (group: int)
        (model: ThermalModel option)
        (data: GivenSpins)
        : LatticeConditions =
        let struct (rows, columns, _) = shape data

        {
            Symmetry =
                match symmetry with
                | Some lattice -> SpinSymmetry.ofLattice lattice together rows columns
                | None -> SpinSymmetry.translations together
            GroupSnapshots = group
            Thermal =
                model
                |> Option.map (fun m ->
                    energies m data
                    |> LatticeConditions.thermal m.Temperature (rows * columns) group m.MeanEnergyPerSite)
            Hamiltonian = Option.map (hamiltonian data) model
        }
