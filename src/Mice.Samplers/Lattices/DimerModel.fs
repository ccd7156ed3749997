namespace Mice.Samplers

open System
open System.Numerics
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Mice

/// <summary>Interacting dimers on a square torus: every site belongs to one dimer, a bond between nearest neighbours. E = −J·(number of plaquettes with two
/// parallel dimers), J = k_B = 1. Source: F. Alet et al., Phys. Rev. Lett. 94, 235702 (2005), doi:10.1103/PhysRevLett.94.235702.</summary>
/// <remarks>A covering is a byte per site, [rows·columns] with site = row·columns + column: the direction from the site to its partner, 0 right, 1 down, 2 left,
/// 3 up.</remarks>
type DimerModel =
    {
        /// Even, 4 or more.
        Rows: int
        /// Even, 4 or more.
        Columns: int
        /// T > 0 in units of J/k_B; +∞ makes all coverings equally likely.
        Temperature: float
    }

/// What orders in a covering; every value is 1 at most.
type DimerOrder =
    {
        /// (2/N)·(Σ (−1)^column n_x + i Σ (−1)^row n_y), where n_x and n_y are 1 on occupied bonds to the right and down: 1, −1, i and −i in the four columnar
        /// states.
        Columnar: Complex
        /// (4/N)·Σ (−1)^(row + column) over plaquettes with two parallel dimers: ±1 where every second plaquette of every second row has two, and no other
        /// has; 0 in the columnar states.
        Plaquette: float
        /// (2/N)·(Σ (−1)^(row + column) n_x + i Σ (−1)^(row + column) n_y): of modulus 1 in staggered states, which have no parallel dimers on any plaquette.
        Staggered: Complex
    }

/// Coverings and their energies.
[<RequireQualifiedAccess>]
module DimerModel =
    /// <summary>Directions from a site to its partner.</summary>
    [<Literal>]
    let Right = 0uy

    /// <summary>To the next row.</summary>
    [<Literal>]
    let Down = 1uy

    /// <summary>To the column before.</summary>
    [<Literal>]
    let Left = 2uy

    /// <summary>To the row before.</summary>
    [<Literal>]
    let Up = 3uy

    /// <summary>Most sites, so that four neighbours of each can be numbered.</summary>
    [<Literal>]
    let MostSites = 536870911

    /// <summary>The model on a square torus.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="temperature">T.</param>
    let square (size: int) (temperature: float) : DimerModel =
        {
            Rows = size
            Columns = size
            Temperature = temperature
        }

    /// <summary>Every fault of a model, none for a sound one: even sides of 4 or more, T above 0 or infinite.</summary>
    /// <param name="model">The model.</param>
    let faults (model: DimerModel) : MiceError list =
        let side = Validate.that "side" "an even number, 4 or more"
        let sites = float model.Rows * float model.Columns

        [
            for length in [ model.Rows; model.Columns ] do
                yield! side (fun n -> n >= 4 && n % 2 = 0) length

            yield! Validate.that "rows · columns" $"{MostSites} or fewer" (fun n -> n <= float MostSites) sites
            yield! Validate.that "temperature" "a number above 0, or infinity" (fun t -> t > 0.0) model.Temperature
        ]
        |> List.distinct

    /// <summary>N, the number of sites; there are N/2 dimers.</summary>
    /// <param name="model">The model.</param>
    let sites (model: DimerModel) : int = model.Rows * model.Columns

    /// <summary>The direction back.</summary>
    /// <param name="direction">A direction.</param>
    let opposite (direction: byte) : byte = direction ^^^ 2uy

    /// <summary>The neighbours of all sites: entry 4·site + direction, [4·sites].</summary>
    /// <param name="model">The model.</param>
    let neighbours (model: DimerModel) : int[] =
        Torus.neighbours [| model.Rows; model.Columns |]

    /// <summary>The covering of horizontal dimers that start at even columns, a state of lowest energy −N/2.</summary>
    /// <param name="model">The model.</param>
    let columnar (model: DimerModel) : byte[] =
        Array.init (sites model) (fun site -> if site % model.Columns % 2 = 0 then Right else Left)

    /// <summary>Every fault of a covering, none for a sound one: as many sites as the model, directions from 0 to 3, and partners that point at each
    /// other.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">A covering, [sites].</param>
    /// <returns>Mismatch for another number of sites; else OutOfRange for the first site at fault.</returns>
    let coveringFaults (model: DimerModel) (covering: byte[]) : MiceError list =
        let around = neighbours model

        let isSound site =
            let direction = covering[site]

            direction <= Up && covering[around[4 * site + int direction]] = opposite direction

        if covering.Length <> sites model then
            [
                MiceError.Mismatch("sites of covering and model", string covering.Length, string (sites model))
            ]
        else
            match Seq.tryFind (isSound >> not) (seq { 0 .. covering.Length - 1 }) with
            | None -> []
            | Some site ->
                [
                    MiceError.OutOfRange(
                        $"the direction at row {site / model.Columns}, column {site % model.Columns}",
                        string covering[site],
                        "0 right, 1 down, 2 left, 3 up, to a site whose own direction leads back"
                    )
                ]

    /// <summary>Whether every site belongs to exactly one dimer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">[sites].</param>
    let isCovering (model: DimerModel) (covering: byte[]) : bool =
        List.isEmpty (coveringFaults model covering)

    /// Sites s with values[first + s] and values[second + s] both equal to a direction, for s from 0 to count − 1.
    let private pairs (values: byte[]) (first: int) (second: int) (count: int) (direction: byte) : int =
        let start = &MemoryMarshal.GetArrayDataReference values
        let wanted = Vector256.Create direction
        let mutable sum, s = 0, 0

        while s + Vector256<byte>.Count <= count do
            let a = Vector256.LoadUnsafe(&start, unativeint (first + s))
            let b = Vector256.LoadUnsafe(&start, unativeint (second + s))
            let both = Vector256.Equals(a, wanted) &&& Vector256.Equals(b, wanted)
            sum <- sum + BitOperations.PopCount(Vector256.ExtractMostSignificantBits both)
            s <- s + Vector256<byte>.Count

        while s < count do
            if values[first + s] = direction && values[second + s] = direction then
                sum <- sum + 1

            s <- s + 1

        sum

    /// Plaquettes with two parallel dimers, where directions have other numbers.
    let internal parallelPairsOf (right: byte) (down: byte) (columns: int) (covering: byte[]) : int =
        let sites = covering.Length

        let horizontal =
            pairs covering 0 columns (sites - columns) right + pairs covering (sites - columns) 0 columns right

        // All sites in one line, where the last site of a row stands before the first one of the next row instead of its own.
        let mutable vertical = pairs covering 0 1 (sites - 1) down

        for last in columns - 1 .. columns .. sites - 1 do
            if covering[last] = down then
                if last + 1 < sites && covering[last + 1] = down then
                    vertical <- vertical - 1

                if covering[last + 1 - columns] = down then
                    vertical <- vertical + 1

        horizontal + vertical

    /// <summary>−E: the plaquettes with two parallel dimers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">[sites].</param>
    let parallelPairs (model: DimerModel) (covering: byte[]) : int =
        parallelPairsOf Right Down model.Columns covering

    /// <summary>E = −(number of plaquettes with two parallel dimers).</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">[sites].</param>
    let energy (model: DimerModel) (covering: byte[]) : float = -float(parallelPairs model covering)

    /// <summary>Which bonds are occupied, 0 or 1, on two channels: entry site for the bond to the right of a site, entry N + site for the bond
    /// below it.</summary>
    /// <param name="covering">[sites].</param>
    /// <returns>[2·sites], with shape [2; rows; columns].</returns>
    let bonds (covering: byte[]) : byte[] =
        Array.init (2 * covering.Length) (fun i ->
            let wanted = if i < covering.Length then Right else Down
            if covering[i % covering.Length] = wanted then 1uy else 0uy)

    let private sign (n: int) = if n % 2 = 0 then 1 else -1

    /// <summary>The winding numbers (W_x, W_y): occupied bonds from column 0 to column 1, with sign (−1)^row, and from row 0 to row 1, with sign (−1)^column. The
    /// same sums with sign (−1)^(row + column) have this value at every column and row; moves of a few dimers do not change it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">[sites].</param>
    let winding (model: DimerModel) (covering: byte[]) : struct (int * int) =
        let across =
            seq { 0 .. model.Rows - 1 }
            |> Seq.sumBy (fun row ->
                if covering[row * model.Columns] = Right then
                    sign row
                else
                    0)

        let down =
            seq { 0 .. model.Columns - 1 }
            |> Seq.sumBy (fun column -> if covering[column] = Down then sign column else 0)

        struct (across, down)

    /// <summary>What orders in a covering.</summary>
    /// <param name="model">The model.</param>
    /// <param name="covering">[sites].</param>
    let order (model: DimerModel) (covering: byte[]) : DimerOrder =
        let around = neighbours model
        let mutable columnX, columnY, staggeredX, staggeredY, plaquette = 0, 0, 0, 0, 0

        for site in 0 .. covering.Length - 1 do
            let row, column = site / model.Columns, site % model.Columns
            let direction = covering[site]

            if direction = Right then
                columnX <- columnX + sign column
                staggeredX <- staggeredX + sign (row + column)
            elif direction = Down then
                columnY <- columnY + sign row
                staggeredY <- staggeredY + sign (row + column)

            let beside = around[4 * site + int (if direction = Right then Down else Right)]

            if direction <= Down && covering[beside] = direction then
                plaquette <- plaquette + sign (row + column)

        let dimers = float covering.Length / 2.0

        {
            Columnar = Complex(float columnX / dimers, float columnY / dimers)
            Plaquette = 2.0 * float plaquette / dimers
            Staggered = Complex(float staggeredX / dimers, float staggeredY / dimers)
        }
