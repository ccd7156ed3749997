namespace Mice.Entropy

open System
open System.Globalization
open Mice
open Mice.Samplers

/// A lattice model whatever its spins.
type LatticeSystem =
    {
        /// As of the model.
        Name: string
        /// As of the model.
        Title: string
        /// Sites along each axis.
        Shape: int[]
        /// As of the model.
        Lattice: string
        /// Parameters that describe it beside its shape, by name.
        Parameters: (string * string) list
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
        /// Changes that leave the law of its configurations as it is.
        Symmetry: SpinSymmetry
        /// E of a configuration.
        Hamiltonian: LatticeHamiltonian
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

/// Models as systems.
[<RequireQualifiedAccess>]
module LatticeSystem =
    /// <summary>A model as a system.</summary>
    /// <param name="model">The model.</param>
    let ofModel (model: LatticeModel<'spin>) : LatticeSystem =
        {
            Name = model.Name
            Title = model.Title
            Shape = model.Shape
            Lattice = model.Lattice
            Parameters = model.Parameters
            Sampling = model.Sampling
            Snapshots = model.Snapshots
            Steps = model.Steps
            Equilibrate = model.Equilibrate
            Every = model.Every
            Methods = LatticeModel.methods model
            Symmetry = model.Symmetry
            Hamiltonian = model.Hamiltonian
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

/// A parameter of the models of a family.
type LatticeParameter =
    {
        /// As commands, files and C# call it, such as coupling.
        Name: string
        /// What it is, with its default.
        Usage: string
        /// Its value where it is not given.
        Default: string
    }

/// What is asked of a family of models; what is None is as usual for the family.
type LatticeRequest =
    {
        /// Sites along each axis; one number stands for all axes of the family.
        Sides: int list
        /// Parameters that are given, by name.
        Parameters: (string * string) list
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
        /// Numbers of axes that its lattices may have, first that of a torus of which one side is given.
        Axes: int list
        /// What its models are told apart by beside their shape.
        Parameters: LatticeParameter list
        /// The model that is asked for, with its shape and the value of each parameter; faults of its numbers are told by what is done with it.
        Create: LatticeRequest -> int[] -> (string -> string) -> Result<LatticeSystem, MiceError list>
    }

/// What families of models have in common.
[<RequireQualifiedAccess>]
module LatticeFamily =
    /// J of models of neighbours.
    let coupling: LatticeParameter =
        {
            Name = "coupling"
            Usage = "J: 1 (default), above 0 for a ferromagnet, below 0 for an antiferromagnet"
            Default = "1"
        }

    /// H.
    let field (usage: string) : LatticeParameter =
        {
            Name = "field"
            Usage = usage
            Default = "0"
        }

    /// <summary>A number.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="text">Its value.</param>
    /// <returns>OutOfRange when it is no finite number.</returns>
    let number (name: string) (text: string) : Result<float, MiceError list> =
        match Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value when Double.IsFinite value -> Ok value
        | _ -> Error [ MiceError.OutOfRange(name, $"'{text}'", "any finite number") ]

    /// <summary>A count.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="least">The least that it may be.</param>
    /// <param name="most">The most that it may be.</param>
    /// <param name="text">Its value.</param>
    /// <returns>OutOfRange when it is no such integer.</returns>
    let count (name: string) (least: int) (most: int) (text: string) : Result<int, MiceError list> =
        match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, value when value >= least && value <= most -> Ok value
        | _ ->
            Error
                [
                    MiceError.OutOfRange(name, $"'{text}'", $"an integer from {least} to {most}")
                ]

    /// <summary>Chains as they are asked for.</summary>
    /// <param name="request">The request.</param>
    let chains (request: LatticeRequest) : ChainOptions =
        let start = ChainOptions.defaults

        { (request.Snapshots
           |> Option.map (fun n -> ChainOptions.withSnapshots n start)
           |> Option.defaultValue start) with
            Equilibrate = defaultArg request.Equilibrate start.Equilibrate
            Every = defaultArg request.Every start.Every
        }

    let private shape (family: LatticeFamily) (sides: int list) : Result<int[], MiceError list> =
        match sides with
        | [ side ] -> Ok(Array.create family.Axes.Head side)
        | _ when List.contains sides.Length family.Axes -> Ok(Array.ofList sides)
        | _ ->
            let given = sides |> List.map string |> String.concat "x"
            let axes = family.Axes |> List.map string |> String.concat " or "

            Error
                [
                    MiceError.OutOfRange("size", given, $"one side, or {axes} of them for {family.Summary}")
                ]

    let private unknown (family: LatticeFamily) (request: LatticeRequest) : MiceError list =
        let known = family.Parameters |> List.map _.Name

        [
            for name, _ in request.Parameters do
                if not (List.contains name known) then
                    MiceError.UnknownName($"parameter of the model {family.Name}", name, known)

            for name, values in List.groupBy fst request.Parameters do
                if values.Length > 1 then
                    MiceError.OutOfRange(name, "given more than once", "one value")
        ]

    /// <summary>The model that is asked for.</summary>
    /// <param name="request">Shape, parameters, how it is sampled.</param>
    /// <param name="family">Its family.</param>
    /// <returns>OutOfRange for another number of axes and for parameters that are no such values, UnknownName for parameters that the family has not.</returns>
    let create (request: LatticeRequest) (family: LatticeFamily) : Result<LatticeSystem, MiceError list> =
        let valueOf name =
            request.Parameters
            |> List.tryFind (fst >> (=) name)
            |> Option.map snd
            |> Option.defaultWith (fun () -> (family.Parameters |> List.find (fun p -> p.Name = name)).Default)

        validate {
            let! shape = shape family request.Sides
            and! () = unknown family request
            return! family.Create request shape valueOf
        }

    /// <summary>A system of some shape of a family, all else as usual.</summary>
    /// <param name="sides">Sites along each axis; one number stands for all axes.</param>
    let request (sides: int list) : LatticeRequest =
        {
            Sides = sides
            Parameters = []
            Snapshots = None
            Equilibrate = None
            Every = None
        }
