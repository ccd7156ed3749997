namespace Mice.Quests

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice.Atoms

/// <summary>The descriptor of one atomic environment, written with room that one thread uses again and again.</summary>
/// <remarks>With w(r) = (1 − (r/r_c)²)² the first k components are w(rⱼ)/rⱼ of the k nearest neighbours, nearest first. For the others every neighbour
/// j has its own list √(wⱼ w_l)/d_jl of all neighbours l, in descending order and without its last; they are the means of these lists, k − 1 numbers.
/// Where there are fewer than k neighbours the lists are filled up with 0, and means are over k all the same. Source: arXiv:2404.12367, eqs. S1–S9, where S6 and S7
/// count the k entries of a list, its 0 for l = j among them.</remarks>
[<Sealed>]
type internal EnvironmentKernel(k: int, cutoff: float) =
    let groups = (k + 7) / 8
    let padded = 8 * groups
    let network = SortingNetwork.create k
    let u = Array.zeroCreate<float> padded
    let x, y, z = Array.zeroCreate padded, Array.zeroCreate padded, Array.zeroCreate<float> padded
    let lists = Array.zeroCreate<float> (8 * k)
    let means = Array.zeroCreate<float> (8 * k)

    /// Neighbours that are not there: they weigh nothing and coincide with nothing.
    let fill (found: int) =
        for j in found .. padded - 1 do
            u[j] <- 0.0
            x[j] <- 1e6 * float (j + 1)
            y[j] <- 0.0
            z[j] <- 0.0

    /// Lists of the neighbours of a group, [k; 8], unsorted.
    let writeLists (group: int) =
        let us = &MemoryMarshal.GetArrayDataReference u
        let xs = &MemoryMarshal.GetArrayDataReference x
        let ys = &MemoryMarshal.GetArrayDataReference y
        let zs = &MemoryMarshal.GetArrayDataReference z
        let into = &MemoryMarshal.GetArrayDataReference lists
        let at = unativeint (8 * group)
        let uj = Vector512.LoadUnsafe(&us, at)
        let xj = Vector512.LoadUnsafe(&xs, at)
        let yj = Vector512.LoadUnsafe(&ys, at)
        let zj = Vector512.LoadUnsafe(&zs, at)

        for l in 0 .. k - 1 do
            let dx = xj - Vector512.Create x[l]
            let dy = yj - Vector512.Create y[l]
            let dz = zj - Vector512.Create z[l]
            let squared = dx * dx + dy * dy + dz * dz

            (uj * Vector512.Create u[l] / Vector512.Sqrt squared).StoreUnsafe(&into, unativeint (8 * l))

        for lane in 0 .. min 7 (k - 1 - 8 * group) do
            lists[8 * (8 * group + lane) + lane] <- 0.0

        // Rows beyond the k-th.
        for lane in max 0 (k - 8 * group) .. 7 do
            for l in 0 .. k - 1 do
                lists[8 * l + lane] <- 0.0

    let addLists () =
        let from = &MemoryMarshal.GetArrayDataReference lists
        let into = &MemoryMarshal.GetArrayDataReference means

        for l in 0 .. k - 1 do
            let at = unativeint (8 * l)
            (Vector512.LoadUnsafe(&into, at) + Vector512.LoadUnsafe(&from, at)).StoreUnsafe(&into, at)

    /// <summary>Writes the descriptor of an environment into a panel of points.</summary>
    /// <param name="neighbours">Neighbours of several atoms, nearest first.</param>
    /// <param name="atom">The atom: a point of the table.</param>
    /// <param name="components">Panels of components.</param>
    /// <param name="place">Where component 0 of the point stands.</param>
    /// <param name="radial">The component with which w/r begins.</param>
    /// <param name="angular">The component with which the means of the lists begin.</param>
    member _.Write
        (neighbours: NeighbourTable, atom: int, components: float[], place: int64, radial: int, angular: int)
        : unit =
        let first = neighbours.Offsets[atom]
        let found = min k (neighbours.Offsets[atom + 1] - first)
        let room = Span<float>(components).Slice(int place)
        fill found

        for j in 0 .. found - 1 do
            let squared = neighbours.SquaredDistances[first + j]
            let decay = max 0.0 (1.0 - squared / (cutoff * cutoff))
            u[j] <- decay
            x[j] <- neighbours.Displacements[3 * (first + j)]
            y[j] <- neighbours.Displacements[3 * (first + j) + 1]
            z[j] <- neighbours.Displacements[3 * (first + j) + 2]
            room[PointSet.Width * (radial + j)] <- decay * decay / sqrt squared

        Array.Clear means

        for group in 0 .. (found + 7) / 8 - 1 do
            writeLists group
            SortingNetwork.descending network lists
            addLists ()

        for l in 0 .. k - 2 do
            let mutable sum = 0.0

            for lane in 8 * l .. 8 * l + 7 do
                sum <- sum + means[lane]

            room[PointSet.Width * (angular + l)] <- sum / float k
