namespace Mice.Cli

open Argu
open Mice
open Mice.Rsmi

/// What `mice rsmi …` takes beside what every verb does.
type RsmiArgument =
    | [<MainCommand; Unique>] File of file: string
    | Size of sites: string
    | Temperature of list: string
    | Hop_Rate of list: string
    | Coupling of energy: string
    | Configurations of count: string
    | Kind of name: string
    | Channels of count: string
    | Open_Borders
    | Group of count: string
    | Block of sites: string
    | Buffer of list: string
    | Environment of sites: string
    | Stride of sites: string
    | Components of count: string
    | States of count: string
    | Bound of name: string
    | Preset of name: string
    | Seeds of count: string
    | Steps of count: string
    | Samples of count: string

    interface IArgParserTemplate with
        member this.Usage =
            let geometry, options = BlockGeometry.defaults, RsmiOptions.defaults

            match this with
            | File _ -> "configurations: .npy of [n; sites along each axis] or [n; channels; sites along each axis]"
            | Size _ -> "sites along an axis of the torus; default 64, of dimers 32, of the chipping ring 256"
            | Temperature _ -> "temperatures: 2.0,2.5, or first:last:count; for dimers inf as well"
            | Hop_Rate _ -> "rates w at which whole masses hop, chips having rate 1: 0.1,0.3333, or first:last:count"
            | Coupling _ -> "J of the Ising model: 1, or -1 for the antiferromagnet; default 1"
            | Configurations _ -> "configurations to draw; default 2048"
            | Kind _ ->
                "what the numbers of the file are: numbers, spins (±1), masses (0 or more), dimers (directions 0 to 3)"
            | Channels _ -> "degrees of freedom of a site in the file; default 1"
            | Open_Borders -> "opposite borders of the lattice of the file do not meet"
            | Group _ ->
                "consecutive configurations of the file that may depend on each other; default a hundredth of all"
            | Block _ -> $"ℓ, sites along each axis of the block; default {geometry.Block}"
            | Buffer _ ->
                $"L_B, widths of the buffer in sites: 4, or 0,2,4, or first:last:count; default {geometry.Buffer}"
            | Environment _ ->
                $"L_E, width of the environment in sites, or all for all the rest; default {geometry.Environment.Value}, of dimers 2"
            | Stride _ -> "sites between two positions of the block; default 1: the law must not change under shifts"
            | Components _ -> "binary components of the coarse variable, 1 to 16; default 1, of dimers 2"
            | States _ -> "states of the coarse variable, in place of binary components"
            | Bound _ ->
                "what filters are trained on: exact (the sum over all values of h; default), or infonce, dv, nwj and so on, on samples of h by Gumbel-softmax"
            | Preset _ -> "default, published-ising or published-dimers: how filters are trained"
            | Seeds _ -> $"filters that are trained at the same time; default {options.Seeds}"
            | Steps _ -> $"training steps of filters, and of the critic of the certificate; default {options.Steps}"
            | Samples _ ->
                $"samples of block and environment that are shared out, 30 %% for the test; default {options.Samples}"

/// What `mice rsmi` works on.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type RsmiSubject =
    | System of RsmiSystem * values: float list
    | Given of RsmiSource

/// What `mice rsmi` is asked for.
[<NoEquality; NoComparison>]
type RsmiJob =
    {
        Options: RunOptions
        Subject: RsmiSubject
        Rsmi: RsmiOptions
        Geometry: BlockGeometry
        Buffers: int list
    }

/// Reading of what `mice rsmi` is given.
[<RequireQualifiedAccess>]
module RsmiArguments =
    let private outOfRange name given allowed =
        Error [ MiceError.OutOfRange(name, given, allowed) ]

    /// Rows of a torus.
    [<Literal>]
    let private MostRows = 1024

    /// Sites of a ring.
    [<Literal>]
    let private MostSites = 1048576

    /// Arguments of one kind of subject that another one has no use for.
    let private foreign (kind: string) (r: ParseResults<RsmiArgument>) : MiceError list =
        let drawn = [ "ising"; "dimers"; "chipping" ]

        [
            for name, isGiven, kinds in
                [
                    "FILE", r.Contains RsmiArgument.File, [ "snapshots" ]
                    "--size", r.Contains RsmiArgument.Size, drawn
                    "--temperature", r.Contains RsmiArgument.Temperature, [ "ising"; "dimers" ]
                    "--hop-rate", r.Contains RsmiArgument.Hop_Rate, [ "chipping" ]
                    "--coupling", r.Contains RsmiArgument.Coupling, [ "ising" ]
                    "--configurations", r.Contains RsmiArgument.Configurations, drawn
                    "--kind", r.Contains RsmiArgument.Kind, [ "snapshots" ]
                    "--channels", r.Contains RsmiArgument.Channels, [ "snapshots" ]
                    "--open-borders", r.Contains RsmiArgument.Open_Borders, [ "snapshots" ]
                    "--group", r.Contains RsmiArgument.Group, [ "snapshots" ]
                ] do
                if isGiven && not (List.contains kind kinds) then
                    let fits = String.concat ", " kinds
                    MiceError.Mismatch(name, $"rsmi {kind}", $"rsmi {fits}, which alone take it")
        ]

    /// Temperatures, of which those of dimers may be infinite.
    let private temperatures (kind: string) (text: string option) : Read<float list> =
        let isInfinite (part: string) =
            kind = "dimers" && (part.Trim() = "inf" || part.Trim() = "infinity")

        let positive (found: float[]) =
            match found |> Array.tryFind (fun t -> not (t > 0.0)) with
            | Some t -> outOfRange "--temperature" (Number.text t) "numbers above 0"
            | None -> Ok(List.ofArray found)

        match text with
        | Some text when text.Split ',' |> Array.exists isInfinite ->
            let rest = text.Split ',' |> Array.filter (isInfinite >> not)

            if rest.Length = 0 then
                Ok [ infinity ]
            else
                GridArguments.values "--temperature" (Some(String.concat "," rest))
                |> Result.bind positive
                |> Result.map (fun finite -> finite @ [ infinity ])
        | _ -> GridArguments.values "--temperature" text |> Result.bind positive

    let private rates (text: string option) : Read<float list> =
        GridArguments.values "--hop-rate" text
        |> Result.bind (fun found ->
            match found |> Array.tryFind (fun w -> not (w >= 0.0)) with
            | Some w -> outOfRange "--hop-rate" (Number.text w) "numbers of 0 or more"
            | None -> Ok(List.ofArray found))

    /// The size, up to a largest one.
    let private side (standard: int) (most: int) (r: ParseResults<RsmiArgument>) : Read<int> =
        Options.count "--size" (r.TryGetResult RsmiArgument.Size)
        |> Result.map (Option.defaultValue standard)
        |> Result.bind (fun side ->
            if side > most then
                outOfRange "--size" (string side) $"an integer of at most {most}"
            else
                Ok side)

    let private configurations (r: ParseResults<RsmiArgument>) : Read<int> =
        Options.count "--configurations" (r.TryGetResult RsmiArgument.Configurations)
        |> Result.map (Option.defaultValue 2048)

    let private coupling (r: ParseResults<RsmiArgument>) : Read<float> =
        r.TryGetResult RsmiArgument.Coupling
        |> Option.map (Options.number "--coupling" "a number other than 0" ((<>) 0.0))
        |> Option.defaultValue (Ok 1.0)

    let private ofFile (r: ParseResults<RsmiArgument>) : Read<RsmiSubject> =
        validate {
            let! path = Options.input "FILE" (r.TryGetResult RsmiArgument.File)

            and! kind =
                match r.TryGetResult RsmiArgument.Kind with
                | None -> Ok ConfigurationKind.Numbers
                | Some name ->
                    match ConfigurationFile.kinds |> List.tryFind (fst >> (=) name) with
                    | Some(_, kind) -> Ok kind
                    | None -> Error [ MiceError.UnknownName("kind", name, ConfigurationFile.kinds |> List.map fst) ]

            and! channels = Options.count "--channels" (r.TryGetResult RsmiArgument.Channels)
            and! group = Options.count "--group" (r.TryGetResult RsmiArgument.Group)
            let isPeriodic = not (r.Contains RsmiArgument.Open_Borders)

            let! () =
                [
                    if kind = ConfigurationKind.Dimers && not isPeriodic then
                        MiceError.Mismatch("--open-borders and --kind", "dimers", "coverings of a torus")
                ]

            let! source = ConfigurationFile.read kind (defaultArg channels 1) isPeriodic 1 path
            let hundredth = max 1 (source.Configurations.Length / 100)

            return
                RsmiSubject.Given
                    { source with
                        PerGroup = defaultArg group hundredth
                    }
        }

    let private subject (kind: string) (r: ParseResults<RsmiArgument>) : Read<RsmiSubject> =
        let temperature () =
            temperatures kind (r.TryGetResult RsmiArgument.Temperature)

        match kind with
        | "ising" ->
            validate {
                let! side = side 64 MostRows r
                and! j = coupling r
                and! count = configurations r
                and! values = temperature ()
                return RsmiSubject.System(RsmiSystem.ising side j count, values)
            }
        | "dimers" ->
            validate {
                let! side = side 32 MostRows r
                and! count = configurations r
                and! values = temperature ()
                return RsmiSubject.System(RsmiSystem.dimers side count, values)
            }
        | "chipping" ->
            validate {
                let! side = side 256 MostSites r
                and! count = configurations r
                and! values = rates (r.TryGetResult RsmiArgument.Hop_Rate)
                return RsmiSubject.System(RsmiSystem.chipping side count, values)
            }
        | _ -> ofFile r

    let private buffers (text: string option) : Read<int list> =
        let whole (found: float[]) =
            if found |> Array.forall (fun b -> b >= 0.0 && b = floor b) then
                found |> Array.map int |> Array.distinct |> List.ofArray |> Ok
            else
                outOfRange "--buffer" (found |> Array.map Number.text |> String.concat ",") "whole numbers of 0 or more"

        match text with
        | None -> Ok [ BlockGeometry.defaults.Buffer ]
        | given -> GridArguments.values "--buffer" given |> Result.bind whole

    let private environment (kind: string) (text: string option) : Read<int option> =
        match text with
        | None when kind = "dimers" -> Ok(Some 2)
        | None -> Ok BlockGeometry.defaults.Environment
        | Some "all" -> Ok None
        | given -> Options.count "--environment" given

    let private variable (kind: string) (r: ParseResults<RsmiArgument>) (start: RsmiOptions) : Read<CoarseVariable> =
        match r.TryGetResult RsmiArgument.Components, r.TryGetResult RsmiArgument.States with
        | Some given, Some _ ->
            Error
                [
                    MiceError.Mismatch("--components and --states", given, "one of them alone is possible")
                ]
        | _, (Some _ as states) ->
            Options.count "--states" states |> Result.map (fun q -> CoarseVariable.States q.Value)
        | None, None when kind <> "dimers" -> Ok start.Variable
        | given, _ -> Options.count "--components" given |> Result.map (fun c -> CoarseVariable.Binary(defaultArg c 2))

    let private preset (name: string option) : Read<RsmiOptions> =
        let name = defaultArg name "default"

        match RsmiOptions.presets |> List.tryFind (fst >> (=) name) with
        | Some(_, options) -> Ok options
        | None -> Error [ MiceError.UnknownName("preset", name, List.map fst RsmiOptions.presets) ]

    /// The value of --bound: the preset's relaxation where it has one.
    let private objective (name: string option) (start: RsmiOptions) : FilterObjective =
        match name, start.Objective with
        | None, given -> given
        | Some bound, FilterObjective.Sampled(_, relaxation) when bound <> "exact" ->
            FilterObjective.Sampled(bound, relaxation)
        | Some bound, _ -> FilterObjective.named bound

    let private options (kind: string) (r: ParseResults<RsmiArgument>) : Read<RsmiOptions> =
        validate {
            let! start = preset (r.TryGetResult RsmiArgument.Preset)
            let! variable = variable kind r start
            and! seeds = Options.count "--seeds" (r.TryGetResult RsmiArgument.Seeds)
            and! steps = Options.count "--steps" (r.TryGetResult RsmiArgument.Steps)
            and! samples = Options.count "--samples" (r.TryGetResult RsmiArgument.Samples)

            return!
                RsmiOptions.check
                    { start with
                        Variable = variable
                        Objective = objective (r.TryGetResult RsmiArgument.Bound) start
                        Seeds = defaultArg seeds start.Seeds
                        Steps = defaultArg steps start.Steps
                        CertificateSteps = defaultArg steps start.CertificateSteps
                        Samples = defaultArg samples start.Samples
                    }
        }

    let private lattice (subject: RsmiSubject) : SiteLattice =
        match subject with
        | RsmiSubject.System(system, _) -> system.Lattice
        | RsmiSubject.Given source -> source.Lattice

    /// <summary>Reads the arguments.</summary>
    /// <param name="kind">ising, dimers, chipping or snapshots.</param>
    /// <param name="given">The arguments.</param>
    let read (kind: string) (given: GivenArguments<RsmiArgument>) : Read<RsmiJob> =
        let r = given.Own

        validate {
            let! () = foreign kind r
            and! options = options kind r
            and! block = Options.count "--block" (r.TryGetResult RsmiArgument.Block)
            and! buffers = buffers (r.TryGetResult RsmiArgument.Buffer)
            and! environment = environment kind (r.TryGetResult RsmiArgument.Environment)
            and! stride = Options.count "--stride" (r.TryGetResult RsmiArgument.Stride)
            and! run = SharedOptions.readWith LatticeArguments.processor given.Shared
            and! subject = subject kind r

            let geometry: BlockGeometry =
                {
                    Block = defaultArg block BlockGeometry.defaults.Block
                    Buffer = List.max buffers
                    Environment = environment
                    Stride = defaultArg stride BlockGeometry.defaults.Stride
                }

            let! () = BlockGeometry.faults (lattice subject) geometry

            return
                {
                    Options = run
                    Subject = subject
                    Rsmi = options
                    Geometry = geometry
                    Buffers = buffers
                }
        }
