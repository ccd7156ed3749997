namespace Mice.Cli

open System
open System.IO
open Argu
open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Plots
open Mice.Cli.QuestsPlan

/// Verbs that tell what a set of environments is worth.
[<RequireQualifiedAccess>]
module QuestsSets =
    let descriptors =
        {
            Word = "descriptors"
            Summary = "descriptors of the environments of all atoms"
            Named =
                [
                    QuestsInput.output "write the descriptors: .csv with frame and atom, or .npy"
                ]
            NeedsReference = false
            File = ofFile
            Own = fun _ _ -> Ok()
            Compute =
                fun _ job given ->
                    let set = given.Head
                    let notes, settings = told job given

                    let write (path: string) =
                        if DescriptorFile.isNumPy path then
                            DescriptorFile.writeNumPy path set.Environments.Points
                            []
                        elif path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && set.Snapshots.Length > 0 then
                            DescriptorFile.writeCsv path job.Descriptor set.Species set.Environments
                            []
                        else
                            [
                                MiceError.OutOfRange(
                                    "--output",
                                    path,
                                    "a name that ends in .npy, or in .csv where FILE has atoms"
                                )
                            ]

                    Ok
                        {
                            Description = QuestsDescription.descriptors notes settings set.Environments
                            Figures = fun () -> []
                            Write = Option.map write >> Option.defaultValue []
                        }
        }
        |> verb

    /// How much the entropy of a set is above that of another, to be added to its description.
    let private against (run: Run) (bandwidth: float) (set: GivenEnvironments) (other: GivenEnvironments) =
        EnvironmentEntropy.difference run bandwidth set.Environments other.Environments
        |> Result.map (fun (struct (one, two, apart)) ->
            QuestsDescription.withDifference (Path.GetFileName other.Path) one two apart)

    let metricsVerb word summary =
        {
            Word = word
            Summary = summary
            Named = [ QuestsInput.bandwidth; QuestsInput.minus; QuestsInput.sample; deltaOutput ]
            NeedsReference = false
            File = fun r -> r.TryGetResult MetricsArgument.File
            Own = fun (r: ParseResults<MetricsArgument>) _ -> Ok(r.Contains MetricsArgument.Per_Frame)
            Compute =
                fun run job given ->
                    let set = given.Head
                    let notes, settings = told job given

                    validate {
                        let! metrics =
                            EnvironmentEntropy.metrics (Run.within 0.0 0.6 "" run) job.Bandwidth set.Environments

                        let! other =
                            match List.tryItem 1 given with
                            | None -> Ok id
                            | Some other -> against (Run.within 0.6 0.2 "" run) job.Bandwidth set other

                        let! frames =
                            if job.Own then
                                EnvironmentEntropy.perFrame (Run.within 0.8 0.2 "" run) job.Bandwidth set.Environments
                            else
                                Ok [||]

                        return
                            {
                                Description = QuestsDescription.metrics notes settings set.Steps frames metrics |> other
                                Figures = fun () -> EnvironmentFigures.metrics frames metrics
                                Write = withDelta set metrics.Differential
                            }
                    }
        }
        |> verb

    let private sizes (text: string option) : Read<int[] option> =
        match text with
        | None -> Ok None
        | Some text ->
            text.Split ','
            |> List.ofArray
            |> List.map (fun part -> Options.count "--sizes" (Some(part.Trim())) |> Result.map Option.get)
            |> Validate.all
            |> Result.map (Array.ofList >> Some)

    let curve =
        {
            Word = "curve"
            Summary = "is a set complete? Entropy of ever larger parts of it, and its limit"
            Named =
                [
                    QuestsInput.bandwidth
                    {
                        Name = "sizes"
                        Usage = "numbers of environments, as in 10,100,1000; default ten from 10 to all"
                    }
                    {
                        Name = "repeats"
                        Usage = "drawings of every size; default 5"
                    }
                    QuestsInput.sample
                ]
            NeedsReference = false
            File = fun r -> r.TryGetResult CurveArgument.File
            Own =
                fun (r: ParseResults<CurveArgument>) named ->
                    validate {
                        let! sizes = sizes (QuestsInput.value "sizes" named)
                        and! repeats = Options.count "--repeats" (QuestsInput.value "repeats" named)
                        return sizes, repeats, r.Contains CurveArgument.With_Replacement
                    }
            Compute =
                fun run job given ->
                    let points = given.Head.Environments.Points
                    let sizes, repeats, withReplacement = job.Own
                    let notes, settings = told job given
                    let defaults = LearningCurve.defaults job.Bandwidth points.Count

                    LearningCurve.create
                        run
                        { defaults with
                            Sizes = sizes |> Option.defaultValue defaults.Sizes
                            Repeats = repeats |> Option.defaultValue defaults.Repeats
                            WithReplacement = withReplacement
                        }
                        points
                    |> Result.map (fun found ->
                        {
                            Description = QuestsDescription.learningCurve notes settings found
                            Figures = fun () -> EnvironmentFigures.learningCurve found
                            Write = fun _ -> []
                        })
        }
        |> verb

    let private compressionMethod (name: string option) : Read<CompressionMethod> =
        let known = Compression.methods |> List.map (fun (name, _, _) -> name)

        match name with
        | None -> Ok CompressionMethod.Coverage
        | Some name ->
            match Compression.methods |> List.tryFind (fun (known, _, _) -> known = name) with
            | Some(_, method, _) -> Ok method
            | None -> Error [ MiceError.UnknownName("method of compression", name, known) ]

    /// How many frames are kept, of how many.
    let private keeping (named: NamedValues) : Read<int -> int> =
        match QuestsInput.value "frames" named, QuestsInput.value "fraction" named with
        | Some _, Some _ ->
            Error
                [
                    MiceError.Mismatch("--frames and --fraction", "the one", "the other; give one of them")
                ]
        | None, None -> Ok(fun frames -> (frames + 1) / 2)
        | Some text, None -> Options.count "--frames" (Some text) |> Result.map (fun count _ -> Option.get count)
        | None, Some text ->
            Options.number "--fraction" "above 0, at most 1" (fun x -> x > 0.0 && x <= 1.0) text
            |> Result.map (fun share frames -> max 1 (int (round (share * float frames))))

    let compress =
        let methods =
            Compression.methods |> List.map (fun (name, _, text) -> $"{name}: {text}") |> String.concat "; "

        {
            Word = "compress"
            Summary = "the frames that say most"
            Named =
                [
                    QuestsInput.bandwidth
                    {
                        Name = "frames"
                        Usage = "how many frames are kept"
                    }
                    {
                        Name = "fraction"
                        Usage = "which share of the frames is kept; default 0.5"
                    }
                    {
                        Name = "method"
                        Usage = $"{methods}; default coverage"
                    }
                    {
                        Name = "least-gain"
                        Usage = "stop when the entropy of the frames kept grows by less, nats, twice in a row"
                    }
                    QuestsInput.reference
                    QuestsInput.output "write the frames kept, in the order in which they were taken: extended XYZ"
                ]
            NeedsReference = false
            File = ofFile
            Own =
                fun _ named ->
                    validate {
                        let! keep = keeping named
                        and! method = compressionMethod (QuestsInput.value "method" named)

                        and! gain =
                            match QuestsInput.value "least-gain" named with
                            | None -> Ok None
                            | Some text ->
                                Options.number "--least-gain" "a number, in nats" (fun _ -> true) text
                                |> Result.map Some

                        return keep, method, gain
                    }
            Compute =
                fun run job given ->
                    let set = given.Head
                    let keep, method, gain = job.Own
                    let frames = Environments.frames set.Environments
                    let notes, settings = told job given

                    let write (found: Compression) (path: string) =
                        if set.Snapshots.Length = 0 then
                            [
                                MiceError.OutOfRange("--output", path, "nothing, for descriptors without atoms")
                            ]
                        else
                            found.Order
                            |> Array.map (fun f -> set.Snapshots[f])
                            |> Trajectory.write TrajectoryFormat.ExtendedXyz path

                            []

                    Compression.create
                        run
                        {
                            Method = method
                            Bandwidth = job.Bandwidth
                            Frames = keep frames
                            LeastGain = gain |> Option.map (fun g -> g * 1.0<nat>)
                        }
                        (given |> List.tryItem 1 |> Option.map _.Environments.Points)
                        set.Environments
                    |> Result.map (fun found ->
                        {
                            Description = QuestsDescription.compression notes settings frames found
                            Figures = fun () -> EnvironmentFigures.compression found
                            Write = Option.map (write found) >> Option.defaultValue []
                        })
        }
        |> verb

    let bandwidth =
        {
            Word = "bandwidth"
            Summary = "bandwidths to choose from, and the entropy by bandwidth"
            Named =
                [
                    {
                        Name = "entropy"
                        Usage = "find the bandwidth at which the set has this entropy, nats"
                    }
                    QuestsInput.sample
                ]
            NeedsReference = false
            File = ofFile
            Own =
                fun _ named ->
                    match QuestsInput.value "entropy" named with
                    | None -> Ok None
                    | Some text ->
                        Options.number "--entropy" "a number above 0, in nats" (fun h -> h > 0.0) text
                        |> Result.map Some
            Compute =
                fun run job given ->
                    let set = given.Head
                    let points = set.Environments.Points
                    let notes, settings = told job given
                    let tried = Bandwidth.logarithmic 1e-3 0.3 25

                    validate {
                        let! found = Bandwidth.sweep (Run.within 0.0 0.5 "" run) tried points

                        let! wanted =
                            match job.Own with
                            | None -> Ok []
                            | Some target ->
                                Bandwidth.forEntropy (Run.within 0.5 0.5 "" run) (target * 1.0<nat>) points
                                |> Result.map (fun h ->
                                    [
                                        "bandwidth_of_entropy_per_angstrom",
                                        $"at which H is {Number.text target} nats",
                                        h
                                    ])

                        let volume =
                            if set.Snapshots.Length = 0 then
                                []
                            else
                                match Bandwidth.ofSnapshots set.Snapshots with
                                | Ok h -> [ "bandwidth_of_volume_per_angstrom", "h(V) of the volume per atom", h ]
                                | Error _ -> []

                        let choices =
                            [
                                yield! wanted
                                yield! volume
                                "elbow_per_angstrom", "where H(h) bends most", Bandwidth.elbow tried found
                                "standard_per_angstrom",
                                "the published choice for different structures",
                                Bandwidth.Standard
                            ]

                        let pairs = Array.zip tried found

                        return
                            {
                                Description = QuestsDescription.bandwidths notes settings points.Count choices pairs
                                Figures = fun () -> EnvironmentFigures.bandwidths pairs
                                Write = fun _ -> []
                            }
                    }
        }
        |> verb
