namespace Mice.Cli

open System.IO
open Argu
open Mice
open Mice.Atoms
open Mice.Quests

/// What the verbs of `mice quests` take that have nothing but named values.
type EnvironmentsArgument =
    | [<MainCommand; Unique>] File of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "atoms: extended XYZ or LAMMPS dump, plain or gzip; or descriptors: .npy"

/// What `mice quests entropy`, `diversity` and `metrics` take.
type MetricsArgument =
    | [<MainCommand; Unique>] File of file: string
    | Per_Frame

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "atoms: extended XYZ or LAMMPS dump, plain or gzip; or descriptors: .npy"
            | Per_Frame -> "tell the numbers of every frame as a set of its own, too"

/// What `mice quests curve` takes.
type CurveArgument =
    | [<MainCommand; Unique>] File of file: string
    | With_Replacement

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "atoms: extended XYZ or LAMMPS dump, plain or gzip; or descriptors: .npy"
            | With_Replacement -> "draw subsets with replacement, as published: that lowers their entropy"

/// Values of named arguments.
type NamedValues = (string * string) list

/// A file of the user's as environments.
type GivenEnvironments =
    {
        /// The file.
        Path: string
        /// Its snapshots; none for a file of descriptors.
        Snapshots: Snapshot[]
        /// Steps of the frames; none where the file has none.
        Steps: int64[]
        Environments: Environments
        /// Species of the components.
        Species: string[]
    }

/// Reading of what the verbs of `mice quests` are given.
[<RequireQualifiedAccess>]
module QuestsInput =
    let private free name usage : FreeArgument = { Name = name; Usage = usage }

    let bandwidth =
        free
            "bandwidth"
            $"h in 1/Å; or volume, for the h that belongs to the volume per atom; default {Bandwidth.Standard}"

    /// Arguments that say what a descriptor is.
    let descriptor: FreeArgument list =
        [
            free "neighbours" $"k, the neighbours that count; default {EnvironmentOptions.defaults.Neighbours}"
            free "cutoff" $"Å, how far they are looked for; default {EnvironmentOptions.defaults.Cutoff}"
            free
                "species"
                "alike (default), all atoms the same; sublattices, as published; or pairs, which knows who is beside whom"
        ]

    let reference = free "reference" "the environments that are known: a file like FILE"

    let minus =
        free
            "minus"
            "a file like FILE, of another phase: tell also how much the entropy of FILE is above that of OTHER, with as many environments of each"

    let sample = free "sample" "use so many environments of FILE, drawn at random"

    let output (usage: string) = free "output" usage

    let threshold (default': string) =
        free "threshold" $"δH in nats below which environments are known; default {default'}"

    /// The value of a free argument.
    let value (name: string) (given: NamedValues) : string option =
        given |> List.tryFind (fst >> (=) name) |> Option.map snd

    let number name allowed test (fallback: float) given : Read<float> =
        match value name given with
        | None -> Ok fallback
        | Some text -> Options.number $"--{name}" allowed test text

    let options (given: NamedValues) : Read<EnvironmentOptions> =
        let form =
            match value "species" given with
            | None -> Ok EnvironmentOptions.defaults.Species
            | Some name ->
                match EnvironmentOptions.forms |> List.tryFind (fst >> (=) name) with
                | Some(_, form) -> Ok form
                | None ->
                    Error
                        [
                            MiceError.UnknownName("form of species", name, List.map fst EnvironmentOptions.forms)
                        ]

        validate {
            let! neighbours = Options.count "--neighbours" (value "neighbours" given)

            and! cutoff =
                number "cutoff" "a number above 0, in Å" (fun r -> r > 0.0) EnvironmentOptions.defaults.Cutoff given

            and! form = form

            let options =
                {
                    Neighbours = neighbours |> Option.defaultValue EnvironmentOptions.defaults.Neighbours
                    Cutoff = cutoff
                    Species = form
                }

            let! () = EnvironmentOptions.faults options
            return options
        }

    /// What is read of the files: their paths, with the snapshots of those that have atoms.
    type Source =
        {
            File: string
            Trajectory: Trajectory option
        }

    /// A file that is there, with its snapshots.
    let source (name: string) (path: string option) : Read<Source> =
        Options.input name path
        |> Result.bind (fun path ->
            if DescriptorFile.isNumPy path then
                Ok { File = path; Trajectory = None }
            else
                Trajectory.readKeeping Keep.Everything path
                |> Result.map (fun t -> { File = path; Trajectory = Some t }))

    /// The bandwidth, for the snapshots of a source.
    let bandwidthOf (given: NamedValues) (source: Source) : Read<float> =
        match value "bandwidth" given, source.Trajectory with
        | None, _ -> Ok Bandwidth.Standard
        | Some "volume", Some trajectory -> Bandwidth.ofSnapshots trajectory.Snapshots
        | Some "volume", None ->
            Error
                [
                    MiceError.OutOfRange("--bandwidth", "volume, for descriptors without atoms", "a number in 1/Å")
                ]
        | Some text, _ -> Options.number "--bandwidth" "a number above 0 in 1/Å, or volume" (fun h -> h > 0.0) text

    let private describe (run: Run) (options: EnvironmentOptions) (species: string[]) (source: Source) =
        match source.Trajectory with
        | Some trajectory ->
            Environments.ofSpecies run options species trajectory.Snapshots
            |> Result.map (fun environments ->
                {
                    Path = source.File
                    Snapshots = trajectory.Snapshots
                    Steps =
                        if trajectory.HasSteps then
                            trajectory.Snapshots |> Array.map _.Step
                        else
                            [||]
                    Environments = environments
                    Species = species
                })
        | None ->
            DescriptorFile.read source.File
            |> Result.map (fun points ->
                {
                    Path = source.File
                    Snapshots = [||]
                    Steps = [||]
                    Environments = Environments.ofPoints [| 0; points.Count |] points
                    Species = [||]
                })

    /// Environments of several sources, with components for the species of all of them.
    let environments (run: Run) (options: EnvironmentOptions) (sources: Source list) : Read<GivenEnvironments list> =
        let species =
            sources
            |> List.toArray
            |> Array.collect (fun s -> s.Trajectory |> Option.map _.Snapshots |> Option.defaultValue [||])
            |> Composition.species

        let share = 1.0 / float sources.Length

        sources
        |> List.mapi (fun i source ->
            describe (Run.within (share * float i) share (Path.GetFileName source.File) run) options species source)
        |> Validate.all

    /// So many environments of a set, drawn without replacement and kept in their order; then frames count no more.
    let sampled (run: Run) (count: int option) (given: GivenEnvironments) : Read<GivenEnvironments> =
        match count with
        | None -> Ok given
        | Some count when count > given.Environments.Points.Count ->
            Error
                [
                    MiceError.TooFewData("environments", given.Environments.Points.Count, count, "Lower --sample.")
                ]
        | Some count ->
            let order = [| 0 .. given.Environments.Points.Count - 1 |]
            (Key.named "sample" run.Key |> Key.generator).Shuffle order
            let chosen = order |> Array.truncate count |> Array.sort

            // Whoever drew from several frames still has their borders; frames of which nothing was drawn are gone.
            let offsets =
                given.Environments.Offsets
                |> Array.map (fun border -> chosen |> Array.filter (fun i -> i < border) |> Array.length)
                |> Array.distinct

            Ok
                { given with
                    Snapshots = [||]
                    Steps = [||]
                    Environments = Environments.ofPoints offsets (PointSet.choose chosen given.Environments.Points)
                }

    /// What a reader should know of the files.
    let notes (sources: Source list) (given: GivenEnvironments list) : string list =
        [
            for s in sources do
                yield! s.Trajectory |> Option.map _.Warnings |> Option.defaultValue []
            for g in given do
                for note in Environments.notes g.Environments -> $"{Path.GetFileName g.Path}: {note}"
        ]
        |> List.distinct

    let settings (options: EnvironmentOptions) (further: (string * string) list) (sources: Source list) =
        EnvironmentOptions.describe options
        @ further
        @ (sources |> List.mapi (fun i s -> (if i = 0 then "file" else "reference"), s.File))

    /// What δH of a file with respect to a reference depends on.
    let identity (file: string) (options: EnvironmentOptions) (bandwidth: float) (reference: GivenEnvironments) =
        let info = FileInfo file

        EnvironmentOptions.describe options
        @ [
            "bandwidth_per_angstrom", Number.text bandwidth
            "file", info.FullName
            "file_bytes", string info.Length
            "file_changed", info.LastWriteTimeUtc.ToString "O"
            "reference",
            RunStore.digest (fun writer -> PointSet.rows reference.Environments.Points |> Array.iter writer.Write)
        ]
