module Mice.Entropy.Tests.SpinSymmetryTests

open Xunit
open Mice
open Mice.Entropy
open Mice.Entropy.Tests.SpinSamples
open Mice.Samplers

let model lattice rows columns field =
    { IsingModel.square 6 2.0 with
        Lattice = lattice
        Rows = rows
        Columns = columns
        Field = field
    }

// D4 has 8 elements, D6 has 12; unequal sides leave the two reflections and half a turn of the one, half a turn of the other.
[<Theory>]
[<InlineData(true, 6, 6, 8)>]
[<InlineData(true, 4, 6, 4)>]
[<InlineData(false, 6, 6, 12)>]
[<InlineData(false, 4, 6, 2)>]
let ``The point groups have their known sizes`` (square: bool) rows columns expected =
    let lattice = if square then Lattice.Square else Lattice.Triangular
    let symmetry = SpinSymmetry.ofModel (model lattice rows columns 0.0)
    Assert.Equal(expected, symmetry.Maps.Length)

[<Fact>]
let ``A field breaks the flip`` () =
    Assert.True((SpinSymmetry.ofModel (model Lattice.Square 6 6 0.0)).Flip)
    Assert.False((SpinSymmetry.ofModel (model Lattice.Square 6 6 0.1)).Flip)

[<Theory>]
[<InlineData(true, 6, 6)>]
[<InlineData(true, 4, 6)>]
[<InlineData(false, 6, 6)>]
[<InlineData(false, 3, 6)>]
let ``Every map leaves the energy of any configuration as it is`` (square: bool) rows columns =
    let model =
        model (if square then Lattice.Square else Lattice.Triangular) rows columns 0.0

    let spins = (independent 3UL rows columns 1 0.5).Sites[0]

    for map in (SpinSymmetry.ofModel model).Maps do
        let moved = Array.zeroCreate spins.Length

        for site in 0 .. spins.Length - 1 do
            let image = map (struct (site / columns, site % columns))
            moved[Lattice.siteAt rows columns 0 image] <- spins[site]

        Assert.Equal(IsingModel.energy model spins, IsingModel.energy model moved)

// Squares of 1, 2, 3 and 4 in two colours up to rotation and reflection: sequence A054247 of the On-Line Encyclopedia of Integer Sequences.
[<Theory>]
[<InlineData(1, 2)>]
[<InlineData(2, 6)>]
[<InlineData(3, 102)>]
[<InlineData(4, 8548)>]
let ``Squares of two colours fall into the known number of orbits`` side expected =
    let symmetry =
        { SpinSymmetry.ofModel (model Lattice.Square 6 6 0.0) with
            Flip = false
        }

    let orbits = SpinSymmetry.orbits (BlockShape.rectangle side side) symmetry
    Assert.Equal(expected, orbits |> Array.distinct |> Array.length)

// With the flip, a pattern and its complement join: each has an even number of patterns, and 2^n patterns pair up to 2^(n − 1) without maps.
[<Fact>]
let ``The flip joins complements`` () =
    let orbits =
        SpinSymmetry.orbits (BlockShape.rectangle 2 3) { SpinSymmetry.none with Flip = true }

    Assert.Equal<int>(Array.init 64 (fun pattern -> min pattern (63 - pattern)), orbits)

// Of the twelve maps of the triangular lattice those keep a parallelogram that keep its two diagonals; of the eight of the square lattice, four keep an
// oblong, and none but the identity an L of unequal legs.
[<Fact>]
let ``Only maps that keep the block are used`` () =
    let used lattice shape =
        (SpinSymmetry.ofModel (model lattice 6 6 0.0) |> SpinSymmetry.permutations shape).Length

    Assert.Equal(4, used Lattice.Triangular (BlockShape.rectangle 4 4))
    Assert.Equal(2, used Lattice.Triangular (BlockShape.rectangle 3 4))
    Assert.Equal(4, used Lattice.Square (BlockShape.rectangle 3 4))

    Assert.Equal(
        1,
        used Lattice.Square (BlockShape.ofOffsets [ struct (0, 0); struct (0, 1); struct (0, 2); struct (1, 0) ])
    )
