namespace Mice

open System
open System.Numerics
open System.Security.Cryptography
open System.Text

/// Random numbers one after the other, for one loop on one thread: the generator xoshiro256** 1.0 (period 2^256 − 1).
/// Made by <c>Key.generator</c>; mutable, so it never leaves the function that made it.
/// Source: D. Blackman, S. Vigna, ACM Trans. Math. Softw. 47, 36 (2021), doi:10.1145/3460772.
[<Sealed; AllowNullLiteral(false)>]
type Generator internal (a: uint64, b: uint64, c: uint64, d: uint64) =
    let mutable s0 = a
    let mutable s1 = b
    let mutable s2 = c
    let mutable s3 = d
    let mutable spare = nan

    /// The next 64 random bits.
    member _.NextUInt64() : uint64 =
        let result = BitOperations.RotateLeft(s1 * 5UL, 7) * 9UL
        let t = s1 <<< 17
        s2 <- s2 ^^^ s0
        s3 <- s3 ^^^ s1
        s1 <- s1 ^^^ s2
        s0 <- s0 ^^^ s3
        s2 <- s2 ^^^ t
        s3 <- BitOperations.RotateLeft(s3, 45)
        result

    /// Uniform on [0, 1), a multiple of 2^-53.
    member this.NextFloat() : float =
        float (this.NextUInt64() >>> 11) * (1.0 / 9007199254740992.0)

    /// <summary>Uniform on 0, 1, …, count − 1, without bias. Source: D. Lemire, ACM Trans. Model. Comput. Simul. 29, 3
    /// (2019), doi:10.1145/3230636.</summary>
    /// <param name="count">1 or more.</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">count is below 1.</exception>
    member this.NextInt(count: int) : int =
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1)
        let range = uint64 count
        let mutable low = 0UL
        let mutable high = Math.BigMul(this.NextUInt64(), range, &low)

        // Values whose low half falls below 2^64 mod count would make some results more frequent than others. The remainder is below count, so that
        // the division is rarely needed.
        if low < range then
            let biased = (0UL - range) % range

            while low < biased do
                high <- Math.BigMul(this.NextUInt64(), range, &low)

        int high

    /// Standard normal (mean 0, variance 1). Source: Marsaglia's polar method, SIAM Rev. 6, 260 (1964).
    member this.NextNormal() : float =
        if Double.IsNaN spare then
            let mutable x, y, r = 0.0, 0.0, 2.0

            while r >= 1.0 || r = 0.0 do
                x <- 2.0 * this.NextFloat() - 1.0
                y <- 2.0 * this.NextFloat() - 1.0
                r <- x * x + y * y

            let factor = sqrt (-2.0 * log r / r)
            spare <- y * factor
            x * factor
        else
            let value = spare
            spare <- nan
            value

    /// <summary>An index from 0 to count − 1, drawn with probability equal to its weight.</summary>
    /// <param name="weights">Weights that add up to 1 from the entry first on; others may stand around them.</param>
    /// <param name="first">Entry of the weight of index 0.</param>
    /// <param name="count">Number of weights, 1 or more.</param>
    member this.NextIndex(weights: float[], first: int, count: int) : int =
        let u = this.NextFloat()
        let mutable index, sum = 0, weights[first]

        while index < count - 1 && u >= sum do
            index <- index + 1
            sum <- sum + weights[first + index]

        index

    /// <summary>Puts the elements into random order, in place; all orders are equally likely (Fisher–Yates).</summary>
    /// <param name="items">Any array; changed.</param>
    member this.Shuffle(items: 'item[]) : unit =
        for i in items.Length - 1 .. -1 .. 1 do
            let j = this.NextInt(i + 1)
            let held = items[i]
            items[i] <- items[j]
            items[j] <- held

/// A splittable random key: 128 bits that never change. All randomness of a computation comes from one key, split by
/// purpose and by index, so results do not depend on the order of evaluation or on the number of threads.
[<Struct>]
type Key =
    internal
        {
            First: uint64
            Second: uint64
        }

    /// The 128 bits in hexadecimal.
    override key.ToString() = $"{key.First:x16}{key.Second:x16}"

/// The block cipher behind the keys.
module internal Threefry =
    let private rotations = [| 16; 42; 12; 31; 16; 32; 24; 21 |]

    /// Threefry-2x64 with 20 rounds: a bijection of the counter for every key, without a known statistical defect.
    /// Source: J. K. Salmon et al., SC '11, doi:10.1145/2063384.2063405.
    let block (key: Key) (counter0: uint64) (counter1: uint64) : Key =
        let schedule =
            [| key.First; key.Second; 0x1BD11BDAA9FC1A22UL ^^^ key.First ^^^ key.Second |]

        let mutable x0 = counter0 + key.First
        let mutable x1 = counter1 + key.Second

        for round in 0..19 do
            x0 <- x0 + x1
            x1 <- BitOperations.RotateLeft(x1, rotations[round % 8]) ^^^ x0

            if round % 4 = 3 then
                let n = (round + 1) / 4
                x0 <- x0 + schedule[n % 3]
                x1 <- x1 + schedule[(n + 1) % 3] + uint64 n

        { First = x0; Second = x1 }

/// Making and splitting keys. A child is the encryption, under its parent, of what the child is for (the construction of
/// K. Claessen, M. Pałka, Haskell '13, doi:10.1145/2503778.2503784); streams are expanded from a key the same way.
[<RequireQualifiedAccess>]
module Key =
    // The first counter word separates the uses of one key from each other.
    let private forSeed, private forItem, private forName, private forNumber, private forStream =
        0UL, 1UL, 2UL, 3UL, 4UL

    /// <summary>The root key of a seed. Different seeds give unrelated keys.</summary>
    /// <param name="seed">Any number.</param>
    let ofSeed (seed: uint64) : Key =
        Threefry.block { First = seed; Second = 0UL } forSeed 0UL

    /// <summary>The child for a purpose: <c>key |> Key.named "shuffle"</c>.</summary>
    /// <param name="name">The purpose; the child depends on its 128 leading bits of SHA-256.</param>
    /// <param name="key">The parent.</param>
    let named (name: string) (key: Key) : Key =
        let hash = SHA256.HashData(Encoding.UTF8.GetBytes name)
        let names = Threefry.block key forName 0UL

        Threefry.block
            names
            (Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan(hash, 0, 8)))
            (Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(ReadOnlySpan(hash, 8, 8)))

    /// <summary>The i-th child, different for every index and from every named child.</summary>
    /// <param name="index">Any number.</param>
    /// <param name="key">The parent.</param>
    let item (index: int) (key: Key) : Key =
        Threefry.block key forItem (uint64 index)

    /// <summary>The children 0, 1, …, count − 1.</summary>
    /// <param name="count">0 or more.</param>
    /// <param name="key">The parent.</param>
    let split (count: int) (key: Key) : Key[] = Array.init count (fun i -> item i key)

    /// <summary>64 bits for generators outside of this library.</summary>
    /// <param name="key">The key; its children stay unrelated to the number.</param>
    let toSeed (key: Key) : uint64 =
        (Threefry.block key forNumber 0UL).First

    /// <summary>A fresh stream of random numbers; the same key gives the same stream.</summary>
    /// <param name="key">The key.</param>
    let generator (key: Key) : Generator =
        let a = Threefry.block key forStream 0UL
        let b = Threefry.block key forStream 1UL
        Generator(a.First, a.Second, b.First, b.Second)
