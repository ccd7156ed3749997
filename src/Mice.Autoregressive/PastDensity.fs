namespace Mice.Autoregressive

open System
open System.Numerics

/// <summary>The density of the atoms behind a point in a basis: A_ka = Σ_j B_ka(d_j), many points a second.</summary>
/// <remarks>Neighbours are added with <c>Add</c> and turned into numbers with <c>Write</c>; mutable, for one thread. All arithmetic runs
/// over the neighbours in vectors of the machine's width, in float32.</remarks>
[<Sealed>]
type PastDensity(basis: DensityBasis) =
    let width = Vector<float32>.Count
    let angles = DensityBasis.angularSize basis
    let radials = basis.Centres.Length
    let harmonics = DensityBasis.harmonics basis.Degree

    // Where the values of (l, m) start; a sine follows its cosine.
    let starts =
        let sizes = harmonics |> Array.map (fun struct (_, m) -> if m > 0 then 2 else 1)
        Array.scan (+) 0 sizes

    let place = Array2D.create (basis.Degree + 1) (basis.Degree + 1) -1
    let scale = Array2D.zeroCreate<float32> (basis.Degree + 1) (basis.Degree + 1)

    do
        harmonics
        |> Array.iteri (fun i struct (l, m) ->
            place[l, m] <- starts[i]
            scale[l, m] <- float32 (DensityBasis.normalisation l m))

    let mutable capacity = 0
    let mutable count = 0
    let mutable distance: float32[] = [||]
    let mutable ux: float32[] = [||]
    let mutable uy: float32[] = [||]
    let mutable uz: float32[] = [||]
    let mutable angular: float32[] = [||] // [angles · capacity]
    let mutable radial: float32[] = [||] // [radials · capacity]
    let mutable real: float32[] = [||]
    let mutable imaginary: float32[] = [||]
    let mutable previous: float32[] = [||]
    let mutable current: float32[] = [||]

    let grow () =
        capacity <- max 64 (2 * capacity)
        Array.Resize(&distance, capacity)
        Array.Resize(&ux, capacity)
        Array.Resize(&uy, capacity)
        Array.Resize(&uz, capacity)
        angular <- Array.zeroCreate (angles * capacity)
        radial <- Array.zeroCreate (radials * capacity)
        real <- Array.zeroCreate capacity
        imaginary <- Array.zeroCreate capacity
        previous <- Array.zeroCreate capacity
        current <- Array.zeroCreate capacity

    let padded () = (count + width - 1) / width * width

    /// Q_lm for l = m … degree at one m, times Re and Im of (x + iy)^m, into their places.
    let order m n =
        Array.Fill(previous, 0.0f, 0, n)
        Array.Fill(current, 1.0f, 0, n)

        for l in m .. basis.Degree do
            if l > m then
                let a, b =
                    float32 (2 * l - 1) / float32 (l - m), float32 (l + m - 1) / float32 (l - m)

                for j in 0..width .. n - 1 do
                    let value = Vector<float32>(current, j)
                    let next = a * Vector<float32>(uz, j) * value - b * Vector<float32>(previous, j)
                    value.CopyTo(previous, j)
                    next.CopyTo(current, j)

            if place[l, m] >= 0 then
                let row, s = place[l, m] * capacity, scale[l, m]

                for j in 0..width .. n - 1 do
                    let value = s * Vector<float32>(current, j)
                    (value * Vector<float32>(real, j)).CopyTo(angular, row + j)

                    if m > 0 then
                        (value * Vector<float32>(imaginary, j)).CopyTo(angular, row + capacity + j)

    let spherical n =
        Array.Fill(real, 1.0f, 0, n)
        Array.Fill(imaginary, 0.0f, 0, n)

        for m in 0 .. basis.Degree do
            order m n

            for j in 0..width .. n - 1 do
                let x, y = Vector<float32>(ux, j), Vector<float32>(uy, j)
                let re, im = Vector<float32>(real, j), Vector<float32>(imaginary, j)
                (re * x - im * y).CopyTo(real, j)
                (re * y + im * x).CopyTo(imaginary, j)

    /// cos mθ by Chebyshev's recurrence in x = cos θ.
    let circular n =
        let root = float32 (sqrt 2.0)

        for j in 0..width .. n - 1 do
            let x = Vector<float32>(ux, j)
            let mutable before, value = x, Vector<float32>.One

            for m in 0 .. basis.Degree do
                ((if m > 0 then root else 1.0f) * value).CopyTo(angular, m * capacity + j)
                let next = 2.0f * x * value - before
                before <- value
                value <- next

    let shells n =
        let inverse = float32 (Math.PI / basis.Cutoff)

        for j in 0..width .. n - 1 do
            let r = Vector<float32>(distance, j)

            let envelope =
                Vector<float32>(0.5f) * (Vector<float32>.One + Vector.Cos(inverse * r))

            for k in 0 .. radials - 1 do
                let u =
                    (r - Vector<float32>(float32 basis.Centres[k])) * float32 (1.0 / basis.Widths[k])

                (envelope * Vector.Exp(-0.5f * u * u)).CopyTo(radial, k * capacity + j)

        // Places beyond the last neighbour weigh nothing.
        for k in 0 .. radials - 1 do
            Array.Clear(radial, k * capacity + count, n - count)

    let dot k a n =
        let mutable sum = Vector<float32>.Zero

        for j in 0..width .. n - 1 do
            sum <- sum + Vector<float32>(radial, k * capacity + j) * Vector<float32>(angular, a * capacity + j)

        Vector.Sum sum

    /// The two nearest neighbours; −1 where there is none.
    let nearestTwo () =
        let mutable first, second = -1, -1

        for j in 0 .. count - 1 do
            if first < 0 || distance[j] < distance[first] then
                second <- first
                first <- j
            elif second < 0 || distance[j] < distance[second] then
                second <- j

        struct (first, second)

    /// The functions that the density is expanded in.
    member _.Basis = basis

    /// <summary>Turns and reflects all neighbours around the sweep so that the nearest one lies in front (y = 0, x above 0) and the
    /// second nearest to its left (y above 0).</summary>
    /// <remarks>Where every rotation around the sweep is a symmetry, points that differ by one only become equal. In two dimensions the
    /// only such operation is the reflection x → −x, in one there is none.</remarks>
    member _.Align() =
        let struct (first, second) = nearestTwo ()

        if first >= 0 && basis.Dimension = 2 && ux[first] < 0.0f then
            for j in 0 .. count - 1 do
                ux[j] <- -ux[j]
        elif first >= 0 && basis.Dimension = 3 then
            let across = MathF.Sqrt(ux[first] * ux[first] + uy[first] * uy[first])

            let c, s =
                if across > 1e-6f then
                    ux[first] / across, uy[first] / across
                else
                    1.0f, 0.0f

            let isRight = second >= 0 && c * uy[second] - s * ux[second] < 0.0f
            let sign = if isRight then -1.0f else 1.0f

            for j in 0 .. count - 1 do
                let x, y = ux[j], uy[j]
                ux[j] <- c * x + s * y
                uy[j] <- sign * (c * y - s * x)

    /// Forgets all neighbours.
    member _.Clear() = count <- 0

    /// <summary>Adds one neighbour; one at or beyond the cut-off is ignored.</summary>
    /// <param name="x">From the point to the neighbour in the frame of the sweep, Å.</param>
    /// <param name="y">Å; 0 in one dimension.</param>
    /// <param name="z">Å; 0 below three dimensions.</param>
    member _.Add(x: float32, y: float32, z: float32) =
        let r = MathF.Sqrt(x * x + y * y + z * z)

        if r < float32 basis.Cutoff && r > 0.0f then
            if count + width > capacity then
                grow ()

            distance[count] <- r
            ux[count] <- x / r
            uy[count] <- y / r
            uz[count] <- z / r
            count <- count + 1

    /// <summary>Writes A_ka, k-major.</summary>
    /// <param name="target">[size of the basis].</param>
    member _.Write(target: Span<float32>) =
        if count = 0 then
            target.Clear()
        else
            let n = padded ()
            Array.Clear(distance, count, n - count)
            Array.Clear(ux, count, n - count)
            Array.Clear(uy, count, n - count)
            Array.Clear(uz, count, n - count)

            match basis.Dimension with
            | 3 -> spherical n
            | 2 -> circular n
            | _ -> Array.Fill(angular, 1.0f, 0, n)

            shells n

            for k in 0 .. radials - 1 do
                for a in 0 .. angles - 1 do
                    target[k * angles + a] <- dot k a n
