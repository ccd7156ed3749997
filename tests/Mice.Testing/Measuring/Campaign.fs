namespace Mice.Testing.Measuring

/// Several measurements one after the other: what `build.fsx bench` and `build.fsx verify` start.
[<RequireQualifiedAccess>]
module Campaign =
    /// True where it passed, or where its data are not here.
    let private measure (verb: string) (measurement: Measurement) : bool =
        printfn "== %s" measurement.Title

        try
            let finding = measurement.Run()
            printfn "%s\n" finding.Markdown
            Section.write verb measurement finding

            if not finding.Passed then
                eprintfn "%s: not passed." measurement.Name

            finding.Passed
        with NotHere reason ->
            printfn "Left out: %s." reason
            true

    /// <summary>Runs measurements and writes their sections of docs/benchmarks.md.</summary>
    /// <param name="verb">`bench` or `verify`.</param>
    /// <param name="known">All that there are.</param>
    /// <param name="names">Which of them, in any order; all when none is named.</param>
    /// <returns>The exit code: 0, 1 when one did not pass, 2 when a name is unknown.</returns>
    let run (verb: string) (known: Measurement list) (names: string list) : int =
        let unknown =
            names |> List.filter (fun n -> not (List.exists (fun k -> k.Name = n) known))

        if unknown.IsEmpty then
            let chosen =
                known |> List.filter (fun k -> names.IsEmpty || List.contains k.Name names)

            // All of them run, whether or not one before did not pass.
            if chosen |> List.map (measure verb) |> List.forall id then
                0
            else
                1
        else
            let list = known |> List.map _.Name |> String.concat ", "
            let wrong = String.concat ", " unknown
            eprintfn $"There is no {verb} named {wrong}; known: {list}."
            2
