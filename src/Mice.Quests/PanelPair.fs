namespace Mice.Quests

#nowarn "9" // Addresses of arrays that are held in place.

open System.Runtime.CompilerServices
open System.Runtime.Intrinsics
open Microsoft.FSharp.NativeInterop

/// <summary>All pairs of the points of two panels, 24 × 24 at a time, in registers of eight doubles, or of four where the processor has no longer
/// ones.</summary>
/// <remarks>Every loop is written once, for registers of any length, and compiled for both.</remarks>
[<RequireQualifiedAccess>]
module internal PanelPair =
    /// Pairs of two panels.
    [<Literal>]
    let Pairs = 576

    /// Sums of a row are kept in so many lanes; shorter registers leave some of them at 0.
    [<Literal>]
    let Lanes = 8

    [<Literal>]
    let private Width = 24

    let private isLong = Vector512.IsHardwareAccelerated

    let inline private at (p: nativeint) (i: int) : nativeptr<float> =
        NativePtr.ofNativeInt (p + (nativeint i <<< 3))

    let inline private load8 (p: nativeint) (i: int) = Vector512.Load(at p i)
    let inline private store8 (p: nativeint) (i: int) (v: Vector512<float>) = v.Store(at p i)
    let inline private all8 (x: float) = Vector512.Create x

    let inline private fma8 (a: Vector512<float>) b c = Vector512.MultiplyAddEstimate(a, b, c)

    let inline private most8 (a: Vector512<float>) b = Vector512.MaxNative(a, b)
    let inline private least8 (a: Vector512<float>) b = Vector512.MinNative(a, b)

    /// x·2ⁿ for the n in the last digits of another number.
    let inline private power8 (x: Vector512<float>) (n: Vector512<float>) =
        Vector512.AsDouble(Vector512.AsInt64 x + (Vector512.AsInt64 n <<< 52))

    let inline private load4 (p: nativeint) (i: int) = Vector256.Load(at p i)
    let inline private store4 (p: nativeint) (i: int) (v: Vector256<float>) = v.Store(at p i)
    let inline private all4 (x: float) = Vector256.Create x

    let inline private fma4 (a: Vector256<float>) b c = Vector256.MultiplyAddEstimate(a, b, c)

    let inline private most4 (a: Vector256<float>) b = Vector256.MaxNative(a, b)
    let inline private least4 (a: Vector256<float>) b = Vector256.MinNative(a, b)

    let inline private power4 (x: Vector256<float>) (n: Vector256<float>) =
        Vector256.AsDouble(Vector256.AsInt64 x + (Vector256.AsInt64 n <<< 52))

    /// Products x·y of four points with as many as three registers hold, written into a block. Nothing else is done here: what is, takes registers
    /// from the twelve sums.
    let inline private products
        (lanes: int)
        ([<InlineIfLambda>] load)
        ([<InlineIfLambda>] store)
        ([<InlineIfLambda>] all)
        ([<InlineIfLambda>] fma)
        (d: int)
        (a: nativeint)
        (b: nativeint)
        (block: nativeint)
        =
        let mutable c00 = all 0.0
        let mutable c01 = c00
        let mutable c02 = c00
        let mutable c10 = c00
        let mutable c11 = c00
        let mutable c12 = c00
        let mutable c20 = c00
        let mutable c21 = c00
        let mutable c22 = c00
        let mutable c30 = c00
        let mutable c31 = c00
        let mutable c32 = c00
        let mutable a = a
        let mutable b = b

        for _ in 1..d do
            let b0 = load b 0
            let b1 = load b lanes
            let b2 = load b (2 * lanes)
            let a0 = all (NativePtr.read (at a 0))
            c00 <- fma a0 b0 c00
            c01 <- fma a0 b1 c01
            c02 <- fma a0 b2 c02
            let a1 = all (NativePtr.read (at a 1))
            c10 <- fma a1 b0 c10
            c11 <- fma a1 b1 c11
            c12 <- fma a1 b2 c12
            let a2 = all (NativePtr.read (at a 2))
            c20 <- fma a2 b0 c20
            c21 <- fma a2 b1 c21
            c22 <- fma a2 b2 c22
            let a3 = all (NativePtr.read (at a 3))
            c30 <- fma a3 b0 c30
            c31 <- fma a3 b1 c31
            c32 <- fma a3 b2 c32
            a <- a + nativeint (8 * Width)
            b <- b + nativeint (8 * Width)

        store block 0 c00
        store block lanes c01
        store block (2 * lanes) c02
        store block Width c10
        store block (Width + lanes) c11
        store block (Width + 2 * lanes) c12
        store block (2 * Width) c20
        store block (2 * Width + lanes) c21
        store block (2 * Width + 2 * lanes) c22
        store block (3 * Width) c30
        store block (3 * Width + lanes) c31
        store block (3 * Width + 2 * lanes) c32

    [<MethodImpl(MethodImplOptions.NoInlining ||| MethodImplOptions.AggressiveOptimization)>]
    let private products8 (d: int) (a: nativeint) (b: nativeint) (block: nativeint) =
        products 8 load8 store8 all8 fma8 d a b block

    [<MethodImpl(MethodImplOptions.NoInlining ||| MethodImplOptions.AggressiveOptimization)>]
    let private products4 (d: int) (a: nativeint) (b: nativeint) (block: nativeint) =
        products 4 load4 store4 all4 fma4 d a b block

    /// <summary>Products x·y of all points of two panels.</summary>
    /// <param name="left">The set of the rows.</param>
    /// <param name="panel">Its panel.</param>
    /// <param name="right">The set of the columns.</param>
    /// <param name="other">Its panel.</param>
    /// <param name="block">[24; 24], filled.</param>
    let multiply (left: PointSet) (panel: int) (right: PointSet) (other: int) (block: float[]) : unit =
        let d = left.Dimension
        use a = fixed &left.Panels[panel * (d * Width)]
        use b = fixed &right.Panels[other * (d * Width)]
        use into = fixed block

        let a, b, into =
            NativePtr.toNativeInt a, NativePtr.toNativeInt b, NativePtr.toNativeInt into

        for row in 0..4..20 do
            let rows = a + nativeint (8 * row)
            let from = into + nativeint (8 * Width * row)

            if isLong then
                products8 d rows b from
            else
                products4 d rows b from
                products4 d rows (b + 96n) (from + 96n)

    /// Exponents below this give nothing: exp(−708) = 3e-308 is the least that is stored with all digits.
    [<Literal>]
    let private Least = -708.0

    /// exp z for z ≤ 0, within 1e-14 of itself: 2ⁿ times Taylor's sum to the 11th power for what is left of z, which is within ±ln 2 / 2.
    let inline private exponential
        ([<InlineIfLambda>] c)
        ([<InlineIfLambda>] fma)
        ([<InlineIfLambda>] most)
        ([<InlineIfLambda>] power)
        z
        =
        let z = most z (c Least)
        // Adding 1.5·2⁵² leaves the nearest whole number in the last digits.
        let shifted = fma z (c 1.4426950408889634) (c 6755399441055744.0)
        let n = shifted - c 6755399441055744.0
        let r = fma n (c -0.693147180369123816490) z
        let r = fma n (c -1.90821492927058770002e-10) r
        let r2 = r * r
        let low = fma (fma r (c (1.0 / 6.0)) (c 0.5)) r2 (r + c 1.0)

        let middle =
            fma (fma r (c (1.0 / 5040.0)) (c (1.0 / 720.0))) r2 (fma r (c (1.0 / 120.0)) (c (1.0 / 24.0)))

        let high =
            fma (fma r (c (1.0 / 39916800.0)) (c (1.0 / 3628800.0))) r2 (fma r (c (1.0 / 362880.0)) (c (1.0 / 40320.0)))

        let r4 = r2 * r2
        power (fma (fma high r4 middle) r4 low) shifted

    let inline private exp8 z = exponential all8 fma8 most8 power8 z
    let inline private exp4 z = exponential all4 fma4 most4 power4 z

    /// What a block of products belongs to, as addresses: |x|² of its rows and of its columns.
    [<Struct>]
    type private Corner =
        {
            Block: nativeint
            Own: nativeint
            Others: nativeint
        }

    /// Adds kernels, times the weights of the columns where these have an address, to sums of rows, and kernels to sums of columns where these have one. The exponents are those of
    /// (|x|² + |y|²) − 2 x·y, which is 0 exactly for x = y; none is above 0.
    let inline private addOf
        (lanes: int)
        ([<InlineIfLambda>] load)
        ([<InlineIfLambda>] store)
        ([<InlineIfLambda>] all)
        ([<InlineIfLambda>] fma)
        ([<InlineIfLambda>] least)
        ([<InlineIfLambda>] exp)
        (factor: float)
        (corner: Corner)
        (weights: nativeint)
        (rows: nativeint)
        (columns: nativeint)
        =
        let minusTwo = all -2.0
        let scale = all factor

        for group in 0 .. Width / lanes - 1 do
            let mutable sum = all 0.0
            let others = load corner.Others (lanes * group)

            let weight =
                if weights = 0n then
                    all 1.0
                else
                    load weights (lanes * group)

            for row in 0 .. Width - 1 do
                let squares = all (NativePtr.read (at corner.Own row)) + others
                let squared = fma minusTwo (load corner.Block (Width * row + lanes * group)) squares
                let kernel = exp (least (all 0.0) (scale * squared))
                sum <- sum + kernel
                store rows (Lanes * row) (fma weight kernel (load rows (Lanes * row)))

            if columns <> 0n then
                store columns (lanes * group) (load columns (lanes * group) + sum)

    /// <summary>Adds the kernels exp(−|x − y|²/2h²) of a block to the sums of its rows and columns.</summary>
    /// <param name="factor">−1/2h².</param>
    /// <param name="block">[24; 24]: x·y.</param>
    /// <param name="left">|x|² of a whole set.</param>
    /// <param name="row">Where that of the first row stands.</param>
    /// <param name="right">|y|² of a whole set.</param>
    /// <param name="column">Where that of the first column stands.</param>
    /// <param name="weights">A number for each point of the right set, by which its kernels are multiplied in the sums of rows; none for 1.</param>
    /// <param name="rows">Sums of the rows, eight lanes for each.</param>
    /// <param name="lane">Where the first row of the block has its lanes.</param>
    /// <param name="columns">Sums of the columns.</param>
    /// <param name="sum">Where the first column of the block has its sum; nothing is added to columns when it is negative.</param>
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let add
        (factor: float)
        (block: float[])
        (left: float[], row: int)
        (right: float[], column: int)
        (weights: float[])
        (rows: float[], lane: int)
        (columns: float[], sum: int)
        : unit =
        use from = fixed block
        use own = fixed &left[row]
        use others = fixed &right[column]
        use into = fixed &rows[lane]
        use sums = fixed columns

        let corner =
            {
                Block = NativePtr.toNativeInt from
                Own = NativePtr.toNativeInt own
                Others = NativePtr.toNativeInt others
            }

        let into = NativePtr.toNativeInt into
        use given = fixed weights

        let given =
            if weights.Length = 0 then
                0n
            else
                NativePtr.toNativeInt given + nativeint (8 * column)

        let sums =
            if sum < 0 then
                0n
            else
                NativePtr.toNativeInt sums + nativeint (8 * sum)

        if isLong then
            addOf 8 load8 store8 all8 fma8 least8 exp8 factor corner given into sums
        else
            addOf 4 load4 store4 all4 fma4 least4 exp4 factor corner given into sums
