namespace Mice.Samplers

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice

/// Random bits 256 at a time, for one loop on one thread: four generators xoshiro256++ 1.0 side by side in one vector.
/// Mutable, so it never leaves the function that made it.
/// Source: D. Blackman, S. Vigna, ACM Trans. Math. Softw. 47, 36 (2021), doi:10.1145/3460772.
[<Sealed>]
type internal RandomWords(key: Key) =
    /// Vectors that are made together.
    static let vectors = 1024

    let buffer: uint64[] = Array.zeroCreate (4 * vectors)

    let state =
        let generator = Key.generator key

        let word () = generator.NextUInt64()
        Array.init 4 (fun _ -> Vector256.Create(word (), word (), word (), word ()))

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

    /// The words; those from 4·Next on have not been used.
    member _.Buffer = buffer

    /// The first unused vector, after making more if fewer than so many (at most 1,024) are left.
    member _.Reserve(count: int) : int =
        if next + count > vectors then
            fill ()

        next

    /// Says that all vectors before this one have been used.
    member _.Use(upTo: int) = next <- upTo

    /// A probability as what uniform random 64-bit words must stay below.
    static member Threshold(probability: float) : uint64 =
        if probability >= 1.0 then
            UInt64.MaxValue
        else
            uint64 (Math.ScaleB(probability, 64))
