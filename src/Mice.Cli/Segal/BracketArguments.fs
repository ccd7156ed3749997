namespace Mice.Cli

open Argu
open Mice
open Mice.Samplers
open Mice.Segal

/// What `mice bracket ising|xy|alloy` takes beside what every verb does.
type BracketArgument =
    | System of file: string
    | Size of sites: string
    | Coupling of energy: string
    | Temperature of list: string
    | Field of value: string
    | Network of form: string
    | Steps of count: string
    | Batch of count: string
    | Batches of count: string
    | Rounds of count: string

    interface IArgParserTemplate with
        member this.Usage =
            let multiscale, dense = MultiscaleBracket.defaults, Bracket.defaults

            match this with
            | System _ -> "the JSON file of a cluster expansion; for alloy"
            | Size _ ->
                "sites along every axis of the torus, 16 or 16x32; of an alloy multiples of its primitive vectors, 2x2x4"
            | Coupling _ -> "J of an Ising or XY model; default 1"
            | Temperature _ -> "temperatures: 2.0,2.5, or first:last:count"
            | Field _ -> "the field, of an alloy Δμ in eV; default 0"
            | Network _ ->
                "multiscale: sites are drawn from coarse to fine, a law for each temperature; dense: one network for all temperatures; default multiscale, for alloys dense"
            | Steps _ ->
                $"steps of the training; default {SegalTraining.defaults.Steps} of a dense network, {multiscale.Law.Steps} of each class of sites"
            | Batch _ ->
                $"samples whose weights are averaged: bounds close as they grow; default {dense.Batch}, multiscale {multiscale.Bracket.Batch}"
            | Batches _ -> $"how many such averages; default {dense.Batches}, multiscale {multiscale.Bracket.Batches}"
            | Rounds _ ->
                $"rounds of the chains that give the mean energy; default {dense.Rounds}, multiscale {multiscale.Bracket.Rounds}"

/// What is bracketed, and by which law.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type BracketSubject =
    | Dense of SegalNetwork
    | Ising of IsingModel
    | XY of XYModel

/// What `mice bracket` is asked for.
type BracketJob =
    {
        Options: RunOptions
        Subject: BracketSubject
        Steps: int
        Bracket: BracketOptions
        Temperatures: float[]
        Field: float
    }

/// Reading of what `mice bracket` is given.
[<RequireQualifiedAccess>]
module BracketArguments =
    let private bracketOptions (r: ParseResults<BracketArgument>) (defaults: BracketOptions) : Read<BracketOptions> =
        validate {
            let! batch = Options.count "--batch" (r.TryGetResult BracketArgument.Batch)
            and! batches = Options.count "--batches" (r.TryGetResult BracketArgument.Batches)
            and! rounds = Options.count "--rounds" (r.TryGetResult BracketArgument.Rounds)

            return
                { defaults with
                    Batch = defaultArg batch defaults.Batch
                    Batches = defaultArg batches defaults.Batches
                    Rounds = defaultArg rounds defaults.Rounds
                }
        }

    let private isMultiscale (kind: string) (given: string option) : Read<bool> =
        let refused allowed =
            Error [ MiceError.OutOfRange("--network", Option.defaultValue "" given, allowed) ]

        match kind, given with
        | "alloy", (None | Some "dense") -> Ok false
        | "alloy", _ -> refused "dense, for an alloy"
        | _, (None | Some "multiscale") -> Ok true
        | "ising", Some "dense" -> Ok false
        | "ising", _ -> refused "multiscale or dense"
        | _ -> refused "multiscale, for an XY model"

    let private dense
        (key: Key)
        (system: SemiGrandSystem)
        (temperatures: float[])
        (field: float)
        : Read<BracketSubject> =
        SegalNetwork.create
            (Key.named "network" key)
            SegalNetwork.form
            {
                Temperature = Array.min temperatures, Array.max temperatures
                Field = field, field
            }
            system
        |> Result.map BracketSubject.Dense

    let private subject
        kind
        (r: ParseResults<BracketArgument>)
        key
        temperatures
        field
        multiscale
        : Read<BracketSubject> =
        let size, coupling =
            r.TryGetResult BracketArgument.Size, r.TryGetResult BracketArgument.Coupling

        let system name =
            SegalArguments.systemOf name size coupling

        match kind, r.TryGetResult BracketArgument.System with
        | ("ising" | "xy"), Some path ->
            Error [ MiceError.Mismatch($"--system and bracket {kind}", path, "for alloy alone") ]
        | "xy", _ ->
            validate {
                let! sides = GridArguments.multiples "--size" size
                and! j = SegalArguments.coupling coupling
                let! struct (rows, columns) = SegalArguments.torus sides

                return
                    BracketSubject.XY
                        { XYModel.square rows 1.0 with
                            Columns = columns
                            Coupling = j
                            Field = field
                        }
            }
        | "ising", _ ->
            system (Some "ising")
            |> Result.bind (fun s ->
                match s.Origin with
                | SystemOrigin.Ising model when multiscale -> Ok(BracketSubject.Ising { model with Field = field })
                | _ -> dense key s temperatures field)
        | _, path -> system path |> Result.bind (fun s -> dense key s temperatures field)

    /// <summary>Reads the arguments.</summary>
    /// <param name="kind">ising, xy or alloy.</param>
    /// <param name="given">The arguments.</param>
    let read (kind: string) (given: GivenArguments<BracketArgument>) : Read<BracketJob> =
        let r = given.Own

        let field =
            match r.TryGetResult BracketArgument.Field with
            | None -> Ok 0.0
            | Some text -> Options.number "--field" "a number" (fun _ -> true) text

        validate {
            let! temperatures =
                GridArguments.values "--temperature" (r.TryGetResult BracketArgument.Temperature)

            and! field = field
            and! steps = Options.count "--steps" (r.TryGetResult BracketArgument.Steps)
            and! multiscale = isMultiscale kind (r.TryGetResult BracketArgument.Network)
            and! options = SharedOptions.readWith LatticeArguments.processor given.Shared

            let! bracket =
                bracketOptions
                    r
                    (if multiscale then
                         MultiscaleBracket.defaults.Bracket
                     else
                         Bracket.defaults)

            and! subject =
                subject kind r (RunOptions.run options).Key temperatures field multiscale

            return
                {
                    Options = options
                    Subject = subject
                    Steps =
                        steps
                        |> Option.defaultValue (
                            if multiscale then
                                MultiscaleBracket.defaults.Law.Steps
                            else
                                SegalTraining.defaults.Steps
                        )
                    Bracket = bracket
                    Temperatures = temperatures
                    Field = field
                }
        }
