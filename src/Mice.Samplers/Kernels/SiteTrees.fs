namespace Mice.Samplers

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// Clusters of sites that are joined by bonds, as trees. Every site has a parent; a root is its own parent. The root has the smallest number of its tree, so
/// parents come before their children.
[<RequireQualifiedAccess>]
module internal SiteTrees =
    /// Makes every site a tree of its own.
    let scatter (parents: int[]) : unit =
        for i in 0 .. parents.Length - 1 do
            parents[i] <- i

    /// The root of a site's tree; also halves the path to the root, which shortens later searches.
    let private root (parents: int[]) (site: int) =
        let mutable i = site

        while parents[i] <> i do
            parents[i] <- parents[parents[i]]
            i <- parents[i]

        i

    /// Joins the trees of two sites to one tree.
    let join (parents: int[]) (a: int) (b: int) : unit =
        let a, b = root parents a, root parents b

        if a < b then
            parents[b] <- a
        elif b < a then
            parents[a] <- b

    /// Makes the root the parent of every site. One pass is enough, since parents come before their children.
    let flatten (parents: int[]) : unit =
        for i in 0 .. parents.Length - 1 do
            parents[i] <- parents[parents[i]]

/// Bits of sites, 64 to a word.
[<RequireQualifiedAccess>]
module internal SiteBits =
    /// Number of words that hold one bit for each site, a multiple of four, as RandomWords.FillBits requires.
    let words (sites: int) : int = (sites + 255) / 256 * 4

    /// Mask of the bits of a word that belong to sites.
    let inside (sites: int) (word: int) : uint64 =
        if 64 * (word + 1) <= sites then
            UInt64.MaxValue
        else
            (1UL <<< (sites % 64)) - 1UL

    /// Sets the bit of each site whose spin is equal in two configurations; spins are one byte each.
    let agreement (a: 'spin[]) (b: 'spin[]) (words: uint64[]) : unit =
        let a = MemoryMarshal.AsBytes(Span a)
        let b = MemoryMarshal.AsBytes(Span b)
        let whole = a.Length / 32
        Array.Clear words

        for i in 0 .. whole - 1 do
            let equal =
                Vector256.Equals(
                    Vector256.LoadUnsafe(&MemoryMarshal.GetReference a, unativeint (32 * i)),
                    Vector256.LoadUnsafe(&MemoryMarshal.GetReference b, unativeint (32 * i))
                )

            words[i / 2] <- words[i / 2] ||| (uint64 (equal.ExtractMostSignificantBits()) <<< (32 * (i % 2)))

        for i in 32 * whole .. a.Length - 1 do
            if a[i] = b[i] then
                words[i / 64] <- words[i / 64] ||| (1UL <<< (i % 64))

    /// How many bits are set.
    let count (words: uint64[]) : int =
        let mutable sum = 0

        for word in words do
            sum <- sum + BitOperations.PopCount word

        sum
