namespace Mice.Denoising

open System
open System.Collections.Generic
open Mice
open Mice.Atoms
open Mice.Tensors

/// <summary>A crystal as independent normal waves of displacements: the covariance of each comes from training snapshots, averaged over the translations of the lattice and,
/// for a cubic crystal with one atom in each of its cells, over the 48 operations of a cube.</summary>
/// <remarks>With Q the orthogonal matrix of the waves of a lattice of M cells, cos and sin of each, w = Q u are their amplitudes, 3·(atoms of a cell) numbers for each row of
/// Q. The common displacement, which u is without, is uniform in the box.</remarks>
type CrystalModes =
    internal
        {
            /// The sites.
            Crystal: CrystalSites
            /// [cells; cells] Q, float64: cos or sin of a wave in each row.
            Waves: Tensor
            /// For each block of amplitudes that depend on each other its rows of Q.
            Rows: int[][]
            /// For each block the variances of its independent amplitudes, [d], Å².
            Variances: float[][]
            /// For each block the vectors of these amplitudes, one behind the other, [d·d].
            Axes: float[][]
        }

/// Waves of crystals.
[<RequireQualifiedAccess>]
module CrystalModes =
    let private cells (crystal: CrystalSites) = crystal.Translations.Length / 3

    /// The phase of every translation in a wave with three whole numbers, in units of 2π/M, from 0 to M − 1.
    let private phases (crystal: CrystalSites) (n: int[]) : int[] =
        let m, t = cells crystal, crystal.Translations

        Array.init m (fun g ->
            let turns =
                float n[0] * t[3 * g] + float n[1] * t[3 * g + 1] + float n[2] * t[3 * g + 2]

            ((int (Math.Round(turns * float m)) % m) + m) % m)

    /// A number for the phases of a wave: another for every wave, but for one pair of waves in 10¹⁹.
    let private name (phases: int[]) : uint64 =
        phases |> Array.fold (fun hash p -> (hash ^^^ uint64 p) * 0x9E3779B97F4A7C15UL + (hash >>> 29)) 1UL

    /// Three whole numbers for each of the M waves, those of the shortest wave vectors, with the phases.
    let private waves (crystal: CrystalSites) (cell: Cell) : (int[] * int[])[] =
        let reciprocal = Cell.reciprocal cell

        let squared (n: int[]) =
            let along x =
                Seq.sum (Seq.init 3 (fun i -> float n[i] * reciprocal[3 * i + x]))

            along 0 ** 2.0 + along 1 ** 2.0 + along 2 ** 2.0

        let within reach =
            [|
                for a in -reach .. reach do
                    for b in -reach .. reach do
                        for c in -reach .. reach -> [| a; b; c |]
            |]
            |> Array.sortBy squared
            |> Array.map (fun n -> n, phases crystal n)
            |> Array.distinctBy (snd >> name)

        // The wave vectors of the lattice are found with as many whole numbers as there are cells along a vector of the box.
        Seq.initInfinite (fun i -> within (4 * (i + 1)))
        |> Seq.find (fun found -> found.Length >= cells crystal)

    /// The operations of a cube: which axis each axis becomes, and with which sign.
    let private cubic =
        [|
            for order in
                [
                    [| 0; 1; 2 |]
                    [| 0; 2; 1 |]
                    [| 1; 0; 2 |]
                    [| 1; 2; 0 |]
                    [| 2; 0; 1 |]
                    [| 2; 1; 0 |]
                ] do
                for signs in 0..7 -> order, Array.init 3 (fun k -> if signs >>> k &&& 1 = 1 then -1 else 1)
        |]

    /// Amplitudes of displacements, [cells; 3·atoms of a cell].
    let private amplitudes (crystal: CrystalSites) (q: Tensor) (displacements: float[]) : float[] =
        let width = 3 * crystal.Places
        let byCell = Array.zeroCreate<float> displacements.Length

        for i in 0 .. crystal.Place.Length - 1 do
            for k in 0..2 do
                byCell[crystal.Cell[i] * width + 3 * crystal.Place[i] + k] <- displacements[3 * i + k]

        Tensor.scope (fun () ->
            Tensor.ofArray [ cells crystal; width ] byCell |> Tensor.matmul q |> Tensor.toArray<float>)

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

    /// The rows of Q for waves, of which one of each two ±k is taken.
    let private rowsOf (crystal: CrystalSites) (all: (int[] * int[])[]) =
        let m = cells crystal
        let seen = HashSet<uint64>()

        [|
            for n, p in all do
                let opposite = p |> Array.map (fun x -> (m - x) % m)

                if seen.Add(name p) then
                    seen.Add(name opposite) |> ignore

                    let turn f =
                        p |> Array.map (fun x -> f (2.0 * Math.PI * float x / float m))

                    if opposite = p then
                        let scale = 1.0 / sqrt (float m)
                        n, p, [| turn cos |> Array.map ((*) scale) |]
                    else
                        let scale = sqrt (2.0 / float m)
                        n, p, [| turn cos |> Array.map ((*) scale); turn sin |> Array.map ((*) scale) |]
        |]

    /// <summary>The waves of a crystal from training snapshots.</summary>
    /// <param name="symmetry">Cubic: covariances are averaged over the operations of a cube, where each cell has one atom.</param>
    /// <param name="crystal">The sites.</param>
    /// <param name="training">The snapshots.</param>
    let create (symmetry: Symmetry) (crystal: CrystalSites) (training: Snapshot[]) : CrystalModes =
        let m, width = cells crystal, 3 * crystal.Places
        let found = waves crystal training[0].Cell |> rowsOf crystal

        let q =
            found |> Array.collect (fun (_, _, rows) -> Array.concat rows) |> Tensor.ofArray [ m; m ]

        let starts = found |> Array.scan (fun at (_, _, rows) -> at + rows.Length) 0

        let rows =
            found |> Array.mapi (fun i (_, _, own) -> Array.init own.Length (fun r -> starts[i] + r))

        let all =
            training
            |> Array.map (fun s -> CrystalSites.displacements crystal s.Cell s.Positions |> amplitudes crystal q)

        if symmetry = Symmetry.Cubic && crystal.Places = 1 then
            let wave = Dictionary<uint64, int>()

            found
            |> Array.iteri (fun i (_, p, _) ->
                wave[name p] <- i
                wave[p |> Array.map (fun x -> (m - x) % m) |> name] <- i)

            // cos and sin of one wave have the same covariance, and none with each other: a lattice looks the same from behind.
            let own =
                rows
                |> Array.map (fun rows ->
                    covariance
                        [|
                            for w in all do
                                for row in rows -> Array.sub w (row * width) width
                        |])

            let mean (n: int[]) =
                let turned =
                    cubic
                    |> Array.map (fun (order, signs) ->
                        let image = Array.init 3 (fun k -> signs[k] * n[order[k]])
                        let c = own[wave[name (phases crystal image)]]
                        // k'ₖ = signₖ k(orderₖ), so that C(k)[orderᵢ, orderⱼ] = signᵢ signⱼ C(k')[i, j].
                        let back = Array2D.zeroCreate 3 3

                        for i in 0..2 do
                            for j in 0..2 do
                                back[order[i], order[j]] <- float (signs[i] * signs[j]) * c[i, j]

                        back)

                Array2D.init 3 3 (fun i j -> turned |> Array.averageBy (fun c -> c[i, j]))

            let means = found |> Array.map (fun (n, _, _) -> mean n)

            let blocks = means |> Array.map principal

            let forRows choose =
                Array.map2 (fun (rows: int[]) block -> Array.replicate rows.Length (choose block)) rows blocks
                |> Array.concat

            {
                Crystal = crystal
                Waves = q
                Rows = rows |> Array.collect (Array.map Array.singleton)
                Variances = forRows fst
                Axes = forRows snd
            }
        else
            let blocks =
                rows
                |> Array.map (fun rows ->
                    let c = all |> Array.map (fun w -> ofRows width w rows) |> covariance
                    principal (if rows.Length = 2 then overPhase c else c))

            {
                Crystal = crystal
                Waves = q
                Rows = rows
                Variances = Array.map fst blocks
                Axes = Array.map snd blocks
            }

    /// Independent amplitudes of a block.
    let private independent (axes: float[]) (w: float[]) : float[] =
        let d = w.Length
        Array.init d (fun a -> Seq.sum (Seq.init d (fun i -> axes[a * d + i] * w[i])))

    /// <summary>Predictions of the noise, σ (C + σ²)⁻¹ w for each block of amplitudes: the best where waves are normal and independent.</summary>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="atoms">Noisy atoms.</param>
    /// <returns>[3n].</returns>
    let predict (modes: CrystalModes) (atoms: NoisyAtoms) : float[] =
        let crystal = modes.Crystal
        let width = 3 * crystal.Places

        let w =
            CrystalSites.displacements crystal atoms.Cell atoms.Positions |> amplitudes crystal modes.Waves

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

        let byCell =
            Tensor.scope (fun () ->
                Tensor.ofArray [ cells crystal; width ] found
                |> Tensor.matmul (Tensor.transpose 0 1 modes.Waves)
                |> Tensor.toArray<float>)

        Array.init w.Length (fun i -> byCell[crystal.Cell[i / 3] * width + 3 * crystal.Place[i / 3] + i % 3])

    /// ln n!.
    let private logFactorial (n: int) =
        Seq.sum (Seq.init n (fun i -> log (float (i + 1))))

    /// <summary>−ln q of a crystal's positions, q the density of the normal waves with noise, relative to the ideal gas of the same density, plus a variance in place of noise that is
    /// averaged over.</summary>
    /// <remarks>½ Σ [d ln 2π + ln det(C + σ²) + tr((C + σ²)⁻¹(w wᵀ + a))] over blocks, without the three common displacements; these are uniform in the
    /// box, in units of Å/√N; and atoms of one species may sit on their sites in any order, of which one in M is the same crystal as another, moved.</remarks>
    let private surprise (modes: CrystalModes) (averaged: float) (species: int[]) (atoms: NoisyAtoms) : float =
        let crystal = modes.Crystal
        let width = 3 * crystal.Places
        let n = species.Length
        let variance = atoms.Sigma * atoms.Sigma

        let w =
            CrystalSites.displacements crystal atoms.Cell atoms.Positions |> amplitudes crystal modes.Waves

        let block b =
            let own = ofRows width w modes.Rows[b] |> independent modes.Axes[b]

            Array.map2
                (fun spread amplitude ->
                    0.5
                    * (log (2.0 * Math.PI * (spread + variance))
                       + (amplitude * amplitude + averaged) / (spread + variance)))
                modes.Variances[b]
                own
            |> Array.sum

        let common = 1.5 * (log (2.0 * Math.PI * variance) + averaged / variance)
        let volume = log (Cell.volume atoms.Cell)
        let orders = species |> Array.countBy id |> Array.sumBy (snd >> logFactorial)

        (Seq.sumBy block (seq { 0 .. modes.Rows.Length - 1 }) - common + 1.5 * log (float n) + volume
         - log (float (cells crystal))
         + orders
         - float n * volume)
        / float n

    /// <summary>Cross-entropy of a snapshot with noise from the normal waves with noise, relative to the ideal gas of the same density: an upper bound on the excess
    /// entropy of noisy snapshots; the mean over the noise.</summary>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="sigma">σ, Å, above 0.</param>
    /// <param name="snapshot">A snapshot.</param>
    /// <returns>k_B per atom.</returns>
    let crossEntropy (modes: CrystalModes) (sigma: float) (snapshot: Snapshot) : float =
        surprise
            modes
            (sigma * sigma)
            snapshot.Species
            {
                Cell = snapshot.Cell
                Positions = snapshot.Positions
                Sigma = sigma
                Noise = [||]
            }

    /// <summary>−ln q of noisy positions, q the density of the normal waves with noise, relative to the ideal gas of the same density.</summary>
    /// <param name="modes">Of training snapshots.</param>
    /// <param name="species">Of the atoms.</param>
    /// <param name="atoms">The noisy positions.</param>
    /// <returns>k_B per atom.</returns>
    let surpriseOf (modes: CrystalModes) (species: int[]) (atoms: NoisyAtoms) : float = surprise modes 0.0 species atoms
