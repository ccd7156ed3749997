namespace Mice.Alloys

/// <summary>What the spin of a site is multiplied with by those before it, for up to 32 configurations at a time: the same numbers as <c>FigureTable.Before</c> gives for state 1. Mutable; for one
/// thread, which asks for all sites in their order.</summary>
[<Sealed; AllowNullLiteral(false)>]
type internal PastFields(table: FigureTable) =
    let sites, width = table.Sites, TermRuns.Lanes
    // Vectors that have fewer lanes than there are configurations, [vectors][N; width].
    let lanes =
        Array.init ((PastFields.Most + width - 1) / width) (fun _ -> Array.zeroCreate<byte>(sites * width))

    let counts, sums = Array.zeroCreate<int> width, Array.zeroCreate<float> width
    let fields = Array.zeroCreate<float> PastFields.Most

    /// Configurations at a time.
    static member Most: int = 32

    /// <summary>The fields at a site.</summary>
    /// <param name="states">States of configurations, one after the other; those of the sites before are looked at.</param>
    /// <param name="first">Where the first configuration begins.</param>
    /// <param name="count">How many, up to 32.</param>
    /// <param name="site">The site: 0 begins with other configurations, otherwise the one after that of the last call.</param>
    /// <returns>[32], eV; valid until the next call.</returns>
    member _.Of(states: byte[], first: int, count: int, site: int) : float[] =
        for vector in 0 .. (count - 1) / width do
            let own = lanes[vector]
            let here = min width (count - vector * width)

            if site > 0 then
                for lane in 0 .. here - 1 do
                    own[(site - 1) * width + lane] <- states[first + (vector * width + lane) * sites + site - 1]

            table.UpTo.SumLanes(site, own, counts, sums)
            System.Array.Copy(sums, 0, fields, vector * width, here)

        fields
