namespace Mice.Rsmi

open Mice

/// What was found at one value of the parameter and with one buffer.
[<NoComparison>]
type RsmiPoint =
    {
        /// Value of the parameter; NaN for configurations from elsewhere.
        Value: float
        /// Block, buffer, environment.
        Geometry: BlockGeometry
        /// The lattice.
        Lattice: SiteLattice
        /// What was found.
        Result: RsmiResult
        /// Checks of the sampler.
        SamplerChecks: Check list
    }

/// Real-space mutual information over values of a parameter and buffers.
[<RequireQualifiedAccess>]
module RsmiScan =
    let private point options (source: RsmiSource) value (run: Run) (geometry: BlockGeometry) =
        validate {
            let! regions = BlockGeometry.regions source.Lattice geometry
            let! samples = RsmiSamples.create regions source
            let! result = Rsmi.estimate options run samples

            return
                {
                    Value = value
                    Geometry = geometry
                    Lattice = source.Lattice
                    Result = result
                    SamplerChecks = source.Checks
                }
        }

    /// Every number of geometries; the text of a list leaves out what is beyond its third entry.
    let private written (geometries: BlockGeometry list) : string =
        geometries
        |> List.map (BlockGeometry.describe >> List.map snd >> String.concat " ")
        |> String.concat "; "

    /// What filters of given configurations depend on.
    let private conditions options geometries value (source: RsmiSource) () : (string * string) list =
        let digest =
            RunStore.digest (fun writer ->
                for number in source.Origins do
                    writer.Write number

                for configuration in source.Configurations do
                    for number in configuration do
                        writer.Write number)

        RsmiOptions.describe options
        @ [
            "geometries", written geometries
            "value", Number.text value
            "lattice", $"%A{source.Lattice}"
            "per_group", string source.PerGroup
            "configurations", digest
        ]

    /// <summary>Filters of given configurations, for each of some geometries.</summary>
    /// <param name="options">How filters are found.</param>
    /// <param name="run">Key, threads, store.</param>
    /// <param name="geometries">Block, buffer and environment, one or more.</param>
    /// <param name="value">Value of the parameter; NaN without one.</param>
    /// <param name="source">The configurations.</param>
    /// <returns>Errors: those of <c>Rsmi.estimate</c> and <c>BlockGeometry.regions</c>.</returns>
    let ofSource
        (options: RsmiOptions)
        (run: Run)
        (geometries: BlockGeometry list)
        (value: float)
        (source: RsmiSource)
        : Result<RsmiPoint list, MiceError list> =
        let one (part: Run) (struct (index, geometry)) =
            let place = part.Store |> Option.map (RunStore.below $"buffer{index}")

            point
                options
                source
                value
                { Run.item index part with
                    Store = place
                }
                geometry

        // As a part of a scan it has the claim of the scan.
        run
        |> Run.claim "filters of configurations" (conditions options geometries value source)
        |> Result.bind (
            Run.jobs (fun _ -> 1.0) one (geometries |> List.mapi (fun i g -> struct (i, g)) |> Array.ofList)
        )
        |> Result.map List.ofArray

    /// <summary>Draws configurations at each value of the parameter and finds filters for each buffer.</summary>
    /// <param name="options">How filters are found.</param>
    /// <param name="run">Key, threads, store.</param>
    /// <param name="geometry">Block and environment.</param>
    /// <param name="buffers">Widths of the buffer, one or more.</param>
    /// <param name="system">What is drawn.</param>
    /// <param name="values">Values of the parameter, one or more.</param>
    /// <returns>Points by value, then buffer; errors: those of the system, of options and geometry.</returns>
    let run
        (options: RsmiOptions)
        (run: Run)
        (geometry: BlockGeometry)
        (buffers: int list)
        (system: RsmiSystem)
        (values: float list)
        : Result<RsmiPoint list, MiceError list> =
        let geometries =
            buffers |> List.map (fun buffer -> { geometry with Buffer = buffer })

        let share = 1.0 / float values.Length

        let at (run: Run) index value =
            let name = $"{system.Parameter} {Number.text value}"
            let part = run |> Run.item index |> Run.within (float index * share) share name

            system.Draw (part |> Run.named "configurations" |> Run.within 0.0 0.3 "") value
            |> Result.bind (fun source ->
                let part =
                    { part with
                        Store = run.Store |> Option.map (RunStore.below $"value{index}")
                    }

                ofSource options (part |> Run.named "filters" |> Run.within 0.3 0.7 "") geometries value source)

        let claimed =
            run
            |> Run.claim "rsmi" (fun () ->
                RsmiOptions.describe options
                @ system.Settings
                @ [
                    "geometries", written geometries
                    "values", values |> List.map Number.text |> String.concat "; "
                ])

        let more found (struct (index, value)) =
            found
            |> Result.bind (fun (run, before) -> at run index value |> Result.map (fun points -> run, before @ points))

        values
        |> List.mapi (fun i v -> struct (i, v))
        |> List.fold more (claimed |> Result.map (fun run -> run, []))
        |> Result.map snd
