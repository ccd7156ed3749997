namespace Mice.Samplers

/// One cluster at a time of sites and a ghost, which is the last one: who is in it, and from whom it still has to grow.
[<Sealed>]
type internal Cluster(sites: int) =
    let inside = Array.zeroCreate<bool>(sites + 1)
    let queue = Array.zeroCreate<int>(sites + 1)
    let mutable length = 0

    /// Whether a site is in the cluster.
    member _.Contains(site: int) : bool = inside[site]

    /// Takes a site in that is not in it yet.
    member _.Add(site: int) : unit =
        inside[site] <- true
        queue[length] <- site
        length <- length + 1

    /// Lets the cluster grow from each of its sites, those that are added meanwhile among them, and empties it.
    /// The number of sites that it had without the ghost.
    member _.Grow(grow: int -> unit) : int =
        let mutable grown = 0

        // Nothing is taken from the queue: it ends as the list of all sites.
        while grown < length do
            grow queue[grown]
            grown <- grown + 1

        let ghost = if inside[sites] then 1 else 0

        for n in 0 .. length - 1 do
            inside[queue[n]] <- false

        length <- 0
        grown - ghost
