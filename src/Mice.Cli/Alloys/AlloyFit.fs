namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys
open Mice.Plots

/// What `mice alloy fit STRUCTURES` takes beside what every verb does.
type AlloyFitArgument =
    | [<MainCommand; Unique>] File of file: string
    | Lattice of form: string
    | Species of list: string
    | Cutoffs of list: string
    | Method of name: string
    | Strength of number: string
    | Folds of count: string
    | Near_Hull of width: string
    | Energy_Key of key: string
    | Tolerance of length: string
    | Output of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "structures with energies: extended XYZ, plain or gzip; boxes of whole primitive vectors"
            | Lattice _ -> "the lattice with its constants in Å: fcc:3.8, bcc:a, sc:a or hcp:a:c"
            | Species _ -> "the two species, that of spin +1 and of the composition x first: Au,Cu"
            | Cutoffs _ -> "by size of clusters the largest distance of two sites in Å: 2:6.0,3:4.5,4:4.5"
            | Method _ -> "ard (default, relevance determination), ridge, lasso or least-squares"
            | Strength _ -> "λ of ridge or lasso; default the one of the lowest cross-validation score"
            | Folds _ -> "parts of the cross-validation; default every structure is left out once"
            | Near_Hull _ ->
                "weights exp(−d/width) for structures d above the convex hull, width in eV/atom; default all count alike"
            | Energy_Key _ -> "key of the energy of the whole box in eV; default energy"
            | Tolerance _ ->
                $"how far atoms may be from sites of the lattice, Å; default {Number.text Configuration.defaultTolerance}"
            | Output _ -> "the file of the cluster expansion, NAME.json"

/// What `mice alloy convert ECIS` takes beside what every verb does.
type AlloyConvertArgument =
    | [<MainCommand; Unique>] File of file: string
    | Lattice of form: string
    | Species of list: string
    | Cutoffs of list: string
    | Formation
    | Output of file: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | File _ -> "a JSON file of interactions by the name of the cluster in eV per site, as CLEASE writes them"
            | Lattice _ -> "the lattice with its constants in Å: fcc:3.8, bcc:a, sc:a or hcp:a:c"
            | Species _ -> "the two species, that of spin +1 first: Au,Cu"
            | Cutoffs _ -> "by size of clusters the largest distance of two sites in Å: 2:6.0,3:4.5,4:4.5"
            | Formation ->
                "take the straight line between the pure species off, so that energies are formation energies"
            | Output _ -> "the file of the cluster expansion, NAME.json"

/// `mice alloy fit` and `mice alloy convert`: cluster expansions in files.
[<RequireQualifiedAccess>]
module AlloyFit =
    type private FitJob =
        {
            Options: RunOptions
            Set: AlloyTrainingSet
            Fit: EciFitOptions
            Output: string
        }

    let private positive (name: string) (text: string option) : Read<float option> =
        match text with
        | None -> Ok None
        | Some text -> Options.number name "a number above 0" (fun v -> v > 0.0) text |> Result.map Some

    let private methodOf (name: string option) (strength: float option) : Read<FitMethod> =
        let given =
            strength |> Option.map FitStrength.Fixed |> Option.defaultValue FitStrength.CrossValidated

        let without fit =
            match strength with
            | Some _ -> Error [ MiceError.Mismatch("--strength and --method", name.Value, "ridge or lasso") ]
            | None -> Ok fit

        match name with
        | None when strength.IsSome ->
            Error
                [
                    MiceError.Mismatch("--strength and --method", "ard, the default", "ridge or lasso")
                ]
        | None -> Ok FitMethod.RelevanceDetermination
        | Some "ard" -> without FitMethod.RelevanceDetermination
        | Some "least-squares" -> without FitMethod.LeastSquares
        | Some "ridge" -> Ok(FitMethod.Ridge given)
        | Some "lasso" -> Ok(FitMethod.Lasso given)
        | Some other ->
            Error
                [
                    MiceError.UnknownName("method of a fit", other, [ "ard"; "ridge"; "lasso"; "least-squares" ])
                ]

    let private fitOptions (r: ParseResults<AlloyFitArgument>) : Read<EciFitOptions> =
        validate {
            let! strength = positive "--strength" (r.TryGetResult AlloyFitArgument.Strength)
            and! folds = Options.count "--folds" (r.TryGetResult AlloyFitArgument.Folds)
            and! width = positive "--near-hull" (r.TryGetResult AlloyFitArgument.Near_Hull)
            let! fit = methodOf (r.TryGetResult AlloyFitArgument.Method) strength

            return
                {
                    Method = fit
                    Validation =
                        folds |> Option.map CrossValidation.Folds |> Option.defaultValue CrossValidation.LeaveOneOut
                    Weights = width |> Option.map FitWeights.NearHull |> Option.defaultValue FitWeights.Uniform
                }
        }

    /// The first faults of many structures, and how many there are more.
    let private fewer (path: string) (faults: MiceError list) : MiceError list =
        let shown = 5

        if faults.Length <= shown + 1 then
            faults
        else
            List.truncate shown faults
            @ [
                MiceError.BadFile(path, None, None, $"{faults.Length - shown} more faults like these")
            ]

    let private readFit (given: GivenArguments<AlloyFitArgument>) : Read<FitJob> =
        let r = given.Own

        validate {
            let! path = Options.input "STRUCTURES" (r.TryGetResult AlloyFitArgument.File)
            and! lattice = AlloyArguments.lattice (r.TryGetResult AlloyFitArgument.Lattice)
            and! species = AlloyArguments.species (r.TryGetResult AlloyFitArgument.Species)
            and! cutoffs = AlloyArguments.cutoffs (r.TryGetResult AlloyFitArgument.Cutoffs)
            and! fit = fitOptions r
            and! tolerance = positive "--tolerance" (r.TryGetResult AlloyFitArgument.Tolerance)

            and! output =
                Options.outputEnding "--output" [ ".json" ] (r.TryGetResult AlloyFitArgument.Output)

            and! options = AlloyArguments.optionsOfShortWork given.Shared

            let! set =
                {
                    Lattice = lattice
                    Species = species
                    Cutoffs = cutoffs
                    Structures = [||]
                }
                |> AlloyTrainingSet.withFile
                    (tolerance |> Option.defaultValue Configuration.defaultTolerance)
                    (r.TryGetResult AlloyFitArgument.Energy_Key)
                    path
                |> Result.mapError (fewer path)

            return
                {
                    Options = options
                    Set = set
                    Fit = fit
                    Output = output
                }
        }

    let private fit (job: FitJob) (run: Run) =
        validate {
            let! found = EciFit.fit job.Fit run job.Set
            let! formation = FormationEnergies.ofFit job.Set found
            return struct (found, formation)
        }

    let private finishFit (job: FitJob) (struct (found: EciFitResult, formation: FormationEnergies)) : int =
        AlloyDescription.fit job.Fit job.Set formation found
        |> Outputs.finishWithFiles
            job.Options
            "Cluster expansion fitted to structures"
            [ fun () -> ClusterExpansionFile.write job.Output found.Expansion ]
            (fun () ->
                [
                    "Fit", [ AlloyFigures.fitted job.Set found ]
                    "Formation energies", [ AlloyFigures.formation formation ]
                ])

    type private ConvertJob =
        {
            Options: RunOptions
            Expansion: ClusterExpansion
            IsFormation: bool
            Output: string
        }

    let private readConvert (given: GivenArguments<AlloyConvertArgument>) : Read<ConvertJob> =
        let r = given.Own

        validate {
            let! path = Options.input "ECIS" (r.TryGetResult AlloyConvertArgument.File)
            and! lattice = AlloyArguments.lattice (r.TryGetResult AlloyConvertArgument.Lattice)
            and! species = AlloyArguments.species (r.TryGetResult AlloyConvertArgument.Species)
            and! cutoffs = AlloyArguments.cutoffs (r.TryGetResult AlloyConvertArgument.Cutoffs)

            and! output =
                Options.outputEnding "--output" [ ".json" ] (r.TryGetResult AlloyConvertArgument.Output)

            and! options = AlloyArguments.optionsOfShortWork given.Shared
            let! expansion = ClusterExpansionFile.readInteractions lattice species cutoffs path
            let isFormation = r.Contains AlloyConvertArgument.Formation

            return
                {
                    Options = options
                    Expansion =
                        if isFormation then
                            ClusterExpansion.formation expansion
                        else
                            expansion
                    IsFormation = isFormation
                    Output = output
                }
        }

    let private finishConvert (job: ConvertJob) () : int =
        AlloyDescription.expansion job.IsFormation job.Expansion
        |> Outputs.finishWithFiles
            job.Options
            "Cluster expansion"
            [ fun () -> ClusterExpansionFile.write job.Output job.Expansion ]
            (fun () -> [])

    /// The verbs.
    let verbs: Verb list =
        [
            Verb.create<AlloyFitArgument, _, _>
                ([ "alloy"; "fit" ], "a cluster expansion from energies of structures", "")
                readFit
                (fun _ _ job -> Runs.stoppable job.Options (fit job))
                (fun _ -> finishFit)

            Verb.create<AlloyConvertArgument, _, _>
                ([ "alloy"; "convert" ], "a cluster expansion from a list of interactions", "")
                readConvert
                (fun _ _ _ -> Some(Ok()))
                (fun _ -> finishConvert)
        ]
