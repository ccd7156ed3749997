namespace Mice.Entropy.Models

open Mice
open Mice.Samplers
open Mice.Entropy

/// A lattice model with its kind of spins hidden: what command line, reports and C# work with.
type LatticeSystem =
    {
        /// Name of the model, such as ising.
        Name: string
        /// One line that describes the model without its temperature.
        Title: string
        /// Sites along each axis.
        Shape: int[]
        /// Name of the lattice: square, triangular, cubic.
        Lattice: string
        /// Parameters of the model besides its shape, by name.
        Parameters: (string * string) list
        /// Settings of the sampling, by name.
        Sampling: (string * string) list
        /// Snapshots at each temperature.
        Snapshots: int
        /// What a step of the model's chains is called: rounds or steps.
        Steps: string
        /// Steps before anything is kept.
        Equilibrate: int
        /// Steps between two snapshots of a chain.
        Every: int
        /// Methods that can be used for the model.
        Methods: LatticeMethod list
        /// Symmetries: changes of a configuration that do not change its probability.
        Symmetry: SpinSymmetry
        /// E of a configuration.
        Hamiltonian: LatticeHamiltonian
        /// Faults of the model at a temperature.
        Faults: float -> MiceError list
        /// Estimates entropies at some temperatures, as <c>LatticeEntropy.estimate</c> does.
        Estimate: LatticeEntropyOptions -> Run -> float list -> Result<LatticeResult list, MiceError list>
        /// Draws snapshots at a temperature.
        Draw: Run -> float -> Result<DrawnSystem, MiceError list>
    }

/// Snapshots that were drawn of a system.
and DrawnSystem =
    {
        /// Number of snapshots.
        Snapshots: int
        /// Number of snapshots of each chain.
        SnapshotsPerChain: int
        /// ⟨E⟩/N over all steps of all chains after equilibration.
        EnergyPerSite: Estimate<1>
        /// Integrated autocorrelation time of the energy, in the system's steps.
        AutocorrelationTime: Estimate<1>
        /// Whether the chains were in equilibrium and the snapshots far enough apart.
        Checks: Check list
        /// Writes the snapshots to a file, with a description of the run if one is given.
        Write: SnapshotSource option -> string -> Result<unit, MiceError list>
    }

/// Models as systems.
[<RequireQualifiedAccess>]
module LatticeSystem =
    /// <summary>The system of a model: the same functions with the kind of spins hidden.</summary>
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
        /// Name of the parameter in commands, files and C#, such as coupling.
        Name: string
        /// Meaning of the parameter, with its default, for help texts.
        Usage: string
        /// Value of the parameter where none is given.
        Default: string
    }

/// What a user asks of a family of models; every None stands for the default of the family.
type LatticeRequest =
    {
        /// Sites along each axis; one number stands for all axes of the family.
        Sides: int list
        /// Values of parameters that the user gives, by name; other parameters have their defaults.
        Parameters: (string * string) list
        /// Snapshots at each temperature.
        Snapshots: int option
        /// Steps before anything is kept.
        Equilibrate: int option
        /// Steps between two snapshots of a chain.
        Every: int option
    }

/// All models that share a name and differ in shape and parameters.
type LatticeFamily =
    {
        /// Name in commands: ising, xy.
        Name: string
        /// A few words about the family, for lists of verbs.
        Summary: string
        /// A remark for help texts: allowed sides, rounding of the number of snapshots, default steps.
        Remark: string
        /// Allowed numbers of axes. The first one is taken when the user gives a single side.
        Axes: int list
        /// Parameters that the models of the family have besides their shape.
        Parameters: LatticeParameter list
        /// Makes the model of a request from its shape and a function that gives the value of each parameter. Errors: values that cannot be read; faults of
        /// the model itself are found later, by <c>LatticeSystem.Faults</c>.
        Create: LatticeRequest -> int[] -> (string -> string) -> Result<LatticeSystem, MiceError list>
    }

/// What families of models have in common.
[<RequireQualifiedAccess>]
module LatticeFamily =
    /// The parameter J of models with a coupling of neighbours.
    let coupling: LatticeParameter =
        {
            Name = "coupling"
            Usage = "J: 1 (default), above 0 for a ferromagnet, below 0 for an antiferromagnet"
            Default = "1"
        }

    /// The parameter H, with its help text.
    let field (usage: string) : LatticeParameter =
        {
            Name = "field"
            Usage = usage
            Default = "0"
        }

    /// <summary>Reads the value of a parameter that is a number.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="text">Its value as text.</param>
    /// <returns>OutOfRange when the text is no finite number.</returns>
    let number (name: string) (text: string) : Result<float, MiceError list> =
        match Number.tryFinite text with
        | Some value -> Ok value
        | None -> Error [ MiceError.OutOfRange(name, $"'{text}'", "any finite number") ]

    /// <summary>Reads the value of a parameter that is an integer.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="least">Smallest allowed value.</param>
    /// <param name="most">Largest allowed value.</param>
    /// <param name="text">Its value as text.</param>
    /// <returns>OutOfRange when the text is no integer within the limits.</returns>
    let count (name: string) (least: int) (most: int) (text: string) : Result<int, MiceError list> =
        match Number.tryCount text with
        | Some value when value >= least && value <= most -> Ok value
        | _ ->
            Error
                [
                    MiceError.OutOfRange(name, $"'{text}'", $"an integer from {least} to {most}")
                ]

    /// <summary>Options of chains for a request: the defaults with the requested numbers of snapshots and steps.</summary>
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

    /// <summary>Makes the model of a request.</summary>
    /// <param name="request">Shape, parameters, and how the model is sampled.</param>
    /// <param name="family">The family of the model.</param>
    /// <returns>OutOfRange for a number of axes that the family has not, for a parameter given twice and for values that cannot be read; UnknownName for
    /// parameters that the family has not.</returns>
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

    /// <summary>A request for a shape; everything else has the defaults of the family.</summary>
    /// <param name="sides">Sites along each axis; one number stands for all axes.</param>
    let request (sides: int list) : LatticeRequest =
        {
            Sides = sides
            Parameters = []
            Snapshots = None
            Equilibrate = None
            Every = None
        }
