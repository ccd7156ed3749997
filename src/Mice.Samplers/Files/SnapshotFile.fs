namespace Mice.Samplers

open System
open System.IO
open Mice

/// <summary>Snapshots of lattices in files: NumPy's .npy, [n][rows][columns] and further axes, or the compact .spins that docs/lattices.md describes.</summary>
/// <remarks>Written is the format that the file's name ends with; which one is read, is told by the content. A file is written as a whole or not at
/// all. Ising spins are int8 of −1 and +1 in a .npy file and one bit each in a .spins file; angles are float64, in radians, in both; states are numbered from
/// 0 on, int8 or one byte each, 2 to 127 of them. A .spins file also says which model the snapshots are of, and a damaged one is refused.</remarks>
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

    /// Kind of the number at a site: which numbers are accepted, the message for other numbers, and the spin of a number.
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

    /// Most states of a spin: they are int8 in .npy files.
    [<Literal>]
    let MostStates = 127

    let private state (states: int) : Site<byte> =
        {
            Accepts = fun value -> value >= 0.0 && value < float states && value = floor value
            Fault = fun _ -> $"states are 0 to {states - 1}."
            Spin = byte
        }

    /// Place of a site for messages, counted from 1: row and column on two axes, all coordinates on other numbers of axes.
    let private placeOf (shape: int[]) (site: int) =
        match LatticeShape.place shape site |> Array.map ((+) 1) with
        | [| row; column |] -> $"row {row}, column {column}"
        | place -> "site (" + (place |> Array.map string |> String.concat ", ") + ")"

    let private accepted (site: Site<'spin>) (shape: int[]) (index: int64) (value: float) : 'spin =
        if not (site.Accepts value) then
            let sites = int64 (LatticeShape.sites shape)
            let place = placeOf shape (int (index % sites))
            bad $"snapshot {index / sites + 1L}, {place} is {value}; {site.Fault value}"

        site.Spin value

    /// Every fault of writing: of the snapshots, of the description of the run, and of the name of the file.
    let private faults
        (site: Site<'spin>)
        (toFloat: 'spin -> float)
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<'spin>)
        =
        let check n (spins: 'spin[]) =
            spins
            |> Array.iteri (fun i spin ->
                let index = int64 n * int64 spins.Length + int64 i
                accepted site snapshots.Shape index (toFloat spin) |> ignore)

        let ofSource = source |> Option.map SpinsFile.sourceFaults |> Option.defaultValue []

        match nameFaults path @ ofSource @ LatticeSnapshots.faults snapshots with
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
            Shape = snapshots.Shape
            Count = snapshots.Sites.Length
            Source = source
            Start = 0
        }

    let private shape (snapshots: LatticeSnapshots<'spin>) =
        snapshots.Sites.Length :: List.ofArray snapshots.Shape

    /// <summary>Writes Ising spins.</summary>
    /// <param name="source">Description of the run that drew the snapshots; only a .spins file stores it.</param>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">Spins ±1.</param>
    /// <returns>Faults of the name and of the snapshots; BadFile when the file cannot be written.</returns>
    let writeSpins
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<sbyte>)
        : Result<unit, MiceError list> =
        write
            path
            (faults ising float source path snapshots)
            (NumPyArray.writeInt8 (shape snapshots) snapshots.Sites)
            (SpinsFile.write (header SpinKind.Ising source snapshots) (Seq.map SpinsFile.pack snapshots.Sites))

    /// <summary>Writes angles of XY spins, as they are.</summary>
    /// <param name="source">Description of the run that drew the snapshots; only a .spins file stores it.</param>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">Angles in radians.</param>
    /// <returns>Faults of the name and of the snapshots; BadFile when the file cannot be written.</returns>
    let writeAngles
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<float>)
        : Result<unit, MiceError list> =
        write
            path
            (faults angle id source path snapshots)
            (NumPyArray.writeFloat64 (shape snapshots) snapshots.Sites)
            (SpinsFile.write (header SpinKind.XY source snapshots) (Seq.map SpinsFile.packAngles snapshots.Sites))

    let private stateFaults (states: int) : MiceError list =
        [
            if states < 2 || states > MostStates then
                MiceError.OutOfRange("states of a spin", string states, $"2 to {MostStates}")
        ]

    /// <summary>Writes spins that are each in one of q states, numbered from 0 on.</summary>
    /// <param name="states">q, the number of states, 2 to 127.</param>
    /// <param name="source">What is known of them; only a .spins file keeps it.</param>
    /// <param name="path">A name that ends in .npy or .spins; what is there is replaced.</param>
    /// <param name="snapshots">States.</param>
    /// <returns>Faults of the name, of the number of states and of the snapshots; BadFile when it cannot be written.</returns>
    let writeStates
        (states: int)
        (source: SnapshotSource option)
        (path: string)
        (snapshots: LatticeSnapshots<byte>)
        : Result<unit, MiceError list> =
        let faults =
            match stateFaults states with
            | [] -> faults (state states) float source path snapshots
            | wrong -> wrong

        write
            path
            faults
            (NumPyArray.writeInt8 (shape snapshots) (Seq.map (Array.map sbyte) snapshots.Sites))
            (SpinsFile.write (header (SpinKind.States states) source snapshots) snapshots.Sites)

    let private ofNumPy (site: Site<'spin>) (check: NumPyHeader -> unit) (stream: Stream) : LatticeSnapshots<'spin> =
        let get read =
            match read with
            | Ok found -> found
            | Error fault -> bad fault

        let header = get (NumPyArray.readHeader stream)
        check header

        match header.Shape with
        | count :: (_ :: _ :: _ as sides) ->
            let shape = Array.ofList sides

            if sides |> List.exists (fun side -> side < 1) then
                bad $"its snapshots have {LatticeShape.text shape} sites."

            if sides |> List.fold (fun n side -> n * bigint side) 1I > bigint Array.MaxLength then
                bad $"{LatticeShape.text shape} sites are more than Mice reads."

            let sites = LatticeShape.sites shape
            let spins = Array.init count (fun _ -> Array.zeroCreate sites)

            stream
            |> NumPyArray.readValues header (fun i value ->
                spins[int (i / int64 sites)][int (i % int64 sites)] <- accepted site shape i value)
            |> get

            { Shape = shape; Sites = spins }
        | axes ->
            bad
                $"it has {axes.Length} axes; snapshots have three or more: [n][rows][columns], and further axes between."

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
        let wrong = "it holds no Ising spins, ±1."
        read path (ofNumPy ising ignore) (ofSpins SpinKind.Ising wrong SpinsFile.unpack)

    /// <summary>Reads angles of XY spins, which come back wrapped to (−π, π]. In a .npy file they are floats of any size.</summary>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>MissingFile; BadFile with the place of a number that is no angle.</returns>
    let readAngles (path: string) : Result<LatticeSnapshots<float>, MiceError list> =
        let floats (header: NumPyHeader) =
            if header.Kind <> 'f' then
                bad "it holds integers; angles are floats, in radians."

        let wrapped (found: LatticeSnapshots<float>) =
            let sites = int64 (LatticeSnapshots.sites found)

            let wrap n =
                Array.mapi (fun i -> accepted angle found.Shape (int64 n * sites + int64 i))

            { found with
                Sites = Array.mapi wrap found.Sites
            }

        let wrong = "it holds no angles of XY spins."
        read path (ofNumPy angle floats) (ofSpins SpinKind.XY wrong SpinsFile.unpackAngles >> wrapped)

    /// <summary>Reads spins that are each in one of some states. In a .npy file they may be numbers of any type, 0, 1 and so on.</summary>
    /// <param name="states">How many states there are; None where the file says it, as a .spins file does.</param>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>The number of states, and the snapshots; MissingFile; OutOfRange for the number of states; BadFile with the place of a number that is no state, and
    /// for a number of states that is not known or is another one in the file.</returns>
    let readStates (states: int option) (path: string) : Result<struct (int * LatticeSnapshots<byte>), MiceError list> =
        let numPy stream =
            match states with
            | Some states -> struct (states, ofNumPy (state states) ignore stream)
            | None -> bad "it does not say how many states there are; say it."

        let spins stream =
            let header = SpinsFile.openVerified stream

            match header.Kind, states with
            | SpinKind.States own, Some other when own <> other -> bad $"its spins have {own} states, not {other}."
            | SpinKind.States own, _ ->
                let check n i value =
                    let index = int64 n * int64 (LatticeShape.sites header.Shape) + int64 i
                    accepted (state own) header.Shape index (float value) |> ignore

                let found = SpinsFile.snapshots header (fun _ packed -> Array.copy packed) stream
                found.Sites |> Array.iteri (fun n -> Array.iteri (check n))
                struct (own, found)
            | _ -> bad "it holds no spins of some states."

        match states |> Option.map stateFaults |> Option.defaultValue [] with
        | [] -> read path numPy spins
        | faults -> Error faults

    /// <summary>What a .spins file says of the run that drew its snapshots; None when it says nothing, and for a .npy file.</summary>
    /// <param name="path">A .npy or .spins file, whatever its name.</param>
    /// <returns>MissingFile, BadFile.</returns>
    let readSource (path: string) : Result<SnapshotSource option, MiceError list> =
        read path (fun _ -> None) (fun stream -> (SpinsFile.openVerified stream).Source)
