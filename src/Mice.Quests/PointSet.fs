namespace Mice.Quests

open System
open System.Threading.Tasks
open Mice

/// <summary>Points of a space of any dimension, laid out for sums over all pairs of them: descriptors of atomic environments above all.</summary>
/// <remarks>Points stand in panels of 24, within which one component of all of them lies together; the last panel is filled up with points that
/// are too far from everything to count. Immutable; safe to share between threads. Make one with <c>PointSet.ofRows</c>.</remarks>
[<Sealed; AllowNullLiteral(false)>]
type PointSet internal (count: int, dimension: int, panels: float[], squares: float[]) =
    /// The number of points, n.
    member _.Count = count

    /// The number of components of each, d.
    member _.Dimension = dimension

    /// [panels; d; 24]
    member internal _.Panels = panels

    /// [24·panels]: |x|²; 1e300 for what fills the last panel up.
    member internal _.Squares = squares

/// Making and taking apart sets of points.
[<RequireQualifiedAccess>]
module PointSet =
    /// Points in a panel.
    [<Literal>]
    let internal Width = 24

    /// |x|² of a point that is not there.
    let private nowhere = 1e300

    /// The number of panels that so many points need.
    let internal panels (count: int) : int = (count + Width - 1) / Width

    /// Where component k of point i stands.
    let inline internal place (dimension: int) (i: int) (k: int) : int64 =
        int64 (i / Width) * int64 (dimension * Width) + int64 (k * Width + i % Width)

    /// Room for components.
    let internal room (count: int) (dimension: int) : float[] =
        Array.zeroCreate (panels count * dimension * Width)

    /// A set whose components stand in place; |x|² is summed in the order, and with the roundings, of the products of different points, so
    /// that the distance between equal points is 0 exactly.
    let internal ofPanels (threads: int) (count: int) (dimension: int) (components: float[]) : PointSet =
        let squares = Array.create (panels count * Width) nowhere

        let one i =
            let mutable sum = 0.0

            for k in 0 .. dimension - 1 do
                let x = components[int (place dimension i k)]
                sum <- Math.FusedMultiplyAdd(x, x, sum)

            squares[i] <- sum

        Parallel.For(0, count, ParallelOptions(MaxDegreeOfParallelism = threads), one) |> ignore
        PointSet(count, dimension, components, squares)

    /// <summary>A set of points.</summary>
    /// <param name="dimension">d, 1 or more.</param>
    /// <param name="rows">[n; d], row-major, one point or more.</param>
    /// <returns>Errors: OutOfRange for d below 1, for numbers that are no multiple of d, for none, and for one that is not finite or beyond
    /// ±1e100.</returns>
    let ofRows (dimension: int) (rows: float[]) : Result<PointSet, MiceError list> =
        let faults =
            if dimension < 1 then
                Validate.atLeast 1 "the dimension of the points" dimension
            elif rows.Length = 0 || rows.Length % dimension <> 0 then
                [
                    MiceError.OutOfRange(
                        "the number of components",
                        string rows.Length,
                        $"a multiple of the dimension {dimension}, above 0"
                    )
                ]
            else
                match rows |> Array.tryFindIndex (fun x -> not (abs x <= 1e100)) with
                | None -> []
                | Some at ->
                    [
                        MiceError.OutOfRange(
                            $"component {at % dimension + 1} of point {at / dimension + 1}",
                            Number.text rows[at],
                            "finite numbers"
                        )
                    ]

        faults
        |> List.isEmpty
        |> function
            | false -> Error faults
            | true ->
                let count = rows.Length / dimension
                let components = room count dimension

                for i in 0 .. count - 1 do
                    for k in 0 .. dimension - 1 do
                        components[int (place dimension i k)] <- rows[i * dimension + k]

                Ok(ofPanels 1 count dimension components)

    /// <summary>One point.</summary>
    /// <param name="i">Which, from 0.</param>
    /// <param name="set">The set.</param>
    /// <returns>[d]</returns>
    let row (i: int) (set: PointSet) : float[] =
        if i < 0 || i >= set.Count then
            invalidArg (nameof i) $"There is no point {i} in a set of {set.Count}."

        Array.init set.Dimension (fun k -> set.Panels[int (place set.Dimension i k)])

    /// <summary>All points.</summary>
    /// <param name="set">The set.</param>
    /// <returns>[n; d], row-major.</returns>
    let rows (set: PointSet) : float[] =
        let all = Array.zeroCreate (set.Count * set.Dimension)

        for i in 0 .. set.Count - 1 do
            for k in 0 .. set.Dimension - 1 do
                all[i * set.Dimension + k] <- set.Panels[int (place set.Dimension i k)]

        all

    /// <summary>Some of the points, in the order given.</summary>
    /// <param name="indices">Which, from 0, one or more; a point may come several times.</param>
    /// <param name="set">The set.</param>
    let choose (indices: int[]) (set: PointSet) : PointSet =
        if indices.Length = 0 || indices |> Array.exists (fun i -> i < 0 || i >= set.Count) then
            invalidArg (nameof indices) $"Give one or more of the points 0 to {set.Count - 1}."

        let d = set.Dimension
        let components = room indices.Length d

        for j in 0 .. indices.Length - 1 do
            for k in 0 .. d - 1 do
                components[int (place d j k)] <- set.Panels[int (place d indices[j] k)]

        ofPanels 1 indices.Length d components

    /// <summary>The points of several sets, one set after the other.</summary>
    /// <param name="sets">One or more sets of one dimension.</param>
    let concat (sets: PointSet[]) : PointSet =
        let dimensions = sets |> Array.map _.Dimension |> Array.distinct

        if dimensions.Length <> 1 then
            invalidArg (nameof sets) "Give one or more sets of points of one dimension."

        let d = dimensions[0]
        let count = sets |> Array.sumBy _.Count
        let components = room count d
        let mutable at = 0

        for set in sets do
            for i in 0 .. set.Count - 1 do
                for k in 0 .. d - 1 do
                    components[int (place d (at + i) k)] <- set.Panels[int (place d i k)]

            at <- at + set.Count

        ofPanels 1 count d components

    /// <summary>What stands against computing with two sets together.</summary>
    /// <param name="left">One set.</param>
    /// <param name="right">The other.</param>
    /// <returns>Mismatch where their dimensions differ.</returns>
    let faults (left: PointSet) (right: PointSet) : MiceError list =
        [
            if left.Dimension <> right.Dimension then
                MiceError.Mismatch(
                    "the numbers of components of the environments",
                    string left.Dimension,
                    string right.Dimension
                )
        ]
