namespace Mice.Cli

open Mice
open Mice.Entropy
open Mice.Plots

/// What the verbs that estimate entropies of lattices print and write.
[<RequireQualifiedAccess>]
module LatticeOutputs =

    /// <summary>Prints tables and checks, writes the files that were asked for and returns the exit code: 2 where errors are larger than
    /// wanted.</summary>
    let finish
        (estimators: Estimators)
        (options: RunOptions)
        (title: string)
        (settings: (string * string) list)
        (tooFew: MiceError list)
        (points: LatticeResult list)
        : int =
        let code =
            LatticeDescription.create settings points
            |> Outputs.finish options title (estimators.Versions()) (fun () -> LatticeFigures.all points)

        if List.isEmpty tooFew then
            code
        else
            Display.faults tooFew
            2
