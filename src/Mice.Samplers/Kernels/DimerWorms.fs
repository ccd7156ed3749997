namespace Mice.Samplers

open System.Numerics
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Mice

/// <summary>What directed loops of a model need, made once for all its chains.</summary>
[<NoEquality; NoComparison>]
type internal DimerTables =
    {
        /// Entry 4·site + direction.
        Neighbours: int[]
        /// Of <c>DimerScattering.table</c>.
        Turns: uint32[]
        /// Sites of a row.
        Columns: int
    }

/// <summary>One covering with a worm in it, for one loop on one thread; mutable, so it never leaves the function that made it.</summary>
/// <remarks>A worm begins at a site, its tail, whose dimer is taken away. The head is the partner that is left over. A dimer from the head to a neighbour is put
/// in place; unless this is the tail, which ends the worm, the neighbour's old dimer is taken away, and its partner is the next head. Directions are held
/// as codes 4^direction, and 0 at the tail. Only vertical dimers of the neighbours left and right of the head can be parallel to a vertical dimer of the
/// head, and only horizontal ones of those above and below to a horizontal one, so that two sums of codes hold all four counts N_i, two bits each.</remarks>
[<Sealed; AllowNullLiteral>]
type internal DimerLane(tables: DimerTables, index: int, covering: byte[], key: Key) =
    let codes = covering |> Array.map (fun direction -> 1uy <<< 2 * int direction)

    let mutable random = RandomWords(key, 32)
    let mutable words = random.Buffer
    // 32-bit words of the buffer; none are used before the first call of Refill.
    let mutable position = words.Length * 2
    let mutable head = 0
    let mutable tail = -1
    // 4·(direction from the head to the site that it came from).
    let mutable back = 0
    let mutable worms = 0

    /// Which of several lanes this is.
    member _.Index = index

    /// Worms still to come, with the one that is under way.
    member _.Worms
        with get () = worms
        and set (count: int) = worms <- count

    /// The tail of the worm under way.
    member _.Tail = tail

    /// Plaquettes with two parallel dimers, where no worm is under way.
    member _.ParallelPairs = DimerModel.parallelPairsOf 1uy 4uy tables.Columns codes

    /// The covering, where no worm is under way.
    member _.Covering: byte[] =
        codes |> Array.map (fun code -> byte (BitOperations.TrailingZeroCount(uint32 code) / 2))

    /// Random numbers from another key from now on.
    member _.Reseed(key: Key) : unit =
        random <- RandomWords(key, 32)
        words <- random.Buffer
        position <- words.Length * 2

    [<MethodImpl(MethodImplOptions.NoInlining)>]
    member _.Refill() : unit =
        random.Reserve 32 |> ignore
        random.Use 32
        position <- 0

    /// The next 32 random bits.
    member inline private this.Next() : uint32 =
        if position = words.Length * 2 then
            this.Refill()

        let word =
            Unsafe.Add(&Unsafe.As<uint64, uint32>(&MemoryMarshal.GetArrayDataReference words), position)

        position <- position + 1
        word

    /// Begins a worm at a random site.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    member this.Begin() : unit =
        tail <- int (uint64 (this.Next()) * uint64 codes.Length >>> 32)
        let direction = BitOperations.TrailingZeroCount(uint32 codes[tail]) / 2
        codes[tail] <- 0uy
        head <- tables.Neighbours[4 * tail + direction]
        back <- 4 * (direction ^^^ 2)

    /// One visit of the head, told as head and 16·counts; true where the worm ends with it.
    member inline this.Step([<InlineIfLambda>] visit: int -> int -> unit) : bool =
        let codes = &MemoryMarshal.GetArrayDataReference codes
        let around = &MemoryMarshal.GetArrayDataReference tables.Neighbours
        let row = &Unsafe.Add(&around, 4 * head)

        let beside =
            int (Unsafe.Add(&codes, row)) + int (Unsafe.Add(&codes, Unsafe.Add(&row, 2)))

        let above =
            int (Unsafe.Add(&codes, Unsafe.Add(&row, 1))) + int (Unsafe.Add(&codes, Unsafe.Add(&row, 3)))

        let counts = ((beside &&& 0xCC) ||| (above &&& 0x33)) <<< 4
        visit head counts
        let word = this.Next()
        let slot = int (word &&& 3u)

        let entry =
            Unsafe.Add(&MemoryMarshal.GetArrayDataReference tables.Turns, counts + back + slot)

        // All bits set where the word is not below the threshold.
        let other = (int (entry >>> 2) - 1 - int (word >>> 2)) >>> 31
        let turn = slot ^^^ (int (entry &&& 3u) &&& other)
        let target = Unsafe.Add(&row, turn)
        Unsafe.Add(&codes, head) <- byte (1 <<< 2 * turn)
        let old = uint32 (Unsafe.Add(&codes, target))
        Unsafe.Add(&codes, target) <- byte (1 <<< (2 * turn ^^^ 4))

        if target = tail then
            true
        else
            let direction = BitOperations.TrailingZeroCount old >>> 1
            head <- Unsafe.Add(&around, 4 * target + direction)
            back <- 4 * (direction ^^^ 2)
            false

/// Worms in several coverings at once.
[<RequireQualifiedAccess>]
module internal DimerWorms =
    /// <summary>Worms of some lanes, one visit of each in turn, so that the processor works on one while it waits for memory on another.</summary>
    /// <param name="next">Called where a lane has no worms left: gives it new ones, or says false when the lane is finished.</param>
    /// <param name="lanes">Lanes with a worm or more each; the order changes.</param>
    /// <returns>Visits of all heads.</returns>
    let run (next: DimerLane -> bool) (lanes: DimerLane[]) : int64 =
        let mutable active, visits = lanes.Length, 0L
        lanes |> Array.iter _.Begin()

        while active > 0 do
            visits <- visits + int64 active
            let mutable i = 0

            while i < active do
                let lane = lanes[i]

                if lane.Step(fun _ _ -> ()) then
                    lane.Worms <- lane.Worms - 1

                    if lane.Worms > 0 || next lane then
                        lane.Begin()
                    else
                        active <- active - 1
                        lanes[i] <- lanes[active]
                        i <- i - 1

                i <- i + 1

        visits
