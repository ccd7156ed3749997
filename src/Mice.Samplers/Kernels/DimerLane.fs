namespace Mice.Samplers

#nowarn "9" // Native pointers, into arrays that are pinned.

open System
open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open FSharp.NativeInterop
open Mice

/// Reading and writing at addresses of arrays that stay where they are.
module internal Address =
    /// A byte, as a number.
    let inline byteAt (address: nativeint) : int =
        int (NativePtr.read (NativePtr.ofNativeInt<byte> address))

    /// A number of 32 bits.
    let inline intAt (address: nativeint) : int =
        NativePtr.read (NativePtr.ofNativeInt<int> address)

    /// A number of 32 bits without a sign.
    let inline wordAt (address: nativeint) : nativeint =
        nativeint (unativeint (NativePtr.read (NativePtr.ofNativeInt<uint32> address)))

    /// Writes a byte.
    let inline setByte (address: nativeint) (value: int) : unit =
        NativePtr.write (NativePtr.ofNativeInt<byte> address) (byte value)

    /// The values in an array that is never moved.
    let pinned (values: 'a[]) : 'a[] =
        let copy = GC.AllocateUninitializedArray<'a>(values.Length, pinned = true)
        values.CopyTo(copy, 0)
        copy

    /// Of the first value of an array that is never moved.
    let ofPinned (values: 'a[]) : nativeint =
        Marshal.UnsafeAddrOfPinnedArrayElement(values, 0)

/// <summary>What directed loops of a model need, made once for all its chains.</summary>
/// <param name="columns">Sites of a row.</param>
/// <param name="neighbours">Entry 4·site + direction.</param>
/// <param name="turns">Of <c>DimerScattering.table</c>.</param>
[<Sealed>]
type internal DimerTables(columns: int, neighbours: int[], turns: uint32[]) =
    let neighbours, turns = Address.pinned neighbours, Address.pinned turns

    member _.Columns = columns
    member _.Neighbours = neighbours
    member _.NeighboursAddress = Address.ofPinned neighbours
    member _.TurnsAddress = Address.ofPinned turns

/// <summary>One covering with a worm in it, for one loop on one thread; mutable, so it never leaves the function that made it.</summary>
/// <remarks>A worm begins at a site, its tail, whose dimer is taken away. The head is the partner that is left over. A dimer from the head to a neighbour is put
/// in place; unless this is the tail, which ends the worm, the neighbour's old dimer is taken away, and its partner is the next head. Directions are held
/// as codes 4^direction, and 0 at the tail. Only vertical dimers of the neighbours left and right of the head can be parallel to a vertical dimer of the
/// head, and only horizontal ones of those above and below to a horizontal one, so that two sums of codes hold all four counts N_i, two bits each.</remarks>
[<Sealed; AllowNullLiteral>]
type internal DimerLane(tables: DimerTables, index: int, covering: byte[], key: Key) =
    /// Vectors of random words that are made together.
    static let vectors = 16

    let codes = covering |> Array.map (fun direction -> 1uy <<< 2 * int direction)
    let random = RandomWords(key, vectors)
    let mutable codesHandle = Unchecked.defaultof<GCHandle>
    let mutable wordsHandle = Unchecked.defaultof<GCHandle>

    /// The lane whose turn is next.
    [<DefaultValue>]
    val mutable Next: DimerLane

    /// Address of the codes, while pinned.
    [<DefaultValue>]
    val mutable Codes: nativeint

    /// Address of the next random number of 32 bits, while pinned.
    [<DefaultValue>]
    val mutable Word: nativeint

    /// Address behind the last one.
    [<DefaultValue>]
    val mutable LastWord: nativeint

    /// The site from which a dimer is to be put in place.
    [<DefaultValue>]
    val mutable Head: nativeint

    /// The site at which the worm ends.
    [<DefaultValue>]
    val mutable Tail: nativeint

    /// 8·(direction from the head to the site that it came from).
    [<DefaultValue>]
    val mutable Back: nativeint

    /// Worms still to come, with the one that is under way.
    [<DefaultValue>]
    val mutable Worms: int

    /// Which of several lanes this is.
    member _.Index = index

    /// Plaquettes with two parallel dimers, where no worm is under way.
    member _.ParallelPairs = DimerModel.parallelPairsOf 1uy 4uy tables.Columns codes

    /// The covering, where no worm is under way.
    member _.Covering: byte[] =
        codes |> Array.map (fun code -> byte (BitOperations.TrailingZeroCount(uint32 code) / 2))

    /// Random numbers from another key from now on.
    member this.Reseed(key: Key) : unit =
        random.Reseed key
        this.Word <- this.LastWord

    /// Keeps the arrays of the lane where they are, for worms to begin.
    member this.Pin() : unit =
        codesHandle <- GCHandle.Alloc(codes, GCHandleType.Pinned)
        wordsHandle <- GCHandle.Alloc(random.Buffer, GCHandleType.Pinned)
        this.Codes <- codesHandle.AddrOfPinnedObject()
        this.LastWord <- wordsHandle.AddrOfPinnedObject() + nativeint (32 * vectors)
        this.Word <- this.LastWord

    /// Lets the arrays be moved again; no worm may be under way.
    member _.Unpin() : unit =
        codesHandle.Free()
        wordsHandle.Free()

    /// New random words.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    member this.Refill() : unit =
        random.Reserve vectors |> ignore
        random.Use vectors
        this.Word <- this.LastWord - nativeint (32 * vectors)

    /// Begins a worm at a random site.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    member this.Begin() : unit =
        if this.Word = this.LastWord then
            this.Refill()

        let word = uint32 (Address.intAt this.Word)
        this.Word <- this.Word + 4n
        this.Tail <- nativeint (uint64 word * uint64 codes.Length >>> 32)
        let way = BitOperations.TrailingZeroCount(Address.byteAt (this.Codes + this.Tail))
        Address.setByte (this.Codes + this.Tail) 0
        this.Head <- Address.wordAt (tables.NeighboursAddress + 16n * this.Tail + nativeint (2 * way))
        this.Back <- nativeint (4 * (way ^^^ 4))

    /// 32·(N_right + 4 N_down + 16 N_left + 64 N_up) of dimers from the head.
    member inline this.Counts(row: nativeint) : int =
        let codes = this.Codes

        let beside =
            Address.byteAt (codes + Address.wordAt row) + Address.byteAt (codes + Address.wordAt (row + 8n))

        let above =
            Address.byteAt (codes + Address.wordAt (row + 4n))
            + Address.byteAt (codes + Address.wordAt (row + 12n))

        ((beside &&& 0xCC) ||| (above &&& 0x33)) <<< 5

    /// <summary>One visit of the head; true where the worm ends with it.</summary>
    /// <param name="around">Address of the neighbours.</param>
    /// <param name="turns">Address of the turns.</param>
    member inline this.Visit(around: nativeint, turns: nativeint) : bool =
        if this.Word = this.LastWord then
            this.Refill()

        let codes, head = this.Codes, this.Head
        let row = around + (head <<< 4)
        let word = Address.intAt this.Word
        this.Word <- this.Word + 4n
        let slot = word &&& 6
        let place = nativeint (this.Counts row + slot) + this.Back
        let entry = Address.wordAt (turns + 2n * place)
        // All bits set where the rest of the word is not below that of the entry, whose three lowest bits are 6 at most.
        let other = int ((entry - nativeint (unativeint (uint32 (word ||| 7)))) >>> 63)
        let turn = slot ^^^ (int entry &&& 6 &&& other)
        let target = Address.wordAt (row + 2n * nativeint turn)
        Address.setByte (codes + head) (1 <<< turn)
        let old = Address.byteAt (codes + target)
        Address.setByte (codes + target) (1 <<< (turn ^^^ 4))

        if target = this.Tail then
            true
        else
            let way = BitOperations.TrailingZeroCount old
            this.Head <- Address.wordAt (around + (target <<< 4) + 2n * nativeint way)
            this.Back <- nativeint (4 * (way ^^^ 4))
            false
