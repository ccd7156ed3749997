namespace Mice.Samplers

open System
open System.IO
open Mice

/// <summary>Snapshots of lattices in files: NumPy's .npy, [n][rows][columns], or the compact .spins that docs/lattices.md describes.</summary>
/// <remarks>Written is the format that the file's name ends with; which one is read, is told by the content. A file is written as a whole or not at
/// all. Ising spins are int8 of −1 and +1 in a .npy file and one bit each in a .spins file; angles are float64, in radians, in both. A
/// .spins file also says which model the snapshots are of, and a damaged one is refused.</remarks>
[<RequireQualifiedAccess>]
module SnapshotFile =
    let private bad fault = raise (BadSnapshots fault)

    let private endsWith (extension: string) (path: string) =
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)

    /// <summary>OutOfRange for a name that ends neither in .npy nor in .spins, whose format is not known when it is written.</summary>
    /// <param name="path">Path of a file to be written.</param>
    let nameFaults (path: string) : MiceError list =
        if endsWith ".npy" path || endsWith ".spins" path then
            []
        else
            [
                MiceError.OutOfRange("file of snapshots", $"'{path}'", "a name that ends in .npy or .spins")
            ]

    /// What is asked of the number at a site, and what is wrong with one that does not answer.
    type private Site<'spin> =
        {
            Accepts: float -> bool
            Fault: float -> string
            Spin: float -> 'spin
        }

    let private ising: Site<sbyte> =
        {
            Accepts = fun value -> value = 1.0 || value = -1.0
            Fault =
                fun value ->
                    if value = 0.0 then
                        "spins are -1 and 1; write 0/1 data as 2x - 1."
                    else
                        "spins are -1 and 1."
            Spin = sbyte
        }

    let private angle: Site<float> =
        {
            Accepts = Double.IsFinite
            Fault = fun _ -> "angles are finite numbers, in radians."
            Spin = XYState.wrapped
        }

    let private accepted (site: Site<'spin>) rows columns (index: int64) (value: float) : 'spin =
        if not (site.Accepts value) then
            let sites = int64 rows * int64 columns
            let row, column = index % sites / int64 columns + 1L, index % int64 columns + 1L
            bad $"snapshot {index / sites + 1L}, row {row}, column {column} is {value}; {site.Fault value}"

        site.Spin value

    /// Every fault of snapshots that are to be written, and of the name.
    let private faults
        (site: Site<'spin>)
        (toFloat: 'spin -> float)
        (path: string)
        (snapshots: LatticeSnapshots<'spin>)
        =
        let check n (spins: 'spin[]) =
            spins
            |> Array.iteri (fun i spin ->
                let index = int64 n * int64 spins.Length + int64 i
                accepted site snapshots.Rows snapshots.Columns index (toFloat spin) |> ignore)

        match nameFaults path @ LatticeSnapshots.faults snapshots with
        | [] when Array.isEmpty snapshots.Sites ->
            [ MiceError.TooFewData("snapshots", 0, 1, "There is nothing to write.") ]
        | [] ->
            try
                snapshots.Sites |> Array.iteri check
                []
            with BadSnapshots fault ->
                [ MiceError.BadFile(path, None, None, fault) ]
        | faults -> faults

    let private write path faults (numPy: Stream -> unit) (spins: Stream -> unit) : Result<unit, MiceError list> =
        try
            if List.isEmpty faults then
                RunStore.saveAtomically path (if endsWith ".npy" path then numPy else spins)
                Ok()
            else
                Error faults
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Error [ MiceError.BadFile(path, None, None, e.Message) ]

    let private header kind source (snapshots: LatticeSnapshots<'spin>) : SpinsHeader =
        {
            Kind = kind
            Rows = snapshots.Rows
            Columns = snapshots.Columns
            Count = snapshots.Sites.Length
            Source = source
        }

    let private shape (snapshots: LatticeSnapshots<'spin>) =
        [ snapshots.Sites.Length; snapshots.Rows; snapshots.Columns ]

    /// <summary>Writes Ising spins.</summary>
    /// <param name="source">What is known of them; only a .spins file keeps it.</param>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">Spins ±1.</param>
    /// <returns>Faults of the name and of the snapshots; BadFile when it cannot be written.</returns>
    let writeSpins
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<unit, MiceError list> =
        write
            path
            (faults ising float path snapshots)
            (NumPyArray.writeInt8 (shape snapshots) snapshots.Sites)
            (SpinsFile.write (header SpinKind.Ising source snapshots) (Seq.map SpinsFile.pack snapshots.Sites))

    /// <summary>Writes angles of XY spins, as they are.</summary>
    /// <param name="source">What is known of them; only a .spins file keeps it.</param>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">Angles in radians.</param>
    /// <returns>Faults of the name and of the snapshots; BadFile when it cannot be written.</returns>
    let writeAngles
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<float>)
        : Result<unit, MiceError list> =
        write
            path
            (faults angle id path snapshots)
            (NumPyArray.writeFloat64 (shape snapshots) snapshots.Sites)
            (SpinsFile.write (header SpinKind.XY source snapshots) (Seq.map SpinsFile.packAngles snapshots.Sites))

    let private ofNumPy (site: Site<'spin>) (check: NumPyHeader -> unit) (stream: Stream) : LatticeSnapshots<'spin> =
        let get read =
            match read with
            | Ok found -> found
            | Error fault -> bad fault

        let header = get (NumPyArray.readHeader stream)
        check header

        match header.Shape with
        | [ count; rows; columns ] ->
            let sites = int64 rows * int64 columns

            if sites > int64 Array.MaxLength then
                bad $"{rows}×{columns} sites are more than Mice reads."

            let spins = Array.init count (fun _ -> Array.zeroCreate (int sites))

            stream
            |> NumPyArray.readValues header (fun i value ->
                spins[int (i / sites)][int (i % sites)] <- accepted site rows columns i value)
            |> get

            {
                Rows = rows
                Columns = columns
                Sites = spins
            }
        | axes -> bad $"it has {axes.Length} axes; snapshots have three: [n][rows][columns]."

    let private read (path: string) (numPy: Stream -> 'a) (spins: Stream -> 'a) : Result<'a, MiceError list> =
        InputFile.read path (fun stream ->
            let start = InputFile.start SpinsFile.magic.Length stream

            try
                if start = SpinsFile.magic then
                    Ok(spins stream)
                elif Array.truncate NumPyArray.magic.Length start = NumPyArray.magic then
                    Ok(numPy stream)
                elif Array.truncate 2 start = "PK"B then
                    bad "this is an archive; give one .npy file of it."
                else
                    bad "this is neither a .npy nor a .spins file."
            with BadSnapshots fault ->
                Error [ MiceError.BadFile(path, None, None, fault) ])

    let private ofSpins kind other unpack (stream: Stream) : LatticeSnapshots<'spin> =
        let header = SpinsFile.openVerified stream

        if header.Kind <> kind then
            bad other

        SpinsFile.snapshots header unpack stream

    /// <summary>Reads Ising spins. In a .npy file they may be numbers of any type, all −1 or +1.</summary>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>MissingFile; BadFile with the place of a number that is no spin.</returns>
    let readSpins (path: string) : Result<LatticeSnapshots<sbyte>, MiceError list> =
        let wrong = "it holds angles of XY spins, not Ising spins."
        read path (ofNumPy ising ignore) (ofSpins SpinKind.Ising wrong SpinsFile.unpack)

    /// <summary>Reads angles of XY spins, which come back wrapped to (−π, π]. In a .npy file they are floats of any size.</summary>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>MissingFile; BadFile with the place of a number that is no angle.</returns>
    let readAngles (path: string) : Result<LatticeSnapshots<float>, MiceError list> =
        let floats (header: NumPyHeader) =
            if header.Kind <> 'f' then
                bad "it holds integers; angles are floats, in radians."

        let wrapped (found: LatticeSnapshots<float>) =
            let wrap n =
                Array.mapi (fun i ->
                    accepted
                        angle
                        found.Rows
                        found.Columns
                        (int64 n * int64 found.Rows * int64 found.Columns + int64 i))

            { found with
                Sites = Array.mapi wrap found.Sites
            }

        let wrong = "it holds Ising spins, not angles of XY spins."
        read path (ofNumPy angle floats) (ofSpins SpinKind.XY wrong SpinsFile.unpackAngles >> wrapped)

    /// <summary>What a .spins file says of the run that drew its snapshots; None when it says nothing, and for a .npy file.</summary>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>MissingFile, BadFile.</returns>
    let readSource (path: string) : Result<SnapshotSource option, MiceError list> =
        read path (fun _ -> None) (fun stream -> (SpinsFile.openVerified stream).Source)
