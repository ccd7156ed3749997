namespace Mice.Samplers

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice

/// Random bits 256 at a time, for one loop on one thread: four generators xoshiro256++ 1.0 side by side in one vector.
/// Mutable, so it never leaves the function that made it. Vectors are made together, so many at a time as it is told.
/// Source: D. Blackman, S. Vigna, ACM Trans. Math. Softw. 47, 36 (2021), doi:10.1145/3460772.
[<Sealed>]
type internal RandomWords(key: Key, vectors: int) =
    let buffer: uint64[] = Array.zeroCreate (4 * vectors)

    let state = Array.zeroCreate<Vector256<uint64>> 4

    let seed (key: Key) =
        let generator = Key.generator key

        for i in 0..3 do
            let a, b = generator.NextUInt64(), generator.NextUInt64()
            let c, d = generator.NextUInt64(), generator.NextUInt64()
            state[i] <- Vector256.Create(a, b, c, d)

    do seed key

    let mutable next = vectors

    let fill () =
        let mutable s0 = state[0]
        let mutable s1 = state[1]
        let mutable s2 = state[2]
        let mutable s3 = state[3]
        let start = &MemoryMarshal.GetArrayDataReference buffer

        for i in 0 .. vectors - 1 do
            let sum = s0 + s3
            let rotated = (sum <<< 23) ||| (sum >>> 41)
            (rotated + s0).StoreUnsafe(&start, unativeint (4 * i))
            let t = s1 <<< 17
            s2 <- s2 ^^^ s0
            s3 <- s3 ^^^ s1
            s1 <- s1 ^^^ s2
            s0 <- s0 ^^^ s3
            s2 <- s2 ^^^ t
            s3 <- (s3 <<< 45) ||| (s3 >>> 19)

        state[0] <- s0
        state[1] <- s1
        state[2] <- s2
        state[3] <- s3
        next <- 0

    /// 1,024 vectors at a time.
    new(key: Key) = RandomWords(key, 1024)

    /// Goes on as a new one with another key, in the same buffer.
    member _.Reseed(key: Key) : unit =
        seed key
        next <- vectors

    /// The random words; words from index 4·Next on have not been used.
    member _.Buffer = buffer

    /// Index of the first unused vector. New vectors are made first when fewer than count (at most as many as are made together) unused ones
    /// are left.
    member _.Reserve(count: int) : int =
        if next + count > vectors then
            fill ()

        next

    /// Marks all vectors before an index as used.
    member _.Use(upTo: int) = next <- upTo

    /// <summary>Fills words with independent bits that are set with a probability, the bits of uniform numbers being drawn
    /// from the highest down until all 256 comparisons with the threshold are decided.</summary>
    /// <param name="threshold">The probability as a threshold.</param>
    /// <param name="words">What to fill, a multiple of four words.</param>
    member this.FillBits(threshold: uint64, words: uint64[]) : unit =
        for i in 0 .. words.Length / 4 - 1 do
            let mutable undecided = Vector256<uint64>.AllBitsSet
            let mutable below = Vector256<uint64>.Zero
            let mutable position = this.Reserve 64
            let mutable rest = threshold

            // Once the rest of the threshold is 0, no undecided number can be below it.
            while rest <> 0UL && not (Vector256.EqualsAll(undecided, Vector256<uint64>.Zero)) do
                let drawn =
                    Vector256.LoadUnsafe(&MemoryMarshal.GetArrayDataReference buffer, unativeint (4 * position))

                if rest >>> 63 = 1UL then
                    below <- below ||| Vector256.AndNot(undecided, drawn)
                    undecided <- undecided &&& drawn
                else
                    undecided <- Vector256.AndNot(undecided, drawn)

                position <- position + 1
                rest <- rest <<< 1

            this.Use position
            below.StoreUnsafe(&MemoryMarshal.GetArrayDataReference words, unativeint (4 * i))

    /// <summary>The next random word.</summary>
    member this.NextWord() : uint64 =
        let position = this.Reserve 1
        this.Use(position + 1)
        buffer[4 * position]

    /// The threshold of a probability: a uniform random 64-bit word is below the threshold with this probability.
    static member Threshold(probability: float) : uint64 =
        if probability >= 1.0 then
            UInt64.MaxValue
        else
            uint64 (Math.ScaleB(probability, 64))
