namespace Mice.Denoising

open System
open Mice
open Mice.Atoms
open Mice.Tensors

/// <summary>A crystal as independent normal waves of displacements: the covariance of each comes from training snapshots, averaged over the translations of the lattice and,
/// for a cubic crystal with one atom in each of its cells, over the 48 operations of a cube.</summary>
/// <remarks>The common displacement, which displacements are without, is uniform in the box.</remarks>
type CrystalModes =
    internal
        {
            /// Displacements as amplitudes of waves.
            Waves: CrystalWaves
            /// For each block of amplitudes that depend on each other its rows.
            Rows: int[][]
            /// For each block the variances of its independent amplitudes, [d], Å².
            Variances: float[][]
            /// For each block the vectors of these amplitudes, one behind the other, [d·d].
            Axes: float[][]
        }

    /// The sites.
    member internal this.Crystal = this.Waves.Crystal

/// Waves of crystals.
[<RequireQualifiedAccess>]
module CrystalModes =
    /// Amplitudes of an atom's positions.
    let private amplitudes (waves: CrystalWaves) (cell: Cell) (positions: float[]) =
        CrystalSites.displacements waves.Crystal cell positions |> CrystalWaves.amplitudes waves

    /// Amplitudes of the rows of a block, one behind the other.
    let private ofRows width (amplitudes: float[]) (rows: int[]) =
        rows |> Array.collect (fun row -> Array.sub amplitudes (row * width) width)

    /// Mean of the products of amplitudes.
    let private covariance (all: float[][]) : float[,] =
        Array2D.init all[0].Length all[0].Length (fun i j -> all |> Array.averageBy (fun w -> w[i] * w[j]))

    /// The covariance of cos and sin of a wave averaged over where the wave begins: [[A, −B], [B, A]].
    let private overPhase (c: float[,]) : float[,] =
        let half = Array2D.length1 c / 2

        Array2D.init (2 * half) (2 * half) (fun i j ->
            let a, b = i % half, j % half
            let same = 0.5 * (c[a, b] + c[half + a, half + b])
            let turned = 0.5 * (c[half + a, b] - c[a, half + b])

            if i / half = j / half then same
            elif i >= half then turned
            else -turned)

    /// Variances of independent amplitudes and their vectors, one behind the other. Rounding may leave a variance of nothing below 0.
    let private principal (covariance: float[,]) : float[] * float[] =
        let d = Array2D.length1 covariance

        Tensor.scope (fun () ->
            let struct (variances, vectors) =
                Array.init (d * d) (fun i -> covariance[i / d, i % d]) |> Tensor.ofArray [ d; d ] |> Linalg.eigh

            Tensor.toArray<float> variances |> Array.map (max 0.0),
            Tensor.transpose 0 1 vectors |> Tensor.toArray<float>)

    /// How far the edges and angles of a box may be from those of a cube, as a share of the edge.
    [<Literal>]
    let private FromCube = 0.01

    let private isCube (cell: Cell) =
        let v = cell.Vectors

        let product i j =
            Seq.sum (Seq.init 3 (fun k -> v[3 * i + k] * v[3 * j + k]))

        let square = product 0 0

        Seq.allPairs [ 0; 1; 2 ] [ 0; 1; 2 ]
        |> Seq.forall (fun (i, j) -> abs (product i j - (if i = j then square else 0.0)) <= FromCube * square)

    /// Covariances of the amplitudes of single rows, the same for cos and sin: a lattice with one atom in a cell looks the same from behind.
    let private byCube (waves: CrystalWaves) (all: float[][]) : CrystalModes =
        let own =
            waves.Rows
            |> Array.map (fun rows ->
                covariance
                    [|
                        for w in all do
                            yield! rows |> Array.map (fun row -> Array.sub w (3 * row) 3)
                    |])

        // k'ₓ = signₓ k(orderₓ), so that C(k)[orderᵢ, orderⱼ] = signᵢ signⱼ C(k')[i, j].
        let mean (images: (int * int[] * int[])[]) =
            let sum = Array2D.zeroCreate 3 3

            for wave, order, signs in images do
                for i in 0..2 do
                    for j in 0..2 do
                        let turned = float (signs[i] * signs[j]) * own[wave][i, j]
                        sum[order[i], order[j]] <- sum[order[i], order[j]] + turned / float images.Length

            sum

        let blocks = CrystalWaves.cubicImages waves |> Array.map (mean >> principal)

        let forRows choose =
            Array.map2 (fun (rows: int[]) block -> Array.replicate rows.Length (choose block)) waves.Rows blocks
            |> Array.concat

        {
            Waves = waves
            Rows = waves.Rows |> Array.collect (Array.map Array.singleton)
            Variances = forRows fst
            Axes = forRows snd
        }

    /// Covariances of cos and sin of each wave together.
    let private byWave (waves: CrystalWaves) (all: float[][]) : CrystalModes =
        let blocks =
            waves.Rows
            |> Array.map (fun rows ->
                let c =
                    all |> Array.map (fun w -> ofRows (CrystalWaves.width waves) w rows) |> covariance

                principal (if rows.Length = 2 then overPhase c else c))

        {
            Waves = waves
            Rows = waves.Rows
            Variances = Array.map fst blocks
            Axes = Array.map snd blocks
        }

    /// <summary>The waves of a crystal from training snapshots.</summary>
    /// <param name="symmetry">Cubic: covariances are averaged over the operations of a cube, where each cell has one atom and the box is a cube.</param>
    /// <param name="crystal">The sites.</param>
    /// <param name="training">The snapshots.</param>
    let create (symmetry: Symmetry) (crystal: CrystalSites) (training: Snapshot[]) : CrystalModes =
        let waves = CrystalWaves.create crystal
        let all = training |> Array.map (fun s -> amplitudes waves s.Cell s.Positions)

        if symmetry = Symmetry.Cubic && crystal.Places = 1 && training |> Array.forall (fun s -> isCube s.Cell) then
            byCube waves all
        else
            byWave waves all

    /// Independent amplitudes of a block.
    let private independent (axes: float[]) (w: float[]) : float[] =
        let d = w.Length
        Array.init d (fun a -> Seq.sum (Seq.init d (fun i -> axes[a * d + i] * w[i])))

    /// <summary>Predictions of the noise, σ (C + σ²)⁻¹ w for each block of amplitudes: the best where waves are normal and independent.</summary>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="atoms">Noisy atoms.</param>
    /// <returns>[3n].</returns>
    let predict (modes: CrystalModes) (atoms: NoisyAtoms) : float[] =
        let width = CrystalWaves.width modes.Waves
        let w = amplitudes modes.Waves atoms.Cell atoms.Positions
        let found = Array.zeroCreate<float> w.Length

        for b in 0 .. modes.Rows.Length - 1 do
            let rows = modes.Rows[b]
            let axes, variances = modes.Axes[b], modes.Variances[b]
            let d = variances.Length
            let own = ofRows width w rows |> independent axes

            for a in 0 .. d - 1 do
                let share = atoms.Sigma / (variances[a] + atoms.Sigma * atoms.Sigma) * own[a]

                for i in 0 .. d - 1 do
                    let place = rows[i / width] * width + i % width
                    found[place] <- found[place] + share * axes[a * d + i]

        CrystalWaves.displacements modes.Waves found

    /// ln n!.
    let private logFactorial (n: int) =
        Seq.sum (Seq.init n (fun i -> log (float (i + 1))))

    /// <summary>−ln q of noisy positions, q the density of the normal waves with noise, relative to the ideal gas of the same density: on average an upper bound on the
    /// excess entropy of noisy snapshots.</summary>
    /// <remarks>½ Σ [d ln 2π + ln det(C + σ²) + wᵀ(C + σ²)⁻¹w] over blocks, without the three common displacements; these are uniform in the
    /// box, in units of Å/√N; and atoms of one species may sit on their sites in any order, of which one in M is the same crystal as another, moved.</remarks>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="species">Of the atoms.</param>
    /// <param name="atoms">The noisy positions.</param>
    /// <returns>k_B per atom.</returns>
    let surpriseOf (modes: CrystalModes) (species: int[]) (atoms: NoisyAtoms) : float =
        let width = CrystalWaves.width modes.Waves
        let n = species.Length
        let variance = atoms.Sigma * atoms.Sigma
        let w = amplitudes modes.Waves atoms.Cell atoms.Positions

        let block b =
            let own = ofRows width w modes.Rows[b] |> independent modes.Axes[b]

            Array.map2
                (fun spread amplitude ->
                    0.5 * (log (2.0 * Math.PI * (spread + variance)) + amplitude * amplitude / (spread + variance)))
                modes.Variances[b]
                own
            |> Array.sum

        let common = 1.5 * log (2.0 * Math.PI * variance)
        let volume = log (Cell.volume atoms.Cell)
        let orders = species |> Array.countBy id |> Array.sumBy (snd >> logFactorial)

        (Seq.sumBy block (seq { 0 .. modes.Rows.Length - 1 }) - common + 1.5 * log (float n) + volume
         - log (float (TranslationGroup.count modes.Crystal.Group))
         + orders
         - float n * volume)
        / float n
