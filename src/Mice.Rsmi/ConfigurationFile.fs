namespace Mice.Rsmi

open System.IO
open Mice
open Mice.Samplers

/// <summary>What the numbers of a file of configurations are.</summary>
[<RequireQualifiedAccess>]
type ConfigurationKind =
    /// Any finite numbers; ±1 alone are spins.
    | Numbers
    /// Spins ±1.
    | Spins
    /// Masses, 0 or more.
    | Masses
    /// Directions of the dimers of a square torus: 0 right, 1 down, 2 left, 3 up.
    | Dimers

/// <summary>Configurations in NumPy's .npy files: [n][sites along each axis], or [n][channels][sites along each axis].</summary>
[<RequireQualifiedAccess>]
module ConfigurationFile =
    /// Kinds by name.
    let kinds: (string * ConfigurationKind) list =
        [
            "numbers", ConfigurationKind.Numbers
            "spins", ConfigurationKind.Spins
            "masses", ConfigurationKind.Masses
            "dimers", ConfigurationKind.Dimers
        ]

    let private bad path fault =
        Error [ MiceError.BadFile(path, None, None, fault) ]

    /// Numbers that a file may have: 8 GiB of them.
    [<Literal>]
    let private MostNumbers = 2147483591L

    let private values (path: string) : Result<int list * float32[], MiceError list> =
        if not (File.Exists path) then
            Error [ MiceError.MissingFile path ]
        else
            use stream = File.OpenRead path

            let read (header: NumPyHeader) =
                let count = header.Shape |> List.fold (fun product n -> product * int64 n) 1L

                if count > MostNumbers then
                    Error $"it holds {count} numbers, {MostNumbers} are possible."
                else
                    let found = Array.zeroCreate<float32>(int count)

                    NumPyArray.readValues header (fun index value -> found[int index] <- float32 value) stream
                    |> Result.map (fun () -> header.Shape, found)

            NumPyArray.readHeader stream
            |> Result.bind read
            |> Result.mapError (fun fault -> [ MiceError.BadFile(path, None, None, fault) ])

    /// The first number that is not allowed.
    let private unlike (allowed: float32 -> bool) (found: float32[]) =
        found |> Array.tryFindIndex (allowed >> not)

    let private allowedOf (kind: ConfigurationKind) : struct (string * (float32 -> bool)) =
        match kind with
        | ConfigurationKind.Numbers -> struct ("a finite number", System.Single.IsFinite)
        | ConfigurationKind.Spins -> struct ("−1 or +1", (fun x -> x = 1.0f || x = -1.0f))
        | ConfigurationKind.Masses -> struct ("a mass, 0 or more", (fun x -> System.Single.IsFinite x && x >= 0.0f))
        | ConfigurationKind.Dimers ->
            struct ("a direction: 0, 1, 2 or 3", (fun x -> x = floor x && x >= 0.0f && x <= 3.0f))

    let private lattice (shape: int list) (isPeriodic: bool) (channels: int) : SiteLattice =
        {
            Shape = Array.ofList shape
            Periodic = Array.create shape.Length isPeriodic
            Channels = channels
        }

    /// Bonds of coverings.
    let private bonds (path: string) (shape: int list) (configurations: float32[][]) =
        match shape with
        | [ rows; columns ] ->
            let model: DimerModel =
                {
                    Rows = rows
                    Columns = columns
                    Temperature = infinity
                }

            let coverings = configurations |> Array.map (Array.map byte)

            let faults =
                DimerModel.faults model
                @ (coverings
                   |> Seq.indexed
                   |> Seq.map (fun (i, c) -> i, DimerModel.coveringFaults model c)
                   |> Seq.tryFind (snd >> List.isEmpty >> not)
                   |> Option.map (fun (i, faults) ->
                       let first = faults |> List.map MiceError.message |> List.head
                       MiceError.BadFile(path, None, None, $"configuration {i + 1}: {first}"))
                   |> Option.toList)

            if faults.IsEmpty then
                Ok(coverings |> Array.map (DimerModel.bonds >> Array.map float32))
            else
                Error faults
        | _ -> bad path "coverings by dimers have two axes behind the first one: rows and columns."

    /// <summary>Reads configurations.</summary>
    /// <param name="kind">What the numbers are.</param>
    /// <param name="channels">Degrees of freedom of a site; above 1 the second axis of the file counts them.</param>
    /// <param name="isPeriodic">Whether opposite borders meet.</param>
    /// <param name="perGroup">Consecutive configurations that may depend on each other.</param>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile; BadFile for another form, with the place of a number that is not what it should be; OutOfRange.</returns>
    let read
        (kind: ConfigurationKind)
        (channels: int)
        (isPeriodic: bool)
        (perGroup: int)
        (path: string)
        : Result<RsmiSource, MiceError list> =
        validate {
            let! () = Validate.atLeast 1 "the number of channels" channels
            let! shape, found = values path

            let! sites =
                match shape with
                | _ :: first :: (_ :: _ as rest) when channels > 1 && first = channels -> Ok rest
                | _ :: (_ :: _ as rest) when channels = 1 -> Ok rest
                | _ ->
                    let lengths = shape |> List.map string |> String.concat ", "

                    bad
                        path
                        $"its axes are {lengths} long; wanted are configurations, then {channels} channels if there are several, then sites."

            let struct (allowed, isAllowed) = allowedOf kind
            let size = found.Length / max 1 shape.Head

            let! () =
                match unlike isAllowed found with
                | Some i ->
                    [
                        MiceError.BadFile(
                            path,
                            None,
                            None,
                            $"configuration {i / size + 1}: number {i % size + 1} is {found[i]}, not {allowed}."
                        )
                    ]
                | None -> []

            let configurations = if size = 0 then [||] else Array.chunkBySize size found
            let settings = [ "file", Path.GetFileName path ]

            return!
                match kind with
                | ConfigurationKind.Dimers ->
                    bonds path sites configurations
                    |> Result.map (fun bonds ->
                        { RsmiSource.ofArrays (lattice sites true 2) perGroup settings bonds with
                            Origins = Array.create 2 RsmiSource.DimersPerBond
                        })
                | _ -> Ok(RsmiSource.ofArrays (lattice sites isPeriodic channels) perGroup settings configurations)
        }
