namespace Mice.Cli

open Argu
open Mice
open Mice.Alloys

/// Reading of what the verbs about alloys share: lattices, species, cut-offs, supercells, files.
[<RequireQualifiedAccess>]
module AlloyArguments =
    let private outOfRange name given allowed =
        Error [ MiceError.OutOfRange(name, given, allowed) ]

    /// fcc:3.8, bcc:3.2, sc:3.0 or hcp:2.9:4.7.
    let lattice (text: string option) : Read<ParentLattice> =
        let allowed =
            "fcc:a, bcc:a, sc:a or hcp:a:c with the lattice constants in Å: fcc:3.8"

        match text with
        | None -> outOfRange "--lattice" "missing" allowed
        | Some text ->
            let name, constants =
                match text.Split ':' |> List.ofArray with
                | name :: rest -> name.Trim(), rest |> List.map Number.tryFinite
                | [] -> "", []

            match name, constants with
            | "fcc", [ Some a ] -> ParentLattice.fcc a
            | "bcc", [ Some a ] -> ParentLattice.bcc a
            | "sc", [ Some a ] -> ParentLattice.sc a
            | "hcp", [ Some a; Some c ] -> ParentLattice.hcp a c
            | ("fcc" | "bcc" | "sc" | "hcp"), _ -> outOfRange "--lattice" $"'{text}'" allowed
            | _ -> Error [ MiceError.UnknownName("lattice", name, [ "fcc"; "bcc"; "sc"; "hcp" ]) ]

    /// Two species with a comma between, that of spin +1 first.
    let species (text: string option) : Read<struct (string * string)> =
        let allowed =
            "two different species with a comma between, that of spin +1 and of x first: Au,Cu"

        match text with
        | None -> outOfRange "--species" "missing" allowed
        | Some text ->
            match text.Split ',' |> Array.map _.Trim() with
            | [| up; down |] when up <> "" && down <> "" && up <> down -> Ok(struct (up, down))
            | _ -> outOfRange "--species" $"'{text}'" allowed

    /// 2:6.0,3:4.5: for sizes of clusters the largest distance of two sites, Å.
    let cutoffs (text: string option) : Read<ClusterCutoff list> =
        let allowed =
            "sizes of clusters with the largest distance of two sites in Å, with commas between: 2:6.0,3:4.5,4:4.5"

        let one (part: string) =
            match part.Split ':' with
            | [| size; distance |] ->
                match Number.tryCount (size.Trim()), Number.tryFinite (distance.Trim()) with
                | Some size, Some distance -> Ok { Size = size; Distance = distance }
                | _ -> outOfRange "--cutoffs" $"'{part}'" allowed
            | _ -> outOfRange "--cutoffs" $"'{part}'" allowed

        match text with
        | None -> outOfRange "--cutoffs" "missing" allowed
        | Some text -> text.Split ',' |> List.ofArray |> List.map one |> Validate.all

    /// Multiples of the primitive vectors: one for all, or three.
    let threeOf (name: string) (multiples: int list) : Read<struct (int * int * int)> =
        match multiples with
        | [ n ] -> Ok(struct (n, n, n))
        | [ a; b; c ] -> Ok(struct (a, b, c))
        | _ ->
            outOfRange
                name
                (multiples |> List.map string |> String.concat "x")
                "one multiple, or three with x between: 2x2x4"

    /// A cluster expansion on a supercell of multiples of the primitive vectors, both faults told.
    let system
        (name: string)
        (path: string option)
        (multiples: Read<int list>)
        : Read<struct (ClusterExpansion * Supercell)> =
        validate {
            let! expansion = Options.input name path |> Result.bind ClusterExpansionFile.read
            and! struct (a, b, c) = multiples |> Result.bind (threeOf "--size")
            let! supercell = Supercell.multiples expansion.Lattice a b c
            return struct (expansion, supercell)
        }

    /// The file of --structures, which may be left out.
    let structures (path: string option) : Read<string option> =
        match path with
        | None -> Ok None
        | path -> Options.outputEnding "--structures" [ ".xyz"; ".xyz.gz" ] path |> Result.map Some

    /// Temperatures in K, all above 0.
    let temperatures (text: string option) : Read<float[]> =
        GridArguments.values "--temperature" text
        |> Result.bind (fun found ->
            match found |> Array.tryFind (fun t -> not (t > 0.0)) with
            | Some t -> outOfRange "--temperature" (Number.text t) "above 0, in kelvin"
            | None -> Ok found)

    /// How long chains are, from the values of --sweeps, --equilibrate and --snapshots: snapshots, sweeps before them and between two of them. There are as many sweeps before as after, and snapshots are asked
    /// for only with a place to write to. Sweeps are rounded up to as many for each snapshot.
    let lengths
        (sweepsByDefault: int)
        (sweeps: string option)
        (equilibrate: string option)
        (snapshots: string option)
        (structures: string option)
        : Read<struct (int * int * int)> =
        validate {
            let! sweeps = Options.count "--sweeps" sweeps
            and! equilibrate = Options.count "--equilibrate" equilibrate
            and! kept = Options.count "--snapshots" snapshots

            and! () =
                [
                    if snapshots.IsSome && structures.IsNone then
                        MiceError.OutOfRange("--structures", "missing", "the file that --snapshots are written to")
                ]

            let sweeps, kept = defaultArg sweeps sweepsByDefault, defaultArg kept 1
            return struct (kept, defaultArg equilibrate sweeps, (sweeps + kept - 1) / kept)
        }

    /// The options that all verbs share, for a verb whose work is too short to be gone on with.
    let optionsOfShortWork (given: ParseResults<SharedArgument>) : Read<RunOptions> =
        validate {
            let! options = SharedOptions.readWith LatticeArguments.processor given

            let! () =
                [
                    match options.Resume with
                    | Some directory ->
                        MiceError.OutOfRange(
                            "--resume",
                            $"'{directory}'",
                            "nothing here: this verb keeps no checkpoints, its work is too short; leave the option out"
                        )
                    | None -> ()
                ]

            return options
        }
