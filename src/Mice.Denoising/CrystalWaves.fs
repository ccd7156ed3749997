namespace Mice.Denoising

open Mice.Tensors

/// <summary>Displacements of the atoms of a crystal as waves: an orthogonal transform over its cells by cos and sin of each wave.</summary>
/// <remarks>Of each two waves that turn in opposite directions one is taken. It has two rows of amplitudes, of cos and of sin; a wave that is its own opposite has one.</remarks>
type CrystalWaves =
    internal
        {
            /// The sites.
            Crystal: CrystalSites
            /// [waves]: the place of each wave in the group of translations.
            Places: int[]
            /// [waves]: its rows of amplitudes, one or two.
            Rows: int[][]
        }

[<RequireQualifiedAccess>]
module internal CrystalWaves =
    /// The waves of a crystal.
    let create (crystal: CrystalSites) : CrystalWaves =
        let opposite = TranslationGroup.opposite crystal.Group

        let places =
            [| 0 .. TranslationGroup.count crystal.Group - 1 |] |> Array.filter (fun k -> k <= opposite k)

        let counts = places |> Array.map (fun k -> if k = opposite k then 1 else 2)
        let starts = Array.scan (+) 0 counts

        {
            Crystal = crystal
            Places = places
            Rows = counts |> Array.mapi (fun i count -> Array.init count (fun r -> starts[i] + r))
        }

    /// Numbers in a row: three for each atom of a cell.
    let width (waves: CrystalWaves) : int = 3 * waves.Crystal.Places

    let private cells (waves: CrystalWaves) =
        TranslationGroup.count waves.Crystal.Group

    /// [d₁; d₂; d₃; width].
    let private shape (waves: CrystalWaves) =
        List.ofArray waves.Crystal.Group.Orders @ [ width waves ]

    /// Where the number of an atom along an axis stands among the cells.
    let private byCell (waves: CrystalWaves) (i: int) =
        let atom = i / 3
        waves.Crystal.Cell[atom] * width waves + 3 * waves.Crystal.Place[atom] + i % 3

    /// Length of cos and sin of a wave with so many rows, which makes the transform orthogonal.
    let private scale (waves: CrystalWaves) (rows: int[]) =
        sqrt (float rows.Length / float (cells waves))

    /// <summary>Amplitudes of displacements.</summary>
    /// <param name="waves">The waves.</param>
    /// <param name="displacements">[3·atoms].</param>
    /// <returns>[rows; 3·atoms of a cell].</returns>
    let amplitudes (waves: CrystalWaves) (displacements: float[]) : float[] =
        let d = width waves
        let cells = Array.zeroCreate<float> displacements.Length

        for i in 0 .. displacements.Length - 1 do
            cells[byCell waves i] <- displacements[i]

        let pairs =
            Tensor.scope (fun () -> Tensor.ofArray (shape waves) cells |> Fourier.forward 3 |> Tensor.toArray<float>)

        let found = Array.zeroCreate<float> displacements.Length

        for w in 0 .. waves.Places.Length - 1 do
            let rows = waves.Rows[w]
            let scale = scale waves rows

            for i in 0 .. d - 1 do
                let at = 2 * (waves.Places[w] * d + i)
                found[rows[0] * d + i] <- scale * pairs[at]

                if rows.Length = 2 then
                    found[rows[1] * d + i] <- -scale * pairs[at + 1]

        found

    /// <summary>Displacements with some amplitudes, the opposite of amplitudes.</summary>
    /// <param name="waves">The waves.</param>
    /// <param name="amplitudes">[rows; 3·atoms of a cell].</param>
    /// <returns>[3·atoms].</returns>
    let displacements (waves: CrystalWaves) (amplitudes: float[]) : float[] =
        let d = width waves
        let pairs = Array.zeroCreate<float>(2 * amplitudes.Length)

        for w in 0 .. waves.Places.Length - 1 do
            let rows = waves.Rows[w]
            let scale = scale waves rows

            for i in 0 .. d - 1 do
                let at = 2 * (waves.Places[w] * d + i)
                pairs[at] <- scale * amplitudes[rows[0] * d + i]

                if rows.Length = 2 then
                    pairs[at + 1] <- -scale * amplitudes[rows[1] * d + i]

        let cells =
            Tensor.scope (fun () ->
                Tensor.ofArray (shape waves @ [ 2 ]) pairs |> Fourier.backward 3 |> Tensor.toArray<float>)

        Array.init amplitudes.Length (fun i -> cells[byCell waves i])

    /// <summary>For each wave those that the operations of a cube make of it, with the operations: which axis each axis becomes, and with which sign.</summary>
    /// <param name="waves">Of a crystal that a cube's operations map onto itself, in a box that is a cube.</param>
    let cubicImages (waves: CrystalWaves) : (int * int[] * int[])[][] =
        let group = waves.Crystal.Group
        let ofPlace = Array.create (cells waves) -1

        waves.Places
        |> Array.iteri (fun w k ->
            ofPlace[k] <- w
            ofPlace[TranslationGroup.opposite group k] <- w)

        let operations =
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

        waves.Places
        |> Array.map (fun k ->
            let n = TranslationGroup.turns group k

            operations
            |> Array.map (fun (order, signs) ->
                let image = Array.init 3 (fun x -> int64 signs[x] * n[order[x]])
                ofPlace[TranslationGroup.waveOf group image], order, signs))
