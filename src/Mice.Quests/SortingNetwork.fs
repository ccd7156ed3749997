namespace Mice.Quests

open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// <summary>Batcher's odd–even merge sort of four sequences at once: the same comparisons whatever the values.</summary>
/// <remarks>Source: K. E. Batcher, AFIPS Spring Joint Computing Conference 32, 307 (1968), doi:10.1145/1468075.1468121.</remarks>
[<RequireQualifiedAccess>]
module internal SortingNetwork =
    /// Pairs of places to be put into order, one after the other, that sort any sequence of this length.
    let create (length: int) : struct (int * int)[] =
        let size =
            Seq.initInfinite (fun power -> 1 <<< power) |> Seq.find (fun n -> n >= length)

        [|
            let mutable p = 1

            while p < size do
                let mutable k = p

                while k >= 1 do
                    for j in k % p .. 2 * k .. size - 1 - k do
                        for i in 0 .. min (k - 1) (size - j - k - 1) do
                            // Places beyond the end hold what sorts last: they are never exchanged.
                            if (i + j) / (2 * p) = (i + j + k) / (2 * p) && i + j + k < length then
                                struct (i + j, i + j + k)

                    k <- k / 2

                p <- 2 * p
        |]

    /// <summary>Sorts in descending order.</summary>
    /// <param name="network">Of the length.</param>
    /// <param name="values">[length; 4]: four sequences beside each other.</param>
    let descending (network: struct (int * int)[]) (values: float[]) : unit =
        let v = &MemoryMarshal.GetArrayDataReference values

        for struct (i, j) in network do
            let a = Vector256.LoadUnsafe(&v, unativeint (4 * i))
            let b = Vector256.LoadUnsafe(&v, unativeint (4 * j))
            Vector256.MaxNative(a, b).StoreUnsafe(&v, unativeint (4 * i))
            Vector256.MinNative(a, b).StoreUnsafe(&v, unativeint (4 * j))
