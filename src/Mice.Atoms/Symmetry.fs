namespace Mice.Atoms

open System
open Mice

/// <summary>The symmetry of a system, declared by its user: all operations under which its ensemble does not change.</summary>
/// <remarks>A pass may run along the image of an axis under any of them, and one network learns all these passes.</remarks>
[<RequireQualifiedAccess>]
type Symmetry =
    /// Every rotation and reflection: liquids, gases, glasses.
    | Isotropic
    /// The axes may be exchanged and reversed (48 operations in three dimensions): cubic crystals with ⟨100⟩ along x, y, z.
    | Cubic
    /// None: the pass runs along +z (the last axis) only.
    | None

/// Random operations of a symmetry.
[<RequireQualifiedAccess>]
module Symmetry =
    /// The name that the command line and reports use.
    let name (symmetry: Symmetry) : string =
        match symmetry with
        | Symmetry.Isotropic -> "isotropic"
        | Symmetry.Cubic -> "cubic"
        | Symmetry.None -> "none"

    /// <summary>Finds a symmetry by its name.</summary>
    /// <returns>Errors: UnknownName.</returns>
    let ofName (text: string) : Result<Symmetry, MiceError> =
        let known = [ Symmetry.Isotropic; Symmetry.Cubic; Symmetry.None ]

        match known |> List.tryFind (fun s -> name s = text.Trim().ToLowerInvariant()) with
        | Some symmetry -> Ok symmetry
        | None -> Error(MiceError.UnknownName("symmetry", text, known |> List.map name))

    let private identity () =
        Array.init 9 (fun i -> if i % 4 = 0 then 1.0 else 0.0)

    /// A uniformly distributed rotation of space from a random unit quaternion.
    let private rotation (generator: Generator) =
        let q = Array.init 4 (fun _ -> generator.NextNormal())
        let norm = sqrt (q |> Array.sumBy (fun v -> v * v))
        let a, b, c, d = q[0] / norm, q[1] / norm, q[2] / norm, q[3] / norm

        [|
            a * a + b * b - c * c - d * d
            2.0 * (b * c - a * d)
            2.0 * (b * d + a * c)
            2.0 * (b * c + a * d)
            a * a - b * b + c * c - d * d
            2.0 * (c * d - a * b)
            2.0 * (b * d - a * c)
            2.0 * (c * d + a * b)
            a * a - b * b - c * c + d * d
        |]

    let private isotropic dimension (generator: Generator) =
        let sign = if generator.NextInt 2 = 0 then 1.0 else -1.0

        match dimension with
        | 3 -> rotation generator |> Array.map (fun v -> sign * v)
        | 2 ->
            let angle = 2.0 * Math.PI * generator.NextFloat()
            let c, s = cos angle, sin angle
            [| sign * c; sign * s; 0.0; -s; c; 0.0; 0.0; 0.0; 1.0 |]
        | _ ->
            let matrix = identity ()
            matrix[0] <- sign
            matrix

    let private signedPermutation dimension (generator: Generator) =
        let order = Array.init dimension id
        generator.Shuffle order
        let matrix = identity ()

        for row in 0 .. dimension - 1 do
            for column in 0 .. dimension - 1 do
                matrix[3 * row + column] <- 0.0

            matrix[3 * row + order[row]] <- if generator.NextInt 2 = 0 then 1.0 else -1.0

        matrix

    /// <summary>A random operation, all with equal probability.</summary>
    /// <param name="dimension">1, 2 or 3; axes beyond it stay as they are.</param>
    /// <param name="symmetry">What the operation is drawn from.</param>
    /// <param name="generator">Where the random numbers come from.</param>
    /// <returns>[9], a row-major orthogonal 3×3 matrix. Row dimension − 1 is the direction of the pass.</returns>
    let operation (dimension: int) (symmetry: Symmetry) (generator: Generator) : float[] =
        match symmetry with
        | Symmetry.Isotropic -> isotropic dimension generator
        | Symmetry.Cubic -> signedPermutation dimension generator
        | Symmetry.None -> identity ()
