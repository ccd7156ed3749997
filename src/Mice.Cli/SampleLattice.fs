namespace Mice.Cli

open System.Diagnostics
open System.IO
open Argu
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Plots
open Mice.Samplers

/// What `mice sample MODEL` takes beside what every verb does.
type SampleArgument =
    | Size of sites: string
    | Temperature of list: string
    | Snapshots of count: string
    | Equilibrate of count: string
    | Every of count: string
    | Output of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Size _ -> "sites along every axis of the torus, or along each: 16, 16x32"
            | Temperature _ ->
                "one temperature or several, separated by commas, in the unit of energy of --coupling, k_B = 1"
            | Snapshots _ ->
                "snapshots to draw at each temperature, rounded up to equally many of each chain; default 2048"
            | Equilibrate _ -> "steps of the chains (ising: rounds) before anything is kept; default see below"
            | Every _ -> "steps of the chains (ising: rounds) between two snapshots of a chain; default see below"
            | Output _ -> "NAME.npy or NAME.spins; of several temperatures NAME-T2.5.npy and so on"

/// `mice sample`: snapshots of a lattice model in files.
[<RequireQualifiedAccess>]
module SampleLattice =

    type private Job =
        {
            Options: RunOptions
            System: LatticeSystem
            /// Snapshots that were asked for.
            Snapshots: int option
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

        let request =
            validate {
                let! size = LatticeArguments.size (r.TryGetResult SampleArgument.Size)

                and! snapshots =
                    Options.count "--snapshots" (r.TryGetResult SampleArgument.Snapshots)

                and! equilibrate =
                    Options.count "--equilibrate" (r.TryGetResult SampleArgument.Equilibrate)

                and! every = Options.count "--every" (r.TryGetResult SampleArgument.Every)

                return
                    {
                        Sides = size
                        Parameters = given.Free
                        Snapshots = snapshots
                        Equilibrate = equilibrate
                        Every = every
                    }
            }

        validate {
            let! request = request
            and! () = LatticeArguments.parameterFaults family given.Free
            and! _ = temperatures
            and! files = output temperatures (r.TryGetResult SampleArgument.Output)
            and! shared = SharedOptions.readWith LatticeArguments.processor given.Shared
            and! () = unresumed given.Shared
            let! system = LatticeFamily.create request family

            return
                {
                    Options = shared
                    System = system
                    Snapshots = request.Snapshots
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
                    Model = job.System.Name
                    Parameters = job.System.Parameters
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
        let system = job.System

        [
            "model", system.Name
            yield! LatticeModel.sides system.Shape
            yield! system.Parameters
            "snapshots", string (defaultArg job.Snapshots system.Snapshots)
            "equilibrate", string system.Equilibrate
            "every", string system.Every
        ]

    let private finish (job: Job) (samples: SampledLattice list) : int =
        SampledLattice.describe (settings job) samples
        |> Outputs.finish job.Options job.System.Title (Estimators.versions []) (fun () -> SamplingFigures.all samples)

    /// The verb for a family of models.
    let verb (family: LatticeFamily) : Verb =
        Verb.createWith<SampleArgument, _, _>
            (LatticeArguments.free family)
            ([ "sample"; family.Name ], $"snapshots of {family.Summary} in a file", family.Remark)
            (read family)
            (fun _ _ job -> Runs.stoppable job.Options (samples job))
            (fun _ -> finish)
