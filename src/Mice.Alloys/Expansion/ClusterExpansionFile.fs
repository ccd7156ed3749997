namespace Mice.Alloys

open System.IO
open System.Text
open System.Text.Json
open Mice

/// <summary>Cluster expansions in JSON files.</summary>
/// <remarks>Fields: <c>format</c> ("mice cluster expansion") and <c>version</c> (1); <c>lattice</c> with <c>name</c>, <c>primitive_vectors_angstrom</c> (rows) and <c>basis_fractional</c>;
/// <c>species</c>, that of spin +1 first; <c>cutoffs_angstrom</c> by size; <c>interactions_eV_per_site</c> by orbit. All fields are needed; nothing is guessed.</remarks>
[<RequireQualifiedAccess>]
module ClusterExpansionFile =
    [<Literal>]
    let private Format = "mice cluster expansion"

    [<Literal>]
    let private Version = 1

    let private writeRows (json: Utf8JsonWriter) (name: string) (numbers: float[]) =
        json.WriteStartArray name

        for row in Array.chunkBySize 3 numbers do
            json.WriteStartArray()
            row |> Array.iter json.WriteNumberValue
            json.WriteEndArray()

        json.WriteEndArray()

    let private writeTo (expansion: ClusterExpansion) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        let struct (up, down) = expansion.Species
        json.WriteStartObject()
        json.WriteString("format", Format)
        json.WriteNumber("version", Version)
        json.WriteStartObject "lattice"
        json.WriteString("name", expansion.Lattice.Name)
        writeRows json "primitive_vectors_angstrom" expansion.Lattice.Vectors
        writeRows json "basis_fractional" expansion.Lattice.Basis
        json.WriteEndObject()
        json.WriteStartArray "species"
        json.WriteStringValue up
        json.WriteStringValue down
        json.WriteEndArray()
        json.WriteStartObject "cutoffs_angstrom"
        expansion.Cutoffs |> List.iter (fun c -> json.WriteNumber(string c.Size, c.Distance))
        json.WriteEndObject()
        json.WriteStartObject "interactions_eV_per_site"

        Array.iter2
            (fun (o: ClusterOrbit) (j: float) -> json.WriteNumber(o.Name, j))
            expansion.Orbits
            expansion.Interactions

        json.WriteEndObject()
        json.WriteEndObject()

    /// <summary>Writes a cluster expansion; the file is there completely or as it was before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expansion">The cluster expansion; floats keep all their digits.</param>
    let write (path: string) (expansion: ClusterExpansion) : unit =
        RunStore.saveAtomically path (writeTo expansion)

    let private header path root =
        let isVersion value =
            if value = float Version then
                Ok()
            else
                Error
                    [
                        MiceError.BadFile(
                            path,
                            None,
                            None,
                            $"the field 'version' is {Number.text value}; this program reads version {Version}"
                        )
                    ]

        let isFormat value =
            if value = Format then
                Ok()
            else
                Error
                    [
                        MiceError.BadFile(path, None, None, $"the field 'format' is '{value}', not '{Format}'")
                    ]

        validate {
            let! () =
                JsonFields.field path "format" root
                |> Result.bind (JsonFields.text path "format")
                |> Result.bind isFormat

            and! () =
                JsonFields.field path "version" root
                |> Result.bind (JsonFields.number path "version")
                |> Result.bind isVersion

            return ()
        }

    let private rows path name parent =
        JsonFields.field path name parent
        |> Result.bind (JsonFields.list path name (fun n -> JsonFields.list path n (JsonFields.number path)))
        |> Result.bind (fun rows ->
            if rows |> List.forall (fun r -> r.Length = 3) then
                Ok(rows |> List.concat |> Array.ofList)
            else
                Error
                    [
                        MiceError.BadFile(path, None, None, $"the field '{name}' has rows of other than three numbers")
                    ])

    /// The same faults as faults of the file.
    let private inFile path (result: Result<'a, MiceError list>) =
        result
        |> Result.mapError (List.map (fun fault -> MiceError.BadFile(path, None, None, MiceError.message fault)))

    let private lattice path root =
        validate {
            let! parent = JsonFields.field path "lattice" root

            let! name =
                JsonFields.field path "name" parent |> Result.bind (JsonFields.text path "lattice.name")

            and! vectors = rows path "primitive_vectors_angstrom" parent
            and! basis = rows path "basis_fractional" parent
            return! ParentLattice.create name vectors basis |> inFile path
        }

    let private species path root =
        JsonFields.field path "species" root
        |> Result.bind (JsonFields.list path "species" (JsonFields.text path))
        |> Result.bind (function
            | [ up; down ] -> Ok(struct (up, down))
            | other ->
                Error
                    [
                        MiceError.BadFile(
                            path,
                            None,
                            None,
                            $"the field 'species' has {other.Length} names; two are needed"
                        )
                    ])

    let private cutoffs path root =
        let ofItem (size: string, distance: float) =
            match Number.tryCount size with
            | Some n -> Ok { Size = n; Distance = distance }
            | None ->
                Error
                    [
                        MiceError.BadFile(
                            path,
                            None,
                            None,
                            $"the field 'cutoffs_angstrom' has the size '{size}', which is no whole number"
                        )
                    ]

        JsonFields.field path "cutoffs_angstrom" root
        |> Result.bind (JsonFields.items path "cutoffs_angstrom" (JsonFields.number path))
        |> Result.bind (List.map ofItem >> Validate.all)

    let private ofRoot path root =
        validate {
            let! () = header path root

            let! lattice = lattice path root
            and! species = species path root
            and! cutoffs = cutoffs path root

            and! interactions =
                JsonFields.field path "interactions_eV_per_site" root
                |> Result.bind (JsonFields.items path "interactions_eV_per_site" (JsonFields.number path))

            return! ClusterExpansion.create lattice species cutoffs (Map.ofList interactions) |> inFile path
        }

    /// <summary>Reads a file that <c>write</c> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile, and BadFile for every field that is missing or no good.</returns>
    let read (path: string) : Result<ClusterExpansion, MiceError list> =
        JsonFields.parse path |> Result.bind (ofRoot path)

    /// <summary>A cluster expansion from the content of such a file, where it stands within another.</summary>
    /// <param name="path">The file around it, for errors.</param>
    /// <param name="text">The content.</param>
    /// <returns>Errors: BadFile.</returns>
    let ofText (path: string) (text: string) : Result<ClusterExpansion, MiceError list> =
        use stream = new MemoryStream(Encoding.UTF8.GetBytes text)
        JsonFields.ofStream path stream |> Result.bind (ofRoot path)

    /// <summary>The content of a file, to stand within another.</summary>
    /// <param name="expansion">The cluster expansion.</param>
    let toText (expansion: ClusterExpansion) : string =
        use stream = new MemoryStream()
        writeTo expansion stream
        Encoding.UTF8.GetString(stream.ToArray())

    /// <summary>Reads a plain list <c>{"c0": …, "c1_0": …, …}</c> of interactions in eV per site, as CLEASE writes them.</summary>
    /// <param name="lattice">The lattice that they are for.</param>
    /// <param name="species">The species of spin +1, and that of spin −1.</param>
    /// <param name="cutoffs">How far the clusters reach.</param>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile; BadFile for what is no number, for orbits that the cut-offs do not give, for those that are missing, and for what is no plain list.</returns>
    let readInteractions
        (lattice: ParentLattice)
        (species: struct (string * string))
        (cutoffs: ClusterCutoff list)
        (path: string)
        : Result<ClusterExpansion, MiceError list> =
        validate {
            let! root = JsonFields.parse path

            let! () =
                [
                    if root.ValueKind = JsonValueKind.Object && fst (root.TryGetProperty "format") then
                        MiceError.BadFile(
                            path,
                            None,
                            None,
                            "this is a file with a field 'format', such as a complete cluster expansion, and no plain list of interactions"
                        )
                ]

            let! interactions =
                JsonFields.items path "interactions" (JsonFields.number path) root

            return! ClusterExpansion.create lattice species cutoffs (Map.ofList interactions) |> inFile path
        }
