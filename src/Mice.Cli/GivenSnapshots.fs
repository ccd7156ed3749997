namespace Mice.Cli

open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers

/// The equilibrium that snapshots are from.
type ThermalModel =
    {
        Temperature: float
        /// The model, of the snapshots' shape.
        System: LatticeSystem
        /// ⟨E⟩/N from a longer run.
        MeanEnergyPerSite: Estimate<1> option
    }

/// What is said of snapshots beside the file.
type SnapshotClaims =
    {
        /// T.
        Temperature: float option
        /// Name of the model; the first of the registry that fits the snapshots when it is not given.
        Model: string option
        /// Parameters of the model, by name.
        Parameters: (string * string) list
    }

/// The user's lattice snapshots and what is known of them.
[<RequireQualifiedAccess>]
module GivenSnapshots =
    let private statesOf (parameters: (string * string) list) : Read<int option> =
        match parameters |> List.tryFind (fst >> (=) Potts.States) with
        | None -> Ok None
        | Some(name, text) -> LatticeFamily.count name 2 SnapshotFile.MostStates text |> Result.map Some

    /// Only of states is it said how many there are.
    let private withoutStates (kind: string) (parameters: (string * string) list) (read: unit -> Read<'a>) : Read<'a> =
        if parameters |> List.exists (fst >> (=) Potts.States) then
            Error
                [
                    MiceError.OutOfRange($"--{Potts.States}", $"given with --spins {kind}", "spins that are states")
                ]
        else
            read ()

    /// <summary>The snapshots of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="kind">Of its spins.</param>
    /// <param name="parameters">Those of the model, among them how many states there are.</param>
    let read (file: string option) (kind: string option) (parameters: (string * string) list) : Read<LatticeGiven> =
        match file, kind with
        | None, _ ->
            Error
                [
                    MiceError.OutOfRange("FILE", "missing", "a file of snapshots, .npy or .spins")
                ]
        | Some file, Some("±1" | "+-1" | "ising" as kind) ->
            withoutStates kind parameters (fun () -> SnapshotFile.readSpins file)
            |> Result.map LatticeGiven.Spins
        | Some file, Some("angles" | "xy" as kind) ->
            withoutStates kind parameters (fun () -> SnapshotFile.readAngles file)
            |> Result.map LatticeGiven.Angles
        | Some file, Some("states" | "potts") ->
            statesOf parameters
            |> Result.bind (fun states -> SnapshotFile.readStates states file)
            |> Result.map (fun (struct (states, snapshots)) -> LatticeGiven.States(states, snapshots))
        | Some _, None -> Error [ MiceError.OutOfRange("--spins", "missing", "±1 (or +-1), angles or states") ]
        | Some _, Some other ->
            Error
                [
                    MiceError.UnknownName("kind of spins", other, [ "±1"; "+-1"; "angles"; "states" ])
                ]

    /// What the file says of the run that drew it.
    let source (file: string option) : SnapshotSource option =
        file |> Option.bind (SnapshotFile.readSource >> Result.toOption >> Option.flatten)

    /// Why the snapshots cannot be of the system.
    let private systemFaults (system: LatticeSystem) (temperature: float) (data: LatticeGiven) : MiceError list =
        [
            yield! system.Faults temperature

            if not (LatticeGiven.fits system.Hamiltonian data) then
                MiceError.Mismatch("spins of the snapshots and of the model", "others", system.Title)
        ]

    /// The states that the snapshots have are a parameter of their model.
    let private withStates (data: LatticeGiven) (family: LatticeFamily) (parameters: (string * string) list) =
        match data with
        | LatticeGiven.States(states, _) when
            family.Parameters |> List.exists (fun p -> p.Name = Potts.States)
            && not (List.exists (fst >> (=) Potts.States) parameters)
            ->
            (Potts.States, string states) :: parameters
        | _ -> parameters

    let private systemOf (data: LatticeGiven) parameters (family: LatticeFamily) : Read<LatticeSystem> =
        { LatticeFamily.request (List.ofArray (LatticeGiven.shape data)) with
            Parameters = withStates data family parameters
        }
        |> fun request -> LatticeFamily.create request family

    /// The families whose models have snapshots of this kind and shape, with their usual parameters.
    let private fitting (data: LatticeGiven) =
        LatticeSystems.all
        |> List.filter (fun family ->
            match systemOf data [] family with
            | Ok system -> LatticeGiven.fits system.Hamiltonian data
            | Error _ -> false)

    let private family (data: LatticeGiven) (name: string option) : Read<LatticeFamily> =
        match name, fitting data with
        | Some name, _ -> LatticeSystems.tryFind name
        | None, family :: _ -> Ok family
        | None, [] ->
            Error
                [
                    MiceError.OutOfRange("--model", "missing", "a model of such snapshots: none is known")
                ]

    let private thermal data model parameters temperature mean =
        validate {
            let! family = family data model
            let! system = systemOf data parameters family
            let! () = systemFaults system temperature data

            return
                Some
                    {
                        Temperature = temperature
                        System = system
                        MeanEnergyPerSite = mean
                    }
        }

    /// <summary>The equilibrium as it was given, else as the file tells it.</summary>
    /// <param name="claims">What is said.</param>
    /// <param name="source">What the file says.</param>
    /// <param name="data">The snapshots.</param>
    let equilibrium
        (claims: SnapshotClaims)
        (source: SnapshotSource option)
        (data: LatticeGiven)
        : Read<ThermalModel option> =
        match claims.Temperature, source with
        | Some temperature, _ -> thermal data claims.Model claims.Parameters temperature None
        | None, Some s -> thermal data (Some s.Model) s.Parameters s.Temperature (Some s.EnergyPerSite)
        | None, None -> Ok None

    /// <summary>What the estimators are told of the snapshots.</summary>
    /// <param name="symmetry">Of their law.</param>
    /// <param name="group">Neighbouring snapshots that are not independent.</param>
    /// <param name="model">The equilibrium that they are from.</param>
    /// <param name="data">The snapshots.</param>
    let conditions
        (symmetry: SpinSymmetry)
        (group: int)
        (model: ThermalModel option)
        (data: LatticeGiven)
        : LatticeConditions =
        let sites = LatticeShape.sites (LatticeGiven.shape data)

        {
            Symmetry = symmetry
            GroupSnapshots = group
            Thermal =
                model
                |> Option.bind (fun m ->
                    LatticeGiven.energies m.System.Hamiltonian data
                    |> Option.map (LatticeConditions.thermal m.Temperature sites group m.MeanEnergyPerSite))
            Hamiltonian = model |> Option.map _.System.Hamiltonian
        }
