namespace Mice.Alloys

/// <summary>Several configurations side by side, one in each lane of a vector: the local field of a site is found for all of them at the cost of one. Mutable; for one loop on one
/// thread.</summary>
[<Sealed; AllowNullLiteral(false)>]
type internal SpinLanes(table: FigureTable, starts: byte[][]) =
    let width = TermRuns.Lanes
    let sites = table.Sites
    // [N; width]; lanes beyond the configurations stay 0.
    let lanes =
        Array.init (sites * width) (fun i ->
            if i % width < starts.Length then
                starts[i % width][i / width]
            else
                0uy)

    let counts, sums = Array.zeroCreate<int> width, Array.zeroCreate<float> width
    let energies = Array.zeroCreate<float> starts.Length
    let ones = starts |> Array.map (Array.sumBy int)

    let refresh () =
        table.Whole.SumLanes(0, lanes, counts, sums)

        for lane in 0 .. energies.Length - 1 do
            energies[lane] <- table.Constant + sums[lane]

    do refresh ()

    /// N.
    member _.Sites: int = sites
    /// E of each configuration, eV.
    member _.Energies: float[] = energies
    /// n₁ of each.
    member _.Ones: int[] = ones

    /// Sums the energies anew, which keeps rounding from adding up.
    member _.Refresh() : unit = refresh ()

    /// What the energy of each configuration changes by when a site turns over; valid until the next call.
    member _.Changes(site: int) : float[] =
        table.Through.SumLanes(site, lanes, counts, sums)

        for lane in 0 .. energies.Length - 1 do
            if lanes[site * width + lane] <> 0uy then
                sums[lane] <- -2.0 * sums[lane]
            else
                sums[lane] <- 2.0 * sums[lane]

        sums

    /// The state of a site in a lane.
    member _.State(lane: int, site: int) : int = int lanes[site * width + lane]

    /// Turns a site over in a lane; change is what its energy changes by.
    member _.Turn(lane: int, site: int, change: float) : unit =
        let at = site * width + lane
        ones[lane] <- ones[lane] + 1 - 2 * int lanes[at]
        lanes[at] <- 1uy - lanes[at]
        energies[lane] <- energies[lane] + change

    /// The configuration of a lane.
    member _.States(lane: int) : byte[] =
        Array.init sites (fun site -> lanes[site * width + lane])
