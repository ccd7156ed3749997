namespace Mice.Entropy

open Mice
open Mice.Atoms

/// <summary>How the entropy of the atoms of one phase is estimated: a method with its options.</summary>
[<RequireQualifiedAccess>]
type ParticleMethod =
    /// By the noise that networks find, see <c>DenoisingEntropy</c>.
    | Denoising of DenoisingOptions
    /// Atom by atom along random passes, see <c>ScanEntropy</c>.
    | Scan of ScanOptions

/// Methods by name, and what they share.
[<RequireQualifiedAccess>]
module ParticleMethod =
    /// The name of a method.
    let name (method: ParticleMethod) : string =
        match method with
        | ParticleMethod.Denoising _ -> "denoising"
        | ParticleMethod.Scan _ -> "scan"

    /// The methods, each with its default options and with those of a short run.
    let private known =
        [
            struct (ParticleMethod.Denoising DenoisingOptions.defaults, ParticleMethod.Denoising DenoisingOptions.quick)
            struct (ParticleMethod.Scan ScanOptions.defaults, ParticleMethod.Scan ScanOptions.quick)
        ]

    /// Names of all methods.
    let names: string list = known |> List.map (fun struct (usual, _) -> name usual)

    /// <summary>A method with its default options.</summary>
    /// <param name="quick">Options of a short run instead, with which bounds are looser.</param>
    /// <param name="word">One of names.</param>
    /// <returns>Errors: UnknownName.</returns>
    let ofName (quick: bool) (word: string) : Result<ParticleMethod, MiceError list> =
        match known |> List.tryFind (fun struct (usual, _) -> name usual = word) with
        | Some(struct (usual, short)) -> Ok(if quick then short else usual)
        | None -> Error [ MiceError.UnknownName("method", word, names) ]

    /// The same for a system of another symmetry.
    let withSymmetry (symmetry: Symmetry) (method: ParticleMethod) : ParticleMethod =
        match method with
        | ParticleMethod.Denoising o -> ParticleMethod.Denoising { o with Symmetry = symmetry }
        | ParticleMethod.Scan o -> ParticleMethod.Scan { o with Symmetry = symmetry }

    /// The same for a declared kind of phase; a scan is the same for all.
    let withPhase (phase: DenoisingPhase) (method: ParticleMethod) : ParticleMethod =
        match method with
        | ParticleMethod.Denoising o -> ParticleMethod.Denoising { o with Phase = Some phase }
        | ParticleMethod.Scan _ -> method

    /// Paths of noise that are enough for a bound.
    [<Literal>]
    let private PathsOfBound = 2

    /// The same without what tells how loose its bound is, for snapshots of which −ln p is not known.
    let boundAlone (method: ParticleMethod) : ParticleMethod =
        match method with
        | ParticleMethod.Denoising o ->
            ParticleMethod.Denoising
                { o with
                    Paths = min PathsOfBound o.Paths
                }
        | ParticleMethod.Scan _ -> method

    /// <summary>Checks all options and reports every fault, not only the first.</summary>
    /// <param name="method">The method.</param>
    /// <returns>Errors: OutOfRange.</returns>
    let check (method: ParticleMethod) : Result<ParticleMethod, MiceError list> =
        match method with
        | ParticleMethod.Denoising o -> DenoisingOptions.check o |> Result.map ParticleMethod.Denoising
        | ParticleMethod.Scan o -> ScanOptions.check o |> Result.map ParticleMethod.Scan

    /// Name and every setting by name, as reports and checkpoints state them.
    let describe (method: ParticleMethod) : (string * string) list =
        ("method", name method)
        :: match method with
           | ParticleMethod.Denoising o -> DenoisingOptions.describe o
           | ParticleMethod.Scan o -> ScanOptions.describe o
