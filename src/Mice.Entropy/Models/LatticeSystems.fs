namespace Mice.Entropy

open Mice

/// All lattice models that have a name: commands, reports and C# know those of this list.
[<RequireQualifiedAccess>]
module LatticeSystems =
    /// All of them.
    let all: LatticeFamily list =
        [ Ising.family; XY.family; Potts.family; CubicIsing.family ]

    /// <summary>The family of a name.</summary>
    /// <param name="name">Such as ising.</param>
    /// <returns>UnknownName with all names.</returns>
    let tryFind (name: string) : Result<LatticeFamily, MiceError list> =
        match all |> List.tryFind (fun f -> f.Name = name) with
        | Some family -> Ok family
        | None -> Error [ MiceError.UnknownName("model", name, all |> List.map _.Name) ]
