/// Slow and obvious twins, and the stored numbers of two alloys.
module Mice.Alloys.Tests.Reference

open System
open System.Globalization
open System.IO
open System.Text.Json
open Mice
open Mice.Alloys

let run = { Run.quiet with Threads = 2 }

/// k_B of the stored tables, eV/K.
let boltzmann = 8.617e-5

let file name =
    Repository.needsReference [ "segal"; name ]

let json (name: string) : JsonElement =
    (JsonDocument.Parse(File.ReadAllText(file name))).RootElement

/// Rows of a table, each a map from the names of the columns to the texts.
let table (name: string) : Map<string, string>[] =
    let lines = File.ReadAllLines(file name)
    let columns = lines[0].Split ','
    lines |> Array.skip 1 |> Array.map (fun line -> Array.zip columns (line.Split ',') |> Map.ofArray)

let number (text: string) =
    Double.Parse(text, CultureInfo.InvariantCulture)

let cutoffs (distances: float list) : ClusterCutoff list =
    distances |> List.mapi (fun i d -> { Size = i + 2; Distance = d })

/// The two alloys: lattice constant, species, cut-offs.
let cuau = 3.8, struct ("Au", "Cu"), cutoffs [ 6.0; 4.5; 4.5 ]
let agpd = 4.09, struct ("Ag", "Pd"), cutoffs [ 8.0; 6.5; 5.5 ]

let lattice (a, _, _) = ParentLattice.fcc a |> ok

let interactions (name: string) : Map<string, float> =
    (json name).EnumerateObject() |> Seq.map (fun p -> p.Name, p.Value.GetDouble()) |> Map.ofSeq

let expansion (system: float * struct (string * string) * ClusterCutoff list) (name: string) : ClusterExpansion =
    let _, species, cutoffs = system
    ClusterExpansion.create (lattice system) species cutoffs (interactions name) |> ok

let cuauExpansion () = expansion cuau "eci_cuau.json"
let agpdExpansion () = expansion agpd "eci_agpd.json"

let supercell system (n1, n2, n3) =
    Supercell.multiples (lattice system) n1 n2 n3 |> ok

let cuau16 () = supercell cuau (2, 2, 4)
let agpd27 () = supercell agpd (3, 3, 3)
let cuau128 () = supercell cuau (8, 4, 4)
let agpd125 () = supercell agpd (5, 5, 5)

/// A cluster expansion that needs no stored numbers: all interactions are drawn at random.
let randomExpansion (seed: uint64) (lattice: ParentLattice) (cutoffs: ClusterCutoff list) : ClusterExpansion =
    let generator = Key.ofSeed seed |> Key.generator

    let interactions =
        ClusterOrbits.find lattice cutoffs
        |> ok
        |> Array.map (fun o -> o.Name, 0.05 * generator.NextNormal())
        |> Map.ofArray

    ClusterExpansion.create lattice (struct ("A", "B")) cutoffs interactions |> ok

let randomStates (generator: Generator) count : byte[] =
    Array.init count (fun _ -> byte (generator.NextInt 2))

let occupation (text: string) : byte[] =
    text.ToCharArray() |> Array.map (fun c -> if c = '1' then 1uy else 0uy)

/// E of a supercell from the correlations.
let plainEnergy (expansion: ClusterExpansion) (supercell: Supercell) (states: byte[]) =
    float states.Length
    * ClusterExpansion.energyPerSite expansion (ClusterExpansion.correlations expansion supercell states)

let product (states: byte[]) first (sites: int[]) =
    sites |> Array.fold (fun p s -> if states[first + s] = 0uy then -p else p) 1.0
