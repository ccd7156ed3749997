namespace Mice.Entropy.Models

open Mice
open Mice.Entropy

/// The registry of lattice models by name: commands, reports and C# offer the models of this list and no others.
[<RequireQualifiedAccess>]
module LatticeSystems =
    /// All families of models.
    let all: LatticeFamily list =
        [ Ising.family; XY.family; Potts.family; CubicIsing.family ]

    /// <summary>Finds a family by its name.</summary>
    /// <param name="name">A name such as ising.</param>
    /// <returns>UnknownName, with all known names.</returns>
    let tryFind (name: string) : Result<LatticeFamily, MiceError list> =
        match all |> List.tryFind (fun f -> f.Name = name) with
        | Some family -> Ok family
        | None -> Error [ MiceError.UnknownName("model", name, all |> List.map _.Name) ]
