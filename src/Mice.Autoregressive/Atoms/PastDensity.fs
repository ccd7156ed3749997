namespace Mice.Autoregressive

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics

/// <summary>The density of the atoms behind a point in a basis: A_ka = Σ_j B_ka(d_j), many points a second.</summary>
/// <remarks>Neighbours are added with <c>Add</c> and turned into numbers with <c>Write</c>; mutable, for one thread. All arithmetic runs
/// over the neighbours in vectors, in float32.</remarks>
[<Sealed>]
type PastDensity(basis: DensityBasis) =
    /// Numbers in a vector.
    let width = Vector256<float32>.Count

    /// Functions of the direction that are summed together.
    let together = 5

    let roundUp n step = (n + step - 1) / step * step
    let angles = DensityBasis.angularSize basis
    let angularRows = roundUp angles together
    let radials = basis.Centres.Length
    let radialColumns = roundUp radials width

    /// μ_k and 1/w_k; behind the last function numbers whose function is never used.
    let centres, inverseWidths =
        let fill (values: float[]) =
            Array.init radialColumns (fun k -> float32 values[min k (radials - 1)])

        fill basis.Centres, fill (basis.Widths |> Array.map (fun w -> 1.0 / w))

    /// Of each (l, m) of the recurrence, m by m: the coefficients of Q_l = a z Q_(l−1) − b Q_(l−2), the normalisation, and the row of its
    /// values; −1 where l + m is odd. A sine follows its cosine.
    let steps =
        let harmonics = DensityBasis.harmonics basis.Degree
        let sizes = harmonics |> Array.map (fun struct (_, m) -> if m > 0 then 2 else 1)

        let rowOf =
            Array.zip harmonics (Array.scan (+) 0 sizes |> Array.take sizes.Length) |> dict

        [|
            for m in 0 .. basis.Degree do
                for l in m .. basis.Degree do
                    let distance = float32 (max 1 (l - m))
                    let a, b = float32 (2 * l - 1) / distance, float32 (l + m - 1) / distance

                    match rowOf.TryGetValue(struct (l, m)) with
                    | true, row -> struct (a, b, float32 (DensityBasis.normalisation l m), row)
                    | _ -> struct (a, b, 0.0f, -1)
        |]

    let mutable capacity = 0
    let mutable count = 0
    let mutable distance: float32[] = [||]
    let mutable ux: float32[] = [||]
    let mutable uy: float32[] = [||]
    let mutable uz: float32[] = [||]
    let mutable nearest = -1
    let mutable secondNearest = -1
    let mutable envelope: float32[] = [||]
    let mutable angular: float32[] = [||] // [angularRows · capacity], the rows behind the last function zero
    let mutable radial: float32[] = [||] // [capacity · radialColumns]

    let grow () =
        capacity <- max 64 (2 * capacity)
        Array.Resize(&distance, capacity)
        Array.Resize(&ux, capacity)
        Array.Resize(&uy, capacity)
        Array.Resize(&uz, capacity)
        envelope <- Array.zeroCreate capacity
        angular <- Array.zeroCreate (angularRows * capacity)
        radial <- Array.zeroCreate (radialColumns * capacity)

    /// Re and Im of (x + iy)^m times Q_lm, from m to m and from l to l.
    let spherical n =
        let xs = &MemoryMarshal.GetArrayDataReference ux
        let ys = &MemoryMarshal.GetArrayDataReference uy
        let zs = &MemoryMarshal.GetArrayDataReference uz
        let rows = &MemoryMarshal.GetArrayDataReference angular

        for j in 0..width .. n - 1 do
            let x, y, z =
                Vector256.LoadUnsafe(&xs, unativeint j),
                Vector256.LoadUnsafe(&ys, unativeint j),
                Vector256.LoadUnsafe(&zs, unativeint j)

            let mutable re, im = Vector256<float32>.One, Vector256<float32>.Zero
            let mutable i = 0

            for m in 0 .. basis.Degree do
                let mutable before, value = Vector256<float32>.Zero, Vector256<float32>.One

                for l in m .. basis.Degree do
                    let struct (a, b, scale, row) = steps[i]
                    i <- i + 1

                    if l > m then
                        let next = a * z * value - b * before
                        before <- value
                        value <- next

                    if row >= 0 then
                        let scaled = scale * value
                        (scaled * re).StoreUnsafe(&rows, unativeint (row * capacity + j))

                        if m > 0 then
                            (scaled * im).StoreUnsafe(&rows, unativeint ((row + 1) * capacity + j))

                let turned = re * x - im * y
                im <- re * y + im * x
                re <- turned

    /// cos mθ by Chebyshev's recurrence in x = cos θ.
    let circular n =
        let root = float32 (sqrt 2.0)
        let xs = &MemoryMarshal.GetArrayDataReference ux
        let rows = &MemoryMarshal.GetArrayDataReference angular

        for j in 0..width .. n - 1 do
            let x = Vector256.LoadUnsafe(&xs, unativeint j)
            let mutable before, value = x, Vector256<float32>.One

            for m in 0 .. basis.Degree do
                ((if m > 0 then root else 1.0f) * value).StoreUnsafe(&rows, unativeint (m * capacity + j))
                let next = 2.0f * x * value - before
                before <- value
                value <- next

    /// g_k of every neighbour, all k of one behind each other.
    let shells n =
        let inverse = float32 (Math.PI / basis.Cutoff)
        let distances = &MemoryMarshal.GetArrayDataReference distance
        let envelopes = &MemoryMarshal.GetArrayDataReference envelope
        let rows = &MemoryMarshal.GetArrayDataReference radial

        for j in 0..width .. n - 1 do
            let r = Vector256.LoadUnsafe(&distances, unativeint j)

            (0.5f * (Vector256<float32>.One + Vector256.Cos(inverse * r))).StoreUnsafe(&envelopes, unativeint j)

        for k in 0..width .. radialColumns - 1 do
            let centre, inverseWidth =
                Vector256.Create(centres, k), Vector256.Create(inverseWidths, k)

            for j in 0 .. count - 1 do
                let u = (Vector256.Create distance[j] - centre) * inverseWidth

                (envelope[j] * Vector256.Exp(-0.5f * u * u)).StoreUnsafe(&rows, unativeint (j * radialColumns + k))

    let put (sums: Vector256<float32>) k a (target: Span<float32>) =
        if a < angles then
            for lane in 0 .. min width (radials - k) - 1 do
                target[(k + lane) * angles + a] <- sums.GetElement lane

    /// Σ_j g_k(j) Y_a(j), for one vector of k and five a at a time.
    let contract (target: Span<float32>) =
        let shells = &MemoryMarshal.GetArrayDataReference radial
        let rows = &MemoryMarshal.GetArrayDataReference angular

        for k in 0..width .. radialColumns - 1 do
            for a in 0..together .. angles - 1 do
                let mutable s0, s1, s2 =
                    Vector256<float32>.Zero, Vector256<float32>.Zero, Vector256<float32>.Zero

                let mutable s3, s4 = Vector256<float32>.Zero, Vector256<float32>.Zero
                let mutable at = a * capacity

                for j in 0 .. count - 1 do
                    let g = Vector256.LoadUnsafe(&shells, unativeint (j * radialColumns + k))
                    s0 <- Vector256.FusedMultiplyAdd(g, Vector256.Create(Unsafe.Add(&rows, at)), s0)
                    s1 <- Vector256.FusedMultiplyAdd(g, Vector256.Create(Unsafe.Add(&rows, at + capacity)), s1)
                    s2 <- Vector256.FusedMultiplyAdd(g, Vector256.Create(Unsafe.Add(&rows, at + 2 * capacity)), s2)
                    s3 <- Vector256.FusedMultiplyAdd(g, Vector256.Create(Unsafe.Add(&rows, at + 3 * capacity)), s3)
                    s4 <- Vector256.FusedMultiplyAdd(g, Vector256.Create(Unsafe.Add(&rows, at + 4 * capacity)), s4)
                    at <- at + 1

                put s0 k a target
                put s1 k (a + 1) target
                put s2 k (a + 2) target
                put s3 k (a + 3) target
                put s4 k (a + 4) target

    /// x ← c x + s y, y ← sign · (c y − s x) for all neighbours.
    let rotate (c: float32) (s: float32) (sign: float32) =
        let xs = &MemoryMarshal.GetArrayDataReference ux
        let ys = &MemoryMarshal.GetArrayDataReference uy

        for j in 0..width .. roundUp count width - 1 do
            let x, y =
                Vector256.LoadUnsafe(&xs, unativeint j), Vector256.LoadUnsafe(&ys, unativeint j)

            (c * x + s * y).StoreUnsafe(&xs, unativeint j)
            (sign * (c * y - s * x)).StoreUnsafe(&ys, unativeint j)

    /// The functions that the density is expanded in.
    member _.Basis = basis

    /// <summary>Turns and reflects all neighbours around the pass so that the nearest one lies in front (y = 0, x above 0) and the
    /// second nearest to its left (y above 0).</summary>
    /// <remarks>Where every rotation around the pass is a symmetry, points that differ by one only become equal. In two dimensions the
    /// only such operation is the reflection x → −x, in one there is none.</remarks>
    member _.Align() =
        if nearest >= 0 && basis.Dimension = 2 && ux[nearest] < 0.0f then
            rotate -1.0f 0.0f 1.0f
        elif nearest >= 0 && basis.Dimension = 3 then
            let x, y = ux[nearest], uy[nearest]
            let across = MathF.Sqrt(x * x + y * y)

            let c, s =
                if across > 1e-6f then
                    x / across, y / across
                else
                    1.0f, 0.0f

            let isRight =
                secondNearest >= 0 && c * uy[secondNearest] - s * ux[secondNearest] < 0.0f

            rotate c s (if isRight then -1.0f else 1.0f)

    /// Forgets all neighbours.
    member _.Clear() =
        count <- 0
        nearest <- -1
        secondNearest <- -1

    /// <summary>Adds one neighbour; one at or beyond the cut-off is ignored.</summary>
    /// <param name="x">From the point to the neighbour in the frame of the pass, Å.</param>
    /// <param name="y">Å; 0 in one dimension.</param>
    /// <param name="z">Å; 0 below three dimensions.</param>
    member _.Add(x: float32, y: float32, z: float32) =
        let r = MathF.Sqrt(x * x + y * y + z * z)

        if r < float32 basis.Cutoff && r > 0.0f then
            if count + width > capacity then
                grow ()

            let inverse = 1.0f / r
            distance[count] <- r
            ux[count] <- x * inverse
            uy[count] <- y * inverse
            uz[count] <- z * inverse

            if nearest < 0 || r < distance[nearest] then
                secondNearest <- nearest
                nearest <- count
            elif secondNearest < 0 || r < distance[secondNearest] then
                secondNearest <- count

            count <- count + 1

    /// <summary>Writes A_ka, k-major.</summary>
    /// <param name="target">[size of the basis].</param>
    member _.Write(target: Span<float32>) =
        if count = 0 then
            target.Clear()
        else
            let n = roundUp count width
            // What lies behind the last neighbour is computed but not summed: it has to be finite only.
            Array.Clear(distance, count, n - count)
            Array.Clear(ux, count, n - count)
            Array.Clear(uy, count, n - count)
            Array.Clear(uz, count, n - count)

            match basis.Dimension with
            | 3 -> spherical n
            | 2 -> circular n
            | _ -> Array.Fill(angular, 1.0f, 0, n)

            shells n

            contract target
