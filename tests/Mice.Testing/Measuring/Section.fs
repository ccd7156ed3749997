namespace Mice.Testing.Measuring

open System
open System.IO
open Mice.Testing

/// Sections of docs/benchmarks.md, each between a pair of comments, so that one can be measured anew without the others.
[<RequireQualifiedAccess>]
module Section =
    let private start name = $"<!-- measured: {name} -->"
    let private finish name = $"<!-- end: {name} -->"

    /// The text with the section replaced, or added at the end when it is new.
    let replace (name: string) (body: string) (text: string) : string =
        let section = $"{start name}\n{body.Trim()}\n{finish name}"
        let first = text.IndexOf(start name, StringComparison.Ordinal)
        let last = text.IndexOf(finish name, StringComparison.Ordinal)

        if first >= 0 && last > first then
            text.Substring(0, first) + section + text.Substring(last + (finish name).Length)
        else
            text.TrimEnd() + "\n\n" + section + "\n"

    /// Puts a finding into docs/benchmarks.md under its heading, with date, machine and command.
    let write (verb: string) (measurement: Measurement) (finding: Finding) : unit =
        let file = Repository.path [ "docs"; "benchmarks.md" ]
        let date = DateTime.UtcNow.ToString "yyyy-MM-dd"

        let origin =
            $"*{date}, {Machine.description}: `dotnet fsi build.fsx {verb} {measurement.Name}`*"

        let body = $"### {measurement.Title}\n\n{origin}\n\n{finding.Markdown.Trim()}"
        File.WriteAllText(file, File.ReadAllText file |> replace $"{verb} {measurement.Name}" body)
