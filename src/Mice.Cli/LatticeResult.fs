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
        let d = LatticeDescription.create settings points

        let report () =
            LatticeReport.create title versions points d

        let code = Outputs.finish options title versions d report

        if List.isEmpty tooFew then
            code
        else
            Display.faults tooFew
            2
