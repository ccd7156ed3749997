namespace Mice.Cli

open System
open Mice
open Mice.Atoms
open Mice.Quests
open Mice.Plots
open Mice.Cli.QuestsPlan

/// Verbs that look for new environments.
[<RequireQualifiedAccess>]
module QuestsSearches =
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

    let mcmc =
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

    let active =
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
