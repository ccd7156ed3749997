/// Descriptors and sums over pairs, slow and plain.
module Mice.Quests.Tests.Reference

open System
open Mice.Atoms

/// Distances and displacements to all images of those atoms that count, within a radius, nearest first.
let neighboursWhere (counts: int -> bool) (radius: float) (snapshot: Snapshot) (atom: int) : (float * float[])[] =
    let cell, p = snapshot.Cell, snapshot.Positions
    let heights = Cell.heights cell

    let reach i =
        if cell.Periodic[i] then
            int (ceil (radius / heights[i])) + 1
        else
            0

    let shifts i = [ -(reach i) .. reach i ]

    [|
        for a in shifts 0 do
            for b in shifts 1 do
                for c in shifts 2 do
                    for j in 0 .. Snapshot.count snapshot - 1 do
                        let d =
                            Array.init 3 (fun k ->
                                p[3 * j + k] - p[3 * atom + k]
                                + float a * cell.Vectors[k]
                                + float b * cell.Vectors[3 + k]
                                + float c * cell.Vectors[6 + k])

                        let r = sqrt (d |> Array.sumBy (fun x -> x * x))

                        if counts j && r <= radius && not (j = atom && a = 0 && b = 0 && c = 0) then
                            r, d
    |]
    |> Array.sortBy fst

/// The same of all atoms.
let neighbours: float -> Snapshot -> int -> (float * float[])[] =
    neighboursWhere (fun _ -> true)

/// The descriptor of an atom.
let descriptor (k: int) (cutoff: float) (near: (float * float[])[]) : float[] =
    let near = Array.truncate k near

    let weight r =
        if r < cutoff then
            (1.0 - (r / cutoff) ** 2.0) ** 2.0
        else
            0.0

    let entry i =
        if i < near.Length then
            weight (fst near[i]) / fst near[i]
        else
            0.0

    let list (j: int) =
        Array.init k (fun l ->
            if l < near.Length && j < near.Length && l <> j then
                let d =
                    Array.map2 (fun x y -> (x - y) ** 2.0) (snd near[j]) (snd near[l]) |> Array.sum |> sqrt

                sqrt (weight (fst near[j]) * weight (fst near[l])) / d
            else
                0.0)
        |> Array.sortDescending

    let lists = Array.init k list
    Array.append (Array.init k entry) (Array.init (k - 1) (fun n -> (lists |> Array.sumBy (fun l -> l[n])) / float k))

let private square (x: float[]) (y: float[]) =
    Array.map2 (fun a b -> (a - b) * (a - b)) x y |> Array.sum

/// ln Σⱼ exp(−|x − yⱼ|²/2h²), with the largest term taken out.
let logarithm (bandwidth: float) (reference: float[][]) (x: float[]) : float =
    let exponents =
        reference |> Array.map (fun y -> -(square x y) / (2.0 * bandwidth * bandwidth))

    let top = Array.max exponents
    top + log (exponents |> Array.sumBy (fun e -> exp (e - top)))

/// The nearest of some points: distance and index.
let nearest (reference: float[][]) (x: float[]) (without: int) : float * int =
    reference
    |> Array.indexed
    |> Array.filter (fun (i, _) -> i <> without)
    |> Array.map (fun (i, y) -> sqrt (square x y), i)
    |> Array.minBy fst

/// Points in rows, as a set.
let rows (set: float[][]) : Mice.Quests.PointSet =
    match Mice.Quests.PointSet.ofRows set[0].Length (Array.concat set) with
    | Ok points -> points
    | Error faults -> raise (ArgumentException $"%A{faults}")
