namespace Mice.Testing.Systems

open System.IO
open Mice
open Mice.Alloys
open Mice.Testing.Measuring

/// The published cluster expansions of two alloys, which are among the reference data.
[<RequireQualifiedAccess>]
module PublishedAlloys =
    /// A file of theirs.
    let file (name: string) : string =
        match Repository.reference [ "segal" ] with
        | Some folder -> Path.Combine(folder, name)
        | None -> raise (NotHere "the data of alloys are not among the reference data")

    /// Lattice constant and largest distances in clusters of 2, 3, … sites in Å.
    let private expansion species a distances interactions : ClusterExpansion =
        let cutoffs =
            distances |> List.mapi (fun i distance -> { Size = i + 2; Distance = distance })

        ClusterExpansionFile.readInteractions (ParentLattice.fcc a |> ok) species cutoffs (file interactions)
        |> ok

    let copperGold () : ClusterExpansion =
        expansion (struct ("Au", "Cu")) 3.8 [ 6.0; 4.5; 4.5 ] "eci_cuau.json"

    let silverPalladium () : ClusterExpansion =
        expansion (struct ("Ag", "Pd")) 4.09 [ 8.0; 6.5; 5.5 ] "eci_agpd.json"
