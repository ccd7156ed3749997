namespace Mice.Rsmi

open Mice
open Mice.Samplers

/// <summary>A lattice of any dimension whose sites carry one or more degrees of freedom. Configurations are [channels·sites], channel after channel, sites with
/// the last axis fastest.</summary>
type SiteLattice =
    {
        /// Sites along each axis.
        Shape: int[]
        /// Whether opposite borders meet, for each axis.
        Periodic: bool[]
        /// Degrees of freedom of a site.
        Channels: int
    }

/// Lattices of sites.
[<RequireQualifiedAccess>]
module SiteLattice =
    /// <summary>A lattice without borders.</summary>
    /// <param name="shape">Sites along each axis.</param>
    /// <param name="channels">Degrees of freedom of a site.</param>
    let torus (shape: int[]) (channels: int) : SiteLattice =
        {
            Shape = shape
            Periodic = Array.create shape.Length true
            Channels = channels
        }

/// <summary>A block of ℓ^d sites, a buffer of width L_B around it, and the environment around that: all sites whose Chebyshev distance from the block is
/// above L_B and at most L_B + L_E.</summary>
type BlockGeometry =
    {
        /// ℓ, sites along each axis.
        Block: int
        /// L_B, sites.
        Buffer: int
        /// L_E, sites; None for all the rest of the lattice.
        Environment: int option
        /// Sites between two positions of the block along each axis.
        Stride: int
    }

/// Regions of a lattice.
[<RequireQualifiedAccess>]
module BlockGeometry =
    /// A block of 4 sites a side, a buffer of 4, an environment of 10 sites: the published Ising geometry.
    let defaults: BlockGeometry =
        {
            Block = 4
            Buffer = 4
            Environment = Some 10
            Stride = 1
        }

    /// Every setting by name.
    let describe (g: BlockGeometry) : (string * string) list =
        [
            "block", string g.Block
            "buffer", string g.Buffer
            "environment", (g.Environment |> Option.map string |> Option.defaultValue "all")
            "stride", string g.Stride
        ]

    /// Distance along one axis between a place and the block that begins at a corner: 0 within the block.
    let private along (block: int) (side: int) (isPeriodic: bool) (corner: int) (place: int) : int =
        if isPeriodic then
            let ahead = ((place - corner) % side + side) % side

            if ahead < block then
                0
            else
                min (ahead - block + 1) (side - ahead)
        else
            max (corner - place) (place - corner - block + 1) |> max 0

    /// Sites along an axis that block, buffer and environment take.
    let private window (g: BlockGeometry) : int64 =
        int64 g.Block + 2L * (int64 g.Buffer + int64 (Option.defaultValue 1 g.Environment))

    /// Places that the regions at all positions may have: 4 GiB of them.
    [<Literal>]
    let private MostPlaces = 1073741824.0

    /// Places of block and environment at all positions, or a little more.
    let private places (lattice: SiteLattice) (g: BlockGeometry) : float =
        let along (side: int) =
            let positions = float ((side - 1) / max 1 g.Stride + 1)

            let sites =
                if g.Environment.IsSome then
                    min (window g) (int64 side)
                else
                    int64 side

            positions * float sites

        float lattice.Channels
        * (lattice.Shape |> Array.fold (fun product side -> product * along side) 1.0)

    /// <summary>Every fault of a geometry on a lattice: sizes below the smallest ones, a block with buffer and environment that is larger than a side, and more
    /// places in the regions at all positions than memory is meant for.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="g">The geometry.</param>
    let faults (lattice: SiteLattice) (g: BlockGeometry) : MiceError list =
        [
            yield! Validate.atLeast 1 "the block" g.Block
            yield! Validate.atLeast 0 "the buffer" g.Buffer
            yield! g.Environment |> Option.map (Validate.atLeast 1 "the environment") |> Option.defaultValue []
            yield! Validate.atLeast 1 "the stride" g.Stride
            yield! Validate.atLeast 1 "the number of axes" lattice.Shape.Length
            yield! Validate.atLeast 1 "the degrees of freedom of a site" lattice.Channels

            match Array.fold min System.Int32.MaxValue lattice.Shape with
            | side when int64 g.Block + 2L * int64 g.Buffer >= int64 side ->
                MiceError.OutOfRange(
                    "the block with its buffer on both sides",
                    $"{g.Block} + 2 × {g.Buffer} sites",
                    $"fewer than the {side} sites of the lattice"
                )
            | side when g.Environment.IsSome && window g > int64 side ->
                MiceError.OutOfRange(
                    "the block with buffer and environment on both sides",
                    $"{g.Block} + 2 × ({g.Buffer} + {g.Environment.Value}) sites",
                    $"at most the {side} sites of the lattice; narrow the environment"
                )
            | _ when places lattice g > MostPlaces ->
                MiceError.OutOfRange(
                    "the number of places of block and environment at all positions",
                    $"{places lattice g:F0}",
                    $"at most {MostPlaces:F0}; raise the stride or narrow the environment"
                )
            | _ -> ()
        ]

    /// Corners of the block along an axis. Without a border all windows are alike; between borders those that lie inside are, or one in the middle.
    let private corners (g: BlockGeometry) (side: int) (isPeriodic: bool) : int[] =
        match g.Environment with
        | _ when isPeriodic -> [| 0 .. g.Stride .. side - 1 |]
        | Some width -> [| g.Buffer + width .. g.Stride .. side - g.Block - g.Buffer - width |]
        | None -> [| (side - g.Block) / 2 |]

    /// All combinations of one entry of each list, the last list fastest.
    let private product (lists: int[][]) : int[][] =
        Array.foldBack
            (fun list rest -> list |> Array.collect (fun item -> rest |> Array.map (Array.append [| item |])))
            lists
            [| [||] |]

    /// Steps from a corner to all sites that belong to block or environment, with the distance of each.
    let private offsets (lattice: SiteLattice) (g: BlockGeometry) (corner: int[]) : struct (int[] * int)[] =
        let reach axis =
            let side = lattice.Shape[axis]

            [|
                for step in 0 .. side - 1 do
                    if lattice.Periodic[axis] then step else step - corner[axis]
            |]

        let distance (offset: int[]) =
            offset
            |> Array.mapi (fun axis step -> along g.Block lattice.Shape[axis] lattice.Periodic[axis] 0 step)
            |> Array.max

        Array.init lattice.Shape.Length reach
        |> product
        |> Array.map (fun offset -> struct (offset, distance offset))

    /// <summary>The regions at all positions of the block.</summary>
    /// <param name="lattice">The lattice.</param>
    /// <param name="g">The geometry.</param>
    /// <returns>Degrees of freedom by channel, then by distance from the block; errors: OutOfRange.</returns>
    let regions (lattice: SiteLattice) (g: BlockGeometry) : Result<Regions, MiceError list> =
        validate {
            let! () = faults lattice g
            let sites = LatticeShape.sites lattice.Shape

            let positions = Array.map2 (corners g) lattice.Shape lattice.Periodic |> product
            let all = offsets lattice g positions[0]

            let last =
                g.Environment |> Option.map ((+) g.Buffer) |> Option.defaultValue System.Int32.MaxValue

            let chosen isIn =
                all
                |> Array.filter (fun (struct (_, distance)) -> isIn distance)
                // A stable sort: the block stays in the order of its sites.
                |> List.ofArray
                |> List.sortBy (fun (struct (_, distance)) -> distance)
                |> List.map (fun (struct (offset, _)) -> offset)
                |> Array.ofList

            let at (offsets: int[][]) (corner: int[]) =
                let places =
                    offsets
                    |> Array.map (fun o -> LatticeShape.siteAt lattice.Shape o (LatticeShape.site lattice.Shape corner))

                Array.init lattice.Channels (fun channel -> places |> Array.map ((+) (channel * sites)))
                |> Array.concat

            let visible = chosen ((=) 0)
            let environment = chosen (fun d -> d > g.Buffer && d <= last)

            return
                {
                    Visible = positions |> Array.map (at visible)
                    Environment = positions |> Array.map (at environment)
                }
        }
