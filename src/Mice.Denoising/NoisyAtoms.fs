namespace Mice.Denoising

open Mice
open Mice.Atoms

/// <summary>A configuration with noise: y = x + σ ε, wrapped into the box.</summary>
type NoisyAtoms =
    {
        /// The box.
        Cell: Cell
        /// [3n] y, Å.
        Positions: float[]
        /// σ, Å.
        Sigma: float
        /// [3n] ε; 0 along axes that do not count.
        Noise: float[]
    }

[<RequireQualifiedAccess>]
module internal NoisyAtoms =
    /// Atoms of a snapshot that count as noisy, whatever their noise is.
    let ofSnapshot (sigma: float) (snapshot: Snapshot) : NoisyAtoms =
        {
            Cell = snapshot.Cell
            Positions = snapshot.Positions
            Sigma = sigma
            Noise = [||]
        }

    /// Adds σ ε to positions.
    let withNoise (cell: Cell) (positions: float[]) (sigma: float) (noise: float[]) : NoisyAtoms =
        {
            Cell = cell
            Positions = Array.map2 (fun x e -> x + sigma * e) positions noise |> Cell.wrap cell
            Sigma = sigma
            Noise = noise
        }

    /// <summary>Standard normal noise.</summary>
    /// <param name="dimension">The first so many coordinates get noise.</param>
    /// <param name="atoms">Number of atoms.</param>
    /// <param name="key">Randomness.</param>
    let noise (dimension: int) (atoms: int) (key: Key) : float[] =
        let generator = Key.generator key
        Array.init (3 * atoms) (fun i -> if i % 3 < dimension then generator.NextNormal() else 0.0)
