namespace Mice.Autoregressive

open System

/// <summary>Functions in which the density of the atoms behind the pass is expanded around a point.</summary>
/// <remarks>
/// <para>B_ka(d) = g_k(r) Y_a(d/r) with g_k(r) = ½ (1 + cos(π r/r_c)) exp(−½ ((r − μ_k)/w_k)²) for r below the cut-off r_c.
/// The centres μ_k start at the distance of closest approach and lie the denser the nearer they are.</para>
/// <para>Y_a are functions on the half of the sphere that lies behind the pass. In three dimensions: real spherical harmonics
/// with l + m even, l ≤ degree, which are complete there; in two: cos mθ, m ≤ degree, θ from the front; in one: 1.
/// Normalised to a mean square of 1 over the sphere.</para>
/// </remarks>
type DensityBasis =
    {
        /// 1, 2 or 3.
        Dimension: int
        /// r_c, Å.
        Cutoff: float
        /// The highest l (three dimensions) or m (two).
        Degree: int
        /// μ_k, Å.
        Centres: float[]
        /// w_k, Å.
        Widths: float[]
    }

/// The expansion's size, and its obvious evaluation for one neighbour.
[<RequireQualifiedAccess>]
module DensityBasis =
    /// The spacing of the first two centres over the mean distance ρ^(−1/d) of the atoms.
    [<Literal>]
    let private FirstSpacing = 0.13

    /// The factor from one spacing to the next.
    [<Literal>]
    let private Growth = 1.13

    /// Width of a radial function over the spacing.
    [<Literal>]
    let private Overlap = 0.85

    /// <summary>The default functions for atoms of a given density.</summary>
    /// <param name="dimension">1, 2 or 3.</param>
    /// <param name="degree">The highest l or m; 0 or more.</param>
    /// <param name="meanDistance">ρ^(−1/d), Å.</param>
    /// <param name="closest">The shortest distance between two atoms, Å.</param>
    /// <param name="cutoff">r_c, Å; above closest.</param>
    let create (dimension: int) (degree: int) (meanDistance: float) (closest: float) (cutoff: float) : DensityBasis =
        let rec centres spacing centre acc =
            if centre > cutoff - spacing && not (List.isEmpty acc) then
                List.rev acc
            else
                centres (Growth * spacing) (centre + spacing) ((centre, Overlap * spacing) :: acc)

        let found = centres (FirstSpacing * meanDistance) (0.9 * closest) []

        {
            Dimension = dimension
            Cutoff = cutoff
            Degree = degree
            Centres = found |> List.map fst |> List.toArray
            Widths = found |> List.map snd |> List.toArray
        }

    /// The pairs (l, m) of the three-dimensional harmonics, in the order of their values; m > 0 stands for a cosine and a sine.
    let internal harmonics (degree: int) : struct (int * int)[] =
        [|
            for l in 0..degree do
                for m in 0..l do
                    if (l + m) % 2 = 0 then
                        struct (l, m)
        |]

    /// How many functions of the direction there are.
    let angularSize (basis: DensityBasis) : int =
        match basis.Dimension with
        | 3 -> harmonics basis.Degree |> Array.sumBy (fun struct (_, m) -> if m > 0 then 2 else 1)
        | 2 -> basis.Degree + 1
        | _ -> 1

    /// How many functions there are.
    let size (basis: DensityBasis) : int =
        basis.Centres.Length * angularSize basis

    /// Indices of the functions that do not change when the past is turned (three dimensions) or reflected (two) around the axis of the pass.
    let axialColumns (basis: DensityBasis) : int[] =
        let isAxial =
            match basis.Dimension with
            | 3 ->
                harmonics basis.Degree
                |> Array.collect (fun struct (_, m) -> if m > 0 then [| false; false |] else [| true |])
            | 2 -> Array.init (basis.Degree + 1) (fun m -> m % 2 = 0)
            | _ -> [| true |]

        Array.init (size basis) id |> Array.filter (fun i -> isAxial[i % isAxial.Length])

    /// N_lm = sqrt((2l + 1) (2 − δ_m0) (l − m)!/(l + m)!) · (2m − 1)!!: with it, N Q_lm(cos θ) sin^m θ cos mφ has mean square 1
    /// over the sphere, where Q_lm = P_lm/(sin^m θ (2m − 1)!!).
    let internal normalisation (l: int) (m: int) : float =
        let ratio = Seq.fold (fun f k -> f / float k) 1.0 (seq { l - m + 1 .. l + m })
        let odd = Seq.fold (fun f k -> f * float (2 * k - 1)) 1.0 (seq { 1..m })
        odd * sqrt (float (2 * l + 1) * ratio * (if m > 0 then 2.0 else 1.0))

    /// Q_lm(c), by its recurrence in l.
    let private legendre l m (c: float) =
        let mutable before, value = 0.0, 1.0

        for k in m + 1 .. l do
            let next =
                (float (2 * k - 1) * c * value - float (k + m - 1) * before) / float (k - m)

            before <- value
            value <- next

        value

    let private angular (basis: DensityBasis) (x: float) (y: float) (z: float) =
        match basis.Dimension with
        | 3 ->
            let around = atan2 y x
            let across = sqrt (x * x + y * y)

            [|
                for struct (l, m) in harmonics basis.Degree do
                    let value = normalisation l m * legendre l m z * across ** float m
                    value * cos (float m * around)

                    if m > 0 then
                        value * sin (float m * around)
            |]
        | 2 ->
            // The front is the x axis here: the pass runs along the last axis, y.
            let angle = atan2 y x
            Array.init (basis.Degree + 1) (fun m -> (if m > 0 then sqrt 2.0 else 1.0) * cos (float m * angle))
        | _ -> [| 1.0 |]

    /// <summary>All functions for one neighbour, straight from their definition: the slow twin of PastDensity.</summary>
    /// <param name="basis">The functions.</param>
    /// <param name="displacement">From the point to the neighbour in the frame of the pass, Å; [3], of which the first Dimension count.</param>
    /// <returns>[size], k-major: entry k·angularSize + a.</returns>
    let evaluate (basis: DensityBasis) (displacement: float[]) : float[] =
        let d = Array.init 3 (fun i -> if i < basis.Dimension then displacement[i] else 0.0)
        let r = sqrt (d |> Array.sumBy (fun v -> v * v))
        let y = angular basis (d[0] / r) (d[1] / r) (d[2] / r)

        let envelope =
            if r < basis.Cutoff then
                0.5 * (1.0 + cos (Math.PI * r / basis.Cutoff))
            else
                0.0

        [|
            for k in 0 .. basis.Centres.Length - 1 do
                let u = (r - basis.Centres[k]) / basis.Widths[k]

                for value in y do
                    envelope * exp (-0.5 * u * u) * value
        |]
