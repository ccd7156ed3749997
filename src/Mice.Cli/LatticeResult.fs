namespace Mice.Cli

open Mice
open Mice.Entropy
open Mice.Plots

/// What the verbs that estimate entropies of lattices print and write.
[<RequireQualifiedAccess>]
module LatticeResult =

    /// <summary>Prints tables and checks, writes the files that were asked for and returns the exit code: 2 where errors are larger than
    /// wanted.</summary>
    let finish
        (estimators: Estimators)
        (options: RunOptions)
        (title: string)
        (settings: (string * string) list)
        (tooFew: MiceError list)
        (points: LatticePoint list)
        : int =
        let versions = estimators.Versions()
        printfn "%s\n" title

        let section (headings: string list, rows: string list list) =
            if not (List.isEmpty rows) then
                Display.table headings rows
                printfn ""

        section (LatticeReport.numbers points)
        section (LatticeReport.levels points)
        printfn "%s\n" LatticeReport.meaning
        let checks = LatticeReport.checks points
        Display.checks checks

        let report () =
            LatticeReport.create title settings versions points

        let code =
            Outputs.finishOld options (LatticeJson.entropies settings versions points) report checks

        if List.isEmpty tooFew then
            code
        else
            Display.faults tooFew
            2
