namespace Mice.Cli

open System
open System.IO
open Argu
open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Plots
open Plotly.NET

/// `mice quests …`: what sets of atomic environments hold.
[<RequireQualifiedAccess>]
module Quests =
    /// What a verb has read before it computes.
    type private Job<'own> =
        {
            Options: RunOptions
            Descriptor: EnvironmentOptions
            /// FILE, and the reference behind it where there is one.
            Sources: QuestsInput.Source list
            /// h, 1/Å.
            Bandwidth: float
            Sample: int option
            Output: string option
            Own: 'own
        }

    /// What a verb has found, ready to be shown and written.
    type private Found =
        {
            Description: ResultDescription
            Figures: unit -> (string * GenericChart list) list
            /// Writes the file of --output.
            Write: string option -> MiceError list
        }

    /// A verb before it is put together.
    type private Plan<'argument, 'own when 'argument :> IArgParserTemplate> =
        {
            Word: string
            Summary: string
            /// Named values, besides those that say what a descriptor is.
            Named: FreeArgument list
            /// Whether there has to be a reference, where the verb takes one.
            NeedsReference: bool
            File: ParseResults<'argument> -> string option
            /// Reads what is the verb's own.
            Own: ParseResults<'argument> -> NamedValues -> Read<'own>
            Compute: Run -> Job<'own> -> GivenEnvironments list -> Read<Found>
        }

    let private read (plan: Plan<'argument, 'own>) (given: GivenArguments<'argument>) : Read<Job<'own>> =
        let file = QuestsInput.source "FILE" (plan.File given.Own)

        let reference =
            match QuestsInput.value "reference" given.Free with
            | None when plan.NeedsReference ->
                Error [ MiceError.OutOfRange("--reference", "missing", "the path of a file") ]
            | None -> Ok []
            | path -> QuestsInput.source "--reference" path |> Result.map List.singleton

        validate {
            let! file = file
            and! reference = reference
            and! descriptor = QuestsInput.options given.Free
            and! sample = Options.count "--sample" (QuestsInput.value "sample" given.Free)
            and! output = Options.output (QuestsInput.value "output" given.Free)
            and! options = SharedOptions.read given.Shared
            and! own = plan.Own given.Own given.Free
            let! bandwidth = QuestsInput.bandwidthOf given.Free file

            return
                {
                    Options = options
                    Descriptor = descriptor
                    Sources = file :: reference
                    Bandwidth = bandwidth
                    Sample = sample
                    Output = output
                    Own = own
                }
        }

    let private compute (plan: Plan<'argument, 'own>) (job: Job<'own>) (run: Run) : Read<Found> =
        QuestsInput.environments (Run.within 0.0 0.3 "" run) job.Descriptor job.Sources
        |> Result.bind (function
            | file :: reference ->
                QuestsInput.sampled run job.Sample file
                |> Result.bind (fun file -> plan.Compute (Run.within 0.3 0.7 "" run) job (file :: reference))
            | [] -> Error [])

    let private verb (plan: Plan<'argument, 'own>) : Verb =
        Verb.createWith<'argument, _, _>
            (plan.Named @ QuestsInput.descriptor)
            ([ "quests"; plan.Word ], plan.Summary, "")
            (read plan)
            (fun _ _ job -> Runs.stoppable job.Options (compute plan job))
            (fun estimators job found ->
                let written =
                    QuestsInput.saving (fun () -> Validate.without (found.Write job.Output) ()) |> Validate.faults

                Display.faults written

                let code =
                    Outputs.finish
                        job.Options
                        "Atomic environments"
                        (estimators.Versions())
                        found.Figures
                        found.Description

                if List.isEmpty written then code else 2)

    /// What all descriptions of a job say of its data.
    let private told (job: Job<'own>) (given: GivenEnvironments list) =
        let sample = job.Sample |> Option.map (fun n -> "sample", string n) |> Option.toList

        let bandwidth = [ "bandwidth_per_angstrom", Number.text job.Bandwidth ]
        QuestsInput.notes job.Sources given, QuestsInput.settings job.Descriptor (bandwidth @ sample) job.Sources

    let private floats (values: float<'u>[]) : float[] = values |> Array.map float

    let private deltaOutput =
        QuestsInput.output "write δH of every atom: extended XYZ with the column delta_entropy, or CSV"

    let private withDelta (set: GivenEnvironments) (differential: float<nat>[]) (path: string option) =
        QuestsInput.write path [ "delta_entropy", floats differential ] set

    let private ofFile (r: ParseResults<EnvironmentsArgument>) =
        r.TryGetResult EnvironmentsArgument.File

    let private descriptors =
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

    let private metricsVerb word summary =
        {
            Word = word
            Summary = summary
            Named = [ QuestsInput.bandwidth; QuestsInput.sample; deltaOutput ]
            NeedsReference = false
            File = fun r -> r.TryGetResult MetricsArgument.File
            Own = fun (r: ParseResults<MetricsArgument>) _ -> Ok(r.Contains MetricsArgument.Per_Frame)
            Compute =
                fun run job given ->
                    let set = given.Head
                    let notes, settings = told job given

                    validate {
                        let! metrics =
                            EnvironmentEntropy.metrics (Run.within 0.0 0.8 "" run) job.Bandwidth set.Environments

                        let! frames =
                            if job.Own then
                                EnvironmentEntropy.perFrame (Run.within 0.8 0.2 "" run) job.Bandwidth set.Environments
                            else
                                Ok [||]

                        return
                            {
                                Description = QuestsDescription.metrics notes settings set.Steps frames metrics
                                Figures = fun () -> EnvironmentFigures.metrics frames metrics
                                Write = withDelta set metrics.Differential
                            }
                    }
        }
        |> verb

    /// What `delta` and `overlap` have read: FILE is gone through frame by frame.
    type private Comparing =
        {
            Options: RunOptions
            Descriptor: EnvironmentOptions
            File: string
            Reference: QuestsInput.Source
            Bandwidth: float
            Threshold: float<nat>
            Output: string option
        }

    let private readComparing (given: GivenArguments<EnvironmentsArgument>) : Read<Comparing> =
        let fallback = float EnvironmentComparison.threshold

        validate {
            let! file = Options.input "FILE" (ofFile given.Own)

            and! reference =
                QuestsInput.source "--reference" (QuestsInput.value "reference" given.Free)

            and! descriptor = QuestsInput.options given.Free

            and! threshold =
                QuestsInput.number "threshold" "a number, in nats" (fun _ -> true) fallback given.Free

            and! output = Options.output (QuestsInput.value "output" given.Free)
            and! options = SharedOptions.read given.Shared
            let! bandwidth = QuestsInput.bandwidthOf given.Free reference

            return
                {
                    Options = options
                    Descriptor = descriptor
                    File = file
                    Reference = reference
                    Bandwidth = bandwidth
                    Threshold = threshold * 1.0<nat>
                    Output = output
                }
        }

    /// The comparison with the steps of its frames, where atoms have them; δH of every atom is written while it is found.
    let private compareWith (job: Comparing) (reference: GivenEnvironments) (run: Run) =
        let points = reference.Environments.Points

        if DescriptorFile.isNumPy job.File then
            QuestsInput.environments run job.Descriptor [ { File = job.File; Trajectory = None } ]
            |> Result.bind (fun given ->
                EnvironmentComparison.create run job.Bandwidth job.Threshold points given.Head.Environments
                |> Result.bind (fun (struct (c, differential)) ->
                    QuestsInput.saving (fun () ->
                        Validate.without (withDelta given.Head differential job.Output) (struct (c, [||])))))
        else
            let steps = ResizeArray<int64>()

            let compare (write: Snapshot -> float<nat>[] -> unit) =
                EnvironmentComparison.ofFrames
                    run
                    job.Descriptor
                    reference.Species
                    job.Bandwidth
                    job.Threshold
                    points
                    (Trajectory.framesKeeping Keep.Everything job.File)
                    (fun snapshot differential ->
                        steps.Add snapshot.Step
                        write snapshot differential)

            QuestsInput.writing job.Output compare |> Result.map (fun c -> struct (c, steps.ToArray()))

    let private comparing word summary : Verb =
        let named =
            [
                QuestsInput.reference
                QuestsInput.bandwidth
                QuestsInput.threshold
                    $"{float EnvironmentComparison.threshold}, as in the published code; the paper's figure S18 has 1"
                deltaOutput
            ]

        let work given (job: Comparing) =
            Runs.withCheckpoints [ "quests"; word ] given job.Options (fun run ->
                QuestsInput.environments (Run.within 0.0 0.1 "" run) job.Descriptor [ job.Reference ]
                |> Result.bind (fun reference ->
                    validate {
                        let! run =
                            Run.claim
                                "quests delta"
                                (fun () -> QuestsInput.identity job.File job.Descriptor job.Bandwidth reference.Head)
                                run

                        let! found = compareWith job reference.Head (Run.within 0.1 0.9 "" run)
                        return reference.Head, found
                    }))

        Verb.createWith<EnvironmentsArgument, _, _>
            (named @ QuestsInput.descriptor)
            ([ "quests"; word ],
             summary,
             "FILE may be larger than memory: it is gone through frame by frame, and its atoms some thousand at a time.")
            readComparing
            (fun _ given job -> work given job)
            (fun estimators job (reference, struct (c, steps)) ->
                let settings =
                    QuestsInput.settings
                        job.Descriptor
                        [ "bandwidth_per_angstrom", Number.text job.Bandwidth ]
                        [ { File = job.File; Trajectory = None }; job.Reference ]

                QuestsDescription.comparison (QuestsInput.notes [ job.Reference ] [ reference ]) settings steps c
                |> Outputs.finish job.Options "Atomic environments" (estimators.Versions()) (fun () ->
                    EnvironmentFigures.comparison c))

    let private sizes (text: string option) : Read<int[] option> =
        match text with
        | None -> Ok None
        | Some text ->
            text.Split ','
            |> List.ofArray
            |> List.map (fun part -> Options.count "--sizes" (Some(part.Trim())) |> Result.map Option.get)
            |> Validate.all
            |> Result.map (Array.ofList >> Some)

    let private curve =
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

    let private compress =
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

    let private bandwidth =
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

    let private trajectory =
        {
            Word = "trajectory"
            Summary = "entropy along a run, and what it meets that a reference does not know"
            Named = [ QuestsInput.reference; QuestsInput.bandwidth; deltaOutput ]
            NeedsReference = false
            File = ofFile
            Own = fun _ _ -> Ok()
            Compute =
                fun run job given ->
                    let set = given.Head
                    let notes, settings = told job given

                    validate {
                        let! frames =
                            EnvironmentEntropy.perFrame (Run.within 0.0 0.5 "" run) job.Bandwidth set.Environments

                        let! compared =
                            match List.tryItem 1 given with
                            | None -> Ok None
                            | Some reference ->
                                EnvironmentComparison.create
                                    (Run.within 0.5 0.5 "" run)
                                    job.Bandwidth
                                    EnvironmentComparison.threshold
                                    reference.Environments.Points
                                    set.Environments
                                |> Result.map Some

                        let differential =
                            match compared with
                            | Some(struct (_, differential)) -> differential
                            | None -> frames |> Array.collect _.Differential

                        let compared = compared |> Option.map (fun (struct (c, _)) -> c)

                        return
                            {
                                Description = QuestsDescription.trajectory notes settings set.Steps frames compared
                                Figures = fun () -> EnvironmentFigures.trajectory frames compared
                                Write = withDelta set differential
                            }
                    }
        }
        |> verb

    /// The fault of a file that has no atoms where they are needed.
    let private atomsNeeded (reason: string) (set: GivenEnvironments) : MiceError list =
        [
            if set.Snapshots.Length = 0 then
                MiceError.OutOfRange("FILE", "descriptors without atoms", $"atoms, {reason}")
        ]

    let private nuclei =
        {
            Word = "nuclei"
            Summary = "nuclei of the phase that the reference is of"
            Named =
                [
                    QuestsInput.reference
                    QuestsInput.bandwidth
                    QuestsInput.threshold "0"
                    {
                        Name = "edge"
                        Usage = $"Å, atoms nearer than this are connected; default {Nuclei.Edge}"
                    }
                    QuestsInput.output
                        "write δH of every atom and the number of its nucleus (0: none): extended XYZ, or CSV"
                ]
            NeedsReference = true
            File = ofFile
            Own =
                fun _ named ->
                    validate {
                        let! threshold =
                            QuestsInput.number "threshold" "a number, in nats" (fun _ -> true) 0.0 named

                        and! edge =
                            QuestsInput.number "edge" "a number above 0, in Å" (fun e -> e > 0.0) Nuclei.Edge named

                        return threshold, edge
                    }
            Compute =
                fun run job given ->
                    let set, reference = given[0], given[1]
                    let threshold, edge = job.Own
                    let notes, settings = told job given

                    validate {
                        let! () = atomsNeeded "as nuclei have places" set

                        let! struct (_, differential) =
                            EnvironmentComparison.create
                                run
                                job.Bandwidth
                                (threshold * 1.0<nat>)
                                reference.Environments.Points
                                set.Environments

                        let! found =
                            Environments.byFrame differential set.Environments
                            |> Array.map2 (fun s d -> Nuclei.find (threshold * 1.0<nat>) edge d s) set.Snapshots
                            |> List.ofArray
                            |> Validate.all

                        let found = Array.ofList found

                        let columns =
                            [
                                "delta_entropy", floats differential
                                "nucleus",
                                found |> Array.collect (fun n -> n.Membership |> Array.map (fun m -> float (m + 1)))
                            ]

                        return
                            {
                                Description = QuestsDescription.nuclei notes settings set.Steps found
                                Figures = fun () -> EnvironmentFigures.nuclei found
                                Write = fun path -> QuestsInput.write path columns set
                            }
                    }
        }
        |> verb

    let private searchArguments: FreeArgument list =
        let d = StructureSearch.defaults

        [
            {
                Name = "steps"
                Usage = $"steps of a chain; default {d.Steps}"
            }
            {
                Name = "width"
                Usage = $"Å, displacement of each coordinate in a step; default {d.Width}"
            }
            {
                Name = "target"
                Usage =
                    "δH that environments shall have, nats; or average or greedy, for as much as possible on average or of one; default 30"
            }
            {
                Name = "least-distance"
                Usage = $"Å, nearer than this no two atoms come; default {d.LeastDistance}"
            }
        ]

    let private searchOptions (named: NamedValues) : Read<SearchOptions> =
        let d = StructureSearch.defaults

        let score =
            match QuestsInput.value "target" named with
            | None -> Ok d.Score
            | Some "average" -> Ok SearchScore.Average
            | Some "greedy" -> Ok SearchScore.Greedy
            | Some text ->
                Options.number "--target" "a number in nats, average or greedy" (fun _ -> true) text
                |> Result.map (fun t -> SearchScore.Target(t * 1.0<nat>))

        validate {
            let! steps = Options.count "--steps" (QuestsInput.value "steps" named)

            and! width =
                QuestsInput.number "width" "a number above 0, in Å" (fun w -> w > 0.0) d.Width named

            and! least =
                QuestsInput.number "least-distance" "0 or more, in Å" (fun l -> l >= 0.0) d.LeastDistance named

            and! score = score

            return
                { d with
                    Score = score
                    Steps = steps |> Option.defaultValue d.Steps
                    Width = width
                    LeastDistance = least
                }
        }

    /// Structures as extended XYZ with δH of their atoms.
    let private writeStructures (results: SearchResult[]) (path: string option) : MiceError list =
        let snapshots =
            results
            |> Array.mapi (fun i r ->
                { DescriptorFile.withColumn "delta_entropy" (floats r.Differential) r.Best with
                    Step = int64 i
                })

        match path with
        | None -> []
        | Some path when path.EndsWith(".xyz", StringComparison.OrdinalIgnoreCase) ->
            Trajectory.write TrajectoryFormat.ExtendedXyz path snapshots
            []
        | Some path -> [ MiceError.OutOfRange("--output", path, "a name that ends in .xyz") ]

    let private structuresOutput =
        QuestsInput.output "write the structures found: extended XYZ with δH of the atoms"

    let private mcmc =
        {
            Word = "mcmc"
            Summary =
                "a structure with environments that the reference does not know, by moving the atoms of FILE's first frame"
            Named = [ QuestsInput.reference; QuestsInput.bandwidth ] @ searchArguments @ [ structuresOutput ]
            NeedsReference = true
            File = ofFile
            Own = fun _ named -> searchOptions named
            Compute =
                fun run job given ->
                    let set, reference = given[0], given[1]
                    let notes, settings = told job given

                    validate {
                        let! () = atomsNeeded "which can be moved" set

                        let! found =
                            StructureSearch.find
                                run
                                { job.Own with
                                    Environment = job.Descriptor
                                    Bandwidth = job.Bandwidth
                                }
                                set.Species
                                reference.Environments.Points
                                set.Snapshots[0]

                        return
                            {
                                Description = QuestsDescription.search notes settings found
                                Figures = fun () -> EnvironmentFigures.search [| found |]
                                Write = writeStructures [| found |]
                            }
                    }
        }
        |> verb

    let private active =
        {
            Word = "active"
            Summary = "generations of structures with ever new environments"
            Named =
                [
                    {
                        Name = "generations"
                        Usage = "how many; default 10"
                    }
                    {
                        Name = "structures"
                        Usage = "structures of a generation; default 5"
                    }
                    QuestsInput.bandwidth
                ]
                @ searchArguments
                @ [ structuresOutput ]
            NeedsReference = false
            File = ofFile
            Own =
                fun _ named ->
                    validate {
                        let! options = searchOptions named

                        and! generations =
                            Options.count "--generations" (QuestsInput.value "generations" named)

                        and! structures = Options.count "--structures" (QuestsInput.value "structures" named)
                        return options, defaultArg generations 10, defaultArg structures 5
                    }
            Compute =
                fun run job given ->
                    let set = given.Head
                    let options, generations, structures = job.Own
                    let notes, settings = told job given

                    validate {
                        let! () = atomsNeeded "which can be moved" set

                        let! found =
                            StructureSearch.generations
                                run
                                { options with
                                    Environment = job.Descriptor
                                    Bandwidth = job.Bandwidth
                                }
                                generations
                                structures
                                set.Snapshots

                        let all = Array.concat found

                        return
                            {
                                Description = QuestsDescription.generations notes settings found
                                Figures = fun () -> EnvironmentFigures.search all
                                Write = writeStructures all
                            }
                    }
        }
        |> verb

    /// The verbs.
    let verbs: Verb list =
        [
            descriptors
            metricsVerb "entropy" "how diverse is a set of environments? Its entropy"
            metricsVerb "diversity" "the number of different environments, whatever their frequencies"
            metricsVerb "metrics" "entropy, diversity and δH of every environment"
            comparing "delta" "what does a set hold that a reference does not? δH of every environment"
            comparing "overlap" "the share of environments that a reference knows"
            curve
            compress
            bandwidth
            trajectory
            nuclei
            mcmc
            active
        ]
