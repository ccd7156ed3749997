namespace Mice.Samplers

/// A single cluster while it grows: which sites are in the cluster, and which of them still have to look at their neighbours. The ghost spin counts as the
/// last site.
[<Sealed>]
type internal Cluster(sites: int) =
    let inside = Array.zeroCreate<bool>(sites + 1)
    let queue = Array.zeroCreate<int>(sites + 1)
    let mutable length = 0

    /// Whether a site is in the cluster.
    member _.Contains(site: int) : bool = inside[site]

    /// Adds a site that is not in the cluster yet.
    member _.Add(site: int) : unit =
        inside[site] <- true
        queue[length] <- site
        length <- length + 1

    /// Grows the cluster: calls grow for each of its sites, including sites that are added during the growth; then empties the cluster. Returns the number of
    /// sites that the cluster had, without the ghost.
    member _.Grow(grow: int -> unit) : int =
        let mutable grown = 0

        // The queue keeps all its entries, so that in the end it lists all sites of the cluster.
        while grown < length do
            grow queue[grown]
            grown <- grown + 1

        let ghost = if inside[sites] then 1 else 0

        for n in 0 .. length - 1 do
            inside[queue[n]] <- false

        length <- 0
        grown - ghost
