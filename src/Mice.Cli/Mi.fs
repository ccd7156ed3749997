namespace Mice.Cli

open Argu
open Mice
open Mice.Information
open Mice.Plots

/// `mice mi`: samples of two variables in, their mutual information out.
[<RequireQualifiedAccess>]
module Mi =

    type private Job =
        {
            Options: RunOptions
            Information: MutualInformationOptions
            X: Sample
            Y: Sample
        }

    /// The names that --bound knows, a line each.
    let private methods: string =
        MutualInformation.methods
        |> List.map (fun (name, text) -> $"  %-14s{name} %s{text}")
        |> String.concat "\n"
        |> (+) "ESTIMATORS (--bound):\n\n"

    let private method (name: string option) : Read<string> =
        let known = List.map fst MutualInformation.methods

        match name with
        | None -> Ok MutualInformationOptions.defaults.Method
        | Some name when List.contains name known -> Ok name
        | Some name -> Error [ MiceError.UnknownName("bound", name, known) ]

    /// The variables that an option names, of x and y.
    let private variables (option: string) (given: string option) : Read<string list> =
        let names =
            given
            |> Option.map (fun text ->
                text.ToLowerInvariant().Split ',' |> Array.map (fun n -> n.Trim()) |> List.ofArray)
            |> Option.defaultValue []

        if names |> List.forall (fun name -> name = "x" || name = "y") then
            Ok names
        else
            Error [ MiceError.OutOfRange(option, $"'{Option.get given}'", "x, y or x,y") ]

    /// What the user says that a variable is.
    let private kind
        (discrete: Read<string list>)
        (continuous: Read<string list>)
        (name: string)
        : Read<VariableKind option> =
        let isIn (names: Read<string list>) =
            match names with
            | Ok names -> List.contains name names
            | Error _ -> false

        match isIn discrete, isIn continuous with
        | true, true ->
            Error
                [
                    MiceError.Mismatch("--discrete and --continuous", $"{name} in the one", $"{name} in the other")
                ]
        | true, false -> Ok(Some VariableKind.Discrete)
        | false, true -> Ok(Some VariableKind.Continuous)
        | false, false -> Ok None

    let private sample (option: string) (kind: Read<VariableKind option>) (file: string option) : Read<Sample> =
        let read =
            match kind with
            | Ok(Some VariableKind.Discrete) -> SampleFile.readSymbols
            | _ -> SampleFile.read

        Options.input option file |> Result.bind read

    let private read (given: GivenArguments<InformationArgument>) : Read<Job> =
        let r = given.Own
        let discrete = variables "--discrete" (r.TryGetResult InformationArgument.Discrete)

        let continuous =
            variables "--continuous" (r.TryGetResult InformationArgument.Continuous)

        let kindX = kind discrete continuous "x"
        let kindY = kind discrete continuous "y"

        validate {
            let! x = sample "--x" kindX (r.TryGetResult InformationArgument.X)
            and! y = sample "--y" kindY (r.TryGetResult InformationArgument.Y)
            and! method = method (r.TryGetResult InformationArgument.Bound)
            and! _ = discrete
            and! _ = continuous
            and! kindX = kindX
            and! kindY = kindY

            and! blockRows =
                Options.count "--block-rows" (r.TryGetResult InformationArgument.Block_Rows)

            and! options = SharedOptions.read given.Shared

            return
                {
                    Options = options
                    Information =
                        {
                            Method = method
                            KindX = kindX
                            KindY = kindY
                            BlockRows = blockRows
                        }
                    X = x
                    Y = y
                }
        }

    let private finish (estimators: Estimators) (job: Job) (result: MutualInformationResult) : int =
        MutualInformationDescription.create result
        |> Outputs.finish job.Options "Mutual information" (estimators.Versions()) (fun () ->
            MutualInformationFigures.all job.X job.Y result)

    let private work (estimators: Estimators) given (job: Job) =
        Runs.withCheckpoints [ "mi" ] given job.Options (fun run ->
            estimators.MutualInformation job.Information run job.X job.Y)

    /// The verb.
    let verb: Verb =
        Verb.create<InformationArgument, _, _> ([ "mi" ], "mutual information of two samples", methods) read work finish
