namespace Mice.Denoising

#nowarn "9" // Addresses of libtorch's memory.

open System
open System.Buffers
open System.Runtime.Intrinsics
open Microsoft.FSharp.NativeInterop

/// <summary>Sums of messages from neighbours, and their derivatives, in registers: sixteen channels at a time.</summary>
/// <remarks>
/// Every atom has, in each channel, a number s, a vector v and a symmetric matrix T (xx, yy, zz, xy, xz, yz). With u the unit vector from the atom to a
/// neighbour with features s, v, T, a = u·v, b = T u, q = u·b and radial functions f₀ … f₁₃ of the distance, the message to the atom is
///     s: f₀ s + f₁ a + f₂ q,   v: f₃ v + f₄ b + u (f₅ s + f₆ a + f₇ q),   T: f₈ T + u∘(f₉ v + f₁₀ b) + u u (f₁₁ s + f₁₂ a + f₁₃ q),
/// u∘w = (u w + w u)/2: all products of a scalar, vector or matrix with powers of u that give one of these. Features are stored by component: [10; atoms; channels].
/// </remarks>
[<RequireQualifiedAccess>]
module internal MessageKernel =
    /// Components: one of s, three of v, six of T.
    [<Literal>]
    let Components = 10

    /// Radial functions.
    [<Literal>]
    let Functions = 14

    /// Channels that one register holds.
    [<Literal>]
    let Lanes = 16

    let inline private load (p: nativeint) (i: int) : Vector512<float32> =
        Vector512.Load(NativePtr.ofNativeInt<float32>(p + (nativeint i <<< 2)))

    let inline private store (p: nativeint) (i: int) (v: Vector512<float32>) =
        Vector512.Store(v, NativePtr.ofNativeInt<float32>(p + (nativeint i <<< 2)))

    let inline private fma (a: Vector512<float32>) b c = Vector512.MultiplyAddEstimate(a, b, c)

    let inline private dot ux uy uz x y z = fma ux x (fma uy y (uz * z))

    /// <summary>Sums of the messages to each atom.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="table">[entries; 14; channels].</param>
    /// <param name="features">[10; atoms; channels].</param>
    /// <param name="sums">[10; atoms; channels], filled.</param>
    let sum (edges: Edges) (channels: int) (table: nativeint) (features: nativeint) (sums: nativeint) : unit =
        let starts, ends, bins = edges.Starts, edges.Ends, edges.Bins
        let directions, fractions = edges.Directions, edges.Fractions
        let plane = edges.Atoms * channels
        let entry = Functions * channels

        for i in 0 .. edges.Atoms - 1 do
            for chunk in 0 .. channels / Lanes - 1 do
                let c = chunk * Lanes
                let mutable s = Vector512<float32>.Zero
                let mutable vx = Vector512<float32>.Zero
                let mutable vy = Vector512<float32>.Zero
                let mutable vz = Vector512<float32>.Zero
                let mutable txx = Vector512<float32>.Zero
                let mutable tyy = Vector512<float32>.Zero
                let mutable tzz = Vector512<float32>.Zero
                let mutable txy = Vector512<float32>.Zero
                let mutable txz = Vector512<float32>.Zero
                let mutable tyz = Vector512<float32>.Zero

                for e in starts[i] .. starts[i + 1] - 1 do
                    let from = ends[e] * channels + c
                    let at = bins[e] * entry + c
                    let w = Vector512.Create fractions[e]
                    let ux = Vector512.Create directions[3 * e]
                    let uy = Vector512.Create directions[3 * e + 1]
                    let uz = Vector512.Create directions[3 * e + 2]

                    let inline f k =
                        let low = load table (at + k * channels)
                        fma w (load table (at + entry + k * channels) - low) low

                    let inline x k = load features (from + k * plane)
                    let s0 = x 0
                    let x1 = x 1
                    let x2 = x 2
                    let x3 = x 3
                    let a = dot ux uy uz x1 x2 x3
                    let t4 = x 4
                    let t5 = x 5
                    let t6 = x 6
                    let t7 = x 7
                    let t8 = x 8
                    let t9 = x 9
                    let bx = dot ux uy uz t4 t7 t8
                    let by = dot ux uy uz t7 t5 t9
                    let bz = dot ux uy uz t8 t9 t6
                    let q = dot ux uy uz bx by bz
                    s <- fma (f 0) s0 (fma (f 1) a (fma (f 2) q s))
                    let alongU = fma (f 5) s0 (fma (f 6) a (f 7 * q))
                    let f3 = f 3
                    let f4 = f 4
                    vx <- fma f3 x1 (fma f4 bx (fma alongU ux vx))
                    vy <- fma f3 x2 (fma f4 by (fma alongU uy vy))
                    vz <- fma f3 x3 (fma f4 bz (fma alongU uz vz))
                    let f9 = f 9
                    let f10 = f 10
                    // u∘w + u u z = u∘(w + z u).
                    let alongUU = fma (f 11) s0 (fma (f 12) a (f 13 * q))
                    let wx = fma f9 x1 (fma f10 bx (alongUU * ux))
                    let wy = fma f9 x2 (fma f10 by (alongUU * uy))
                    let wz = fma f9 x3 (fma f10 bz (alongUU * uz))
                    let f8 = f 8
                    txx <- fma f8 t4 (fma ux wx txx)
                    tyy <- fma f8 t5 (fma uy wy tyy)
                    tzz <- fma f8 t6 (fma uz wz tzz)
                    let half = Vector512.Create 0.5f
                    let hx = half * ux
                    let hy = half * uy
                    let hz = half * uz
                    txy <- fma f8 t7 (fma hx wy (fma hy wx txy))
                    txz <- fma f8 t8 (fma hx wz (fma hz wx txz))
                    tyz <- fma f8 t9 (fma hy wz (fma hz wy tyz))

                let at = i * channels + c
                store sums at s
                store sums (at + plane) vx
                store sums (at + 2 * plane) vy
                store sums (at + 3 * plane) vz
                store sums (at + 4 * plane) txx
                store sums (at + 5 * plane) tyy
                store sums (at + 6 * plane) tzz
                store sums (at + 7 * plane) txy
                store sums (at + 8 * plane) txz
                store sums (at + 9 * plane) tyz

    /// For each radial function the one that takes its place in the adjoint, and the sign that it gets: the pair is seen from its other end.
    let private adjoint =
        [|
            0, 1
            5, -1
            11, 1
            3, 1
            9, -1
            1, -1
            6, 1
            12, -1
            8, 1
            4, -1
            10, 1
            2, 1
            7, -1
            13, 1
        |]

    /// <summary>Derivatives with respect to the features: the adjoint of a sum of messages is one with the radial functions exchanged.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="table">[entries; 14; channels].</param>
    /// <param name="above">Derivatives with respect to the sums, those of the components xy, xz and yz halved; [10; atoms; channels].</param>
    /// <param name="gradient">Derivatives with respect to the features, those of xy, xz and yz halved; [10; atoms; channels], filled.</param>
    let featureGradient (edges: Edges) (channels: int) (table: Span<float32>) (above: nativeint) (gradient: nativeint) =
        let exchanged = ArrayPool.Shared.Rent table.Length

        for row in 0 .. table.Length / channels - 1 do
            let k = row % Functions
            let from, sign = adjoint[k]
            let there = (row - k + from) * channels

            for c in 0 .. channels - 1 do
                exchanged[row * channels + c] <- float32 sign * table[there + c]

        use pinned = fixed exchanged
        sum edges channels (NativePtr.toNativeInt pinned) above gradient
        ArrayPool.Shared.Return exchanged

    /// <summary>Derivatives with respect to the table.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="channels">A multiple of 16.</param>
    /// <param name="features">[10; atoms; channels].</param>
    /// <param name="above">Derivatives with respect to the sums, those of the components xy, xz and yz halved; [10; atoms; channels].</param>
    /// <param name="gradient">[entries; 14; channels], zeros that are added to.</param>
    let tableGradient (edges: Edges) (channels: int) (features: nativeint) (above: nativeint) (gradient: nativeint) =
        let starts, ends, bins = edges.Starts, edges.Ends, edges.Bins
        let directions, fractions = edges.Directions, edges.Fractions
        let plane = edges.Atoms * channels
        let entry = Functions * channels

        for i in 0 .. edges.Atoms - 1 do
            for chunk in 0 .. channels / Lanes - 1 do
                let c = chunk * Lanes
                let own = i * channels + c
                let inline g k = load above (own + k * plane)
                let gs = g 0
                let g1 = g 1
                let g2 = g 2
                let g3 = g 3
                let g4 = g 4
                let g5 = g 5
                let g6 = g 6
                let g7 = g 7
                let g8 = g 8
                let g9 = g 9

                for e in starts[i] .. starts[i + 1] - 1 do
                    let from = ends[e] * channels + c
                    let at = bins[e] * entry + c
                    let w = Vector512.Create fractions[e]
                    let ux = Vector512.Create directions[3 * e]
                    let uy = Vector512.Create directions[3 * e + 1]
                    let uz = Vector512.Create directions[3 * e + 2]
                    let inline x k = load features (from + k * plane)

                    let inline add k (product: Vector512<float32>) =
                        let place = at + k * channels
                        let upper = w * product
                        store gradient place (load gradient place + (product - upper))
                        store gradient (place + entry) (load gradient (place + entry) + upper)

                    let s0 = x 0
                    let x1 = x 1
                    let x2 = x 2
                    let x3 = x 3
                    let a = dot ux uy uz x1 x2 x3
                    let t4 = x 4
                    let t5 = x 5
                    let t6 = x 6
                    let t7 = x 7
                    let t8 = x 8
                    let t9 = x 9
                    let bx = dot ux uy uz t4 t7 t8
                    let by = dot ux uy uz t7 t5 t9
                    let bz = dot ux uy uz t8 t9 t6
                    let q = dot ux uy uz bx by bz
                    // The same of the derivatives.
                    let p = dot ux uy uz g1 g2 g3
                    let hx = dot ux uy uz g4 g7 g8
                    let hy = dot ux uy uz g7 g5 g9
                    let hz = dot ux uy uz g8 g9 g6
                    let z = dot ux uy uz hx hy hz
                    add 0 (s0 * gs)
                    add 1 (a * gs)
                    add 2 (q * gs)
                    add 3 (fma x1 g1 (fma x2 g2 (x3 * g3)))
                    add 4 (fma bx g1 (fma by g2 (bz * g3)))
                    add 5 (s0 * p)
                    add 6 (a * p)
                    add 7 (q * p)
                    let cross = fma t7 g7 (fma t8 g8 (t9 * g9))
                    add 8 (fma t4 g4 (fma t5 g5 (fma t6 g6 (cross + cross))))
                    add 9 (fma x1 hx (fma x2 hy (x3 * hz)))
                    add 10 (fma bx hx (fma by hy (bz * hz)))
                    add 11 (s0 * z)
                    add 12 (a * z)
                    add 13 (q * z)
