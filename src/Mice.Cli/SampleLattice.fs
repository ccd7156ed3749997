namespace Mice.Cli

open System.Diagnostics
open System.IO
open Argu
open Mice
open Mice.Entropy
open Mice.Plots
open Mice.Samplers

/// What `mice sample ising` and `mice sample xy` take beside what every verb does.
type SampleArgument =
    | Size of sites: string
    | Temperature of list: string
    | Lattice of name: string
    | Coupling of value: string
    | Field of value: string
    | Snapshots of count: string
    | Equilibrate of count: string
    | Every of count: string
    | Output of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Size _ -> "rows and columns of the torus"
            | Temperature _ -> "one temperature or several, separated by commas, in units of |J|/k_B"
            | Lattice _ -> "square (default) or, for ising, triangular"
            | Coupling _ -> "J: 1 (default) for a ferromagnet, -1 for an antiferromagnet"
            | Field _ -> "H, in units of |J|; default 0; of XY spins along the angle 0"
            | Snapshots _ ->
                "snapshots to draw at each temperature, rounded up to equally many of each chain; default 2048"
            | Equilibrate _ -> "rounds (ising, default 50) or steps (xy, default 300) before anything is kept"
            | Every _ -> "rounds (ising, default 5) or steps (xy, default 10) between two snapshots of a chain"
            | Output _ -> "NAME.npy or NAME.spins; of several temperatures NAME-T2.5.npy and so on"

/// `mice sample`: snapshots of a lattice model in files.
[<RequireQualifiedAccess>]
module SampleLattice =

    type private Job =
        {
            Options: RunOptions
            Parameters: LatticeParameters
            System: LatticeSystem
            /// Every temperature with its file.
            Files: (float * string) list
        }

    /// The file of every temperature: the one that was named, or, of several temperatures, with -T and the temperature before the ending.
    let private files (temperatures: float list) (output: string) : (float * string) list =
        match temperatures with
        | [ one ] -> [ one, output ]
        | several ->
            let start, ending = Path.ChangeExtension(output, null), Path.GetExtension output
            several |> List.map (fun t -> t, $"{start}-T{Number.text t}{ending}")

    let private output (temperatures: Read<float list>) (path: string option) : Read<(float * string) list> =
        match path, temperatures with
        | None, _ ->
            Error
                [
                    MiceError.OutOfRange("--output", "missing", "a name that ends in .npy or .spins")
                ]
        | Some path, Ok temperatures when List.isEmpty (SnapshotFile.nameFaults path) ->
            let files = files temperatures path

            files
            |> List.map (fun (_, file) -> Options.output (Some file))
            |> Validate.all
            |> Result.map (fun _ -> files)
        | Some path, _ -> Error(SnapshotFile.nameFaults path)

    let private unresumed (given: ParseResults<SharedArgument>) : MiceError list =
        match given.TryGetResult SharedArgument.Resume with
        | Some _ ->
            [
                MiceError.Unavailable("--resume of mice sample", "A file is written as a whole; leave it out.")
            ]
        | None -> []

    let private read (family: LatticeFamily) (given: GivenArguments<SampleArgument>) : Read<Job> =
        let r = given.Own

        let temperatures =
            LatticeArguments.temperatures (r.TryGetResult SampleArgument.Temperature)

        validate {
            let! size = LatticeArguments.size (r.TryGetResult SampleArgument.Size)
            and! _ = temperatures
            and! lattice = LatticeArguments.lattice (r.TryGetResult SampleArgument.Lattice)
            and! coupling = LatticeArguments.coupling (r.TryGetResult SampleArgument.Coupling)
            and! field = LatticeArguments.field (r.TryGetResult SampleArgument.Field)

            and! snapshots =
                Options.count "--snapshots" (r.TryGetResult SampleArgument.Snapshots)

            and! equilibrate =
                Options.count "--equilibrate" (r.TryGetResult SampleArgument.Equilibrate)

            and! every = Options.count "--every" (r.TryGetResult SampleArgument.Every)
            and! files = output temperatures (r.TryGetResult SampleArgument.Output)
            and! shared = SharedOptions.readWith LatticeArguments.processor given.Shared
            and! () = unresumed given.Shared

            let parameters =
                {
                    Size = size
                    Lattice = lattice
                    Coupling = coupling
                    Field = field
                    Snapshots = snapshots
                    Equilibrate = equilibrate
                    Every = every
                }

            let! system = family.Create parameters

            return
                {
                    Options = shared
                    Parameters = parameters
                    System = system
                    Files = files
                }
        }

    /// Draws at one temperature and writes the file. The randomness depends on seed and temperature alone, as in the verbs that find entropies.
    let private sample
        (job: Job)
        (run: Run)
        (temperature: float, file: string)
        : Result<SampledLattice, MiceError list> =
        let watch = Stopwatch.StartNew()

        let own = run |> Run.named (Number.text temperature) |> Run.named "sampling"

        job.System.Draw own temperature
        |> Result.bind (fun drawn ->
            let source =
                {
                    Lattice = job.Parameters.Lattice
                    Coupling = job.Parameters.Coupling
                    Field = job.Parameters.Field
                    Temperature = temperature
                    Seed = job.Options.Seed
                    SnapshotsPerChain = drawn.SnapshotsPerChain
                    EnergyPerSite = drawn.EnergyPerSite
                }

            drawn.Write (Some source) file
            |> Result.map (fun () ->
                {
                    File = file
                    Source = source
                    Snapshots = drawn.Snapshots
                    AutocorrelationTime = drawn.AutocorrelationTime
                    Steps = job.System.Steps
                    Seconds = watch.Elapsed.TotalSeconds
                    Checks = drawn.Checks
                }))

    let private samples (job: Job) (run: Run) : Result<SampledLattice list, MiceError list> =
        let share = 1.0 / float job.Files.Length

        let part i =
            run |> Run.within (share * float i) share $"T = {Number.text (fst job.Files[i])}"

        let rec go done' rest =
            match rest with
            | [] -> Ok(List.rev done')
            | (i, file) :: rest ->
                match sample job (part i) file with
                | Ok found -> go (found :: done') rest
                | Error faults -> Error faults

        go [] (List.indexed job.Files)

    let private settings (job: Job) =
        let p, system = job.Parameters, job.System

        [
            "model", system.Name
            "lattice", LatticeArguments.latticeName p.Lattice
            "rows", string p.Size
            "columns", string p.Size
            "coupling", Number.text p.Coupling
            "field", Number.text p.Field
            "snapshots", string (defaultArg p.Snapshots system.Snapshots)
            "equilibrate", string system.Equilibrate
            "every", string system.Every
        ]

    let private finish (job: Job) (samples: SampledLattice list) : int =
        SampledLattice.describe (settings job) samples
        |> Outputs.finish job.Options job.System.Title (Estimators.versions []) (fun () -> SamplingFigures.all samples)

    /// The verb for a family of models.
    let verb (family: LatticeFamily) : Verb =
        Verb.create<SampleArgument, _, _>
            ([ "sample"; family.Name ], $"snapshots of {family.Summary} in a file", family.Remark)
            (read family)
            (fun _ _ job -> Runs.stoppable job.Options (samples job))
            (fun _ -> finish)
