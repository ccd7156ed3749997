namespace Mice.Quests

open System
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice.Atoms

/// <summary>The descriptor of one atomic environment, written with room that one thread uses again and again.</summary>
/// <remarks>With w(r) = (1 − (r/r_c)²)² the first k components are w(rⱼ)/rⱼ of the k nearest neighbours, nearest first. For the others every neighbour
/// j has its own list √(wⱼ w_l)/d_jl of all neighbours l, in descending order and without its last; they are the means of these lists, k − 1 numbers.
/// Where there are fewer than k neighbours the lists are filled up with 0, and means are over k all the same. Source: arXiv:2404.12367, eqs. S1–S7, where S6 and S7
/// count the k entries of a list, its 0 for l = j among them.</remarks>
[<Sealed>]
type internal EnvironmentKernel(k: int, cutoff: float) =
    let padded = (k + 3) / 4 * 4
    let network = SortingNetwork.create k
    let u = Array.zeroCreate<float> padded

    let x, y, z =
        Array.zeroCreate padded, Array.zeroCreate padded, Array.zeroCreate<float> padded

    let lists = Array.zeroCreate<float>(4 * k)
    let means = Array.zeroCreate<float>(4 * k)

    /// Neighbours that are not there: they weigh nothing and coincide with nothing.
    let fill (found: int) =
        for j in found .. padded - 1 do
            u[j] <- 0.0
            x[j] <- 1e6 * float (j + 1)
            y[j] <- 0.0
            z[j] <- 0.0

    /// Lists of the neighbours of a group, [k; 4], unsorted.
    let writeLists (group: int) =
        let us = &MemoryMarshal.GetArrayDataReference u
        let xs = &MemoryMarshal.GetArrayDataReference x
        let ys = &MemoryMarshal.GetArrayDataReference y
        let zs = &MemoryMarshal.GetArrayDataReference z
        let into = &MemoryMarshal.GetArrayDataReference lists
        let at = unativeint (4 * group)
        let uj = Vector256.LoadUnsafe(&us, at)
        let xj = Vector256.LoadUnsafe(&xs, at)
        let yj = Vector256.LoadUnsafe(&ys, at)
        let zj = Vector256.LoadUnsafe(&zs, at)

        for l in 0 .. k - 1 do
            let dx = xj - Vector256.Create x[l]
            let dy = yj - Vector256.Create y[l]
            let dz = zj - Vector256.Create z[l]
            let squared = dx * dx + dy * dy + dz * dz

            (uj * Vector256.Create u[l] / Vector256.Sqrt squared).StoreUnsafe(&into, unativeint (4 * l))

        for lane in 0 .. min 3 (k - 1 - 4 * group) do
            lists[4 * (4 * group + lane) + lane] <- 0.0

        // Rows beyond the k-th.
        for lane in max 0 (k - 4 * group) .. 3 do
            for l in 0 .. k - 1 do
                lists[4 * l + lane] <- 0.0

    let addLists () =
        let from = &MemoryMarshal.GetArrayDataReference lists
        let into = &MemoryMarshal.GetArrayDataReference means

        for l in 0 .. k - 1 do
            let at = unativeint (4 * l)
            (Vector256.LoadUnsafe(&into, at) + Vector256.LoadUnsafe(&from, at)).StoreUnsafe(&into, at)

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

        for group in 0 .. (found + 3) / 4 - 1 do
            writeLists group
            SortingNetwork.descending network lists
            addLists ()

        for l in 0 .. k - 2 do
            let mutable sum = 0.0

            for lane in 4 * l .. 4 * l + 3 do
                sum <- sum + means[lane]

            room[PointSet.Width * (angular + l)] <- sum / float k
