/// Slow obvious twins of fast code, and where the real files are.
module Mice.Atoms.Tests.Reference

open Expecto
open System.IO
open Mice.Atoms

/// The sodium trajectories: shipped with the documentation, or beside the working tree.
let sodium: string option =
    Some(Repository.path [ "docs"; "data"; "na" ])
    |> Option.filter Directory.Exists
    |> Option.orElse (Repository.reference [ "md"; "na" ])

/// The folder with reference trajectories and their tables, which is not part of the repository.
let tables: string option = Repository.reference [ "md" ]

/// Skips the test unless it finds the sodium trajectories.
let needsSodium () =
    if sodium.IsNone then
        skiptest "the sodium trajectories are not here"

/// Skips the test unless it finds the reference tables.
let needsTables () =
    if tables.IsNone then
        skiptest "the reference tables are not here"

let sodiumFile name = Path.Combine(sodium.Value, name)

/// All images of all atoms within the cutoff of a point by trying every translation that could matter: atom, displacement, distance.
/// Uses no reduction, no wrapping: the number of translations follows from the heights of the cell as it is given.
let neighbours (cell: Cell) (positions: float[]) (point: float[]) (cutoff: float) =
    let heights = Cell.heights cell
    let fractions p = Cell.fractional cell p
    let target = fractions point

    [|
        for a in 0 .. positions.Length / 3 - 1 do
            let position = Array.sub positions (3 * a) 3
            let own = fractions position

            let range i =
                if cell.Periodic[i] then
                    let margin = cutoff / heights[i] + 1e-6
                    let shift = target[i] - own[i]
                    [ int (floor (shift - margin)) .. int (ceil (shift + margin)) ]
                else
                    [ 0 ]

            for n0 in range 0 do
                for n1 in range 1 do
                    for n2 in range 2 do
                        let d =
                            Array.init 3 (fun k ->
                                let shift =
                                    float n0 * cell.Vectors[k]
                                    + float n1 * cell.Vectors[3 + k]
                                    + float n2 * cell.Vectors[6 + k]

                                position[k] + shift - point[k])

                        let r = sqrt (d[0] * d[0] + d[1] * d[1] + d[2] * d[2])

                        if r <= cutoff then
                            a, d, r
    |]
    |> Array.sortBy (fun (_, _, r) -> r)
