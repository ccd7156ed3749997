namespace Mice.Denoising

open System
open System.Numerics
open Mice
open Mice.Atoms

/// <summary>Predictions of noise from the waves of the density alone, for noise that is larger than what a network learns: there configurations are nearly ideal
/// gases, and each wave is a normal variable of its own.</summary>
/// <remarks>
/// With ρ_k = Σ exp(i k·y) of noisy positions and its variance N S_σ(k), S_σ(k) = 1 + exp(−k²σ²)(S(k) − 1), S the structure factor without noise, the density of
/// configurations relative to the ideal gas is Π exp(−|ρ_k|² (1/S_σ − 1)/N) over one of each two waves ±k, and the noise of an atom is predicted by −σ times the gradient of
/// its logarithm: σ (2/N) Σ (1/S_σ − 1) Im(ρ_k exp(−i k·y)) k.
/// </remarks>
type DensityModes =
    internal
        {
            /// The first so many coordinates count.
            Dimension: int
            /// Longest wave vector, 1/Å.
            Longest: float
            /// Width of a shell of wave numbers, 1/Å.
            Width: float
            /// S(k) − 1 by shell, mean over training snapshots and over the waves of the shell.
            Excess: float[]
        }

/// Density waves.
[<RequireQualifiedAccess>]
module DensityModes =
    /// exp(−k²σ²) of waves that are left out is smaller than e^−9.
    [<Literal>]
    let private Reach = 3.0

    /// Most shells of wave numbers: with more of them, S of a shell comes from few waves, and a network learns the waves of its snapshots by heart.
    [<Literal>]
    let private Shells = 24

    /// exp(2πi n s) of all atoms for one axis and 0 ≤ n ≤ most: real parts, imaginary parts, [most + 1][atoms].
    let private powers (fractions: float[]) axis most =
        let atoms = fractions.Length / 3
        let re = Array.init (most + 1) (fun _ -> Array.zeroCreate<float> atoms)
        let im = Array.init (most + 1) (fun _ -> Array.zeroCreate<float> atoms)

        for i in 0 .. atoms - 1 do
            let struct (s, c) = Math.SinCos(2.0 * Math.PI * fractions[3 * i + axis])
            re[0][i] <- 1.0

            for n in 1..most do
                re[n][i] <- re[n - 1][i] * c - im[n - 1][i] * s
                im[n][i] <- re[n - 1][i] * s + im[n - 1][i] * c

        struct (re, im)

    /// (re, im) ← (a, b)·(c, ±s), atom by atom.
    let private multiply (a: float[]) (b: float[]) (c: float[]) (s: float[]) (sign: float) (re: float[]) (im: float[]) =
        let lanes = Vector<float>.Count
        let mutable i = 0

        while i <= a.Length - lanes do
            let x, y = Vector<float>(a, i), Vector<float>(b, i)
            let u, v = Vector<float>(c, i), sign * Vector<float>(s, i)
            (x * u - y * v).CopyTo(re, i)
            (x * v + y * u).CopyTo(im, i)
            i <- i + lanes

        while i < a.Length do
            let v = sign * s[i]
            re[i] <- a[i] * c[i] - b[i] * v
            im[i] <- a[i] * v + b[i] * c[i]
            i <- i + 1

    /// Calls a function with every wave of a box with 0 < |k| ≤ longest, one of each two ±k: the wave vector, its length, real and imaginary parts of exp(i k·y)
    /// of all atoms, in arrays that are used again.
    let private forEachWave dimension (cell: Cell) (positions: float[]) longest action =
        let fractions = Cell.fractional cell positions
        let reciprocal = Cell.reciprocal cell |> Array.map (fun x -> 2.0 * Math.PI * x)
        let heights = Cell.heights cell

        let most axis =
            if axis < dimension then
                int (longest * heights[axis] / (2.0 * Math.PI))
            else
                0

        let struct (re0, im0) = powers fractions 0 (most 0)
        let struct (re1, im1) = powers fractions 1 (most 1)
        let struct (re2, im2) = powers fractions 2 (most 2)

        let scratch () =
            Array.zeroCreate<float>(positions.Length / 3)

        let planeRe, planeIm, re, im = scratch (), scratch (), scratch (), scratch ()

        for a in 0 .. most 0 do
            for b in -(most 1) .. most 1 do
                multiply re0[a] im0[a] re1[abs b] im1[abs b] (float (sign b)) planeRe planeIm

                for c in -(most 2) .. most 2 do
                    let along x =
                        float a * reciprocal[x] + float b * reciprocal[3 + x] + float c * reciprocal[6 + x]

                    let k = [| along 0; along 1; along 2 |]
                    let length = sqrt (k[0] * k[0] + k[1] * k[1] + k[2] * k[2])

                    if (a > 0 || b > 0 || (b = 0 && c > 0)) && length <= longest then
                        multiply planeRe planeIm re2[abs c] im2[abs c] (float (sign c)) re im
                        action k length re im

    /// Sum of numbers.
    let private sum (values: float[]) =
        let lanes = Vector<float>.Count
        let mutable parts = Vector<float>.Zero
        let mutable i = 0

        while i <= values.Length - lanes do
            parts <- parts + Vector<float>(values, i)
            i <- i + lanes

        let mutable total = Vector.Sum parts

        while i < values.Length do
            total <- total + values[i]
            i <- i + 1

        total

    /// <summary>The structure factor of training snapshots.</summary>
    /// <param name="dimension">The first so many coordinates count.</param>
    /// <param name="smallest">The smallest noise of which all waves that matter are taken, Å; of smaller noise these waves alone are seen.</param>
    /// <param name="training">Snapshots in these dimensions.</param>
    let create (dimension: int) (smallest: float) (training: Snapshot[]) : DensityModes =
        let longest = Reach / smallest

        let first =
            training
            |> Array.map (fun s -> 2.0 * Math.PI / (Cell.heights s.Cell |> Array.truncate dimension |> Array.max))
            |> Array.max

        let width = max first (longest / float Shells)
        let shells = int (longest / width) + 1
        let sums, counts = Array.zeroCreate<float> shells, Array.zeroCreate<float> shells

        for s in training do
            let atoms = float (Snapshot.count s)

            forEachWave dimension s.Cell s.Positions longest (fun _ length re im ->
                let shell = int (length / width)
                let a, b = sum re, sum im
                sums[shell] <- sums[shell] + (a * a + b * b) / atoms - 1.0
                counts[shell] <- counts[shell] + 1.0)

        {
            Dimension = dimension
            Longest = longest
            Width = width
            Excess = Array.map2 (fun sum n -> if n > 0.0 then sum / n else 0.0) sums counts
        }

    /// <summary>Predictions of the noise.</summary>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="atoms">Noisy atoms.</param>
    /// <returns>[3n].</returns>
    let predict (modes: DensityModes) (atoms: NoisyAtoms) : float[] =
        let n = atoms.Positions.Length / 3
        let found = Array.zeroCreate<float>(3 * n)
        let variance = atoms.Sigma * atoms.Sigma

        forEachWave
            modes.Dimension
            atoms.Cell
            atoms.Positions
            (min modes.Longest (Reach / atoms.Sigma))
            (fun k length re im ->
                let shell = min (modes.Excess.Length - 1) (int (length / modes.Width))
                let s = 1.0 + exp (-length * length * variance) * modes.Excess[shell]
                let factor = atoms.Sigma * 2.0 / float n * (1.0 / s - 1.0)
                let a, b = sum re, sum im

                for i in 0 .. n - 1 do
                    // Im(ρ_k exp(−i k·y)).
                    let w = factor * (b * re[i] - a * im[i])
                    found[3 * i] <- found[3 * i] + w * k[0]
                    found[3 * i + 1] <- found[3 * i + 1] + w * k[1]
                    found[3 * i + 2] <- found[3 * i + 2] + w * k[2])

        found
