namespace Mice.Autoregressive

open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// Registers of eight numbers.
[<RequireQualifiedAccess>]
module internal MaskedVectors =
    /// Samples in a block.
    [<Literal>]
    let Lanes = 32

    /// Registers of a block.
    [<Literal>]
    let Vectors = 4

    let inline load (values: float32[]) (vector: int) =
        Vector256.LoadUnsafe(&MemoryMarshal.GetArrayDataReference values, unativeint (8 * vector))

    let inline store (values: float32[]) (vector: int) (v: Vector256<float32>) =
        v.StoreUnsafe(&MemoryMarshal.GetArrayDataReference values, unativeint (8 * vector))

    let inline one () = Vector256.Create 1.0f

    /// Two rows of sums Σ w·x; the second may be the first again.
    let products
        (weights: float32[])
        (one: int)
        (other: int)
        (columns: int)
        (x: float32[])
        (into: float32[])
        (row: int)
        (next: int)
        =
        let mutable a0 = Vector256<float32>.Zero
        let mutable a1 = a0
        let mutable a2 = a0
        let mutable a3 = a0
        let mutable b0 = a0
        let mutable b1 = a0
        let mutable b2 = a0
        let mutable b3 = a0
        let w = &MemoryMarshal.GetArrayDataReference weights
        let x = &MemoryMarshal.GetArrayDataReference x

        for c in 0 .. columns - 1 do
            let at = unativeint (c * 32)
            let x0 = Vector256.LoadUnsafe(&x, at)
            let x1 = Vector256.LoadUnsafe(&x, at + 8un)
            let x2 = Vector256.LoadUnsafe(&x, at + 16un)
            let x3 = Vector256.LoadUnsafe(&x, at + 24un)
            let u = Vector256.Create(Unsafe.Add(&w, one + c))
            let v = Vector256.Create(Unsafe.Add(&w, other + c))
            a0 <- Vector256.MultiplyAddEstimate(u, x0, a0)
            a1 <- Vector256.MultiplyAddEstimate(u, x1, a1)
            a2 <- Vector256.MultiplyAddEstimate(u, x2, a2)
            a3 <- Vector256.MultiplyAddEstimate(u, x3, a3)
            b0 <- Vector256.MultiplyAddEstimate(v, x0, b0)
            b1 <- Vector256.MultiplyAddEstimate(v, x1, b1)
            b2 <- Vector256.MultiplyAddEstimate(v, x2, b2)
            b3 <- Vector256.MultiplyAddEstimate(v, x3, b3)

        let y = &MemoryMarshal.GetArrayDataReference into
        let at = unativeint (next * 32)
        b0.StoreUnsafe(&y, at)
        b1.StoreUnsafe(&y, at + 8un)
        b2.StoreUnsafe(&y, at + 16un)
        b3.StoreUnsafe(&y, at + 24un)
        let at = unativeint (row * 32)
        a0.StoreUnsafe(&y, at)
        a1.StoreUnsafe(&y, at + 8un)
        a2.StoreUnsafe(&y, at + 16un)
        a3.StoreUnsafe(&y, at + 24un)

/// <summary>A masked network at work on 32 samples at a time, one in each lane of registers. Units of sites that were drawn are kept, so that a site costs one row of each layer and
/// drawing all of them as much as one pass.</summary>
/// <remarks>Not safe to share between threads.</remarks>
[<Sealed>]
type internal MaskedLanes(shape: MaskedShape) =
    let layers = MaskedShape.layers shape
    let offsets = MaskedShape.offsets shape
    let given = shape.Conditions

    /// Inputs of every layer, [conditions + sites · fan; 32].
    let inputs =
        Array.init layers (fun layer ->
            Array.zeroCreate<float32>((given + shape.Sites * MaskedShape.fan shape layer) * MaskedVectors.Lanes))

    /// Logarithms of the probabilities of all states, [sites · states; 32].
    let logarithms =
        Array.zeroCreate<float32>(shape.Sites * shape.States * MaskedVectors.Lanes)

    /// Derivatives by the outputs of every layer before its function, [sites · rows; 32].
    let deltas =
        Array.init layers (fun layer ->
            Array.zeroCreate<float32>(shape.Sites * MaskedShape.rows shape layer * MaskedVectors.Lanes))

    /// What the outputs of every sample are multiplied by.
    let scales = Array.create MaskedVectors.Lanes 1.0f

    /// The function of hidden layers, in place.
    let activate (values: float32[]) (first: int) (rows: int) =
        for v in first * MaskedVectors.Vectors .. (first + rows) * MaskedVectors.Vectors - 1 do
            let x = MaskedVectors.load values v

            match shape.Activation with
            | MaskedActivation.Sigmoid -> MaskedVectors.one () / (MaskedVectors.one () + Vector256.Exp(-x))
            | MaskedActivation.Tanh ->
                MaskedVectors.one () - Vector256.Create 2.0f / (MaskedVectors.one () + Vector256.Exp(x + x))
            |> MaskedVectors.store values v

    /// Its derivative, from its value.
    let slope (y: Vector256<float32>) =
        match shape.Activation with
        | MaskedActivation.Sigmoid -> y * (MaskedVectors.one () - y)
        | MaskedActivation.Tanh -> MaskedVectors.one () - y * y

    /// Rows of a site become logarithms of probabilities, in place.
    let normalise (site: int) =
        let first = site * shape.States

        for v in 0 .. MaskedVectors.Vectors - 1 do
            let at state =
                (first + state) * MaskedVectors.Vectors + v

            let mutable top = MaskedVectors.load logarithms (at 0)

            for state in 1 .. shape.States - 1 do
                top <- Vector256.Max(top, MaskedVectors.load logarithms (at state))

            let mutable sum = Vector256<float32>.Zero

            for state in 0 .. shape.States - 1 do
                sum <- sum + Vector256.Exp(MaskedVectors.load logarithms (at state) - top)

            let whole = top + Vector256.Log sum

            for state in 0 .. shape.States - 1 do
                MaskedVectors.store logarithms (at state) (MaskedVectors.load logarithms (at state) - whole)

    /// <summary>Sets the conditions of a sample.</summary>
    /// <param name="lane">Which.</param>
    /// <param name="conditions">All conditions of all samples, row-major.</param>
    /// <param name="sample">Whose.</param>
    member _.Condition(lane: int, conditions: float32[], sample: int) : unit =
        for layer in 0 .. layers - 1 do
            for c in 0 .. given - 1 do
                inputs[layer][c * MaskedVectors.Lanes + lane] <- conditions[sample * given + c]

    /// <summary>Sets what the outputs of a sample are multiplied by.</summary>
    member _.Scale(lane: int, scale: float32) : unit = scales[lane] <- scale

    /// <summary>Finds what stands for the states of a site, given those of the sites before it; their probabilities after <c>Normalise</c>.</summary>
    member _.Step(weights: float32[], site: int) : unit =
        for layer in 0 .. layers - 1 do
            let rows = MaskedShape.rows shape layer
            let columns = MaskedShape.columns shape layer site
            let from = offsets[layer][site]
            let isLast = layer = layers - 1
            let into = if isLast then logarithms else inputs[layer + 1]
            let first = if isLast then site * rows else given + site * rows

            for r in 0..2 .. rows - 1 do
                let next = min (rows - 1) (r + 1)

                MaskedVectors.products
                    weights
                    (from + r * columns)
                    (from + next * columns)
                    columns
                    inputs[layer]
                    into
                    (first + r)
                    (first + next)

            if isLast then
                for v in first * MaskedVectors.Vectors .. (first + rows) * MaskedVectors.Vectors - 1 do
                    MaskedVectors.load into v * MaskedVectors.load scales (v % MaskedVectors.Vectors)
                    |> MaskedVectors.store into v
            else
                activate into first rows

    /// <summary>Adds numbers to what stands for the states of a site before <c>Normalise</c>, [states; 32].</summary>
    member _.Add(site: int, numbers: float32[]) : unit =
        let first = site * shape.States * MaskedVectors.Vectors

        for v in 0 .. shape.States * MaskedVectors.Vectors - 1 do
            MaskedVectors.load logarithms (first + v) + MaskedVectors.load numbers v
            |> MaskedVectors.store logarithms (first + v)

    /// <summary>Makes logarithms of probabilities of what was found for a site.</summary>
    member _.Normalise(site: int) : unit = normalise site

    /// <summary>Sets the state of a site of a sample.</summary>
    member _.Set(lane: int, site: int, state: int) : unit =
        let first = given + site * shape.States

        for s in 0 .. shape.States - 1 do
            inputs[0][(first + s) * MaskedVectors.Lanes + lane] <- if s = state then 1.0f else 0.0f

    /// <summary>ln of the probability of a state of a site.</summary>
    member _.Logarithm(lane: int, site: int, state: int) : float32 =
        logarithms[(site * shape.States + state) * MaskedVectors.Lanes + lane]

    /// <summary>Adds Σ c ∇ ln q of the samples, of which all sites were stepped through and set, to a gradient.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="coefficients">c of each lane; 0 where there is no sample.</param>
    /// <param name="gradient">As many numbers as weights.</param>
    member _.AddGradient(weights: float32[], coefficients: float32[], gradient: float32[]) : unit =
        // By the last rows: c (state − p), times what they are multiplied by.
        for site in 0 .. shape.Sites - 1 do
            for s in 0 .. shape.States - 1 do
                let row = site * shape.States + s

                for v in 0 .. MaskedVectors.Vectors - 1 do
                    let hot = MaskedVectors.load inputs[0] ((given + row) * MaskedVectors.Vectors + v)

                    let p =
                        Vector256.Exp(MaskedVectors.load logarithms (row * MaskedVectors.Vectors + v))

                    MaskedVectors.store
                        deltas[layers - 1]
                        (row * MaskedVectors.Vectors + v)
                        (MaskedVectors.load coefficients v * MaskedVectors.load scales v * (hot - p))

        for layer in layers - 1 .. -1 .. 0 do
            let rows = MaskedShape.rows shape layer

            for site in 0 .. shape.Sites - 1 do
                let columns = MaskedShape.columns shape layer site

                for r in 0 .. rows - 1 do
                    let own = (site * rows + r) * MaskedVectors.Vectors
                    let d0 = MaskedVectors.load deltas[layer] own
                    let d1 = MaskedVectors.load deltas[layer] (own + 1)
                    let d2 = MaskedVectors.load deltas[layer] (own + 2)
                    let d3 = MaskedVectors.load deltas[layer] (own + 3)
                    let from = offsets[layer][site] + r * columns
                    let x = inputs[layer]

                    for c in 0 .. columns - 1 do
                        let sum =
                            d0 * MaskedVectors.load x (4 * c)
                            + d1 * MaskedVectors.load x (4 * c + 1)
                            + d2 * MaskedVectors.load x (4 * c + 2)
                            + d3 * MaskedVectors.load x (4 * c + 3)

                        gradient[from + c] <- gradient[from + c] + Vector256.Sum sum

            if layer > 0 then
                let fan = MaskedShape.fan shape layer

                for before in 0 .. shape.Sites - 1 do
                    for u in 0 .. fan - 1 do
                        let column = given + before * fan + u
                        let mutable a0 = Vector256<float32>.Zero
                        let mutable a1 = a0
                        let mutable a2 = a0
                        let mutable a3 = a0

                        for site in before .. shape.Sites - 1 do
                            let columns = MaskedShape.columns shape layer site

                            for r in 0 .. rows - 1 do
                                let w = Vector256.Create weights[offsets[layer][site] + r * columns + column]
                                let own = (site * rows + r) * MaskedVectors.Vectors
                                a0 <- Vector256.MultiplyAddEstimate(w, MaskedVectors.load deltas[layer] own, a0)
                                a1 <- Vector256.MultiplyAddEstimate(w, MaskedVectors.load deltas[layer] (own + 1), a1)
                                a2 <- Vector256.MultiplyAddEstimate(w, MaskedVectors.load deltas[layer] (own + 2), a2)
                                a3 <- Vector256.MultiplyAddEstimate(w, MaskedVectors.load deltas[layer] (own + 3), a3)

                        let place = (before * fan + u) * MaskedVectors.Vectors

                        let y v =
                            slope (MaskedVectors.load inputs[layer] (column * MaskedVectors.Vectors + v))

                        MaskedVectors.store deltas[layer - 1] place (a0 * y 0)
                        MaskedVectors.store deltas[layer - 1] (place + 1) (a1 * y 1)
                        MaskedVectors.store deltas[layer - 1] (place + 2) (a2 * y 2)
                        MaskedVectors.store deltas[layer - 1] (place + 3) (a3 * y 3)
