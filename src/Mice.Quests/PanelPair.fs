namespace Mice.Quests

open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// <summary>All pairs of the points of two panels, 24 × 24 at a time, in registers of eight doubles.</summary>
[<RequireQualifiedAccess>]
module internal PanelPair =
    /// Pairs of two panels.
    [<Literal>]
    let Pairs = 576

    [<Literal>]
    let private Width = 24

    let inline private fma (a: Vector512<float>) b c = Vector512.MultiplyAddEstimate(a, b, c)

    /// Squared distances of four points of one panel from all of the other: rows first … first + 3 of the block.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let private fourRows (left: PointSet) (panel: int) (first: int) (right: PointSet) (other: int) (block: float[]) =
        let d = left.Dimension
        let a = &MemoryMarshal.GetArrayDataReference left.Panels
        let b = &MemoryMarshal.GetArrayDataReference right.Panels
        let mutable ia = unativeint (int64 panel * int64 (d * Width) + int64 first)
        let mutable ib = unativeint (int64 other * int64 (d * Width))
        let mutable c00 = Vector512<float>.Zero
        let mutable c01 = Vector512<float>.Zero
        let mutable c02 = Vector512<float>.Zero
        let mutable c10 = Vector512<float>.Zero
        let mutable c11 = Vector512<float>.Zero
        let mutable c12 = Vector512<float>.Zero
        let mutable c20 = Vector512<float>.Zero
        let mutable c21 = Vector512<float>.Zero
        let mutable c22 = Vector512<float>.Zero
        let mutable c30 = Vector512<float>.Zero
        let mutable c31 = Vector512<float>.Zero
        let mutable c32 = Vector512<float>.Zero

        for _ in 1..d do
            let b0 = Vector512.LoadUnsafe(&b, ib)
            let b1 = Vector512.LoadUnsafe(&b, ib + 8un)
            let b2 = Vector512.LoadUnsafe(&b, ib + 16un)
            let a0 = Vector512.Create(Unsafe.Add(&a, ia))
            c00 <- fma a0 b0 c00
            c01 <- fma a0 b1 c01
            c02 <- fma a0 b2 c02
            let a1 = Vector512.Create(Unsafe.Add(&a, ia + 1un))
            c10 <- fma a1 b0 c10
            c11 <- fma a1 b1 c11
            c12 <- fma a1 b2 c12
            let a2 = Vector512.Create(Unsafe.Add(&a, ia + 2un))
            c20 <- fma a2 b0 c20
            c21 <- fma a2 b1 c21
            c22 <- fma a2 b2 c22
            let a3 = Vector512.Create(Unsafe.Add(&a, ia + 3un))
            c30 <- fma a3 b0 c30
            c31 <- fma a3 b1 c31
            c32 <- fma a3 b2 c32
            ia <- ia + 24un
            ib <- ib + 24un

        let squares = &MemoryMarshal.GetArrayDataReference right.Squares
        let at = unativeint (other * Width)
        let s0 = Vector512.LoadUnsafe(&squares, at)
        let s1 = Vector512.LoadUnsafe(&squares, at + 8un)
        let s2 = Vector512.LoadUnsafe(&squares, at + 16un)
        let result = &MemoryMarshal.GetArrayDataReference block
        let own = left.Squares
        let row = panel * Width + first
        let minusTwo = Vector512.Create -2.0
        let zero = Vector512<float>.Zero
        let mutable into = unativeint (first * Width)

        // |x|² + |y|² first: that is even in both, and 2|x|² − 2 x·x is 0 exactly.
        let q0 = Vector512.Create own[row]
        Vector512.Max(zero, fma minusTwo c00 (q0 + s0)).StoreUnsafe(&result, into)
        Vector512.Max(zero, fma minusTwo c01 (q0 + s1)).StoreUnsafe(&result, into + 8un)
        Vector512.Max(zero, fma minusTwo c02 (q0 + s2)).StoreUnsafe(&result, into + 16un)
        into <- into + 24un
        let q1 = Vector512.Create own[row + 1]
        Vector512.Max(zero, fma minusTwo c10 (q1 + s0)).StoreUnsafe(&result, into)
        Vector512.Max(zero, fma minusTwo c11 (q1 + s1)).StoreUnsafe(&result, into + 8un)
        Vector512.Max(zero, fma minusTwo c12 (q1 + s2)).StoreUnsafe(&result, into + 16un)
        into <- into + 24un
        let q2 = Vector512.Create own[row + 2]
        Vector512.Max(zero, fma minusTwo c20 (q2 + s0)).StoreUnsafe(&result, into)
        Vector512.Max(zero, fma minusTwo c21 (q2 + s1)).StoreUnsafe(&result, into + 8un)
        Vector512.Max(zero, fma minusTwo c22 (q2 + s2)).StoreUnsafe(&result, into + 16un)
        into <- into + 24un
        let q3 = Vector512.Create own[row + 3]
        Vector512.Max(zero, fma minusTwo c30 (q3 + s0)).StoreUnsafe(&result, into)
        Vector512.Max(zero, fma minusTwo c31 (q3 + s1)).StoreUnsafe(&result, into + 8un)
        Vector512.Max(zero, fma minusTwo c32 (q3 + s2)).StoreUnsafe(&result, into + 16un)

    /// <summary>Squared distances |x − y|² = |x|² + |y|² − 2 x·y, none below 0.</summary>
    /// <param name="left">The set of the rows.</param>
    /// <param name="panel">Its panel.</param>
    /// <param name="right">The set of the columns.</param>
    /// <param name="other">Its panel.</param>
    /// <param name="block">[24; 24], filled.</param>
    let distances (left: PointSet) (panel: int) (right: PointSet) (other: int) (block: float[]) : unit =
        for group in 0..5 do
            fourRows left panel (4 * group) right other block

    /// Exponents below this give nothing: exp(−708) = 3e-308 is the least that is stored with all digits.
    [<Literal>]
    let private Least = -708.0

    /// exp z for z ≤ 0, to two units of the last digit: 2ⁿ times Taylor's sum to the 13th power for what is left of z, which is within ±ln 2 / 2.
    let inline private exponential (z: Vector512<float>) : Vector512<float> =
        let c (value: float) = Vector512.Create value
        let z = Vector512.Max(z, c Least)
        // Adding 1.5·2⁵² leaves the nearest whole number in the last digits.
        let shifted = fma z (c 1.4426950408889634) (c 6755399441055744.0)
        let n = shifted - c 6755399441055744.0
        let r = fma n (c -0.693147180369123816490) z
        let r = fma n (c -1.90821492927058770002e-10) r
        let r2 = r * r
        let r4 = r2 * r2
        let p01 = r + c 1.0
        let p23 = fma r (c (1.0 / 6.0)) (c 0.5)
        let p45 = fma r (c (1.0 / 120.0)) (c (1.0 / 24.0))
        let p67 = fma r (c (1.0 / 5040.0)) (c (1.0 / 720.0))
        let p89 = fma r (c (1.0 / 362880.0)) (c (1.0 / 40320.0))
        let pab = fma r (c (1.0 / 39916800.0)) (c (1.0 / 3628800.0))
        let pcd = fma r (c (1.0 / 6227020800.0)) (c (1.0 / 479001600.0))
        let low = fma p23 r2 p01
        let middle = fma p67 r2 p45
        let high = fma pab r2 p89
        let sum = fma (fma (fma pcd r4 high) r4 middle) r4 low
        Vector512.AsDouble(Vector512.AsInt64 sum + (Vector512.AsInt64 shifted <<< 52))

    /// <summary>Adds the kernels exp(−d²/2h²) of a block to the sums of its rows and columns.</summary>
    /// <param name="factor">−1/2h².</param>
    /// <param name="block">[24; 24]: d².</param>
    /// <param name="rows">Sums of the rows, eight lanes for each.</param>
    /// <param name="row">Where the first row of the block has its lanes.</param>
    /// <param name="columns">Sums of the columns.</param>
    /// <param name="column">Where the first column of the block has its sum; nothing is added to columns when it is negative.</param>
    let add (factor: float) (block: float[]) (rows: float[]) (row: int) (columns: float[]) (column: int) : unit =
        let from = &MemoryMarshal.GetArrayDataReference block
        let sums = &MemoryMarshal.GetArrayDataReference rows
        let scale = Vector512.Create factor
        let mutable at = 0un
        let mutable into = unativeint row
        let mutable k0 = Vector512<float>.Zero
        let mutable k1 = Vector512<float>.Zero
        let mutable k2 = Vector512<float>.Zero

        for _ in 1..Width do
            let e0 = exponential (scale * Vector512.LoadUnsafe(&from, at))
            let e1 = exponential (scale * Vector512.LoadUnsafe(&from, at + 8un))
            let e2 = exponential (scale * Vector512.LoadUnsafe(&from, at + 16un))
            k0 <- k0 + e0
            k1 <- k1 + e1
            k2 <- k2 + e2
            (Vector512.LoadUnsafe(&sums, into) + (e0 + e1 + e2)).StoreUnsafe(&sums, into)
            at <- at + 24un
            into <- into + 8un

        if column >= 0 then
            let other = &MemoryMarshal.GetArrayDataReference columns
            let c = unativeint column
            (Vector512.LoadUnsafe(&other, c) + k0).StoreUnsafe(&other, c)
            (Vector512.LoadUnsafe(&other, c + 8un) + k1).StoreUnsafe(&other, c + 8un)
            (Vector512.LoadUnsafe(&other, c + 16un) + k2).StoreUnsafe(&other, c + 16un)

    /// <summary>Adds the kernels of a block, times a number for each column, to sums of its rows.</summary>
    /// <param name="factor">−1/2h².</param>
    /// <param name="block">[24; 24]: d².</param>
    /// <param name="weights">A number for each column.</param>
    /// <param name="column">Where that of the first column of the block stands.</param>
    /// <param name="rows">Sums of the rows, eight lanes for each.</param>
    /// <param name="row">Where the first row of the block has its lanes.</param>
    let addWeighted (factor: float) (block: float[]) (weights: float[]) (column: int) (rows: float[]) (row: int) : unit =
        let from = &MemoryMarshal.GetArrayDataReference block
        let sums = &MemoryMarshal.GetArrayDataReference rows
        let given = &MemoryMarshal.GetArrayDataReference weights
        let scale = Vector512.Create factor
        let w0 = Vector512.LoadUnsafe(&given, unativeint column)
        let w1 = Vector512.LoadUnsafe(&given, unativeint (column + 8))
        let w2 = Vector512.LoadUnsafe(&given, unativeint (column + 16))
        let mutable at = 0un
        let mutable into = unativeint row

        for _ in 1..Width do
            let e0 = exponential (scale * Vector512.LoadUnsafe(&from, at))
            let e1 = exponential (scale * Vector512.LoadUnsafe(&from, at + 8un))
            let e2 = exponential (scale * Vector512.LoadUnsafe(&from, at + 16un))

            let sum =
                fma w0 e0 (fma w1 e1 (fma w2 e2 (Vector512.LoadUnsafe(&sums, into))))

            sum.StoreUnsafe(&sums, into)

            at <- at + 24un
            into <- into + 8un

    /// Lowers the least d² of every row by those of a block; [24; 24] and eight lanes for each row.
    let lower (block: float[]) (least: float[]) (row: int) : unit =
        let from = &MemoryMarshal.GetArrayDataReference block
        let lows = &MemoryMarshal.GetArrayDataReference least
        let mutable at = 0un
        let mutable into = unativeint row

        for _ in 1..Width do
            let e0 = Vector512.LoadUnsafe(&from, at)
            let e1 = Vector512.LoadUnsafe(&from, at + 8un)
            let e2 = Vector512.LoadUnsafe(&from, at + 16un)
            let known = Vector512.LoadUnsafe(&lows, into)
            Vector512.Min(Vector512.Min(known, e0), Vector512.Min(e1, e2)).StoreUnsafe(&lows, into)
            at <- at + 24un
            into <- into + 8un

    /// The least d² of a block.
    let least (block: float[]) : float =
        let from = &MemoryMarshal.GetArrayDataReference block
        let mutable found = Vector512.LoadUnsafe(&from, 0un)

        for i in 1 .. Pairs / 8 - 1 do
            found <- Vector512.Min(found, Vector512.LoadUnsafe(&from, unativeint (8 * i)))

        let mutable low = found[0]

        for lane in 1..7 do
            low <- min low found[lane]

        low
