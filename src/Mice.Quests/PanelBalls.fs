namespace Mice.Quests

open System
open System.Threading.Tasks

/// A set of points in an order in which those near each other share a panel, and a ball around every panel.
type internal PanelBalls =
    {
        /// The points in that order.
        Points: PointSet
        /// The place of each of them in the set as it was given.
        Order: int[]
        /// The middle of every panel, a point for each.
        Centres: PointSet
        /// How far the points of a panel are from its middle at most.
        Radii: float[]
    }

[<RequireQualifiedAccess>]
module internal PanelBalls =
    let private width = PointSet.Width

    /// Parts of so many points are sorted by threads of their own.
    let private large = 4096

    /// Rows of some components, and an order that is being sorted by keys.
    type private Sorting =
        {
            Rows: float[]
            Dimension: int
            Order: int[]
            Keys: float[]
        }

    let private meanOf (s: Sorting) (first: int) (count: int) : float[] =
        let sums = Array.zeroCreate<float> s.Dimension

        for m in first .. first + count - 1 do
            let row = s.Order[m] * s.Dimension

            for k in 0 .. s.Dimension - 1 do
                sums[k] <- sums[k] + s.Rows[row + k]

        sums |> Array.map (fun sum -> sum / float count)

    let private squareTo (s: Sorting) (point: float[]) (m: int) : float =
        let row = s.Order[m] * s.Dimension
        let mutable sum = 0.0

        for k in 0 .. s.Dimension - 1 do
            let x = s.Rows[row + k] - point[k]
            sum <- sum + x * x

        sum

    /// The member farthest from a point.
    let private farthest (s: Sorting) (first: int) (count: int) (point: float[]) : float[] =
        let mutable best, found = -1.0, first

        for m in first .. first + count - 1 do
            let square = squareTo s point m

            if square > best then
                best <- square
                found <- m

        Array.sub s.Rows (s.Order[found] * s.Dimension) s.Dimension

    /// Sorts a part of the order along the line through two members far from each other.
    let private sortAlongLine (s: Sorting) (first: int) (count: int) : unit =
        let one = meanOf s first count |> farthest s first count
        let line = Array.map2 (-) (farthest s first count one) one

        for m in first .. first + count - 1 do
            let row = s.Order[m] * s.Dimension
            let mutable sum = 0.0

            for k in 0 .. s.Dimension - 1 do
                sum <- sum + line[k] * s.Rows[row + k]

            s.Keys[m] <- sum

        Array.Sort(s.Keys, s.Order, first, count)

    /// Sorts a part, then its halves, which are whole panels, and so on.
    let rec private sort (options: ParallelOptions) (s: Sorting) (first: int) (count: int) : unit =
        if count > width then
            sortAlongLine s first count
            let half = (PointSet.panels count + 1) / 2 * width
            let lower () = sort options s first half

            let upper () =
                sort options s (first + half) (count - half)

            if count > large then
                Parallel.Invoke(options, lower, upper)
            else
                lower ()
                upper ()

    let ofPoints (threads: int) (set: PointSet) : PanelBalls =
        let options = ParallelOptions(MaxDegreeOfParallelism = threads)

        let s =
            {
                Rows = PointSet.rows set
                Dimension = set.Dimension
                Order = Array.init set.Count id
                Keys = Array.zeroCreate set.Count
            }

        sort options s 0 set.Count
        let d, panels = set.Dimension, PointSet.panels set.Count
        let centres = PointSet.room panels d
        let radii = Array.zeroCreate<float> panels

        let one (p: int) =
            let first = p * width
            let count = min width (set.Count - first)
            let centre = meanOf s first count
            centre |> Array.iteri (fun k x -> centres[int (PointSet.place d p k)] <- x)

            radii[p] <- Seq.init count (fun m -> squareTo s centre (first + m)) |> Seq.max |> sqrt

        Parallel.For(0, panels, options, one) |> ignore

        {
            Points = PointSet.choose s.Order set
            Order = s.Order
            Centres = PointSet.ofPanels threads panels d centres
            Radii = radii
        }
