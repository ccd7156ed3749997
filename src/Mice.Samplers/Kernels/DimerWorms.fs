namespace Mice.Samplers

open System.Runtime.CompilerServices

/// Worms in several coverings at once.
[<RequireQualifiedAccess>]
module internal DimerWorms =
    [<MethodImpl(MethodImplOptions.AggressiveOptimization)>]
    let private turns (tables: DimerTables) (next: DimerLane -> bool) (first: DimerLane) : int64 =
        let around, turns = tables.NeighboursAddress, tables.TurnsAddress
        let mutable visits = 0L
        let mutable before = first

        while not (isNull before) do
            let lane = before.Next
            visits <- visits + 1L

            if lane.Visit(around, turns) then
                lane.Worms <- lane.Worms - 1

                if lane.Worms > 0 || next lane then
                    lane.Begin()
                    before <- lane
                elif obj.ReferenceEquals(before, lane) then
                    before <- null
                else
                    before.Next <- lane.Next
            else
                before <- lane

        visits

    /// <summary>Worms of some lanes, one visit of each in turn, so that the processor works on one while it waits for memory on another.</summary>
    /// <param name="tables">The tables of the lanes.</param>
    /// <param name="next">Called where a lane has no worms left: gives it new ones, or says false when the lane is finished.</param>
    /// <param name="lanes">One lane or more, with a worm or more each.</param>
    /// <returns>Visits of all heads.</returns>
    let run (tables: DimerTables) (next: DimerLane -> bool) (lanes: DimerLane[]) : int64 =
        lanes |> Array.iter _.Pin()

        try
            for i in 0 .. lanes.Length - 1 do
                lanes[i].Next <- lanes[(i + 1) % lanes.Length]
                lanes[i].Begin()

            turns tables next lanes[0]
        finally
            lanes |> Array.iter _.Unpin()

    /// <summary>Worms of one lane, with every visit told.</summary>
    /// <param name="tables">The tables of the lane.</param>
    /// <param name="visit">Called with head, tail and counts as in <c>DimerLane.Counts</c>/32 before the head turns.</param>
    /// <param name="lane">The lane, with a worm or more.</param>
    let watch (tables: DimerTables) (visit: int -> int -> int -> unit) (lane: DimerLane) : unit =
        let around, turns = tables.NeighboursAddress, tables.TurnsAddress
        lane.Pin()

        try
            while lane.Worms > 0 do
                lane.Begin()
                let mutable ended = false

                while not ended do
                    visit (int lane.Head) (int lane.Tail) (lane.Counts(around + 16n * lane.Head) / 32)
                    ended <- lane.Visit(around, turns)

                lane.Worms <- lane.Worms - 1
        finally
            lane.Unpin()
