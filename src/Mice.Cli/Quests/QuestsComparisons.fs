namespace Mice.Cli

open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Plots
open Mice.Cli.QuestsPlan

/// Verbs that hold environments against those of a reference.
[<RequireQualifiedAccess>]
module QuestsComparisons =
    /// What `delta` and `overlap` have read: FILE is gone through frame by frame.
    type private Comparing =
        {
            Options: RunOptions
            Descriptor: EnvironmentOptions
            File: string
            Reference: QuestsInput.Source
            Bandwidth: float
            Threshold: float<nat>
            /// By how much δH may be too large, nats.
            Tolerance: float
            /// The error of a model for every environment.
            Errors: float[] option
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

            and! tolerance =
                QuestsInput.number "tolerance" "from 0 to 1, in nats" (fun t -> t >= 0.0 && t <= 1.0) 0.0 given.Free

            and! errors =
                match QuestsInput.value "errors" given.Free with
                | None -> Ok None
                | path -> Options.input "--errors" path |> Result.bind DescriptorFile.readNumbers |> Result.map Some

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
                    Tolerance = tolerance
                    Errors = errors
                    Output = output
                }
        }

    /// What was found of FILE: steps only where atoms have them, δH of all environments only where errors are held against them.
    type private Compared =
        {
            Comparison: EnvironmentComparison
            Steps: int64[]
            Differential: float<nat>[]
            /// The frame that is newest to the reference, for a picture: its number from 0, itself, and δH of its atoms.
            Newest: (int * Snapshot * float<nat>[]) option
        }

    /// Atoms that a picture can show.
    let private shown = 20_000

    /// The frame with the larger mean δH.
    let private newer before (frame: int, snapshot: Snapshot, differential: float<nat>[]) =
        let isNewer =
            match before with
            | None -> true
            | Some(_, _, other) -> Array.average differential > Array.average other

        if isNewer && differential.Length <= shown then
            Some(frame, snapshot, differential)
        else
            before

    /// δH of every atom is written while it is found.
    let private compareWith (job: Comparing) species (index: KernelIndex) (run: Run) : Read<Compared> =
        if DescriptorFile.isNumPy job.File then
            QuestsInput.environments run job.Descriptor [ { File = job.File; Trajectory = None } ]
            |> Result.bind (fun given ->
                EnvironmentComparison.create run job.Bandwidth job.Threshold index given.Head.Environments
                |> Result.bind (fun (struct (c, differential)) ->
                    Outputs.saving (fun () ->
                        Validate.without
                            (withDelta given.Head differential job.Output)
                            {
                                Comparison = c
                                Steps = [||]
                                Differential = differential
                                Newest = None
                            })))
        else
            let steps, kept = ResizeArray<int64>(), ResizeArray<float<nat>>()
            let newest = ref None

            let compare (write: Snapshot -> float<nat>[] -> unit) =
                EnvironmentComparison.ofFrames
                    run
                    job.Descriptor
                    species
                    job.Bandwidth
                    job.Threshold
                    index
                    (Trajectory.framesKeeping Keep.Everything job.File)
                    (fun snapshot differential ->
                        newest.Value <- newer newest.Value (steps.Count, snapshot, differential)
                        steps.Add snapshot.Step

                        if job.Errors.IsSome then
                            kept.AddRange differential

                        write snapshot differential)

            QuestsOutput.writing job.Output compare
            |> Result.map (fun c ->
                {
                    Comparison = c
                    Steps = steps.ToArray()
                    Differential = kept.ToArray()
                    Newest = newest.Value
                })

    /// Errors of a model by δH; none where no file has them.
    let private errorBins (job: Comparing) (found: Compared) : Read<ErrorBin[]> =
        match job.Errors with
        | None -> Ok [||]
        | Some errors ->
            let counts = found.Comparison.Frames |> Array.map _.Environments
            ErrorCurve.create ErrorCurve.Bins counts found.Differential errors

    let comparing word summary : Verb =
        let named =
            [
                QuestsInput.reference
                QuestsInput.bandwidth
                QuestsInput.threshold
                    $"{float EnvironmentComparison.threshold}, as in the published code; the paper's figure S18 has 1"
                {
                    Name = "tolerance"
                    Usage =
                        "leave out environments that are too far to count, so that δH is too large by so many nats at most: for large references; default 0, all pairs"
                }
                {
                    Name = "errors"
                    Usage = "a .npy file with the error of a model for every environment of FILE, to hold against δH"
                }
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
                                (fun () ->
                                    ("tolerance_nats", Number.text job.Tolerance)
                                    :: QuestsInput.identity job.File job.Descriptor job.Bandwidth reference.Head)
                                run

                        let! index = KernelIndex.build run job.Tolerance reference.Head.Environments.Points
                        let! found = compareWith job reference.Head.Species index (Run.within 0.1 0.9 "" run)
                        let! bins = errorBins job found
                        return reference.Head, found, bins
                    }))

        Verb.createWith<EnvironmentsArgument, _, _>
            (named @ QuestsInput.descriptor)
            ([ "quests"; word ],
             summary,
             "FILE may be larger than memory: it is gone through frame by frame, and its atoms some thousand at a time.")
            readComparing
            (fun _ given job -> work given job)
            (fun estimators job (reference, found, bins) ->
                let settings =
                    QuestsInput.settings
                        job.Descriptor
                        [ "bandwidth_per_angstrom", Number.text job.Bandwidth ]
                        [ { File = job.File; Trajectory = None }; job.Reference ]

                let notes = QuestsInput.notes [ job.Reference ] [ reference ]

                QuestsDescription.comparison notes settings found.Steps found.Comparison
                |> (if Array.isEmpty bins then
                        id
                    else
                        QuestsDescription.withErrors bins)
                |> Outputs.finish job.Options "Atomic environments" (estimators.Versions()) (fun () ->
                    EnvironmentFigures.comparison bins found.Newest found.Comparison))

    let trajectory =
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
                                    (KernelIndex.exact reference.Environments.Points)
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

    /// Smaller nuclei are no spheres.
    let private leastSize = 5

    /// What the sizes of nuclei say of the interface, to be added to their description; nothing where no temperature was given.
    let private fitted (temperature: float<K> option) (least: int) (set: GivenEnvironments) (found: Nuclei[]) =
        match temperature with
        | None -> Ok id
        | Some _ when set.Snapshots |> Array.exists (fun s -> Array.contains false s.Cell.Periodic) ->
            Error
                [
                    MiceError.OutOfRange(
                        "--temperature",
                        "given with a snapshot that does not repeat in all directions and so has no volume",
                        "periodic snapshots"
                    )
                ]
        | Some t ->
            let volume = set.Snapshots |> Array.averageBy Snapshot.volumePerAtom

            found
            |> Array.collect _.Cores
            |> ClassicalNucleation.fit t volume least
            |> Result.map QuestsDescription.withNucleation

    let nuclei =
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
                    {
                        Name = "temperature"
                        Usage =
                            "K; then the sizes of the nuclei of all frames are fitted by classical nucleation theory"
                    }
                    {
                        Name = "least-size"
                        Usage = $"atoms of the smallest nucleus that is fitted; default {leastSize}"
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

                        and! temperature =
                            match QuestsInput.value "temperature" named with
                            | None -> Ok None
                            | Some text ->
                                Options.number "--temperature" "a number above 0, in K" (fun t -> t > 0.0) text
                                |> Result.map (fun t -> Some(t * 1.0<K>))

                        and! least = Options.count "--least-size" (QuestsInput.value "least-size" named)
                        return threshold, edge, temperature, defaultArg least leastSize
                    }
            Compute =
                fun run job given ->
                    let set, reference = given[0], given[1]
                    let threshold, edge, temperature, least = job.Own
                    let notes, settings = told job given

                    validate {
                        let! () = atomsNeeded "as nuclei have places" set

                        let! struct (_, differential) =
                            EnvironmentComparison.create
                                run
                                job.Bandwidth
                                (threshold * 1.0<nat>)
                                (KernelIndex.exact reference.Environments.Points)
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

                        let! nucleation = fitted temperature least set found

                        return
                            {
                                Description = QuestsDescription.nuclei notes settings set.Steps found |> nucleation
                                Figures = fun () -> EnvironmentFigures.nuclei found
                                Write = fun path -> QuestsOutput.write path columns set
                            }
                    }
        }
        |> verb
