namespace Mice.Rsmi

/// <summary>A declared operator of a block, such as its magnetisation, with which filters are compared.</summary>
type FilterOperator =
    {
        /// Its name, one word.
        Name: string
        /// Its weights on the degrees of freedom of the block, in their order.
        Weights: float[]
    }

/// Declared operators, and overlaps with them.
[<RequireQualifiedAccess>]
module FilterOperator =
    /// <summary>An operator from its weight on each degree of freedom.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="lattice">The lattice.</param>
    /// <param name="block">ℓ.</param>
    /// <param name="weight">Channel → place in the block → weight.</param>
    let create (name: string) (lattice: SiteLattice) (block: int) (weight: int -> int[] -> float) : FilterOperator =
        let cube = Array.create lattice.Shape.Length block
        let sites = Mice.Samplers.LatticeShape.sites cube

        {
            Name = name
            Weights =
                Array.init (lattice.Channels * sites) (fun i ->
                    weight (i / sites) (Mice.Samplers.LatticeShape.place cube (i % sites)))
        }

    let private alternating (place: int) = float (1 - 2 * (place % 2))

    /// <summary>Operators of one degree of freedom a site: the mean, the staggered mean, the mean of the border of the block.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="block">ℓ.</param>
    let ofSites (lattice: SiteLattice) (block: int) : FilterOperator list =
        let isBorder (place: int[]) =
            place |> Array.exists (fun p -> p = 0 || p = block - 1)

        [
            create "uniform" lattice block (fun _ _ -> 1.0)
            create "staggered" lattice block (fun _ place -> alternating (Array.sum place))
            if block > 2 then
                create "boundary" lattice block (fun _ place -> if isBorder place then 1.0 else 0.0)
        ]

    /// <summary>Operators of dimers, whose channels are the bonds to the right and down. Columnar: Σ (−1)^column n_→ and Σ (−1)^row n_↓; plaquette: their sum and
    /// their difference; staggered: Σ (−1)^(row + column) n_→ and the same of n_↓, gradients of the height.</summary>
    /// <param name="lattice">The lattice, two axes.</param>
    /// <param name="block">ℓ.</param>
    let ofDimers (lattice: SiteLattice) (block: int) : FilterOperator list =
        let along (channel: int) (place: int[]) = alternating place[1 - channel]

        let only wanted weight channel place =
            if channel = wanted then weight channel place else 0.0

        let staggered _ (place: int[]) = alternating (Array.sum place)

        [
            create "columnar-right" lattice block (only 0 along)
            create "columnar-down" lattice block (only 1 along)
            create "plaquette-sum" lattice block along
            create "plaquette-difference" lattice block (fun channel place -> alternating channel * along channel place)
            create "staggered-right" lattice block (only 0 staggered)
            create "staggered-down" lattice block (only 1 staggered)
        ]

    /// <summary>|a·b|/(|a||b|), from 0 to 1: a filter and its negative are one.</summary>
    /// <param name="a">Weights.</param>
    /// <param name="b">Weights of the same block.</param>
    let overlap (a: float[]) (b: float[]) : float =
        let dot = Array.fold2 (fun sum x y -> sum + x * y) 0.0
        let lengths = sqrt (dot a a * dot b b)
        if lengths > 0.0 then abs (dot a b) / lengths else 0.0
